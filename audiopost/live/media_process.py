"""The media process: reads sources ahead into the ring and writes recordings out of rings.

The only process of a live session that touches sound files, so that no disk can make anybody wait who plays.
When control dies it finishes its recordings before it ends.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.errors import AudiopostError, FileError
from audiopost.layouts import default_layout
from audiopost.live import messages as say
from audiopost.live.channel import Channel
from audiopost.live.memory import Segment
from audiopost.live.messages import Message
from audiopost.live.ring import AudioRing
from audiopost.live.session import SessionMemory, SessionPlan
from audiopost.live.source import Look, Reel
from audiopost.media.audio_writer import AudioWriter
from audiopost.units import db_to_linear

__all__ = ["MediaProcess"]

PIECE_FRAMES = 8192
IDLE_S = 0.02
READY_S = 0.1
"""Sound in a reel before it may be heard: a file is read a hundred times as fast as it plays."""

SILENCE_DBFS = -70.0
"""What is kept of the past begins and ends with the first and the last sample above it."""


class Recording:
    """One tap on its way into a file. `until`: frames of the tap at which it is complete, None while it goes on."""

    def __init__(self, message: say.Record, ring: AudioRing, writer: AudioWriter) -> None:
        self.request = message
        self.ring = ring
        self.writer = writer
        self.until: int | None = None
        self.ticket = 0
        self._before = ring.taken
        """Frames of the tap that another file has: that of a media process that died."""
        self._piece: AudioBlock = np.empty((ring.channels, PIECE_FRAMES), np.float32)

    @property
    def complete(self) -> bool:
        """Whether all that belongs to it is written."""
        return self.until is not None and (self.ring.taken >= self.until or self.ring.readable == 0)

    def mark(self, frames: int, label: str) -> None:
        """Mark the place where the tap had given so many frames."""
        if frames >= self._before:
            self.writer.mark(frames - self._before, label)

    def advance(self) -> bool:
        """Write a piece of what is there; False if there was nothing."""
        got = self.ring.read(self._piece)
        if got:
            self.writer.write(np.ascontiguousarray(self._piece[:, :got]))
        return got > 0


class MediaProcess:
    """One loop: messages, the source, the recordings, and a short sleep when all is done."""

    def __init__(self, channel: Channel, segment: Segment) -> None:
        self._channel = channel
        self._segment = segment
        self._memory: SessionMemory | None = None
        self._reels: dict[int, Reel] = {}
        self._winding: dict[int, int] = {}
        self._look = Look()
        self._looker = ThreadPoolExecutor(1, "audiopost looks")
        self._looks: list[tuple[int, Future[Look]]] = []
        self._recordings: dict[str, Recording] = {}
        self._over = False

    def run(self) -> None:
        """Serve until told to quit, or until control is gone; recordings are finished in both cases."""
        self._channel.send(say.Hello(0, os.getpid()))
        try:
            while not self._over:
                if self._channel.poll(0.0 if self._memory else None):
                    for message in self._channel.receive():
                        self._obey(message)
                if not self._work() and self._memory is not None:
                    self._memory.media_wake.wait_until(time.monotonic() + IDLE_S)
        finally:
            self._finish()

    def _obey(self, message: Message) -> None:
        try:
            self._carry_out(message)
        except AudiopostError as error:
            self._channel.send(say.Failed(message.ticket, error))

    def _carry_out(self, message: Message) -> None:
        match message:
            case say.LookAt() if self._memory is None:
                self._seen(message.ticket, Look(message.paths, message.layout, message.adm))
            case say.LookAt():
                # An hour of objects is read for many seconds, and the file that plays must go on.
                look = self._looker.submit(Look, message.paths, message.layout, message.adm)
                self._looks.append((message.ticket, look))
            case say.Setup(plan=SessionPlan() as plan):
                self._memory = SessionMemory(self._segment, plan)
                self._channel.send(say.Done(message.ticket))
            case say.Wind():
                self._wind(message)
            case say.Record():
                self._record(message)
                self._channel.send(say.Done(message.ticket))
            case say.Mark():
                self._going(message.tap).mark(message.frames, message.label)
                self._channel.send(say.Done(message.ticket))
            case say.StopRecording():
                self._stop_recording(message)
            case say.Keep():
                self._keep(message)
            case say.Quit():
                self._over = True

    def _seen(self, ticket: int, look: Look) -> None:
        self._look.close()
        self._look = look
        self._channel.send(say.Seen(ticket, look.layout, look.length_s, look.notes))

    def _take_looks(self) -> None:
        """Answer where a look is done."""
        for ticket, look in [each for each in self._looks if each[1].done()]:
            self._looks.remove((ticket, look))
            try:
                self._seen(ticket, look.result())
            except AudiopostError as error:
                self._channel.send(say.Failed(ticket, error))

    def _wind(self, message: say.Wind) -> None:
        assert self._memory is not None
        assert message.itinerary is not None
        ring = self._memory.reels[message.reel]
        before = self._reels.pop(message.reel, None)
        if before is not None:
            before.close()
        if not message.go_on:
            ring.clear()
        plan = self._memory.plan
        self._reels[message.reel] = Reel(
            ring, message.stems, message.itinerary, plan.sample_rate, ring.written, plan.layout, plan.adm
        )  # fmt: skip
        self._winding[message.reel] = message.ticket
        self._look.close()

    def _record(self, message: say.Record) -> None:
        assert self._memory is not None
        assert message.layout is not None
        writer = AudioWriter(
            message.path,
            self._memory.plan.sample_rate,
            message.layout,
            bits=message.bits,
            exists=message.exists,
            protected=message.protected,
        )
        ring = self._memory.recording(message.number, message.layout.channels)
        self._recordings[message.tap] = Recording(message, ring, writer)

    def _keep(self, message: say.Keep) -> None:
        assert self._memory is not None
        past = self._memory.past
        end = past.written
        kept = past.copy(max(0, end - message.frames), end)
        if kept is None:
            raise FileError(str(message.path), "what was heard is no longer there")
        loud = np.flatnonzero(np.abs(kept).max(axis=0, initial=0.0) > db_to_linear(SILENCE_DBFS))
        if loud.size == 0:
            raise FileError(str(message.path), "nothing was heard", "play something first")
        kept = np.ascontiguousarray(kept[:, loud[0] : loud[-1] + 1])
        rate = self._memory.plan.sample_rate
        with AudioWriter(
            message.path, rate, default_layout(past.channels), message.bits, None, message.exists, message.protected
        ) as writer:
            writer.write(kept)
        self._channel.send(say.Recorded(message.ticket, writer.path, kept.shape[1]))

    def _stop_recording(self, message: say.StopRecording) -> None:
        recording = self._going(message.tap)
        recording.until = message.frames
        recording.ticket = message.ticket

    def _going(self, tap: str) -> Recording:
        recording = self._recordings.get(tap)
        if recording is None:
            raise FileError(tap, "this recording has already ended")
        return recording

    def _work(self) -> bool:
        """One round; whether anything was done."""
        if self._memory is None:
            return False
        self._take_looks()
        busy = False
        for number, reel in tuple(self._reels.items()):
            busy = self._read_ahead(number, reel) or busy
        for tap, recording in tuple(self._recordings.items()):
            try:
                busy = recording.advance() or busy
                if recording.complete:
                    self._close(tap, recording)
            except FileError as error:
                del self._recordings[tap]
                told = say.Problem(0, f"recording: {error}")
                self._channel.send(say.Failed(recording.ticket, error) if recording.ticket else told)
        if busy:
            self._memory.progress_wake.post()
        return busy

    def _read_ahead(self, number: int, reel: Reel) -> bool:
        assert self._memory is not None
        ring, busy = reel.ring, False
        try:
            busy = reel.advance()
        except FileError as error:
            self._channel.send(say.Problem(0, str(error)))
            self._reels.pop(number).close()
            ring.end()
        enough = min(int(READY_S * self._memory.plan.sample_rate), ring.capacity // 2)
        if number in self._winding and (ring.readable >= enough or ring.ended):
            self._channel.send(say.Done(self._winding.pop(number)))
        return busy

    def _close(self, tap: str, recording: Recording) -> None:
        del self._recordings[tap]
        recording.writer.close()
        self._channel.send(say.Recorded(recording.ticket, recording.writer.path, recording.writer.frames))

    def _finish(self) -> None:
        """Nobody asks any more: write what is there and close."""
        self._looker.shutdown(wait=False, cancel_futures=True)
        self._look.close()
        for recording in self._recordings.values():
            while recording.advance():
                pass
            recording.writer.close()
        self._recordings.clear()
