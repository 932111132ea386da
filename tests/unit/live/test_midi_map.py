"""MIDI messages turned into turns of knobs, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopost.graph.parameter import Parameter
from audiopost.graph.recall import ControllerKind, ControllerSpec
from audiopost.live.midi_map import Learning, MidiMap, event_of

KNOBS = {
    "hp.frequency_hz": Parameter("frequency_hz", 80.0, 10.0, 20_000.0, taper="log"),
    "dly.mix": Parameter("mix", 30.0, 0.0, 100.0),
    "x.mode": Parameter("mode", 0.0, 0.0, 2.0, choices=("soft", "hard", "clean")),
}
STANDS = {"hp.frequency_hz": 80.0, "dly.mix": 30.0, "x.mode": 0.0, "p.knob": 0.5}


def turns(
    controller: ControllerSpec, *messages: tuple[int, int, int], stands: dict[str, float] = STANDS
) -> list[float]:
    """What each message turns the knob to, one after the other."""
    values = dict(stands)
    midi = MidiMap([controller], KNOBS)
    found = []
    for message in messages:
        event = event_of(message)
        assert event is not None
        for path, value in midi.heard(event, values):
            values[path] = value
            found.append(value)
    return found


def test_seven_bits_reach_both_ends_and_go_by_the_taper() -> None:
    mix = ControllerSpec("dly.mix", "control", 7)
    assert turns(mix, (0xB0, 7, 0), (0xB0, 7, 127)) == [0.0, 100.0]
    frequency = ControllerSpec("hp.frequency_hz", "control", 7, low=100.0, high=1600.0)
    (middle,) = turns(frequency, (0xB0, 7, 64))
    assert middle == pytest.approx(100.0 * 16 ** (64 / 127))
    assert turns(ControllerSpec("dly.mix", "control", 7, low=100.0, high=0.0), (0xB0, 7, 127)) == [0.0]
    assert turns(ControllerSpec("x.mode", "control", 7), (0xB0, 7, 60), (0xB0, 7, 127)) == [1.0, 2.0]


def test_a_channel_and_a_number_are_heard_and_no_other() -> None:
    one = ControllerSpec("dly.mix", "control", 7, channel=3)
    assert turns(one, (0xB2, 7, 127), (0xB3, 7, 0), (0xB2, 8, 0), (0x92, 7, 1)) == [100.0]
    assert turns(ControllerSpec("dly.mix", "control", 7), (0xBF, 7, 127)) == [100.0]


def test_fourteen_bits_are_one_position_without_a_step_back() -> None:
    mix = ControllerSpec("dly.mix", "control", 7, kind="14bit")
    assert turns(mix, (0xB0, 7, 64)) == [pytest.approx(100.0 * 8192 / 16383)]
    first, *later = turns(mix, (0xB0, 7, 64), (0xB0, 39, 127), (0xB0, 7, 65), (0xB0, 39, 0), (0xB0, 39, 1))
    positions = [64 * 128 + 127, 65 * 128, 65 * 128 + 1]
    assert later == [pytest.approx(100.0 * position / 16383) for position in positions]
    assert first < later[0]
    assert turns(mix, (0xB0, 39, 127), (0xB0, 7, 127), (0xB0, 39, 127))[-1] == 100.0


def test_a_pitch_wheel_has_fourteen_bits() -> None:
    wheel = ControllerSpec("dly.mix", "pitchwheel", kind="14bit")
    assert turns(wheel, (0xE0, 0, 0), (0xE0, 127, 127), (0xE0, 0, 64)) == [0.0, 100.0, pytest.approx(50.0, abs=0.01)]


@pytest.mark.parametrize(
    ("kind", "up", "down"), [("twos-complement", 1, 127), ("offset", 65, 63), ("sign-bit", 1, 0x41)]
)
def test_a_knob_without_ends_goes_on_from_where_it_stands(kind: ControllerKind, up: int, down: int) -> None:
    mix = ControllerSpec("dly.mix", "control", 16, kind=kind)
    step = 100.0 / 127
    found = turns(mix, (0xB0, 16, up), (0xB0, 16, up), (0xB0, 16, down))
    assert found == [pytest.approx(30.0 + step), pytest.approx(30.0 + 2 * step), pytest.approx(30.0 + step)]
    assert turns(mix, *[(0xB0, 16, down)] * 100)[-1] == 0.0
    assert turns(ControllerSpec("x.mode", "control", 16, kind=kind), (0xB0, 16, up), (0xB0, 16, up)) == [1.0, 2.0]


def test_a_held_key_goes_back_when_it_is_let_go() -> None:
    key = ControllerSpec("dly.mix", "note", 60, kind="momentary")
    assert turns(key, (0x90, 60, 127), (0x90, 60, 64), (0x80, 60, 64)) == [100.0, pytest.approx(100 * 64 / 127), 30.0]
    assert turns(key, (0x80, 60, 0)) == []


def test_a_toggle_goes_to_the_other_end_once_a_press() -> None:
    note = ControllerSpec("dly.mix", "note", 60, kind="toggle", low=10.0, high=90.0)
    press, let_go = (0x90, 60, 100), (0x90, 60, 0)
    assert turns(note, press, press, let_go, press) == [90.0, 10.0]
    button = ControllerSpec("dly.mix", "control", 20, kind="toggle")
    assert turns(button, (0xB0, 20, 127), (0xB0, 20, 0), (0xB0, 20, 127)) == [100.0, 0.0]


def test_a_knob_of_unknown_range_goes_from_nought_to_one_or_as_said() -> None:
    assert turns(ControllerSpec("p.knob", "control", 7), (0xB0, 7, 127)) == [1.0]
    assert turns(ControllerSpec("p.knob", "control", 7, low=2.0, high=6.0), (0xB0, 7, 127)) == [6.0]


def test_what_turns_nothing_is_no_event() -> None:
    for message in ((0xF8,), (0xD0, 1), (0xA0, 1, 2), (0xF0, 1, 2, 0xF7)):
        assert event_of(message) is None


@given(st.sampled_from(["7bit", "14bit"]), st.floats(0.0, 100.0))
def test_what_is_shown_turns_to_where_it_stands(kind: ControllerKind, value: float) -> None:
    mix = ControllerSpec("dly.mix", "control", 7, kind=kind)
    shown = MidiMap([mix], KNOBS).told({"dly.mix": value})
    steps = 127 if kind == "7bit" else 16383
    assert turns(mix, *shown)[-1] == pytest.approx(value, abs=100.0 / steps)  # type: ignore[arg-type]


def test_lights_and_wheels_are_shown_and_knobs_without_ends_need_nothing() -> None:
    controllers = [
        ControllerSpec("dly.mix", "note", 60, 2, "toggle", 0.0, 30.0),
        ControllerSpec("dly.mix", "pitchwheel", 0, 1, "14bit", 0.0, 30.0),
        ControllerSpec("dly.mix", "control", 16, kind="offset"),
    ]
    assert MidiMap(controllers, KNOBS).told({"dly.mix": 30.0}) == [(0x91, 60, 127), (0xE0, 127, 127)]


@pytest.mark.parametrize(
    ("messages", "wanted"),
    [
        ([(0xB4, 21, value) for value in (10, 12, 13, 15, 18, 22)], ("control", 21, 5, "7bit")),
        ([(0xB0, 21, value) for value in (1, 1, 2, 1, 1, 1)], ("control", 21, 1, "twos-complement")),
        ([(0xB0, 21, value) for value in (1, 127, 127, 1, 1, 1)], ("control", 21, 1, "twos-complement")),
        ([(0xB0, 21, value) for value in (65, 65, 66, 65, 65, 65)], ("control", 21, 1, "offset")),
        ([(0xB0, 21, value) for value in (63, 65, 65, 63, 65, 65)], ("control", 21, 1, "offset")),
        ([(0xB0, 21, value) for value in (1, 1, 65, 66, 65, 1)], ("control", 21, 1, "sign-bit")),
        ([(0xB0, 7, 10), (0xB0, 39, 3)], ("control", 7, 1, "14bit")),
        ([(0xB0, 64, 127), (0xB0, 64, 0)], ("control", 64, 1, "toggle")),
        ([(0x99, 36, 0), (0x99, 36, 100)], ("note", 36, 10, "toggle")),
        ([(0xE0, 0, 64)], ("pitchwheel", 0, 1, "14bit")),
        ([(0xB0, 1, 5), *[(0xB0, 21, value) for value in (10, 12, 13, 15, 18, 22)]], ("control", 21, 1, "7bit")),
    ],
)
def test_learning_finds_which_control_and_how_it_speaks(
    messages: list[tuple[int, int, int]], wanted: tuple[str, int, int, str]
) -> None:
    learning = Learning("dly.mix")
    *before, last = [learning.heard(event) for each in messages if (event := event_of(each)) is not None]
    assert before == [None] * len(before)
    assert last is not None
    assert (last.parameter, last.source, last.number, last.channel, last.kind) == ("dly.mix", *wanted)
