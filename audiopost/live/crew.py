"""Control's children: started, listened to, and outlived by nobody.

One thread of control starts every child and hears them all. It has to be one thread that lives as long as they
do: the kernel's death signal goes off when the *thread* that started a child ends.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import audiopost
from audiopost.errors import AudiopostError, DeviceError
from audiopost.live.channel import Channel, ChannelFullError
from audiopost.live.messages import Failed, Hello, Message, Quit

__all__ = ["Child", "Crew", "child_environment"]

ANSWER_PATIENCE_S = 10.0
QUIT_PATIENCE_S = 2.0
KEPT_WORDS_BYTES = 4096
"""Of what a child says on standard error: the last lines name the cause of its death."""


@dataclass(eq=False)
class Child:
    """One child process as control sees it. `ready` once it has said hello."""

    role: str
    slot: int
    process: subprocess.Popen[bytes]
    channel: Channel
    words: int
    ready: threading.Event = field(default_factory=threading.Event)
    dead: bool = False
    cause: str = ""
    said: bytearray = field(default_factory=bytearray)

    @property
    def name(self) -> str:
        """For people: ``engine 1``, ``device``."""
        return f"{self.role} {self.slot}" if self.role == "engine" else self.role

    @property
    def pid(self) -> int:
        """Of the process."""
        return self.process.pid


class Crew:
    """The children of one session.

    Parameters
    ----------
    segment
        Descriptor of the shared memory, inherited by each child.
    pipes
        Descriptors of wake-ups that are pipes, inherited too.
    on_message, on_death
        Called on the crew's thread, so they must not wait: ``(child, message)`` for what nobody asked, ``(child)``
        when a process has ended without having been told to.
    """

    def __init__(
        self,
        segment: int,
        pipes: tuple[int, ...],
        on_message: Callable[[Child, Message], None],
        on_death: Callable[[Child], None],
    ) -> None:
        self._inherited = (segment, *pipes)
        self._on_message = on_message
        self._on_death = on_death
        self._tickets = itertools.count(1)
        self._answers: dict[int, tuple[Child, Callable[[Message], None]]] = {}
        self._guard = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._orders: queue.SimpleQueue[tuple[str, int, queue.SimpleQueue[Child | OSError]]] = queue.SimpleQueue()
        self._bell_in, self._bell_out = socket.socketpair()
        self._children: list[Child] = []
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="audiopost live crew", daemon=True)
        self._thread.start()

    # -- for any thread --------------------------------------------------------------------------------------------

    def start(self, role: str, slot: int = 0) -> Child:
        """Start a child; it is not ready yet."""
        made: queue.SimpleQueue[Child | OSError] = queue.SimpleQueue()
        child: Child | OSError = ChildProcessError("the session ends")
        with self._guard:
            ordered = not self._closing  # the thread answers every order that came before the end
            if ordered:
                self._orders.put((role, slot, made))
        if ordered:
            self._ring()
            with contextlib.suppress(queue.Empty):
                child = made.get(timeout=ANSWER_PATIENCE_S)
        if isinstance(child, OSError):
            raise DeviceError(role, f"the process cannot be started: {child}") from child
        return child

    def ask(self, child: Child, message: Message, patience_s: float = ANSWER_PATIENCE_S) -> Any:
        """Send a command and wait for its answer.

        Raises
        ------
        AudiopostError
            What the child answered with; DeviceError if it died or did not answer in time.
        """
        answer: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.ask_later(child, message, answer.put)
        try:
            reply = answer.get(timeout=max(0.0, patience_s))
        except queue.Empty:
            raise DeviceError(child.name, f"no answer within {patience_s:g} s") from None
        if isinstance(reply, Failed):
            assert reply.error is not None
            raise reply.error
        return reply

    def ask_later(self, child: Child, message: Message, on_answer: Callable[[Message], None]) -> None:
        """Send a command; `on_answer` gets the answer, or a `Failed`, on the crew's thread. It must not wait."""
        ticket = next(self._tickets)
        with self._guard:
            self._answers[ticket] = (child, on_answer)
            dead = child.dead
        if dead or not self.tell(child, replace(message, ticket=ticket)):
            with self._guard:
                unanswered = self._answers.pop(ticket, None)
            if unanswered:
                on_answer(Failed(ticket, self._death(child)))

    def tell(self, child: Child, message: Message) -> bool:
        """Send without waiting for an answer; False if the child does not take it."""
        try:
            child.channel.send(message)
        except ChannelFullError:
            return False
        return True

    def wait_ready(self, child: Child, patience_s: float = ANSWER_PATIENCE_S) -> None:
        """Wait until the child has said hello. Raises DeviceError if it does not."""
        if not child.ready.wait(patience_s) or child.dead:
            raise self._death(child)

    def kill(self, child: Child) -> None:
        """End a child at once; its death is reported as any other."""
        if child.process.poll() is None:
            child.process.kill()

    def close(self) -> None:
        """End all children. Always returns.

        Media may finish its files, for two seconds. The others hold nothing that outlives them and are killed.
        """
        with self._guard:
            self._closing = True
        for child in tuple(self._children):
            if child.role != "media" or not child.ready.is_set():
                self.kill(child)
            elif not child.dead:
                self.tell(child, Quit())
        limit = time.monotonic() + QUIT_PATIENCE_S
        while time.monotonic() < limit and any(child.process.poll() is None for child in tuple(self._children)):
            time.sleep(0.005)
        for child in tuple(self._children):
            self.kill(child)
        self._ring()
        self._thread.join(2 * QUIT_PATIENCE_S)

    # -- the crew's thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._selector.register(self._bell_out, selectors.EVENT_READ, None)
        while not (self._closing and all(child.process.poll() is not None for child in self._children)):
            for key, _ in self._selector.select(0.5):
                if key.data is None:
                    self._bell_out.recv(64)
                elif key.data.dead:
                    continue  # it was buried in the same round
                elif key.fd == key.data.words:
                    self._hear_words(key.data)
                else:
                    self._hear(key.data)
            self._carry_out_orders()
        # Whoever waits for a child learns that it has ended; nobody waits out his patience.
        self._carry_out_orders()
        for child in tuple(self._children):
            self._bury(child)
        self._selector.close()
        self._bell_in.close()
        self._bell_out.close()

    def _carry_out_orders(self) -> None:
        while not self._orders.empty():
            role, slot, made = self._orders.get()
            if self._closing:
                made.put(ChildProcessError("the session ends"))
                continue
            try:
                made.put(self._start(role, slot))
            except OSError as error:
                made.put(error)

    def _start(self, role: str, slot: int) -> Child:
        """Raises OSError where the system has no more processes or descriptors to give."""
        ours, theirs = socket.socketpair()
        try:
            said, saying = os.pipe()
        except OSError:
            ours.close()
            theirs.close()
            raise
        # A child that floods standard error loses words; it must never wait for control to read them.
        os.set_blocking(saying, False)
        os.set_blocking(said, False)
        arguments = [role, slot, theirs.fileno(), self._inherited[0], os.getpid()]
        try:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-m", "audiopost.live.child", *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=saying,
                stderr=saying,
                pass_fds=(theirs.fileno(), *self._inherited),
                start_new_session=True,
                env=child_environment(),
            )
        except OSError:
            ours.close()
            os.close(said)
            raise
        finally:
            theirs.close()
            os.close(saying)
        child = Child(role, slot, process, Channel(ours), said)
        self._children.append(child)
        self._selector.register(child.channel, selectors.EVENT_READ, child)
        self._selector.register(said, selectors.EVENT_READ, child)
        if self._closing:
            self.kill(child)  # `close` may have looked before it was there
        return child

    def _hear(self, child: Child) -> None:
        try:
            messages = child.channel.receive()
        except EOFError:
            self._bury(child)
            return
        for message in messages:
            if isinstance(message, Hello):
                child.ready.set()
                continue
            with self._guard:
                asked = self._answers.pop(message.ticket, None)
            if asked is not None:
                asked[1](message)
            elif not message.ticket:
                self._on_message(child, message)

    def _hear_words(self, child: Child) -> None:
        try:
            words = os.read(child.words, 1 << 16)
        except BlockingIOError:
            return
        if not words and child.words in self._selector.get_map():
            self._selector.unregister(child.words)
        child.said += words
        del child.said[:-KEPT_WORDS_BYTES]

    def _bury(self, child: Child) -> None:
        self._selector.unregister(child.channel)
        try:
            child.process.wait(0.5)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
        self._hear_words(child)
        child.cause = _cause(child.process.returncode, bytes(child.said))
        self._forget(child)
        with self._guard:
            child.dead = True
            orphaned = [ticket for ticket, (asked, _) in self._answers.items() if asked is child]
            unanswered = [self._answers.pop(ticket)[1] for ticket in orphaned]
        child.ready.set()
        if not self._closing:
            self._on_death(child)
        for answer in unanswered:
            answer(Failed(0, self._death(child)))

    def _forget(self, child: Child) -> None:
        """Give back what it held here: a device that is away for hours costs thousands of attempts."""
        if child.words in self._selector.get_map():
            self._selector.unregister(child.words)
        child.channel.close()
        os.close(child.words)
        self._children.remove(child)

    def _death(self, child: Child) -> AudiopostError:
        return DeviceError(child.name, f"the process has ended: {child.cause or 'it does not answer'}")

    def _ring(self) -> None:
        with contextlib.suppress(OSError):  # closed: nobody has to be woken any more
            self._bell_in.send(b"\0")


def child_environment() -> dict[str, str]:
    """The child finds the same audiopost, whatever the folder it starts in."""
    home = str(Path(audiopost.__file__).parent.parent)
    found = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(found)}


def _cause(code: int, said: bytes) -> str:
    """Why a process ended, in words: the signal, or the last thing that it said."""
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    if code < 0:
        try:
            return f"killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"killed by signal {-code}"
    return lines[-1] if lines and code else f"exit code {code}"
