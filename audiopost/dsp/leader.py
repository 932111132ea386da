"""What stands before a programme: line-up tone, silence, and one frame of tone two seconds before the first picture."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled
from audiopost.dsp.smoothing import advance

__all__ = ["lay_slate", "run_leader"]

TONE_FRAMES, POP_START, POP_FRAMES, FADE = range(4)


@compiled("void(float32[:, ::1], int64[::1], int64[::1], float64, float64, float64[:, ::1])")
def run_leader(
    out: AudioBlock,
    start: NDArray[np.int64],
    places: NDArray[np.int64],
    frequency_hz: float,
    sample_rate: float,
    ramps: NDArray[np.float64],
) -> None:
    """The same sine in all channels, once from the beginning and once at the pop, silence elsewhere.

    Places in frames: length of the tone, beginning and length of the pop, length of the tone's fades (the pop has
    none: it is one frame of film, and is looked for on a waveform). Ramp 0: amplitude.
    """
    tone, pop, length, fade = places[TONE_FRAMES], places[POP_START], places[POP_FRAMES], places[FADE]
    for n in range(out.shape[1]):
        frame = start[0] + n
        amplitude = advance(ramps, 0)
        value = 0.0
        if frame < tone:
            edge = min(frame, tone - 1 - frame)
            window = 0.5 - 0.5 * math.cos(math.pi * edge / fade) if edge < fade else 1.0
            turns = frequency_hz * frame / sample_rate
            value = amplitude * window * math.sin(2.0 * math.pi * (turns - math.floor(turns)))
        elif pop <= frame < pop + length:
            turns = frequency_hz * (frame - pop) / sample_rate
            value = amplitude * math.sin(2.0 * math.pi * (turns - math.floor(turns)))
        for channel in range(out.shape[0]):
            out[channel, n] = value
    start[0] += out.shape[1]


@compiled("void(float32[:, ::1], float32[::1], int64, float64[::1], float32[:, ::1], float64[:, ::1])")
def lay_slate(
    leader: AudioBlock,
    said: NDArray[np.float32],
    begin: int,
    shares: NDArray[np.float64],
    out: AudioBlock,
    ramps: NDArray[np.float64],
) -> None:
    """Add to `out` a leader, and what is said from frame `begin` of the block on. Ramp 1: gain of what is said."""
    for n in range(out.shape[1]):
        gain = advance(ramps, 1)
        word = gain * said[n - begin] if 0 <= n - begin < said.shape[0] else 0.0
        for channel in range(out.shape[0]):
            out[channel, n] += leader[channel, n] + shares[channel] * word
