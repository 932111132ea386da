"""Programmes that lie in one file per channel: ``mix.L.wav mix.R.wav``, ``reel1_Lss.wav`` ... read as one.

Files are one programme where their names differ only in a channel's label at the end, behind a dot, an underscore or a
hyphen, and their labels together are those of a layout. Case does not matter; ``Lsr Rsr`` are ``Lrs Rrs``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.errors import FileError
from audiopost.layouts import LAYOUTS, Layout
from audiopost.media.adm.adm_file import AdmFile
from audiopost.media.audio_file import AudioReader, open_audio

__all__ = ["ChannelFiles", "Joining", "join_channel_files", "open_programme"]

_SUFFIX = re.compile(r"(?P<base>.+[._-])(?P<label>[A-Za-z]+)")
_JOINABLE = [layout for layout in LAYOUTS.values() if layout.channels > 1 and layout.labels[0] != "W"]
_LABELS = {label.lower(): label for layout in _JOINABLE for label in layout.labels} | {"lsr": "Lrs", "rsr": "Rrs"}


@dataclass(frozen=True)
class ChannelFiles:
    """The files of one programme, a channel each, in the layout's order; a path that opens as one file."""

    parts: tuple[Path, ...]
    layout: Layout

    @property
    def base(self) -> str:
        """What the names share before the label, with the mark between: ``mix.``."""
        return _split(self.parts[0])[0]

    @property
    def path(self) -> Path:
        """A name for all: what they share, with the labels in braces, as a shell would expand it.

        >>> ChannelFiles((Path("a/mix.L.wav"), Path("a/mix.R.wav")), LAYOUTS["stereo"]).path.as_posix()
        'a/mix.{L,R}.wav'
        """
        first = self.parts[0]
        cut = len(_split(first)[0])
        labels = ",".join(part.stem[cut:] for part in self.parts)
        return first.with_name(f"{first.stem[:cut]}{{{labels}}}{first.suffix}")

    def __fspath__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class Joining:
    """What a list of files comes to: single files and joined ones, in the order of their first mention.

    `left_apart` tells of files that look like channels of one programme and are not joined, a sentence each.
    """

    programmes: tuple[Path | ChannelFiles, ...]
    left_apart: tuple[str, ...] = ()


def join_channel_files(paths: Sequence[Path]) -> Joining:
    """Find the files that are channels of one programme.

    >>> names = ("a.L.wav", "b.wav", "a.R.wav")
    >>> [Path(each).name for each in join_channel_files([Path(name) for name in names]).programmes]
    ['a.{L,R}.wav', 'b.wav']
    """
    families: dict[tuple[Path, str, str], list[Path]] = {}
    for path in dict.fromkeys(paths):
        base, label = _split(path)
        if label:
            families.setdefault((path.parent, base, path.suffix.lower()), []).append(path)
    joined: dict[Path, ChannelFiles] = {}
    left_apart = []
    for family in families.values():
        found = _as_programme(family)
        if found is not None:
            joined |= dict.fromkeys(family, found)
        elif len(family) > 2:
            names = ", ".join(path.name for path in family)
            left_apart.append(f"{names}: the channels of no layout, so each is taken as a programme of its own")
    programmes: list[Path | ChannelFiles] = []
    for path in paths:
        # A file may be named twice; a joined programme is named by each of its parts and stands once.
        programme = joined.get(path, path)
        if programme is path or programme not in programmes:
            programmes.append(programme)
    return Joining(tuple(programmes), tuple(left_apart))


def open_programme(path: str | os.PathLike[str]) -> AudioReader:
    """Open one file, the files of `ChannelFiles` as one, or the programme of an `AdmFile`, rendered.

    Raises
    ------
    FileError
        As `open_audio`; and if a part is not mono, or differs from the others in sample rate.
    """
    if isinstance(path, AdmFile) and path.rendered:
        from audiopost.media.adm.rendering import open_rendering

        return open_rendering(path)
    if not isinstance(path, ChannelFiles):
        return open_audio(path)
    with ExitStack() as opened:
        parts = tuple(opened.enter_context(open_audio(part)) for part in path.parts)
        for part in parts:
            if part.channels != 1:
                what = f"a channel of {path.path.name} ought to be mono, this file has {part.channels} channels"
                raise FileError(str(part.path), what, "--no-join takes the files apart")
            if part.sample_rate != parts[0].sample_rate:
                what = f"{part.sample_rate} Hz, where {parts[0].path.name} has {parts[0].sample_rate} Hz"
                raise FileError(str(part.path), what, "bring them to one sample rate")
        opened.pop_all()
    return _JoinedReader(path, parts)


class _Channels:
    """A source for `AudioReader` that lays mono readers side by side; a part that ends early goes on as silence."""

    frames_exact = True

    def __init__(self, parts: tuple[AudioReader, ...]) -> None:
        self._parts = parts
        self.frames = max(part.frames for part in parts)
        shorter = [part for part in parts if part.frames < self.frames]
        self.notes = tuple(
            f"{part.path.name} ends {(self.frames - part.frames) / part.sample_rate:.3f} s early" for part in shorter
        )

    def read(self, frame: int, out: AudioBlock) -> int:
        """Fill `out` ``(channels, frames)`` from a frame on."""
        for part, channel in zip(self._parts, out, strict=True):
            part.seek(frame)
            block = part.read(len(channel))
            channel[: block.shape[1]] = block[0]
            channel[block.shape[1] :] = np.float32(0.0)
        return int(out.shape[1])

    def close(self) -> None:
        """Close all parts."""
        with ExitStack() as closing:
            for part in self._parts:
                closing.callback(part.close)


class _JoinedReader(AudioReader):
    """A reader whose channels are files."""

    def __init__(self, files: ChannelFiles, parts: tuple[AudioReader, ...]) -> None:
        first = parts[0]
        super().__init__(files.path, _Channels(parts), first.sample_rate, len(parts), first.format, first.subtype)
        self._parts = parts
        self.files = files.parts
        self.know_layout(files.layout)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was odd about any part so far, and about their fitting together."""
        of_parts = tuple(f"{part.path.name}: {note}" for part in self._parts for note in part.notes)
        return (*super().notes, *of_parts)


def _split(path: Path) -> tuple[str, str]:
    """A name's part before its channel's label, and the label; the label is empty where there is none.

    >>> _split(Path("reel_1.LSR.wav")), _split(Path("song.wav"))
    (('reel_1.', 'Lrs'), ('song', ''))
    """
    found = _SUFFIX.fullmatch(path.stem)
    label = _LABELS.get(found["label"].lower(), "") if found else ""
    return (found["base"], label) if found and label else (path.stem, "")


def _as_programme(family: Sequence[Path]) -> ChannelFiles | None:
    """The programme that the files of one base name make, or None."""
    by_label = {_split(path)[1]: path for path in family}
    if len(by_label) < len(family):
        return None
    for layout in _JOINABLE:
        if set(layout.labels) == by_label.keys():
            return ChannelFiles(tuple(by_label[label] for label in layout.labels), layout)
    return None
