import numpy as np
import pytest

from audiopost.dsp.oversampling import interpolation_response_db, oversampling_filter
from tests.tolerances import FLOAT64_SUM, PASS_BAND_RIPPLE_DB

FACTORS = pytest.mark.parametrize("factor", [1, 2, 4, 8, 32])


@FACTORS
def test_phase_0_gives_the_samples_untouched(factor: int) -> None:
    phase = oversampling_filter(factor)[0]
    assert phase[23] == 1.0
    assert np.count_nonzero(phase) == 1


@FACTORS
def test_a_constant_keeps_its_value(factor: int) -> None:
    assert oversampling_filter(factor).sum(axis=1) == pytest.approx(np.ones(factor), rel=FLOAT64_SUM)


def test_every_phase_is_flat_up_to_20_khz_at_48_khz() -> None:
    coefficients = oversampling_filter(8)
    for frequency_hz in np.linspace(20.0, 20_000.0, 500):
        response = interpolation_response_db(coefficients, frequency_hz / 48_000)
        assert np.abs(response).max() < PASS_BAND_RIPPLE_DB


def test_the_values_between_the_samples_are_those_of_the_sine() -> None:
    angle = 2.0 * np.pi * 0.21
    window = np.sin(angle * np.arange(-23, 25))
    for phase, coefficients in enumerate(oversampling_filter(8)):
        # 70 dB of stop band: an error of 3e-4 at the most.
        assert coefficients @ window == pytest.approx(np.sin(angle * phase / 8), abs=10 ** (-70 / 20))


def test_phases_mirror_each_other() -> None:
    coefficients = oversampling_filter(8)
    for phase in range(1, 8):
        assert coefficients[phase] == pytest.approx(coefficients[8 - phase][::-1], abs=FLOAT64_SUM)


@pytest.mark.parametrize(("factor", "taps", "stop_band_db"), [(0, 48, 70.0), (4, 47, 70.0), (4, 0, 70.0), (4, 48, 20)])
def test_an_impossible_filter_is_refused(factor: int, taps: int, stop_band_db: float) -> None:
    with pytest.raises(ValueError, match="no interpolator"):
        oversampling_filter(factor, taps, stop_band_db)
