"""The parametric, the linear-phase and the graphic equaliser and the tilt, measured against the analogue filters."""

from __future__ import annotations

import math

import numpy as np
import pytest

from audiopost.effects.equalizer_bands import KINDS, SLOPES_DB
from audiopost.effects.equalizer_drawn import THIRD_OCTAVES_HZ, graphic_band
from tests.running import SAMPLE_RATE, magnitude_db, prepared, run, sine
from tests.signals import white_noise
from tests.tolerances import CENTRE_GAIN_DB, CUT_OFF_DB, DRAWN_DB, JUMP_STEPS, MATCHED_DB, SLIDER_DB

OFF = {f"band{band}_kind": "off" for band in range(1, 9)}


def one_band(kind: str, slope: int = 24, **values: float) -> dict[str, dict[str, object]]:
    """Band 1 alone."""
    settings = OFF | {"band1_kind": kind, "band1_slope_db_per_octave": slope}
    return {"settings": settings, "parameters": {f"band1_{name}": value for name, value in values.items()}}


def analogue_db(kind: str, hz: float, frequency_hz: float, gain_db: float = 0.0, q: float = 1.0) -> float:
    """The prototype, as the Audio EQ Cookbook writes it, without any bilinear transform."""
    s, a = 1j * hz / frequency_hz, 10.0 ** (gain_db / 40.0)
    root = math.sqrt(a)
    response = {
        "bell": lambda: (s * s + s * a / q + 1) / (s * s + s / (a * q) + 1),
        "low_shelf": lambda: a * (s * s + root / q * s + a) / (a * s * s + root / q * s + 1),
        "high_shelf": lambda: a * (a * s * s + root / q * s + 1) / (s * s + root / q * s + a),
        "band_pass": lambda: (s / q) / (s * s + s / q + 1),
    }[kind]()
    return 20.0 * math.log10(abs(response))


@pytest.mark.parametrize("frequency_hz", [60.0, 8000.0, 12_000.0])
@pytest.mark.parametrize(("gain_db", "q"), [(-12.0, 0.7071), (-6.0, 3.0), (18.0, 1.0)])
@pytest.mark.parametrize("kind", ["bell", "low_shelf", "high_shelf", "band_pass"])
def test_a_band_is_the_analogue_filter_up_to_20_khz(kind: str, gain_db: float, q: float, frequency_hz: float) -> None:
    q = min(q, 0.7071) if "shelf" in kind else q
    node = prepared("parametric_equalizer", "mono", **one_band(kind, frequency_hz=frequency_hz, gain_db=gain_db, q=q))
    heard_hz = [31.5, 250.0, 1000.0, 4000.0, 9000.0, 14_000.0, 18_000.0, 20_000.0]
    expected = [analogue_db(kind, hz, frequency_hz, gain_db, q) for hz in heard_hz]
    assert magnitude_db(node, heard_hz) == pytest.approx(expected, abs=MATCHED_DB)


def test_the_bilinear_bell_is_far_from_the_analogue_one_where_the_matched_one_is_near() -> None:
    """What the matching is for: a bell at 12 kHz, read at 18 kHz."""
    expected = analogue_db("bell", 18_000.0, 12_000.0, 12.0, 1.0)
    matched = prepared("parametric_equalizer", "mono", **one_band("bell", frequency_hz=12_000.0, gain_db=12.0, q=1.0))
    bilinear = prepared("peak", "mono", parameters={"frequency_hz": 12_000.0, "gain_db": 12.0, "q": 1.0})
    assert abs(magnitude_db(matched, [18_000.0])[0] - expected) < 0.3 * abs(
        magnitude_db(bilinear, [18_000.0])[0] - expected
    )


@pytest.mark.parametrize("slope", [int(each) for each in SLOPES_DB])
@pytest.mark.parametrize(("kind", "octave"), [("low_cut", 0.5), ("high_cut", 2.0)])
@pytest.mark.parametrize("frequency_hz", [100.0, 1000.0])
def test_a_cut_is_a_butterworth_filter_of_its_slope(kind: str, octave: float, slope: int, frequency_hz: float) -> None:
    node = prepared("parametric_equalizer", "mono", **one_band(kind, slope, frequency_hz=frequency_hz))
    corner, beyond = magnitude_db(node, [frequency_hz, frequency_hz * octave])
    assert corner == pytest.approx(-3.01, abs=CUT_OFF_DB)
    assert beyond == pytest.approx(-10.0 * math.log10(1.0 + 2.0 ** (slope / 3)), abs=0.01 * slope)


def test_a_notch_takes_out_its_frequency_and_leaves_an_octave_away() -> None:
    node = prepared("parametric_equalizer", "mono", **one_band("notch", frequency_hz=1000.0, q=10.0))
    centre, edge, below, above = magnitude_db(node, [1000.0, 1000.0 * (1.0 + 0.05), 500.0, 2000.0])
    assert centre < -80.0
    assert edge == pytest.approx(-3.01, abs=0.3)
    assert [below, above] == pytest.approx([0.0, 0.0], abs=0.1)


@pytest.mark.parametrize("effect", ["parametric_equalizer", "tilt"])
def test_at_0_db_the_samples_come_back_to_the_last_bit(effect: str) -> None:
    samples = white_noise(2, 4000)
    np.testing.assert_array_equal(run(prepared(effect), samples), samples)


def test_eight_cuts_of_96_db_play_and_glide_without_a_step() -> None:
    settings = {f"band{band}_kind": "low_cut" if band % 2 else "high_cut" for band in range(1, 9)}
    settings |= {f"band{band}_slope_db_per_octave": 96 for band in range(1, 9)}
    given = {f"band{band}_frequency_hz": 50.0 if band % 2 else 15_000.0 for band in range(1, 9)}
    node = prepared("parametric_equalizer", "mono", settings=settings, parameters=given)
    samples = sine(1000.0, 0.5)
    out = run(node, samples, turns={12_000: {"band1_frequency_hz": 400.0, "band2_frequency_hz": 3000.0}})
    assert np.isfinite(out).all()
    steady, jumping = np.abs(np.diff(out[0, 6000:12_000])).max(), np.abs(np.diff(out[0, 12_000:14_000])).max()
    assert jumping < 1.05 * steady + JUMP_STEPS * np.abs(out).max() / (0.020 * SAMPLE_RATE)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("off", "notch")])
def test_linear_phase_has_the_same_response_and_no_phase(kind: str) -> None:
    band = one_band(kind, 12, frequency_hz=1000.0, gain_db=9.0, q=1.0)
    heard_hz = [100.0, 500.0, 1000.0, 3000.0, 10_000.0]
    expected = magnitude_db(prepared("parametric_equalizer", "mono", **band), heard_hz)
    node = prepared("linear_phase_equalizer", "mono", **band)
    assert magnitude_db(node, heard_hz) == pytest.approx(expected, abs=DRAWN_DB)
    node.reset()
    impulse = np.zeros((1, 2 * node.latency_frames + 1), dtype=np.float32)
    impulse[0, 0] = 1.0
    response = run(node, impulse)[0]
    np.testing.assert_allclose(response, response[::-1], atol=1e-5)


def test_a_slider_of_the_graphic_equaliser_is_the_level_at_its_frequency() -> None:
    wanted = {graphic_band(hz): 6.0 * math.sin(index) for index, hz in enumerate(THIRD_OCTAVES_HZ)}
    heard_hz = [hz for hz in THIRD_OCTAVES_HZ if hz >= 80.0]
    for phase in ("minimum", "linear"):
        node = prepared("graphic_equalizer", "mono", parameters=wanted, settings={"phase": phase})
        expected = [wanted[graphic_band(hz)] for hz in heard_hz]
        assert magnitude_db(node, heard_hz) == pytest.approx(expected, abs=SLIDER_DB)
        assert (node.latency_frames == 0) == (phase == "minimum")


def test_a_drawn_response_goes_over_to_another_and_arrives() -> None:
    node = prepared("graphic_equalizer", "mono")
    samples = sine(1000.0, 1.0, peak_linear=0.1)
    up, down = {graphic_band(1000.0): 12.0}, {graphic_band(1000.0): -12.0}
    out = run(node, samples, [64] * 700, turns={12_000: up, 12_100: down, 30_000: up})
    level = lambda cut: 20.0 * np.log10(np.abs(out[0, cut]).max() / 0.1)  # noqa: E731
    assert level(slice(6000, 12_000)) == pytest.approx(0.0, abs=DRAWN_DB)
    assert level(slice(24_000, 30_000)) == pytest.approx(-12.0, abs=DRAWN_DB)
    assert level(slice(42_000, 48_000)) == pytest.approx(12.0, abs=DRAWN_DB)


@pytest.mark.parametrize("tilt_db", [-12.0, 6.0])
def test_a_tilt_turns_about_its_pivot(tilt_db: float) -> None:
    node = prepared("tilt", "mono", parameters={"tilt_db": tilt_db, "pivot_frequency_hz": 1000.0})
    low, pivot, high = magnitude_db(node, [10.0, 1000.0, 20_000.0])
    assert pivot == pytest.approx(0.0, abs=CENTRE_GAIN_DB)
    assert [low, high] == pytest.approx([-tilt_db / 2.0, tilt_db / 2.0], abs=0.1 * abs(tilt_db))
