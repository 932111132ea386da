from __future__ import annotations

import numpy as np
import pytest

from audiopost.dsp.air import DISTANCES, NEAREST_M, STEP, air_absorption_db, air_filters
from tests.tolerances import AIR_FILTER_DB, ISO_9613_2_DIGITS

OCTAVES_HZ = np.array([63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0])

TABLE_DB_PER_KM = {
    (10.0, 70.0): (0.1, 0.4, 1.0, 1.9, 3.7, 9.7, 32.8, 117.0),
    (20.0, 70.0): (0.1, 0.3, 1.1, 2.8, 5.0, 9.0, 22.9, 76.6),
    (30.0, 70.0): (0.1, 0.3, 1.0, 3.1, 7.4, 12.7, 23.1, 59.3),
    (15.0, 20.0): (0.3, 0.6, 1.2, 2.7, 8.2, 28.2, 88.8, 202.0),
    (15.0, 50.0): (0.1, 0.5, 1.2, 2.2, 4.2, 10.8, 36.2, 129.0),
    (15.0, 80.0): (0.1, 0.3, 1.1, 2.4, 4.1, 8.3, 23.7, 82.8),
}
"""ISO 9613-2:1996, table 2: the coefficients of ISO 9613-1 for the octaves."""


@pytest.mark.parametrize("weather", TABLE_DB_PER_KM)
def test_absorption_is_that_of_the_table(weather: tuple[float, float]) -> None:
    # The table is made for exact mid-band frequencies: 1000 * 10^(3 k / 10).
    exact_hz = 1000.0 * 10.0 ** (0.3 * np.arange(-4, 4))
    found = 1000.0 * air_absorption_db(exact_hz, *weather)
    assert np.abs(exact_hz / OCTAVES_HZ - 1.0).max() < 0.01
    for measured, printed in zip(found, TABLE_DB_PER_KM[weather], strict=True):
        assert measured == pytest.approx(printed, rel=ISO_9613_2_DIGITS, abs=0.052)


@pytest.mark.parametrize("sample_rate", [44_100, 48_000, 96_000])
def test_a_filter_loses_what_the_air_does(sample_rate: int) -> None:
    filters = air_filters(sample_rate, 20.0, 50.0)
    frequencies = np.geomspace(50.0, 20_000.0, 60)
    turns = np.exp(-2j * np.pi * np.outer(frequencies, np.arange(filters.shape[1])) / sample_rate)
    for row in range(0, DISTANCES, 7):
        loss = air_absorption_db(frequencies) * NEAREST_M * STEP**row
        heard = -20.0 * np.log10(np.abs(turns @ filters[row]))
        seen = loss < 40.0
        assert np.abs(heard - loss)[seen].max() < AIR_FILTER_DB
