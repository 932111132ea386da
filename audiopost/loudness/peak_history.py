"""Peaks over time: the largest so far, the largest of each 100 ms, and how far they stand above short-term loudness.

Peaks come tile by tile, loudness mark by mark. Where a tile is not 100 ms long, its peak is booked on the mark in
whose 100 ms it begins.

Source of the peak to short-term ratio: I. Shepherd, E. Grimm et al., "Peak to short-term ratio", AES Convention 143
(2017), e-Brief; taken here as the true peak of the same 3 s less their loudness.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from audiopost.loudness.gating import ABSOLUTE_GATE_LUFS, loudness_lufs, power_at
from audiopost.loudness.windows import (
    HOPS_PER_MARK,
    MARKS_PER_SECOND,
    SHORT_TERM_HOPS,
    GrowingArray,
    LoudnessWindows,
    sliding_maxima,
)

__all__ = ["PeakHistory"]

_SHORT_TERM_MARKS = SHORT_TERM_HOPS // HOPS_PER_MARK
_AUDIBLE_POWER = power_at(ABSOLUTE_GATE_LUFS)


class PeakHistory:
    """Running peaks of a stream.

    Parameters
    ----------
    sample_rate
        In Hz.
    channels
        Number of channels.
    tile_frames
        Frames of a tile; None where each tile is the 100 ms of a mark.

    Attributes
    ----------
    true_peaks, sample_peaks : NDArray[np.float64]
        Largest so far of each channel, linear, shape ``(channels,)``.
    by_mark : GrowingArray
        Largest true peak of any channel in each 100 ms, linear.
    psr_min_lu : float or None
        Smallest peak to short-term ratio so far; None before a window of 3 s above -70 LUFS.
    """

    def __init__(self, sample_rate: int, channels: int, tile_frames: int | None) -> None:
        self._sample_rate = sample_rate
        self._tile_frames = tile_frames
        self._tiles = 0
        self._unbooked = np.zeros(0)
        self._ratios_seen = 0
        self.true_peaks = np.zeros(channels)
        self.sample_peaks = np.zeros(channels)
        self.by_mark = GrowingArray()
        self.psr_min_lu: float | None = None

    def add(self, true_peaks: NDArray[np.float32], sample_peaks: NDArray[np.float32], windows: LoudnessWindows) -> None:
        """Book the peaks ``(channels, tiles)`` of new tiles, after `windows` has moved on by the same tiles."""
        for _ in self.add_by_steps(true_peaks, sample_peaks, windows):
            pass

    def add_by_steps(
        self, true_peaks: NDArray[np.float32], sample_peaks: NDArray[np.float32], windows: LoudnessWindows
    ) -> Iterator[None]:
        """The same in steps of about equal cost; nothing holds in between."""
        np.maximum(self.true_peaks, true_peaks.max(axis=1), out=self.true_peaks)
        np.maximum(self.sample_peaks, sample_peaks.max(axis=1), out=self.sample_peaks)
        yield
        self._book(true_peaks.max(axis=0), windows.hops // HOPS_PER_MARK)
        yield
        self._compare(windows.short_term_history.values)
        yield

    def _book(self, peaks: NDArray[np.float32], marks: int) -> None:
        booked = len(self.by_mark.values)
        place = self._tiles + np.arange(len(peaks))
        if self._tile_frames is not None:
            place = place * self._tile_frames * MARKS_PER_SECOND // self._sample_rate
        place = np.maximum(place - booked, 0)
        self._tiles += len(peaks)
        waiting = np.zeros(max(int(place[-1]) + 1, len(self._unbooked), marks - booked))
        waiting[: len(self._unbooked)] = self._unbooked
        np.maximum.at(waiting, place, peaks)
        self.by_mark.append(waiting[: marks - booked])
        self._unbooked = waiting[marks - booked :]

    def _compare(self, short_term_powers: NDArray[np.float64]) -> None:
        begin, end = self._ratios_seen, len(short_term_powers)
        if begin == end:
            return
        self._ratios_seen = end
        powers = short_term_powers[begin:]
        peaks = sliding_maxima(self.by_mark.values[begin : end + _SHORT_TERM_MARKS - 1], _SHORT_TERM_MARKS)
        audible = powers > _AUDIBLE_POWER
        if audible.any():
            # The quietest ratio in powers is the smallest difference in decibels.
            least = float((peaks[audible] ** 2 / powers[audible]).min())
            ratio_lu = loudness_lufs(least) - 2.0 * loudness_lufs(1.0)
            self.psr_min_lu = ratio_lu if self.psr_min_lu is None else min(self.psr_min_lu, ratio_lu)
