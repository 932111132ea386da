"""Find out what a plug-in is without trusting it: in a child process, with a time-out, once.

A plug-in that was never scanned is scanned before it is loaded anywhere else. One that crashed or hung is
remembered as such and not touched again until its file changes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from audiopost.errors import PluginCrashError, PluginError, PluginLoadError, PluginTimeoutError, near_misses
from audiopost.plugins.locate import find_plugin, format_of, plugin_files, standard_folders
from audiopost.plugins.plugin import PluginInfo
from audiopost.plugins.scan_cache import fingerprint, recall, remember

__all__ = ["SCAN_TIMEOUT_S", "list_plugins", "plugin_info", "require_ok", "scan_file", "scan_folder"]

CHILD = ("-m", "audiopost.plugins.scan_child")
"""What Python runs in the child."""

NAMES_ONLY = "--names"
"""Tells the child to load nothing."""

SCAN_TIMEOUT_S = 20.0
"""Longest scan of one file. Most take less than a second; big ones with licences a few."""

NOT_SCANNED = "not scanned"

LAST_WORDS_BYTES = 2000
"""How much of what a plug-in prints is kept: the end. Some print without end."""


def scan_file(
    path: Path, timeout_s: float = SCAN_TIMEOUT_S, *, rescan: bool = False, only: str = ""
) -> tuple[PluginInfo, ...]:
    """What the plug-ins of one file are, from the cache or from a child process.

    Parameters
    ----------
    path
        Of the file or bundle.
    timeout_s
        Time after which the child is killed; for a file that holds several, the time for each.
    rescan
        Scan even if the cache knows the file.
    only
        Name or id of the one that is wanted, where a bundle holds many: the others may stay "not scanned".

    Returns
    -------
    tuple of PluginInfo
        One for each plug-in in the file; a failure is a status, not an exception. Empty for an LV2 bundle that holds
        descriptions alone.

    Raises
    ------
    PluginLoadError
        If there is no such file.
    """
    try:
        now = fingerprint(path, host_version())
    except OSError as error:
        raise PluginLoadError(str(path), error.strerror or "cannot be read") from error
    known = None if rescan else recall(path, now)
    if known is None and format_of(path) == "LV2":
        known = _listed_in_child(path, timeout_s)
        remember(path, now, known)
    if known is None:
        known = _scan_in_child(path, (), timeout_s)
        remember(path, now, known)
    unknown = [each.id for each in known if each.status == NOT_SCANNED and only in ("", each.id, each.name)]
    if unknown:
        found = {each.id: each for each in _scan_in_child(path, tuple(unknown), timeout_s)}
        known = tuple(found.get(each.id, each) for each in known)
        remember(path, now, known)
    return known


def scan_folder(
    folder: Path | None = None,
    timeout_s: float = SCAN_TIMEOUT_S,
    *,
    rescan: bool = False,
    progress: Callable[[float, str], None] | None = None,
) -> tuple[PluginInfo, ...]:
    """Scan every plug-in file of a folder (None: the standard ones); `progress` hears a share, 0 to 1, and a name."""
    files = list(plugin_files(standard_folders() if folder is None else (folder,)))
    found: list[PluginInfo] = []
    for index, file in enumerate(files):
        if progress is not None:
            progress(index / len(files), file.stem)
        found.extend(scan_file(file, timeout_s, rescan=rescan))
    if progress is not None:
        progress(1.0, f"{len(found)} plug-ins")
    return tuple(found)


def list_plugins(folders: Iterable[Path] | None = None) -> tuple[PluginInfo, ...]:
    """Every plug-in file of the folders with what is known of it; nothing is loaded, the rest is "not scanned"."""
    host = host_version()
    listed: list[PluginInfo] = []
    for file in plugin_files(standard_folders() if folders is None else folders):
        known = recall(file, fingerprint(file, host))
        kind = format_of(file)
        unknown = (PluginInfo(f"{kind}-{file.stem}", file.stem, str(file), NOT_SCANNED, format=kind),)
        listed.extend(unknown if known is None else known)
    return tuple(listed)


def host_version() -> str:
    """The version of the library that will load the plug-ins; another one scans anew."""
    return metadata.version("pedalboard")


def plugin_info(name_or_path: str, plugin_name: str = "", timeout_s: float = SCAN_TIMEOUT_S) -> PluginInfo:
    """What one plug-in is, by path or bare name; scanned where it never was.

    Parameters
    ----------
    name_or_path
        See `audiopost.plugins.locate.find_plugin`.
    plugin_name
        Which one, where the file holds several.
    timeout_s
        Longest scan.

    Raises
    ------
    PluginLoadError
        If there is no such file or no such plug-in in it.
    """
    file = find_plugin(name_or_path)
    found = scan_file(file, timeout_s, only=plugin_name)
    if not found:
        raise PluginLoadError(file.name, "holds no plug-in")
    if not plugin_name and len(found) == 1:
        return found[0]
    for each in found:
        # An LV2 bundle of many has no first one that anybody could mean.
        if plugin_name in (each.name, each.id) or (not plugin_name and each.format != "LV2"):
            return each
    if not plugin_name:
        some = ", ".join(each.name for each in found[:6]) + (", ..." if len(found) > 6 else "")
        raise PluginLoadError(file.name, "holds several plug-ins", f"name one with plugin_name: {some}")
    names = [each.name for each in found]
    close = near_misses(plugin_name, names) or names
    raise PluginLoadError(plugin_name, f"is not in {found[0].path}", "it holds " + ", ".join(close))


def require_ok(info: PluginInfo) -> PluginInfo:
    """The same, if it may be loaded.

    Raises
    ------
    PluginTimeoutError, PluginCrashError, PluginLoadError
        By its status.
    """
    kinds: dict[str, type[PluginError]] = {"timeout": PluginTimeoutError, "crashed": PluginCrashError}
    if info.status == "ok":
        return info
    mend = "it is left alone until its file changes; `audiopost plugins scan --rescan` tries again"
    if info.status in kinds:
        raise kinds[info.status](info.name, info.error, mend)
    raise PluginLoadError(info.name, info.error or info.status, _library_mend(info.error))


def _library_mend(error: str) -> str:
    """``libzita-convolver.so.4: cannot open shared object file`` -> which library to install."""
    library, separator, _ = error.partition(": cannot open shared object file")
    return f"install the library {library}" if separator else ""


def _listed_in_child(path: Path, timeout_s: float) -> tuple[PluginInfo, ...]:
    """The plug-ins of a bundle, none of them loaded."""
    heard = _Child(path, (NAMES_ONLY,), timeout_s)
    if heard.found or not heard.ended_well:
        return tuple(heard.found) or (_lost(path, heard, timeout_s),)
    kind = format_of(path)
    return tuple(PluginInfo(each, name, str(path), NOT_SCANNED, format=kind) for each, name in heard.names.items())


def _scan_in_child(path: Path, only: tuple[str, ...], timeout_s: float) -> tuple[PluginInfo, ...]:
    """What the plug-ins of a file are; one that takes its process down does not take the findings on the others."""
    found: list[PluginInfo] = []
    while True:
        heard = _Child(path, only, timeout_s)
        found.extend(heard.found)
        left = [each for each in heard.names if each not in {info.id for info in heard.found}]
        if heard.ended_well or (heard.found and not left):
            return tuple(found)
        lost = _lost(path, heard, timeout_s)
        if not left:
            return (*found, lost)
        found.append(replace(lost, id=left[0], name=heard.names[left[0]]))
        if len(left) == 1:
            return tuple(found)
        only = tuple(left[1:])


def _lost(path: Path, heard: _Child, timeout_s: float) -> PluginInfo:
    """What is known of a plug-in in whose scan the child ended."""
    status, error = _verdict(heard.code, heard.late, heard.stage, timeout_s)
    kind = format_of(path)
    return PluginInfo(f"{kind}-{path.stem}", path.stem, str(path), status, format=kind, error=f"{error}{heard.said}")


class _Child:
    """One run of the child, to its end.

    Attributes
    ----------
    found, names, stage
        What it found, the plug-ins that it set out to look at, and what it did last.
    code, late
        How it ended, and whether it had to be ended.
    said
        The last line that was printed, in brackets.
    """

    def __init__(self, path: Path, only: tuple[str, ...], timeout_s: float) -> None:
        self.found: list[PluginInfo] = []
        self.names: dict[str, str] = {}
        self.stage = "starting"
        child = subprocess.Popen(  # noqa: S603 - our own module, the path is an argument of it
            [sys.executable, *CHILD, str(path), *only],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        words = _LastWords(child)
        self._watch = self._watching(child, timeout_s)
        try:
            assert child.stdout is not None
            for line in child.stdout:
                data = json.loads(line)
                self.stage = data.get("stage", self.stage)
                self.names.update(data.get("names", {}))
                self.found.extend(PluginInfo.from_json(each) for each in data.get("plugins", ()))
                if "plugins" in data:
                    self._watch.cancel()
                    self._watch = self._watching(child, timeout_s)
            self.code = child.wait()
        finally:
            self.late = not self._watch.is_alive()
            self._watch.cancel()
            _kill(child)
            self.said = words.end()

    @property
    def ended_well(self) -> bool:
        """Whether it came to its end by itself, and found what it set out to find."""
        return self.code == 0 and not self.late

    def _watching(self, child: subprocess.Popen[bytes], timeout_s: float) -> threading.Timer:
        watch = threading.Timer(timeout_s, _kill, (child,))
        watch.start()
        return watch


def _verdict(code: int, late: bool, stage: str, timeout_s: float) -> tuple[str, str]:
    """Status and sentence for a child that ended without findings."""
    if late:
        return "timeout", f"no answer within {timeout_s:g} s while {stage}"
    if code < 0:
        return "crashed", f"ended by {signal.Signals(-code).name} while {stage}"
    return "crashed", f"ended with code {code} while {stage}"


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever the plug-in started."""
    if child.poll() is not None:
        return
    if hasattr(os, "killpg"):
        os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()
    child.wait()


class _LastWords:
    """Reads what a child prints on standard error, for ever if need be, and keeps the end."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._kept: deque[bytes] = deque(maxlen=16)
        self._child = child
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._child.stderr is not None
        while piece := self._child.stderr.read1(4096):  # type: ignore[attr-defined]
            self._kept.append(piece)

    def end(self) -> str:
        """The last line, in brackets, once the child has ended; empty where it said nothing."""
        self._reader.join()
        for pipe in (self._child.stdout, self._child.stderr):
            assert pipe is not None
            pipe.close()
        lines = b"".join(self._kept)[-LAST_WORDS_BYTES:].decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return f" (it last printed: {last})" if last else ""
