import math

import numpy as np
import pytest

from audiopost.loudness.rms import RmsMeter
from tests.signals import white_noise


def metered(block: np.ndarray, rate: int = 48_000) -> RmsMeter:
    meter = RmsMeter(rate, block.shape[0])
    meter.process(block)
    return meter


def test_a_full_scale_sine_reads_minus_3_dbfs() -> None:
    time_s = np.arange(48_000) / 48_000
    sine = np.sin(2 * np.pi * 1000 * time_s).astype(np.float32)[np.newaxis]
    assert metered(sine).rms_dbfs == pytest.approx(-3.0103, abs=1e-4)


def test_equal_channels_read_like_one() -> None:
    noise = white_noise(1, 48_000)
    assert metered(np.vstack([noise, noise])).rms_dbfs == pytest.approx(metered(noise).rms_dbfs)


def test_the_noise_floor_is_the_quietest_half_second() -> None:
    level = np.full((1, 5 * 48_000), 0.1, np.float32)
    level[:, 96_000:120_000] = 0.001
    assert metered(level).noise_floor_dbfs == pytest.approx(-60.0, abs=1e-4)
    level[:, 96_000:98_000] = 0.1
    assert metered(level).noise_floor_dbfs > -40.0


def test_any_cut_gives_the_same_reading() -> None:
    noise = white_noise(2, 70_001, seed=3)
    cut = RmsMeter(44_100, 2)
    for start in range(0, noise.shape[1], 997):
        cut.process(noise[:, start : start + 997])
    whole = metered(noise, 44_100)
    assert cut.rms_dbfs == pytest.approx(whole.rms_dbfs, abs=1e-9)
    assert cut.noise_floor_dbfs == pytest.approx(whole.noise_floor_dbfs, abs=1e-9)


def test_silence_is_minus_infinity_and_what_is_too_short_is_undefined() -> None:
    assert metered(np.zeros((1, 48_000), np.float32)).rms_dbfs == -math.inf
    assert metered(np.zeros((1, 48_000), np.float32)).noise_floor_dbfs == -math.inf
    assert metered(np.zeros((1, 23_999), np.float32)).noise_floor_dbfs is None
    assert RmsMeter(48_000, 1).rms_dbfs is None


def test_samples_that_are_no_numbers_count_as_nothing() -> None:
    broken = np.full((1, 48_000), 0.1, np.float32)
    broken[0, :24_000] = np.nan
    assert metered(broken).rms_dbfs == pytest.approx(-23.0103, abs=1e-4)
