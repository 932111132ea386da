from __future__ import annotations

import numpy as np
import pytest

from tests.running import SAMPLE_RATE, prepared, run
from tests.tolerances import NOISE_CORRELATION, TEXTURE_LEVEL_DB

TEXTURES = ("wind", "rain", "rumble")


def heard(effect: str, seconds: float, channels: int = 1, seed: int = 1, **parameters: float) -> np.ndarray:
    node = prepared(effect, "mono" if channels == 1 else "stereo", parameters=parameters, settings={"seed": seed})
    return run(node, np.zeros((channels, round(seconds * SAMPLE_RATE)), np.float32)).astype(np.float64)


def centroid_hz(sound: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(sound)) ** 2
    return float((power * np.fft.rfftfreq(sound.size, 1.0 / SAMPLE_RATE)).sum() / power.sum())


@pytest.mark.parametrize("effect", TEXTURES)
def test_a_texture_has_its_level_whatever_its_seed(effect: str) -> None:
    levels = []
    for seed in (1, 2, 3):
        sound = heard(effect, 30.0, seed=seed, level_dbfs=-30.0)
        levels.append(10.0 * np.log10(2.0 * np.mean(sound**2)))
        assert np.abs(sound).max() < 1.0
    assert np.mean(levels) == pytest.approx(-30.0, abs=TEXTURE_LEVEL_DB)


@pytest.mark.parametrize("effect", TEXTURES)
def test_a_texture_repeats_by_its_seed_and_differs_between_channels(effect: str) -> None:
    first, again, other = (heard(effect, 4.0, 2, seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.0
    assert abs(np.corrcoef(first)[0, 1]) < 10.0 * NOISE_CORRELATION


def test_a_stronger_wind_is_louder_and_brighter() -> None:
    breeze, storm = (heard("wind", 10.0, strength_percent=strength, howl_percent=0.0)[0] for strength in (10.0, 90.0))
    assert storm.std() > 2.0 * breeze.std()
    assert centroid_hz(storm) > 1.5 * centroid_hz(breeze)


def test_gusts_make_the_wind_uneven() -> None:
    def unevenness(gusts: float) -> float:
        sound = heard("wind", 30.0, gusts_percent=gusts)[0]
        levels = np.log(np.sqrt((sound.reshape(60, -1) ** 2).mean(axis=1)))
        return float(levels.std())

    assert unevenness(100.0) > 3.0 * unevenness(0.0)


def test_rain_falls_in_drops_of_its_density() -> None:
    sound = heard("rain", 20.0, density_hz=4.0, hiss_percent=0.0, size_percent=20.0)[0]
    loud = np.abs(sound) > 1e-4
    quiet_for = np.diff(np.flatnonzero(loud))
    drops = 1 + int((quiet_for > 0.005 * SAMPLE_RATE).sum())
    # A Poisson count of 80, of which a few fall together or softly.
    assert 80 - 4 * 9 < drops < 80 + 4 * 9


def test_bigger_drops_are_deeper() -> None:
    fine, heavy = (heard("rain", 5.0, size_percent=size, hiss_percent=0.0)[0] for size in (0.0, 100.0))
    assert centroid_hz(heavy) < 0.6 * centroid_hz(fine)


@pytest.mark.parametrize("frequency_hz", [30.0, 120.0])
def test_a_rumble_lies_below_its_frequency_at_one_level(frequency_hz: float) -> None:
    sound = heard("rumble", 20.0, frequency_hz=frequency_hz, motion_percent=0.0, grit_percent=0.0, level_dbfs=-20.0)[0]
    power = np.abs(np.fft.rfft(sound)) ** 2
    frequencies = np.fft.rfftfreq(sound.size, 1.0 / SAMPLE_RATE)
    assert power[frequencies > 2.0 * frequency_hz].sum() < 0.01 * power.sum()
    assert 10.0 * np.log10(2.0 * np.mean(sound**2)) == pytest.approx(-20.0, abs=3.0)
