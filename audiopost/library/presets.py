"""Finding presets: the packed ones by id, anybody's by path.

Packed presets lie in the package (`audiopost/presets`, put there by the wheel) or, in an editable install, in the
repository beside it. An id is the name of a file there without ``.toml``. What ends in ``.toml`` or holds a folder is
a path. The reading of TOML with lines and near misses stands in `audiopost.library.toml_file` and is offered here too.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from audiopost.errors import PresetError, UnknownNameError
from audiopost.library.toml_file import KeyPath, TomlFile, key_in_words, parse_toml, read_toml, updated_text

__all__ = [
    "KeyPath",
    "PresetKind",
    "TomlFile",
    "is_path",
    "key_in_words",
    "list_presets",
    "packed_presets",
    "parse_toml",
    "read_preset",
    "read_toml",
    "updated_text",
]

PresetKind = Literal["chains", "targets", "playback"]


def is_path(id_or_path: str | Path) -> bool:
    """Whether a word given for a preset is a path rather than an id.

    >>> is_path("ebu-r128"), is_path("mine.toml"), is_path("house/mine")
    (False, True, True)
    """
    if isinstance(id_or_path, Path):
        return True
    return id_or_path.endswith(".toml") or "/" in id_or_path or "\\" in id_or_path


def packed_presets(kind: PresetKind) -> Traversable:
    """The folder of the packed presets of a kind.

    Raises
    ------
    PresetError
        If the installation lacks it.
    """
    return _first_folder(
        resources.files("audiopost") / "presets" / kind,
        Path(__file__).parents[2] / "presets" / kind,
    )


def list_presets(kind: PresetKind) -> Iterator[tuple[str, Traversable]]:
    """Id and file of every packed preset, sorted by id."""
    files = {entry.name.removesuffix(".toml"): entry for entry in packed_presets(kind).iterdir() if _is_toml(entry)}
    yield from sorted(files.items())


def read_preset(kind: PresetKind, id_or_path: str | Path) -> TomlFile:
    """The file behind an id or a path, read.

    Raises
    ------
    UnknownNameError
        If no packed preset bears the id; with near misses.
    PresetError
        If the file is missing, unreadable or not TOML.
    """
    if is_path(id_or_path):
        path = Path(id_or_path)
        if not path.exists():
            raise PresetError("no such file", path=str(path))
        return read_toml(path)
    name = str(id_or_path)
    packed = dict(list_presets(kind))
    if name not in packed:
        raise UnknownNameError(
            kind=kind.removesuffix("s"),
            name=name,
            known=tuple(packed),
            mend=f"`audiopost {kind}` lists them; a file of your own is given by its path",
        )
    return read_toml(packed[name], shown_as=f"{kind}/{name}.toml")


def _is_toml(entry: Traversable) -> bool:
    return entry.name.endswith(".toml")


def _first_folder(*candidates: Traversable) -> Traversable:
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise PresetError("no presets lie there", path=str(candidates[-1]), mend="install audiopost again")
