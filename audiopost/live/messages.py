"""Every message between control and its children, one list, and the channel that carries them.

A command bears a `ticket`; its answer bears the same one. What a child says unasked bears ticket 0. Messages
hold plain values and errors of the house; a drawing travels inside `Load` as bytes, so that a child that cannot
read it can still say so.

Bounded: a channel that the other side does not empty fills up and then refuses (`ChannelFullError`) instead of
letting control wait.
"""

from __future__ import annotations

import pickle
import select
import socket
import struct
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from audiopost.errors import AudiopostError
from audiopost.layouts import Layout
from audiopost.live.session import SessionPlan
from audiopost.media.containers import Bits
from audiopost.media.new_file import Exists

__all__ = [
    "Attach", "Attached", "Channel", "ChannelFullError", "Done", "Drop", "EngineSilent", "Failed", "Finished", "Freed",
    "Heard", "Hello",
    "Load", "Loaded", "Message", "NodeFailed", "NonFiniteSeen", "OpenDevice", "OpenSource", "OpenedDevice",
    "OpenedSource", "ParameterSet", "Problem", "Quit", "Record", "Recorded", "Region", "SetParameter", "Setup",
    "SourceReady", "Start",
    "StartTap", "StopPlaying", "StopRecording", "StopTap", "TapName", "Tapped", "Voice",
]  # fmt: skip

TapName = Literal["output", "engine"]
Region = tuple[float, float]
"""Start and end in s."""


@dataclass(frozen=True)
class Message:
    """Anything that travels. `ticket` pairs a command with its answer; 0 for what nobody asked."""

    ticket: int = 0


# -- to every child ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setup(Message):
    """The formats are known: map the shared memory. `search_path` is control's ``sys.path``."""

    plan: SessionPlan | None = None
    search_path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quit(Message):
    """End in good order: finish files, close streams."""


# -- from every child -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hello(Message):
    """The child runs and listens. Its first message."""

    pid: int = 0


@dataclass(frozen=True)
class Done(Message):
    """The command with this ticket was carried out."""


@dataclass(frozen=True)
class Failed(Message):
    """The command with this ticket could not be carried out; nothing has changed."""

    error: AudiopostError | None = None


@dataclass(frozen=True)
class Problem(Message):
    """Something a person should know, in one sentence; playing goes on."""

    what: str = ""


# -- control to device ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenDevice(Message):
    """Find out what the device can do. `output` None: the default one, else null."""

    output: str | int | None = None
    input: str | int | None = None
    live_input: bool = False
    sample_rate: int = 48_000
    channels: int = 2


@dataclass(frozen=True)
class Voice:
    """One engine with its drawing, as the device hears it."""

    slot: int
    layout: Layout
    latency_frames: int
    tail_frames: int
    warm_frames: int
    """Frames that it must have run in shadow before it may be heard."""


@dataclass(frozen=True)
class Start(Message):
    """Open the stream and play with this voice; the first block is frame 0."""

    voice: Voice | None = None
    ceiling_linear: float = 1.0


@dataclass(frozen=True)
class Attach(Message):
    """Run this voice in shadow and fade to it when it is warm."""

    voice: Voice | None = None


@dataclass(frozen=True)
class Drop(Message):
    """The engine of this slot is dead or done: never ask it again. Done means that its memory is free."""

    slot: int = 0


@dataclass(frozen=True)
class StartTap(Message):
    """Put what is heard at this tap into its ring, from the next block on (or from the first one)."""

    tap: TapName = "output"
    channels: int = 2


@dataclass(frozen=True)
class StopTap(Message):
    """No more into this tap's ring."""

    tap: TapName = "output"


@dataclass(frozen=True)
class StopPlaying(Message):
    """Fade out and close the stream."""


# -- device to control ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenedDevice(Message):
    """What will be played on, at most the channels asked for. `note` explains a choice the user did not make."""

    name: str = ""
    output_channels: int = 2
    input_channels: int = 0
    note: str = ""


@dataclass(frozen=True)
class Attached(Message):
    """The voice gets its input from the absolute `frame` on."""

    frame: int = 0


@dataclass(frozen=True)
class Heard(Message):
    """The crossfade to this engine is over."""

    slot: int = 0
    frame: int = 0


@dataclass(frozen=True)
class Freed(Message):
    """The device asks this engine no more."""

    slot: int = 0
    frame: int = 0


@dataclass(frozen=True)
class Tapped(Message):
    """A tap was opened or closed at the absolute `frame`; `frames` were put into its ring so far."""

    frame: int = 0
    frames: int = 0


@dataclass(frozen=True)
class EngineSilent(Message):
    """An engine has not answered for a quarter of a second."""

    slot: int = 0
    frame: int = 0


@dataclass(frozen=True)
class Finished(Message):
    """The source has ended and the tail has rung, or the duration is over."""

    frame: int = 0


# -- control and engine -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Load(Message):
    """Build the machine of a drawing (cloudpickle bytes of a GraphSpec)."""

    drawing: bytes = b""


@dataclass(frozen=True)
class Loaded(Message):
    """The machine is built, primed and waits."""

    layout: Layout | None = None
    latency_frames: int = 0
    tail_frames: int = 0


@dataclass(frozen=True)
class SetParameter(Message):
    """Turn ``node.parameter`` from the next block on."""

    path: str = ""
    value: float = 0.0


@dataclass(frozen=True)
class ParameterSet(Message):
    """It took effect at the absolute `frame`."""

    frame: int = 0


@dataclass(frozen=True)
class NodeFailed(Message):
    """A Python effect or a plug-in raised; it was cut out and the rest plays on."""

    error: AudiopostError | None = None
    frame: int = 0


@dataclass(frozen=True)
class NonFiniteSeen(Message):
    """NaN or infinity was replaced by 0 at a node."""

    node: str = ""
    frame: int = 0
    count: int = 0


# -- control and media ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenSource(Message):
    """Open a file to be played, at `sample_rate`; `region` in s of the file."""

    path: Path = Path()
    sample_rate: int = 48_000
    loop: bool = True
    region: Region | None = None


@dataclass(frozen=True)
class OpenedSource(Message):
    """What the file is."""

    layout: Layout | None = None
    file_rate: int = 0
    frames: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceReady(Message):
    """Enough of the file is in the ring to begin."""


@dataclass(frozen=True)
class Record(Message):
    """Open a file for a tap; fails at once where it cannot be written."""

    path: Path = Path()
    tap: TapName = "output"
    layout: Layout | None = None
    bits: Bits = "24"
    exists: Exists = "fail"
    protected: tuple[Path, ...] = ()


@dataclass(frozen=True)
class StopRecording(Message):
    """Write until `frames` of the tap's ring are in the file, then close it."""

    tap: TapName = "output"
    frames: int = 0


@dataclass(frozen=True)
class Recorded(Message):
    """The file is complete."""

    path: Path = Path()
    frames: int = 0


class ChannelFullError(Exception):
    """The other side does not read: it is stopped, hung, or gone."""


_LENGTH = struct.Struct("<I")


class Channel:
    """Messages over one end of a socket pair. `send` may be called from any thread, `receive` from one."""

    def __init__(self, end: socket.socket, patience_s: float = 1.0) -> None:
        self._socket = end
        self._socket.settimeout(patience_s)
        self._sending = threading.Lock()
        self._received = bytearray()

    def fileno(self) -> int:
        """For `select` and `selectors`."""
        return self._socket.fileno()

    def send(self, message: Message) -> None:
        """Send one message.

        Raises
        ------
        ChannelFullError
            If the other side does not take it in time, or is gone.
        """
        body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
        with self._sending:
            try:
                self._socket.sendall(_LENGTH.pack(len(body)) + body)
            except OSError as error:
                raise ChannelFullError(str(error)) from error

    def poll(self, timeout_s: float | None) -> bool:
        """Whether `receive` has something to do within the time (None: wait for ever)."""
        if self._complete():
            return True
        return bool(select.select([self._socket], [], [], timeout_s)[0])

    def receive(self) -> list[Message]:
        """Take what has arrived, without waiting: any number of whole messages.

        Raises
        ------
        EOFError
            If the other side has closed or died.
        """
        try:
            piece = self._socket.recv(1 << 16, socket.MSG_DONTWAIT)
        except (BlockingIOError, TimeoutError):
            piece = None
        except OSError as error:
            raise EOFError from error
        if piece == b"":
            raise EOFError
        if piece:
            self._received += piece
        messages = []
        while self._complete():
            (length,) = _LENGTH.unpack_from(self._received)
            end = _LENGTH.size + length
            messages.append(pickle.loads(bytes(self._received[_LENGTH.size : end])))  # noqa: S301 - our own child
            del self._received[:end]
        return messages

    def close(self) -> None:
        """Close this end; the other side sees the end of the stream."""
        self._socket.close()

    def _complete(self) -> bool:
        if len(self._received) < _LENGTH.size:
            return False
        (length,) = _LENGTH.unpack_from(self._received)
        return len(self._received) >= _LENGTH.size + int(length)
