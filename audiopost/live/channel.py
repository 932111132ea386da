"""The channel that carries messages between control and a child: a socket pair, pickles with their lengths.

Bounded: a channel that the other side does not empty fills up and then refuses (`ChannelFullError`) instead of
letting control wait.
"""

from __future__ import annotations

import pickle
import select
import socket
import struct
import threading

from audiopost.live.messages import Message

__all__ = ["Channel", "ChannelFullError"]


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
        with self._sending:  # the number of a closed descriptor is soon another one's
            self._socket.close()

    def _complete(self) -> bool:
        if len(self._received) < _LENGTH.size:
            return False
        (length,) = _LENGTH.unpack_from(self._received)
        return len(self._received) >= _LENGTH.size + int(length)
