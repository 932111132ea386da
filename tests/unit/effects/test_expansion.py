"""Expander and transient shaper, measured by the definitions in their docstrings."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost.media.audio_file import read_audio
from tests.recordings import recording
from tests.running import SAMPLE_RATE, prepared, run, sine
from tests.signals import white_noise
from tests.tolerances import STATIC_CURVE_DB


def level_db(samples: np.ndarray) -> float:
    return float(20.0 * np.log10(np.abs(samples).max() + 1e-12))


@pytest.mark.parametrize(("level_dbfs", "expected_db"), [(-20.0, 0.0), (-45.0, 5.0), (-55.0, 15.0), (-70.0, 24.0)])
def test_the_static_curve_of_the_expander(level_dbfs: float, expected_db: float) -> None:
    node = prepared("expander", "mono", parameters={"threshold_db": -40.0, "knee_db": 0.0})
    samples = sine(997.0, 2.0, peak_linear=10.0 ** (level_dbfs / 20.0))
    heard = level_db(run(node, samples)[:, -4800:])
    assert heard == pytest.approx(level_dbfs - expected_db, abs=2.0 * STATIC_CURVE_DB)


def test_hysteresis_and_hold_keep_it_open() -> None:
    loud, between = sine(997.0, 0.2, peak_linear=0.1), sine(997.0, 1.5, peak_linear=10.0 ** (-42.0 / 20.0))
    knobs = {"threshold_db": -40.0, "knee_db": 0.0, "ratio": 10.0, "hysteresis_db": 3.0}
    kept = run(prepared("expander", "mono", parameters=knobs), np.concatenate([loud, between], axis=1))
    closed = run(prepared("expander", "mono", parameters=knobs), between)
    assert level_db(kept[:, -4800:]) == pytest.approx(-42.0, abs=STATIC_CURVE_DB)
    assert level_db(closed[:, -4800:]) == pytest.approx(-60.0, abs=10.0 * STATIC_CURVE_DB)


def test_above_the_threshold_the_samples_pass_untouched() -> None:
    samples = white_noise(2, 10_000, peak_linear=0.5)
    out = run(prepared("expander"), samples)
    np.testing.assert_array_equal(out[:, 2000:], samples[:, 2000:])


@pytest.mark.parametrize("scale", [1.0, 0.05])
def test_a_beginning_is_raised_and_what_follows_is_not_at_any_level(scale: float) -> None:
    speech, _ = read_audio(recording("Front_Center"))
    knock = np.zeros((1, SAMPLE_RATE), dtype=np.float32)
    knock[0, 24_000:] = np.sin(2 * np.pi * 200.0 * np.arange(24_000) / SAMPLE_RATE) * np.exp(
        -np.arange(24_000) / 4000.0
    )
    knock *= scale * 0.2
    out = run(prepared("transient_shaper", "mono", parameters={"attack_db": 9.0}), knock)
    begin, later = slice(24_000, 24_480), slice(33_600, 38_400)
    assert level_db(out[:, begin]) - level_db(knock[:, begin]) > 6.0
    assert level_db(out[:, later]) - level_db(knock[:, later]) == pytest.approx(0.0, abs=0.5)
    out = run(prepared("transient_shaper", "mono", parameters={"sustain_db": -12.0}), knock)
    assert level_db(out[:, begin]) - level_db(knock[:, begin]) == pytest.approx(0.0, abs=0.5)
    assert level_db(out[:, later]) - level_db(knock[:, later]) < -6.0
    assert np.isfinite(run(prepared("transient_shaper", "mono", parameters={"attack_db": 24.0}), speech)).all()


def test_a_steady_sound_is_not_shaped() -> None:
    samples = sine(440.0, 2.0)
    out = run(prepared("transient_shaper", "mono", parameters={"attack_db": 12.0, "sustain_db": 12.0}), samples)
    np.testing.assert_allclose(out[:, SAMPLE_RATE:], samples[:, SAMPLE_RATE:], rtol=0.02, atol=1e-6)
