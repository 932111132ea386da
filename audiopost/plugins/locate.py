"""Where plug-in files lie: the standard folders of each system, and a file by its bare name.

Sources: Steinberg's "VST 3 Locations / Format"; Apple's folders for Audio Unit components.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from audiopost.errors import PluginLoadError, near_misses

__all__ = ["SUFFIXES", "find_plugin", "format_of", "plugin_files", "standard_folders"]

SUFFIXES = (".vst3", ".component")
"""Suffixes of the files and bundles that can be loaded."""

PATH_VARIABLE = "AUDIOPOST_PLUGIN_PATH"
"""Environment variable: further folders, looked through first."""


def standard_folders(
    platform: str = sys.platform, environment: Mapping[str, str] | None = None, home: Path | None = None
) -> tuple[Path, ...]:
    """Folders where plug-ins are installed, in order of precedence; they need not exist.

    >>> [str(folder) for folder in standard_folders("linux", {}, Path("/home/me"))][-1]
    '/usr/lib/vst3'
    """
    known = os.environ if environment is None else environment
    own = Path.home() if home is None else home
    folders = [Path(each).expanduser() for each in known.get(PATH_VARIABLE, "").split(os.pathsep) if each]
    if platform == "darwin":
        for root in (own, Path("/")):
            folders += [root / "Library/Audio/Plug-Ins" / kind for kind in ("VST3", "Components")]
    elif platform == "win32":
        folders += [Path(known[name]) / "Programs/Common/VST3" for name in ("LOCALAPPDATA",) if name in known]
        folders += [Path(known.get("CommonProgramFiles", "C:/Program Files/Common Files")) / "VST3"]
    else:
        folders += [own / ".vst3", Path("/usr/local/lib/vst3"), Path("/usr/lib/vst3")]
    return tuple(dict.fromkeys(folders))


def plugin_files(folders: Iterable[Path]) -> Iterator[Path]:
    """Plug-in files and bundles in the folders and their subfolders, sorted within each; bundles are not entered."""
    for folder in folders:
        for root, names, files in os.walk(folder):
            bundles = [name for name in names if name.lower().endswith(SUFFIXES)]
            names[:] = sorted(set(names) - set(bundles))
            single = [name for name in files if name.lower().endswith(SUFFIXES)]
            yield from (Path(root) / name for name in sorted(bundles + single))


def find_plugin(name: str, folders: Iterable[Path] | None = None) -> Path:
    """The plug-in that a preset names: a path, or a bare name with or without its suffix.

    Parameters
    ----------
    name
        ``"ZamHeadX2.vst3"``, ``"ZamHeadX2"`` or a path.
    folders
        Where a bare name is looked up; None for `standard_folders`.

    Raises
    ------
    PluginLoadError
        If there is none; it names those that resemble it.
    """
    path = Path(name).expanduser()
    if path.suffix.lower() in SUFFIXES and path.exists():
        return path.resolve()
    if path.name != name:
        raise PluginLoadError(name, "no such plug-in file", "give a .vst3 or .component, or a bare name")
    searched = tuple(standard_folders() if folders is None else folders)
    found = list(plugin_files(searched))
    for each in found:
        if name.casefold() in (each.name.casefold(), each.stem.casefold()):
            return each
    close = near_misses(path.stem if path.suffix in SUFFIXES else name, (each.stem for each in found))
    hint = "did you mean " + " or ".join(close) + "?" if close else "looked in " + ", ".join(map(str, searched))
    raise PluginLoadError(name, "no such plug-in", hint)


def format_of(path: Path) -> str:
    """``"VST3"`` or ``"AU"`` by the suffix.

    >>> format_of(Path("ZamTube.vst3"))
    'VST3'
    """
    return "AU" if path.suffix.lower() == ".component" else "VST3"
