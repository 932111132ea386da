"""Gains that lead the spectrum of one sound to that of another.

``morph``: the magnitude of every bin goes from that of the first to that of the second by equal ratios, under the
phases of the first. ``cross``: the second is a filter for the first, raised to a power; the first keeps its energy.

Source: J. O. Smith, "Spectral Audio Signal Processing" (W3K Publishing, 2011), chapter 10, "Cross-synthesis".
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import compiled

__all__ = ["cross_gains", "morph_gains"]

FLOOR_POWER = 1e-9
"""Of a bin, about 140 dB below a sine at full scale: below it neither sound leads anywhere."""

MOST_DB = 60.0
"""A bin is raised or lowered by no more."""


@compiled("void(float64[::1], float64[::1], float64[::1], float64)")
def morph_gains(
    powers: NDArray[np.float64], other: NDArray[np.float64], gains: NDArray[np.float64], share: float
) -> None:
    """Gains for magnitudes of ``powers ** (1 - share) * other ** share``, as magnitudes."""
    most = MOST_DB * math.log(10.0) / 20.0
    for k in range(powers.shape[0]):
        change = 0.5 * share * math.log((other[k] + FLOOR_POWER) / (powers[k] + FLOOR_POWER))
        gains[k] = math.exp(min(max(change, -most), most))


@compiled("void(float64[::1], float64[::1], float64[::1], float64)")
def cross_gains(
    powers: NDArray[np.float64], other: NDArray[np.float64], gains: NDArray[np.float64], share: float
) -> None:
    """Gains proportional to the other magnitude to the power of `share`, which leave the energy as it is."""
    before = after = 0.0
    for k in range(powers.shape[0]):
        gain = math.pow(other[k] + FLOOR_POWER, 0.5 * share)
        gains[k] = gain
        before += powers[k]
        after += powers[k] * gain * gain
    scale = math.sqrt(before / after) if after > 0.0 else 0.0
    for k in range(powers.shape[0]):
        gains[k] *= scale
