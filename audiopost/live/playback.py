"""What happens to one block in the device process: ask the engines, wait, mix, guard.

::

    source ──┬──▶ engine heard ──▶ align ──┐
             ├──▶ engine coming ─▶ align ──┼─▶ mix ─▶ bypass ─▶ guard ─▶ device
             ├──▶ engine beside ─▶ align   │             ▲         └─────▶ taps
             └──▶ dry ───────────▶ align ──┴─────────────┘

Pure of devices: the PortAudio callback and the null device's clock both call `Playback.process`. It never
raises and never waits beyond its deadline, except on a device that keeps no time, where it waits for everything
and so drops nothing.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.live.commands import (
    AttachVoice,
    CloseTap,
    Command,
    DropSlot,
    Event,
    FadeOut,
    OpenTap,
    Roll,
    SetBypass,
    SetCap,
    Switch,
    Trim,
    TurnTo,
)
from audiopost.live.engine_voice import LONGEST_LATENCY_S, EngineVoice
from audiopost.live.ensemble import CROSSFADE_S, Ensemble
from audiopost.live.fades import History
from audiopost.live.guard import OutputGuard
from audiopost.live.routing import route
from audiopost.live.session import SessionMemory
from audiopost.live.source_deck import SourceDeck
from audiopost.live.statistics import Count
from audiopost.live.taps import Taps
from audiopost.units import seconds_to_frames

__all__ = ["Playback"]

DEADLINE_SHARE = 0.7
"""Of a period: what is left is for mixing and for the device itself."""

PATIENCE_S = 10.0
"""Of a device that keeps no time: so long may one block take before the engine counts as silent."""

SILENT_S = 0.25
"""An engine that answers nothing for so long is reported."""

LONGEST_TAIL_S = 10.0


class Playback:
    """The path of the blocks. `commands` come in and `events` leave between blocks, each by a lock-free queue.

    The absolute `frame` goes on from what the statistics have counted: a device process that takes the place of a
    dead one continues its time.
    """

    def __init__(self, memory: SessionMemory, ceiling_linear: float = 1.0, reel: int = 0) -> None:
        plan = memory.plan
        frames = plan.block_frames
        self.plan = plan
        self.commands: deque[Command] = deque()
        self.events: deque[Event] = deque()
        self.statistics = memory.statistics
        self.frame = self.statistics[Count.FRAMES]
        self.finished = False
        self._memory = memory
        wait = None if plan.realtime else self._wait_for_media
        self._deck = SourceDeck(memory.reels, reel, frames, plan.sample_rate, self.statistics, wait)
        self._taps = Taps(self.statistics, wait)
        self._past = memory.past
        self._source: AudioBlock = np.zeros((plan.layout.channels, frames), np.float32)
        shape = (plan.output_channels, frames)
        self._dry: AudioBlock = np.zeros(shape, np.float32)
        self._out: AudioBlock = np.zeros(shape, np.float32)
        self._scratch: AudioBlock = np.zeros(shape, np.float32)
        self._dry_past = History(shape[0], seconds_to_frames(LONGEST_LATENCY_S, plan.sample_rate), frames)
        path_latency = plan.lag_blocks * frames
        self._voices = Ensemble(
            shape[0], frames, plan.sample_rate, self.statistics, self.events.append, path_latency
        )  # fmt: skip
        self._bypassed = False
        self._dryness = 0.0
        self._dryness_step = 1.0 / seconds_to_frames(CROSSFADE_S, plan.sample_rate)
        self._unit = np.arange(1, frames + 1, dtype=np.float32)
        self._ramp = np.empty(frames, np.float32)
        self._guard = OutputGuard(plan.output_channels, frames, plan.sample_rate, ceiling_linear)
        self._muted = False

    @property
    def path_latency(self) -> int:
        """Frames by which everything audible lies behind the source."""
        return self._voices.path_latency

    @property
    def silent(self) -> bool:
        """Whether the fade-out is over."""
        return self._guard.silent

    def process(self, live_input: AudioBlock | None, out: AudioBlock) -> None:
        """Fill `out` (output channels, block frames) with the next block. `live_input` in the session's layout."""
        begun = time.monotonic()
        self.obey()
        self._next_source(live_input)
        self._exchange(begun)
        route(self._source, self._scratch)
        self._dry_past.write(self._scratch)
        self._dry_past.read(self._dry, self.path_latency)
        self._voices.follow(self.frame)
        self._voices.mix(self._dry, out, self.frame)
        if self._bypassed or self._dryness > 0.0:
            self._bypass(out)
        self._guard.process(out)
        np.copyto(self._out, out)
        self._past.write(out)
        self._taps.feed(self._at_point, self.plan.block_frames)
        self._count(begun)

    # -- commands ------------------------------------------------------------------------------------------------

    def obey(self) -> None:
        """Carry out the commands that have come in."""
        while self.commands:
            command = self.commands.popleft()
            match command:
                case AttachVoice(voice, at_once):
                    self._voices.attach(voice, self.frame, at_once=at_once)
                case DropSlot(slot):
                    self._voices.drop(slot, self.frame)
                case Switch(side):
                    self._voices.switch(side)
                case Trim(side, gain):
                    self._voices.trim(side, gain)
                case SetBypass(bypassed):
                    self._bypassed = bypassed
                    self.events.append(Event("bypassed", self.frame))
                case SetCap(cap):
                    self._guard.set_cap(cap)
                case OpenTap() | CloseTap():
                    self.events.append(self._taps.obey(command, self.frame))
                case TurnTo() | Roll():
                    self._deck.obey(command, self.frame)
                case FadeOut():
                    self._guard.fade_out()

    # -- input and engines -----------------------------------------------------------------------------------------

    def _next_source(self, live_input: AudioBlock | None) -> None:
        if live_input is not None:
            np.copyto(self._source, live_input)
        elif self.plan.has_source:
            self._deck.read(self._source, self.frame)
            while self._deck.events:
                event = self._deck.events.pop(0)
                self.finished = self.finished and event.kind != "turned"
                self.events.append(event)

    def _wait_for_media(self, ready: Callable[[], bool]) -> None:
        limit = time.monotonic() + PATIENCE_S
        while not ready() and not self._must_hurry(-1) and time.monotonic() < limit:
            self._memory.media_wake.post()
            self._memory.progress_wake.wait_until(time.monotonic() + 0.02)

    def _exchange(self, begun: float) -> None:
        for voice in self._voices:
            voice.ask(self._source, self.frame)
        heard = self._voices.heard
        for voice in self._voices:
            if self._await(voice, begun):
                if voice is heard:
                    self.statistics.round_trip(int((time.monotonic() - begun) * 1e9), voice.busy_ns)
                if voice.non_finite:
                    self.statistics.add(Count.NON_FINITE_BLOCKS)
            elif voice is heard or voice.returning:
                self.statistics.add(Count.DEADLINE_MISSES)
            voice.align()
            self._report_silence(voice)

    def _await(self, voice: EngineVoice, begun: float) -> bool:
        if self.plan.realtime:
            return voice.await_answer(begun + DEADLINE_SHARE * self.plan.period_s)
        while not voice.await_answer(time.monotonic() + 0.05):
            if voice.waiting or self._must_hurry(voice.slot) or time.monotonic() > begun + PATIENCE_S:
                return False
        return True

    def _must_hurry(self, slot: int) -> bool:
        """On a device that keeps no time: whether waiting for an engine (or for media) has become pointless."""
        return any(command in (FadeOut(), DropSlot(slot)) for command in tuple(self.commands))

    def _report_silence(self, voice: EngineVoice) -> None:
        limit = seconds_to_frames(SILENT_S, self.plan.sample_rate) if self.plan.realtime else 1
        if voice.missed_frames - self.plan.block_frames < limit <= voice.missed_frames:
            self.events.append(Event("silent", self.frame, voice.slot))

    # -- what is heard, and where it goes --------------------------------------------------------------------------

    def _bypass(self, out: AudioBlock) -> None:
        """Fade between the chain and the aligned dry source: straight, for they are nearly the same sound."""
        if self._bypassed and self._dryness >= 1.0:
            np.copyto(out, self._dry)
            return
        frames = out.shape[1]
        step = self._dryness_step if self._bypassed else -self._dryness_step
        np.multiply(self._unit, np.float32(step), out=self._ramp)
        np.add(self._ramp, np.float32(self._dryness), out=self._ramp)
        np.clip(self._ramp, 0.0, 1.0, out=self._ramp)
        np.subtract(self._dry, out, out=self._dry)
        np.multiply(self._dry, self._ramp, out=self._dry)
        np.add(out, self._dry, out=out)
        self._dryness = min(1.0, max(0.0, self._dryness + step * frames))

    def _at_point(self, point: str) -> AudioBlock | None:
        """What passes at a point in this block; None for nothing."""
        heard = self._voices.heard
        match point:
            case "output":
                return self._out
            case "input":
                return self._source
            case "engine":
                return heard.answer if heard is not None else None
            case "a" | "b":
                voice = self._voices.of_side(point)
                return voice.block if voice is not None else None
        return heard.buses.get(point) if heard is not None else None

    def _count(self, begun: float) -> None:
        statistics, verdict = self.statistics, self._guard.verdict
        self.frame += self.plan.block_frames
        statistics.add(Count.BLOCKS)
        statistics.put(Count.FRAMES, self.frame)
        if verdict.muted:
            statistics.add(Count.NON_FINITE_BLOCKS)
            if not self._muted:
                self.events.append(Event("muted", self.frame - self.plan.block_frames))
        self._muted = verdict.muted
        statistics.add(Count.CEILING_BLOCKS, int(verdict.turned_down))
        statistics.add(Count.CAPPED_BLOCKS, int(verdict.capped))
        statistics.highest(Count.CALLBACK_MAX_US, int((time.monotonic() - begun) * 1e6))
        end = self._finish_frame()
        if not self.finished and end is not None and self.frame >= end:
            self.finished = True
            self.events.append(Event("finished", self.frame))

    def _finish_frame(self) -> int | None:
        if self.plan.duration_frames is not None:
            return self.plan.duration_frames
        if self._deck.end_frame is None:
            return None
        longest = seconds_to_frames(LONGEST_TAIL_S, self.plan.sample_rate)
        heard = self._voices.heard
        tail = heard.tail_frames if heard is not None else 0
        return self._deck.end_frame + self.path_latency + (min(tail, longest) if tail >= 0 else longest)
