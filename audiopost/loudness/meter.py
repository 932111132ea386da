"""The loudness meter: push blocks of any size, ask whenever you like.

::

                     ┌─ K-weighting ── hop energies ── windows ┬─ momentary, short-term, maxima
    blocks ── tiles ─┤                                         ├─ gating ── integrated
                     └─ sample peak, true peak                 └─ loudness range

The road of the samples is compiled (`lane_path`); where machine code cannot be had, it is numpy's (`signal_path`).
Live values follow the whole tiles taken in so far (100 ms or less); `LoudnessMeter.result` counts every frame.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.errors import UsageError
from audiopost.layouts import Layout, layout_named
from audiopost.loudness.ending import end_programme
from audiopost.loudness.gating import LOUDNESS_OFFSET_DB, integrated_lufs, loudness_lufs
from audiopost.loudness.lane_path import LanePath
from audiopost.loudness.lane_scan import programs
from audiopost.loudness.loudness_range import loudness_range_lu
from audiopost.loudness.peak_history import PeakHistory
from audiopost.loudness.result import Loudness, LoudnessHistory, Programme
from audiopost.loudness.signal_path import Passage, SignalPath
from audiopost.loudness.windows import MARKS_PER_SECOND, LoudnessWindows
from audiopost.units import linear_to_db, powers_to_db

__all__ = ["LOWEST_SAMPLE_RATE_HZ", "LoudnessMeter"]

LOWEST_SAMPLE_RATE_HZ = 8_000


class LoudnessMeter:
    """Streaming meter of loudness, loudness range and true peak after ITU-R BS.1770-5 and EBU Tech 3341/3342.

    Parameters
    ----------
    sample_rate
        In Hz, 8000 or more.
    layout
        The channels, or the name of a layout: ``"stereo"``, ``"5.1"``.

    Raises
    ------
    UsageError
        If the sample rate is below 8000 Hz.
    UnknownNameError
        If no layout bears the name.

    Notes
    -----
    - Accuracy: loudness within 0.02 LU, loudness range within 0.1 LU, true peak within +0.05/-0.15 dB for
      content up to 20 kHz, at 44.1 kHz and above. Below 32 kHz the K-weighting of all meters bends (`k_weighting`).
    - Latency: live values are at most 100 ms old.
    - Realtime: a block of 64 stereo frames costs 7 to 10 us; what the end of every 100 ms makes of work, some 100 us,
      is done in steps by the six calls that follow, none of which costs more than 30 us. No locks, no files. Ask in the
      thread that pushes. Where machine code cannot be had, numpy works out 100 ms at once, in half a millisecond.
    - The first meter of a process loads machine code (50 ms), the first one ever makes it (half a second).
    - Memory: constant, save for 24 bytes for each 100 ms of history.
    - Any cut of the stream into blocks gives the same result, bit for bit, on one machine.

    Examples
    --------
    >>> import numpy as np
    >>> time_s = np.arange(48_000) / 48_000
    >>> meter = LoudnessMeter(48_000, "stereo")
    >>> meter.process(np.tile(0.1 * np.sin(2 * np.pi * 1000 * time_s), (2, 1)).astype(np.float32))
    >>> round(meter.result().integrated_lufs, 1)
    -20.0
    """

    def __init__(self, sample_rate: int, layout: Layout | str) -> None:
        if sample_rate < LOWEST_SAMPLE_RATE_HZ:
            raise UsageError(
                f"a sample rate of {sample_rate} Hz is too low to measure loudness",
                mend=f"give {LOWEST_SAMPLE_RATE_HZ} Hz or more",
            )
        self.sample_rate = sample_rate
        self.layout = layout_named(layout) if isinstance(layout, str) else layout
        compiled = programs()
        self._path: LanePath | SignalPath
        self._path = LanePath(compiled, sample_rate, self.layout) if compiled else SignalPath(sample_rate, self.layout)
        self._tile_frames = None if compiled else self._path.tile_frames
        self.reset()

    def reset(self) -> None:
        """Forget everything, as the start of another programme."""
        self._path.reset()
        self._booking: Iterator[None] | None = None
        self._windows = LoudnessWindows(self.sample_rate)
        self._peaks = PeakHistory(self.sample_rate, self.layout.channels, self._tile_frames)

    def process(self, block: AudioBlock) -> None:
        """Take in a block.

        Parameters
        ----------
        block
            ``(channels, frames)``, float32, full scale 1.0, 0 frames or more. It is not changed.

        Raises
        ------
        UsageError
            If the block does not have the layout's channels.
        """
        if block.ndim != 2 or block.shape[0] != self.layout.channels:
            raise UsageError(
                f"a block of shape {block.shape} does not fit {self.layout.name}",
                mend=f"give ({self.layout.channels}, frames)",
            )
        passages = self._path.push(block)
        if passages:
            self._settle()
            self._booking = self._steps(passages)
            if block.shape[1] > self._path.tile_frames:
                self._settle()
        elif self._booking is not None and next(self._booking, True):
            self._booking = None

    def _steps(self, passages: list[Passage]) -> Iterator[None]:
        """The work that ended marks make, in steps that short blocks bear."""
        for passage in passages:
            yield from self._windows.add_by_steps(passage.hop_energies)
            yield from self._peaks.add_by_steps(passage.true_peaks, passage.sample_peaks, self._windows)

    def _settle(self) -> None:
        """Do what is left of it."""
        if self._booking is not None:
            for _ in self._booking:
                pass
            self._booking = None

    @property
    def frames(self) -> int:
        """Frames taken in."""
        return self._path.frames

    @property
    def momentary_lufs(self) -> float | None:
        """Loudness of the newest 0.4 s; None before they are there."""
        self._settle()
        return _loudness(self._windows.momentary)

    @property
    def short_term_lufs(self) -> float | None:
        """Loudness of the newest 3 s; None before they are there."""
        self._settle()
        return _loudness(self._windows.short_term)

    @property
    def momentary_max_lufs(self) -> float | None:
        """Loudest momentary loudness so far, looked at every 10 ms."""
        self._settle()
        return _loudness(self._windows.momentary_maximum)

    @property
    def short_term_max_lufs(self) -> float | None:
        """Loudest short-term loudness so far, looked at every 10 ms."""
        self._settle()
        return _loudness(self._windows.short_term_maximum)

    @property
    def integrated_lufs(self) -> float | None:
        """Integrated loudness so far. Its cost grows with the programme (0.1 ms an hour): ask at 1 to 10 Hz."""
        return integrated_lufs(self.gating_powers)

    @property
    def loudness_range_lu(self) -> float | None:
        """Loudness range so far, without the silence that `result` adds. EBU: not stable in the first 60 s."""
        self._settle()
        return loudness_range_lu(self._windows.short_term_history.values)

    @property
    def true_peak_dbtp(self) -> float:
        """Largest true peak of any channel so far; ``-inf`` for silence."""
        self._settle()
        return linear_to_db(float(self._peaks.true_peaks.max()))

    @property
    def sample_peak_dbfs(self) -> float:
        """Largest sample of any channel so far; ``-inf`` for silence."""
        self._settle()
        return linear_to_db(float(self._peaks.sample_peaks.max()))

    @property
    def gating_powers(self) -> NDArray[np.float64]:
        """Weighted mean squares of the 400 ms blocks so far, shape ``(blocks,)``, read only: what albums pool."""
        self._settle()
        return self._windows.momentary_history.values

    def history(self) -> LoudnessHistory:
        """Readings every 100 ms so far."""
        self._settle()
        peaks = self._peaks.by_mark.values
        marks = len(peaks)
        return LoudnessHistory(
            time_s=np.arange(1, marks + 1) / MARKS_PER_SECOND,
            momentary_lufs=_behind_nan(self._windows.momentary_history.values, marks),
            short_term_lufs=_behind_nan(self._windows.short_term_history.values, marks),
            true_peak_dbtp=powers_to_db(peaks**2),
        )

    def result(self) -> Loudness:
        """Every measure, as if the programme ended here. More may be pushed afterwards."""
        return self.programme().loudness

    def programme(self) -> Programme:
        """The result together with the blocks it was made of, for `album.album_loudness`."""
        self._settle()
        return end_programme(*copy.deepcopy((self._path, self._windows, self._peaks)))


def _loudness(power: float | None) -> float | None:
    return None if power is None else loudness_lufs(power)


def _behind_nan(powers: NDArray[np.float64], marks: int) -> NDArray[np.float64]:
    """Loudness of powers that end with the last of `marks`, NaN for the marks before them."""
    levels = np.full(marks, math.nan)
    levels[marks - len(powers) :] = LOUDNESS_OFFSET_DB + powers_to_db(powers)
    return levels
