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
