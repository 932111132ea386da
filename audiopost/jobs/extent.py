"""The part of a file that a job works on: from one time to another, in seconds or in time code.

Times count from the first frame of the file, whatever start its own time code may have.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from audiopost.blocks import AudioBlock
from audiopost.errors import UsageError
from audiopost.jobs.job import BLOCK_FRAMES, Stage
from audiopost.media.audio_file import AudioReader
from audiopost.timecode import seconds_of_timecode

__all__ = ["WHOLE", "Extent", "blocks_within", "extent_between"]


@dataclass(frozen=True)
class Extent:
    """From `start_s` to `end_s`, in seconds, exact; without an end, to the end of the file."""

    start_s: Fraction = Fraction(0)
    end_s: Fraction | None = None

    def frames_of(self, reader: AudioReader) -> tuple[int, int]:
        """First frame and the frame after the last; a file that ends before `end_s` gets a note.

        Raises
        ------
        UsageError
            If the file ends before the extent begins, or no frame lies in it.
        """
        rate, frames = reader.sample_rate, reader.frames
        begin = math.floor(self.start_s * rate + Fraction(1, 2))
        end = frames if self.end_s is None else math.floor(self.end_s * rate + Fraction(1, 2))
        if begin >= min(end, frames):
            what = f"there is nothing from {float(self.start_s):.3f} s on, the file lasts {reader.duration_s:.3f} s"
            if begin < frames:
                what = f"there is nothing between {float(self.start_s):.3f} s and {end / rate:.3f} s"
            raise UsageError(what, where=str(reader.path), mend="give an earlier start and a later end")
        if end > frames:
            reader.note(f"the file ends {(end - frames) / rate:.3f} s before the end that was asked for")
        return begin, min(end, frames)


WHOLE = Extent()
"""All of a file."""


def extent_between(start: str | None, end: str | None, frames_per_second: float | None = None) -> Extent:
    """The extent between two times as people write them; None for the ends of the file.

    Raises
    ------
    UsageError
        If a time is wrong, or the end does not come after the start.

    >>> extent_between("00:00:10:12", "1:00", 24)
    Extent(start_s=Fraction(21, 2), end_s=Fraction(60, 1))
    """
    start_s = Fraction(0) if start is None else seconds_of_timecode(start, frames_per_second)
    end_s = None if end is None else seconds_of_timecode(end, frames_per_second)
    if end_s is not None and end_s <= start_s:
        raise UsageError(f"the end {end} does not come after the start {start or 0}", mend="give a later end")
    return Extent(start_s, end_s)


def blocks_within(reader: AudioReader, extent: Extent, stage: Stage) -> Iterator[AudioBlock]:
    """The blocks of an extent of a file, reported when they have been used.

    Raises UsageError as `Extent.frames_of` does.
    """
    begin, end = extent.frames_of(reader)
    reader.seek(begin)
    position = begin
    while position < end:
        block = reader.read(min(BLOCK_FRAMES, end - position))
        if not block.shape[1]:
            break  # the sound breaks off before the length that the header promises
        yield block
        position += block.shape[1]
        stage.report(position - begin, end - begin)
    stage.report(1, 1)
