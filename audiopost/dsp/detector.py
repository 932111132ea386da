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
from audiopost.dsp.compiled import compiled
from audiopost.dsp.sliding import MaximumQueue, push_maximum
from audiopost.units import ms_to_frames

__all__ = ["WINDOW_MS", "Detector", "MeanSquare", "PeakHold"]

WINDOW_MS = 10.0

SILENCE = 1e-30


class Detector(Protocol):
    """Fills one level a frame, as amplitude, from all channels of a key."""

    def process(self, key: AudioBlock, level_linear: NDArray[np.float64]) -> None:
        """`level_linear`, (frames,), from `key`, (channels, frames)."""

    def reset(self) -> None:
        """Forget all sound."""


class PeakHold:
    """Largest absolute sample of any channel in the last 10 ms."""

    def __init__(self, sample_rate: float) -> None:
        self._queue = MaximumQueue.over(ms_to_frames(WINDOW_MS, sample_rate))
        self._run = hold_peaks.ready()

    def process(self, key: AudioBlock, level_linear: NDArray[np.float64]) -> None:
        """`level_linear`, (frames,), from `key`, (channels, frames)."""
        self._run(key, *self._queue, level_linear)

    def reset(self) -> None:
        """Forget all sound."""
        self._queue.clear()


class MeanSquare:
    """Root of the smoothed mean square of the loudest channel; time constant 10 ms."""

    def __init__(self, sample_rate: float, channels: int) -> None:
        self._keep = math.exp(-1.0 / (WINDOW_MS / 1000.0 * sample_rate))
        self._power = np.zeros(channels, dtype=np.float64)
        self._run = average_squares.ready()

    def process(self, key: AudioBlock, level_linear: NDArray[np.float64]) -> None:
        """`level_linear`, (frames,), from `key`, (channels, frames)."""
        self._run(key, self._power, self._keep, level_linear)

    def reset(self) -> None:
        """Forget all sound."""
        self._power.fill(0.0)


@compiled("void(float32[:, ::1], float64[::1], int64[::1], int64[::1], float64[::1])")
def hold_peaks(
    key: AudioBlock,
    values: NDArray[np.float64],
    born: NDArray[np.int64],
    cursor: NDArray[np.int64],
    level_linear: NDArray[np.float64],
) -> None:
    """See `PeakHold`."""
    for n in range(key.shape[1]):
        peak = 0.0
        for channel in range(key.shape[0]):
            peak = max(peak, abs(np.float64(key[channel, n])))
        level_linear[n] = push_maximum(values, born, cursor, peak)


@compiled("void(float32[:, ::1], float64[::1], float64, float64[::1])")
def average_squares(
    key: AudioBlock, power: NDArray[np.float64], keep: float, level_linear: NDArray[np.float64]
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
