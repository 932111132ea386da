"""Which file plays the plug-in that a preset names: the format that it asks for, else another one of the same plug-in.

A path means that file and no other. A bare name (``ZamComp``, ``ZamComp.vst3``) means the plug-in: if the first format
is missing, or the scan found that it cannot be used here, the next one plays, and a note says so.
"""

from __future__ import annotations

from pathlib import Path

from audiopost.errors import PluginError
from audiopost.plugins.formats import NOTE_FORMATS
from audiopost.plugins.locate import FORMATS, find_plugins, format_of
from audiopost.plugins.plugin import PluginInfo
from audiopost.plugins.saved_state import is_saved_state
from audiopost.plugins.scan import plugin_info, require_ok

__all__ = ["build_with_sides", "choose_plugin"]


def choose_plugin(name: str, plugin_name: str = "", state: bytes = b"") -> tuple[PluginInfo, tuple[str, ...]]:
    """The plug-in that plays, and notes for a person where it is not the one that was asked for.

    Parameters
    ----------
    name
        A path, or a bare name with or without a suffix.
    plugin_name
        Which one, where a file holds several.
    state
        Bytes that it must understand; empty for none.

    Raises
    ------
    PluginLoadError, PluginTimeoutError, PluginCrashError
        If there is none, or none that can be used: why the first cannot.
    """
    files = [file for file in find_plugins(name) if not state or _reads(file, state)] or list(find_plugins(name))
    first: PluginError | None = None
    for file in files:
        try:
            info = plugin_info(str(file), plugin_name)
            if info.status != "instrument" or info.format not in NOTE_FORMATS:
                require_ok(info)
        except PluginError as error:
            first = first or error
        else:
            return info, _notes(name, info, first)
    assert first is not None, "there is at least one file"
    raise first


def build_with_sides(info: PluginInfo) -> PluginInfo | None:
    """Another format of the same plug-in that works here and has side inputs; scanned where it never was."""
    try:
        files = find_plugins(Path(info.path).stem)
    except PluginError:
        return None
    for file in files:
        if str(file) == info.path:
            continue
        try:
            other = require_ok(plugin_info(str(file)))
        except PluginError:
            continue
        if other.side_inputs:
            return other
    return None


def _reads(file: Path, state: bytes) -> bool:
    """Whether a format may understand a state: VST3 and Audio Units know their own bytes only."""
    return is_saved_state(state) == (format_of(file) not in ("VST3", "AU"))


def _notes(name: str, info: PluginInfo, first: PluginError | None) -> tuple[str, ...]:
    asked = FORMATS.get(Path(name).suffix.lower(), "")
    if first is not None:
        return (f"{info.name} plays in its {info.format} build: {first.what}",)
    if asked and asked != info.format:
        return (f"{info.name} plays in its {info.format} build: there is no {asked} build here",)
    return ()
