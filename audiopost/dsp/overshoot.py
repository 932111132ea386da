"""How far a waveform can rise above its samples: what lets a meter leave interpolation out, and lose nothing.

An interpolated value lies on the straight line between its two neighbours, save for how the samples bend around
there: each phase of the interpolator is a straight line plus weighted second differences. Absolute weights added up
bound every signal. Music bends little at its loud places, so hardly any of it could exceed a peak already known.

At 1 kHz and 48 kHz the bound is 0.08 dB, at 5 kHz 1.7 dB.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["bend_bounds"]


def bend_bounds(coefficients: NDArray[np.float64], near_frames: int) -> tuple[float, float]:
    """How many times the largest second difference a value can exceed both its neighbours.

    Parameters
    ----------
    coefficients
        Of `oversampling_filter`, shape ``(factor, taps)``.
    near_frames
        Second differences up to so many frames before the place, and one less behind it, are near.

    Returns
    -------
    tuple of float
        A value's magnitude is at most that of the larger of the two samples beside it, plus the first number times
        the largest near second difference, plus the second number times the largest of the others.

    >>> near, far = bend_bounds(np.array([[0.0, 0.5, 0.5, 0.0]]), 16)  # a straight line bends nowhere
    >>> near, far
    (0.0, 0.0)
    """
    taps = coefficients.shape[1]
    here = taps // 2 - 1
    near = far = 0.0
    for phase in coefficients:
        place = float(phase @ (np.arange(taps) - here))
        if not -1e-9 <= place <= 1.0 + 1e-9:
            raise ValueError(f"a phase that stands for {place} frames behind a sample is not between two samples")
        rest = phase.copy()
        rest[here] -= 1.0 - place
        rest[here + 1] -= place
        # The rest has neither sum nor slope: summed twice, it is the weights of the second differences.
        weights = np.abs(np.cumsum(np.cumsum(rest)))
        distance = np.arange(1, taps + 1) - here
        is_near = (distance >= -near_frames) & (distance < near_frames)
        near = max(near, float(weights[is_near].sum()))
        far = max(far, float(weights[~is_near].sum()))
    return near, far
