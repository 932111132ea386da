"""What earlier scans found out, in the user's cache folder: one JSON file for each plug-in file.

One file each, written beside and renamed, so that processes that scan at the same time cannot spoil each other's
entries. An entry holds as long as the plug-in's size and time, the host's version and the form stay the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from audiopost.plugins.plugin import PluginInfo

__all__ = ["Fingerprint", "cache_folder", "fingerprint", "forget", "recall", "remember"]

FORM = 6
"""Raised whenever `PluginInfo` or the scan changes its meaning."""

CACHE_VARIABLE = "AUDIOPOST_CACHE_DIR"


@dataclass(frozen=True)
class Fingerprint:
    """Size in bytes and latest change in ns of a plug-in file or of everything in a bundle, and the host's version."""

    size: int
    changed_ns: int
    host: str


def fingerprint(path: Path, host: str) -> Fingerprint:
    """The fingerprint of a plug-in now; raises OSError where it cannot be read."""
    files = [each for each in path.rglob("*") if each.is_file()] if path.is_dir() else [path]
    states = [each.stat() for each in files]
    changed = max((state.st_mtime_ns for state in states), default=0)
    return Fingerprint(sum(state.st_size for state in states), changed, host)


def cache_folder() -> Path:
    """The folder for what may be deleted at any time; `AUDIOPOST_CACHE_DIR` overrides it."""
    if CACHE_VARIABLE in os.environ:
        return Path(os.environ[CACHE_VARIABLE])
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/audiopost"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "audiopost/Cache"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "audiopost"


def _entry(path: Path) -> Path:
    key = hashlib.sha256(os.fsencode(path)).hexdigest()[:24]
    return cache_folder() / "plugins" / f"{path.stem}-{key}.json"


def recall(path: Path, now: Fingerprint) -> tuple[PluginInfo, ...] | None:
    """What is known of a plug-in file, or None where nothing is known that still holds."""
    try:
        data = json.loads(_entry(path).read_text(encoding="utf-8"))
        if data["form"] != FORM or Fingerprint(**data["fingerprint"]) != now:
            return None
        return tuple(PluginInfo.from_json(each) for each in data["plugins"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # unreadable or of another age: as if it were not there


def remember(path: Path, now: Fingerprint, plugins: tuple[PluginInfo, ...]) -> None:
    """Keep the findings. A cache folder that cannot be written costs the next scan, nothing else."""
    data = {
        "form": FORM,
        "path": str(path),
        "fingerprint": {"size": now.size, "changed_ns": now.changed_ns, "host": now.host},
        "plugins": [plugin.to_json() for plugin in plugins],
    }
    entry = _entry(path)
    with contextlib.suppress(OSError):
        entry.parent.mkdir(parents=True, exist_ok=True)
        descriptor, beside = tempfile.mkstemp(dir=entry.parent, suffix=".part")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(data, file, indent=1)
            Path(beside).replace(entry)
        finally:
            Path(beside).unlink(missing_ok=True)


def forget(path: Path) -> None:
    """Drop what is known of a plug-in file, so that it is scanned anew."""
    with contextlib.suppress(OSError):
        _entry(path).unlink()
