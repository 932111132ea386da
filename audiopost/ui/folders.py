"""The folders that the console may look into: those given at the start and what lies in them, by number.

A page never names a place on the disk. It says a number, and only folders that were found here have one; links that
lead out of them are not followed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

__all__ = ["SOUND_SUFFIXES", "FolderBook", "sound_files"]

SOUND_SUFFIXES = frozenset(
    {".wav", ".wave", ".flac", ".aif", ".aiff", ".caf", ".ogg", ".opus", ".mp3", ".w64", ".rf64"}
)
MOST_FILES = 2000
MOST_FOLDERS = 200
MOST_DEPTH = 3
"""Folders within folders: one given at the start may be a person's home."""
OWN = (".audiopost",)
"""A folder that holds one of these was written by a batch run: it is no place of inputs."""


def sound_files(folders: Sequence[Path]) -> tuple[Path, ...]:
    """The sound files of some folders, by name; what hides behind a dot is left out."""
    found = [
        path
        for folder in folders
        for path in sorted(folder.iterdir(), key=lambda path: path.name.casefold())
        if path.is_file() and path.suffix.lower() in SOUND_SUFFIXES and not path.name.startswith(".")
    ]
    return tuple(dict.fromkeys(found))[:MOST_FILES]


class FolderBook:
    """Numbers for folders with sound in them; a number once given stays.

    Parameters
    ----------
    roots
        The folders given at the start. A root may come to be later, like that of dropped files.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(dict.fromkeys(root.resolve() for root in roots))
        self._known: list[Path] = []

    def look(self) -> dict[int, Path]:
        """Every folder with sound files in it as things are now, by its number, at most `MOST_FOLDERS`."""
        found = [folder for root in self._roots for folder in _within(root) if sound_files((folder,))]
        return {self.number(folder): folder for folder in dict.fromkeys(found[:MOST_FOLDERS])}

    def number(self, folder: Path) -> int:
        """The number of a folder, which gets one if it has none."""
        if folder not in self._known:
            self._known.append(folder)
        return self._known.index(folder)

    def folder(self, number: int) -> Path | None:
        """The folder of a number; None if there is none."""
        return self._known[number] if 0 <= number < len(self._known) else None

    def knows(self, folder: Path) -> bool:
        """Whether the folder has a number."""
        return folder in self._known

    def name(self, folder: Path) -> str:
        """A folder as people know it: from the root that it lies in."""
        root = next((root for root in self._roots if folder.is_relative_to(root)), folder)
        return "/".join((root.name, *folder.relative_to(root).parts))


def _within(root: Path) -> list[Path]:
    """A folder and those in it, without hidden ones, links, and what batch runs wrote."""
    folders: list[Path] = []
    for place, names, _ in os.walk(root, followlinks=False):
        if len(folders) > 10 * MOST_FOLDERS:
            break
        if any(own in names for own in OWN):
            names.clear()
            continue
        if len(Path(place).relative_to(root).parts) >= MOST_DEPTH:
            names.clear()
        names[:] = sorted(name for name in names if not name.startswith(".") and not os.path.islink(f"{place}/{name}"))
        folders.append(Path(place))
    return folders
