"""Gating: which 400 ms blocks of a programme count, and the integrated loudness of those.

Two gates, both passed only by what is *above* them: -70 LUFS, and 10 LU below the loudness of all that passed the
first. That loudness is the mean of energies, not of decibels.

Source: ITU-R BS.1770-5, Annex 1, equations 2 to 7.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.units import db_to_linear, power_to_db

__all__ = ["ABSOLUTE_GATE_LUFS", "RELATIVE_GATE_LU", "integrated_lufs", "loudness_lufs", "relative_threshold_lufs"]

LOUDNESS_OFFSET_DB = -0.691
"""Cancels the gain of K-weighting at 997 Hz (BS.1770-5, equation 2)."""

ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0


def loudness_lufs(power: float) -> float:
    """Loudness of a weighted mean square; ``-inf`` for none.

    >>> round(loudness_lufs(0.5), 2)
    -3.7
    """
    return LOUDNESS_OFFSET_DB + power_to_db(power)


def power_at(loudness: float) -> float:
    """The weighted mean square of a loudness in LUFS: the way back from `loudness_lufs`."""
    return db_to_linear(loudness - LOUDNESS_OFFSET_DB) ** 2


def relative_threshold_lufs(block_powers: NDArray[np.float64]) -> float | None:
    """The relative gate for the blocks of a programme; None where no block passes the absolute one.

    Parameters
    ----------
    block_powers
        Weighted mean squares of 400 ms blocks, shape ``(blocks,)``.
    """
    heard = block_powers[block_powers > power_at(ABSOLUTE_GATE_LUFS)]
    if not len(heard):
        return None
    return loudness_lufs(float(np.mean(heard))) + RELATIVE_GATE_LU


def integrated_lufs(block_powers: NDArray[np.float64]) -> float | None:
    """Integrated loudness of a programme in LUFS; None where no block passes the gates.

    Parameters
    ----------
    block_powers
        Weighted mean squares of 400 ms blocks that overlap by 75 %, shape ``(blocks,)``. Of several programmes taken
        as one: all their blocks, for a mean of readings would be another number.

    >>> round(integrated_lufs(np.array([1e-3, 1e-3, 1e-9])), 3)
    -30.691
    """
    threshold = relative_threshold_lufs(block_powers)
    if threshold is None:
        return None
    gate = max(power_at(ABSOLUTE_GATE_LUFS), power_at(threshold))
    return loudness_lufs(float(np.mean(block_powers[block_powers > gate])))
