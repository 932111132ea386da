"""A whole programme measured: loudness, and what else is asked about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from audiopost.delivery.programme import ProgrammeFacts
from audiopost.delivery.ride import Ride
from audiopost.jobs.further_measures import NOTHING_FURTHER, NOTHING_MEASURED, Further, FurtherMeasures, FurtherMeters
from audiopost.jobs.job import Stage
from audiopost.jobs.measure import FileMeasurement, measure, measurement_of, track_true_peak_dbtp
from audiopost.jobs.programme import Programme
from audiopost.jobs.target_facts import with_measures
from audiopost.loudness.album import album_loudness
from audiopost.loudness.dialogue import DialogueLoudness
from audiopost.loudness.meter import LoudnessMeter
from audiopost.loudness.result import Loudness
from audiopost.loudness.result import Programme as MeasuredProgramme
from audiopost.media.programme_files import is_rendered
from audiopost.units import db_to_linear, power_to_db

__all__ = ["ProgrammeLevel", "measure_files", "measure_programme", "pooled"]


@dataclass(frozen=True)
class ProgrammeLevel:
    """What was measured of one programme, or of several pooled."""

    loudness: Loudness
    measured: tuple[MeasuredProgramme, ...]
    further: FurtherMeasures = NOTHING_MEASURED
    duration_s: float = 0.0

    def with_facts(self, form: ProgrammeFacts, around_lufs: float | None = None) -> ProgrammeFacts:
        """The facts of a form with this level's measures beside loudness."""
        return with_measures(form, self.loudness, self.further, around_lufs)


def measure_programme(
    programme: Programme, stage: Stage, further: Further = NOTHING_FURTHER, ride: Ride | None = None
) -> ProgrammeLevel:
    """Measure the sum of a programme's parts, at the rate that it is worked at; with slow riding where it is given."""
    meter = LoudnessMeter(programme.sample_rate, programme.layout)
    meters = FurtherMeters(further, programme.sample_rate, programme.layout, programme.extent)
    for block in programme.sums(stage, ride):
        meter.process(block)
        meters.process(block)
    measured = meter.programme()
    duration_s = measured.loudness.frames / programme.sample_rate
    found = meters.finish()
    if further.tracks:
        peak_dbtp = track_true_peak_dbtp(programme.heard_reader, programme.extent, Stage(None, ""))
        found = replace(found, track_true_peak_dbtp=peak_dbtp)
    return ProgrammeLevel(measured.loudness, (measured,), found, duration_s)


def pooled(levels: Sequence[ProgrammeLevel]) -> ProgrammeLevel:
    """Several programmes as one: an album, or a programme in reels."""
    if len(levels) == 1:
        return levels[0]
    measured = tuple(programme for level in levels for programme in level.measured)
    duration_s = sum(level.duration_s for level in levels)
    return ProgrammeLevel(album_loudness(measured), measured, _pooled_further(levels), duration_s)


def _pooled_further(levels: Sequence[ProgrammeLevel]) -> FurtherMeasures:
    """Means weighted by duration; a floor is the lowest; what belongs to one file (its ends) is not pooled."""
    furthers = [level.further for level in levels]
    floors = [each.noise_floor_dbfs for each in furthers if each.noise_floor_dbfs is not None]
    peaks = [each.track_true_peak_dbtp for each in furthers if each.track_true_peak_dbtp is not None]
    first = furthers[0]
    leq_m_db = _mean(levels, lambda each: None if each.leq_m is None else each.leq_m.level_db)
    return FurtherMeasures(
        rms_dbfs=_mean(levels, lambda each: each.rms_dbfs),
        noise_floor_dbfs=min(floors, default=None),
        leq_m=None if first.leq_m is None else replace(first.leq_m, level_db=leq_m_db),
        dialogue=_pooled_dialogue(levels),
        ungated_lkfs=_mean(levels, lambda each: each.ungated_lkfs),
        downmix_lufs=_mean(levels, lambda each: each.downmix_lufs),
        track_true_peak_dbtp=max(peaks, default=None),
        notes=tuple(note for each in furthers for note in each.notes),
    )


def _mean(levels: Sequence[ProgrammeLevel], read: Callable[[FurtherMeasures], float | None]) -> float | None:
    """The level of the mean power over all programmes; None where nothing was read."""
    values = [(read(level.further), level.duration_s) for level in levels]
    power = sum(db_to_linear(value) ** 2 * duration_s for value, duration_s in values if value is not None)
    duration_s = sum(duration_s for value, duration_s in values if value is not None)
    return power_to_db(power / duration_s) if duration_s else None


def _pooled_dialogue(levels: Sequence[ProgrammeLevel]) -> DialogueLoudness | None:
    found = [(level.further.dialogue, level.duration_s) for level in levels if level.further.dialogue is not None]
    if not found:
        return None
    spoken_s = sum(each.share * duration_s for each, duration_s in found)
    power = sum(
        db_to_linear(each.loudness_lkfs) ** 2 * each.share * duration_s
        for each, duration_s in found
        if each.loudness_lkfs is not None
    )
    return replace(
        found[0][0],
        share=spoken_s / sum(duration_s for _, duration_s in found),
        loudness_lkfs=power_to_db(power / spoken_s) if power else None,
        range_lu=None,
        deviation_lu=None,
        speech=None,
    )


def measure_files(programme: Programme, level: ProgrammeLevel, stage: Stage) -> tuple[FileMeasurement, ...]:
    """The measurement of every file of a programme; a single file at its own rate has been measured already."""
    alone = len(programme.readers) == 1 and programme.folded is None
    if alone and programme.sample_rate == programme.first.sample_rate:
        start_s = float(programme.extent.start_s)
        found = measurement_of(programme.heard_reader, programme.layout, level.loudness, start_s)
        return (replace(found, duration_s=level.duration_s, further=level.further),)
    parts = len(programme.paths)
    return tuple(
        measure(
            path,
            layout=programme.layout if is_rendered(path) else programme.readers[index].layout,
            extent=programme.extent,
            progress=stage.part(index / parts, (index + 1) / parts).progress(),
        )
        for index, path in enumerate(programme.paths)
    )
