from __future__ import annotations

import math

import numpy as np
import pytest

from audiopost.dsp.gain_computer import static_reduction_db, time_constant


def test_below_the_knee_nothing_is_reduced() -> None:
    assert static_reduction_db(-23.1, -20.0, 0.75, 6.0) == 0.0


@pytest.mark.parametrize("ratio", [1.0, 2.0, 4.0, 100.0])
def test_above_the_knee_a_db_in_is_a_db_over_the_ratio_out(ratio: float) -> None:
    slope = 1.0 - 1.0 / ratio
    low, high = (level - static_reduction_db(level, -30.0, slope, 6.0) for level in (-20.0, -10.0))
    assert high - low == pytest.approx(10.0 / ratio)


@pytest.mark.parametrize("knee_db", [0.0, 1.0, 12.0, 24.0])
def test_the_curve_has_no_step_and_never_falls(knee_db: float) -> None:
    levels = np.linspace(-60.0, 0.0, 6001)
    out = np.array([level - static_reduction_db(level, -30.0, 0.9, knee_db) for level in levels])
    steps = np.diff(out)
    assert steps.min() >= 0.0
    assert steps.max() < 0.0101


def test_a_time_constant_covers_63_percent_of_a_step_in_its_time() -> None:
    keep = time_constant(10.0, 48_000)
    assert keep**480 == pytest.approx(1.0 / math.e)
