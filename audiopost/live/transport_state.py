"""How the source stands: what plays, where it is, how it moved. Plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from audiopost.live.itinerary import Region
from audiopost.timecode import timecode_of_seconds
from audiopost.units import db_to_linear

__all__ = ["Stem", "TransportMove", "TransportState", "stems_of"]


@dataclass(frozen=True)
class Stem:
    """One of several files that play together, 12 dB at most; while any is soloed, only soloed ones are heard."""

    name: str
    path: Path
    level_db: float = 0.0
    mute: bool = False
    solo: bool = False

    def turned(self, level_db: float | None, mute: bool | None, solo: bool | None) -> Stem:
        """The same stem with what is not None changed."""
        return replace(
            self,
            level_db=self.level_db if level_db is None else level_db,
            mute=self.mute if mute is None else mute,
            solo=self.solo if solo is None else solo,
        )

    def gain_linear(self, *, among_soloed: bool) -> float:
        """What it is multiplied by; 0 where it is not heard."""
        return 0.0 if self.mute or (among_soloed and not self.solo) else db_to_linear(self.level_db)


@dataclass(frozen=True)
class TransportState:
    """Where the source is and how it runs. Times in s of the material.

    `frame` is absolute, of the session: what the device had played when this was asked.
    """

    rolling: bool
    position_s: float
    frame: int
    speed: float
    loop: bool
    region: Region | None
    length_s: float
    stems: tuple[Stem, ...]
    frames_per_second: float | None = None
    """Of time code, where somebody said it."""

    @property
    def timecode(self) -> str:
        """`position_s` as ``HH:MM:SS:FF``, or ``H:MM:SS.mmm`` where nobody said how many frames a second has."""
        return timecode_of_seconds(self.position_s, self.frames_per_second)

    @property
    def document(self) -> dict[str, object]:
        """As plain data, for JSON."""
        return {
            "playing": self.rolling, "position_s": round(self.position_s, 3), "timecode": self.timecode,
            "length_s": self.length_s, "speed": self.speed, "loop": self.loop,
            "region_s": None if self.region is None else list(self.region),
        }  # fmt: skip


@dataclass(frozen=True)
class TransportMove:
    """What moved (``open``, ``locate``, ``loop``, ``speed``, ``stem``, ``play``, ``pause``), from which absolute frame
    on it was heard, and how everything stood then.
    """

    frame: int
    kind: str
    state: TransportState


def stems_of(paths: Sequence[Path]) -> tuple[Stem, ...]:
    """A stem for each file, named by it; equal names get numbers.

    >>> [stem.name for stem in stems_of([Path("a/dx.wav"), Path("b/dx.wav"), Path("mx.flac")])]
    ['dx', 'dx 2', 'mx']
    """
    stems: list[Stem] = []
    for path in paths:
        alike = sum(stem.path.stem == path.stem for stem in stems)
        stems.append(Stem(f"{path.stem} {alike + 1}" if alike else path.stem, path))
    return tuple(stems)
