"""Where in a file its loudness and its peaks lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audiopost.jobs.course import measure_course
from audiopost.jobs.extent import extent_between
from audiopost.jobs.measure import measure
from tests import tolerances
from tests.programmes import speech, write_sound
from tests.running import sine

RATE_HZ = 48_000


@pytest.fixture
def with_two_bursts(tmp_path: Path) -> Path:
    """8 s at -20 dBFS, with 0.2 s at -0.5 dBFS from 2 s and from 5 s."""
    block = sine(997.0, 8.0, peak_linear=0.1)
    for begin_s in (2.0, 5.0):
        begin = round(begin_s * RATE_HZ)
        block[:, begin : begin + RATE_HZ // 5] *= 9.44
    return write_sound(tmp_path / "bursts.wav", block)


def test_passages_over_a_limit_are_found_where_they_are(with_two_bursts: Path) -> None:
    first, second = measure_course(with_two_bursts).peaks_over(-1.0)
    assert (first.start_s, first.end_s) == (pytest.approx(2.0), pytest.approx(2.2, abs=0.11))
    assert second.start_s == pytest.approx(5.0)
    assert first.true_peak_dbtp == pytest.approx(-0.5, abs=tolerances.PEER_TRUE_PEAK_DB)
    assert not measure_course(with_two_bursts).peaks_over(0.0)


def test_a_part_has_the_times_of_the_file(with_two_bursts: Path) -> None:
    course = measure_course(with_two_bursts, extent=extent_between("4", "6"))
    (event,) = course.peaks_over(-1.0)
    assert event.start_s == pytest.approx(5.0)


def test_the_readings_are_those_of_the_measurement(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "speech.wav", speech())
    course, loudness = measure_course(path), measure(path).loudness
    assert course.history.true_peak_dbtp.max() == pytest.approx(loudness.true_peak_dbtp)
    assert np.nanmax(course.history.momentary_lufs) <= (loudness.momentary_max_lufs or 0.0)
    assert course.band_levels_db.shape == course.band_centres_hz.shape
