from __future__ import annotations

import numpy as np
import pytest

from audiopost.dsp.noise import NoiseSource, _pink_sections
from audiopost.dsp.smoothing import Ramps
from tests.tolerances import NOISE_BAND_DB, NOISE_CORRELATION, NOISE_LEVEL_DB, PINK_SLOPE_DB

UNITY = Ramps(1, 1)
UNITY.jump(0, 1.0)


def noise(channels: int = 1, frames: int = 480_000, *, seed: int = 1, pink: bool = False) -> np.ndarray:
    out = np.empty((channels, frames), dtype=np.float32)
    NoiseSource(channels, 48_000, seed, pink=pink).process(out, UNITY.state)
    return out


def test_white_noise_has_rms_1_no_offset_and_bounded_peaks() -> None:
    samples = noise()
    assert 20.0 * np.log10(np.sqrt(np.mean(samples**2.0))) == pytest.approx(0.0, abs=NOISE_LEVEL_DB)
    assert abs(samples.mean()) < 0.01
    assert np.abs(samples).max() <= 3.47


def test_white_noise_is_flat() -> None:
    power = np.abs(np.fft.rfft(noise()[0])) ** 2
    bands = power[1:240_001].reshape(24, 10_000).mean(axis=1)
    assert np.ptp(10.0 * np.log10(bands)) < 2.0 * NOISE_BAND_DB


def test_channels_and_seeds_are_strangers() -> None:
    first, second = noise(2), noise(2, seed=2)
    for a, b in ((first[0], first[1]), (first[0], second[0]), (first[0, 1:], first[0, :-1])):
        assert abs(np.corrcoef(a, b)[0, 1]) < NOISE_CORRELATION


@pytest.mark.parametrize("sample_rate", [44_100, 48_000, 96_000])
def test_the_pink_filter_falls_by_3_db_an_octave(sample_rate: int) -> None:
    frequencies = np.geomspace(20.0, 0.4 * sample_rate, 300)
    turn = np.exp(-2j * np.pi * frequencies / sample_rate)
    response = np.ones_like(turn)
    for pole, zero in _pink_sections(sample_rate):
        response *= (1.0 - zero * turn) / (1.0 - pole * turn)
    deviation = 20.0 * np.log10(np.abs(response) * np.sqrt(frequencies))
    assert np.abs(deviation - np.median(deviation)).max() < PINK_SLOPE_DB


def test_pink_noise_has_equal_power_in_equal_intervals_from_the_first_second_on() -> None:
    power = np.abs(np.fft.rfft(noise(pink=True)[0])) ** 2
    edges_hz = 40.0 * 4.0 ** np.arange(5)
    bands = [power[int(low * 10) : int(4 * low * 10)].sum() for low in edges_hz[:-1]]
    assert np.ptp(10.0 * np.log10(bands)) < 4.0 * NOISE_BAND_DB


def test_pink_noise_begins_warm() -> None:
    starts = [np.mean(noise(1, 4800, seed=seed, pink=True) ** 2.0) for seed in range(1, 40)]
    assert 10.0 * np.log10(np.mean(starts)) == pytest.approx(0.0, abs=1.0)
