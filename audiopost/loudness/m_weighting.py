"""M-weighting: the curve of Leq(m), as a linear-phase filter.

The curve is that of ITU-R BS.468 moved to 0 dB at 2 kHz (5.6 dB lower than with its usual 0 dB at 1 kHz), without the
quasi-peak detector. It is given as a table; between its points the level lies on straight lines over the logarithm of
frequency, and beyond its ends on the outermost lines. The rational function that is sometimes used instead runs up to
0.5 dB hotter between the points.

Sources: ITU-R BS.468-4, table 1 (the shape); ISO 21727:2016 (0 dB at 2 kHz); TASA Standard (tolerances).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audiopost.units import db_to_linear

__all__ = ["M_WEIGHTING_DB", "m_weighting_db", "m_weighting_taps"]

M_WEIGHTING_DB: tuple[tuple[float, float, float], ...] = (
    (31.5, -35.5, 2.0), (63, -29.5, 1.4), (100, -25.4, 1.0), (200, -19.4, 0.85), (400, -13.4, 0.7), (800, -7.5, 0.55),
    (1000, -5.6, 0.5), (2000, 0.0, 0.5), (3150, 3.4, 0.5), (4000, 4.9, 0.5), (5000, 6.1, 0.5), (6300, 6.6, 0.0),
    (7100, 6.4, 0.2), (8000, 5.8, 0.4), (9000, 4.5, 0.6), (10000, 2.5, 0.8), (12500, -5.6, 1.2), (14000, -10.9, 1.4),
    (16000, -17.3, 1.65), (20000, -27.8, 2.0), (31500, -48.3, float("inf")),
)  # fmt: skip
"""Frequency in Hz, gain in dB, tolerance in dB to either side."""

_RESOLUTION_HZ = 10.0
"""Distance between the frequencies at which the filter meets the curve, at most: a third of the table's lowest."""


def m_weighting_db(frequencies_hz: ArrayLike) -> NDArray[np.float64]:
    """The curve at any frequencies above 0 Hz, of the shape that they have.

    >>> m_weighting_db([1000.0, 2000.0]).tolist()
    [-5.6, 0.0]
    """
    places = np.log2([point[0] for point in M_WEIGHTING_DB])
    levels = np.array([point[1] for point in M_WEIGHTING_DB])
    wanted = np.log2(np.asarray(frequencies_hz, dtype=np.float64))
    slopes = np.diff(levels) / np.diff(places)
    line = np.clip(np.searchsorted(places, wanted) - 1, 0, len(slopes) - 1)
    return np.asarray(levels[line] + slopes[line] * (wanted - places[line]))


def m_weighting_taps(sample_rate: int) -> NDArray[np.float64]:
    """The filter for a sample rate in Hz: symmetric, of odd length, shape ``(taps,)``.

    Notes
    -----
    Accuracy: within 0.01 dB of every point of the table below half the sample rate, from 8 to 192 kHz.
    Latency: half its length, some 60 ms; a level over a whole programme does not see it.
    """
    taps = 1
    while taps * _RESOLUTION_HZ < sample_rate:
        taps *= 2
    frequencies = np.arange(1, taps // 2 + 1) * (sample_rate / taps)
    gains = np.zeros(taps // 2 + 1)
    gains[1:] = [db_to_linear(level) for level in m_weighting_db(frequencies).tolist()]
    response = np.fft.fftshift(np.fft.irfft(gains))[1:]
    # The far ends hold next to nothing; bringing them down to it smoothly keeps the spectrum from rippling.
    return np.asarray(response * np.hanning(len(response) + 2)[1:-1])
