"""Every message between control and its children, one list.

A command bears a `ticket`; its answer bears the same one. What a child says unasked bears ticket 0. Messages
hold plain values and errors of the house; a drawing travels inside `Load` as bytes, so that a child that cannot
read it can still say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiopost.errors import AudiopostError
from audiopost.layouts import Layout
from audiopost.live.itinerary import Itinerary, StemSource
from audiopost.live.session import SessionPlan
from audiopost.loudness.labelled import LabelLoudness
from audiopost.media.containers import Bits
from audiopost.media.new_file import Exists

if TYPE_CHECKING:
    from audiopost.graph.parameter import Parameter

__all__ = [
    "Adopt", "Attach", "Attached", "Bypass", "Bypassed", "Cap", "CloseEditors", "Done", "Drop", "EngineSilent",
    "Failed", "Finished", "Freed", "Heard", "Hello", "Keep", "KnobTurned", "Label", "LabelsRead", "Load", "Loaded",
    "LookAt", "Mark", "Message", "Muted", "NodeFailed", "NonFiniteSeen", "NotePlayed", "OpenDevice", "OpenEditor",
    "OpenedDevice", "ParameterSet", "PlayNote", "Problem", "Quit", "ReadLabels", "ReadState", "Record", "Recorded",
    "Remember", "Remembered", "ResetMeters", "RollSource", "Rolled", "Seen", "SetParameter", "SetTrim", "Setup",
    "Start", "StartTap", "StateRead", "StopPlaying", "StopRecording", "StopTap", "SwitchTo", "Tapped", "Turn",
    "Turned", "Unwatch", "Voice", "Watch", "Wind",
]  # fmt: skip

Parcel = Mapping[tuple[Any, ...], Any]
"""See `audiopost.effects.state_parcel`, which a device process has no need of."""


@dataclass(frozen=True)
class Message:
    """Anything that travels. `ticket` pairs a command with its answer; 0 for what nobody asked."""

    ticket: int = 0


# -- to every child ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setup(Message):
    """The formats are known: map the shared memory. `search_path` is control's ``sys.path``."""

    plan: SessionPlan | None = None
    search_path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quit(Message):
    """End in good order: finish files, close streams."""


# -- from every child -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hello(Message):
    """The child runs and listens. Its first message."""

    pid: int = 0


@dataclass(frozen=True)
class Done(Message):
    """The command with this ticket was carried out."""


@dataclass(frozen=True)
class Failed(Message):
    """The command with this ticket could not be carried out; nothing has changed."""

    error: AudiopostError | None = None


@dataclass(frozen=True)
class Problem(Message):
    """Something a person should know, in one sentence; playing goes on."""

    what: str = ""


# -- control to device ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenDevice(Message):
    """Find out what the device can do. `output` None: the default one, else null."""

    output: str | int | None = None
    input: str | int | None = None
    live_input: bool = False
    sample_rate: int = 48_000
    channels: int = 2


@dataclass(frozen=True)
class Voice:
    """One engine with its drawing, as the device hears it."""

    slot: int
    layout: Layout
    latency_frames: int
    tail_frames: int
    warm_frames: int
    """Frames that it must have run in shadow before it may be heard."""
    side: str = "a"
    buses: tuple[tuple[str, Layout], ...] = ()
    """Named outputs and watched nodes whose sound comes with the answers: names and layouts."""
    alike: bool = False
    """It goes on from what the voice before remembers, so both make nearly the same sound."""


@dataclass(frozen=True)
class StartTap(Message):
    """Put what passes at a point into a ring, from the next block on (or from the first one).

    `point`: ``output``, ``input`` (what the engines get), ``engine`` (the bare answers of the one that is heard), ``a``
    and ``b`` (each side, before its trim), or a bus.
    """

    key: str = ""
    point: str = "output"
    number: int = 0
    channels: int = 2
    meter: bool = False


@dataclass(frozen=True)
class Start(Message):
    """Open the stream and play with these voices, the first of which is heard, as everything stood."""

    voices: tuple[Voice, ...] = ()
    ceiling_linear: float = 1.0
    cap_linear: float = 1.0
    reel: int = 0
    rolling: bool = True
    bypassed: bool = False
    trims: tuple[tuple[str, float], ...] = ()
    taps: tuple[StartTap, ...] = ()


@dataclass(frozen=True)
class Attach(Message):
    """Run this voice in shadow and fade to it when it is warm."""

    voice: Voice | None = None


@dataclass(frozen=True)
class Drop(Message):
    """The engine of this slot is dead or done: never ask it again. Done means that its memory is free."""

    slot: int = 0


@dataclass(frozen=True)
class SwitchTo(Message):
    """Fade to the voice of this side."""

    side: str = "a"


@dataclass(frozen=True)
class SetTrim(Message):
    """Gain of a side."""

    side: str = "a"
    gain_linear: float = 1.0


@dataclass(frozen=True)
class Bypass(Message):
    """Hear the aligned dry source, or the chain again."""

    bypassed: bool = True


@dataclass(frozen=True)
class Cap(Message):
    """The largest RMS that may stay; infinity lifts it."""

    cap_linear: float = 1.0


@dataclass(frozen=True)
class StopTap(Message):
    """No more into this tap's ring."""

    key: str = ""


@dataclass(frozen=True)
class Turn(Message):
    """Fade to a reel whose first frame belongs to where the present one has given `at_taken` frames (-1: anywhere)."""

    reel: int = 0
    at_taken: int = -1


@dataclass(frozen=True)
class RollSource(Message):
    """Play, or pause."""

    rolling: bool = True


@dataclass(frozen=True)
class StopPlaying(Message):
    """Fade out and close the stream."""


# -- device to control ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenedDevice(Message):
    """What will be played on, at most the channels asked for. `note` explains a choice the user did not make."""

    name: str = ""
    output_channels: int = 2
    input_channels: int = 0
    note: str = ""
    usual_rate_hz: float = 0.0
    """At which it runs by itself; 0 where any rate is its own."""


@dataclass(frozen=True)
class Attached(Message):
    """The voice gets its input from the absolute `frame` on."""

    frame: int = 0


@dataclass(frozen=True)
class Heard(Message):
    """The crossfade to this engine is over."""

    slot: int = 0
    frame: int = 0


@dataclass(frozen=True)
class Freed(Message):
    """The device asks this engine no more."""

    slot: int = 0
    frame: int = 0


@dataclass(frozen=True)
class Tapped(Message):
    """A tap was opened or closed at the absolute `frame`; `frames` were put into its ring so far."""

    frame: int = 0
    frames: int = 0


@dataclass(frozen=True)
class Turned(Message):
    """The fade to a reel began at the absolute `frame`."""

    frame: int = 0


@dataclass(frozen=True)
class Rolled(Message):
    """The fade into or out of the pause began at the absolute `frame`."""

    frame: int = 0


@dataclass(frozen=True)
class Bypassed(Message):
    """The fade to or from the dry source began at the absolute `frame`."""

    frame: int = 0


@dataclass(frozen=True)
class Muted(Message):
    """The output was not finite and is muted from this frame on."""

    frame: int = 0


@dataclass(frozen=True)
class EngineSilent(Message):
    """An engine has not answered for a quarter of a second."""

    slot: int = 0
    frame: int = 0


@dataclass(frozen=True)
class Finished(Message):
    """The source has ended and the tail has rung, or the duration is over."""

    frame: int = 0


# -- control and engine -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Load(Message):
    """Build the machine of a drawing (cloudpickle bytes of a GraphSpec); the sound of `watched` nodes comes with it.

    `held`: it keeps its input from the first block on, and runs only once `Adopt` has come.
    """

    drawing: bytes = b""
    watched: tuple[str, ...] = ()
    held: bool = False


@dataclass(frozen=True)
class Remember(Message):
    """Say what these nodes remember, between two blocks."""

    nodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Remembered(Message):
    """What they remembered before the block that begins at the absolute `frame`: a parcel for each node."""

    frame: int = 0
    parcels: Mapping[str, Parcel] = field(default_factory=dict)


@dataclass(frozen=True)
class Adopt(Message):
    """Go on from there: remember this as of `frame`, make up for the input that was kept since, and play."""

    frame: int = 0
    parcels: Mapping[str, Parcel] = field(default_factory=dict)


@dataclass(frozen=True)
class Loaded(Message):
    """The machine is built, primed and waits."""

    layout: Layout | None = None
    latency_frames: int = 0
    tail_frames: int = 0
    buses: tuple[tuple[str, Layout], ...] = ()
    knobs: tuple[tuple[str, tuple[Parameter, ...]], ...] = ()
    """Of the nodes whose knobs no catalogue knows: plug-in files. Defaults are what they stand at after loading."""
    notes: tuple[str, ...] = ()
    """What a person should know about the nodes, each beginning with its node's name."""


@dataclass(frozen=True)
class ReadState(Message):
    """Say how a plug-in stands now, as it would save itself."""

    node: str = ""


@dataclass(frozen=True)
class StateRead(Message):
    """Bytes of the plug-in's own as base64, for its setting ``state``."""

    state: str = ""


@dataclass(frozen=True)
class SetParameter(Message):
    """Turn ``node.parameter`` from the next block on."""

    path: str = ""
    value: float = 0.0


@dataclass(frozen=True)
class ParameterSet(Message):
    """It took effect at the absolute `frame`."""

    frame: int = 0


@dataclass(frozen=True)
class PlayNote(Message):
    """Send this MIDI message of a channel to every node that hears notes, from the next block on."""

    message: bytes = b""


@dataclass(frozen=True)
class NotePlayed(Message):
    """It reached `nodes` at the absolute `frame`."""

    frame: int = 0
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenEditor(Message):
    """Open the window of the plug-in that this node plays."""

    node: str = ""


@dataclass(frozen=True)
class CloseEditors(Message):
    """Close the windows of all plug-ins: the machine is heard no more."""


@dataclass(frozen=True)
class KnobTurned(Message):
    """A person has turned ``node.parameter`` in a plug-in's own window, about at the absolute `frame`."""

    path: str = ""
    value: float = 0.0
    frame: int = 0


@dataclass(frozen=True)
class NodeFailed(Message):
    """A Python effect or a plug-in raised; it was cut out and the rest plays on."""

    error: AudiopostError | None = None
    frame: int = 0


@dataclass(frozen=True)
class NonFiniteSeen(Message):
    """NaN or infinity was replaced by 0 at a node."""

    node: str = ""
    frame: int = 0
    count: int = 0


# -- control and media ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LookAt(Message):
    """Say what these files are. Masters of objects are rendered to `layout`; `adm` names their programme."""

    paths: tuple[Path, ...] = ()
    layout: Layout | None = None
    adm: str | None = None


@dataclass(frozen=True)
class Seen(Message):
    """The widest layout, the longest duration, the notes about all."""

    layout: Layout | None = None
    length_s: float = 0.0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wind(Message):
    """Fill a reel, which is not heard, with these files along this way; done when it can be played.

    `go_on`: it is heard, and the process that filled it has died: go on where its ring ends.
    """

    reel: int = 0
    stems: tuple[StemSource, ...] = ()
    itinerary: Itinerary | None = None
    go_on: bool = False


@dataclass(frozen=True)
class Record(Message):
    """Open a file for a tap's ring; fails at once where it cannot be written."""

    path: Path = Path()
    tap: str = "output"
    number: int = 0
    layout: Layout | None = None
    bits: Bits = "24"
    exists: Exists = "fail"
    protected: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Keep(Message):
    """Write what was heard up to now into a file, at most so many frames, without the silence around it."""

    path: Path = Path()
    frames: int = 0
    bits: Bits = "24"
    exists: Exists = "fail"
    protected: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Mark(Message):
    """Put a marker into the file of a tap, where the device had given `frames` for it."""

    tap: str = ""
    frames: int = 0
    label: str = ""


@dataclass(frozen=True)
class StopRecording(Message):
    """Write until `frames` of the tap's ring are in the file, then close it."""

    tap: str = "output"
    frames: int = 0


@dataclass(frozen=True)
class Recorded(Message):
    """The file is complete."""

    path: Path = Path()
    frames: int = 0


# -- control and meters -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Watch(Message):
    """Measure what comes through the meter ring of this number."""

    number: int = 0
    point: str = "output"
    layout: Layout | None = None


@dataclass(frozen=True)
class Unwatch(Message):
    """Measure it no more."""

    number: int = 0


@dataclass(frozen=True)
class Label(Message):
    """What is heard from now on has this name."""

    label: str = ""


@dataclass(frozen=True)
class ReadLabels(Message):
    """Say how loud a point was under each label."""

    point: str = ""


@dataclass(frozen=True)
class LabelsRead(Message):
    """The answer."""

    labels: tuple[LabelLoudness, ...] = ()


@dataclass(frozen=True)
class ResetMeters(Message):
    """Forget all that was measured: of one point, or of all."""

    point: str | None = None
