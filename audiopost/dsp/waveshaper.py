"""Curves that bend a waveform, run at a multiple of the sample rate so that what they add does not fold back.

::

    in ─▶ x2 ─▶ x2 ─▶ ... ─▶ curve ─▶ ... ─▶ /2 ─▶ /2 ─▶ out

Each doubling is a half-band filter of two all-pass branches (`allpass.half_band_sections`): at 2 n the input through
the one branch, at 2 n + 1 through the other. Halving runs the same two on the odd and the even samples and takes half
their sum. The first stop band begins at 0.5465 of the sample rate, 104 dB down; later doublings need fewer sections.
The dry part of a mix goes the same way, so both stay in phase. What is declared as latency is the delay of low
frequencies; a sound's onset begins earlier, and its highest octave comes later.

Sources: R. A. Valenzuela, A. G. Constantinides (see `allpass`); U. Zölzer (ed.), "DAFX: Digital Audio Effects", 2nd
ed. (2011), chapter 4 (curves).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.allpass import half_band_sections
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.delay_line import SILENCE
from audiopost.dsp.smoothing import advance

__all__ = ["CURVES", "Waveshaper"]

CURVES = ("tanh", "soft", "hard", "fold", "diode")
TANH, SOFT, HARD, FOLD, DIODE = range(5)

STAGES = ((8, 0.093 / 2.0), (4, 0.27), (3, 0.38), (3, 0.44))
"""Sections and transition of each doubling: what lies below 0.4535 of the sample rate passes, its images do not."""

LARGEST = 8
BLOCKER_HZ = 5.0
"""A curve that is not odd about its middle adds a constant, which a first-order high pass then takes away."""


DRIVE, BIAS, DRY, WET = range(4)


class Waveshaper:
    """A curve for every channel.

    Parameters
    ----------
    doublings
        0 to 4: the curve runs at ``2 ** doublings`` times the sample rate.
    """

    def __init__(self, channels: int, sample_rate: float, doublings: int) -> None:
        self._sections = np.zeros((max(1, doublings), LARGEST))
        self._counts = np.zeros(max(1, doublings), dtype=np.int64)
        for stage in range(doublings):
            count, transition = STAGES[stage]
            self._counts[stage] = count
            self._sections[stage, :count] = half_band_sections(count, transition)
        # Going up and coming down; the last two inputs of every section and the last outputs of both branches.
        self._state = np.zeros((channels, 2, max(1, doublings), LARGEST + 2))
        self._blocker = np.zeros((channels, 1))
        self._work = np.zeros((2, 1 << doublings))
        self._doublings = doublings
        self._pole = math.exp(-2.0 * math.pi * BLOCKER_HZ / sample_rate)
        self._run = run_waveshaper.ready()
        self.latency_frames = round(_delay_frames(self._sections, self._counts, doublings))

    def process(self, block: AudioBlock, out: AudioBlock, curve: int, ramps: NDArray[np.float64]) -> None:
        """Fill `out`. Ramps: logarithm of the drive, bias, dry, wet; `curve` is a place in `CURVES`."""
        self._run(
            block, out, self._sections, self._counts, self._state, self._blocker, self._work, self._doublings, curve,
            self._pole, ramps,
        )  # fmt: skip

    def reset(self) -> None:
        """Forget all sound."""
        self._state.fill(0.0)
        self._blocker.fill(0.0)


def _delay_frames(sections: NDArray[np.float64], counts: NDArray[np.int64], doublings: int) -> float:
    """How late low frequencies are behind all filters: each runs up and down, and a section delays by (1-c)/(1+c)."""
    total = 0.0
    for stage in range(doublings):
        c = sections[stage, : counts[stage] : 2]
        total += 2.0 * float((2.0 * (1.0 - c) / (1.0 + c)).sum()) / 2 ** (stage + 1)
    return total


@inlined
def bend(x: float, curve: int) -> float:
    """One sample through a curve; each has slope 1 at 0 (kernel)."""
    if curve == TANH:
        return math.tanh(x)
    if curve == SOFT:  # a cubic up to 1.5, level there at 1
        held = min(max(x, -1.5), 1.5)
        return held - held * held * held * (4.0 / 27.0)
    if curve == HARD:
        return min(max(x, -1.0), 1.0)
    if curve == FOLD:
        return math.sin(x)
    return 1.0 - math.exp(-x) if x > 0.0 else x / (1.0 - x)


@inlined
def run_half(x: float, sections: NDArray[np.float64], first: int, count: int, state: NDArray[np.float64]) -> float:
    """One sample through every second section, ``(c + z^-1) / (1 + c z^-1)`` each (kernel).

    state[k]: the last input of section k, which is the last output of the one before it; the last two rows: the
    outputs of both branches.
    """
    for k in range(first, count, 2):
        following = k + 2 if k + 2 < count else LARGEST + first
        y = sections[k] * (x - state[following]) + state[k]
        state[k] = x
        x = y if abs(y) > SILENCE else 0.0
    state[LARGEST + first] = x
    return x


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float64[:, ::1], int64[::1], float64[:, :, :, ::1], float64[:, ::1],"
    " float64[:, ::1], int64, int64, float64, float64[:, ::1])"
)
def run_waveshaper(
    block: AudioBlock,
    out: AudioBlock,
    sections: NDArray[np.float64],
    counts: NDArray[np.int64],
    state: NDArray[np.float64],
    blocker: NDArray[np.float64],
    work: NDArray[np.float64],
    doublings: int,
    curve: int,
    pole: float,
    ramps: NDArray[np.float64],
) -> None:
    """See `Waveshaper`."""
    fine, held = work[0], work[1]
    for n in range(block.shape[1]):
        drive = math.exp(advance(ramps, DRIVE))
        bias, dry, wet = advance(ramps, BIAS), advance(ramps, DRY), advance(ramps, WET)
        rest = bend(bias, curve)
        lopsided = bias != 0.0 or curve == DIODE
        for channel in range(block.shape[0]):
            fine[0] = np.float64(block[channel, n])
            for stage in range(doublings):
                count, memory = counts[stage], state[channel, 0, stage]
                for i in range(1 << stage):
                    held[i] = fine[i]
                for i in range(1 << stage):
                    fine[2 * i] = run_half(held[i], sections[stage], 0, count, memory)
                    fine[2 * i + 1] = run_half(held[i], sections[stage], 1, count, memory)
            for i in range(1 << doublings):
                fine[i] = dry * fine[i] + wet * (bend(drive * fine[i] + bias, curve) - rest)
            for stage in range(doublings - 1, -1, -1):
                count, memory = counts[stage], state[channel, 1, stage]
                for i in range(1 << stage):
                    late = run_half(fine[2 * i], sections[stage], 1, count, memory)
                    fine[i] = 0.5 * (run_half(fine[2 * i + 1], sections[stage], 0, count, memory) + late)
            out[channel, n] = fine[0] - constant_part(fine[0] if lopsided else 0.0, pole, blocker[channel])


@inlined
def constant_part(x: float, pole: float, memory: NDArray[np.float64]) -> float:
    """What lies below a first-order low pass: the constant that a curve adds (kernel)."""
    kept = x + pole * (memory[0] - x)
    memory[0] = kept if abs(kept) > SILENCE else 0.0
    return memory[0]  # type: ignore[no-any-return]
