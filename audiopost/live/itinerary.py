"""The way through a source: from where, how fast, in which direction, around which loop. Pure.

::

    0 ─────────── low ═══════════ high ─────── length      s of the material
                   ▲  start ─▶────┘ │              the first leg: from the start to the loop's end
                   └────────────────┘              every other leg: the whole loop

The same value tells the media process what to read and control where the sound is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from audiopost.errors import UsageError

__all__ = ["FASTEST", "SLOWEST", "Itinerary", "Region", "StemSource"]

Region = tuple[float, float]
"""Start and end in s."""

SLOWEST, FASTEST = 0.1, 8.0
"""Of varispeed, forwards and backwards: beyond it the resampler's filter becomes longer than the read-ahead."""


@dataclass(frozen=True)
class StemSource:
    """One file of what is played, and how loud: 0 is not heard."""

    path: Path
    gain_linear: float = 1.0


@dataclass(frozen=True)
class Itinerary:
    """What a tape machine would be told.

    Parameters
    ----------
    length_s
        Of the material; the longest of several files.
    start_s
        Where it begins; outside of the loop it is moved to the loop's nearer end.
    speed
        1 is as recorded, 2 an octave up, -1 backwards; `SLOWEST` to `FASTEST` either way.
    loop
        Begin again at the end.
    region
        ``(start, end)`` of what is played, in s; None is all.

    Raises
    ------
    UsageError
        If the speed is out of range, or the region is empty or outside of the material.

    Examples
    --------
    >>> around = Itinerary(length_s=10.0, start_s=1.5, region=(1.0, 2.0))
    >>> [around.position_s(played_s) for played_s in (0.0, 0.25, 0.5, 1.75)]
    [1.5, 1.75, 1.0, 1.25]
    >>> backwards = replace(around, speed=-2.0)
    >>> [backwards.position_s(played_s) for played_s in (0.0, 0.25, 0.5)]
    [1.5, 2.0, 1.5]
    """

    length_s: float
    start_s: float = 0.0
    speed: float = 1.0
    loop: bool = True
    region: Region | None = None

    def __post_init__(self) -> None:
        if not SLOWEST <= abs(self.speed) <= FASTEST:
            allowed = f"{SLOWEST:g} to {FASTEST:g}, or -{SLOWEST:g} to -{FASTEST:g}"
            raise UsageError(f"speed = {self.speed:g} is out of range", mend=f"allowed: {allowed}")
        if self.region is not None:
            start_s, end_s = self.region
            if not 0.0 <= start_s < end_s or start_s >= self.length_s:
                what = f"the region {start_s:g}:{end_s:g} s is not within the file"
                raise UsageError(what, mend=f"it lasts {self.length_s:.3f} s")
        if not 0.0 <= self.start_s < float("inf"):
            raise UsageError(f"{self.start_s:g} s is no position", mend=f"the file lasts {self.length_s:.3f} s")

    @property
    def bounds_s(self) -> Region:
        """Start and end of what is played."""
        if self.region is None:
            return 0.0, self.length_s
        return self.region[0], min(self.region[1], self.length_s)

    @property
    def backwards(self) -> bool:
        """Whether it is played in reverse."""
        return self.speed < 0.0

    @property
    def first_leg_s(self) -> Region:
        """Where the first leg begins and ends; backwards the end lies before the beginning."""
        low, high = self.bounds_s
        start = min(max(self.start_s, low), high)
        if self.backwards:
            return (start if start > low else high), low
        return (start if start < high or not self.loop else low), high

    def legs_s(self) -> Iterator[Region]:
        """Every stretch that is read in one go, for ever with a loop."""
        yield self.first_leg_s
        low, high = self.bounds_s
        while self.loop:
            yield (high, low) if self.backwards else (low, high)

    def position_s(self, played_s: float) -> float:
        """Where in the material it is after `played_s` s of playing."""
        start, end = self.first_leg_s
        travelled = played_s * abs(self.speed)
        first = abs(end - start)
        if travelled < first:
            return start - travelled if self.backwards else start + travelled
        low, high = self.bounds_s
        if not self.loop or high <= low:
            return end
        around = (travelled - first) % (high - low)
        return high - around if self.backwards else low + around

    def from_position(self, position_s: float) -> Itinerary:
        """The same way from another place."""
        return replace(self, start_s=max(0.0, position_s))
