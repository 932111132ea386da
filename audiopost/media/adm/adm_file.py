"""A file with metadata of the Audio Definition Model, taken as what it sounds like."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from audiopost.errors import FileError
from audiopost.media.adm.chna import read_chna
from audiopost.media.adm.dolby import DolbyMaster, dolby_master
from audiopost.media.adm.model import Adm
from audiopost.media.adm.read import read_adm
from audiopost.media.carried import CarriedChunk, carried_by

__all__ = ["AdmFile", "dolby_of", "has_adm", "model_of"]


_MOST_DBMD_BYTES = 1 << 20


@dataclass(frozen=True)
class AdmFile:
    """A programme of a file, rendered to a layout; a path that opens as a file of that layout.

    `layout` is None for the usual one, `programme` the id or the name of an audioProgramme, None for the first. Where
    `rendered` is False it opens as its tracks, whatever the metadata say.
    """

    path: Path
    layout: str | None = None
    programme: str | None = None
    rendered: bool = True

    def __fspath__(self) -> str:
        return str(self.path)


def has_adm(path: str | os.PathLike[str]) -> bool:
    """Whether a file says by ``chna`` and ``axml`` what its tracks are; False for what is no WAVE file."""
    chunks = _chunks(Path(path))
    return "chna" in chunks and "axml" in chunks


def model_of(path: Path) -> Adm:
    """The metadata of a file.

    Raises
    ------
    FileError
        If it has none, or they are wrong.
    """
    chunks = _chunks(path)
    if "axml" not in chunks or "chna" not in chunks:
        packed = "bxml" in chunks or "sxml" in chunks
        what = "its ADM metadata are packed (bxml, sxml): not supported" if packed else "it has no ADM metadata"
        raise FileError(str(path), what, "it needs the chunks axml and chna")
    return read_adm(chunks["axml"].pieces(), read_chna(chunks["chna"].whole()), str(path))


def dolby_of(path: Path, adm: Adm) -> DolbyMaster | None:
    """What the file says of itself as a Dolby Atmos master; None where it is none."""
    dbmd = _chunks(path).get("dbmd")
    return dolby_master(adm, b"" if dbmd is None or dbmd.size > _MOST_DBMD_BYTES else dbmd.whole())


def _chunks(path: Path) -> dict[str, CarriedChunk]:
    try:
        return {chunk.id: chunk for chunk in carried_by(path).chunks} if path.is_file() else {}
    except FileError:
        return {}
