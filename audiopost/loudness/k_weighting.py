"""K-weighting: the two filters that stand for head and ear (ITU-R BS.1770-5, Annex 1, tables 1 and 2).

The Recommendation gives coefficients at 48 kHz only, and asks at other rates for the same frequency response. The
analogue prototypes below, found by De Man, give back both tables at 48 kHz to 2e-11, and any other rate by the
bilinear transform.

One trap is in the second filter: its numerator at 48 kHz is exactly 1, -2, 1, which makes its pass band 0.043 dB
loud. Keeping 1, -2, 1 at another rate would make the pass band another one (-0.032 dB at 192 kHz); here the gain of
48 kHz is kept at every rate.

Source of the prototypes: B. De Man, "Evaluation of implementations of the EBU R128 loudness measurement", AES
Convention 145 (2018), as used by libebur128.
"""

from __future__ import annotations

import cmath
import math

from audiopost.dsp.block_filter import BiquadCoefficients
from audiopost.units import db_to_linear, linear_to_db

__all__ = ["k_weighting_gain_db", "k_weighting_sections"]

_REFERENCE_RATE_HZ = 48_000

_SHELF_FREQUENCY_HZ = 1681.974450955533
_SHELF_GAIN_DB = 3.999843853973347
_SHELF_Q = 0.7071752369554196
_SHELF_MIDDLE_EXPONENT = 0.4996667741545416

_HIGHPASS_FREQUENCY_HZ = 38.13547087602444
_HIGHPASS_Q = 0.5003270373238773


def k_weighting_sections(sample_rate: int) -> tuple[BiquadCoefficients, BiquadCoefficients]:
    """Both biquads ``(b0, b1, b2, a1, a2)``, shelf first, at a sample rate in Hz (above 4000).

    Notes
    -----
    Accuracy: from 44.1 to 192 kHz the response is that of 48 kHz within 0.008 dB up to 20 kHz. Below, the bilinear
    transform bends the shelf: within 0.01 dB at 32 kHz, 0.07 dB at 16 kHz, 0.22 dB at 8 kHz. Other meters share
    this, so it is kept.

    >>> shelf, highpass = k_weighting_sections(48_000)
    >>> round(shelf[0], 9), round(highpass[0], 9)
    (1.53512486, 1.0)
    """
    return _shelf(sample_rate), _highpass(sample_rate)


def k_weighting_gain_db(frequency_hz: float, sample_rate: int) -> float:
    """Gain of K-weighting in dB at a frequency below half the sample rate.

    >>> round(k_weighting_gain_db(997.0, 48_000), 3)
    0.691
    """
    delay = cmath.exp(-2j * math.pi * frequency_hz / sample_rate)
    gain = 1.0
    for b0, b1, b2, a1, a2 in k_weighting_sections(sample_rate):
        gain *= abs((b0 + b1 * delay + b2 * delay**2) / (1.0 + a1 * delay + a2 * delay**2))
    return linear_to_db(gain)


def _shelf(sample_rate: int) -> BiquadCoefficients:
    warped = math.tan(math.pi * _SHELF_FREQUENCY_HZ / sample_rate)
    high = db_to_linear(_SHELF_GAIN_DB)
    middle = high**_SHELF_MIDDLE_EXPONENT
    damping = warped / _SHELF_Q
    square = warped * warped
    scale = 1.0 + damping + square
    return (
        (high + middle * damping + square) / scale,
        2.0 * (square - high) / scale,
        (high - middle * damping + square) / scale,
        2.0 * (square - 1.0) / scale,
        (1.0 - damping + square) / scale,
    )


def _highpass(sample_rate: int) -> BiquadCoefficients:
    warped, scale = _highpass_warp(sample_rate)
    numerator = _highpass_warp(_REFERENCE_RATE_HZ)[1] / scale
    square = warped * warped
    return (
        numerator,
        -2.0 * numerator,
        numerator,
        2.0 * (square - 1.0) / scale,
        (1.0 - warped / _HIGHPASS_Q + square) / scale,
    )


def _highpass_warp(sample_rate: int) -> tuple[float, float]:
    """The warped frequency, and the denominator's first coefficient before it is made 1."""
    warped = math.tan(math.pi * _HIGHPASS_FREQUENCY_HZ / sample_rate)
    return warped, 1.0 + warped / _HIGHPASS_Q + warped * warped
