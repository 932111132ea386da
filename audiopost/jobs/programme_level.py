"""A whole programme measured: loudness, and what else a target asks about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from audiopost.delivery.programme import ProgrammeFacts
from audiopost.delivery.target import AnyOf, DeliveryTarget, Rule
from audiopost.jobs.job import Stage
from audiopost.jobs.measure import FileMeasurement, measure, measurement_of
from audiopost.jobs.programme import Programme
from audiopost.loudness.album import album_loudness
from audiopost.loudness.meter import LoudnessMeter
from audiopost.loudness.result import Loudness
from audiopost.loudness.result import Programme as MeasuredProgramme
from audiopost.loudness.rms import RmsMeter

__all__ = [
    "ProgrammeLevel",
    "asks_for_dialogue",
    "asks_for_leq_m",
    "asks_for_rms",
    "facts_of",
    "measure_files",
    "measure_programme",
    "pooled",
]


@dataclass(frozen=True)
class ProgrammeLevel:
    """What was measured of one programme, or of several pooled."""

    loudness: Loudness
    measured: tuple[MeasuredProgramme, ...]
    rms_dbfs: float | None = None
    noise_floor_dbfs: float | None = None

    def with_facts(self, facts: ProgrammeFacts) -> ProgrammeFacts:
        """The facts with this level's measures beside loudness."""
        return replace(facts, rms_dbfs=self.rms_dbfs, noise_floor_dbfs=self.noise_floor_dbfs)


def asks_for_rms(target: DeliveryTarget) -> bool:
    """Whether a target has rules about RMS level or noise floor: they cost a measure of their own."""
    return _asks_for(target, "rms_dbfs", "noise_floor_dbfs")


def asks_for_leq_m(target: DeliveryTarget) -> bool:
    """Whether a target has rules about Leq(m): it costs a measure of its own."""
    return _asks_for(target, "leq_m_db")


def _asks_for(target: DeliveryTarget, *measures: str) -> bool:
    rules = [one for rule in target.rules for one in ((rule,) if isinstance(rule, Rule) else rule.rules)]
    return any(rule.measure in measures for rule in rules)


def asks_for_dialogue(target: DeliveryTarget) -> bool:
    """Whether a target has rules about dialogue, or such that depend on the share of speech."""
    rules: list[Rule | AnyOf] = []
    for rule in target.rules:
        rules += (rule,) if isinstance(rule, Rule) else (rule, *rule.rules)
    return any(
        (isinstance(rule, Rule) and rule.measure.startswith("dialogue_"))
        or rule.when.speech_share_at_least is not None
        or rule.when.speech_share_below is not None
        for rule in rules
    )


def measure_programme(programme: Programme, target: DeliveryTarget, stage: Stage) -> ProgrammeLevel:
    """Measure the sum of a programme's parts, at the rate that it is worked at."""
    meter = LoudnessMeter(programme.sample_rate, programme.layout)
    rms = RmsMeter(programme.sample_rate, programme.layout.channels) if asks_for_rms(target) else None
    for block in programme.sums(stage):
        meter.process(block)
        if rms is not None:
            rms.process(block)
    measured = meter.programme()
    if rms is None:
        return ProgrammeLevel(measured.loudness, (measured,))
    return ProgrammeLevel(measured.loudness, (measured,), rms.rms_dbfs, rms.noise_floor_dbfs)


def pooled(levels: Sequence[ProgrammeLevel]) -> ProgrammeLevel:
    """Several programmes as one; RMS level and noise floor belong to single files and are not pooled."""
    if len(levels) == 1:
        return levels[0]
    measured = tuple(programme for level in levels for programme in level.measured)
    return ProgrammeLevel(album_loudness(measured), measured)


def measure_files(programme: Programme, level: ProgrammeLevel, stage: Stage) -> tuple[FileMeasurement, ...]:
    """The measurement of every file of a programme; a single file at its own rate has been measured already."""
    if len(programme.readers) == 1 and programme.sample_rate == programme.first.sample_rate:
        return (measurement_of(programme.first, programme.layout, level.loudness),)
    parts = len(programme.paths)
    return tuple(
        measure(path, layout=programme.layout, progress=stage.part(index / parts, (index + 1) / parts).progress())
        for index, path in enumerate(programme.paths)
    )


def facts_of(measurement: FileMeasurement) -> ProgrammeFacts:
    """What a delivery rule may ask about a file: its form, and what was measured of it besides loudness."""
    further = measurement.further
    programme_lufs = measurement.loudness.integrated_lufs
    dialogue_lkfs = None if further.dialogue is None else further.dialogue.loudness_lkfs
    return ProgrammeFacts(
        sample_rate_hz=measurement.sample_rate_hz,
        channels=measurement.channels,
        layout="mono" if measurement.layout == "dual-mono" else measurement.layout,
        duration_s=measurement.duration_s,
        bits=measurement.bits or None,
        container=measurement.container or None,
        speech_share=None if further.dialogue is None else further.dialogue.share,
        dialogue_lkfs=dialogue_lkfs,
        loudness_to_dialogue_lu=(
            None if programme_lufs is None or dialogue_lkfs is None else programme_lufs - dialogue_lkfs
        ),
        leq_m_db=None if further.leq_m is None else further.leq_m.level_db,
        rms_dbfs=further.rms_dbfs,
        noise_floor_dbfs=further.noise_floor_dbfs,
    )
