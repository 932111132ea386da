"""A master of beds, objects and scenes as a programme: written as its tracks, heard and measured as it is rendered.

::

    blocks    the tracks: what gets the gain, and is written back with its metadata
    heard     the loudspeakers of a layout: what is measured and judged
    summing   tracks to loudspeakers, for a limiter that looks at what is heard and lowers all tracks alike

Rendering is a sum of tracks times gains, so a gain on every track is a gain on what is heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock, as_block
from audiopost.dsp.resampling import Resampler
from audiopost.errors import UsageError
from audiopost.jobs.job import BLOCK_FRAMES, Stage
from audiopost.jobs.linear_gain import Scaled
from audiopost.jobs.programme import Programme
from audiopost.layouts import discrete_layout
from audiopost.media.adm.adm_file import AdmFile
from audiopost.media.adm.rendering import RENDERER, TrackRenderer, open_rendering
from audiopost.media.audio_file import AudioReader
from audiopost.media.programme_files import ProgrammePath, files_of

__all__ = ["AdmProgramme"]


class AdmProgramme(Programme):
    """One file; keywords as those of `Programme`.

    Raises
    ------
    UsageError
        If channels, files or length are to change: the metadata would no longer be true.
    """

    def __init__(self, file: AdmFile, **asked: Any) -> None:
        if asked.pop("channels", None) is not None or asked.pop("kind", None) is not None or asked.get("trim"):
            what = "a programme of objects keeps its tracks and its length"
            raise UsageError(what, str(file.path), "render it first: audiopost adm render")
        asked.pop("layout", None)
        super().__init__([replace(file, rendered=False)], **asked)
        self._file = file
        self.paths = (file,)
        for reader in self.readers:
            reader.know_layout(discrete_layout(reader.channels))
        self.layouts = tuple(reader.layout for reader in self.readers)
        try:
            self._rendering = open_rendering(file)
        except BaseException:
            super().close()
            raise
        self.layout = self._rendering.layout

    @property
    def notes(self) -> tuple[str, ...]:
        """By what it was rendered, and to what."""
        return (f"{self._file.path.name} is measured as rendered to {self.layout.name} ({RENDERER})",)

    @property
    def heard_reader(self) -> AudioReader:
        """What is measured."""
        return self._rendering

    def heard(self, stage: Stage) -> Iterator[tuple[AudioBlock, ...]]:
        """The loudspeakers from the beginning, at the rate that is worked at."""
        reader = self._rendering
        reader.seek(0)
        resampler = Resampler(reader.channels, reader.sample_rate, self.sample_rate)
        done = 0
        for block in reader.blocks(BLOCK_FRAMES):
            yield (resampler.process(block),)
            done += block.shape[1]
            stage.report(done, reader.frames)
        yield (resampler.finish(),)

    def summing(self) -> Callable[[Sequence[NDArray[np.floating]]], Scaled]:
        """What makes loudspeakers of blocks of tracks that follow each other from the beginning."""
        renderer = TrackRenderer.of_file(self._file, self.sample_rate)
        position = 0

        def total(blocks: Sequence[NDArray[np.floating]]) -> Scaled:
            nonlocal position
            (tracks,) = blocks
            heard = renderer.render(as_block(tracks), position)
            position += tracks.shape[1]
            return heard

        return total

    def reopened(self, places: Sequence[ProgrammePath], **asked: Any) -> Programme:
        """What was written there instead of this programme."""
        (file,) = files_of(places[0])
        asked.pop("dual_mono", None)
        return AdmProgramme(replace(self._file, path=file, layout=self.layout.name), **asked)

    def close(self) -> None:
        """Close the files."""
        self._rendering.close()
        super().close()
