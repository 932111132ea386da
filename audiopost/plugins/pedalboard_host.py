"""The door to pedalboard: its built-in effects, and VST3 and Audio Unit files. Nothing else imports it.

Rules of the library that this door keeps, each found by trial with version 0.9.26:

- 0 frames are never passed (its Convolution divides by them and dies of SIGFPE);
- ``reset=False`` always, and the same largest block in every call: a larger one would reset the effect;
- a float32, C-contiguous block ``(channels, frames)``; priming and the width of blocks are `streams`' part;
- a plug-in that changes the processor's floating-point settings while it loads does so in vain;
- a plug-in that writes on the standard streams while it loads writes into a file of ours.

Sources: pedalboard's documentation of ``Plugin.process`` and ``VST3Plugin``.
"""

from __future__ import annotations

import atexit
import gc
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pedalboard
from pedalboard.io import AudioFile

from audiopost.blocks import AudioBlock
from audiopost.errors import FileError, PluginError, PluginLoadError, UsageError
from audiopost.plugins.built_ins import BUILT_INS, HIGHEST_CUT_OFF, BuiltIn
from audiopost.plugins.captured_streams import captured_streams
from audiopost.plugins.floating_point import floating_point_kept
from audiopost.plugins.knobs import Knob, knob_of
from audiopost.plugins.plugin import PluginParameter, PluginSettingValue, sentence
from audiopost.plugins.preset_file import PresetFile, class_id_of
from audiopost.plugins.streams import PRIMING_FRAMES

__all__ = [
    "BuiltInPlugin",
    "BuiltInRow",
    "ExternalPlugin",
    "built_in_parameters",
    "impulse_response_s",
    "load_external",
    "make_built_in",
    "plugin_names",
]

HIDDEN_PARAMETERS = frozenset({"buffer_size_frames", "sample_rate_frames", "latency_frames", "current_program"})
"""What some frameworks expose of the host's own affairs; no knobs for a person."""


LAYOUT_FRAMES = 64
"""Frames of a block that cannot be mistaken for channels."""

_living: weakref.WeakSet[ExternalPlugin] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """Unload every plug-in while Python still stands: later they would print, or crash, in the ruins."""
    with captured_streams():
        for plugin in list(_living):
            plugin.close()
        # pedalboard makes a second handle of each plug-in while it loads, in a cycle with its parameters.
        gc.collect()


class _Native:
    """What built-ins and plug-in files have in common."""

    def __init__(self, native: Any, name: str, sample_rate: int, largest_frames: int) -> None:
        self._native = native
        self._rate = float(sample_rate)
        self._largest_frames = largest_frames
        self.name = name

    def run(self, block: AudioBlock) -> AudioBlock:
        """Play a block; see `audiopost.plugins.plugin.Plugin`."""
        try:
            # Positional: an array with keywords costs a microsecond more.
            played: AudioBlock = self._native.process(block, self._rate, self._largest_frames, False)
        except (ValueError, RuntimeError) as error:
            raise PluginError(self.name, sentence(error)) from error
        return played

    def reset(self) -> None:
        """Forget all sound."""
        self._native.reset()


class BuiltInPlugin(_Native):
    """One of pedalboard's own effects."""

    def __init__(self, native: Any, row: BuiltIn, sample_rate: int) -> None:
        super().__init__(native, f"pedalboard.{row.name}", sample_rate, row.priming_frames)
        self._attributes = {each.name: each.native or each.name for each in row.parameters}
        ceiling = HIGHEST_CUT_OFF * sample_rate
        self._ceilings = {each.name: ceiling for each in row.parameters if each.below_nyquist}

    @property
    def native_row(self) -> tuple[Any, float, int]:
        """What a call over several built-ins needs: the instance, its rate in Hz, its largest block."""
        return self._native, self._rate, self._largest_frames

    def play_whole(self, samples: AudioBlock) -> AudioBlock:
        """The output that belongs to a whole sound, from a fresh state; see `audiopost.plugins.segments`."""
        try:
            played: AudioBlock = self._native.process(samples, self._rate, self._largest_frames, True)
        except (ValueError, RuntimeError) as error:
            raise PluginError(self.name, sentence(error)) from error
        if played.shape != samples.shape:
            raise PluginError(self.name, f"gave {played.shape[1]} of {samples.shape[1]} frames")
        return played

    def set_parameter(self, name: str, value: float) -> None:
        """Set a knob at once; a cut-off is kept below half the sample rate."""
        ceiling = self._ceilings.get(name)
        setattr(self._native, self._attributes[name], value if ceiling is None else min(value, ceiling))


class BuiltInRow:
    """Several built-ins of one stream of `channels` in one native call: the call costs more than most effects.

    Making it lets them hear a little silence: reset them before they play.

    Raises
    ------
    UsageError
        If they do not share rate and largest block.
    """

    def __init__(self, plugins: Sequence[BuiltInPlugin], channels: int) -> None:
        rows = [plugin.native_row for plugin in plugins]
        if len({(rate, largest_frames) for _, rate, largest_frames in rows}) != 1:
            raise UsageError("built-ins of different streams cannot be played in one call")
        # A board holds its effects in C++; a list of them would be read anew in every call. Bound: 0.1 us less.
        self._play = pedalboard.Pedalboard([native for native, _, _ in rows]).process  # type: ignore[attr-defined]
        self._rate, self._largest_frames = rows[0][1:]
        self.name = " > ".join(plugin.name for plugin in plugins)
        # The board too remembers which side of an array are the channels, and cannot tell from a block of one frame.
        self.run(np.zeros((channels, LAYOUT_FRAMES), dtype=np.float32))

    def run(self, block: AudioBlock) -> AudioBlock:
        """Play a block of 1 frame or more through all of them."""
        try:
            played: AudioBlock = self._play(block, self._rate, self._largest_frames, False)
        except (ValueError, RuntimeError) as error:
            raise PluginError(self.name, sentence(error)) from error
        return played


def make_built_in(row: BuiltIn, settings: Mapping[str, PluginSettingValue], sample_rate: int) -> BuiltInPlugin:
    """An instance of a built-in.

    Raises
    ------
    UsageError
        If the effect refuses a setting.
    FileError
        If a file that a setting names cannot be read.
    """
    maker = getattr(pedalboard, row.name)
    arguments: dict[str, Any] = dict(settings)
    if "impulse_response" in arguments:
        arguments["impulse_response_filename"] = str(_readable(str(arguments.pop("impulse_response"))))
    if "target_sample_rate_hz" in arguments:
        arguments["target_sample_rate"] = float(arguments.pop("target_sample_rate_hz"))
    if "mode" in arguments:
        arguments["mode"] = getattr(pedalboard.LadderFilter.Mode, arguments["mode"])
    if "quality" in arguments:
        arguments["quality"] = getattr(pedalboard.Resample.Quality, arguments["quality"])
    try:
        native = maker(**arguments)
    except (ValueError, RuntimeError, IndexError) as error:
        raise UsageError(sentence(error), where=f"pedalboard.{row.name}") from error
    return BuiltInPlugin(native, row, sample_rate)


def impulse_response_s(path: str) -> float:
    """Duration in seconds of a sound file; raises FileError."""
    readable = _readable(path)
    try:
        with AudioFile(str(readable)) as file:
            return float(file.frames) / float(file.samplerate)
    except (ValueError, RuntimeError) as error:
        raise FileError(path, sentence(error), "give a sound file") from error


def _readable(path: str) -> Path:
    if not Path(path).is_file():
        raise FileError(path, "no such file", "give the path of an impulse response")
    return Path(path)


def built_in_parameters(name: str) -> dict[str, float]:
    """The library's own defaults of the knobs of a built-in, by our names: what the table is tested against."""
    row = BUILT_INS[name]
    silence = np.zeros((1, 16), dtype=np.float32)
    native = (
        pedalboard.Convolution(silence, sample_rate=48_000) if name == "Convolution" else getattr(pedalboard, name)()
    )
    return {each.name: float(getattr(native, each.native or each.name)) for each in row.parameters}


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


class ExternalPlugin(_Native):
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
