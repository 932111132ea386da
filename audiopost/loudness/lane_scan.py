"""The compiled road of the samples: several streams in step, one channel a lane, energies and peaks out.

::

    words ── lanes ─┬─ K-weighting ── energy of each hop (10 ms)
                    └─ peak of each mark (100 ms)

A stream passes sample by sample, so how it was cut cannot be seen in the results. Peaks are booked `LATE_FRAMES`
late, because an interpolator looks ahead.

Where machine code cannot be had, `programs` is None, and `signal_path` measures in numpy.
"""

from __future__ import annotations

import copy
from functools import cache

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp import lane_programs as lanes
from audiopost.dsp.lane_programs import Task
from audiopost.dsp.machine_code import Programs, are_kept, emitted
from audiopost.dsp.oversampling import oversampling_filter
from audiopost.dsp.overshoot import bend_bounds
from audiopost.dsp.vector_code import LANES
from audiopost.loudness.k_weighting import k_weighting_sections
from audiopost.loudness.mark_tasks import MARKS_AT_ONCE, MarkTasks
from audiopost.loudness.true_peak import oversampling_factor
from audiopost.loudness.windows import HOPS_PER_MARK, HOPS_PER_SECOND, MARKS_PER_SECOND

__all__ = ["LATE_FRAMES", "Faults", "LaneScan", "Source", "programs", "programs_must_be_made", "streams_at_once"]

LATE_FRAMES = lanes.BEYOND_FRAMES + lanes.BLOCK_FRAMES
"""Frames after which a peak is booked: 1.3 ms at 48 kHz."""

_ROUNDING = 1e-5
"""How far float32 may be off in an interpolated value, relative to the largest sample around."""

_NEVER = np.iinfo(np.int64).max


_PROGRAMS = (*lanes.DECODERS.values(), lanes.filter_energies, lanes.find_peaks, *lanes.SCANS.values())


@cache
def programs() -> Programs | None:
    """The compiled programs, loaded or made at the first call; None where there is no way to machine code."""
    try:
        return emitted(*_PROGRAMS)
    except (ImportError, OSError, RuntimeError):
        return None


def programs_must_be_made() -> bool:
    """Whether the next `programs` takes a second, because none were ever made here for this processor."""
    try:
        return not are_kept(*_PROGRAMS)
    except (ImportError, OSError, RuntimeError):
        return False


def streams_at_once(channels: int) -> int:
    """How many streams of so many channels fill the lanes.

    >>> [streams_at_once(channels) for channels in (1, 2, 6, 24)]
    [8, 4, 1, 1]
    """
    return max(1, LANES // channels)


@cache
def _interpolator(sample_rate: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Coefficients in groups of eight phases, ``(groups, taps, 8)``, and the bounds of overshoot for `find_peaks`."""
    coefficients = oversampling_filter(oversampling_factor(sample_rate))
    groups = -(-len(coefficients) // LANES)
    padded = np.zeros((groups * LANES, lanes.TAPS))
    padded[: len(coefficients)] = coefficients
    taps = np.ascontiguousarray(padded.reshape(groups, LANES, lanes.TAPS).transpose(0, 2, 1), dtype=np.float32)
    near, far = bend_bounds(coefficients, lanes.BLOCK_FRAMES)
    return taps, np.array([near * (1 + _ROUNDING), far * (1 + _ROUNDING), _ROUNDING], dtype=np.float32)


class Faults:
    """Samples that were no numbers, by lane: how many, and the frame of the stream where the first was."""

    def __init__(self, groups: int) -> None:
        self.memory = np.zeros((groups, 2, LANES), dtype=np.int64)
        self.clear()

    def __bool__(self) -> bool:
        return bool(self.memory[:, 0].any())

    def clear(self) -> None:
        """Forget them."""
        self.memory[:, 0] = 0
        self.memory[:, 1] = _NEVER

    def of_lanes(self, first: int, count: int) -> tuple[int, int]:
        """How many in `count` lanes, and the first frame (meaningless where there are none)."""
        by_lane = self.memory.transpose(1, 0, 2).reshape(2, -1)[:, first : first + count]
        return int(by_lane[0].sum()), int(by_lane[1].min())


class Source:
    """Where the words of every lane lie in memory.

    Parameters
    ----------
    word
        Their form, by its name in ``media.sample_words``.
    to_frame
        Bytes from one frame to the next.
    offsets
        Bytes from the beginning of the memory to the first word of each lane in use.
    """

    def __init__(self, word: str, to_frame: int, offsets: NDArray[np.int64]) -> None:
        groups = -(-len(offsets) // LANES)
        self.word = word
        self.to_frame = to_frame
        self.offsets = np.full(groups * LANES, offsets[0], dtype=np.int64)
        self.offsets[: len(offsets)] = offsets
        self.scales = np.zeros(groups * LANES, dtype=np.float32)
        self.scales[: len(offsets)] = 1.0 / lanes.FULL_SCALES[word]


class LaneScan:
    """Filters and peaks of streams that run in step.

    Parameters
    ----------
    sample_rate
        In Hz.
    lane_count
        Channels of all streams together; more than eight are taken in groups of eight.
    maximum_frames
        Memory for so many frames; longer runs are worked out piece by piece.

    Attributes
    ----------
    frames : int
        Frames taken in so far.
    energies : list
        Of each hop that has ended, unweighted sums of squares, ``(10, lanes)`` for each mark.
    peaks : list
        True peak of each mark that has ended, ``(lanes,)``.
    sample_peaks : NDArray[np.float32]
        Largest so far, ``(lanes,)``.
    interpolated_frames : int
        How often a place between two samples was looked at; the rest could not have been a peak.

    Notes
    -----
    - Accuracy: float64 filters, float32 interpolation of 48 taps.
    - Realtime: no locks; a list grows at each mark.
    """

    def __init__(self, compiled: Programs, sample_rate: int, lane_count: int, maximum_frames: int) -> None:
        groups = -(-lane_count // LANES)
        self._compiled = compiled
        self._rate = sample_rate
        self._lane_count = lane_count
        self._maximum_frames = max(maximum_frames, LANES)
        self._coefficients = np.array(k_weighting_sections(sample_rate), dtype=np.float64).ravel()
        self._taps, self._bounds = _interpolator(sample_rate)
        self._samples = np.zeros((groups, lanes.HISTORY_FRAMES + self._maximum_frames, LANES), dtype=np.float32)
        self._state = np.zeros((groups, lanes.STATE_ROWS, LANES))
        self._peaks = np.zeros((groups, lanes.PEAK_ROWS, LANES), dtype=np.float32)
        self._hop_energies = np.zeros((groups, HOPS_PER_MARK, LANES))
        blocks = self._samples.shape[1] // lanes.BLOCK_FRAMES + 8
        self._scratch = np.zeros((blocks, 2, LANES), dtype=np.float32)
        self._edges = np.zeros(HOPS_PER_MARK + 2, dtype=np.int64)
        self._seen = np.zeros(1, dtype=np.int64)
        self.faults = Faults(groups)
        self._know_addresses()
        self.reset()

    def _know_addresses(self) -> None:
        """Write the task of each group, as far as it does not change from call to call."""
        self._samples_at = self._samples.ctypes.data
        self._energies_at = self._hop_energies.ctypes.data
        self._tasks = np.zeros((len(self._state), len(Task)), dtype=np.int64)
        for group, task in enumerate(self._tasks):
            task[Task.FAULTS] = self.faults.memory[group].ctypes.data
            task[Task.SAMPLES] = self._samples[group].ctypes.data
            task[Task.EDGES] = self._edges.ctypes.data
            task[Task.COEFFICIENTS] = self._coefficients.ctypes.data
            task[Task.STATE] = self._state[group].ctypes.data
            task[Task.TAPS] = self._taps.ctypes.data
            task[Task.TAP_GROUPS] = len(self._taps)
            task[Task.BOUNDS] = self._bounds.ctypes.data
            task[Task.PEAKS] = self._peaks[group].ctypes.data
            task[Task.SCRATCH] = self._scratch.ctypes.data
            task[Task.SEEN] = self._seen.ctypes.data
        self._tasks_at = self._tasks.ctypes.data
        self._source: Source | None = None
        self._mark_tasks: MarkTasks | None = None

    def _know_source(self, source: Source) -> None:
        self._source = source
        self._mark_tasks = None
        self._run = self._compiled[f"scan_{source.word}"]
        for group, task in enumerate(self._tasks):
            task[Task.OFFSETS] = source.offsets[group * LANES :].ctypes.data
            task[Task.TO_FRAME] = source.to_frame
            task[Task.SCALES] = source.scales[group * LANES :].ctypes.data

    def reset(self) -> None:
        """Begin streams; allocates nothing but two lists."""
        self.frames = 0
        self.energies: list[NDArray[np.float64]] = []
        self.peaks: list[NDArray[np.float32]] = []
        self._filled = lanes.HISTORY_FRAMES
        self._samples[:, : lanes.HISTORY_FRAMES] = 0.0
        self._state.fill(0.0)
        self._peaks.fill(0.0)
        self._seen.fill(0)
        self._marks = 0
        self._hops_of_mark = 0
        self._mark_end = self._edge(HOPS_PER_MARK)
        self._hop_end = self._edge(1)
        self.faults.clear()

    def copy(self) -> LaneScan:
        """Another scan that goes on from here by itself; its lists begin anew."""
        twin = copy.copy(self)
        twin.take_own_memory()
        return twin

    def take_own_memory(self) -> None:
        """Go on in memory that nobody else knows."""
        for name in ("_samples", "_state", "_peaks", "_hop_energies", "_scratch", "_edges", "_seen"):
            setattr(self, name, getattr(self, name).copy())
        self.faults = copy.deepcopy(self.faults)
        self.energies, self.peaks = [], []
        self._know_addresses()

    @property
    def sample_peaks(self) -> NDArray[np.float32]:
        """Largest sample so far, ``(lanes,)``."""
        return self._peaks[:, 1].reshape(-1)[: self._lane_count].copy()

    @property
    def interpolated_frames(self) -> int:
        """How often a place between two samples was looked at."""
        return int(self._seen[0])

    def take(self, source: Source, address: int, frames: int) -> None:
        """Take in so many frames that lie in memory at an address."""
        if source is not self._source:
            self._know_source(source)
        done = 0
        while done < frames:
            marks = self._whole_marks(frames - done)
            if marks:
                done += self._advance_marks(address + done * source.to_frame, marks)
                continue
            piece = min(frames - done, self._mark_end - self.frames, self._maximum_frames)
            if self._filled + piece > self._samples.shape[1]:
                self._make_room()
            self._advance(address + done * source.to_frame, piece)
            done += piece

    def _make_room(self) -> None:
        kept = self._samples[:, self._filled - lanes.HISTORY_FRAMES : self._filled].copy()
        self._samples[:, : lanes.HISTORY_FRAMES] = kept
        self._filled = lanes.HISTORY_FRAMES

    def _advance(self, address: int, frames: int) -> None:
        """Take in frames that end no later than the mark; look for peaks up to `LATE_FRAMES` before their end."""
        begin, number = self._filled, self.frames
        self._filled += frames
        self.frames += frames
        hops = self._edges_of_hops(begin)
        for group, task in enumerate(self._tasks):
            task[: Task.OFFSETS] = (
                address, frames, number, self._samples_at + 4 * LANES * (group * self._samples.shape[1] + begin),
                hops, self._energies_at + 8 * LANES * (group * HOPS_PER_MARK + self._hops_of_mark),
                begin - LATE_FRAMES, self._filled - LATE_FRAMES,
            )  # fmt: skip
            self._run(self._tasks_at + 8 * len(Task) * group, 1)
        self._hops_of_mark += hops
        if self.frames == self._mark_end:
            self._end_mark()

    def _whole_marks(self, frames: int) -> int:
        """How many marks may be worked out in one call: the next that lie within so many frames."""
        ends = [self._edge((self._marks + mark) * HOPS_PER_MARK) for mark in range(2)]
        if self.frames != ends[0] or ends[1] - ends[0] >= self._maximum_frames:
            return 0
        uneven = self._rate % MARKS_PER_SECOND != 0  # then a mark may be a frame longer than another
        return min(MARKS_AT_ONCE, frames // (ends[1] - ends[0] + uneven))

    def _advance_marks(self, address: int, marks: int) -> int:
        """Take in whole marks by one call; return how many frames they are."""
        if self._filled != lanes.HISTORY_FRAMES:
            self._make_room()
        if self._mark_tasks is None:
            self._mark_tasks = MarkTasks(self._tasks, self._rate, LATE_FRAMES)
        tasks = self._mark_tasks
        frames = tasks.prepare(address, self._marks, marks)
        self._run(tasks.address, marks * len(self._state))
        energies = tasks.energies[:marks].transpose(0, 2, 1, 3).reshape(marks, HOPS_PER_MARK, -1)
        peaks = tasks.peaks[:marks]
        # `reshape` copies only where there are several groups, a slice never.
        self.energies += list(energies[..., : self._lane_count].copy())
        self.peaks += list(peaks[:, :, 0].reshape(marks, -1)[:, : self._lane_count].copy())
        np.maximum(self._peaks[:, 1], peaks[:, :, 1].max(axis=0), out=self._peaks[:, 1])
        self.frames += frames
        self._marks += marks
        self._mark_end = self._edge((self._marks + 1) * HOPS_PER_MARK)
        self._hop_end = self._edge(self._marks * HOPS_PER_MARK + 1)
        return frames

    def _edges_of_hops(self, begin: int) -> int:
        """Write where the hops of the new frames end, as places in the memory; return how many do."""
        edges, shift, hops = self._edges, self._filled - self.frames, 0
        edges[0] = begin
        while self._hop_end <= self.frames:
            hops += 1
            edges[hops] = self._hop_end + shift
            self._hop_end = self._edge(self._marks * HOPS_PER_MARK + self._hops_of_mark + hops + 1)
        edges[hops + 1] = self._filled
        return hops

    def _edge(self, hop: int) -> int:
        return (hop * self._rate + HOPS_PER_SECOND // 2) // HOPS_PER_SECOND

    def _end_mark(self) -> None:
        energies = self._hop_energies.transpose(1, 0, 2).reshape(HOPS_PER_MARK, -1)
        self.energies.append(energies[:, : self._lane_count].copy())
        self.peaks.append(self._peaks[:, 0].reshape(-1)[: self._lane_count].copy())
        self._peaks[:, 0] = 0.0
        self._marks += 1
        self._hops_of_mark = 0
        self._mark_end = self._edge((self._marks + 1) * HOPS_PER_MARK)
