"""The media process: reads sources ahead into the ring and writes recordings out of rings.

The only process of a live session that touches sound files, so that no disk can make anybody wait who plays.
When control dies it finishes its recordings before it ends.
"""

from __future__ import annotations

import os
import time

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.errors import AudiopostError, FileError
from audiopost.live.memory import Segment
from audiopost.live.messages import (
    Channel,
    Done,
    Failed,
    Hello,
    Message,
    OpenedSource,
    OpenSource,
    Problem,
    Quit,
    Record,
    Recorded,
    Setup,
    SourceReady,
    StopRecording,
)
from audiopost.live.ring import AudioRing
from audiopost.live.session import SessionMemory, SessionPlan
from audiopost.live.source import FileSource
from audiopost.media.audio_writer import AudioWriter

__all__ = ["MediaProcess"]

PIECE_FRAMES = 8192
IDLE_S = 0.02
READY_S = 0.5
"""Sound in the ring before a session may begin."""


class Recording:
    """One tap on its way into a file. `until`: frames at which it is complete, None while it goes on."""

    def __init__(self, message: Record, ring: AudioRing, writer: AudioWriter) -> None:
        self.request = message
        self.ring = ring
        self.writer = writer
        self.until: int | None = None
        self.ticket = 0
        self._piece: AudioBlock = np.empty((ring.channels, PIECE_FRAMES), np.float32)

    @property
    def complete(self) -> bool:
        """Whether all that belongs to it is written."""
        return self.until is not None and (self.writer.frames >= self.until or self.ring.readable == 0)

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
        self._source: FileSource | None = None
        self._recordings: dict[str, Recording] = {}
        self._announced = False
        self._over = False

    def run(self) -> None:
        """Serve until told to quit, or until control is gone; recordings are finished in both cases."""
        self._channel.send(Hello(0, os.getpid()))
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
            self._channel.send(Failed(message.ticket, error))

    def _carry_out(self, message: Message) -> None:
        match message:
            case OpenSource():
                self._source = FileSource(message.path, message.sample_rate, loop=message.loop, region=message.region)
                reader = self._source.reader
                self._channel.send(
                    OpenedSource(message.ticket, reader.layout, reader.sample_rate, reader.frames, reader.notes)
                )
            case Setup(plan=SessionPlan() as plan):
                self._memory = SessionMemory(self._segment, plan)
                self._channel.send(Done(message.ticket))
            case Record():
                self._record(message)
                self._channel.send(Done(message.ticket))
            case StopRecording():
                self._stop_recording(message)
            case Quit():
                self._over = True

    def _record(self, message: Record) -> None:
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
        ring = self._memory.tap(message.tap, message.layout.channels)
        self._recordings[message.tap] = Recording(message, ring, writer)

    def _stop_recording(self, message: StopRecording) -> None:
        recording = self._recordings.get(message.tap)
        if recording is None:
            raise FileError(message.tap, "this recording has already ended")
        recording.until = message.frames
        recording.ticket = message.ticket

    def _work(self) -> bool:
        """One round; whether anything was done."""
        if self._memory is None:
            return False
        busy = self._read_ahead(self._memory)
        for tap, recording in tuple(self._recordings.items()):
            try:
                busy = recording.advance() or busy
                if recording.complete:
                    self._close(tap, recording)
            except FileError as error:
                del self._recordings[tap]
                reply = Failed(recording.ticket, error) if recording.ticket else Problem(0, f"recording: {error}")
                self._channel.send(reply)
        if busy:
            self._memory.progress_wake.post()
        return busy

    def _read_ahead(self, memory: SessionMemory) -> bool:
        source, ring = self._source, memory.source
        if source is None:
            return False
        busy = False
        try:
            busy = source.advance(ring)
        except FileError as error:
            self._channel.send(Problem(0, str(error)))
            self._source = None
            ring.end()
        enough = min(int(READY_S * memory.plan.sample_rate), ring.capacity // 2)
        if not self._announced and (ring.readable >= enough or ring.ended):
            self._announced = True
            self._channel.send(SourceReady())
        return busy

    def _close(self, tap: str, recording: Recording) -> None:
        del self._recordings[tap]
        recording.writer.close()
        self._channel.send(Recorded(recording.ticket, recording.writer.path, recording.writer.frames))

    def _finish(self) -> None:
        """Nobody asks any more: write what is there and close."""
        for recording in self._recordings.values():
            while recording.advance():
                pass
            recording.writer.close()
        self._recordings.clear()
