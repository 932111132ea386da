"""OSC over a real loopback socket: a controller that turns knobs and is told what others turn."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pytest
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from audiopost import effects as fx
from audiopost.errors import DeviceError, UsageError
from audiopost.live.controls_osc import LOOPBACK, OscControl, read_address
from audiopost.live.desk import Desk
from tests.desks import Noted
from tests.tolerances import LIVE_PATIENCE_S

CHAIN = fx.highpass() >> fx.delay()
FREQUENCY = "/audiopost/chain/highpass/frequency_hz"


class Words:
    def __init__(self) -> None:
        self.desk = Desk(Noted(), CHAIN)
        self.said: queue.Queue[tuple[object, ...]] = queue.Queue()

    def say(self, verb: str, *arguments: float | int | str) -> str:
        if verb == "nonsense":
            raise UsageError("'nonsense' is no word")
        self.said.put((verb, *arguments))
        return f"{verb} done"

    def readings(self) -> Mapping[str, float]:
        return {"meter/output/momentary_lufs": -23.0}

    def listen(self, changed: Callable[[Mapping[str, float]], None]) -> None:
        self.desk.listen(changed)


class Controller:
    """The other side: sends, and waits for what it is told."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, 0))
        self._socket.settimeout(LIVE_PATIENCE_S)
        self.port: int = self._socket.getsockname()[1]
        self._to = (LOOPBACK, port)

    def send(self, address: str, *arguments: object) -> None:
        self.send_bytes(message(address, *arguments).dgram)

    def send_bytes(self, datagram: bytes) -> None:
        self._socket.sendto(datagram, self._to)

    def told(self, address: str) -> list[object]:
        """Arguments of the next message to that address; others are passed over."""
        while True:
            heard = OscMessage(self._socket.recv(65_535))
            if heard.address == address:
                return list(heard.params)

    def close(self) -> None:
        self._socket.close()


def message(address: str, *arguments: object) -> OscMessage:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)  # type: ignore[arg-type]
    return builder.build()


@pytest.fixture
def words() -> Words:
    return Words()


@pytest.fixture
def problems() -> queue.Queue[str]:
    return queue.Queue()


@pytest.fixture
def controller(words: Words, problems: queue.Queue[str]) -> Iterator[Controller]:
    with OscControl(words, 0, on_problem=problems.put) as osc:
        controller = Controller(osc.port)
        yield controller
        controller.close()


def test_a_controller_turns_and_hears_how_everything_stands(words: Words, controller: Controller) -> None:
    controller.send(FREQUENCY, 120.0)
    controller.send("/audiopost/chain/delay/mix_percent/position", 0.25)
    controller.send("/audiopost/chain/delay/bypass", 1)
    controller.send("/audiopost/subscribe")
    assert controller.told(FREQUENCY) == [120.0]
    assert controller.told("/audiopost/chain/delay/mix_percent") == [25.0]
    assert controller.told("/audiopost/chain/delay/bypass") == [1]
    assert words.desk.drawing.node("delay").bypass
    assert controller.told("/audiopost/meter/output/momentary_lufs") == [-23.0]


def test_what_others_turn_is_told_and_what_it_turns_itself_is_not(words: Words, controller: Controller) -> None:
    controller.send("/audiopost/subscribe")
    controller.told("/audiopost/chain/delay/bypass")
    controller.send(FREQUENCY, 500.0)
    controller.send("/audiopost/do/sync")
    controller.told("/audiopost/said")
    words.desk.turn("highpass.frequency_hz", 300.0)
    assert controller.told(FREQUENCY) == [300.0]
    assert controller.told(f"{FREQUENCY}/position")[0] == pytest.approx(np.log(30) / np.log(2000))
    words.desk.bypass("highpass")
    assert controller.told("/audiopost/chain/highpass/bypass") == [1]


def test_feedback_may_go_to_another_port(words: Words, controller: Controller) -> None:
    screen = Controller(1)
    controller.send("/audiopost/subscribe", screen.port)
    assert screen.told(FREQUENCY) == [80.0]
    controller.send("/audiopost/unsubscribe", screen.port)
    controller.send("/audiopost/do/sync")
    controller.told("/audiopost/said")
    words.desk.turn("highpass.frequency_hz", 300.0)
    words.desk.bypass("highpass")
    screen.close()


def test_words_are_carried_out_in_the_order_of_a_bundle(words: Words, controller: Controller) -> None:
    bundle = OscBundleBuilder(IMMEDIATELY)
    for address, value in ((FREQUENCY, 100.0), ("/audiopost/do/take", "low"), (FREQUENCY, 200.0)):
        bundle.add_content(message(address, value))
    controller.send_bytes(bundle.build().dgram)
    assert words.said.get(timeout=LIVE_PATIENCE_S) == ("take", "low")
    assert controller.told("/audiopost/said") == ["take done"]
    controller.send("/audiopost/query")
    assert controller.told(FREQUENCY) == [200.0]


def test_a_bundle_of_a_time_to_come_waits_for_it(words: Words, controller: Controller) -> None:
    at_s = time.time() + 0.3
    for when, word in ((at_s, "later"), (IMMEDIATELY, "now")):
        bundle = OscBundleBuilder(when)
        bundle.add_content(message(f"/audiopost/do/{word}"))
        controller.send_bytes(bundle.build().dgram)
    assert words.said.get(timeout=LIVE_PATIENCE_S) == ("now",)
    assert words.said.get(timeout=LIVE_PATIENCE_S) == ("later",)
    assert time.time() >= at_s


def test_what_is_wrong_is_told_and_the_rest_goes_on(
    words: Words, controller: Controller, problems: queue.Queue[str]
) -> None:
    controller.send(FREQUENCY, 1.0)
    assert "out of range; allowed: 10 to 20000 Hz" in str(controller.told("/audiopost/said"))
    controller.send(FREQUENCY, float("nan"))
    controller.send("/audiopost/do/nonsense")
    controller.send("/audiopost/chain/*/bypass", None)
    controller.send(FREQUENCY, [1.0, 2.0])
    chance = np.random.default_rng(1)
    for _ in range(200):
        controller.send_bytes(chance.bytes(int(chance.integers(0, 64))))
    controller.send_bytes(b"#bundle\0" + b"\0" * 3)
    controller.send_bytes(message(FREQUENCY, 1.0).dgram[:-2])
    controller.send("/audiopost/do/sync")
    assert words.said.get(timeout=LIVE_PATIENCE_S) == ("sync",)
    assert "out of range" in problems.get(timeout=LIVE_PATIENCE_S)
    assert words.desk.values["highpass.frequency_hz"] == 80.0


def test_it_listens_on_this_machine_alone_unless_asked() -> None:
    with OscControl(Words(), 0) as osc:
        with pytest.raises(DeviceError, match=f"cannot listen on 127.0.0.1:{osc.port}"):
            OscControl(Words(), osc.port)
        assert read_address(str(osc.port)) == (LOOPBACK, osc.port)
    with pytest.raises(UsageError, match="is no OSC port"):
        read_address("nine")
    assert not any(thread.name == "audiopost OSC" for thread in threading.enumerate())
