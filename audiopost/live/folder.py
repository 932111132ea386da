"""The files of a folder, one after the other: what a sound designer goes through while the chain runs.

>>> Folder.sorted_names(["take 10.wav", "take 9.wav", "Notes.txt"])
['take 9.wav', 'take 10.wav']
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from audiopost.errors import FileError
from audiopost.media.containers import CONTAINERS, FILMS

__all__ = ["Folder"]

_SUFFIXES = {suffix for container in (*CONTAINERS.values(), *FILMS.values()) for suffix in container.suffixes}
_NUMBER = re.compile(r"(\d+)")


class Folder:
    """The audio files beside a file, or in a folder, in the order in which a person reads numbers.

    Parameters
    ----------
    path
        A file, which is the present one; or a folder, whose first file is.

    Raises
    ------
    FileError
        If it is a folder without audio files.
    """

    def __init__(self, path: str | Path) -> None:
        path = Path(path)
        self.path = path if path.is_dir() else path.parent
        if path.is_dir():
            names = self.names()
            if not names:
                raise FileError(str(path), "there is no audio file in this folder")
            path = path / names[0]
        self.present = path

    def names(self) -> list[str]:
        """Names of the files as they are there now. Raises FileError if the folder cannot be read."""
        try:
            return self.sorted_names(entry.name for entry in self.path.iterdir() if entry.is_file())
        except OSError as error:
            raise FileError(str(self.path), f"cannot be read: {error.strerror}") from error

    def step(self, by: int) -> Path:
        """The file so many places on (back, below 0) from the present one, round the ends; it is not gone to yet."""
        names = self.names()
        if not names:
            raise FileError(str(self.path), "there is no audio file in this folder any more")
        name = self.present.name
        if name in names:
            place = names.index(name) + by
        else:  # gone meanwhile: from where it would stand
            place = self.sorted_names([*names, name]).index(name) + (by - 1 if by > 0 else by)
        return self.path / names[place % len(names)]

    @staticmethod
    def sorted_names(names: Iterable[str]) -> list[str]:
        """Those that end as audio files do, numbers by their value; hidden ones are left out."""
        chosen = (name for name in names if Path(name).suffix.lower() in _SUFFIXES and not name.startswith("."))
        return sorted(
            chosen, key=lambda name: [int(part) if part.isdecimal() else part.casefold() for part in _parts(name)]
        )


def _parts(name: str) -> list[str]:
    """Words and numbers by turns, a word first: so that a number is compared with a number."""
    return _NUMBER.split(name)
