"""How much sections in series raise or lower each frequency."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.biquad import Section, design_section
from audiopost.dsp.compiled import compiled

__all__ = ["SectionMagnitudes"]

AT_NYQUIST = 1e8
"""Stands for the tangent of a right angle."""


class SectionMagnitudes:
    """Magnitudes of up to so many sections at so many points from 0 Hz to half of the sample rate; allocates once."""

    def __init__(self, most_sections: int, points: int, sample_rate: float) -> None:
        self._sample_rate = float(sample_rate)
        self._settings = np.zeros((most_sections, 4), dtype=np.float64)
        angles = np.linspace(0.0, math.pi / 2.0, points)
        self._tangents = np.tan(angles)
        self._tangents[-1] = AT_NYQUIST
        self._coefficients = np.zeros(6, dtype=np.float64)
        self._run = fill_magnitudes.ready()

    def fill(self, sections: Sequence[Section], magnitudes: NDArray[np.float64]) -> None:
        """Amplitude of the response at every point, (points,)."""
        for index, section in enumerate(sections):
            row = self._settings[index]
            row[0] = section.kind
            row[1], row[2], row[3] = section.ramped()
        self._run(self._settings, len(sections), self._sample_rate, self._tangents, self._coefficients, magnitudes)


@compiled("void(float64[:, ::1], int64, float64, float64[::1], float64[::1], float64[::1])")
def fill_magnitudes(
    settings: NDArray[np.float64],
    sections: int,
    sample_rate: float,
    tangents: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    magnitudes: NDArray[np.float64],
) -> None:
    """See `SectionMagnitudes`."""
    for point in range(magnitudes.shape[0]):
        magnitudes[point] = 1.0
    for s in range(sections):
        design_section(int(settings[s, 0]), settings[s, 1], settings[s, 2], settings[s, 3], sample_rate, coefficients)
        a1, m0, m1, m2 = coefficients[0], coefficients[3], coefficients[4], coefficients[5]
        g = coefficients[1] / a1
        k = (1.0 / a1 - 1.0) / g - g
        for point in range(magnitudes.shape[0]):
            x = tangents[point] / g
            low, band = 1.0 - x * x, k * x
            power = ((m0 * low + m2) ** 2 + (m0 * band + m1 * x) ** 2) / (low * low + band * band)
            magnitudes[point] *= power
    for point in range(magnitudes.shape[0]):
        magnitudes[point] = math.sqrt(magnitudes[point])
