"""Control's side of the source: what is played, from where, how fast; every move made by the other reel.

::

    move ─▶ media winds the other reel ─▶ device fades to it ─▶ that frame is logged

A move that keeps the place (another level, speed or loop) is wound from where the sound will be a moment later, and
the fade begins just there: nothing is heard twice or left out.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from audiopost.errors import UnknownNameError, UsageError
from audiopost.layouts import Layout
from audiopost.live import messages as say
from audiopost.live.itinerary import Itinerary, Region, StemSource
from audiopost.live.stage import LOOK_PATIENCE_S, Stage
from audiopost.live.statistics import Count
from audiopost.live.transport_state import Stem, TransportMove, TransportState, stems_of
from audiopost.timecode import seconds_of_timecode
from audiopost.units import seconds_to_frames

__all__ = ["Transport"]

LEAD_S = 0.06
"""How far ahead a move that keeps the place is wound."""

LOUDEST_STEM_DB = 12.0


class Transport:
    """The source of one session. Every move raises DeviceError or FileError and then has changed nothing."""

    def __init__(self, stems: tuple[Stem, ...], itinerary: Itinerary) -> None:
        self._stems = stems
        self._ways = {0: itinerary, 1: itinerary}
        self._reel = 0
        self._rolling = True
        self._moving = threading.RLock()
        self._stage: Stage | None = None

    def begin(self, stage: Stage) -> None:
        """Wind the first reel, if there is a source; returns when the session may begin."""
        self._stage = stage
        if stage.memory.plan.has_source:
            stage.ask_media(say.Wind(0, 0, self._sources(self._stems), self._ways[0]))

    def go_on(self) -> None:
        """Have a new media process fill the reel that is heard."""
        stage = self._playing
        with self._moving:
            stage.ask_media(say.Wind(0, self._reel, self._sources(self._stems), self._ways[self._reel], go_on=True))

    @property
    def reel(self) -> int:
        """The reel that is heard, or will be when a device begins."""
        return self._reel

    @property
    def rolling(self) -> bool:
        """False while it pauses."""
        return self._rolling

    @property
    def state(self) -> TransportState:
        """How everything stands."""
        stage = self._playing
        memory = stage.memory
        reel = memory.statistics[Count.REEL]
        frame, taken = memory.statistics[Count.FRAMES], memory.reels[reel].taken
        way = self._ways[reel]
        position_s = way.position_s(taken / stage.sample_rate)
        return TransportState(
            self._rolling, position_s, frame, way.speed, way.loop, way.region, way.length_s, self._stems,
            stage.order.frames_per_second,
        )  # fmt: skip

    # -- moves -----------------------------------------------------------------------------------------------------

    def roll(self, *, rolling: bool) -> None:
        """Play or pause."""
        stage = self._playing
        with self._moving:
            if rolling != self._rolling:
                rolled: say.Rolled = stage.ask_device(say.RollSource(0, rolling))
                self._rolling = rolling
                self._log(rolled.frame, "play" if rolling else "pause")

    def locate(self, position: float | str) -> None:
        """Go to a place, in s or as time code."""
        position_s = self.seconds_of(position)
        with self._moving:
            self._move("locate", replace(self._way, start_s=position_s), self._stems, at_taken=-1)

    def seconds_of(self, time: float | str) -> float:
        """A time in s; a text is read as time code. Raises UsageError."""
        if isinstance(time, str):
            return float(seconds_of_timecode(time, self._playing.order.frames_per_second))
        return time

    def seek(self, by_s: float) -> None:
        """Go so far on, or back; at most to the ends."""
        with self._moving:
            low, high = self._way.bounds_s
            self.locate(min(max(self.state.position_s + by_s, low), high))

    def set_loop(self, region: Region | None, *, loop: bool) -> None:
        """Another loop; the sound goes on where it is if that is within it."""
        with self._moving:
            self._move_in_place("loop", replace(self._way, region=region, loop=loop), self._stems)

    def set_speed(self, speed: float) -> None:
        """Another speed or direction from here on."""
        with self._moving:
            self._move_in_place("speed", replace(self._way, speed=speed), self._stems)

    def set_stem(self, name: str, level_db: float | None, mute: bool | None, solo: bool | None) -> None:
        """Turn one stem."""
        with self._moving:
            if name not in [stem.name for stem in self._stems]:
                raise UnknownNameError(kind="stem", name=name, known=tuple(stem.name for stem in self._stems))
            if level_db is not None and not level_db <= LOUDEST_STEM_DB:
                raise UsageError(f"level_db = {level_db:g} is out of range", mend=f"allowed: up to {LOUDEST_STEM_DB:g}")
            stems = tuple(stem.turned(level_db, mute, solo) if stem.name == name else stem for stem in self._stems)
            self._move_in_place("stem", self._way, stems)

    def open(self, paths: Sequence[Path], position_s: float, region: Region | None) -> tuple[str, ...]:
        """Play other files from a place on; what is odd about them."""
        stage = self._playing
        plan = stage.memory.plan
        seen: say.Seen = stage.ask_media(say.LookAt(0, tuple(paths), plan.layout, plan.adm), LOOK_PATIENCE_S)
        with self._moving:
            way = replace(self._way, length_s=seen.length_s, start_s=position_s, region=region)
            self._move("open", way, stems_of(paths), at_taken=-1)
            return (*seen.notes, *_fit(seen.layout, plan.layout))

    # -- how -------------------------------------------------------------------------------------------------------

    @property
    def _playing(self) -> Stage:
        if self._stage is None:
            raise UsageError("nothing plays", mend="call start()")
        self._stage.check_source()
        return self._stage

    @property
    def _way(self) -> Itinerary:
        return self._ways[self._reel]

    def _move_in_place(self, kind: str, way: Itinerary, stems: tuple[Stem, ...]) -> None:
        stage = self._playing
        taken, at_taken = stage.memory.reels[self._reel].taken, -1
        if self._rolling:
            taken = at_taken = taken + seconds_to_frames(LEAD_S, stage.sample_rate)
        place_s = self._way.position_s(taken / stage.sample_rate)
        self._move(kind, way.from_position(place_s), stems, at_taken)

    def _move(self, kind: str, way: Itinerary, stems: tuple[Stem, ...], at_taken: int) -> None:
        stage = self._playing
        reel = 1 - self._reel
        stage.ask_media(say.Wind(0, reel, self._sources(stems), way))
        before, self._ways[reel] = self._ways[reel], way
        try:
            turned: say.Turned = stage.ask_device(say.Turn(0, reel, at_taken))
        except BaseException:
            self._ways[reel] = before
            raise
        self._reel, self._stems = reel, stems
        stage.finished.clear()
        self._log(turned.frame, kind)

    def _log(self, frame: int, kind: str) -> None:
        self._playing.listener.transport_moved(TransportMove(frame, kind, replace(self.state, frame=frame)))

    def _sources(self, stems: tuple[Stem, ...]) -> tuple[StemSource, ...]:
        soloed = any(stem.solo for stem in stems)
        return tuple(StemSource(stem.path, stem.gain_linear(among_soloed=soloed)) for stem in stems)


def _fit(found: Layout | None, session: Layout) -> tuple[str, ...]:
    if found is None or found.channels <= session.channels:
        return ()
    return (f"the file has {found.channels} channels, of which this session plays the first {session.channels}",)
