"""Sounds made diffuse: each loudspeaker plays them through an all-pass filter of its own, with random phase.

Source: ITU-R BS.2127-1, section 7.4 (decorrelation filters): 512 taps; phases from the generator MT19937, seeded with
the place of the loudspeaker's label in their alphabet.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["DECORRELATION_DELAY_FRAMES", "DECORRELATION_TAPS", "convolve_all", "decorrelation_filters"]

Values = NDArray[np.float64]

DECORRELATION_TAPS = 512
DECORRELATION_DELAY_FRAMES = (DECORRELATION_TAPS - 1) // 2
"""What the direct sound is delayed by beside the diffuse one, in the middle of the filters."""


def decorrelation_filters(labels: Sequence[str]) -> Values:
    """One filter a loudspeaker, ``(loudspeakers, taps)``; labels as in ITU-R BS.2051.

    >>> filters = decorrelation_filters(["M+030", "M-030"])
    >>> filters.shape, bool(np.allclose(np.abs(np.fft.rfft(filters)), 1.0))
    ((2, 512), True)
    """
    alphabet = sorted(labels)
    half = DECORRELATION_TAPS // 2
    filters = []
    for label in labels:
        numbers = np.random.RandomState(alphabet.index(label)).randint(0, 2**32, half - 1, dtype=np.uint32)
        phases = np.zeros(half + 1)
        phases[1:half] = 2.0 * np.pi * numbers / 2**32
        filters.append(np.fft.irfft(np.exp(1j * phases)))
    return np.array(filters)


def convolve_all(sums: Values, filters: Values) -> Values:
    """Each channel through its filter, where the filter lies whole within it: ``(channels, frames - taps + 1)``."""
    points = 1 << (sums.shape[1] - 1).bit_length()
    spectra = np.fft.rfft(sums, points) * np.fft.rfft(filters, points)
    return np.asarray(np.fft.irfft(spectra, points)[:, filters.shape[1] - 1 : sums.shape[1]])
