"""What happens to one block in the device process: ask the engines, wait, mix, guard.

::

    source ──┬──▶ engine heard ──▶ align ──┐
             ├──▶ engine coming ─▶ align ──┼─▶ mix ─▶ guard ─▶ device
             └──▶ dry ───────────▶ align ──┘           └─────▶ taps

Pure of devices: the PortAudio callback and the null device's clock both call `Playback.process`. It never
raises and never waits beyond its deadline, except on a device that keeps no time, where it waits for everything
and so drops nothing.

Invariants
----------
- Everything audible lies `path_latency` frames behind the source. That latency grows when a chain with more
  latency is swapped in and never shrinks, so that going back and forth between two chains stays aligned.
- What is heard is one engine, or the dry source, or a fade from that to the engine that is coming.
- A change of what is heard that is not a fade is mended: see `fades`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.live.engine_voice import EngineVoice
from audiopost.live.fades import History, equal_power, let_go, straight
from audiopost.live.guard import OutputGuard
from audiopost.live.ring import AudioRing
from audiopost.live.routing import route
from audiopost.live.session import MAXIMUM_CHANNELS, SessionMemory
from audiopost.live.statistics import Count
from audiopost.units import seconds_to_frames

__all__ = ["AttachVoice", "Command", "DropSlot", "Event", "FadeOut", "OpenTap", "Playback"]

DEADLINE_SHARE = 0.7
"""Of a period: what is left is for mixing and for the device itself."""

PATIENCE_S = 10.0
"""Of a device that keeps no time: so long may one block take before the engine counts as silent."""

CROSSFADE_S = 0.03
SILENT_S = 0.25
"""An engine that answers nothing for so long is reported."""

LONGEST_LATENCY_S = 4.0
LONGEST_TAIL_S = 10.0


@dataclass(frozen=True)
class AttachVoice:
    """Let this engine come. The voice is made beforehand: making allocates."""

    voice: EngineVoice


@dataclass(frozen=True)
class DropSlot:
    """Never ask this engine again."""

    slot: int


@dataclass(frozen=True)
class OpenTap:
    """Feed this tap; without a ring, close it."""

    name: str
    ring: AudioRing | None


@dataclass(frozen=True)
class FadeOut:
    """Fade to silence."""


Command = AttachVoice | DropSlot | OpenTap | FadeOut


@dataclass(frozen=True)
class Event:
    """Something that control must hear of.

    `kind`: attached (to a slot), heard (the fade to a slot is over), freed (a slot is in use no more), dropped,
    silent (a slot), tapped, finished.
    """

    kind: str
    frame: int
    slot: int = -1
    name: str = ""
    frames: int = 0


class Playback:
    """The path of the blocks. `commands` come in and `events` leave between blocks, each by a lock-free queue."""

    def __init__(self, memory: SessionMemory, ceiling_linear: float = 1.0) -> None:
        plan = memory.plan
        frames = plan.block_frames
        self.plan = plan
        self.commands: deque[Command] = deque()
        self.events: deque[Event] = deque()
        self.frame = 0
        self.path_latency = 0
        self.finished = False
        self._memory = memory
        self.statistics = memory.statistics
        self._heard: EngineVoice | None = None
        self._coming: EngineVoice | None = None
        self._faded_frames = 0
        self._torn = False
        self._source_end: int | None = None
        self._taps: dict[str, tuple[AudioRing, int]] = {}
        self._source: AudioBlock = np.zeros((plan.layout.channels, frames), np.float32)
        shape = (plan.output_channels, frames)
        self._dry: AudioBlock = np.zeros(shape, np.float32)
        self._nothing: AudioBlock = np.zeros((MAXIMUM_CHANNELS, frames), np.float32)
        self._scratch: AudioBlock = np.zeros(shape, np.float32)
        self._last: AudioBlock = np.zeros((plan.output_channels, 1), np.float32)
        self._step: AudioBlock = np.zeros((plan.output_channels, 1), np.float32)
        self._past = History(plan.output_channels, seconds_to_frames(LONGEST_LATENCY_S, plan.sample_rate), frames)
        self._fade_frames = seconds_to_frames(CROSSFADE_S, plan.sample_rate)
        self._between_chains = equal_power(self._fade_frames, frames)
        self._from_dry = straight(self._fade_frames, frames)
        self._let_go = let_go(frames)
        self._guard = OutputGuard(plan.output_channels, frames, plan.sample_rate, ceiling_linear)

    @property
    def silent(self) -> bool:
        """Whether the fade-out is over."""
        return self._guard.silent

    def process(self, live_input: AudioBlock | None, out: AudioBlock) -> None:
        """Fill `out` (output channels, block frames) with the next block. `live_input` in the session's layout."""
        begun = time.monotonic()
        self.obey()
        source = self._next_source(live_input)
        self._exchange(source, begun)
        route(source, self._scratch)
        self._past.write(self._scratch)
        self._follow()
        self._mix(out)
        np.copyto(self._last, out[:, -1:])
        self._guard.process(out)
        self._feed_taps(out)
        self._count(begun)

    # -- commands ------------------------------------------------------------------------------------------------

    def obey(self) -> None:
        """Carry out the commands that have come in."""
        while self.commands:
            command = self.commands.popleft()
            if isinstance(command, AttachVoice):
                self._attach(command.voice)
            elif isinstance(command, DropSlot):
                self._drop(command.slot)
            elif isinstance(command, OpenTap):
                self._tap(command)
            else:
                self._guard.fade_out()

    def _attach(self, voice: EngineVoice) -> None:
        self.events.append(Event("attached", self.frame, voice.slot))
        if self.frame == 0:
            self._heard = voice
            self._set_latency(voice.path_latency)
            return
        if self._coming is not None:
            self.events.append(Event("freed", self.frame, self._coming.slot))
            self._break_fade()
        self._coming = voice

    def _drop(self, slot: int) -> None:
        if self._coming is not None and self._coming.slot == slot:
            self._coming = None
            self._break_fade()
        if self._heard is not None and self._heard.slot == slot:
            self._heard = None
            self._break_fade()
            self._torn = True
        self.events.append(Event("dropped", self.frame, slot))

    def _tap(self, command: OpenTap) -> None:
        _, start = self._taps.pop(command.name, (None, self.frame))
        if command.ring is not None:
            self._taps[command.name] = (command.ring, self.frame)
        self.events.append(Event("tapped", self.frame, name=command.name, frames=self.frame - start))

    def _break_fade(self) -> None:
        self._torn = self._torn or self._faded_frames > 0
        self._faded_frames = 0

    def _set_latency(self, frames: int) -> None:
        self.path_latency = frames
        self.statistics.put(Count.PATH_LATENCY_FRAMES, frames)

    # -- input and engines -----------------------------------------------------------------------------------------

    def _next_source(self, live_input: AudioBlock | None) -> AudioBlock:
        if live_input is not None:
            np.copyto(self._source, live_input)
        elif self.plan.has_source:
            self._read_source()
        return self._source

    def _read_source(self) -> None:
        ring = self._memory.source
        frames = self.plan.block_frames
        if not self.plan.realtime:
            self._wait_for_media(lambda: ring.ended or ring.readable >= frames)
        ended = ring.ended  # asked before reading: what was written before the end is then sure to be read
        got = ring.read(self._source)
        if got == frames:
            return
        self._source[:, got:] = 0.0
        if not ended:
            self.statistics.add(Count.SOURCE_UNDERRUNS)
        elif self._source_end is None:
            self._source_end = self.frame + got

    def _wait_for_media(self, ready: Callable[[], bool]) -> None:
        limit = time.monotonic() + PATIENCE_S
        while not ready() and not self._must_hurry(-1) and time.monotonic() < limit:
            self._memory.media_wake.post()
            self._memory.progress_wake.wait_until(time.monotonic() + 0.02)

    def _exchange(self, source: AudioBlock, begun: float) -> None:
        voices = [voice for voice in (self._heard, self._coming) if voice is not None]
        for voice in voices:
            voice.ask(source, self.frame)
        for voice in voices:
            if self._await(voice, begun):
                if voice is self._heard:
                    self.statistics.round_trip(int((time.monotonic() - begun) * 1e9), voice.busy_ns)
                if voice.non_finite:
                    self.statistics.add(Count.NON_FINITE_BLOCKS)
            elif voice is self._heard or voice.returning:
                self.statistics.add(Count.DEADLINE_MISSES)
            voice.align()
            self._report_silence(voice)

    def _await(self, voice: EngineVoice, begun: float) -> bool:
        if self.plan.realtime:
            return voice.await_answer(begun + DEADLINE_SHARE * self.plan.period_s)
        while not voice.await_answer(time.monotonic() + 0.05):
            if self._must_hurry(voice.slot) or time.monotonic() > begun + PATIENCE_S:
                return False
        return True

    def _must_hurry(self, slot: int) -> bool:
        """On a device that keeps no time: whether waiting for an engine (or for media) has become pointless."""
        return any(command in (FadeOut(), DropSlot(slot)) for command in tuple(self.commands))

    def _report_silence(self, voice: EngineVoice) -> None:
        limit = seconds_to_frames(SILENT_S, self.plan.sample_rate) if self.plan.realtime else 1
        if voice.missed_frames - self.plan.block_frames < limit <= voice.missed_frames:
            self.events.append(Event("silent", self.frame, voice.slot))

    # -- the mix ---------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Decide, from who answered, what is heard in this block."""
        heard, coming = self._heard, self._coming
        if coming is not None and self._faded_frames and not coming.arrived:
            self._break_fade()
        if heard is not None and not heard.arrived:
            self._break_fade()
            self._torn = True
            self._heard = None
            if coming is None:
                heard.come_back()
                self._coming = coming = heard
            else:
                self.events.append(Event("freed", self.frame, heard.slot))
        if self._heard is None and coming is not None and coming.path_latency != self.path_latency:
            self._set_latency(coming.path_latency)
            self._torn = True

    def _mix(self, out: AudioBlock) -> None:
        coming = self._coming
        if self._heard is not None:
            current = self._heard.block
        else:
            self._past.read(self._dry, self.path_latency)
            current = self._dry
        if coming is not None and (self._faded_frames or coming.warm):
            self._crossfade(current, coming, out)
        else:
            np.copyto(out, current)
        if self._torn:
            np.subtract(self._last, out[:, :1], out=self._step)
            np.multiply(self._step, self._let_go, out=self._scratch)
            np.add(out, self._scratch, out=out)
            self._torn = False

    def _crossfade(self, current: AudioBlock, coming: EngineVoice, out: AudioBlock) -> None:
        frames = out.shape[1]
        falling, rising = self._between_chains if self._heard is not None else self._from_dry
        start, end = self._faded_frames, self._faded_frames + frames
        np.multiply(current, falling[start:end], out=out)
        np.multiply(coming.block, rising[start:end], out=self._scratch)
        np.add(out, self._scratch, out=out)
        self._faded_frames = end
        if end >= self._fade_frames:
            self._arrive(coming)

    def _arrive(self, coming: EngineVoice) -> None:
        """The fade is over."""
        if self._heard is not None:
            self.events.append(Event("freed", self.frame, self._heard.slot))
        self._heard, self._coming = coming, None
        self._faded_frames = 0
        self._set_latency(coming.path_latency)
        if not coming.returning:
            self.statistics.add(Count.SWAPS)
            self.events.append(Event("heard", self.frame, coming.slot))
        coming.returning = False

    # -- the end of the block --------------------------------------------------------------------------------------

    def _feed_taps(self, out: AudioBlock) -> None:
        for name, (ring, _) in self._taps.items():
            if name == "output":
                self._write_tap(ring, out)
            else:
                self._write_tap(ring, self._heard.answer if self._heard is not None else self._nothing)

    def _write_tap(self, ring: AudioRing, block: AudioBlock) -> None:
        frames = self.plan.block_frames
        if not self.plan.realtime:
            self._wait_for_media(lambda: ring.writable >= frames)
        if block is self._nothing:
            block = self._nothing[: ring.channels]
        if block.shape[0] != ring.channels:
            self.statistics.add(Count.LOST_RECORD_FRAMES, frames)
            return
        self.statistics.add(Count.LOST_RECORD_FRAMES, frames - ring.write(block))

    def _count(self, begun: float) -> None:
        statistics = self.statistics
        self.frame += self.plan.block_frames
        statistics.add(Count.BLOCKS)
        statistics.put(Count.FRAMES, self.frame)
        if self._guard.verdict.muted:
            statistics.add(Count.NON_FINITE_BLOCKS)
        if self._guard.verdict.turned_down:
            statistics.add(Count.CEILING_BLOCKS)
        statistics.highest(Count.CALLBACK_MAX_US, int((time.monotonic() - begun) * 1e6))
        end = self._finish_frame()
        if not self.finished and end is not None and self.frame >= end:
            self.finished = True
            self.events.append(Event("finished", self.frame))

    def _finish_frame(self) -> int | None:
        if self.plan.duration_frames is not None:
            return self.plan.duration_frames
        if self._source_end is None:
            return None
        longest = seconds_to_frames(LONGEST_TAIL_S, self.plan.sample_rate)
        tail = self._heard.tail_frames if self._heard is not None else 0
        return self._source_end + self.path_latency + (min(tail, longest) if tail >= 0 else longest)
