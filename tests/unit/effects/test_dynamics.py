"""Compressor and gate, measured by the definitions in their docstrings."""

from __future__ import annotations

import math

import numpy as np
import pytest

from audiopost.effects.compression import Compressor
from tests.running import prepared, run, sine
from tests.signals import white_noise
from tests.tolerances import BALLISTICS, GAIN_RIPPLE_DB, STATIC_CURVE_DB

RATE = 48_000
HOLD_FRAMES = 480
"""The peak detector's 10 ms."""


def db(values: np.ndarray | float) -> np.ndarray:
    return 20.0 * np.log10(np.maximum(np.abs(values), 1e-12))


def steps(*levels: tuple[float, float]) -> np.ndarray:
    """A constant that steps: (level in dB, seconds)."""
    return np.concatenate([np.full(round(s * RATE), 10.0 ** (level / 20.0)) for level, s in levels]).astype(np.float32)[
        None
    ]


def gain_db_of(node_name: str, samples: np.ndarray, **parameters: float) -> np.ndarray:
    node = prepared(node_name, "mono", parameters=parameters)
    return (db(run(node, samples)) - db(samples))[0]


@pytest.mark.parametrize("level_dbfs", [-40.0, -23.0, -20.0, -17.0, -10.0, 0.0])
@pytest.mark.parametrize(("ratio", "knee_db"), [(2.0, 0.0), (4.0, 6.0), (100.0, 12.0)])
def test_the_static_curve(level_dbfs: float, ratio: float, knee_db: float) -> None:
    samples = sine(997.0, 1.0, peak_linear=10.0 ** (level_dbfs / 20.0))
    node = prepared(
        "compressor", "mono", parameters={"threshold_db": -20.0, "ratio": ratio, "knee_db": knee_db, "attack_ms": 1.0}
    )
    out = run(node, samples)
    over = level_dbfs + 20.0
    slope = 1.0 - 1.0 / ratio
    if over <= -knee_db / 2.0:
        expected = level_dbfs
    elif over >= knee_db / 2.0:
        expected = level_dbfs - slope * over
    else:
        expected = level_dbfs - slope * (over + knee_db / 2.0) ** 2 / (2.0 * knee_db)
    heard = float(db(np.abs(out[0, RATE // 2 :]).max()))
    assert heard == pytest.approx(expected, abs=STATIC_CURVE_DB)
    assert isinstance(node, Compressor)
    assert node.gain_reduction_db == pytest.approx(level_dbfs - expected, abs=STATIC_CURVE_DB)


@pytest.mark.parametrize("attack_ms", [2.0, 10.0, 100.0])
def test_the_attack_covers_63_percent_of_the_reduction_in_its_time(attack_ms: float) -> None:
    samples = steps((-60.0, 0.1), (0.0, 1.0))
    gain = gain_db_of("compressor", samples, threshold_db=-20.0, ratio=4.0, knee_db=0.0, attack_ms=attack_ms)
    frames = np.argmax(gain[4800:] <= -15.0 * (1.0 - 1.0 / math.e))
    assert frames == pytest.approx(attack_ms * RATE / 1000.0, rel=BALLISTICS, abs=1)


@pytest.mark.parametrize("release_ms", [20.0, 200.0])
def test_the_release_gives_63_percent_back_in_its_time(release_ms: float) -> None:
    samples = steps((0.0, 1.0), (-60.0, 1.0))
    gain = gain_db_of(
        "compressor", samples, threshold_db=-20.0, ratio=4.0, knee_db=0.0, attack_ms=1.0, release_ms=release_ms
    )
    frames = np.argmax(gain[RATE:] >= -15.0 / math.e)
    assert frames - HOLD_FRAMES == pytest.approx(release_ms * RATE / 1000.0, rel=BALLISTICS, abs=1)


def test_below_the_threshold_the_samples_pass_untouched() -> None:
    samples = white_noise(2, 10_000, peak_linear=0.05)
    node = prepared("compressor", parameters={"threshold_db": -20.0})
    np.testing.assert_array_equal(run(node, samples), samples)


@pytest.mark.parametrize("frequency_hz", [50.0, 60.0, 440.0])
def test_the_gain_does_not_follow_the_waveform_of_a_steady_sound(frequency_hz: float) -> None:
    samples = sine(frequency_hz, 2.0, peak_linear=0.9)
    gain = gain_db_of("compressor", samples, threshold_db=-30.0, ratio=8.0, attack_ms=0.5, release_ms=20.0)
    audible = np.abs(samples[0]) > 0.1
    late = gain[RATE:][audible[RATE:]]
    assert np.ptp(late) < GAIN_RIPPLE_DB


def test_the_rms_detector_reads_a_sine_3_db_lower() -> None:
    samples = sine(997.0, 1.0, peak_linear=1.0)
    heard = {}
    for detector in ("peak", "rms"):
        node = prepared(
            "compressor", "mono", settings={"detector": detector},
            parameters={"threshold_db": -20.0, "ratio": 100.0, "knee_db": 0.0, "attack_ms": 5.0, "release_ms": 1000.0},
        )  # fmt: skip
        heard[detector] = float(db(np.abs(run(node, samples)[0, RATE // 2 :]).max()))
    assert heard["rms"] - heard["peak"] == pytest.approx(3.01 * 0.99, abs=0.1)


def test_makeup_raises_everything() -> None:
    samples = white_noise(1, 4000, peak_linear=0.01)
    node = prepared("compressor", "mono", parameters={"makeup_db": 6.0})
    np.testing.assert_allclose(run(node, samples), samples * 10.0 ** (6.0 / 20.0), rtol=1e-6)


def test_channels_are_lowered_alike() -> None:
    samples = np.repeat(sine(997.0, 0.5, peak_linear=0.1), 2, axis=0)
    samples[1] *= 9.0
    out = run(prepared("compressor", parameters={"threshold_db": -30.0, "ratio": 10.0}), samples)
    np.testing.assert_allclose(out[1], 9.0 * out[0], rtol=1e-5)


def test_a_side_chain_ducks_what_is_itself_quiet() -> None:
    music = white_noise(2, RATE, peak_linear=0.05)
    speech = np.zeros_like(music)
    speech[:, RATE // 2 :] = 0.5
    node = prepared("compressor", parameters={"threshold_db": -30.0, "ratio": 4.0, "knee_db": 0.0})
    out = run(node, music, side=[speech])
    np.testing.assert_array_equal(out[:, : RATE // 2], music[:, : RATE // 2])
    ducked = (db(out) - db(music))[:, -1000:]
    expected = -0.75 * (20.0 * np.log10(0.5) + 30.0)
    np.testing.assert_allclose(ducked, expected, atol=STATIC_CURVE_DB)


def test_a_mono_key_steers_a_stereo_sound() -> None:
    from audiopost.layouts import layout_named

    node = prepared("compressor", parameters={"threshold_db": -30.0}, side_layouts=(layout_named("mono"),))
    music = white_noise(2, 4000, peak_linear=0.01)
    assert np.abs(run(node, music, side=[np.full((1, 4000), 0.9, dtype=np.float32)])[:, -1]).max() < 0.01


GATE = {
    "threshold_db": -40.0,
    "range_db": 60.0,
    "attack_ms": 5.0,
    "hold_ms": 50.0,
    "release_ms": 100.0,
    "hysteresis_db": 6.0,
}


def test_a_closed_gate_lowers_by_its_range() -> None:
    gain = gain_db_of("gate", steps((-50.0, 0.5)), **GATE)
    assert gain[-1] == pytest.approx(-60.0, abs=STATIC_CURVE_DB)


def test_a_gate_opens_in_its_attack_and_then_passes_the_samples_themselves() -> None:
    samples = steps((-80.0, 0.1), (-20.0, 0.5))
    out = run(prepared("gate", "mono", parameters=GATE), samples)
    opened = np.argmax(out[0, 4800:] == samples[0, 4800:])
    assert opened == pytest.approx(5.0 * RATE / 1000.0, abs=1)
    np.testing.assert_array_equal(out[0, 4800 + opened :], samples[0, 4800 + opened :])


def test_a_gate_holds_then_closes_in_its_release() -> None:
    gain = gain_db_of("gate", steps((-20.0, 0.5), (-80.0, 0.5)), **GATE)
    after = gain[24_000:]
    closing = np.argmax(after < -0.001)
    closed = np.argmax(after <= -59.99)
    assert closing - HOLD_FRAMES == pytest.approx(50.0 * RATE / 1000.0, abs=2)
    assert closed - closing == pytest.approx(100.0 * RATE / 1000.0, abs=2)


def test_between_the_two_thresholds_a_gate_stays_as_it_is() -> None:
    stays_closed = gain_db_of("gate", steps((-80.0, 0.2), (-43.0, 0.5)), **GATE)
    stays_open = gain_db_of("gate", steps((-20.0, 0.2), (-43.0, 0.5)), **GATE)
    assert stays_closed[-1] == pytest.approx(-60.0, abs=STATIC_CURVE_DB)
    assert stays_open[-1] == 0.0


def test_a_gate_tells_its_reduction() -> None:
    node = prepared("gate", "mono", parameters=GATE)
    run(node, steps((-80.0, 0.2)))
    assert getattr(node, "gain_reduction_db") == pytest.approx(60.0)  # noqa: B009 - not an attribute of every node
    run(node, steps((-10.0, 0.2)))
    assert getattr(node, "gain_reduction_db") == 0.0  # noqa: B009
