"""What the console shows, as data."""

from __future__ import annotations

import json
import math

import pytest

from audiopost import effects as fx
from audiopost.graph.edits import blended
from audiopost.graph.knobs import knobs_of, values_of
from audiopost.graph.parameter import Parameter
from audiopost.library.targets import load_target
from audiopost.live.meter_board import Reading
from audiopost.ui.view_model import knob_of, meter_data, nodes_of, target_band, words_of


@pytest.mark.parametrize(
    ("parameter", "value", "words"),
    [
        (Parameter("frequency_hz", 100.0, 20.0, 20_000.0, "Hz"), 12_345.6, "12346 Hz"),
        (Parameter("gain_db", 0.0, -60.0, 24.0, "dB"), -0.04, "0.0 dB"),
        (Parameter("decay_s", 1.0, 0.1, 20.0, "s"), 0.25, "0.25 s"),
        (Parameter("ratio", 2.0, 1.0, 20.0), 4.0, "4.0"),
        (Parameter("kind", 0.0, 0.0, 1.0, choices=("soft", "hard")), 1.0, "hard"),
    ],
)
def test_a_value_is_said_with_the_digits_that_matter(parameter: Parameter, value: float, words: str) -> None:
    assert words_of(parameter, value) == words


def test_a_knob_stands_where_its_taper_says() -> None:
    knob = knob_of("hp.frequency_hz", Parameter("frequency_hz", 20.0, 20.0, 20_000.0, "Hz", taper="log"), 632.4555)
    assert knob.label == "frequency"
    assert knob.position == pytest.approx(0.5)
    assert knob.default_position == 0.0


def test_the_strip_has_every_node_with_its_own_knobs() -> None:
    chain = fx.highpass(frequency_hz=80) >> fx.compressor(ratio=4)
    knobs = knobs_of(chain)
    views = nodes_of(chain, knobs, values_of(chain, knobs), {"compressor": "Evens out."})
    assert [view.name for view in views] == ["highpass", "compressor"]
    assert {knob.path.partition(".")[0] for knob in views[1].knobs} == {"compressor"}
    assert views[1].summary == "Evens out."


def test_a_dry_wet_knob_stands_on_the_card_of_its_effect() -> None:
    chain = blended(fx.highpass() >> fx.delay() >> fx.limiter(), "limiter")
    knobs = knobs_of(chain)
    views = nodes_of(chain, knobs, values_of(chain, knobs), {})
    assert [(view.name, view.may_blend) for view in views] == [("highpass", True), ("delay", False), ("limiter", True)]
    assert [view.dry_wet is None for view in views] == [True, True, False]
    assert views[2].dry_wet is not None
    assert (views[2].dry_wet.path, views[2].dry_wet.label) == ("limiter_blend.mix_percent", "dry/wet")


@pytest.mark.parametrize(
    ("target", "lowest", "highest", "ceiling"),
    [("ebu-r128", -23.2, -22.8, -1.0), ("acx", None, None, -3.0), ("apple-atmos-music", None, -18.0, -1.0)],
)
def test_a_meter_is_held_against_what_a_target_asks(
    target: str, lowest: float | None, highest: float | None, ceiling: float | None
) -> None:
    band = target_band(load_target(target))
    assert band is not None
    assert (band.lowest_lufs, band.highest_lufs, band.ceiling_dbtp) == (
        lowest if lowest is None else pytest.approx(lowest), highest, ceiling,
    )  # fmt: skip
    assert target_band(None) is None


def test_a_reading_becomes_json_that_has_no_infinity() -> None:
    reading = Reading(
        "output", 0, -23.04, None, -math.inf, None, None, None, -1.0, -1.0, 0.123, 0, (-math.inf, -3.0), ()
    )
    data = meter_data(reading)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert (data["m"], data["s"], data["i"], data["peaks"], data["corr"]) == (-23.0, None, None, [None, -3.0], 0.12)
    assert meter_data(None) == {}
