"""Files that sound together: read side by side at one rate, as blocks of equal length.

One file is a programme of one part; stems are a programme whose sound is the sum of its parts. Stems may differ in
layout: the sum has that of the widest, and each narrower one is laid into it (`effects.fold_down`): stereo into L
and R, mono into C, or where there is no centre into L and R at -3 dB.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock, as_block, clear_non_finite
from audiopost.delivery.ride import Ride
from audiopost.delivery.stems import require_one_rate, sum_of_stems
from audiopost.dsp.resampling import Resampler
from audiopost.jobs.extent import WHOLE, Extent
from audiopost.jobs.fold import Fold, folded_layout
from audiopost.jobs.job import BLOCK_FRAMES, Stage, settle_layout
from audiopost.jobs.linear_gain import Scaled, with_gain
from audiopost.layouts import Layout
from audiopost.media.audio_file import AudioReader
from audiopost.media.containers import Container
from audiopost.media.joined_files import open_programme
from audiopost.media.programme_files import ProgrammePath, as_programme

__all__ = ["Programme"]


class Programme:
    """The parts of one programme, open for reading; close it by ``with``.

    Parameters
    ----------
    paths
        One file, or the stems of a programme.
    layout, dual_mono
        As in `audiopost.jobs.measure.measure`.
    rate
        Sample rate to work at in Hz; that of the files by default.
    container
        Where it does not take every rate, the nearest that it takes is the default.
    extent
        The part of the programme that `sums` gives and that is measured; `blocks` gives all of it.
    like
        A programme with the same parts: where a file does not say its layout, it is that of the part there.
    channels
        What every part is folded to, or its new order: see `audiopost.jobs.fold`.
    trim
        Whether `blocks` gives the extent alone.

    Raises
    ------
    FileError
        If a file cannot be read.
    UsageError
        If stems differ in sample rate, or a narrower one has no place in the widest.

    Notes
    -----
    Stems that end early are continued by silence, so that all parts come out at one length. Samples that are no
    numbers are taken as 0 before they are summed or resampled; a single file at its own rate comes as it is.
    """

    def __init__(
        self,
        paths: Sequence[str | os.PathLike[str]],
        *,
        layout: str | Layout | None = None,
        dual_mono: bool = False,
        rate: int | None = None,
        container: Container | None = None,
        extent: Extent = WHOLE,
        like: Programme | None = None,
        channels: str | None = None,
        trim: bool = False,
    ) -> None:
        self.extent = extent
        self.trim = trim
        self.paths: tuple[ProgrammePath, ...] = tuple(as_programme(path) for path in paths)
        self.layouts: tuple[Layout, ...]
        with ExitStack() as opened:
            self.readers = tuple(opened.enter_context(open_programme(path)) for path in self.paths)
            if like is not None:
                for reader, known in zip(self.readers, like.layouts, strict=True):
                    if reader.layout_assumed and reader.channels == known.channels:
                        reader.know_layout(known)
            self.layouts = tuple(settle_layout(reader, layout, dual_mono=dual_mono) for reader in self.readers)
            self.folded = channels
            if channels is not None:
                self._folds()  # a fold that cannot be is refused before anything is read
                self.layouts = tuple(folded_layout(channels) for _ in self.readers)
            require_one_rate({str(reader.path): reader.sample_rate for reader in self.readers})
            self.layout = max(self.layouts, key=lambda each: each.channels)
            self._places = tuple(_place(each, self.layout) for each in self.layouts)
            own_rate = self.readers[0].sample_rate
            self.sample_rate = rate or (own_rate if container is None else container.nearest_rate(own_rate))
            self._opened = opened.pop_all()

    @property
    def _single(self) -> bool:
        return len(self.readers) == 1 and self.sample_rate == self.first.sample_rate and self.folded is None

    def _folds(self) -> list[Fold | None]:
        if self.folded is None:
            return [None for _ in self.readers]
        return [Fold(reader.layout, self.folded, reader.sample_rate) for reader in self.readers]

    @property
    def first(self) -> AudioReader:
        """The first part: what the others' form is compared with."""
        return self.readers[0]

    @property
    def input_frames(self) -> int:
        """Length of the longest part, in frames of the files."""
        return max(reader.frames for reader in self.readers)

    @property
    def _span(self) -> tuple[int, int]:
        """The frames of the files that `blocks` gives: the first, and the one after the last."""
        longest = max(self.readers, key=lambda reader: reader.frames)
        return self.extent.frames_of(longest) if self.trim else (0, longest.frames)

    def blocks(self, stage: Stage) -> Iterator[tuple[AudioBlock, ...]]:
        """The programme from its beginning: for every part a block of the same length, at most `BLOCK_FRAMES`."""
        begin, end = self._span
        for reader in self.readers:
            reader.seek(begin)
        folds = self._folds()
        rates = [reader.sample_rate for reader in self.readers]
        resamplers = [
            Resampler(layout.channels, rate, self.sample_rate) for layout, rate in zip(self.layouts, rates, strict=True)
        ]
        done, total = 0, end - begin
        while done < total:
            blocks = [reader.read(min(BLOCK_FRAMES, total - done)) for reader in self.readers]
            if not self._single:
                blocks = _side_by_side(blocks)
            if not blocks[0].shape[1]:
                break  # the sound breaks off before the length that the headers promise
            done += blocks[0].shape[1]
            parts = [block if fold is None else fold.process(block) for fold, block in zip(folds, blocks, strict=True)]
            yield from _pieces([part.process(block) for part, block in zip(resamplers, parts, strict=True)])
            stage.report(done, total)
        if self.folded is not None:
            rest = [fold.finish() for fold in folds if fold is not None]
            yield from _pieces([part.process(block) for part, block in zip(resamplers, rest, strict=True)])
        yield from _pieces([part.finish() for part in resamplers])
        stage.report(1, 1)

    def sum(self, blocks: Sequence[NDArray[np.floating]]) -> Scaled:
        """The sum of blocks of all parts, each in its place, in float64 ``(channels, frames)``."""
        return sum_of_stems([_placed(block, place) for block, place in zip(blocks, self._places, strict=True)])

    def summing(self) -> Callable[[Sequence[NDArray[np.floating]]], Scaled]:
        """What `sum` does, for blocks that follow each other from the beginning."""
        return self.sum

    def heard(self, stage: Stage) -> Iterator[tuple[AudioBlock, ...]]:
        """Blocks whose sum is heard: those of `blocks`, unless they are rendered first."""
        return self.blocks(stage)

    @property
    def heard_reader(self) -> AudioReader:
        """What is measured of a programme of one part."""
        return self.first

    def reopened(self, places: Sequence[ProgrammePath], **asked: Any) -> Programme:
        """What was written there instead of this programme; a layout that a file cannot say is known from here."""
        return Programme(places, like=self, **asked)

    def sums(self, stage: Stage, ride: Ride | None = None) -> Iterator[AudioBlock]:
        """The sound of the programme within its extent, block by block; with slow riding where it is given."""
        begin, end = self._extent_frames()
        position = 0
        parts: Iterator[tuple[NDArray[np.floating], ...]] = self.heard(stage)
        if ride is not None:
            parts = with_gain(self.heard(stage), 0.0, ride, self.sample_rate)
        for blocks in parts:
            whole = as_block(blocks[0] if len(blocks) == 1 else self.sum(blocks))
            first, last = max(0, begin - position), min(whole.shape[1], end - position)
            position += whole.shape[1]
            if first < last:
                yield np.ascontiguousarray(whole[:, first:last])
            if position >= end:
                break
        stage.report(1, 1)

    def _extent_frames(self) -> tuple[int, float]:
        """Begin and end of the extent at the rate that is worked at."""
        if self.extent == WHOLE or self.trim:
            return 0, math.inf
        longest = max(self.readers, key=lambda reader: reader.frames)
        begin, end = self.extent.frames_of(longest)
        scale = self.sample_rate / longest.sample_rate
        return round(begin * scale), round(end * scale)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing of how the parts fit together."""
        longest = self.input_frames
        lengths = [
            f"{reader.path.name} ends {(longest - reader.frames) / reader.sample_rate:.3f} s early: padded by silence"
            for reader in self.readers
            if reader.frames < longest
        ]
        laid = [
            f"{reader.path.name} is {layout.name}: laid into {self.layout.name}"
            for reader, layout in zip(self.readers, self.layouts, strict=True)
            if layout.labels != self.layout.labels
        ]
        return (*lengths, *laid)

    def close(self) -> None:
        """Close the files."""
        self._opened.close()

    def __enter__(self) -> Programme:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _place(layout: Layout, whole: Layout) -> NDArray[np.float64] | None:
    """How much of every channel of a stem goes to every channel of the sum; None where it has the sum's layout."""
    if layout.labels == whole.labels:
        return None
    from audiopost.effects.fold_down import downmix_matrix  # the catalogue behind it takes its time

    return downmix_matrix(layout, whole)


def _placed(block: NDArray[np.floating], place: NDArray[np.float64] | None) -> NDArray[np.floating]:
    if place is None:
        return block
    # Not a product by BLAS: its sums differ with the number of cores.
    placed: Scaled = np.einsum("oc,cf->of", place, block.astype(np.float64))
    return placed


def _side_by_side(blocks: list[AudioBlock]) -> list[AudioBlock]:
    """Blocks brought to the length of the longest by silence, without samples that are no numbers."""
    frames = max(block.shape[1] for block in blocks)
    padded = []
    for block in blocks:
        clear_non_finite(block)
        missing = frames - block.shape[1]
        padded.append(np.pad(block, ((0, 0), (0, missing))) if missing else block)
    return padded


def _pieces(blocks: list[AudioBlock]) -> Iterator[tuple[AudioBlock, ...]]:
    """Blocks of equal length cut to `BLOCK_FRAMES`: a higher rate makes longer ones."""
    frames = blocks[0].shape[1]
    if 0 < frames <= BLOCK_FRAMES:
        yield tuple(blocks)
        return
    for start in range(0, frames, BLOCK_FRAMES):
        yield tuple(np.ascontiguousarray(block[:, start : start + BLOCK_FRAMES]) for block in blocks)
