"""Crossovers whose bands sum to the whole again.

::

              ┌─ low ─▶ all-pass at f3 ─▶ split at f1 ─▶ bands 1, 2
    x ─▶ split at f2
              └─ high ─▶ all-pass at f1 ─▶ split at f3 ─▶ bands 3, 4

A Linkwitz-Riley split of fourth order is two equal Butterworth filters in a row on either side, 24 dB per octave; low
and high are in phase at every frequency and sum to an all-pass. The all-passes give every band the phase shift of the
split that it does not go through, so all four sum to three all-passes in a row: a magnitude of exactly 1.

Source: S. H. Linkwitz, "Active Crossover Networks for Noncoincident Drivers", JAES 24 (1976), 2-8; the compensation:
J. D. Reiss, A. McPherson, "Audio Effects" (2014), chapter 4. The sections: `audiopost.dsp.biquad`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.smoothing import Ramps, advance

__all__ = ["BANDS", "FourBands", "TwoBands", "band_outputs", "split_coefficients"]

BANDS = 4

HIGHEST_SPLIT = 0.45
"""Of the sample rate."""

ROOT_OF_TWO = math.sqrt(2.0)

SILENCE = 1e-25
"""A state below this is 0: far under every noise, far above the denormal numbers that would stall the processor."""

SPLIT_STATES = 6
"""Of a split: two of the section that both sides share, two of the second one of either side."""


class FourBands:
    """Splits a stream at three frequencies that glide.

    Notes
    -----
    Accuracy: the sum of the bands has the level of the input within 0.001 dB at every frequency (states in float64,
    each band rounded to float32). Latency: none. Realtime: one compiled pass.
    """

    def __init__(
        self, channels: int, sample_rate: float, smoothing_ms: float, frequencies_hz: tuple[float, ...]
    ) -> None:
        self._sample_rate = float(sample_rate)
        self._ramps = Ramps.lasting(BANDS - 1, smoothing_ms, sample_rate)
        for index, hz in enumerate(frequencies_hz):
            self._ramps.jump(index, math.log(hz))
        self._coefficients = np.zeros((BANDS - 1, 3), dtype=np.float64)
        self._states = np.zeros((channels, 3 * SPLIT_STATES + 4), dtype=np.float64)
        self._run = split_four.ready()

    def aim(self, frequencies_hz: tuple[float, ...]) -> None:
        """Glide to other frequencies."""
        for index, hz in enumerate(frequencies_hz):
            self._ramps.aim(index, math.log(hz))

    def process(self, block: AudioBlock, bands: tuple[AudioBlock, AudioBlock, AudioBlock, AudioBlock]) -> None:
        """Fill the four bands, each of the shape of `block`."""
        self._run(block, *bands, self._ramps.state, self._coefficients, self._states, self._sample_rate)

    def reset(self) -> None:
        """Forget all sound; arrive at the frequencies."""
        self._ramps.finish()
        self._states.fill(0.0)


class TwoBands:
    """Splits a stream at one frequency that stays.

    Notes
    -----
    Accuracy, latency: as `FourBands`. Realtime: one compiled pass.
    """

    def __init__(self, channels: int, sample_rate: float, frequency_hz: float) -> None:
        self._split = np.array([math.log(frequency_hz), float(sample_rate)])
        self._states = np.zeros((channels, SPLIT_STATES), dtype=np.float64)
        self._run = split_two.ready()

    def process(self, block: AudioBlock, bands: AudioBlock) -> None:
        """Fill ``(2 * channels, frames)``: the lows of every channel, then the highs of every channel."""
        self._run(block, bands, self._split, self._states)

    def reset(self) -> None:
        """Forget all sound."""
        self._states.fill(0.0)


@inlined
def split_coefficients(log_frequency: float, sample_rate: float, row: NDArray[np.float64]) -> None:
    """a1, a2, a3 of a Butterworth section (kernel)."""
    hz = min(math.exp(log_frequency), HIGHEST_SPLIT * sample_rate)
    g = math.tan(math.pi * hz / sample_rate)
    a1 = 1.0 / (1.0 + g * (g + ROOT_OF_TWO))
    row[0], row[1], row[2] = a1, g * a1, g * g * a1


@inlined
def band_outputs(x: float, row: NDArray[np.float64], states: NDArray[np.float64]) -> tuple[float, float]:
    """One sample through a section of two states: its band-pass and low-pass outputs (kernel)."""
    v3 = x - states[1]
    v1 = row[0] * states[0] + row[1] * v3
    v2 = states[1] + row[1] * states[0] + row[2] * v3
    s1, s2 = 2.0 * v1 - states[0], 2.0 * v2 - states[1]
    states[0] = s1 if abs(s1) > SILENCE else 0.0
    states[1] = s2 if abs(s2) > SILENCE else 0.0
    return v1, v2


@inlined
def split(x: float, row: NDArray[np.float64], states: NDArray[np.float64]) -> tuple[float, float]:
    """One sample into low and high (kernel)."""
    band, low = band_outputs(x, row, states)
    high = x - ROOT_OF_TWO * band - low
    _, lower = band_outputs(low, row, states[2:])
    band, below = band_outputs(high, row, states[4:])
    return lower, high - ROOT_OF_TWO * band - below


@inlined
def all_pass(x: float, row: NDArray[np.float64], states: NDArray[np.float64]) -> float:
    """One sample with the phase shift of a split (kernel)."""
    band, _ = band_outputs(x, row, states)
    return x - 2.0 * ROOT_OF_TWO * band


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float32[:, ::1], float32[:, ::1], float32[:, ::1], float64[:, ::1],"
    " float64[:, ::1], float64[:, ::1], float64)"
)
def split_four(
    block: AudioBlock,
    first: AudioBlock,
    second: AudioBlock,
    third: AudioBlock,
    fourth: AudioBlock,
    ramps: NDArray[np.float64],
    rows: NDArray[np.float64],
    states: NDArray[np.float64],
    sample_rate: float,
) -> None:
    """See `FourBands`."""
    for n in range(block.shape[1]):
        for index in range(rows.shape[0]):
            moving = ramps[index, 3] > 0.0
            log_frequency = advance(ramps, index)
            if moving or n == 0:
                split_coefficients(log_frequency, sample_rate, rows[index])
        for channel in range(block.shape[0]):
            own = states[channel]
            low, high = split(np.float64(block[channel, n]), rows[1], own)
            low = all_pass(low, rows[2], own[18:])
            high = all_pass(high, rows[0], own[20:])
            first[channel, n], second[channel, n] = split(low, rows[0], own[6:])
            third[channel, n], fourth[channel, n] = split(high, rows[2], own[12:])


@compiled("void(float32[:, ::1], float32[:, ::1], float64[::1], float64[:, ::1])")
def split_two(block: AudioBlock, bands: AudioBlock, split_at: NDArray[np.float64], states: NDArray[np.float64]) -> None:
    """See `TwoBands`; `split_at`: logarithm of the frequency in Hz, sample rate."""
    row = np.empty(3)
    split_coefficients(split_at[0], split_at[1], row)
    for channel in range(block.shape[0]):
        for n in range(block.shape[1]):
            low, high = split(np.float64(block[channel, n]), row, states[channel])
            bands[channel, n], bands[block.shape[0] + channel, n] = low, high
