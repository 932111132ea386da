from __future__ import annotations

import numpy as np
import pytest

from audiopost.errors import UsageError
from tests.running import SAMPLE_RATE, prepared, run
from tests.spectra import pitch_hz
from tests.tolerances import MODULATED_PITCH, ONE_SHOT_LEVEL_DB


def heard(
    effect: str, seconds: float, layout: str = "mono", level_dbfs: float = -12.0, **settings: object
) -> np.ndarray:
    node = prepared(effect, layout, parameters={"level_dbfs": level_dbfs}, settings=settings)  # type: ignore[arg-type]
    channels = 1 if layout == "mono" else 2
    return run(node, np.zeros((channels, round(seconds * SAMPLE_RATE)), np.float32)).astype(np.float64)


def centroid_hz(sound: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(sound)) ** 2
    return float((power * np.fft.rfftfreq(sound.size, 1.0 / SAMPLE_RATE)).sum() / power.sum())


def loudest_db(sound: np.ndarray, window_s: float) -> float:
    power = np.convolve(sound**2, np.ones(round(window_s * SAMPLE_RATE)) / round(window_s * SAMPLE_RATE), "valid")
    return float(10.0 * np.log10(2.0 * power.max()))


@pytest.mark.parametrize("effect", ["impact", "beep"])
def test_the_peak_is_at_the_level(effect: str) -> None:
    peak = np.abs(heard(effect, 3.0)).max()
    assert 20.0 * np.log10(peak) == pytest.approx(-12.0, abs=ONE_SHOT_LEVEL_DB)


@pytest.mark.parametrize("sharpness", [0.0, 40.0, 90.0])
def test_a_whoosh_is_at_its_level_where_it_is_loudest(sharpness: float) -> None:
    levels = [loudest_db(heard("whoosh", 1.3, seed=seed, sharpness_percent=sharpness)[0], 0.05) for seed in range(4)]
    assert np.mean(levels) == pytest.approx(-12.0, abs=ONE_SHOT_LEVEL_DB)


def test_a_bigger_thing_is_deeper_and_longer_and_a_harder_one_brighter() -> None:
    small, big = (heard("impact", 4.0, size_percent=size)[0] for size in (0.0, 100.0))
    assert centroid_hz(big) < 0.5 * centroid_hz(small)
    assert np.flatnonzero(np.abs(big) > 1e-3)[-1] > 3 * np.flatnonzero(np.abs(small) > 1e-3)[-1]
    felt, metal = (heard("impact", 4.0, hardness_percent=hard, thump_percent=0.0)[0] for hard in (0.0, 100.0))
    assert centroid_hz(metal) > 1.5 * centroid_hz(felt)


def test_a_whoosh_rises_to_its_peak_and_crosses_the_channels() -> None:
    out = heard("whoosh", 2.0, "stereo", duration_s=2.0, peak_percent=50.0)
    power = (out**2).reshape(2, 40, -1).mean(axis=2)
    assert abs(int(power.sum(axis=0).argmax()) - 20) <= 3
    assert power[0, 5:15].sum() > 1.5 * power[1, 5:15].sum()
    assert power[1, 25:35].sum() > 1.5 * power[0, 25:35].sum()
    assert centroid_hz(out[0, 43_200:52_800]) > 2.0 * centroid_hz(out[0, 9_600:19_200])


def test_beeps_come_in_number_time_and_pitch() -> None:
    settings = {"count": 3, "beep_ms": 100.0, "gap_ms": 50.0, "timbre_percent": 0.0, "fade_percent": 0.0}
    out = heard("beep", 1.0, start_hz=500.0, end_hz=1000.0, **settings)[0]
    loud = np.abs(out).reshape(-1, 480).max(axis=1) > 0.05  # 10 ms each
    assert np.flatnonzero(np.diff(loud.astype(int)) == -1).tolist() == [9, 24, 39]
    pitch = pitch_hz(out[:4800])
    assert pitch[1] == pytest.approx(500.0, rel=4 * MODULATED_PITCH)
    assert pitch[-1] == pytest.approx(1000.0, rel=4 * MODULATED_PITCH)
    assert not out[round(0.45 * SAMPLE_RATE) :].any()


@pytest.mark.parametrize(
    ("effect", "setting"),
    [("impact", {"size_percent": 101.0}), ("whoosh", {"duration_s": 0.0}), ("beep", {"count": 0})],
)
def test_an_impossible_sound_is_refused(effect: str, setting: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="out of range"):
        prepared(effect, settings=setting)
