"""A stored programme, measured in segments: several at once in the lanes of a processor, on every core there is.

::

    segment 0 │ segment 1 │ segment 2 │ segment 3 │ ...         of 30 s, as many side by side as fill eight lanes
    ^ each begins 0.2 s earlier, to warm its filters up

A segment's filter starts in silence 200 ms before the segment, where the stream's own remembers what was before. Its
slowest pole, at 38 Hz, has forgotten all but 1e-20 of that when the segment begins, so what is left is rounding: less
than 1e-11 of the loudest. Peaks are those of the stream, bit for bit. Segments last 30 s whatever the cores, so that
the result is the same on all machines of a kind; a programme too short to fill the lanes with such is shared out
among them, in whole seconds.

Bytes are read at their place, where they are needed, into memory that is used again: a programme of ten hours takes
no more than one of a minute.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.machine_code import Programs
from audiopost.dsp.processors import available_processors
from audiopost.layouts import Layout
from audiopost.loudness.ending import conclude
from audiopost.loudness.lane_memory import Form, give_back, lent
from audiopost.loudness.lane_scan import LATE_FRAMES, programs, streams_at_once
from audiopost.loudness.loudness_range import LOUDNESS_RANGE_TAIL_S
from audiopost.loudness.peak_history import PeakHistory
from audiopost.loudness.result import Programme
from audiopost.loudness.windows import MARKS_PER_SECOND, LoudnessWindows, complete_hops
from audiopost.units import seconds_to_frames

__all__ = ["SEGMENT_S", "StoredWords", "WordsReader", "can_measure_segments", "measure_segments", "usual_threads"]

SEGMENT_S = 30
_WARM_UP_MARKS = 2
_HOPS_AT_ONCE = 30_000


class WordsReader(Protocol):
    """An open file of words."""

    def read_into(self, stream: int, frame: int, memory: memoryview, /) -> int:
        """Fill memory from a frame on, as the reading of one of the streams; return how many bytes there were."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...


class StoredWords(Protocol):
    """Sound in a file that can be had from any frame on as words, channels interleaved."""

    @property
    def word(self) -> str:
        """Their form, by its name in ``media.sample_words``."""
        ...

    @property
    def frame_bytes(self) -> int:
        """Bytes from frame to frame."""
        ...

    @property
    def frames(self) -> int:
        """How many frames."""
        ...

    def open(self, streams: int, /) -> WordsReader:
        """Open them once more, for one thread that reads so many streams."""
        ...


@dataclass(frozen=True)
class _Found:
    """What a segment has shown: weighted energy of each hop, true peak of each mark and channel, and more."""

    hop_energies: NDArray[np.float64]
    true_peaks: NDArray[np.float32]
    sample_peaks: NDArray[np.float32]
    non_finite: tuple[int, int]


def can_measure_segments(sample_rate: int) -> bool:
    """Whether a warm-up is a whole number of frames, and there is machine code."""
    return _WARM_UP_MARKS * sample_rate % MARKS_PER_SECOND == 0 and programs() is not None


def usual_threads() -> int:
    """One a processor that this process may use."""
    return available_processors()


def measure_segments(
    words: StoredWords,
    sample_rate: int,
    layout: Layout,
    *,
    threads: int | None = None,
    report: Callable[[int], None] | None = None,
) -> Programme | None:
    """Measure stored sound from its first frame to its last.

    Parameters
    ----------
    words
        Where it lies.
    sample_rate
        In Hz; one for which `can_measure_segments` is true.
    layout
        The channels.
    threads
        How many work side by side; one a processor by default. The result does not depend on it.
    report
        Called with the frames done, now and then, by the calling thread. What it raises ends the work.

    Returns
    -------
    Programme or None
        None if the file ends before the frames that it promised: then it must be read to wherever it ends.

    Notes
    -----
    - Accuracy: integrated loudness, maxima and range within 1e-9 LU of the stream's; peaks the same.
    """
    compiled = programs()
    if compiled is None:
        raise RuntimeError("there is no machine code to measure segments with")
    plan = _Plan(words, sample_rate, layout)
    found: dict[int, list[_Found]] = {}
    for batch, segments in _worked_out(plan, compiled, min(threads or usual_threads(), plan.batches)):
        if segments is None:
            return None
        found[batch] = segments
        if report is not None:
            report(min(words.frames, len(found) * plan.at_once * plan.segment_frames))
    return _joined(plan, [segment for batch in sorted(found) for segment in found[batch]])


class _Plan:
    """How a programme is cut: the same on every machine."""

    def __init__(self, words: StoredWords, sample_rate: int, layout: Layout) -> None:
        self.words = words
        self.sample_rate = sample_rate
        self.layout = layout
        self.at_once = streams_at_once(layout.channels)
        self.form = Form(sample_rate, layout.channels, words.word, words.frame_bytes, self.at_once)
        self.warm_up_frames = _WARM_UP_MARKS * sample_rate // MARKS_PER_SECOND
        tail_frames = seconds_to_frames(LOUDNESS_RANGE_TAIL_S, sample_rate)
        # Silence follows, as in `ending`, until every hop and peak of the tail has ended.
        self.frames = words.frames + tail_frames + LATE_FRAMES + sample_rate // MARKS_PER_SECOND
        self.segment_s = min(SEGMENT_S, -(-self.frames // (self.at_once * sample_rate)))
        self.segment_frames = self.segment_s * sample_rate
        self.segments = -(-self.frames // self.segment_frames)
        self.batches = -(-self.segments // self.at_once)


def _worked_out(plan: _Plan, compiled: Programs, threads: int) -> Iterator[tuple[int, list[_Found] | None]]:
    """Every batch, as it is done; None for one whose words are missing."""
    if threads == 1:
        with_worker = _Worker(plan, compiled)
        try:
            for batch in range(plan.batches):
                yield batch, with_worker.measure(batch)
        finally:
            with_worker.close()
        return
    yield from _side_by_side(plan, compiled, threads)


def _side_by_side(plan: _Plan, compiled: Programs, threads: int) -> Iterator[tuple[int, list[_Found] | None]]:
    done: SimpleQueue[tuple[int, list[_Found] | None] | BaseException] = SimpleQueue()
    waiting = iter(range(plan.batches))  # `next` on it is one step for the interpreter: no two threads get the same
    stop = threading.Event()

    def work() -> None:
        try:
            worker = _Worker(plan, compiled)
            try:
                for batch in waiting:
                    if stop.is_set():
                        return
                    done.put((batch, worker.measure(batch)))
            finally:
                worker.close()
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that asked
            done.put(error)

    crew = [threading.Thread(target=work, name=f"meter {number}") for number in range(threads)]
    for thread in crew:
        thread.start()
    try:
        for _ in range(plan.batches):
            result = done.get()
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        stop.set()
        for thread in crew:
            thread.join()


class _Worker:
    """One thread's memory, and its own way into the file."""

    def __init__(self, plan: _Plan, compiled: Programs) -> None:
        self._plan = plan
        self._reader = plan.words.open(plan.at_once)
        self._memory = lent(compiled, plan.form)
        self._scan = self._memory.scan
        self._warms_up_apart = False

    def close(self) -> None:
        """Close the file."""
        give_back(self._memory)
        self._reader.close()

    def measure(self, batch: int) -> list[_Found] | None:
        """Work out the segments of a batch side by side; None if the file is shorter than promised."""
        plan, scan = self._plan, self._scan
        first = batch * plan.at_once * plan.segment_frames
        frames = min(plan.segment_frames, plan.frames - first)
        scan.reset()
        for begin in range(-plan.warm_up_frames, frames, self._memory.row_frames):
            for stream in range(plan.at_once):
                if not self._read(stream, first + stream * plan.segment_frames + begin):
                    return None
            self._take(min(self._memory.row_frames, frames - begin))
        if scan.faults and not self._warms_up_apart:
            # What is wrong in a warm-up was found in the segment before, and must not be counted again.
            self._warms_up_apart = True
            return self.measure(batch)
        return self._found(batch)

    def _take(self, frames: int) -> None:
        """Let what was read pass."""
        warm_up = max(0, self._plan.warm_up_frames - self._scan.frames) if self._warms_up_apart else 0
        if warm_up:
            self._memory.pass_on(0, warm_up)
            self._scan.faults.clear()
        self._memory.pass_on(warm_up, frames)

    def _read(self, stream: int, frame: int) -> bool:
        """Fill the row of one stream from a frame on, with silence beyond the file; False if any words are missing."""
        words, memory = self._plan.words, self._memory
        begin = min(max(0, frame), words.frames)
        end = max(begin, min(words.frames, frame + memory.row_frames))
        first, last = ((edge - frame) * words.frame_bytes for edge in (begin, end))
        if begin == end:
            first = last = 0
        row = memory.row(stream, first, last)
        return last == first or self._reader.read_into(stream, begin, row) == last - first

    def _found(self, batch: int) -> list[_Found]:
        plan, scan, channels = self._plan, self._scan, self._plan.layout.channels
        kept = slice(_WARM_UP_MARKS, _WARM_UP_MARKS + plan.segment_s * MARKS_PER_SECOND)
        energies, weights = np.concatenate(scan.energies[kept]), np.array(plan.layout.loudness_weights)
        peaks, sample_peaks = np.array(scan.peaks[kept]).T, scan.sample_peaks
        found = []
        for stream in range(min(plan.at_once, plan.segments - batch * plan.at_once)):
            lanes = slice(stream * channels, (stream + 1) * channels)
            count, number = scan.faults.of_lanes(lanes.start, channels)
            start = (batch * plan.at_once + stream) * plan.segment_frames - plan.warm_up_frames
            found.append(
                _Found(energies[:, lanes] @ weights, peaks[lanes], sample_peaks[lanes], (count, start + number))
            )
        return found


def _joined(plan: _Plan, found: list[_Found]) -> Programme:
    """One programme of all segments."""
    energies = np.concatenate([segment.hop_energies for segment in found])
    true_peaks = np.concatenate([segment.true_peaks for segment in found], axis=1)
    sample_peaks = np.max([segment.sample_peaks for segment in found], axis=0)[:, np.newaxis]
    frames = plan.words.frames
    own_hops = complete_hops(frames, plan.sample_rate)
    tail_frames = seconds_to_frames(LOUDNESS_RANGE_TAIL_S, plan.sample_rate)
    tail_hops = complete_hops(frames + tail_frames, plan.sample_rate)
    windows = LoudnessWindows(plan.sample_rate)
    peaks = PeakHistory(plan.sample_rate, plan.layout.channels, None)
    for begin in range(0, own_hops, _HOPS_AT_ONCE):
        windows.add(energies[begin : min(begin + _HOPS_AT_ONCE, own_hops)])
    peaks.add(true_peaks, sample_peaks, windows)
    non_finite = [segment.non_finite for segment in found if segment.non_finite[0]]
    return conclude(
        windows, peaks, energies[own_hops:tail_hops], frames,
        (sum(count for count, _ in non_finite), min((frame for _, frame in non_finite), default=None)),
    )  # fmt: skip
