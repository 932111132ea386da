"""Where plug-in files lie: the standard folders of each system, and a file by its bare name.

Sources: Steinberg's "VST 3 Locations / Format"; Apple's folders for Audio Unit components; CLAP ``entry.h``; LV2's
"Filesystem Hierarchy Standard".
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from audiopost.errors import PluginLoadError, near_misses

__all__ = ["FORMATS", "SUFFIXES", "find_plugin", "find_plugins", "format_of", "plugin_files", "preset_bundles",
           "standard_folders"]  # fmt: skip

FORMATS = {".vst3": "VST3", ".component": "AU", ".clap": "CLAP", ".lv2": "LV2"}
"""Formats by the suffix of their files and bundles. A bare name means the first of these that is there: the oldest, so
that a chain goes on meaning what it meant before another build was installed."""

_PLUGIN, _PRESET = rb"[:#]Plugin\b", rb"ext/presets#"
"""In the manifest of an LV2 bundle that holds plug-ins, and of one that holds presets: many hold nothing else."""

SUFFIXES = tuple(FORMATS)
"""Suffixes of the files and bundles that can be loaded."""

PATH_VARIABLE = "AUDIOPOST_PLUGIN_PATH"
"""Environment variable: further folders, looked through first."""

FORMAT_VARIABLES = ("CLAP_PATH", "LV2_PATH")
"""Environment variables of the formats themselves with the same meaning."""


def standard_folders(
    platform: str = sys.platform, environment: Mapping[str, str] | None = None, home: Path | None = None
) -> tuple[Path, ...]:
    """Folders where plug-ins are installed, in order of precedence; they need not exist.

    >>> [str(folder) for folder in standard_folders("linux", {}, Path("/home/me"))][-1]
    '/usr/lib/lv2'
    """
    known = os.environ if environment is None else environment
    own = Path.home() if home is None else home
    named = [known.get(variable, "") for variable in (PATH_VARIABLE, *FORMAT_VARIABLES)]
    folders = [Path(each).expanduser() for each in os.pathsep.join(named).split(os.pathsep) if each]
    if platform == "darwin":
        for root in (own, Path("/")):
            folders += [root / "Library/Audio/Plug-Ins" / kind for kind in ("VST3", "Components", "CLAP", "LV2")]
    elif platform == "win32":
        roots = [Path(known[name]) / "Programs/Common" for name in ("LOCALAPPDATA",) if name in known]
        roots += [Path(known.get("CommonProgramFiles", "C:/Program Files/Common Files"))]
        folders += [root / kind for kind in ("VST3", "CLAP", "LV2") for root in roots]
    else:
        for kind in ("vst3", "clap", "lv2"):
            folders += [own / f".{kind}", Path("/usr/local/lib") / kind, Path("/usr/lib") / kind]
    return tuple(dict.fromkeys(folders))


def plugin_files(folders: Iterable[Path]) -> Iterator[Path]:
    """Plug-in files and bundles in the folders and their subfolders, sorted within each; bundles are not entered."""
    return (
        path for path in _named_like_plugins(folders) if path.suffix.lower() != ".lv2" or _is_named_in(path, _PLUGIN)
    )


def preset_bundles(uri: str, folders: Iterable[Path]) -> Iterator[Path]:
    """LV2 bundles in the folders whose manifest speaks of presets and of the plug-in `uri`."""
    for path in _named_like_plugins(folders):
        if (
            path.suffix.lower() == ".lv2"
            and _is_named_in(path, _PRESET)
            and _is_named_in(path, re.escape(uri.encode()))
        ):
            yield path


def _named_like_plugins(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for root, names, files in os.walk(folder):
            bundles = [name for name in names if name.lower().endswith(SUFFIXES)]
            names[:] = sorted(set(names) - set(bundles))
            single = [name for name in files if name.lower().endswith(SUFFIXES)]
            yield from (Path(root) / name for name in sorted(bundles + single))


def _is_named_in(bundle: Path, pattern: bytes) -> bool:
    """Whether an LV2 bundle's manifest says it; of one that cannot be read, whoever opens it tells why."""
    try:
        return re.search(pattern, (bundle / "manifest.ttl").read_bytes()) is not None
    except OSError:
        return pattern == _PLUGIN


def find_plugins(name: str, folders: Iterable[Path] | None = None) -> tuple[Path, ...]:
    """The files that a preset may mean, best first: a path, or all formats of a bare name with or without its suffix.

    Parameters
    ----------
    name
        ``"ZamHeadX2.vst3"``, ``"ZamHeadX2"`` or a path. With a suffix that format comes first.
    folders
        Where a bare name is looked up; None for `standard_folders`.

    Raises
    ------
    PluginLoadError
        If there is none; it names those that resemble it.
    """
    path = Path(name).expanduser()
    known = path.suffix.lower() in FORMATS
    if known and path.exists():
        return (path.resolve(),)
    if path.name != name:
        raise PluginLoadError(name, "no such plug-in file", "give a .clap, .vst3, .component or .lv2, or a bare name")
    searched = tuple(standard_folders() if folders is None else folders)
    found = list(plugin_files(searched))
    stem = (path.stem if known else name).casefold()
    same = [each for each in found if each.stem.casefold() == stem]
    if same:
        first = path.suffix.lower() if known else ""
        return tuple(sorted(same, key=lambda each: (each.suffix.lower() != first, SUFFIXES.index(each.suffix.lower()))))
    close = near_misses(path.stem if known else name, (each.stem for each in found))
    hint = "did you mean " + " or ".join(close) + "?" if close else "looked in " + ", ".join(map(str, searched))
    raise PluginLoadError(name, "no such plug-in", hint)


def find_plugin(name: str, folders: Iterable[Path] | None = None) -> Path:
    """The first of `find_plugins`."""
    return find_plugins(name, folders)[0]


def format_of(path: Path) -> str:
    """The format by the suffix.

    >>> format_of(Path("ZamTube.vst3"))
    'VST3'
    """
    return FORMATS.get(path.suffix.lower(), "VST3")
