"""The device process: owns the stream, plays blocks, answers control. Nothing else happens in it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from audiopost.errors import AudiopostError
from audiopost.live.device import SoundDevice, look_up
from audiopost.live.engine_voice import EngineVoice
from audiopost.live.memory import Segment
from audiopost.live.messages import (
    Attach,
    Attached,
    Channel,
    Done,
    Drop,
    EngineSilent,
    Failed,
    Finished,
    Freed,
    Heard,
    Hello,
    Message,
    OpenDevice,
    Quit,
    Setup,
    Start,
    StartTap,
    StopPlaying,
    StopTap,
    Tapped,
)
from audiopost.live.playback import AttachVoice, DropSlot, Event, FadeOut, OpenTap, Playback
from audiopost.live.priority import LISTENER_PRIORITY, run_in_real_time, stop_collecting
from audiopost.live.session import SessionMemory, SessionPlan

__all__ = ["DeviceProcess"]

LOOK_S = 0.01
"""How often events of the audio thread are looked for: it must not wake anybody itself."""

FADE_OUT_PATIENCE_S = 0.3


class DeviceProcess:
    """Listens on the main thread while the device's own thread plays."""

    def __init__(self, channel: Channel, segment: Segment) -> None:
        self._channel = channel
        self._segment = segment
        self._make_device: Callable[[SessionPlan], SoundDevice] | None = None
        self._device: SoundDevice | None = None
        self._memory: SessionMemory | None = None
        self._playback: Playback | None = None
        self._early: list[OpenTap] = []
        self._waiting: dict[tuple[str, int, str], int] = {}
        self._over = False

    def run(self) -> None:
        """Serve until told to quit. Raises EOFError when control is gone."""
        self._channel.send(Hello(0, os.getpid()))
        while not self._over:
            if self._channel.poll(LOOK_S if self._playback else None):
                for message in self._channel.receive():
                    self._obey(message)
            self._tell_events()
        self._stop_playing()

    def _obey(self, message: Message) -> None:
        try:
            self._carry_out(message)
        except AudiopostError as error:
            self._channel.send(Failed(message.ticket, error))

    def _carry_out(self, message: Message) -> None:
        match message:
            case OpenDevice():
                opened, self._make_device = look_up(message)
                self._channel.send(type(opened)(**{**vars(opened), "ticket": message.ticket}))
            case Setup(plan=SessionPlan() as plan):
                self._memory = SessionMemory(self._segment, plan)
                self._channel.send(Done(message.ticket))
            case Start():
                self._start(message)
            case Attach():
                self._attach(message)
            case Drop():
                self._command(DropSlot(message.slot), ("dropped", message.slot, ""), message.ticket)
            case StartTap():
                assert self._memory is not None
                ring = self._memory.tap(message.tap, message.channels)
                self._command(OpenTap(message.tap, ring), ("tapped", -1, message.tap), message.ticket)
            case StopTap():
                self._command(OpenTap(message.tap, None), ("tapped", -1, message.tap), message.ticket)
            case StopPlaying():
                self._stop_playing()
                self._channel.send(Done(message.ticket))
            case Quit():
                self._over = True

    def _start(self, message: Start) -> None:
        assert self._memory is not None
        assert self._make_device is not None
        assert message.voice is not None
        playback = Playback(self._memory, message.ceiling_linear)
        playback.commands.extend(self._early)
        playback.commands.append(AttachVoice(EngineVoice(message.voice, 0, self._memory)))
        self._waiting["attached", message.voice.slot, ""] = message.ticket
        self._device = self._make_device(self._memory.plan)
        if self._memory.plan.realtime:
            stop_collecting()
            run_in_real_time(LISTENER_PRIORITY)
        self._device.start(playback)
        self._playback = playback

    def _attach(self, message: Attach) -> None:
        assert self._memory is not None
        assert self._playback is not None
        assert message.voice is not None
        voice = EngineVoice(message.voice, self._playback.path_latency, self._memory)
        self._command(AttachVoice(voice), ("attached", voice.slot, ""), message.ticket)

    def _command(self, command: AttachVoice | DropSlot | OpenTap, expected: tuple[str, int, str], ticket: int) -> None:
        """Queue a command for the audio thread; the event that says it was done answers the ticket."""
        if ticket:
            self._waiting[expected] = ticket
        if self._playback is not None:
            self._playback.commands.append(command)
        elif isinstance(command, OpenTap):
            self._early.append(command)
        else:
            self._tell(Event("dropped", 0, getattr(command, "slot", -1)))

    def _stop_playing(self) -> None:
        if self._playback is None or self._device is None:
            return
        self._playback.commands.append(FadeOut())
        limit = time.monotonic() + FADE_OUT_PATIENCE_S
        while not (self._playback.silent or self._playback.finished) and time.monotonic() < limit:
            time.sleep(0.002)
        self._device.stop()
        self._tell_events()
        self._device = self._playback = None

    def _tell_events(self) -> None:
        while self._playback is not None and self._playback.events:
            self._tell(self._playback.events.popleft())

    def _tell(self, event: Event) -> None:
        ticket = self._waiting.pop((event.kind, event.slot, event.name), 0)
        frame, slot = event.frame, event.slot
        answers: dict[str, Message] = {
            "attached": Attached(ticket, frame),
            "dropped": Done(ticket),
            "tapped": Tapped(ticket, frame, event.frames),
            "heard": Heard(0, slot, frame),
            "freed": Freed(0, slot, frame),
            "silent": EngineSilent(0, slot, frame),
            "finished": Finished(0, frame),
        }
        self._channel.send(answers[event.kind])
