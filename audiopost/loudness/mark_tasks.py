"""Tasks for many whole marks, so that one call of machine code works them out.

A mark's task differs from that of the next in where its words lie and its results go, and in the number of its first
frame; where 10 ms are no whole number of frames, in the lengths of its hops too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp import lane_programs as lanes
from audiopost.dsp.lane_programs import Task
from audiopost.dsp.vector_code import LANES
from audiopost.loudness.windows import HOPS_PER_MARK, HOPS_PER_SECOND, hop_edges

__all__ = ["MARKS_AT_ONCE", "MarkTasks"]

MARKS_AT_ONCE = 42
"""The marks of 4 s, and two to warm up."""


class MarkTasks:
    """Tasks of `MARKS_AT_ONCE` marks or fewer, and the memory for their results.

    Parameters
    ----------
    template
        What holds for every task of a group, ``(groups, places)``.
    sample_rate
        In Hz.
    late_frames
        How late peaks are looked for.

    Attributes
    ----------
    energies : NDArray[np.float64]
        Of each hop, ``(marks, groups, hops, lanes)``.
    peaks : NDArray[np.float32]
        Two rows of each mark, ``(marks, groups, 2, lanes)``.
    address : int
        Where the tasks lie in memory, in the order of the marks.
    """

    def __init__(self, template: NDArray[np.int64], sample_rate: int, late_frames: int) -> None:
        groups = len(template)
        self._rate = sample_rate
        self._to_frame = template[0, Task.TO_FRAME]
        self._late_frames = late_frames
        self.energies = np.zeros((MARKS_AT_ONCE, groups, HOPS_PER_MARK, LANES))
        self.peaks = np.zeros((MARKS_AT_ONCE, groups, lanes.PEAK_ROWS, LANES), dtype=np.float32)
        self._edges = np.zeros((MARKS_AT_ONCE, HOPS_PER_MARK + 2), dtype=np.int64)
        self._tasks = np.repeat(template[np.newaxis], MARKS_AT_ONCE, axis=0)
        self.address = self._tasks.ctypes.data
        self._put(Task.ENERGIES, _addresses(self.energies))
        self._put(Task.PEAKS, _addresses(self.peaks))
        self._put(Task.EDGES, _addresses(self._edges[:, np.newaxis]))
        self._put(Task.NEW_SAMPLES, template[:, Task.SAMPLES] + 4 * LANES * lanes.HISTORY_FRAMES)
        self._put(Task.HOPS, HOPS_PER_MARK)
        self._put(Task.BEGIN, lanes.HISTORY_FRAMES - late_frames)
        self._alike = sample_rate % HOPS_PER_SECOND == 0
        self._put_lengths(hop_edges(0, MARKS_AT_ONCE * HOPS_PER_MARK, sample_rate))

    def prepare(self, address: int, first_mark: int, marks: int) -> int:
        """Write the tasks of so many marks whose words begin at an address; return their frames."""
        hops = hop_edges(first_mark * HOPS_PER_MARK, (first_mark + marks) * HOPS_PER_MARK, self._rate)
        if not self._alike:
            self._put_lengths(hops)
        begins = hops[:-1:HOPS_PER_MARK, np.newaxis]
        self._put(Task.NUMBER, begins)
        self._put(Task.WORDS, address + (begins - begins[0]) * self._to_frame)
        self.peaks[:marks] = 0.0
        return int(hops[-1] - hops[0])

    def _put_lengths(self, hops: NDArray[np.int64]) -> None:
        begins, ends = hops[:-1:HOPS_PER_MARK, np.newaxis], hops[HOPS_PER_MARK::HOPS_PER_MARK, np.newaxis]
        edges = self._edges[: len(begins)]
        edges[:, 0] = lanes.HISTORY_FRAMES
        edges[:, 1:-1] = hops[1:].reshape(len(begins), -1) - begins + lanes.HISTORY_FRAMES
        edges[:, -1] = edges[:, -2]
        self._put(Task.FRAMES, ends - begins)
        self._put(Task.KEEP, ends - begins)
        self._put(Task.END, ends - begins + lanes.HISTORY_FRAMES - self._late_frames)

    def _put(self, place: Task, numbers: NDArray[np.int64] | int) -> None:
        """A number for each mark, ``(marks, 1)``, each group, or both."""
        marks = len(numbers) if isinstance(numbers, np.ndarray) and numbers.ndim == 2 else MARKS_AT_ONCE
        self._tasks[:marks, :, place] = numbers


def _addresses(array: NDArray[Any]) -> NDArray[np.int64]:
    """Where each part of an array begins that belongs to one mark and group, ``(marks, groups)``."""
    marks, groups = (np.arange(length, dtype=np.int64) for length in array.shape[:2])
    places: NDArray[np.int64] = marks[:, np.newaxis] * array.strides[0] + groups * array.strides[1]
    return places + array.ctypes.data
