"""Programmes on disk: one file, one file per channel, or sound tracks of a film; read above, written here.

::

    Path            mix.wav
    ChannelFiles    mix.L.wav mix.R.wav ...      written by `ChannelWriter`, a file a channel
    VideoTracks     film.mov, tracks 1 and 2     written by `AudioWriter`, under the film's picture
    AdmFile         master.wav, rendered         beds, objects and scenes as the loudspeakers of a layout

Whatever a programme lies in, its words are the same: a channel gets the same dither in a file of its own and in one
file with the others.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.dither import DITHER_SEED, Dither
from audiopost.errors import UsageError
from audiopost.layouts import Layout, layout_named
from audiopost.media.adm.adm_file import AdmFile
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.carried import NOTHING_CARRIED, Carried
from audiopost.media.containers import Bits
from audiopost.media.joined_files import ChannelFiles
from audiopost.media.new_file import Exists
from audiopost.media.video_tracks import VideoTracks

__all__ = [
    "ChannelWriter",
    "ProgrammePath",
    "ProgrammeWriter",
    "apart",
    "as_programme",
    "files_of",
    "is_rendered",
    "programme_writer",
    "together",
    "with_files",
]

ProgrammePath = Path | ChannelFiles | VideoTracks | AdmFile


class ProgrammeWriter(Protocol):
    """What `programme_writer` gives: `AudioWriter`, or as many of them as there are channels."""

    @property
    def clipped_samples(self) -> int:
        """Samples limited to the range of integers."""

    def write(self, block: AudioBlock | NDArray[np.float64]) -> None:
        """Append a block ``(channels, frames)``."""

    def __enter__(self) -> ProgrammeWriter: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def as_programme(path: str | os.PathLike[str]) -> ProgrammePath:
    """A programme's path as such; anything else as the path of one file."""
    return path if isinstance(path, ChannelFiles | VideoTracks | AdmFile) else Path(path)


def is_rendered(programme: ProgrammePath) -> bool:
    """Whether its channels are not those of its file."""
    return isinstance(programme, AdmFile) and programme.rendered


def files_of(programme: ProgrammePath) -> tuple[Path, ...]:
    """The files that it lies in."""
    if isinstance(programme, ChannelFiles):
        return programme.parts
    return (programme.path,) if isinstance(programme, VideoTracks | AdmFile) else (programme,)


def with_files(programme: ProgrammePath, files: Sequence[Path]) -> ProgrammePath:
    """The same programme in other files, as many as `files_of` gives.

    >>> with_files(VideoTracks(Path("a.mov"), (2,)), [Path("b.mov")])
    VideoTracks(path=PosixPath('b.mov'), tracks=(2,))
    """
    if isinstance(programme, ChannelFiles):
        return replace(programme, parts=tuple(files))
    return replace(programme, path=files[0]) if isinstance(programme, VideoTracks) else files[0]


def apart(file: Path, layout: Layout) -> ChannelFiles:
    """One file's programme as a file for each channel: ``mix.wav`` becomes ``mix.L.wav mix.R.wav``.

    Raises
    ------
    UsageError
        If the channels have no labels that such files are known by.

    >>> apart(Path("mix.wav"), layout_named("stereo")).path.as_posix()
    'mix.{L,R}.wav'
    """
    if layout.channels < 2 or not all(label.isalpha() for label in layout.labels):
        mend = "name the layout of its loudspeakers: --layout"
        raise UsageError(f"{layout.name} has no channels that could be told apart by name", str(file), mend)
    parts = tuple(file.with_name(f"{file.stem}.{label}{file.suffix}") for label in layout.labels)
    return ChannelFiles(parts, layout)


def together(files: ChannelFiles) -> Path:
    """The name of one file for the programme of several: ``mix.L.wav mix.R.wav`` become ``mix.wav``.

    >>> together(apart(Path("mix.wav"), layout_named("5.1"))).as_posix()
    'mix.wav'
    """
    return files.path.with_name(files.base.rstrip("._-") + files.parts[0].suffix)


def programme_writer(
    path: ProgrammePath,
    sample_rate: int,
    layout: Layout,
    bits: Bits,
    format: str | None,  # noqa: A002
    exists: Exists = "fail",
    protected: Iterable[str | os.PathLike[str]] = (),
    *,
    dither: Dither = "tpdf",
    seed: int = DITHER_SEED,
    carried: Sequence[Carried] = (),
    lasting: bool = True,
) -> AudioWriter | ChannelWriter:
    """A writer for a programme, wherever it is to lie; arguments as those of `AudioWriter`.

    `carried` is what each file of the programme is to hold besides; one for all, or one a file.
    """
    if isinstance(path, ChannelFiles):
        return ChannelWriter(
            path, sample_rate, bits, format, exists, protected,
            dither=dither, seed=seed, carried=carried, lasting=lasting,
        )  # fmt: skip
    return AudioWriter(
        files_of(path)[0], sample_rate, layout, bits, format, exists, protected,
        dither=dither, seed=seed, carried=carried[0] if carried else NOTHING_CARRIED, lasting=lasting,
    )  # fmt: skip


class ChannelWriter:
    """A sound file for every channel: leave the ``with``, and all are there; after any error none of them is.

    Parameters are those of `AudioWriter`, `files` the files to be made.
    """

    def __init__(
        self,
        files: ChannelFiles,
        sample_rate: int,
        bits: Bits,
        format: str | None = None,  # noqa: A002
        exists: Exists = "fail",
        protected: Iterable[str | os.PathLike[str]] = (),
        *,
        dither: Dither = "tpdf",
        seed: int = DITHER_SEED,
        carried: Sequence[Carried] = (),
        lasting: bool = True,
    ) -> None:
        self.files = files
        self.sample_rate = sample_rate
        self._exists = exists
        beside = list(carried) or [NOTHING_CARRIED]
        beside += beside[-1:] * (len(files.parts) - len(beside))
        self._writers: list[AudioWriter] = []
        with ExitStack() as undone:
            for place, part in enumerate(files.parts):
                writer = AudioWriter(
                    part, sample_rate, layout_named("mono"), bits, format, exists, protected,
                    dither=dither, seed=seed, first_channel=place, carried=beside[place], lasting=lasting,
                )  # fmt: skip
                undone.callback(writer.abort)
                self._writers.append(writer)
            undone.pop_all()

    @property
    def path(self) -> ChannelFiles:
        """The files; with ``exists="number"`` their names are final only after closing."""
        return replace(self.files, parts=tuple(writer.path for writer in self._writers))

    @property
    def frames(self) -> int:
        """Frames written to each file."""
        return self._writers[0].frames

    @property
    def clipped_samples(self) -> int:
        """How many samples were limited to the range of integers."""
        return sum(writer.clipped_samples for writer in self._writers)

    def write(self, block: AudioBlock | NDArray[np.float64]) -> None:
        """Append a block ``(channels, frames)``. Raises FileError if the disk fails; then nothing remains."""
        if block.ndim != 2 or block.shape[0] != len(self._writers):
            raise UsageError(f"a block of shape {block.shape} does not fit {len(self._writers)} channels")
        for writer, channel in zip(self._writers, block, strict=True):
            writer.write(channel[np.newaxis])

    def close(self) -> None:
        """Finish the files. Raises FileError if that fails; then none of them is new."""
        done: list[Path] = []
        try:
            for writer in self._writers:
                writer.close()
                done.append(writer.path)
        except BaseException:
            self.abort()
            if self._exists != "replace":  # a replaced file cannot be brought back
                for path in done:
                    path.unlink(missing_ok=True)
            raise

    def abort(self) -> None:
        """Give up: nothing remains."""
        for writer in self._writers:
            writer.abort()

    def __enter__(self) -> ChannelWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()
