"""Loudness range: how far apart the quiet and the loud parts of a programme lie.

The distance between the 10th and the 95th percentile of short-term loudness, of those readings that reach both
gates: -70 LUFS, and 20 LU below the energy mean of what reached the first. Unlike integrated loudness, a reading
*at* a gate counts. A percentile is the nearest of the sorted readings; nothing is interpolated.

Source: EBU Tech 3342 v4, sections 3 and 4.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.loudness.gating import ABSOLUTE_GATE_LUFS, loudness_lufs, power_at

__all__ = ["LOUDNESS_RANGE_TAIL_S", "loudness_range_lu"]

LOUDNESS_RANGE_TAIL_S = 1.5
"""Silence added to a file, so that its end is looked at as often as its middle."""

_RELATIVE_GATE_LU = -20.0
_LOW_PERCENT = 10
_HIGH_PERCENT = 95


def loudness_range_lu(short_term_powers: NDArray[np.float64]) -> float | None:
    """Loudness range in LU; None where no reading reaches the gates.

    Parameters
    ----------
    short_term_powers
        Weighted mean squares of 3 s windows, 10 or more a second, shape ``(readings,)``.

    >>> round(loudness_range_lu(np.array([1e-3] * 50 + [1e-2] * 50)), 6)
    10.0
    """
    heard = short_term_powers[short_term_powers >= power_at(ABSOLUTE_GATE_LUFS)]
    if not len(heard):
        return None
    gate = power_at(loudness_lufs(float(np.mean(heard))) + _RELATIVE_GATE_LU)
    ordered = np.sort(heard[heard >= gate])
    low = ordered[_rank(len(ordered), _LOW_PERCENT)]
    high = ordered[_rank(len(ordered), _HIGH_PERCENT)]
    return loudness_lufs(float(high)) - loudness_lufs(float(low))


def _rank(count: int, percent: int) -> int:
    """Index of the nearest rank, a half rounded up."""
    return math.floor((count - 1) * percent / 100 + 0.5)
