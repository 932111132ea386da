"""Files that were dropped on the page: taken in one by one, limited in size, number and kind.

A drop gets a folder of its own, which did not exist before: nothing of anybody's is ever written over. A file gets its
name when all of it is there and it has been opened as sound; what is none leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from audiopost.errors import AudiopostError, UsageError
from audiopost.media.audio_file import open_audio
from audiopost.media.file_faults import fault
from audiopost.media.new_file import NewFile
from audiopost.ui.folders import SOUND_SUFFIXES

__all__ = ["MOST_BYTES", "MOST_FILES", "TooLargeError", "dropped_folder", "plain_name", "take"]

MOST_BYTES = 4 * 1024**3
"""Of one file: what RIFF can hold."""

MOST_FILES = 500
"""Of one folder."""

LEFT_FREE_BYTES = 1024**3
"""What stays free on the disk."""

MOST_ALIKE = 1000
LONGEST_NAME = 120
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\/]')


@dataclass(eq=False)
class TooLargeError(UsageError):
    """More than may be taken in, or than the disk has room for."""


def plain_name(words: str, usual: str = "stems") -> str:
    r"""The last part of a path as a name that is safe on every system.

    >>> plain_name("C:\\mix\\dx?.wav"), plain_name("../../.profile"), plain_name("")
    ('dx_.wav', 'profile', 'stems')
    """
    last = re.split(r"[\\/]", words.strip().rstrip("\\/"))[-1]
    safe = _FORBIDDEN.sub("_", last).strip(" .")
    if len(safe) > LONGEST_NAME:
        suffix = Path(safe).suffix[:10]
        safe = safe[: LONGEST_NAME - len(suffix)] + suffix
    return safe or usual


def dropped_folder(parent: Path, name: str) -> Path:
    """A new folder in `parent`, of that name or with a number behind it.

    Raises
    ------
    FileError
        If it cannot be made.
    """
    wanted = plain_name(name)
    try:
        parent.mkdir(parents=True, exist_ok=True)
        for number in range(1, MOST_ALIKE):
            folder = parent / (wanted if number == 1 else f"{wanted} {number}")
            if not folder.exists():
                folder.mkdir()
                return folder
    except OSError as error:
        raise fault(parent, error) from error
    raise UsageError(f"{wanted}: there are a thousand of that name already", mend="give it another name")


async def take(folder: Path, name: str, size: int | None, pieces: AsyncIterator[bytes]) -> Path:
    """Take a file in.

    Parameters
    ----------
    folder
        Where it comes to lie; of `dropped_folder`.
    name
        As the browser names it.
    size
        In bytes, as far as it is known beforehand.
    pieces
        What it holds.

    Raises
    ------
    TooLargeError
        If it is, or the folder is full; then nothing is left of it.
    UsageError
        If its suffix is none of a sound file.
    FileError
        If it is no sound, cannot be written, or one of that name is there.
    """
    safe = plain_name(name)
    if Path(safe).suffix.lower() not in SOUND_SUFFIXES:
        raise UsageError(f"{safe}: no sound file by its name", mend=f"known: {', '.join(sorted(SOUND_SUFFIXES))}")
    if sum(1 for _ in folder.iterdir()) >= MOST_FILES:
        raise TooLargeError(f"{safe}: a folder takes {MOST_FILES} files", mend="use `audiopost batch` for more")
    _refuse_beyond(safe, size or 0, folder)
    new = NewFile(folder / safe)
    try:
        await _written(new, safe, pieces)
        await asyncio.to_thread(_open_once, new.temporary, safe)
    except BaseException:
        new.discard()
        raise
    return new.publish()


async def _written(new: NewFile, name: str, pieces: AsyncIterator[bytes]) -> None:
    taken = 0
    try:
        with new.temporary.open("wb") as file:
            async for piece in pieces:
                taken += len(piece)
                _refuse_beyond(name, taken, None)
                file.write(piece)
    except OSError as error:
        raise fault(new.path, error) from error


def _refuse_beyond(name: str, size: int, folder: Path | None) -> None:
    if size > MOST_BYTES:
        raise TooLargeError(f"{name} has more than {MOST_BYTES // 1024**3} GiB", mend="use `audiopost batch` for it")
    if folder is not None and size + LEFT_FREE_BYTES > shutil.disk_usage(folder).free:
        raise TooLargeError(f"{name}: the disk has no room for it", mend="make room, or take fewer files")


def _open_once(path: Path, name: str) -> None:
    """Whether it is sound at all, as its header tells."""
    try:
        with open_audio(path):
            pass
    except AudiopostError as error:
        raise UsageError(f"{name}: this is no sound file", mend="take it out of the folder") from error
