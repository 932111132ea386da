"""What a thread needs to let stored words pass: memory for rows of several streams, and the scan that takes them in.

It is kept for the next file of the same form. Two hundred short files would else make it two hundred times, which costs
each a tenth of its time, and the threads their turns at the interpreter.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from audiopost.dsp.machine_code import Programs
from audiopost.loudness.lane_scan import LaneScan, Source
from audiopost.loudness.mark_tasks import MARKS_AT_ONCE
from audiopost.loudness.windows import MARKS_PER_SECOND

__all__ = ["Form", "LaneMemory", "give_back", "lent"]

_SPARE_BYTES = 16
"""Behind the words: one of 24 bits is read with the byte that follows."""

_ROWS_BYTES = 5_000_000
"""Of all streams, read at once: each reading lets other threads run, and has to wait for them afterwards."""

_SCANNED_MARKS = 2
"""Memory of the scan: it takes rows in mark by mark."""

_MOST_KEPT = 8
_KEPT: list[LaneMemory] = []
_DOOR = threading.Lock()


@dataclass(frozen=True)
class Form:
    """What memory is made for: `streams` of so many channels, read as words, side by side."""

    sample_rate: int
    channels: int
    word: str
    frame_bytes: int
    streams: int

    @property
    def row_frames(self) -> int:
        """Frames of each stream that are read at once: some seconds, in an even number of marks."""
        mark_bytes = self.streams * self.sample_rate * self.frame_bytes // MARKS_PER_SECOND
        marks = max(MARKS_PER_SECOND, min(MARKS_AT_ONCE, _ROWS_BYTES // mark_bytes // 2 * 2))
        return marks * self.sample_rate // MARKS_PER_SECOND


class LaneMemory:
    """Rows of words, one a stream, and the scan of their channels.

    Attributes
    ----------
    row_frames, row_bytes : int
        Of one row.
    scan : LaneScan
        Reset before each use.
    """

    def __init__(self, compiled: Programs, form: Form) -> None:
        self.form = form
        self.row_frames = form.row_frames
        self.row_bytes = form.row_frames * form.frame_bytes
        scanned_frames = _SCANNED_MARKS * form.sample_rate // MARKS_PER_SECOND
        self.scan = LaneScan(compiled, form.sample_rate, form.streams * form.channels, scanned_frames)
        self._rows = np.empty(form.streams * self.row_bytes + _SPARE_BYTES, dtype=np.uint8)
        self._address = self._rows.ctypes.data
        self._silence = 0x80 if form.word == "u8" else 0
        word_bytes = form.frame_bytes // form.channels
        offsets = np.arange(form.streams)[:, np.newaxis] * self.row_bytes + np.arange(form.channels) * word_bytes
        self._source = Source(form.word, form.frame_bytes, offsets.ravel())

    def row(self, stream: int, first: int, last: int) -> memoryview:
        """The bytes `first` to `last` of a stream's row, to be filled; what lies around them is made silent."""
        row = self._rows[stream * self.row_bytes : (stream + 1) * self.row_bytes]
        row[:first] = self._silence
        row[last:] = self._silence
        return row[first:last].data

    def pass_on(self, begin: int, end: int) -> None:
        """Let the frames `begin` to `end` of all rows pass."""
        self.scan.take(self._source, self._address + begin * self._source.to_frame, end - begin)


def lent(compiled: Programs, form: Form) -> LaneMemory:
    """Memory of that form that nobody else uses, kept or new; its scan is reset."""
    with _DOOR:
        found = next((memory for memory in _KEPT if memory.form == form), None)
        if found is not None:
            _KEPT.remove(found)
    if found is None:
        return LaneMemory(compiled, form)
    found.scan.reset()
    return found


def give_back(memory: LaneMemory) -> None:
    """Keep what is not needed any more for whoever asks next; the oldest goes where there is too much."""
    with _DOOR:
        _KEPT.append(memory)
        del _KEPT[:-_MOST_KEPT]
