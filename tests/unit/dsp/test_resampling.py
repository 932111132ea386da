import numpy as np
import pytest

from audiopost.dsp.resampling import Resampler, resample
from audiopost.errors import UsageError
from audiopost.units import linear_to_db
from tests import tolerances
from tests.signals import white_noise

RATES = [(48_000, 44_100), (44_100, 48_000), (48_000, 96_000), (96_000, 48_000), (8_000, 192_000), (48_000, 8_000)]


def tone(frequency_hz: float, rate: int, duration_s: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * frequency_hz / rate * np.arange(round(duration_s * rate)))[np.newaxis].astype(np.float32)


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
def test_a_tone_stays_itself_in_place_and_level(from_hz: int, to_hz: int) -> None:
    made = resample(tone(1000, from_hz), from_hz, to_hz)
    expected = tone(1000, to_hz)
    middle = slice(expected.shape[1] // 4, -expected.shape[1] // 4)
    assert made.shape == expected.shape
    assert np.abs(made - expected)[:, middle].max() < tolerances.RESAMPLED_TONE


def test_what_the_lower_rate_cannot_hold_is_gone() -> None:
    left = resample(tone(23_000, 48_000), 48_000, 44_100)[:, 4000:-4000]
    assert linear_to_db(float(np.abs(left).max())) < tolerances.RESAMPLED_ALIAS_DBFS


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
@pytest.mark.parametrize("size", [1, 777, 4096])
def test_block_by_block_gives_the_samples_of_the_whole(from_hz: int, to_hz: int, size: int) -> None:
    noise = white_noise(2, 3000)
    resampler = Resampler(2, from_hz, to_hz)
    pieces = [resampler.process(noise[:, start : start + size]) for start in range(0, 3000, size)]
    joined = np.concatenate([*pieces, resampler.finish()], axis=1)
    assert np.array_equal(joined, resample(noise, from_hz, to_hz))


@pytest.mark.parametrize("frames", [0, 1, 2, 3])
def test_the_shortest_sounds(frames: int) -> None:
    assert resample(white_noise(5, frames), 48_000, 96_000).shape == (5, 2 * frames)


def test_equal_rates_change_nothing() -> None:
    noise = white_noise(2, 100)
    resampler = Resampler(2, 48_000, 48_000)
    assert np.array_equal(resample(noise, 48_000, 48_000), noise)
    assert np.array_equal(resampler.process(noise), noise)
    assert resampler.finish().shape == (2, 0)


def test_blocks_are_contiguous_float32() -> None:
    made = resample(white_noise(3, 100), 48_000, 44_100)
    assert made.dtype == np.float32
    assert made.flags.c_contiguous


@pytest.mark.parametrize("rates", [(0, 48_000), (48_000, -1)])
def test_a_rate_of_nothing_is_refused(rates: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match="is no sample rate"):
        resample(white_noise(1, 10), *rates)
