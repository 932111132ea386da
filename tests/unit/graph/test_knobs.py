"""How the knobs of a drawing stand: differences, snapshots, morphs, chance."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopost import effects as fx
from audiopost.errors import ParameterRangeError, UnknownNameError, UsageError
from audiopost.graph.edits import bypassed, inserted
from audiopost.graph.knobs import (
    knobs_of,
    macros_of,
    morphed,
    randomised,
    recalled,
    snapshot_named,
    snapshot_of,
    turns_between,
    values_of,
    with_snapshot,
    with_turns,
    without_snapshot,
)
from audiopost.graph.parameter import Parameter
from audiopost.graph.spec import NodeSpec

CHAIN = fx.highpass(frequency_hz=80) >> fx.compressor(ratio=4) >> fx.delay()
KNOBS = knobs_of(CHAIN)
SWITCH = Parameter("mode", 0.0, 0.0, 2.0, choices=("soft", "hard", "clean"))


def at(**values: float):
    return snapshot_of(with_turns(CHAIN, {key.replace("__", "."): value for key, value in values.items()}), "at", KNOBS)


def test_every_knob_stands_at_its_value_or_its_default() -> None:
    values = values_of(CHAIN, KNOBS)
    assert values["highpass.frequency_hz"] == 80.0
    assert values["compressor.threshold_db"] == KNOBS["compressor.threshold_db"].default
    assert list(values) == list(KNOBS)


@given(st.floats(0.0, 1.0), st.sampled_from(sorted(KNOBS)))
def test_a_position_and_its_value_are_one_place(position: float, path: str) -> None:
    parameter = KNOBS[path]
    value = parameter.value_at(position)
    assert parameter.minimum <= value <= parameter.maximum
    assert parameter.position_of(value) == pytest.approx(position, abs=1e-9)


def test_turning_is_enough_only_where_nothing_else_changed() -> None:
    turned = with_turns(CHAIN, {"compressor.ratio": 8.0, "highpass.frequency_hz": 100.0})
    assert turns_between(CHAIN, turned, KNOBS) == (("highpass.frequency_hz", 100.0), ("compressor.ratio", 8.0))
    assert turns_between(turned, CHAIN, KNOBS) == (("highpass.frequency_hz", 80.0), ("compressor.ratio", 4.0))
    assert turns_between(CHAIN, replace(CHAIN, name="told otherwise"), KNOBS) == ()
    assert turns_between(CHAIN, replace(CHAIN, nodes=CHAIN.nodes[::-1], edges=CHAIN.edges[::-1]), KNOBS) == ()
    without = replace(CHAIN, nodes=(("highpass", NodeSpec("highpass")), *CHAIN.nodes[1:]))
    default = KNOBS["highpass.frequency_hz"].default
    higher = with_turns(CHAIN, {"highpass.frequency_hz": 90.0})
    assert turns_between(higher, without, KNOBS) == (("highpass.frequency_hz", default),)
    steeper = fx.highpass(frequency_hz=80, slope_db_per_octave=24) >> fx.compressor(ratio=4) >> fx.delay()
    for other in (
        bypassed(CHAIN, "delay"),
        inserted(CHAIN, "gain", NodeSpec("gain")),
        steeper,
        CHAIN * 0.5,
        CHAIN.automate("delay.mix_percent", [(0, 0)]),
        CHAIN.macro("Far", delay__mix_percent=(0, 50)),
    ):
        assert turns_between(CHAIN, other, KNOBS) is None


def test_a_knob_of_unknown_default_cannot_be_turned_back() -> None:
    plugin = replace(CHAIN, nodes=(("p", NodeSpec.of("plugin", {"gain": 0.5}, {"path": "x.vst3"})),))
    bare = replace(CHAIN, nodes=(("p", NodeSpec.of("plugin", {}, {"path": "x.vst3"})),))
    assert turns_between(bare, plugin, {}) == (("p.gain", 0.5),)
    assert turns_between(plugin, bare, {}) is None


def test_another_class_behind_the_name_is_another_effect() -> None:
    class Edited(fx.gain().__class__):  # type: ignore[misc]
        pass

    node = CHAIN.node("delay")
    assert turns_between(CHAIN, CHAIN.with_node("delay", replace(node, definition=Edited)), KNOBS) is None


def test_a_snapshot_recalls_knobs_and_bypasses_whatever_came_since() -> None:
    snapshot = snapshot_of(bypassed(CHAIN, "delay"), "then", KNOBS)
    now = inserted(with_turns(CHAIN, {"highpass.frequency_hz": 500.0}), "gain", NodeSpec.of("gain", {"gain_db": -6}))
    back = recalled(bypassed(now, "gain"), snapshot)
    assert values_of(back, KNOBS)["highpass.frequency_hz"] == 80.0
    assert [name for name, node in back.nodes if node.bypass] == ["delay", "gain"]
    assert dict(back.node("gain").parameters) == {"gain_db": -6.0}
    fewer = fx.highpass()
    assert dict(recalled(fewer, snapshot).node("highpass").parameters)["frequency_hz"] == 80.0


def test_snapshots_are_kept_by_name() -> None:
    first = with_snapshot(CHAIN, at(highpass__frequency_hz=100.0))
    second = with_snapshot(first, at(highpass__frequency_hz=200.0))
    assert len(second.snapshots) == 1
    assert dict(snapshot_named(second, "at").values)["highpass.frequency_hz"] == 200.0
    assert without_snapshot(second, "at").snapshots == ()
    with pytest.raises(UnknownNameError, match=r"unknown snapshot 'att'; did you mean at\?"):
        without_snapshot(second, "att")


def test_a_morph_goes_by_ratios_for_frequencies_and_by_decibels_for_levels() -> None:
    start = at(highpass__frequency_hz=100.0, compressor__threshold_db=-40.0)
    end = at(highpass__frequency_hz=1600.0, compressor__threshold_db=-20.0)
    half = morphed(start, end, 0.5, KNOBS)
    assert half["highpass.frequency_hz"] == pytest.approx(400.0)
    assert half["compressor.threshold_db"] == pytest.approx(-30.0)
    assert morphed(start, end, 0.0, KNOBS) == dict(start.values)
    assert morphed(start, end, 1.0, KNOBS) == dict(end.values)
    with pytest.raises(UsageError, match="a morph to"):
        morphed(start, end, 1.5, KNOBS)


@given(st.floats(0.0, 1.0))
def test_a_morph_meets_itself_from_the_other_side(position: float) -> None:
    start, end = at(highpass__frequency_hz=30.0), at(highpass__frequency_hz=9000.0)
    there, back = morphed(start, end, position, KNOBS), morphed(end, start, 1.0 - position, KNOBS)
    assert there["highpass.frequency_hz"] == pytest.approx(back["highpass.frequency_hz"])


def test_a_macro_stands_where_its_values_lie() -> None:
    chain = CHAIN.macro("Far", delay__mix_percent=(10.0, 90.0), highpass__frequency_hz=(60.0, 140.0))
    assert macros_of(with_turns(chain, {"delay.mix_percent": 30.0}), KNOBS) == (("Far", 0.25),)
    assert macros_of(with_turns(chain, {"delay.mix_percent": 80.0}), KNOBS) == (("Far", 0.0),)
    assert macros_of(with_turns(chain, {"delay.mix_percent": 0.0, "highpass.frequency_hz": 50.0}), KNOBS) == (
        ("Far", 0.0),
    )


def test_a_switch_changes_in_the_middle_of_a_morph() -> None:
    start, end = replace(at(), values=(("x.mode", 0.0),)), replace(at(), values=(("x.mode", 2.0),))
    modes = [morphed(start, end, position, {"x.mode": SWITCH})["x.mode"] for position in (0.0, 0.49, 0.5, 1.0)]
    assert modes == [0.0, 0.0, 2.0, 2.0]


@given(st.integers(), st.floats(0.0, 1.0))
def test_chance_stays_within_range_and_amount(seed: int, amount: float) -> None:
    limits = {"highpass.frequency_hz": (60.0, 120.0)}
    values = randomised(CHAIN, KNOBS, seed=seed, amount=amount, ranges=limits)
    assert 60.0 <= values["highpass.frequency_hz"] <= 120.0 + 1e-9
    for path, value in values.items():
        parameter = KNOBS[path]
        way = parameter.position_of(value) - parameter.position_of(values_of(CHAIN, KNOBS)[path])
        assert parameter.minimum <= value <= parameter.maximum
        assert abs(way) <= amount + 1e-9


def test_a_seed_gives_the_same_values_whatever_is_locked() -> None:
    free = randomised(CHAIN, KNOBS, seed=7)
    assert free == randomised(CHAIN, KNOBS, seed=7)
    assert free != randomised(CHAIN, KNOBS, seed=8)
    locked = randomised(bypassed(CHAIN, "highpass"), KNOBS, seed=7, locked=("compressor", "delay.delay_ms"))
    assert locked == {path: free[path] for path in ("delay.feedback_percent", "delay.mix_percent")}


def test_a_range_must_be_one_of_a_knob() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown parameter 'hp\.q'"):
        randomised(CHAIN, KNOBS, seed=1, ranges={"hp.q": (0, 1)})
    with pytest.raises(ParameterRangeError, match="out of range"):
        randomised(CHAIN, KNOBS, seed=1, ranges={"highpass.frequency_hz": (0, 100)})
    with pytest.raises(UsageError, match="is empty"):
        randomised(CHAIN, KNOBS, seed=1, ranges={"highpass.frequency_hz": (200, 100)})
    with pytest.raises(UsageError, match="amount = 2"):
        randomised(CHAIN, KNOBS, seed=1, amount=2.0)
