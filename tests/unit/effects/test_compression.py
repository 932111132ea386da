"""What a compressor can do besides: look-ahead, side-chain filter, feedback, parallel mix."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost.errors import UsageError
from tests.running import SAMPLE_RATE, prepared, run, sine
from tests.signals import white_noise
from tests.tolerances import FEEDBACK_CURVE_DB, STATIC_CURVE_DB


def level_db(samples: np.ndarray) -> float:
    return float(20.0 * np.log10(np.abs(samples).max()))


@pytest.mark.parametrize(("level_dbfs", "ratio"), [(-30.0, 4.0), (-12.0, 2.0), (-5.0, 4.0), (-5.0, 10.0)])
def test_the_loop_of_a_feedback_compressor_settles_on_the_curve(level_dbfs: float, ratio: float) -> None:
    node = prepared(
        "compressor", "mono", settings={"topology": "feed_back"},
        parameters={"threshold_db": -20.0, "ratio": ratio, "knee_db": 0.0, "release_ms": 300.0},
    )  # fmt: skip
    out = run(node, sine(997.0, 3.0, peak_linear=10.0 ** (level_dbfs / 20.0)))
    expected = -20.0 + max(0.0, level_dbfs + 20.0) / ratio if level_dbfs > -20.0 else level_dbfs
    assert level_db(out[:, -4800:]) == pytest.approx(expected, abs=FEEDBACK_CURVE_DB)


def test_an_extreme_feedback_compressor_does_not_swing() -> None:
    knobs = {"threshold_db": -40.0, "ratio": 100.0, "attack_ms": 0.05, "release_ms": 5.0}
    node = prepared("compressor", "mono", settings={"topology": "feed_back"}, parameters=knobs)
    out = run(node, sine(997.0, 1.0, peak_linear=1.0))[0, SAMPLE_RATE // 2 :]
    crests = np.abs(out[: out.size // 48 * 48]).reshape(-1, 48).max(axis=1)
    assert np.ptp(crests) < 0.02 * crests.max()


def test_with_look_ahead_the_gain_is_down_when_the_peak_comes() -> None:
    samples = np.concatenate([sine(997.0, 0.5, peak_linear=0.05), sine(997.0, 0.5, peak_linear=0.8)], axis=1)
    overshoot = {}
    for lookahead_ms in (0.0, 10.0):
        node = prepared(
            "compressor", "mono", settings={"lookahead_ms": lookahead_ms},
            parameters={"threshold_db": -20.0, "ratio": 20.0, "attack_ms": 2.0},
        )  # fmt: skip
        assert node.latency_frames == round(lookahead_ms * SAMPLE_RATE / 1000.0)
        out = run(node, samples)[:, node.latency_frames :]
        overshoot[lookahead_ms] = level_db(out[:, 24_000:24_240]) - level_db(out[:, 40_000:])
    assert overshoot[0.0] > 8.0
    assert overshoot[10.0] < 0.5


def test_a_filtered_side_chain_does_not_hear_the_bass() -> None:
    bass = sine(50.0, 1.0, peak_linear=0.8)
    heard = {}
    for kind in ("off", "highpass"):
        node = prepared(
            "compressor", "mono", settings={"sidechain_filter": kind},
            parameters={"threshold_db": -20.0, "ratio": 10.0, "sidechain_frequency_hz": 800.0},
        )  # fmt: skip
        heard[kind] = level_db(run(node, bass)[:, SAMPLE_RATE // 2 :])
    assert heard["off"] < -14.0
    assert heard["highpass"] == pytest.approx(level_db(bass), abs=STATIC_CURVE_DB)


def test_a_mix_of_half_is_half_of_either() -> None:
    samples = white_noise(2, 9000)
    knobs = {"threshold_db": -30.0, "ratio": 10.0}
    wet = run(prepared("compressor", parameters=knobs), samples)
    half = run(prepared("compressor", parameters=knobs | {"mix_percent": 50.0}), samples)
    np.testing.assert_allclose(half, 0.5 * (samples + wet), atol=1e-6)


def test_back_at_a_full_mix_the_samples_are_those_of_a_compressor_without_one() -> None:
    samples = white_noise(2, 12_000)
    wet = run(prepared("compressor", parameters={"threshold_db": -30.0}), samples)
    turned = run(
        prepared("compressor", parameters={"threshold_db": -30.0}), samples, [512] * 30,
        turns={3000: {"mix_percent": 40.0}, 6000: {"mix_percent": 100.0}},
    )  # fmt: skip
    np.testing.assert_array_equal(turned[:, 7000:], wet[:, 7000:])


@pytest.mark.parametrize(
    "settings",
    [
        {"lookahead_ms": 51.0},
        {"topology": "feed_back", "detector": "rms"},
        {"topology": "feed_back", "sidechain_filter": "lowpass"},
        {"topology": "feed_back", "lookahead_ms": 5.0},
    ],
)
def test_what_does_not_go_together_is_refused(settings: dict) -> None:
    with pytest.raises(UsageError, match="compressor"):
        prepared("compressor", settings=settings)
