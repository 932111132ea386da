"""A plug-in's places from 0 to 1, and the knob in its own unit."""

import numpy as np
import pytest

from audiopost.plugins.knobs import Knob, knob_of


def continuous(low: float, high: float, count: int = 1001) -> dict[tuple[float, float], float]:
    steps = count - 1
    return {(i / steps, min(1.0, (i + 1) / steps)): low + (high - low) * i / steps for i in range(count)}


def made(ranges: dict[tuple[float, float], float | bool | str], place: float = 0.0, unit: str = "dB") -> Knob:
    knob = knob_of("level_db", "Level", unit, ranges, place)
    assert knob is not None
    return knob


def test_a_number_has_the_range_of_its_texts_and_stands_where_the_plugin_stands() -> None:
    parameter = made(dict(continuous(-60.0, 0.0)), place=0.75).parameter
    assert (parameter.minimum, parameter.maximum, parameter.unit) == (-60.0, 0.0, "dB")
    assert parameter.default == pytest.approx(-15.0)


@pytest.mark.parametrize(("low", "high"), [(1.0, 150.0), (-45.0, 90.0), (0.1, 11.0)])
@pytest.mark.parametrize("place", [0.0, 1 / 3, 1.0])
def test_where_a_plugin_stands_is_tidied_and_stays_in_the_range(low: float, high: float, place: float) -> None:
    parameter = made(dict(continuous(low, high)), place=float(np.float32(place))).parameter
    assert parameter.minimum <= parameter.default <= parameter.maximum
    assert parameter.default == pytest.approx(low + place * (high - low), abs=1e-6 * (high - low))
    if (low, place) == (-45.0, 1 / 3):
        assert parameter.default == 0.0


@pytest.mark.parametrize("value", [-60.0, -59.97, -33.3, -0.01, 0.0])
def test_a_value_finds_its_place_between_the_texts(value: float) -> None:
    assert made(dict(continuous(-60.0, 0.0))).place_of(value) == pytest.approx((value + 60.0) / 60.0)


def test_a_falling_number_finds_its_place_too() -> None:
    assert made(dict(continuous(10.0, -10.0))).place_of(5.0) == pytest.approx(0.25)


def test_a_bent_taper_is_followed() -> None:
    ranges = {(i / 1000, (i + 1) / 1000): float(20.0 * 1000.0 ** (i / 1000)) for i in range(1001)}
    assert made(dict(ranges)).place_of(200.0) == pytest.approx(1 / 3, abs=1e-3)


def test_whole_numbers_go_in_steps_and_are_set_in_the_middle() -> None:
    knob = made({(0.0, 0.25): 1.0, (0.25, 0.75): 2.0, (0.75, 1.0): 3.0}, place=0.5)
    assert knob.parameter.default == 2.0
    assert [knob.place_of(value) for value in (1.0, 1.4, 1.6, 3.0)] == [0.125, 0.125, 0.5, 0.875]


def test_zero_and_one_alone_are_a_switch() -> None:
    parameter = made({(0.0, 0.5): 0.0, (0.5, 1.0): 1.0}, place=0.7).parameter
    assert (parameter.choices, parameter.default) == (("off", "on"), 1.0)


def test_truths_are_a_switch() -> None:
    assert made({(0.0, 0.5): False, (0.5, 1.0): True}).parameter.choices == ("off", "on")


def test_words_are_choices_in_the_order_of_their_places() -> None:
    knob = made({(0.3, 0.7): "Twin", (0.0, 0.3): "Bassman", (0.7, 1.0): "Plexi"}, place=0.7)
    assert knob.parameter.choices == ("Bassman", "Twin", "Plexi")
    assert (knob.parameter.default, knob.place_of(1.0)) == (2.0, 0.5)


def test_what_has_one_value_is_no_knob() -> None:
    assert knob_of("x", "X", "", {(0.0, 1.0): "Zero"}, 0.0) is None


def test_more_words_than_a_person_would_read_are_no_knob() -> None:
    assert knob_of("x", "X", "", {(i / 200, (i + 1) / 200): f"P{i}" for i in range(200)}, 0.0) is None
