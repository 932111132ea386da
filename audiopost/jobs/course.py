"""The course of a programme: what its loudness, its peaks and its spectrum are from beginning to end.

`measure` says what a programme comes to; this says where: for pictures and for reports.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.octave_spectrum import OctaveSpectrum, band_centres_hz
from audiopost.jobs.extent import WHOLE, Extent, blocks_within
from audiopost.jobs.job import Progress, Stage, settle_layout
from audiopost.jobs.measure import FileMeasurement, measurement_of
from audiopost.jobs.programme import Programme
from audiopost.jobs.read_ahead import read_ahead
from audiopost.layouts import Layout
from audiopost.loudness.meter import LoudnessMeter
from audiopost.loudness.result import LoudnessHistory
from audiopost.media.adm_choice import as_heard
from audiopost.media.joined_files import open_programme

__all__ = ["Course", "PeakEvent", "follow_sum", "measure_course", "peaks_over"]

JOINED_WITHIN_S = 0.5
"""Peaks closer together than this are heard, and reported, as one event."""


@dataclass(frozen=True)
class PeakEvent:
    """A passage in which the true peak lies over a limit: from `start_s` to `end_s` in the file, and how high."""

    start_s: float
    end_s: float
    true_peak_dbtp: float


@dataclass(frozen=True)
class Course:
    """Readings every 100 ms, and the long-term spectrum.

    `start_s` is where in the file the readings begin. `band_levels_db` belong to `band_centres_hz`, both of shape
    ``(bands,)``.
    """

    history: LoudnessHistory
    band_centres_hz: NDArray[np.float64]
    band_levels_db: NDArray[np.float64]
    start_s: float = 0.0

    def peaks_over(self, limit_dbtp: float) -> tuple[PeakEvent, ...]:
        """Every passage over a limit, in the order of time."""
        return tuple(peaks_over(self.history, limit_dbtp, self.start_s))


def peaks_over(history: LoudnessHistory, limit_dbtp: float, start_s: float = 0.0) -> Iterator[PeakEvent]:
    """The passages of a history whose true peak lies over a limit; those within 0.5 s of each other are one.

    >>> times = np.arange(1, 21) / 10
    >>> peaks = np.where(np.isin(np.arange(20), [3, 5, 15]), -0.5, -6.0)
    >>> events = peaks_over(LoudnessHistory(times, peaks, peaks, peaks), -1.0)
    >>> [(round(event.start_s, 1), round(event.end_s, 1)) for event in events]
    [(0.3, 0.6), (1.5, 1.6)]
    """
    (over,) = np.nonzero(np.round(history.true_peak_dbtp, 2) > limit_dbtp)
    if not over.size:
        return
    step_s = float(history.time_s[0])
    gaps = np.diff(over) * step_s > JOINED_WITHIN_S
    for passage in np.split(over, np.nonzero(gaps)[0] + 1):
        first, last = int(passage[0]), int(passage[-1])
        yield PeakEvent(
            start_s + float(history.time_s[first]) - step_s,
            start_s + float(history.time_s[last]),
            float(history.true_peak_dbtp[first : last + 1].max()),
        )


def measure_course(
    path: str | os.PathLike[str],
    *,
    layout: str | Layout | None = None,
    dual_mono: bool = False,
    progress: Progress | None = None,
    extent: Extent = WHOLE,
) -> Course:
    """Follow a programme from its first frame to its last.

    Parameters and errors are those of `audiopost.jobs.measure.measure`.
    """
    with open_programme(as_heard(path, layout)) as reader:
        chosen = settle_layout(reader, layout, dual_mono=dual_mono)
        meter = LoudnessMeter(reader.sample_rate, chosen)
        spectrum = OctaveSpectrum(reader.sample_rate)
        stage = Stage(progress, f"following {reader.path.name}")
        for block in read_ahead(blocks_within(reader, extent, stage)):
            meter.process(block)
            spectrum.process(block)
        levels = spectrum.levels_db()
        return Course(meter.history(), band_centres_hz(reader.sample_rate), levels, float(extent.start_s))


def follow_sum(
    paths: Sequence[str | os.PathLike[str]], *, progress: Progress | None = None
) -> tuple[FileMeasurement, Course]:
    """Measure, and follow, the programme that stems sum to; the measurement bears the first one's path and form.

    Raises
    ------
    FileError
        If a stem cannot be read.
    UsageError
        If they differ in sample rate, or a narrower one has no place in the widest.
    """
    with Programme(paths) as programme:
        meter = LoudnessMeter(programme.sample_rate, programme.layout)
        spectrum = OctaveSpectrum(programme.sample_rate)
        for block in programme.sums(Stage(progress, f"following {len(programme.paths)} stems")):
            meter.process(block)
            spectrum.process(block)
        course = Course(meter.history(), band_centres_hz(programme.sample_rate), spectrum.levels_db())
        found = measurement_of(programme.first, programme.layout, meter.result())
        duration_s = programme.input_frames / programme.sample_rate
        notes = (*found.notes, *programme.notes)
        return replace(found, channels=programme.layout.channels, duration_s=duration_s, notes=notes), course
