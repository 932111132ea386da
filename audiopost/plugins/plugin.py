"""What a hosted plug-in is, whatever its format: channels, parameters, state, latency, blocks.

A format (pedalboard's built-ins, VST3, AU) is one door that makes objects of the `Plugin` protocol. Everything
above it (`streams`, `channel_groups`, the node in ``effects``) knows the protocol only, so a new format is one file.

::

    Plugin.run(block)          the format's door: at most as many frames back as were given
      └─ Stream.process        as many frames back as were given, any split, latency declared   (streams)
           └─ group of channels    one instance for each set of channels it can take            (channel_groups)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from audiopost.blocks import AudioBlock

__all__ = [
    "ANY_CHANNELS",
    "EditedPlugin",
    "ModulatedPlugin",
    "NotePlayer",
    "Plugin",
    "PluginInfo",
    "PluginParameter",
    "PluginSetting",
    "PluginSettingValue",
    "RingingPlugin",
    "TimedPlugin",
    "sentence",
    "with_editor",
]

PluginSettingValue = str | int | float | bool

ANY_CHANNELS: tuple[int, ...] = ()
"""`channels` of a plug-in that takes any number of channels up to its host's limit."""


@dataclass(frozen=True)
class PluginParameter:
    """One knob of a plug-in as its maker declares it. The name ends in the unit where the maker gives one.

    `choices` names the values 0, 1, 2 ... of a switch. `smoothing_ms` is what the host adds: 0 leaves a jump to
    the plug-in. `native` is the plug-in's own name for the knob where it differs from `name`.
    """

    name: str
    default: float
    minimum: float
    maximum: float
    unit: str = ""
    taper: Literal["linear", "log"] = "linear"
    smoothing_ms: float = 0.0
    choices: tuple[str, ...] = ()
    summary: str = ""
    native: str = ""
    below_nyquist: bool = False
    """True for a cut-off, which the host keeps below half the sample rate."""


@dataclass(frozen=True)
class PluginSetting:
    """Something fixed when a plug-in is made, because changing it would change its latency or reset it."""

    name: str
    kind: Literal["text", "path", "integer", "number", "flag"]
    default: PluginSettingValue | None = None
    choices: tuple[str, ...] = ()
    summary: str = ""


class Plugin(Protocol):
    """One instance of a plug-in: made on the main thread, run on the audio thread.

    Notes
    -----
    An instance belongs to one stream. Its number of channels is fixed by the first block after `reset`.
    """

    @property
    def name(self) -> str:
        """What a person calls it."""

    def run(self, block: AudioBlock) -> AudioBlock:
        """Play one block of 1 frame or more; return at most as many frames.

        What is missing is held back for good: the frames returned so far are the first ones of the output
        that belongs to the frames given so far, so the total missing is the latency. What is returned may be used
        again by the next call.

        Raises
        ------
        PluginError
            Where the plug-in refuses or fails.
        """

    def reset(self) -> None:
        """Forget all sound and the number of channels; parameters keep their values."""

    def set_parameter(self, name: str, value: float) -> None:
        """Set a knob at once. `value` lies in the range that the parameter declares."""


@runtime_checkable
class TimedPlugin(Protocol):
    """A plug-in whose knobs can be turned within a block."""

    def set_parameter_at(self, name: str, value: float, frame: int) -> None:
        """Set a knob at a frame of the next block, not before any that was set already."""


@runtime_checkable
class ModulatedPlugin(Protocol):
    """A plug-in some of whose knobs can be moved without being turned: they, and its state, stay as they were set."""

    def modulates(self, name: str) -> bool:
        """Whether this knob can be moved so."""

    def modulate_at(self, name: str, value: float, frame: int) -> None:
        """Have a knob heard, from a frame of the next block on, as if it stood at `value`."""


@runtime_checkable
class RingingPlugin(Protocol):
    """A plug-in that may say how long it rings, as its knobs stand."""

    @property
    def reported_tail_frames(self) -> int | None:
        """Frames; -1 for ever, None where it does not say."""


@runtime_checkable
class NotePlayer(Protocol):
    """A plug-in to which notes and controllers can be sent."""

    def send_midi(self, message: bytes, frame: int) -> None:
        """Have a message of a MIDI channel at a frame of the next block."""


@runtime_checkable
class EditedPlugin(Protocol):
    """A plug-in, or the node that plays it, whose own window can be opened. All on the thread that made it."""

    def open_editor(self, title: str) -> None:
        """Open the window, or keep it open; raises PluginError, DeviceError."""

    def close_editor(self) -> None:
        """Close the window, if it is open."""

    def turned_in_editor(self) -> dict[str, float]:
        """Knobs and their values that a person has turned there since it was asked last."""


def with_editor(plugin: object) -> EditedPlugin | None:
    """The plug-in, or the node that plays it, if it may have a window of its own."""
    return plugin if isinstance(plugin, EditedPlugin) else None


@dataclass(frozen=True)
class PluginInfo:
    """What a scan found out about one plug-in of a file, or why it found out nothing.

    `status` is ``"ok"``, ``"failed"`` (refused to load), ``"crashed"``, ``"timeout"``, ``"instrument"`` (needs
    notes, not audio) or ``"not scanned"``. `channels` are the widths that it played, `latency_frames` what it
    reports at 48 kHz. `tail_frames` was measured at 48 kHz with every knob at its default; -1 for one that did not
    end within 10 s. `deterministic` says whether two instances gave the same samples, `block_dependent` whether the
    samples changed with the size of the blocks, `resets` whether it was as new after a reset, `wants_predecessor`
    whether the first instance of a process sounded unlike all later ones. `output_channels` is the width of what it
    gives, 0 where that is the width of what it takes; `side_inputs` and `side_channels` are its further inputs.
    `hears_notes` says whether MIDI can be sent to it, `presets` how its maker's own are called.
    """

    id: str
    name: str
    path: str
    status: str
    vendor: str = ""
    version: str = ""
    format: str = ""
    category: str = ""
    channels: tuple[int, ...] = ()
    latency_frames: int = 0
    measured_latency_frames: int | None = None
    tail_frames: int = 0
    deterministic: bool | None = None
    block_dependent: bool | None = None
    resets: bool | None = None
    wants_predecessor: bool = False
    output_channels: int = 0
    side_inputs: tuple[str, ...] = ()
    side_channels: tuple[int, ...] = ()
    parameters: tuple[PluginParameter, ...] = ()
    hears_notes: bool = False
    presets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""

    def to_json(self) -> dict[str, object]:
        """The plain form, for ``plugins --json`` and the cache."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PluginInfo:
        """From the plain form, its lists turned into tuples again; raises TypeError or KeyError on another form."""
        parameters = tuple(
            PluginParameter(**{**each, "choices": tuple(each["choices"])}) for each in data["parameters"]
        )
        lists = {name: tuple(data[name]) for name in ("channels", "notes", "presets", "side_inputs", "side_channels")}
        return cls(**{**data, **lists, "parameters": parameters})


def sentence(error: BaseException) -> str:
    """The first line of an outside library's message, fit to stand inside one of ours."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
