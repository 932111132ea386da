"""The door to pedalboard for VST3 and Audio Unit files; that for its built-in effects is `pedalboard_built_ins`.

Rules that this door keeps beside those of `pedalboard_instance`, each found by trial with version 0.9.26:

- a plug-in that changes the processor's floating-point settings while it loads does so in vain;
- a plug-in that writes on the standard streams while it loads writes into a file of ours.

Sources: pedalboard's documentation of ``Plugin.process`` and ``VST3Plugin``.
"""

from __future__ import annotations

import atexit
import gc
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pedalboard

from audiopost.errors import PluginError, PluginLoadError
from audiopost.plugins.captured_streams import captured_streams
from audiopost.plugins.floating_point import floating_point_kept
from audiopost.plugins.knobs import Knob, knob_of
from audiopost.plugins.pedalboard_instance import PedalboardInstance
from audiopost.plugins.plugin import PluginParameter, sentence
from audiopost.plugins.preset_file import PresetFile, class_id_of
from audiopost.plugins.streams import PRIMING_FRAMES

__all__ = ["ExternalPlugin", "load_external", "plugin_names"]

HIDDEN_PARAMETERS = frozenset({"buffer_size_frames", "sample_rate_frames", "latency_frames", "current_program"})
"""What some frameworks expose of the host's own affairs; no knobs for a person."""


_living: weakref.WeakSet[ExternalPlugin] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """Unload every plug-in while Python still stands: later they would print, or crash, in the ruins."""
    with captured_streams():
        for plugin in list(_living):
            plugin.close()
        # pedalboard makes a second handle of each plug-in while it loads, in a cycle with its parameters.
        gc.collect()


def plugin_names(path: str) -> tuple[str, ...]:
    """Names of the plug-ins in a file, without loading them further than needed.

    Raises
    ------
    PluginLoadError
        If it is no plug-in of a format that this system can load.
    """
    format_class = _format_class(path)
    try:
        return tuple(format_class.get_plugin_names_for_file(path))
    except (ImportError, ValueError, RuntimeError) as error:
        raise PluginLoadError(path, sentence(error)) from error


def _format_class(path: str) -> Any:
    if path.rstrip("/").lower().endswith(".component"):
        unit = getattr(pedalboard, "AudioUnitPlugin", None)
        if unit is None:
            raise PluginLoadError(path, "Audio Units exist on macOS only", "use the VST3 of the same plug-in")
        return unit
    return pedalboard.VST3Plugin


class ExternalPlugin(PedalboardInstance):
    """A plug-in of a VST3 or Audio Unit file.

    `parameters` are the knobs that a person may turn, their defaults the values after loading (and after
    restoring a state). `messages` is what the plug-in wrote while it loaded.

    The library tells nothing of channels and shuts off all but the main buses: only trying tells what it plays.
    """

    widths: tuple[int, ...] = ()
    output_width = 0
    side_inputs: tuple[tuple[str, int], ...] = ()
    remarks: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()

    def __init__(
        self, native: Any, path: str, sample_rate: int, messages: str, knobs: tuple[Knob, ...], largest_frames: int
    ) -> None:
        super().__init__(native, str(native.name), sample_rate, largest_frames)
        self.path = path
        self.messages = messages
        self.knobs = knobs
        self._knob_named = {knob.parameter.name: knob for knob in knobs}
        _living.add(self)

    @property
    def parameters(self) -> tuple[PluginParameter, ...]:
        """Every parameter that can be turned, in the plug-in's order; meters too, which only a scan can tell."""
        return tuple(knob.parameter for knob in self.knobs)

    @property
    def facts(self) -> dict[str, str]:
        """What the plug-in says about itself: id, name, vendor, version, category."""
        native = self._native
        return {
            "id": str(native.identifier),
            "name": self.name,
            "vendor": str(native.manufacturer_name or ""),
            "version": str(native.version or ""),
            "category": str(native.category or ""),
        }

    @property
    def reported_latency_frames(self) -> int:
        """Latency that the plug-in reports at its present sample rate."""
        return int(self._native.reported_latency_samples)

    @property
    def is_instrument(self) -> bool:
        """True where it makes sound of notes and takes no audio."""
        return not bool(self._native.is_effect)

    @property
    def hears_notes(self) -> bool:
        """False: the library sends notes to instruments alone, and all at once."""
        return False

    def set_parameter(self, name: str, value: float) -> None:
        """Set a knob at once; the plug-in smooths it or does not.

        Notes
        -----
        Realtime: by place, 9 us. pedalboard's own way by value searches all texts anew: 180 us.
        """
        knob = self._knob_named[name]
        # Looked up each time: a plug-in may rebuild its parameters when it is reset.
        self._native._get_parameter(knob.parameter.native).raw_value = knob.place_of(value)  # noqa: SLF001 - no public way

    def automates(self, name: str) -> bool:
        """Whether the plug-in lets a host automate the parameter. Meters say no; so do some real knobs."""
        native = self._native._get_parameter(self._knob_named[name].parameter.native)  # noqa: SLF001 - no public way
        return bool(native.is_automatable)

    def __del__(self) -> None:
        """Let the plug-in go; see `close`."""
        self.close()

    def close(self) -> None:
        """Unload the plug-in, without what it prints when it goes. The object is of no use afterwards."""
        if self._native is None:
            return
        with captured_streams():
            # Parameters and plug-in hold each other.
            getattr(self._native, "__python_parameter_cache__", {}).clear()
            self._native = None

    def state(self) -> bytes:
        """Everything that the plug-in would save in a session, as of the last block that it played."""
        return bytes(self._native.raw_state)

    def preset(self) -> bytes:
        """The same as the bytes of a ``.vstpreset`` file.

        Raises
        ------
        PluginError
            For a plug-in that is no VST3.
        """
        with captured_streams():
            try:
                return bytes(self._native.preset_data)
            except (AttributeError, RuntimeError) as error:
                raise PluginError(self.name, "gives no .vstpreset", "keep its state in a chain") from error


def _knobs(native: Any) -> tuple[Knob, ...]:
    """The knobs of a plug-in, without the host's affairs and what has one value only."""
    found = (
        knob_of(name, str(each.name), str(each.units or ""), each.ranges, float(each.raw_value))
        for name, each in native.parameters.items()
        if name not in HIDDEN_PARAMETERS
    )
    return tuple(knob for knob in found if knob is not None)


def load_external(
    path: str,
    sample_rate: int,
    plugin_name: str = "",
    state: bytes = b"",
    knobs: tuple[Knob, ...] | None = None,
    largest_frames: int = PRIMING_FRAMES,
    preset: PresetFile | None = None,
) -> ExternalPlugin:
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
        What `ExternalPlugin.state` gave, to be restored.
    knobs
        Those of another instance of the same plug-in and state, which saves reading them again (up to 0.4 s).
    largest_frames
        The size of the largest block, which the plug-in is told. Some play only blocks of exactly this size.
    preset
        A preset of the plug-in, instead of a state.

    Raises
    ------
    PluginLoadError
        If it cannot be loaded, or refuses the state.
    PluginError
        If the preset belongs to another plug-in, or this one refuses it.

    Notes
    -----
    What the plug-in writes on the standard streams meanwhile goes into `ExternalPlugin.messages`.
    """
    with floating_point_kept(), captured_streams() as captured:
        try:
            native: Any = _made(_format_class(path), path, plugin_name)
            if state or preset is not None:
                _give_rate(native, sample_rate, largest_frames)
            if state:
                native.raw_state = state
            if preset is not None:
                _give_preset(native, preset)
            known = _knobs(native) if knobs is None else knobs
        except (ImportError, ValueError, RuntimeError, OSError) as error:
            raise PluginLoadError(Path(path).name, sentence(error)) from error
        captured.seek(0)
        messages = captured.read().decode(errors="replace")
    return ExternalPlugin(native, path, sample_rate, messages, known, largest_frames)


def _made(format_class: Any, path: str, plugin_name: str) -> Any:
    """An instance, without the second handle that pedalboard makes of it and leaves in a circle with its parameters.

    The collector would find it some day, but it counts objects and knows nothing of the plug-in's memory behind one:
    renderers made one after the other grew by 2 MiB each.
    """
    collecting = gc.isenabled()
    # So that what is made now stays in the youngest generation, where it is found at once.
    gc.disable()
    try:
        native = format_class(path, plugin_name=plugin_name or None)
        for each in gc.get_objects(generation=0):
            if type(each) is format_class and each is not native:
                getattr(each, "__python_parameter_cache__", {}).clear()
    finally:
        if collecting:
            gc.enable()
    return native


def _give_rate(native: Any, sample_rate: int, largest_frames: int) -> None:
    """Have a plug-in play silence at its rate before it is given a state.

    It comes at 44.1 kHz. ZamHeadX2 takes a state there for a filter that it has at 48 kHz only, and then stays deaf to
    its knobs for good, also at the right rate.
    """
    for channels in (2, 1):
        try:
            native.process(np.zeros((channels, largest_frames), np.float32), float(sample_rate), largest_frames, False)
        except (ValueError, RuntimeError):
            continue  # of another width; what takes neither is told its rate by its first block
        native.reset()
        return


def _give_preset(native: Any, preset: PresetFile) -> None:
    """Let a plug-in that was just loaded take a preset; raises PluginError where it is not its own."""
    name = str(native.name)
    if not isinstance(native, pedalboard.VST3Plugin):
        raise PluginError(name, f"is no VST3 and takes no .vstpreset ({preset.path})", "give its state instead")
    if preset.values:
        _give_values(native, preset)
        return
    if class_id_of(bytes(native.preset_data)) != preset.class_id:
        mend = f"load it with {preset.owner}"
        raise PluginError(name, f"the preset {preset.path} belongs to another plug-in", mend)
    try:
        native.preset_data = preset.data
    except (ValueError, RuntimeError) as error:
        raise PluginError(name, f"refuses the preset {preset.path}", "save it again from the plug-in") from error


def _give_values(native: Any, preset: PresetFile) -> None:
    """Turn every knob to the value at its place; raises PluginError where there are more or fewer of them."""
    own = [each for name, each in native.parameters.items() if name not in HIDDEN_PARAMETERS]
    if len(own) != len(preset.values):
        held = f"{preset.path} holds {len(preset.values)} values, the plug-in has {len(own)} knobs"
        raise PluginError(str(native.name), held, "it is of another plug-in, or of another version of this one")
    for knob, value in zip(own, preset.values, strict=True):
        knob.raw_value = value
