import numpy as np
import pytest

from audiopost.loudness.gating import power_at
from audiopost.loudness.loudness_range import loudness_range_lu
from tests.tolerances import FLOAT64_SUM


def powers(*levels_lufs: float) -> np.ndarray:
    return np.array([power_at(level) for level in levels_lufs])


def approx(value: float) -> object:
    return pytest.approx(value, rel=100 * FLOAT64_SUM)


def test_nothing_and_silence_have_no_range() -> None:
    assert loudness_range_lu(np.zeros(0)) is None
    assert loudness_range_lu(np.zeros(100)) is None


def test_a_steady_programme_has_the_range_zero() -> None:
    assert loudness_range_lu(powers(*[-23.0] * 40)) == 0.0


def test_percentiles_are_the_nearest_readings_and_nothing_between_them() -> None:
    # 11 readings: ranks 10 * 0.1 = 1 and 10 * 0.95 = 9.5, which rounds up to 10.
    levels = [-30.0 + step for step in range(11)]
    assert loudness_range_lu(powers(*levels)) == approx(9.0)


def test_the_order_of_readings_does_not_matter() -> None:
    levels = [-30.0 + step for step in range(11)]
    shuffled = np.random.default_rng(2).permutation(levels)
    assert loudness_range_lu(powers(*shuffled)) == loudness_range_lu(powers(*levels))


def test_readings_20_lu_below_the_mean_are_left_out() -> None:
    assert loudness_range_lu(powers(*[-20.0] * 50, *[-45.0] * 50)) == approx(0.0)
    assert loudness_range_lu(powers(*[-20.0] * 50, *[-35.0] * 50)) == approx(15.0)


def test_a_reading_at_the_absolute_gate_counts() -> None:
    assert loudness_range_lu(np.array([power_at(-70.0)])) == 0.0
    assert loudness_range_lu(np.array([np.nextafter(power_at(-70.0), 0.0)])) is None
