from __future__ import annotations

import numpy as np
import pytest

from audiopost.dsp.waveshaper import CURVES
from tests.running import SAMPLE_RATE, magnitude_db, prepared, run, sine
from tests.signals import white_noise
from tests.spectra import lines_db
from tests.tolerances import ALIAS_DB, FLOAT32_SUM, OVERSAMPLED_LEVEL_DB


def folded_db(curve: str, oversampling: int, drive_db: float) -> float:
    """The largest line that is no harmonic, below 20 kHz, against the fundamental, of a full-scale 4999 Hz sine."""
    turned = {"curve": float(CURVES.index(curve)), "drive_db": drive_db, "output_db": -6.0}
    node = prepared("saturation", "mono", parameters=turned, settings={"oversampling": oversampling})
    levels = lines_db(run(node, sine(4999.0, 2.0, peak_linear=1.0)))
    others = np.delete(levels[20:20_000], np.array([4999, 9998, 14_997, 19_996]) - 20)
    return float(others.max() - levels[4999])


@pytest.mark.parametrize(
    ("curve", "oversampling", "drive_db"),
    [
        ("tanh", 8, 18.0),
        ("tanh", 16, 24.0),
        ("soft", 16, 12.0),
        ("hard", 16, 6.0),
        ("fold", 8, 18.0),
        ("diode", 16, 12.0),
    ],
)
def test_nothing_that_a_curve_adds_folds_back(curve: str, oversampling: int, drive_db: float) -> None:
    assert folded_db(curve, oversampling, drive_db) < ALIAS_DB


def test_without_oversampling_it_would_fold_back() -> None:
    assert folded_db("tanh", 1, 24.0) > -40.0


@pytest.mark.parametrize("oversampling", [1, 2, 4, 8, 16])
def test_a_small_sound_keeps_its_level_at_every_frequency(oversampling: int) -> None:
    turned = {"drive_db": 0.0, "output_db": 0.0}
    node = prepared("saturation", "mono", parameters=turned, settings={"oversampling": oversampling})
    quiet = np.zeros((1, SAMPLE_RATE), np.float32)
    quiet[0, 0] = 1e-3
    response = np.abs(np.fft.rfft(run(node, quiet)[0].astype(np.float64))) / 1e-3
    levels = 20.0 * np.log10(response[[100, 1000, 10_000, 20_000]])
    assert np.abs(levels).max() < OVERSAMPLED_LEVEL_DB


def test_an_even_curve_leaves_no_constant() -> None:
    turned = {"bias_percent": 60.0, "drive_db": 18.0}
    out = run(prepared("saturation", "mono", parameters=turned), sine(500.0, 3.0))[0, SAMPLE_RATE:]
    levels = lines_db(out[np.newaxis])
    assert abs(float(out.astype(np.float64).mean())) < 1e-4
    assert levels[1000] > levels[500] - 30.0  # a second harmonic


def test_a_loud_sound_is_bounded_by_the_curve() -> None:
    turned = {"drive_db": 48.0, "output_db": 0.0}
    out = run(prepared("saturation", "mono", parameters=turned), sine(200.0, 0.5))
    assert 20.0 * np.log10(np.abs(out).max()) < 3.0  # a square of limited band overshoots


def test_dry_and_wet_stay_in_phase() -> None:
    halves = {"drive_db": 0.0, "output_db": 0.0, "mix_percent": 50.0}
    levels = magnitude_db(
        prepared("saturation", "mono", parameters={**halves, "curve": 2.0}), [100.0, 5000.0, 18_000.0]
    )
    assert np.abs(levels).max() < OVERSAMPLED_LEVEL_DB


def test_bits_round_to_their_steps() -> None:
    node = prepared("bit_crusher", "mono", parameters={"bits": 4.0, "rate_hz": 192_000.0})
    samples = white_noise(1, 4800)
    out = run(node, samples)
    np.testing.assert_allclose(out, np.floor(samples * 8.0 + 0.5) / 8.0, atol=FLOAT32_SUM)


def test_samples_are_held_at_the_rate() -> None:
    node = prepared("bit_crusher", "mono", parameters={"bits": 24.0, "rate_hz": 8000.0})
    samples = white_noise(1, 4800)
    out = run(node, samples)[0]
    np.testing.assert_allclose(out, np.repeat(samples[0, ::6], 6), atol=2.0**-23)


def test_24_bits_at_full_rate_change_nothing_that_24_bits_hold() -> None:
    samples = (np.round(white_noise(2, 4800) * 2.0**23) / 2.0**23).astype(np.float32)
    node = prepared("bit_crusher", parameters={"bits": 24.0, "rate_hz": 192_000.0})
    np.testing.assert_array_equal(run(node, samples), samples)
