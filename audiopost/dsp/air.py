"""Air between a source and an ear: the speed of sound, and what highs lose on the way.

Source: ISO 9613-1:1993, "Attenuation of sound during propagation outdoors, part 1: calculation of the absorption of
sound by the atmosphere", equations (3) to (5) and annex B (molar concentration of water vapour).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.minimum_phase import minimum_phase

__all__ = ["DISTANCES", "NEAREST_M", "STEP", "air_absorption_db", "air_filters", "speed_of_sound"]

ZERO_CELSIUS_K = 273.15
REFERENCE_K = 293.15
TRIPLE_POINT_K = 273.16
NEPER_DB = 20.0 / math.log(10.0)

FILTER_MS = 2.0
NEAREST_M = 0.5
DISTANCES = 64
STEP = 1.13
"""From one distance of the table to the next, a factor; the last lies beyond 1 km."""

DEEPEST_DB = -100.0
"""No filter is asked for less: more is not heard, and would make the shortest possible filter long."""

POINTS = 4096


def speed_of_sound(temperature_c: float) -> float:
    """In m/s (ISO 9613-1, annex A).

    >>> round(speed_of_sound(20.0), 1)
    343.2
    """
    return 343.2 * math.sqrt((temperature_c + ZERO_CELSIUS_K) / REFERENCE_K)


def air_absorption_db(
    frequencies_hz: NDArray[np.float64], temperature_c: float = 20.0, humidity_percent: float = 50.0
) -> NDArray[np.float64]:
    """Loss in dB a metre at each frequency, at a pressure of one atmosphere.

    Parameters
    ----------
    frequencies_hz
        Any shape.
    temperature_c
        -20 to 50 degrees Celsius.
    humidity_percent
        Relative humidity, 10 to 100 %.

    The octave band of 4 kHz, whose exact middle is 3981 Hz, over a kilometre:

    >>> round(float(1000.0 * air_absorption_db(np.array(10.0**3.6), 10.0, 70.0)), 1)
    32.8
    """
    kelvin = temperature_c + ZERO_CELSIUS_K
    warmth = kelvin / REFERENCE_K
    vapour = humidity_percent * 10.0 ** (4.6151 - 6.8346 * (TRIPLE_POINT_K / kelvin) ** 1.261)
    oxygen_hz = 24.0 + 4.04e4 * vapour * (0.02 + vapour) / (0.391 + vapour)
    nitrogen_hz = warmth**-0.5 * (9.0 + 280.0 * vapour * math.exp(-4.170 * (warmth ** (-1.0 / 3.0) - 1.0)))
    squared = np.asarray(frequencies_hz, dtype=np.float64) ** 2
    relaxation = 0.01275 * math.exp(-2239.1 / kelvin) / (oxygen_hz + squared / oxygen_hz)
    relaxation = relaxation + 0.1068 * math.exp(-3352.0 / kelvin) / (nitrogen_hz + squared / nitrogen_hz)
    loss: NDArray[np.float64] = NEPER_DB * squared * (1.84e-11 * math.sqrt(warmth) + warmth**-2.5 * relaxation)
    return loss


def air_filters(sample_rate: float, temperature_c: float, humidity_percent: float) -> NDArray[np.float64]:
    """Filters for `DISTANCES` distances, ``NEAREST_M * STEP ** row``; shape ``(DISTANCES, taps)``, minimum phase.

    Two neighbours differ by so little that a straight mix of both is the filter of the distance between them.
    """
    frequencies = np.fft.rfftfreq(POINTS, 1.0 / sample_rate)
    loss_db = air_absorption_db(frequencies.astype(np.float64), temperature_c, humidity_percent)
    taps = 4 * math.ceil(FILTER_MS / 4000.0 * sample_rate)
    filters = np.empty((DISTANCES, taps))
    for row in range(DISTANCES):
        level_db = np.maximum(-loss_db * NEAREST_M * STEP**row, DEEPEST_DB)
        filters[row] = minimum_phase(level_db / NEPER_DB, taps)
    return filters
