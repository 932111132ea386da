"""Files that sound together: read side by side at one rate, as blocks of equal length.

One file is a programme of one part; stems are a programme whose sound is the sum of its parts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np

from audiopost.blocks import AudioBlock, as_block, clear_non_finite
from audiopost.delivery.stems import require_one_form, sum_of_stems
from audiopost.dsp.resampling import Resampler
from audiopost.jobs.job import BLOCK_FRAMES, Stage, settle_layout
from audiopost.layouts import Layout
from audiopost.media.audio_file import AudioReader, open_audio
from audiopost.media.containers import Container

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

    Raises
    ------
    FileError
        If a file cannot be read.
    UsageError
        If stems differ in sample rate or layout.

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
    ) -> None:
        self.paths = tuple(Path(path) for path in paths)
        with ExitStack() as opened:
            self.readers = tuple(opened.enter_context(open_audio(path)) for path in self.paths)
            layouts = [settle_layout(reader, layout, dual_mono=dual_mono) for reader in self.readers]
            forms = zip(self.readers, layouts, strict=True)
            require_one_form({str(reader.path): (reader.sample_rate, form.name) for reader, form in forms})
            self.layout = layouts[0]
            own_rate = self.readers[0].sample_rate
            self.sample_rate = rate or (own_rate if container is None else container.nearest_rate(own_rate))
            self._opened = opened.pop_all()

    @property
    def _single(self) -> bool:
        return len(self.readers) == 1 and self.sample_rate == self.first.sample_rate

    @property
    def first(self) -> AudioReader:
        """The first part: what the others' form is compared with."""
        return self.readers[0]

    @property
    def input_frames(self) -> int:
        """Length of the longest part, in frames of the files."""
        return max(reader.frames for reader in self.readers)

    def blocks(self, stage: Stage) -> Iterator[tuple[AudioBlock, ...]]:
        """The programme from its beginning: for every part a block of the same length, at most `BLOCK_FRAMES`."""
        for reader in self.readers:
            reader.seek(0)
        resamplers = [Resampler(r.channels, r.sample_rate, self.sample_rate) for r in self.readers]
        done, total = 0, self.input_frames
        while done < total:
            blocks = [reader.read(BLOCK_FRAMES) for reader in self.readers]
            if not self._single:
                blocks = _side_by_side(blocks)
            if not blocks[0].shape[1]:
                break  # the sound breaks off before the length that the headers promise
            done += blocks[0].shape[1]
            yield from _pieces([part.process(block) for part, block in zip(resamplers, blocks, strict=True)])
            stage.report(done, total)
        yield from _pieces([part.finish() for part in resamplers])
        stage.report(1, 1)

    def sums(self, stage: Stage) -> Iterator[AudioBlock]:
        """The sound of the whole programme, block by block."""
        for blocks in self.blocks(stage):
            yield blocks[0] if len(blocks) == 1 else as_block(sum_of_stems(blocks))

    def close(self) -> None:
        """Close the files."""
        self._opened.close()

    def __enter__(self) -> Programme:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


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
