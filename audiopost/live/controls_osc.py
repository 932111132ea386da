"""OSC over UDP: a desk in reach of every controller that speaks it. The door to python-osc.

One thread receives, works, and tells back; `audiopost.live.osc_map` says what the addresses mean. It listens on this
machine alone unless it is given another address: OSC has no password.
"""

from __future__ import annotations

import heapq
import itertools
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from audiopost.errors import AudiopostError, DeviceError, UsageError
from audiopost.live.desk import Desk
from audiopost.live.osc_map import ROOT, Argument, OscMap, Query, Request, Say, SetBypass, Subscribe, Turn, TurnTo
from audiopost.live.service import Service

__all__ = ["LOOPBACK", "OscControl", "OscWords", "read_address"]

LOOPBACK = "127.0.0.1"
READINGS_EVERY_S = 0.1
SUBSCRIBERS = 16
LARGEST = 65_535
FURTHEST_S = 60.0
"""Ahead of now that a bundle may be meant for."""

Client = tuple[str, int]


class OscWords(Protocol):
    """What OSC works on."""

    @property
    def desk(self) -> Desk:
        """The desk of the chain that is heard."""

    def say(self, verb: str, *arguments: float | int | str) -> str:
        """Carry out a word; what it did."""

    def readings(self) -> Mapping[str, float | str]:
        """Meters and transport: ``meter/output/momentary_lufs`` -> value."""

    def listen(self, changed: Callable[[Mapping[str, float]], None]) -> None:
        """Have `changed` told what was turned; nothing in it: everything may be another."""


class OscControl(Service):
    """Receives on a UDP port, and tells subscribers what changes.

    Parameters
    ----------
    words
        What is worked on.
    port
        To receive on; 0: any free one (see `port`).
    host
        The address to receive on; ``"0.0.0.0"`` opens it to the network.
    to
        ``(host, port)`` of a controller that is told everything from the start.
    on_problem
        Told a sentence for what is no OSC, or nothing here.

    Raises
    ------
    DeviceError
        If python-osc is not installed, or the port is taken.
    """

    def __init__(
        self,
        words: OscWords,
        port: int,
        *,
        host: str = LOOPBACK,
        to: Client | None = None,
        on_problem: Callable[[str], None] = lambda _sentence: None,
    ) -> None:
        try:
            import pythonosc  # noqa: F401 - that it is there
        except ImportError as error:
            raise DeviceError("OSC", "python-osc is not installed; pip install 'audiopost[control]'") from error
        self._words = words
        self._on_problem = on_problem
        self._subscribers: list[Client] = [] if to is None else [to]
        self._due: list[tuple[float, int, str, tuple[Argument, ...], Client]] = []
        self._numbers = itertools.count()
        self._present: Client | None = None
        self._stop = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, port))
        except (OSError, OverflowError) as error:
            self._socket.close()
            raise DeviceError("OSC", f"cannot listen on {host}:{port}: {error}") from error
        self.port: int = self._socket.getsockname()[1]
        words.listen(self._changed)
        self._thread = threading.Thread(target=self._run, name="audiopost OSC", daemon=True)

    def start(self) -> None:
        """Listen; who was given as `to` hears how everything stands."""
        for client in self._subscribers:
            self._tell_all(client)
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    # -- the thread ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        told_at = time.monotonic()
        while not self._stop.is_set():
            wait_s = READINGS_EVERY_S
            if self._due:
                wait_s = min(wait_s, max(0.001, self._due[0][0] - time.time()))
            self._socket.settimeout(wait_s)
            try:
                datagram, client = self._socket.recvfrom(LARGEST)
            except TimeoutError:
                pass
            except OSError:
                continue  # what a subscriber that has gone sends back
            else:
                self._receive(datagram, client)
            while self._due and self._due[0][0] <= time.time():
                _, _, address, arguments, client = heapq.heappop(self._due)
                self._obey(address, arguments, client)
            if time.monotonic() - told_at >= READINGS_EVERY_S:
                told_at = time.monotonic()
                self._tell_readings()

    def _receive(self, datagram: bytes, client: Client) -> None:
        from pythonosc.osc_packet import OscPacket, ParseError

        try:
            messages = OscPacket(datagram).messages
        except (ParseError, UnicodeDecodeError, ValueError) as error:
            self._on_problem(f"OSC: a packet from {client[0]} is no OSC: {error}")
            return
        for at_s, message in messages:
            if at_s > time.time() + FURTHEST_S:
                self._on_problem(f"OSC: {message.address} is for a time more than {FURTHEST_S:g} s ahead: left out")
                continue
            # A bundle may ask for a time to come; the rest is done at once, in order.
            heapq.heappush(self._due, (at_s, next(self._numbers), message.address, tuple(message.params), client))

    def _obey(self, address: str, arguments: tuple[Argument, ...], client: Client) -> None:
        self._present = client
        try:
            for argument in arguments:
                if not isinstance(argument, float | int | str):
                    raise UsageError(f"{address} takes numbers and strings, not {argument!r}")
            request = OscMap.of_session(address, arguments)
            if request is not None:
                self._of_session(request, client)
                return
            desk = self._words.desk
            for each in OscMap(desk.drawing, desk.knobs).understood(address, arguments):
                self._work(each, desk)
        except AudiopostError as error:
            self._on_problem(f"OSC: {error}")
            self._send(client, f"{ROOT}/said", str(error))
        finally:
            self._present = None

    @staticmethod
    def _work(request: Request, desk: Desk) -> None:
        match request:
            case Turn(path, value):
                desk.turn(path, value)
            case TurnTo(path, position):
                desk.turn_to(path, position)
            case SetBypass(node, on):
                if desk.drawing.node(node).bypass != on:
                    desk.bypass(node, on)

    def _of_session(self, request: Request, client: Client) -> None:
        match request:
            case Say(verb, given):
                said = self._words.say(verb, *given)
                if said:
                    self._send(client, f"{ROOT}/said", said)
            case Subscribe(port, on):
                self._subscribe((client[0], port or client[1]), on=on)
            case Query():
                self._tell_all(client)

    def _subscribe(self, client: Client, *, on: bool) -> None:
        if client in self._subscribers:
            self._subscribers.remove(client)
        if on:
            if len(self._subscribers) >= SUBSCRIBERS:
                raise UsageError(f"{SUBSCRIBERS} controllers are told already", mend="unsubscribe one")
            self._subscribers.append(client)
            self._tell_all(client)

    # -- telling back (on the thread that changed something) -------------------------------------------------------

    def _changed(self, turns: Mapping[str, float]) -> None:
        desk = self._words.desk
        for client in tuple(self._subscribers):
            if not turns:
                self._tell_all(client)
            elif not (client == self._present and threading.current_thread() is self._thread):
                # A fader that is being moved is not moved back.
                self._send_each(client, OscMap(desk.drawing, desk.knobs).told(turns))

    def _tell_all(self, client: Client) -> None:
        desk = self._words.desk
        drawing = desk.drawing
        addresses = OscMap(drawing, desk.knobs)
        self._send_each(client, [*addresses.told(desk.values), *addresses.told_bypasses(drawing)])
        for snapshot in drawing.snapshots:
            self._send(client, f"{ROOT}/snapshot", snapshot.name)

    def _tell_readings(self) -> None:
        if self._subscribers:
            readings = [(f"{ROOT}/{name}", value) for name, value in self._words.readings().items()]
            for client in tuple(self._subscribers):
                self._send_each(client, readings)

    def _send_each(self, client: Client, messages: Sequence[tuple[str, Argument]]) -> None:
        for address, argument in messages:
            self._send(client, address, argument)

    def _send(self, client: Client, address: str, argument: Argument) -> None:
        from pythonosc.osc_message_builder import OscMessageBuilder

        builder = OscMessageBuilder(address)
        builder.add_arg(argument)
        try:
            self._socket.sendto(builder.build().dgram, client)
        except OSError as error:
            if client in self._subscribers:
                self._subscribers.remove(client)
                self._on_problem(f"OSC: {client[0]}:{client[1]} cannot be told: {error.strerror}")


def read_address(words: str) -> Client:
    """``PORT`` on this machine, or ``HOST:PORT``.

    Raises
    ------
    UsageError
        If it is neither.

    >>> read_address("9000"), read_address("0.0.0.0:9000")
    (('127.0.0.1', 9000), ('0.0.0.0', 9000))
    """
    host, _, port = words.rpartition(":")
    if not port.isdecimal() or not int(port) < 65_536:
        raise UsageError(f"{words!r} is no OSC port", mend="write PORT, or HOST:PORT to be reached from elsewhere")
    return host or LOOPBACK, int(port)
