"""What every job shares: progress, giving up, and the layout that a file is taken to have.

Conventions
-----------
- A job takes `progress`, called with a fraction from 0 to 1 that never falls and with the words for what is being done.
- Whatever `progress` raises ends the job: that is how it is given up. The job leaves nothing half-done behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from audiopost.blocks import AudioBlock
from audiopost.errors import UsageError
from audiopost.layouts import Layout, discrete_layout, layout_named
from audiopost.media.audio_file import AudioReader

__all__ = ["BLOCK_FRAMES", "Progress", "Stage", "layout_to_write", "reported_blocks", "settle_layout"]

Progress = Callable[[float, str], None]
"""``progress(fraction, words)``."""

BLOCK_FRAMES = 65_536
"""Frames that a job handles at once: about 1.4 s at 48 kHz, small enough for memory, large enough for speed."""


class Stage:
    """One part of a job on the scale of the whole.

    >>> seen = []
    >>> whole = Stage(lambda fraction, words: seen.append((fraction, words)), "measuring")
    >>> whole.part(0.5, 1.0, "writing").report(1, 4)
    >>> seen
    [(0.625, 'writing')]
    """

    def __init__(self, progress: Progress | None, words: str, start: float = 0.0, end: float = 1.0) -> None:
        self._progress = progress
        self._words = words
        self._start = start
        self._end = end

    def part(self, start: float, end: float, words: str | None = None) -> Stage:
        """The part of this stage between two fractions of it."""
        width = self._end - self._start
        words = self._words if words is None else words
        return Stage(self._progress, words, self._start + start * width, self._start + end * width)

    def report(self, done: float, total: float) -> None:
        """Say how much of the stage is done; raises what the listener raises."""
        if self._progress is not None:
            fraction = min(1.0, done / total) if total > 0 else 1.0
            self._progress(self._start + fraction * (self._end - self._start), self._words)

    def progress(self) -> Progress | None:
        """A `progress` for another job that fills this stage; its words are kept."""
        if self._progress is None:
            return None

        def report(fraction: float, words: str) -> None:
            self.part(0.0, 1.0, words or self._words).report(fraction, 1.0)

        return report


def reported_blocks(reader: AudioReader, stage: Stage, frames: int = BLOCK_FRAMES) -> Iterator[AudioBlock]:
    """The blocks of a reader from where it stands, reported when they have been used, every `BLOCK_FRAMES` or so."""
    done = reported = 0
    for block in reader.blocks(frames):
        yield block
        done += block.shape[1]
        if done - reported >= BLOCK_FRAMES:
            reported = done
            stage.report(done, reader.frames)
    stage.report(1, 1)


def settle_layout(reader: AudioReader, layout: str | Layout | None, *, dual_mono: bool = False) -> Layout:
    """The layout to work with: the named one, else the file's; a mono file counts twice where `dual_mono` is set.

    Raises
    ------
    UnknownNameError, UsageError
        If there is no such layout, or it has another number of channels than the file.
    """
    if layout is not None:
        chosen = layout_named(layout) if isinstance(layout, str) else layout
        if chosen.channels != reader.channels:
            what = f"{chosen.name} has {chosen.channels} channels, the file has {reader.channels}"
            raise UsageError(what, where=str(reader.path), mend="name a layout of as many channels")
        reader.know_layout(chosen)
    if dual_mono and reader.channels == 1:
        reader.know_layout(layout_named("dual-mono"))
    return reader.layout


def layout_to_write(reader: AudioReader, layout: Layout) -> Layout:
    """The layout that a file made from `reader` may claim: an assumption about the input is not passed on as a fact."""
    if reader.layout_assumed and layout == reader.layout and layout.channels > 2:
        return discrete_layout(layout.channels)
    return layout
