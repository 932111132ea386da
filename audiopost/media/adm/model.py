"""The Audio Definition Model as data: what a programme consists of, and where and when its sounds are.

::

    Adm
    ├── Programme ─▶ Content ─▶ AudioObject ─▶ other objects, TrackUid
    └── TrackUid ─▶ ChannelFormat (blocks: SpeakerBlock, ObjectBlock, SceneBlock), PackFormat

References are ids; `Adm` finds what they name. Times are exact fractions of a second, gains linear, angles in degrees,
azimuth to the left.

Source: ITU-R BS.2076-2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

__all__ = [
    "Adm",
    "AudioObject",
    "Block",
    "Bound",
    "ChannelFormat",
    "Content",
    "Divergence",
    "ObjectBlock",
    "PackFormat",
    "Programme",
    "SceneBlock",
    "SpeakerBlock",
    "TrackUid",
    "TypeName",
    "Zone",
]

TypeName = Literal["DirectSpeakers", "Matrix", "Objects", "HOA", "Binaural"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A coordinate and the range in which a loudspeaker may stand for it."""

    value: float
    lowest: float | None = None
    highest: float | None = None

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest, the value itself where nothing else is said."""
        return (
            self.value if self.lowest is None else self.lowest,
            self.value if self.highest is None else self.highest,
        )


@dataclass(frozen=True, slots=True)
class Divergence:
    """How much of a source is played to its left and right (0 to 1), and how far away."""

    value: float
    azimuth_range_deg: float | None = None
    position_range: float | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of space whose loudspeakers do not play: ranges of azimuth and elevation, or of X, Y and Z."""

    cartesian: bool
    ranges: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """What every audioBlockFormat has; `rtime` and `duration` in seconds, both None for a block that lasts."""

    id: str
    rtime: Fraction | None = None
    duration: Fraction | None = None
    gain: float = 1.0


@dataclass(frozen=True, slots=True)
class SpeakerBlock(Block):
    """DirectSpeakers: labels, best first, and a place: azimuth, elevation, distance, or X, Y, Z."""

    labels: tuple[str, ...] = ()
    cartesian: bool = False
    position: tuple[Bound, Bound, Bound] = (Bound(0.0), Bound(0.0), Bound(1.0))
    screen_edges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectBlock(Block):
    """Objects: a place at the block's end, reached in a straight line of gains from the block before."""

    cartesian: bool = False
    position: tuple[float, float, float] = (0.0, 0.0, 1.0)
    width: float = 0.0
    height: float = 0.0
    depth: float = 0.0
    diffuse: float = 0.0
    jump: bool = False
    interpolation: Fraction = Fraction(0)
    """Of a jump: how long it takes."""
    channel_lock: bool = False
    lock_distance: float | None = None
    divergence: Divergence | None = None
    zones: tuple[Zone, ...] = ()
    screen_ref: bool = False
    screen_edges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SceneBlock(Block):
    """HOA: one component of a scene."""

    order: int = 0
    degree: int = 0
    normalization: str = "SN3D"
    nfc_distance: float = 0.0
    screen_ref: bool = False
    equation: str = ""


@dataclass(frozen=True)
class ChannelFormat:
    """One channel: what its blocks say in turn."""

    id: str
    name: str
    type: TypeName
    blocks: Sequence[Block]
    low_pass_hz: float | None = None
    high_pass_hz: float | None = None


@dataclass(frozen=True)
class PackFormat:
    """Channels that belong together; a pack may contain others."""

    id: str
    name: str
    type: TypeName
    channels: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    normalization: str | None = None
    nfc_distance: float | None = None


@dataclass(frozen=True)
class TrackUid:
    """One track of the file: its number from 1 (0: nowhere), the channel it is, and the pack it belongs to."""

    uid: str
    track: int
    channel_id: str
    pack_id: str


@dataclass(frozen=True)
class AudioObject:
    """Tracks or other objects that belong together, from `start` on for `duration` seconds (None: to the end)."""

    id: str
    name: str
    start: Fraction | None = None
    duration: Fraction | None = None
    objects: tuple[str, ...] = ()
    complements: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    gain: float = 1.0
    mute: bool = False
    importance: int | None = None
    dialogue: int | None = None
    has_offset: bool = False


@dataclass(frozen=True)
class Content:
    """Objects of one kind: dialogue, music ..."""

    id: str
    name: str
    language: str = ""
    objects: tuple[str, ...] = ()
    dialogue: str = ""
    loudness: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Programme:
    """What is heard as a whole."""

    id: str
    name: str
    language: str = ""
    contents: tuple[str, ...] = ()
    start: Fraction | None = None
    end: Fraction | None = None
    loudness: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Adm:
    """A file's metadata: everything by its id, in the order of the file."""

    programmes: Mapping[str, Programme]
    contents: Mapping[str, Content]
    objects: Mapping[str, AudioObject]
    packs: Mapping[str, PackFormat]
    channels: Mapping[str, ChannelFormat]
    tracks: Mapping[str, TrackUid]
    version: str = ""
    profile: str = ""
    notes: tuple[str, ...] = ()
    """What was odd, a sentence each."""
