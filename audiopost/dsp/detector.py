"""Level detectors: what a compressor or a gate believes the level to be.

`PeakHold`: the largest sample of any channel within the last 10 ms. Over half a period of 50 Hz it reads a steady
sound as a steady level, so a gain that follows it does not ripple with the waveform (which would be distortion),
and it rises with the very frame of an onset.

`MeanSquare`: the root of the mean of squares with a time constant of 10 ms: nearer to what loudness does; a sine reads
3.01 dB below its peak.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.sliding import PIECE, SlidingMaximum, newest_values, slide
from audiopost.units import ms_to_frames

__all__ = ["WINDOW_MS", "Detector", "MeanSquare", "PeakHold", "held_peaks"]

WINDOW_MS = 10.0

SILENCE = 1e-30


class Detector(Protocol):
    """Fills one level a frame, as amplitude, from all channels of a key."""

    def process(self, key: AudioBlock, level_linear: NDArray[np.float32]) -> None:
        """The first frames of `level_linear` from `key`, (channels, frames)."""

    def reset(self) -> None:
        """Forget all sound."""


class PeakHold:
    """Largest absolute sample of any channel in the last 10 ms; `maximum` is its memory."""

    def __init__(self, sample_rate: float) -> None:
        self.maximum = SlidingMaximum.over(ms_to_frames(WINDOW_MS, sample_rate))
        self._run = hold_peaks.ready()

    def process(self, key: AudioBlock, level_linear: NDArray[np.float32]) -> None:
        """The first frames of `level_linear` from `key`, (channels, frames)."""
        self._run(key, *self.maximum, level_linear)

    def reset(self) -> None:
        """Forget all sound."""
        self.maximum.clear()


class MeanSquare:
    """Root of the smoothed mean square of the loudest channel; time constant 10 ms."""

    def __init__(self, sample_rate: float, channels: int) -> None:
        self._keep = math.exp(-1.0 / (WINDOW_MS / 1000.0 * sample_rate))
        self._power = np.zeros(channels, dtype=np.float64)
        self._run = average_squares.ready()

    def process(self, key: AudioBlock, level_linear: NDArray[np.float32]) -> None:
        """The first frames of `level_linear` from `key`, (channels, frames)."""
        self._run(key, self._power, self._keep, level_linear)

    def reset(self) -> None:
        """Forget all sound."""
        self._power.fill(0.0)


@compiled("void(float32[:, ::1], int64, float32[:, ::1], float32[::1])")
def hold_peaks(key: AudioBlock, window: int, rows: NDArray[np.float32], level_linear: NDArray[np.float32]) -> None:
    """See `PeakHold`."""
    held_peaks(key, window, rows, level_linear)


@inlined
def held_peaks(key: AudioBlock, window: int, rows: NDArray[np.float32], level_linear: NDArray[np.float32]) -> None:
    """See `PeakHold` (kernel)."""
    frames, start = key.shape[1], 0
    while start < frames:
        taken = min(PIECE, frames - start)
        newest = newest_values(rows)
        for n in range(taken):
            newest[n] = abs(key[0, start + n])
        for channel in range(1, key.shape[0]):
            given = key[channel, start:]
            for n in range(taken):
                size = abs(given[n])
                newest[n] = size if size > newest[n] else newest[n]
        slide(rows, window, taken, level_linear[start:])
        start += taken


@compiled("void(float32[:, ::1], float64[::1], float64, float32[::1])")
def average_squares(
    key: AudioBlock, power: NDArray[np.float64], keep: float, level_linear: NDArray[np.float32]
) -> None:
    """See `MeanSquare`."""
    for n in range(key.shape[1]):
        loudest = 0.0
        for channel in range(key.shape[0]):
            x = np.float64(key[channel, n])
            power[channel] = keep * power[channel] + (1.0 - keep) * x * x
            if power[channel] < SILENCE:
                power[channel] = 0.0
            loudest = max(loudest, power[channel])
        level_linear[n] = math.sqrt(loudest)
