"""Filters as an engineer would check them: level at the corner, slope, gain at the centre. Never by coefficients."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.running import magnitude_db, prepared, run
from tests.signals import white_noise
from tests.tolerances import CENTRE_GAIN_DB, CUT_OFF_DB, SKIRT_DB, SLOPE_DB

SLOPES = (12, 24, 48)


def response(
    effect: str, frequencies_hz: list[float], sample_rate: int = 48_000, slope: int = 0, **parameters: float
) -> list[float]:
    settings = {"slope_db_per_octave": slope} if slope else {}
    node = prepared(
        effect, "mono", parameters=parameters, settings=settings, sample_rate=sample_rate, maximum_frames=sample_rate
    )
    return magnitude_db(node, frequencies_hz, sample_rate)


@pytest.mark.parametrize("sample_rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("slope", SLOPES)
@pytest.mark.parametrize(
    ("effect", "corner_hz"), [("highpass", 80.0), ("highpass", 5000.0), ("lowpass", 300.0), ("lowpass", 15_000.0)]
)
def test_the_corner_is_3_db_down_at_every_slope(effect: str, corner_hz: float, slope: int, sample_rate: int) -> None:
    (level,) = response(effect, [corner_hz], sample_rate, slope, frequency_hz=corner_hz)
    assert level == pytest.approx(-3.01, abs=CUT_OFF_DB)


@pytest.mark.parametrize("slope", SLOPES)
@pytest.mark.parametrize(("effect", "octave"), [("highpass", 0.5), ("lowpass", 2.0)])
def test_the_slope_is_that_of_a_butterworth_filter(effect: str, octave: float, slope: int) -> None:
    order = slope // 6
    corner_hz = 480.0
    levels = response(effect, [corner_hz * octave, corner_hz * octave**2], slope=slope, frequency_hz=corner_hz)
    expected = [-10.0 * math.log10(1.0 + 2.0 ** (2 * order * octaves)) for octaves in (1, 2)]
    assert levels[0] == pytest.approx(expected[0], abs=SLOPE_DB * order / 2)
    assert levels[1] == pytest.approx(expected[1], abs=4.0 * SLOPE_DB * order / 2)


@pytest.mark.parametrize("slope", SLOPES)
def test_the_pass_band_is_flat(slope: int) -> None:
    levels = response("highpass", [1000.0, 4000.0, 16_000.0, 23_000.0], slope=slope, frequency_hz=80.0)
    assert np.abs(levels).max() < CENTRE_GAIN_DB


def test_a_very_low_corner_at_a_very_high_rate_is_exact() -> None:
    (level,) = response("highpass", [10.0], 192_000, 24, frequency_hz=10.0)
    assert level == pytest.approx(-3.01, abs=CUT_OFF_DB)


@pytest.mark.parametrize("effect", ["highpass", "lowpass", "peak", "high_shelf", "low_shelf"])
def test_a_frequency_above_half_the_rate_acts_below_it(effect: str) -> None:
    node = prepared(effect, "mono", parameters={"frequency_hz": 20_000.0}, sample_rate=32_000)
    out = run(node, white_noise(1, 4000))
    assert np.isfinite(out).all()
    assert np.abs(out).max() < 1.0


def test_a_low_pass_set_to_half_the_rate_lets_the_mids_pass() -> None:
    levels = response("lowpass", [100.0, 1000.0, 4000.0], 32_000, frequency_hz=20_000.0)
    assert np.abs(levels).max() < CENTRE_GAIN_DB


@pytest.mark.parametrize("gain_db", [-12.0, 3.0, 24.0])
@pytest.mark.parametrize("frequency_hz", [60.0, 1000.0, 12_000.0])
def test_a_peak_has_its_gain_at_its_centre_and_none_far_away(frequency_hz: float, gain_db: float) -> None:
    far = 10.0 if frequency_hz > 5000.0 else 23_900.0
    centre, away = response("peak", [frequency_hz, far], frequency_hz=frequency_hz, gain_db=gain_db, q=2.0)
    assert centre == pytest.approx(gain_db, abs=CENTRE_GAIN_DB)
    assert away == pytest.approx(0.0, abs=SKIRT_DB)


@pytest.mark.parametrize("q", [0.7, 2.0, 8.0])
def test_the_half_gain_points_of_a_peak_lie_as_far_apart_as_q_says(q: float) -> None:
    centre_hz = 1000.0
    half = centre_hz / (2.0 * q)
    upper = half + math.sqrt(half**2 + centre_hz**2)
    levels = response("peak", [upper, centre_hz**2 / upper], frequency_hz=centre_hz, gain_db=12.0, q=q)
    assert levels == pytest.approx([6.0, 6.0], abs=SKIRT_DB)


@pytest.mark.parametrize("gain_db", [-9.0, 6.0])
@pytest.mark.parametrize(
    ("effect", "shelf_hz", "flat_hz"), [("low_shelf", 10.0, 20_000.0), ("high_shelf", 23_999.0, 20.0)]
)
def test_a_shelf_has_half_its_gain_at_its_frequency(
    effect: str, shelf_hz: float, flat_hz: float, gain_db: float
) -> None:
    levels = response(effect, [shelf_hz, 1000.0, flat_hz], frequency_hz=1000.0, gain_db=gain_db)
    assert levels == pytest.approx([gain_db, gain_db / 2.0, 0.0], abs=SKIRT_DB)


@pytest.mark.parametrize("effect", ["peak", "low_shelf", "high_shelf", "equalizer"])
def test_a_flat_equaliser_returns_the_samples(effect: str) -> None:
    samples = white_noise(2, 4000)
    np.testing.assert_allclose(run(prepared(effect), samples), samples, atol=1e-7)


def test_the_equaliser_is_its_bands_in_series() -> None:
    frequencies = [50.0, 120.0, 500.0, 1500.0, 3000.0, 8000.0, 15_000.0]
    whole = response(
        "equalizer", frequencies, low_gain_db=6.0, mid1_gain_db=-4.0, mid1_q=3.0, mid2_gain_db=5.0, high_gain_db=-8.0
    )
    bands = (
        response("low_shelf", frequencies, frequency_hz=120.0, gain_db=6.0),
        response("peak", frequencies, frequency_hz=500.0, gain_db=-4.0, q=3.0),
        response("peak", frequencies, frequency_hz=3000.0, gain_db=5.0),
        response("high_shelf", frequencies, frequency_hz=8000.0, gain_db=-8.0),
    )
    assert whole == pytest.approx(np.sum(bands, axis=0).tolist(), abs=CENTRE_GAIN_DB)


def test_a_filter_that_has_glided_is_the_filter_that_was_set() -> None:
    samples = white_noise(1, 40_000)
    glided = run(prepared("peak", "mono", parameters={"gain_db": 6.0}), samples, turns={100: {"gain_db": -9.0}})
    was_set = run(prepared("peak", "mono", parameters={"gain_db": -9.0}), samples)
    np.testing.assert_allclose(glided[:, 20_000:], was_set[:, 20_000:], atol=1e-7)


def test_a_sweep_of_the_knob_under_a_bass_note_stays_quiet() -> None:
    """A corner that jumps 10 octaves over 50 Hz: a direct-form biquad would burst; here nothing doubles."""
    time_s = np.arange(48_000) / 48_000
    note = (0.5 * np.sin(2.0 * np.pi * 50.0 * time_s)).astype(np.float32)[np.newaxis]
    turns = {
        frame: {"frequency_hz": hz}
        for frame, hz in ((9600, 10_000.0), (19_200, 10.0), (28_800, 20_000.0), (38_400, 20.0))
    }
    out = run(prepared("highpass", "mono", parameters={"frequency_hz": 10.0}), note, turns=turns)
    assert np.abs(out).max() < 1.0
