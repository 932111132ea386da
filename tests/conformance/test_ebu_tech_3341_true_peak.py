"""EBU Tech 3341 v4, table 1: the signals of true peak, each made from its definition."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.loudness import LoudnessMeter
from tests.signals import faded, true_peak_burst, true_peak_tone
from tests.tolerances import (
    EBU_TRUE_PEAK_ABOVE_DB,
    EBU_TRUE_PEAK_BELOW_DB,
    OWN_BURST_TRUE_PEAK_DB,
    OWN_TRUE_PEAK_ABOVE_DB,
    OWN_TRUE_PEAK_BELOW_DB,
)

RATES = pytest.mark.parametrize("rate", [44_100, 48_000, 96_000, 192_000])


def true_peak(block: AudioBlock, rate: int) -> float:
    meter = LoudnessMeter(rate, "stereo")
    meter.process(block)
    result = meter.result()
    assert result.true_peak_per_channel_dbtp == (result.true_peak_dbtp,) * 2
    return result.true_peak_dbtp


def is_within(value: float, nominal: float) -> bool:
    return nominal - EBU_TRUE_PEAK_BELOW_DB <= value <= nominal + EBU_TRUE_PEAK_ABOVE_DB


@RATES
@pytest.mark.parametrize(
    ("signal", "divisor", "amplitude", "phase_deg", "nominal"),
    [
        (15, 4, 0.50, 0.0, -6.0),
        (16, 4, 0.50, 45.0, -6.0),
        (17, 6, 0.50, 60.0, -6.0),
        (18, 8, 0.50, 67.5, -6.0),
        (19, 4, 1.41, 45.0, 3.0),
    ],
)
def test_signals_15_to_19_a_tone_peaks_between_the_samples(
    rate: int, signal: int, divisor: int, amplitude: float, phase_deg: float, nominal: float
) -> None:
    reading = true_peak(true_peak_tone(divisor, amplitude, phase_deg, rate), rate)
    assert is_within(reading, nominal)
    exact = 20.0 * math.log10(amplitude)
    assert exact - OWN_TRUE_PEAK_BELOW_DB <= reading <= exact + OWN_TRUE_PEAK_ABOVE_DB


@RATES
@pytest.mark.parametrize(("signal", "offset"), [(20, 0), (21, 1), (22, 2), (23, 3)])
def test_signals_20_to_23_one_period_peaks_wherever_the_samples_fall(rate: int, signal: int, offset: int) -> None:
    burst = true_peak_burst(offset, rate)
    reading = true_peak(burst, rate)
    assert is_within(reading, 0.0)
    assert reading == pytest.approx(band_limited_peak_db(burst[0]), abs=OWN_BURST_TRUE_PEAK_DB)


def band_limited_peak_db(signal: NDArray[np.float32]) -> float:
    """The crest about the middle, on a grid 64 times as fine: the spectrum, and zeros above it, turned back."""
    middle = len(signal) // 2
    part = faded(signal[np.newaxis, middle - 4096 : middle + 4096], 48_000)[0].astype(np.float64)
    fine = np.fft.irfft(np.fft.rfft(part), 64 * len(part)) * 64
    return float(20.0 * np.log10(np.abs(fine).max()))
