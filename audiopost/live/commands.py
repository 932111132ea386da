"""What the device's main thread and its audio thread say to each other, between blocks, by lock-free queues."""

from __future__ import annotations

from dataclasses import dataclass

from audiopost.live.engine_voice import EngineVoice
from audiopost.live.ring import AudioRing

__all__ = [
    "AttachVoice", "CloseTap", "Command", "DropSlot", "Event", "FadeOut", "OpenTap", "Roll", "SetBypass", "SetCap",
    "Switch", "Trim", "TurnTo",
]  # fmt: skip


@dataclass(frozen=True)
class AttachVoice:
    """Let this engine come, or take the place of the one beside. The voice is made beforehand: making allocates.

    `at_once`: the first voices of a stream, which have nothing to fade from.
    """

    voice: EngineVoice
    at_once: bool = False


@dataclass(frozen=True)
class DropSlot:
    """Never ask this engine again."""

    slot: int


@dataclass(frozen=True)
class Switch:
    """Fade to the voice of this side; the one that is heard goes on beside."""

    side: str


@dataclass(frozen=True)
class Trim:
    """Gain of a side's voice."""

    side: str
    gain_linear: float


@dataclass(frozen=True)
class SetBypass:
    """Hear the aligned dry source, or the chain again."""

    bypassed: bool


@dataclass(frozen=True)
class SetCap:
    """The largest level that may stay, as a linear RMS; infinity: none."""

    cap_linear: float


@dataclass(frozen=True)
class OpenTap:
    """Feed this ring with what passes at a point. `patient`: a device that keeps no time waits for the reader."""

    key: str
    point: str
    ring: AudioRing
    patient: bool = True


@dataclass(frozen=True)
class CloseTap:
    """No more into this tap's ring."""

    key: str


@dataclass(frozen=True)
class TurnTo:
    """Fade to a reel, whose first frame belongs to where the present one has given `at_taken` frames; -1: anywhere."""

    reel: int
    at_taken: int = -1


@dataclass(frozen=True)
class Roll:
    """Play, or pause."""

    rolling: bool


@dataclass(frozen=True)
class FadeOut:
    """Fade to silence."""


Command = (
    AttachVoice | DropSlot | Switch | Trim | SetBypass | SetCap | OpenTap | CloseTap | TurnTo | Roll | FadeOut
)  # fmt: skip


@dataclass(frozen=True)
class Event:
    """Something that control must hear of.

    `kind`: attached (to a slot), heard (the fade to a slot is over, or it is warm beside), freed (a slot is in use no
    more), dropped, silent (a slot), tapped, turned (to a reel), rolled, bypassed, muted, finished.
    """

    kind: str
    frame: int
    slot: int = -1
    name: str = ""
    frames: int = 0
