"""The compressor's curve and gains, eight frames at once, against the same in float64 by the library's functions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from audiopost.dsp.gain_computer import compressor_gain, static_reduction_db, time_constant
from audiopost.dsp.level_programs import GAIN_ERROR_DB, gains_of_reductions, reductions_of_levels
from audiopost.dsp.machine_code import emitted
from audiopost.dsp.smoothing import Ramps
from audiopost.dsp.vector_code import LANES
from tests.signals import white_noise


def reductions(levels: np.ndarray, threshold_db: float, slope: float, knee_db: float) -> np.ndarray:
    out = np.empty_like(levels)
    run = emitted(reductions_of_levels)["reductions_of_levels"]
    run(levels.ctypes.data, out.ctypes.data, levels.size // LANES, threshold_db, slope, knee_db)
    return out


def gains(reductions_db: np.ndarray, makeup_db: float = 0.0) -> np.ndarray:
    out = np.empty_like(reductions_db)
    run = emitted(gains_of_reductions)["gains_of_reductions"]
    run(reductions_db.ctypes.data, out.ctypes.data, reductions_db.size // LANES, makeup_db, 1e-7)
    return out


@pytest.mark.parametrize("knee_db", [0.0, 6.0, 24.0])
def test_the_curve_is_the_one_in_float64(knee_db: float) -> None:
    levels = np.logspace(-10, 8, 40_000).astype(np.float32)
    expected = [static_reduction_db(20.0 * math.log10(level), -24.0, 0.75, knee_db) for level in levels.tolist()]
    np.testing.assert_allclose(reductions(levels, -24.0, 0.75, knee_db), expected, rtol=0, atol=GAIN_ERROR_DB)


def test_no_level_and_the_largest_number_are_levels_too() -> None:
    levels = np.zeros(8, dtype=np.float32)
    levels[4:] = np.finfo(np.float32).max
    found = reductions(levels, -20.0, 0.5, 6.0)
    assert not found[:4].any()
    np.testing.assert_allclose(found[4:], 0.5 * (20.0 * math.log10(np.finfo(np.float32).max) + 20.0), rtol=1e-6)


@pytest.mark.parametrize("makeup_db", [-12.0, 0.0, 36.0])
def test_gains_are_those_of_float64(makeup_db: float) -> None:
    reductions_db = np.linspace(0.0, 60.0, 40_000).astype(np.float32)
    found_db = 20.0 * np.log10(gains(reductions_db, makeup_db).astype(np.float64))
    np.testing.assert_allclose(found_db, makeup_db - reductions_db.astype(np.float64), rtol=0, atol=GAIN_ERROR_DB)


def test_nothing_reduced_is_a_gain_of_exactly_one_and_a_huge_reduction_is_a_number() -> None:
    assert (gains(np.full(8, 5e-8, dtype=np.float32)) == 1.0).all()
    assert 0.0 < gains(np.full(8, 1e6, dtype=np.float32))[0] < 1e-37


@pytest.mark.parametrize(("attack_ms", "release_ms"), [(1.0, 100.0), (100.0, 5.0), (10.0, 10.0)])
def test_ballistics_without_a_branch_are_the_branching_smoother(attack_ms: float, release_ms: float) -> None:
    frames = 5000
    levels = np.abs(white_noise(1, frames + LANES)[0])
    levels[1000:2500] *= 0.01
    attack, release = time_constant(attack_ms, 48_000), time_constant(release_ms, 48_000)
    ramps = Ramps(4, 1)
    for index, value in enumerate((-30.0, 0.75, 6.0, 3.0)):
        ramps.jump(index, value)
    state, work, found = np.zeros(4), np.zeros_like(levels), np.zeros_like(levels)
    compressor_gain.ready()(levels, frames, ramps.state, attack, release, state, work, found)
    now_db, expected_db = 0.0, []
    for level in levels[:frames].tolist():
        wanted_db = static_reduction_db(20.0 * math.log10(level), -30.0, 0.75, 6.0) if level else 0.0
        now_db = wanted_db + (attack if wanted_db > now_db else release) * (now_db - wanted_db)
        expected_db.append(3.0 - now_db)
    found_db = 20.0 * np.log10(found[:frames].astype(np.float64))
    np.testing.assert_allclose(found_db, expected_db, rtol=0, atol=GAIN_ERROR_DB)
    assert state[1] == pytest.approx(3.0 - min(expected_db), abs=GAIN_ERROR_DB)
