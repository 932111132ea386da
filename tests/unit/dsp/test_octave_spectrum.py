"""The bands hold the power that lies in them: sines, noise, silence, any cut into blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiopost.dsp.octave_spectrum import OctaveSpectrum, band_centres_hz
from tests import tolerances
from tests.running import sine

RATE_HZ = 48_000


def spectrum_of(block: np.ndarray) -> np.ndarray:
    spectrum = OctaveSpectrum(RATE_HZ)
    spectrum.process(block)
    return spectrum.levels_db()


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_a_full_scale_sine_stands_in_its_own_band(channels: int) -> None:
    levels = spectrum_of(sine(1000.0, 2.0, peak_linear=1.0, channels=channels))
    centres = band_centres_hz(RATE_HZ)
    assert centres[np.argmax(levels)] == pytest.approx(1000.0)
    assert levels.max() == pytest.approx(-3.01, abs=tolerances.BAND_LEVEL_DB)
    assert np.sort(levels)[-2] < -60.0


def test_white_noise_rises_with_the_width_of_the_bands() -> None:
    noise = np.random.default_rng(3).standard_normal((1, 20 * RATE_HZ)).astype(np.float32) * 0.1
    levels = spectrum_of(noise)
    centres = band_centres_hz(RATE_HZ)
    wide = centres > 100.0
    # Density: power 0.01 over 24 kHz; a sixth of an octave is 2^(1/12) - 2^(-1/12) of its centre wide.
    exact = 10.0 * np.log10(0.01 * centres * (2 ** (1 / 12) - 2 ** (-1 / 12)) / 24_000)
    assert np.max(np.abs(levels - exact)[wide]) < tolerances.NOISE_BAND_DB


def test_the_sum_of_the_bands_is_the_power() -> None:
    noise = np.random.default_rng(4).standard_normal((2, 10 * RATE_HZ)).astype(np.float32) * 0.1
    total = 10.0 * np.log10(np.sum(10.0 ** (spectrum_of(noise) / 10.0)))
    centres = band_centres_hz(RATE_HZ)
    covered_hz = centres[-1] * 2 ** (1 / 12) - centres[0] / 2 ** (1 / 12)
    assert total == pytest.approx(-20.0 + 10.0 * np.log10(covered_hz / 24_000), abs=tolerances.BAND_LEVEL_DB)


def test_silence_and_short_sounds() -> None:
    assert np.all(np.isneginf(spectrum_of(np.zeros((1, RATE_HZ), np.float32))))
    assert spectrum_of(sine(1000.0, 0.05)).max() > -30.0
    assert np.all(np.isneginf(OctaveSpectrum(RATE_HZ).levels_db()))


@given(st.lists(st.integers(0, 20_000), max_size=6))
def test_any_cut_gives_the_same_bands(lengths: list[int]) -> None:
    noise = np.random.default_rng(5).standard_normal((1, 40_000)).astype(np.float32)
    cut = OctaveSpectrum(RATE_HZ)
    begin = 0
    for length in (*lengths, 40_000):
        cut.process(noise[:, begin : begin + length])
        begin = min(40_000, begin + length)
    assert np.array_equal(cut.levels_db(), spectrum_of(noise))
