"""Sound tracks of a film: which ones are meant, and whether a file is a film at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audiopost.errors import UsageError

__all__ = ["VIDEO_HEAD_BYTES", "VideoTracks", "is_video", "tracks_in_words"]

VIDEO_HEAD_BYTES = 16

_EBML = b"\x1a\x45\xdf\xa3"
_MXF = b"\x06\x0e\x2b\x34"
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""First boxes of QuickTime and MP4 files (ISO/IEC 14496-12; QuickTime File Format)."""


def is_video(head: bytes) -> bool:
    """Whether a file that begins so is Matroska, MXF, QuickTime or MP4, with or without a picture.

    >>> is_video(bytes(4) + b"ftypisom"), is_video(b"RIFF" + bytes(8))
    (True, False)
    """
    return head.startswith((_EBML, _MXF)) or head[4:8] in _BOXES


@dataclass(frozen=True)
class VideoTracks:
    """Sound tracks of a film that are one programme, in this order; a path that opens as one file.

    `tracks` count the sound tracks from 1; empty means the one that players choose.
    """

    path: Path
    tracks: tuple[int, ...] = ()

    def __fspath__(self) -> str:
        return str(self.path)


def tracks_in_words(words: Sequence[str]) -> tuple[int, ...]:
    """Numbers of tracks as people write them: ``3``, ``1,2``, ``1-6``; several words are joined.

    Raises
    ------
    UsageError
        If a word is none of these, or a track is named twice.

    >>> tracks_in_words(["1-3", "8"])
    (1, 2, 3, 8)
    """
    tracks: list[int] = []
    for word in (part.strip() for each in words for part in each.split(",")):
        first, dash, last = word.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()) or int(first) < 1 or int(last or first) > 999:
            raise UsageError(
                f"{word!r} is no track", "--track", "count the sound tracks from 1: --track 2, --track 1-6"
            )
        tracks += range(int(first), int(last or first) + 1)
    if len(set(tracks)) < len(tracks):
        raise UsageError("a track was named twice", "--track", "name every track once")
    return tuple(tracks)
