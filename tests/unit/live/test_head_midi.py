"""What trackers send, byte by byte, and which way the scene turns. Real ports: ``tests/live/test_midi.py``."""

from __future__ import annotations

import itertools
import math
import queue
from collections.abc import Callable, Iterable

import pytest

from audiopost import effects as fx
from audiopost.graph.spec import GraphSpec
from audiopost.live.desk import Desk
from audiopost.live.head_midi import SWITCH_ON, HeadInput, TrackerMessages
from audiopost.live.midi_ports import MidiPorts
from tests.desks import Noted
from tests.live.sessions import until
from tests.tolerances import LIVE_PATIENCE_S

CENTRE = 8192
HALF = math.sqrt(0.5)


def exclusive(kind: int, *numbers: float) -> tuple[int, ...]:
    """Supperware's message: 14 bits with a sign, in 2048ths."""
    words = [round(2048 * number) % 16384 for number in numbers]
    halves = itertools.chain.from_iterable((word >> 7, word & 127) for word in words)
    return (0xF0, 0x00, 0x21, 0x42, 0x40, kind, *halves, 0xF7)


def controllers(*numbers: float) -> Iterable[tuple[int, int, int]]:
    """MrHeadTracker's: fine halves, then coarse ones; from -1 to 1 are 0 to 16383."""
    words = [min(16383, CENTRE + round(CENTRE * number)) for number in numbers]
    yield from ((0xB0, 48 + axis, word & 127) for axis, word in enumerate(words))
    yield from ((0xB0, 16 + axis, word >> 7) for axis, word in enumerate(words))


def last(messages: Iterable[tuple[int, ...]], times: int = 1) -> list[float] | None:
    """The angles at the end of messages that are heard some times over."""
    tracker = TrackerMessages()
    sent = list(messages) * times
    found = [each for each in map(tracker.heard, sent) if each is not None]
    return list(found[-1].values()) if found else None


def test_angles_of_a_head_are_left_up_and_left_side_up() -> None:
    angles = last([exclusive(0, *map(math.radians, (40.0, -25.0, 10.0)))])
    assert angles == pytest.approx([40.0, -25.0, 10.0], abs=0.02)


@pytest.mark.parametrize(
    ("rotation", "angles"),
    [
        ((HALF, 0.0, 0.0, HALF), [90.0, 0.0, 0.0]),  # about the axis upwards
        ((math.cos(0.25), math.sin(0.25), 0.0, 0.0), [0.0, math.degrees(0.5), 0.0]),  # about the axis to the right
        ((math.cos(0.25), 0.0, math.sin(0.25), 0.0), [0.0, 0.0, math.degrees(0.5)]),  # about the axis ahead
    ],
)
def test_a_rotation_of_a_head_is_about_axes_to_the_right_ahead_and_upwards(
    rotation: tuple[float, ...], angles: list[float]
) -> None:
    assert last([exclusive(1, *rotation)]) == pytest.approx(angles, abs=0.06)


def test_controllers_are_a_rotation_of_the_scene_ahead_left_upwards() -> None:
    """About the axis to the left the front goes down."""
    assert last(controllers(math.cos(0.25), 0.0, math.sin(0.25), 0.0)) == pytest.approx(
        [0.0, -math.degrees(0.5), 0.0], abs=0.02
    )
    assert last(controllers(HALF, 0.0, 0.0, HALF)) == pytest.approx([90.0, 0.0, 0.0], abs=0.02)


def test_three_numbers_again_and_again_are_angles() -> None:
    """Pitch is positive downwards, as the SceneRotator has it."""
    assert last(controllers(0.5, -0.25, 0.125)) is None
    assert last(controllers(0.5, -0.25, 0.125), times=3) == pytest.approx([90.0, 45.0, 22.5], abs=0.03)


def test_a_lost_message_spoils_no_more_than_its_turn() -> None:
    whole, other = list(controllers(0.5, 0.0, 0.0)), list(controllers(-0.5, 0.0, 0.0))
    assert last([*whole, *whole[:2], *whole[3:], *other, *other, *other]) == pytest.approx([-90.0, 0.0, 0.0], abs=0.03)


@pytest.mark.parametrize(
    "message",
    [
        (0x90, 60, 1), (0xB0, 7, 100), (0xF8,), (), (0xF0, 0x7E, 0x00, 0x06, 0x01, 0xF7),
        exclusive(0, 0.1, 0.2), exclusive(1, 0.0, 0.0, 0.0, 0.0), exclusive(7, 0.1, 0.1, 0.1),
        (0xF0, 0x00, 0x21, 0x42, 0x40, 0xF7),
    ],
)  # fmt: skip
def test_what_is_no_turn_turns_nothing(message: tuple[int, ...]) -> None:
    assert TrackerMessages().heard(message) is None


class Tracker(MidiPorts):
    """Ports without a driver."""

    def __init__(self, name: str, on_message: Callable[[tuple[int, ...]], None], _own_name: str) -> None:
        self.name, self.send_to = name, on_message
        self.told: list[tuple[int, ...]] = []

    def send(self, messages: Iterable[tuple[int, ...]]) -> None:
        self.told += messages

    def close(self) -> None:
        pass


class Words:
    def __init__(self, chain: GraphSpec) -> None:
        self.desk = Desk(Noted(), chain)


def test_every_rotation_of_the_chain_turns_and_a_chain_without_one_is_told_once() -> None:
    said: queue.Queue[str] = queue.Queue()
    words = Words(fx.ambisonic_rotate() >> fx.ambisonic_rotate())
    with HeadInput(words, "tracker", on_problem=said.put, ports=Tracker) as head:
        ports = head._ports
        assert isinstance(ports, Tracker)
        assert ports.told == [SWITCH_ON]
        ports.send_to(exclusive(0, 0.5, 0.0, 0.0))
        names = words.desk.drawing.node_names
        until(lambda: all(abs(words.desk.values[f"{name}.yaw_deg"] - math.degrees(0.5)) < 0.1 for name in names))
        words.desk = Desk(Noted(), fx.gain())
        for yaw in (0.1, 0.2, 0.3):
            ports.send_to(exclusive(0, yaw, 0.0, 0.0))
            until(lambda: head._newest is None)
        assert "has no ambisonic_rotate" in said.get(timeout=LIVE_PATIENCE_S)
    assert said.empty()
