"""The device process: owns the stream, plays blocks, answers control. Nothing else happens in it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from audiopost.errors import AudiopostError, DeviceError
from audiopost.live import messages as say
from audiopost.live.channel import Channel
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
from audiopost.live.device import SoundDevice, look_up
from audiopost.live.engine_voice import EngineVoice
from audiopost.live.memory import Segment
from audiopost.live.messages import Message
from audiopost.live.playback import Playback
from audiopost.live.priority import (
    LISTENER_PRIORITY,
    hand_over_quickly,
    hold_memory,
    run_in_real_time,
    stop_collecting,
)
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
        self._waiting: dict[tuple[str, int, str], int] = {}
        self._over = False

    def run(self) -> None:
        """Serve until told to quit. Raises EOFError when control is gone."""
        self._channel.send(say.Hello(0, os.getpid()))
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
            self._channel.send(say.Failed(message.ticket, error))

    def _carry_out(self, message: Message) -> None:
        match message:
            case say.OpenDevice():
                opened, self._make_device = look_up(message)
                self._channel.send(type(opened)(**{**vars(opened), "ticket": message.ticket}))
            case say.Setup(plan=SessionPlan() as plan):
                self._memory = SessionMemory(self._segment, plan)
                self._channel.send(say.Done(message.ticket))
            case say.Start():
                self._start(message)
            case say.StopPlaying():
                self._stop_playing()
                self._channel.send(say.Done(message.ticket))
            case say.Quit():
                self._over = True
            case _ if self._playback is not None:
                self._direct(message, self._playback)
            case say.Drop():
                self._channel.send(say.Done(message.ticket))
            case _:
                raise DeviceError("device", "nothing plays")

    def _direct(self, message: Message, playback: Playback) -> None:
        """What concerns the sound that plays; the event that says it was done answers the ticket."""
        match message:
            case say.Attach(voice=say.Voice() as voice):
                assert self._memory is not None
                made = EngineVoice(voice, playback.path_latency, self._memory)
                self._command(AttachVoice(made), ("attached", voice.slot, ""), message.ticket)
            case say.Drop(slot=slot):
                self._command(DropSlot(slot), ("dropped", slot, ""), message.ticket)
            case say.StartTap():
                self._command(self._open_tap(message), ("tapped", -1, message.key), message.ticket)
            case say.StopTap(key=key):
                self._command(CloseTap(key), ("tapped", -1, key), message.ticket)
            case say.Turn(reel=reel, at_taken=at_taken):
                self._command(TurnTo(reel, at_taken), ("turned", reel, ""), message.ticket)
            case say.RollSource(rolling=rolling):
                self._command(Roll(rolling), ("rolled", -1, ""), message.ticket)
            case say.Bypass(bypassed=bypassed):
                self._command(SetBypass(bypassed), ("bypassed", -1, ""), message.ticket)
            case say.SwitchTo(side=side):
                playback.commands.append(Switch(side))
            case say.SetTrim(side=side, gain_linear=gain):
                playback.commands.append(Trim(side, gain))
            case say.Cap(cap_linear=cap):
                playback.commands.append(SetCap(cap))

    def _start(self, message: say.Start) -> None:
        assert self._memory is not None
        assert self._make_device is not None
        playback = Playback(self._memory, message.ceiling_linear, message.reel)
        playback.commands.extend(self._open_tap(tap) for tap in message.taps)
        latency = playback.path_latency
        for voice in message.voices:
            made = EngineVoice(voice, latency, self._memory)
            latency = max(latency, made.path_latency)
            playback.commands.append(AttachVoice(made, at_once=True))
        playback.commands.extend(Trim(side, gain) for side, gain in message.trims)
        playback.commands.extend((SetCap(message.cap_linear), Roll(message.rolling), SetBypass(message.bypassed)))
        if message.voices:
            self._waiting["attached", message.voices[0].slot, ""] = message.ticket
        self._device = self._make_device(self._memory.plan)
        if self._memory.plan.realtime:
            self._memory.page_in_past()
            stop_collecting()
            hand_over_quickly()
            hold_memory()
        if self._memory.plan.urgent:
            run_in_real_time(LISTENER_PRIORITY)
        self._device.start(playback)
        self._playback = playback
        if not message.voices:
            self._channel.send(say.Attached(message.ticket, playback.frame))

    def _open_tap(self, message: say.StartTap) -> OpenTap:
        assert self._memory is not None
        make = self._memory.meter if message.meter else self._memory.recording
        page_in = self._memory.page_in_meter if message.meter else self._memory.page_in_recording
        page_in(message.number)
        return OpenTap(message.key, message.point, make(message.number, message.channels), patient=not message.meter)

    def _command(self, command: Command, expected: tuple[str, int, str], ticket: int) -> None:
        if ticket:
            self._waiting[expected] = ticket
        assert self._playback is not None
        self._playback.commands.append(command)

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
            "attached": say.Attached(ticket, frame),
            "dropped": say.Done(ticket),
            "tapped": say.Tapped(ticket, frame, event.frames),
            "turned": say.Turned(ticket, frame),
            "rolled": say.Rolled(ticket, frame),
            "bypassed": say.Bypassed(ticket, frame),
            "muted": say.Muted(0, frame),
            "heard": say.Heard(0, slot, frame),
            "freed": say.Freed(0, slot, frame),
            "silent": say.EngineSilent(0, slot, frame),
            "finished": say.Finished(0, frame),
        }
        self._channel.send(answers[event.kind])
