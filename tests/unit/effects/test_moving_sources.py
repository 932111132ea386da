from __future__ import annotations

import numpy as np
import pytest

from audiopost.dsp.air import air_absorption_db, speed_of_sound
from audiopost.errors import LayoutError, UsageError
from tests.running import SAMPLE_RATE, magnitude_db, prepared, run, sine
from tests.spectra import pitch_hz
from tests.tolerances import AIR_FILTER_DB, HUNDREDTH_DB, MODULATED_PITCH


@pytest.mark.parametrize("distance_m", [1.0, 7.0, 90.0, 300.0])
def test_level_falls_by_6_db_a_doubling_and_the_air_takes_its_share(distance_m: float) -> None:
    frequencies = np.array([100.0, 1000.0, 8000.0])
    expected = -20.0 * np.log10(distance_m) - distance_m * air_absorption_db(frequencies)
    # 6 dB is a little less than a doubling: 6.02 dB.
    expected += (1.0 - 6.0 / (20.0 * np.log10(2.0))) * 20.0 * np.log10(distance_m)
    found = magnitude_db(prepared("distance", "mono", parameters={"distance_m": distance_m}), frequencies)
    np.testing.assert_allclose(found, expected, atol=AIR_FILTER_DB)


def test_nearer_than_the_reference_the_level_is_untouched() -> None:
    node = prepared("distance", "mono", parameters={"distance_m": 0.5}, settings={"reference_m": 10.0})
    assert magnitude_db(node, [1000.0])[0] == pytest.approx(0.0, abs=HUNDREDTH_DB)


def test_sound_travels_when_it_is_asked_to() -> None:
    block = np.zeros((1, SAMPLE_RATE), dtype=np.float32)
    block[0, 0] = 1.0
    for travel, expected in ((True, 100.0 / speed_of_sound(20.0) * SAMPLE_RATE), (False, 0.0)):
        node = prepared("distance", "mono", parameters={"distance_m": 100.0}, settings={"travel": travel})
        assert abs(int(np.abs(run(node, block)[0]).argmax()) - expected) <= 2


def test_a_source_that_comes_nearer_sounds_higher() -> None:
    node = prepared("distance", "mono", parameters={"distance_m": 200.0, "falloff_db": 0.0}, settings={"travel": True})
    tone = sine(1000.0, 2.0)
    out = run(node, tone, turns={48_000: {"distance_m": 100.0}})[0].astype(np.float64)
    assert pitch_hz(out[40_000:47_000]).mean() == pytest.approx(1000.0, rel=1e-3)
    assert pitch_hz(out[52_000:70_000]).mean() == pytest.approx(1500.0, rel=MODULATED_PITCH)  # half the speed of sound


@pytest.mark.parametrize("setting", [{"humidity_percent": 5.0}, {"temperature_c": 90.0}, {"reference_m": 0.0}])
def test_weather_that_the_standard_does_not_know_is_refused(setting: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="out of range"):
        prepared("distance", settings=setting)


@pytest.mark.parametrize("direction", ["left to right", "right to left"])
def test_a_fly_by_falls_in_pitch_passes_in_the_middle_and_changes_sides(direction: str) -> None:
    given = {"speed_m_s": 40.0, "closest_m": 5.0, "pass_s": 2.0, "direction": direction}
    out = run(prepared("fly_by", "mono", settings=given), sine(1000.0, 4.0)).astype(np.float64)
    speed = speed_of_sound(20.0)
    heard = out.sum(axis=0)
    before, after = heard[24_000:36_000], heard[160_000:180_000]
    assert pitch_hz(before).mean() == pytest.approx(1000.0 * speed / (speed - 40.0), rel=5e-3)
    assert pitch_hz(after).mean() == pytest.approx(1000.0 * speed / (speed + 40.0), rel=5e-3)
    near, far = (0, 1) if direction == "left to right" else (1, 0)
    early, late = out[:, 24_000:48_000].std(axis=1), out[:, 150_000:180_000].std(axis=1)
    assert early[near] > 5.0 * early[far]
    assert late[far] > 5.0 * late[near]
    power = (out**2).sum(axis=0)
    loudest = float(np.argmax(np.convolve(power, np.ones(960), "same")))
    # It is heard to pass a little after it does: sound needs 15 ms for 5 m.
    assert loudest / SAMPLE_RATE == pytest.approx(2.0, abs=0.05)
    assert np.sqrt(power[int(loudest) - 480 : int(loudest) + 480].mean() * 2.0) == pytest.approx(0.5, rel=0.05)


def test_a_fly_by_wants_mono_or_stereo_and_less_than_the_speed_of_sound() -> None:
    with pytest.raises(LayoutError, match="fly by"):
        prepared("fly_by", "5.1")
    with pytest.raises(UsageError, match="speed_m_s"):
        prepared("fly_by", settings={"speed_m_s": 340.0})
