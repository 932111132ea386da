import numpy as np
import pytest

from audiopost.loudness.gating import integrated_lufs, loudness_lufs, power_at, relative_threshold_lufs
from tests.tolerances import FLOAT64_SUM


def powers(*levels_lufs: float) -> np.ndarray:
    return np.array([power_at(level) for level in levels_lufs])


def approx(value: float) -> object:
    return pytest.approx(value, rel=FLOAT64_SUM)


def test_nothing_and_silence_are_undefined() -> None:
    assert integrated_lufs(np.zeros(0)) is None
    assert integrated_lufs(np.zeros(10)) is None
    assert relative_threshold_lufs(np.zeros(10)) is None
    assert loudness_lufs(0.0) == float("-inf")


def test_a_block_at_the_absolute_gate_does_not_pass() -> None:
    at_gate = power_at(-70.0)
    assert integrated_lufs(np.array([at_gate])) is None
    assert integrated_lufs(np.array([np.nextafter(at_gate, 1.0)])) == approx(-70.0)


def test_the_relative_threshold_lies_10_lu_below_the_mean_of_energies() -> None:
    blocks = np.array([0.01, 0.03])
    assert relative_threshold_lufs(blocks) == approx(loudness_lufs(0.02) - 10.0)


def test_the_relative_threshold_ignores_blocks_below_the_absolute_gate() -> None:
    assert relative_threshold_lufs(powers(-20.0, -80.0, -90.0)) == approx(-30.0)


def test_quiet_blocks_do_not_pull_the_programme_down() -> None:
    assert integrated_lufs(powers(*[-20.0] * 50, *[-40.0] * 50)) == approx(-20.0)


def test_the_relative_gate_never_falls_below_the_absolute_one() -> None:
    # The threshold would be -79.5 LUFS; -75 must still be left out.
    assert integrated_lufs(powers(-69.5, -75.0)) == approx(-69.5)
