from __future__ import annotations

import numpy as np
import pytest

from audiopost.errors import UsageError
from tests.running import SAMPLE_RATE, prepared, run
from tests.tolerances import FLOAT32_TONE, NOISE_LEVEL_DB, SWEPT_PITCH


def silence(seconds: float, channels: int = 1) -> np.ndarray:
    return np.zeros((channels, round(seconds * SAMPLE_RATE)), dtype=np.float32)


def test_a_tone_of_minus_18_dbfs_peaks_at_minus_18_db() -> None:
    node = prepared("tone", "mono", parameters={"level_dbfs": -18.0, "frequency_hz": 1000.0})
    out = run(node, silence(1.0))
    expected = 10.0 ** (-18.0 / 20.0) * np.sin(2.0 * np.pi * 1000.0 / SAMPLE_RATE * np.arange(SAMPLE_RATE))
    np.testing.assert_allclose(out[0], expected, atol=FLOAT32_TONE)


@pytest.mark.parametrize("colour", ["white", "pink"])
def test_noise_has_the_rms_of_a_tone_of_its_level(colour: str) -> None:
    node = prepared("noise", "stereo", parameters={"level_dbfs": -20.0}, settings={"colour": colour})
    out = run(node, silence(10.0, 2)).astype(np.float64)
    level = 20.0 * np.log10(np.sqrt(2.0 * np.mean(out**2)))
    # The lows of pink noise are few: ten seconds hold 50 periods of 5 Hz.
    assert level == pytest.approx(-20.0, abs=NOISE_LEVEL_DB if colour == "white" else 0.3)


def test_noise_repeats_by_its_seed() -> None:
    outs = [run(prepared("noise", settings={"seed": seed}), silence(0.1, 2)) for seed in (7, 7, -7, 8)]
    np.testing.assert_array_equal(outs[0], outs[1])
    assert not np.any(outs[0] == outs[2], axis=1).all()
    assert np.mean(outs[0] == outs[3]) < 0.01


def test_a_source_ignores_its_input() -> None:
    for effect in ("tone", "noise", "sweep"):
        quiet = run(prepared(effect, "mono"), silence(0.1))
        loud = run(prepared(effect, "mono"), silence(0.1) + 1.0)
        np.testing.assert_array_equal(quiet, loud)


def test_a_sweep_starts_ends_and_passes_its_middle_on_time() -> None:
    node = prepared(
        "sweep",
        "mono",
        parameters={"level_dbfs": 0.0},
        settings={"start_hz": 100.0, "end_hz": 6400.0, "duration_s": 3.0},
    )
    out = run(node, silence(4.0))[0]
    for at_s, expected_hz in ((0.5, 200.0), (1.5, 800.0), (2.5, 3200.0)):
        span = slice(round((at_s - 0.05) * SAMPLE_RATE), round((at_s + 0.05) * SAMPLE_RATE))
        rising = np.flatnonzero((out[span][:-1] < 0.0) & (out[span][1:] >= 0.0))
        assert (len(rising) - 1) / (rising[-1] - rising[0]) * SAMPLE_RATE == pytest.approx(
            expected_hz, rel=5.0 * SWEPT_PITCH
        )
    assert out[0] == 0.0
    assert not out[3 * SAMPLE_RATE :].any()
    assert np.abs(out[SAMPLE_RATE : 2 * SAMPLE_RATE]).max() == pytest.approx(1.0, abs=0.001)


@pytest.mark.parametrize(
    "settings", [{"start_hz": 0.0}, {"end_hz": 24_000.0}, {"duration_s": 0.0}, {"start_hz": float("nan")}]
)
def test_an_impossible_sweep_is_refused(settings: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="sweep"):
        prepared("sweep", "mono", settings=settings)


def test_a_tone_above_half_the_rate_stays_below_it() -> None:
    node = prepared("tone", "mono", parameters={"frequency_hz": 20_000.0, "level_dbfs": 0.0}, sample_rate=8000)
    out = run(node, np.zeros((1, 8000), dtype=np.float32))
    spectrum = np.abs(np.fft.rfft(out[0]))
    assert np.argmax(spectrum) == 3920
