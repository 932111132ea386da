"""Which door opens a plug-in file: one row for each format.

::

    .vst3 .component ─▶ pedalboard_host        .clap ─▶ clap_host        .lv2 ─▶ lv2_host

Doors are opened late: listing plug-ins loads no library.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from audiopost.errors import PluginLoadError
from audiopost.plugins.knobs import Knob
from audiopost.plugins.plugin import Plugin, PluginParameter
from audiopost.plugins.preset_file import PresetFile
from audiopost.plugins.saved_state import is_saved_state
from audiopost.plugins.streams import PRIMING_FRAMES

__all__ = ["NOTE_FORMATS", "LoadedPlugin", "load_plugin", "plugin_names"]

NOTE_FORMATS = ("CLAP", "LV2")
"""Formats whose instruments can be given notes here."""


class LoadedPlugin(Plugin, Protocol):
    """An instance of a plug-in file, whatever its format."""

    @property
    def facts(self) -> dict[str, str]:
        """What the plug-in says about itself: id, name, vendor, version, category."""

    @property
    def knobs(self) -> tuple[Knob, ...]:
        """What a person may turn."""

    @property
    def parameters(self) -> tuple[PluginParameter, ...]:
        """The same without the way to the plug-in's own values."""

    @property
    def widths(self) -> tuple[int, ...]:
        """Numbers of channels that the main input can have; empty where only trying tells."""

    @property
    def side_inputs(self) -> tuple[tuple[str, int], ...]:
        """Names and channels of further inputs; a block for `run` holds them after the main input's channels."""

    @property
    def output_width(self) -> int:
        """Channels of the main output at the present width; 0 where only trying tells."""

    @property
    def is_instrument(self) -> bool:
        """True where it makes sound of notes and takes no audio."""

    @property
    def hears_notes(self) -> bool:
        """Whether it has a way in for notes and controllers, and can be sent them."""

    @property
    def presets(self) -> tuple[str, ...]:
        """Names of presets that can be given to `load_plugin`."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person should know of how it behaved so far."""

    def automates(self, name: str) -> bool:
        """Whether the plug-in lets a host automate the parameter."""

    def state(self) -> bytes:
        """Everything that the plug-in would save in a session."""

    def preset(self) -> bytes:
        """The same as the bytes of a ``.vstpreset`` file; raises PluginError where there is none."""


def plugin_names(path: str) -> dict[str, str]:
    """What `load_plugin` calls each plug-in of a file -> its name; raises PluginLoadError."""
    suffix = _suffix(path)
    if suffix == ".clap":
        from audiopost.plugins import clap_host

        return clap_host.plugin_names(path)
    if suffix == ".lv2":
        from audiopost.plugins import lv2_host

        return lv2_host.plugin_names(path)
    from audiopost.plugins import pedalboard_host

    return {name: name for name in pedalboard_host.plugin_names(path)}


def load_plugin(
    path: str,
    sample_rate: int,
    plugin_name: str = "",
    state: bytes = b"",
    knobs: tuple[Knob, ...] | None = None,
    largest_frames: int = PRIMING_FRAMES,
    preset: PresetFile | str | None = None,
    width: int = 0,
    offline: bool = False,
) -> LoadedPlugin:
    """Load a plug-in file into this process. Scan it first: see `audiopost.plugins.scan`.

    Parameters
    ----------
    path
        Of the file or bundle.
    sample_rate
        In Hz; the instance is for this rate alone.
    plugin_name
        Which one, where the file holds several.
    state
        What `LoadedPlugin.state` gave, to be restored.
    knobs
        Those of another instance of the same plug-in and state, which saves reading them again.
    largest_frames
        The size of the largest block, which the plug-in is told.
    preset
        A ``.vstpreset`` of the plug-in, or the name of one of its `presets`, instead of a state.
    width
        Channels of the main input, where the format fixes them before it plays; 0: as the plug-in comes.
    offline
        Tell the plug-in, where its format can, that it has all the time in the world.

    Raises
    ------
    PluginLoadError
        If it cannot be loaded, or refuses the state.
    PluginError
        If the preset belongs to another plug-in, or this one refuses it.
    UnknownNameError
        If it has no preset of that name.
    """
    suffix = _suffix(path)
    file, name = (preset, "") if isinstance(preset, PresetFile) else (None, preset or "")
    if suffix in (".clap", ".lv2") and file is not None:
        raise PluginLoadError(path, f"is no VST3 and takes no .vstpreset ({file.path})", "give its state instead")
    if suffix == ".clap":
        from audiopost.plugins.clap_host import load_clap

        return load_clap(path, sample_rate, plugin_name, state, knobs, largest_frames, width, offline)
    if suffix == ".lv2":
        from audiopost.plugins.lv2_host import load_lv2

        return load_lv2(path, sample_rate, plugin_name, state, knobs, largest_frames, name)
    from audiopost.plugins.pedalboard_host import load_external

    if is_saved_state(state):
        raise PluginLoadError(path, "the state belongs to a CLAP or LV2 plug-in", "name that plug-in")
    return load_external(path, sample_rate, plugin_name, state, knobs, largest_frames, file)


def _suffix(path: str) -> str:
    return Path(path).suffix.lower()
