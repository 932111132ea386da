"""What OSC addresses mean."""

from __future__ import annotations

import math

import pytest

from audiopost import effects as fx
from audiopost.errors import UnknownNameError, UsageError
from audiopost.graph.knobs import knobs_of
from audiopost.graph.parameter import Parameter
from audiopost.live.osc_map import OscMap, Query, Say, SetBypass, Subscribe, Turn, TurnTo

CHAIN = fx.highpass().named("high pass") >> fx.delay()
KNOBS = {"macro.Far off": Parameter("Far off", 0.0, 0.0, 1.0), **knobs_of(CHAIN)}
MAP = OscMap(CHAIN, KNOBS)
HP = "/audiopost/chain/high_pass"


@pytest.mark.parametrize(
    ("address", "arguments", "wanted"),
    [
        (f"{HP}/frequency_hz", [120], Turn("high pass.frequency_hz", 120.0)),
        (f"{HP}/frequency_hz", ["120"], Turn("high pass.frequency_hz", "120")),
        (f"{HP}/frequency_hz/position", [0.5], TurnTo("high pass.frequency_hz", 0.5)),
        (f"{HP}/bypass", [True], SetBypass("high pass", True)),
        (f"{HP}/bypass", [0], SetBypass("high pass", False)),
        ("/audiopost/macro/Far_off", [0.25], Turn("macro.Far off", 0.25)),
        ("/audiopost/do/recall", ["far"], Say("recall", ("far",))),
        ("/audiopost/subscribe", [], Subscribe(None, True)),
        ("/audiopost/subscribe", [9001], Subscribe(9001, True)),
        ("/audiopost/unsubscribe", [], Subscribe(None, False)),
        ("/audiopost/query", [], Query()),
    ],
)
def test_an_address_asks_for_one_thing(address: str, arguments: list[float], wanted: object) -> None:
    assert MAP.understood(address, arguments) == [wanted]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("/audiopost/chain/*/bypass", {"high pass", "delay"}),
        ("/audiopost/chain/d*y/bypass", {"delay"}),
        ("/audiopost/chain/{delay,high_pass}/bypass", {"high pass", "delay"}),
        ("/audiopost/chain/?elay/bypass", {"delay"}),
        ("/audiopost/chain/[a-d]elay/bypass", {"delay"}),
        ("/audiopost/chain/[!a-d]*/bypass", {"high pass"}),
    ],
)
def test_a_pattern_asks_for_many(pattern: str, found: set[str]) -> None:
    asked = MAP.understood(pattern, [1])
    assert {each.node for each in asked if isinstance(each, SetBypass)} == found


@pytest.mark.parametrize(
    ("address", "arguments", "said"),
    [
        (f"{HP}/frequency", [1], "did you mean"),
        ("/other/program", [1], "unknown address"),
        (f"{HP}/frequency_hz", [], "takes one argument, not 0"),
        (f"{HP}/frequency_hz/position", ["high"], "takes a number, not 'high'"),
        ("/audiopost/chain/x*/bypass", [1], "fits nothing"),
        ("/audiopost/chain/[/bypass", [1], "fits nothing"),
        ("/audiopost/subscribe", [70_000], "is no port"),
        ("/audiopost/subscribe", [math.inf], "is no port"),
    ],
)
def test_what_means_nothing_is_refused(address: str, arguments: list[float], said: str) -> None:
    with pytest.raises((UsageError, UnknownNameError), match=said):
        MAP.understood(address, arguments)


def test_what_is_told_can_be_said_back() -> None:
    values = {"high pass.frequency_hz": 120.0, "macro.Far off": 0.5}
    told = MAP.told(values)
    assert [address for address, _ in told] == [
        f"{HP}/frequency_hz", f"{HP}/frequency_hz/position", "/audiopost/macro/Far_off",
    ]  # fmt: skip
    asked = [request for address, value in told for request in MAP.understood(address, [value])]
    assert asked[0] == Turn("high pass.frequency_hz", 120.0)
    assert asked[2] == Turn("macro.Far off", 0.5)
    assert MAP.told_bypasses(CHAIN.bypassed("delay")) == [(f"{HP}/bypass", 0), ("/audiopost/chain/delay/bypass", 1)]


SCENE = fx.ambisonic_encode() >> fx.ambisonic_rotate(follow_head=True).named("head") >> fx.binaural()
SCENE_MAP = OscMap(SCENE, knobs_of(SCENE))


def turned(address: str, *arguments: float) -> dict[str, float | str]:
    """Where the angles of the head shall stand."""
    asked = SCENE_MAP.understood(address, arguments)
    assert all(isinstance(each, Turn) and each.path.startswith("head.") for each in asked)
    return {each.path.removeprefix("head."): each.value for each in asked if isinstance(each, Turn)}


@pytest.mark.parametrize(("prefix", "upwards"), [("", 1.0), ("/head", 1.0), ("/SceneRotator", -1.0)])
def test_a_head_tracker_turns_the_scene(prefix: str, upwards: float) -> None:
    """The IEM's SceneRotator takes a positive pitch as downwards; a rotation needs no such agreement."""
    assert turned(f"{prefix}/ypr", 30.0, -10, 5.0) == {"yaw_deg": 30.0, "pitch_deg": -10.0 * upwards, "roll_deg": 5.0}
    assert turned(f"{prefix}/pitch", 20.0) == {"pitch_deg": 20.0 * upwards}
    assert turned(f"{prefix}/yaw", 200.0) == {"yaw_deg": -160.0}
    assert turned(f"{prefix}/roll", -180.0) == {"roll_deg": -180.0}
    half = math.sqrt(0.5)
    for axis, quaternion, sign in (("yaw", (half, 0, 0, half), 1), ("roll", (half, half, 0, 0), 1)):
        found = turned(f"{prefix}/quaternions", *quaternion)
        assert found.pop(f"{axis}_deg") == pytest.approx(sign * 90.0)
        assert list(found.values()) == pytest.approx([0.0, 0.0])
    # About the axis that points left, the right hand turns the front down.
    down = turned(f"{prefix}/quaternion", math.cos(math.radians(15)), 0.0, math.sin(math.radians(15)), 0.0)
    assert down["pitch_deg"] == pytest.approx(-30.0)


def test_a_quaternion_is_any_multiple_of_itself_and_all_three_angles_come_back() -> None:
    yaw, pitch, roll = (math.radians(each) for each in (40.0, 25.0, -70.0))
    about_z, about_y, about_x = ((math.cos(a / 2), math.sin(a / 2)) for a in (yaw, -pitch, roll))
    (cz, sz), (cy, sy), (cx, sx) = about_z, about_y, about_x
    w, x = cz * cy * cx + sz * sy * sx, cz * cy * sx - sz * sy * cx
    y, z = cz * sy * cx + sz * cy * sx, sz * cy * cx - cz * sy * sx
    found = turned("/quaternion", 3 * w, 3 * x, 3 * y, 3 * z)
    assert list(found.values()) == pytest.approx([40.0, 25.0, -70.0])


@pytest.mark.parametrize(
    ("address", "arguments", "said"),
    [
        ("/ypr", [1.0, 2.0], "takes 3 numbers"),
        ("/quaternion", [0.0, 0.0, 0.0, 0.0], "0 0 0 0 is none"),
        ("/yaw", ["left"], "takes 1 numbers, not 'left'"),
        ("/yaw", [math.nan], "takes 1 numbers"),
    ],
)
def test_what_no_tracker_sends_is_told(address: str, arguments: list[float], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        SCENE_MAP.understood(address, arguments)


def test_a_chain_without_a_scene_says_what_is_missing() -> None:
    with pytest.raises(UsageError, match="no ambisonic_rotate"):
        MAP.understood("/ypr", [0.0, 0.0, 0.0])
