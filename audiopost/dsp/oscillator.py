"""Sines: of a steady pitch, and swept.

The phase of a tone is a 64-bit integer, one turn being 2**64: it never drifts, in a second or in a week, and a change
of pitch bends it without a step. The phase of a sweep is computed from the frame itself.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.smoothing import advance

__all__ = ["run_sweep", "run_tone", "step_of", "turns_at"]

TURN = 2.0**64
HALF_OF_SHIFT = np.uint64(11)
"""The upper 53 bits of the phase are a float64 without rounding."""


@inlined
def turns_at(phase: np.uint64) -> float:
    """A phase as a share of its turn, 0 to 1 (kernel)."""
    return np.float64(phase >> HALF_OF_SHIFT) * 2.0**-53


@inlined
def step_of(turns: float) -> np.uint64:
    """What a phase moves by for a part of a turn, -0.5 to 0.5 (kernel)."""
    return np.uint64(np.int64(turns * TURN))


@compiled("void(float32[:, ::1], uint64[::1], float64, float64[:, ::1])")
def run_tone(out: AudioBlock, phase: NDArray[np.uint64], sample_rate: float, ramps: NDArray[np.float64]) -> None:
    """The same sine in all channels. Ramps: amplitude, logarithm of the frequency in Hz."""
    for n in range(out.shape[1]):
        amplitude, frequency_hz = advance(ramps, 0), math.exp(advance(ramps, 1))
        value = amplitude * math.sin(2.0 * math.pi * turns_at(phase[0]))
        for channel in range(out.shape[0]):
            out[channel, n] = value
        phase[0] += step_of(frequency_hz / sample_rate)


@compiled("void(float32[:, ::1], int64[::1], float64, float64, int64, int64, float64, float64[:, ::1])")
def run_sweep(
    out: AudioBlock,
    start: NDArray[np.int64],
    start_hz: float,
    end_hz: float,
    length: int,
    fade: int,
    sample_rate: float,
    ramps: NDArray[np.float64],
) -> None:
    """A sine whose pitch rises (or falls) by the same interval in the same time, for `length` frames; then silence.

    Faded in and out over `fade` frames by a raised cosine. Ramp 0: amplitude.
    """
    octaves = math.log(end_hz / start_hz)
    for n in range(out.shape[1]):
        frame = start[0] + n
        amplitude = advance(ramps, 0)
        value = 0.0
        if frame < length:
            share = frame / length
            seconds = length / sample_rate
            if abs(octaves) > 1e-9:
                turns = start_hz * seconds / octaves * (math.exp(share * octaves) - 1.0)
            else:
                turns = start_hz * seconds * share
            edge = min(frame, length - 1 - frame)
            window = 0.5 - 0.5 * math.cos(math.pi * edge / fade) if edge < fade else 1.0
            value = amplitude * window * math.sin(2.0 * math.pi * (turns - math.floor(turns)))
        for channel in range(out.shape[0]):
            out[channel, n] = value
    start[0] += out.shape[1]
