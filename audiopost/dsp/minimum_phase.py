"""The shortest filter of a given magnitude: minimum phase, by folding the cepstrum.

Source: A. V. Oppenheim, R. W. Schafer, "Discrete-Time Signal Processing", 3rd ed. (2010), section 13.5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["minimum_phase"]


def minimum_phase(log_magnitudes: NDArray[np.float64], taps: int) -> NDArray[np.float64]:
    """Taps of a filter with these natural logarithms of its magnitude, from 0 to half the sample rate.

    Parameters
    ----------
    log_magnitudes
        (bins,), bins = points / 2 + 1; so many points that the filter has died away within half of them.
    taps
        How many are kept from the beginning.

    >>> minimum_phase(np.zeros(65), 3).round(6).tolist()
    [1.0, 0.0, 0.0]
    """
    points = 2 * (log_magnitudes.size - 1)
    fold = np.zeros(points)
    fold[0] = fold[points // 2] = 1.0
    fold[1 : points // 2] = 2.0
    cepstrum = np.fft.irfft(log_magnitudes) * fold
    filtered: NDArray[np.float64] = np.fft.irfft(np.exp(np.fft.rfft(cepstrum)))[:taps]
    return filtered
