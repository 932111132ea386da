"""Writing a programme with its gain, measuring what was written, and correcting until it is right.

Why there may be more than one pass: a limiter takes some loudness along with the peaks, and a gate may let in other
blocks after a gain. Every pass writes and measures the real files; the correction is the difference that was found.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from audiopost.delivery.gain_plan import GainPlan, corrected, too_much_limiting
from audiopost.delivery.measures import in_words
from audiopost.delivery.programme import ProgrammeFacts, read_measure
from audiopost.delivery.stems import Null, require_room
from audiopost.delivery.target import DeliveryTarget
from audiopost.delivery.verdict import judge
from audiopost.dsp.dither import DITHER_SEED
from audiopost.errors import TargetUnreachableError
from audiopost.jobs.extent import WHOLE
from audiopost.jobs.further_measures import NOTHING_FURTHER, Further
from audiopost.jobs.gain_reduction import NO_REDUCTION, GainReduction
from audiopost.jobs.job import Stage
from audiopost.jobs.limited_gain import LimitedGain
from audiopost.jobs.linear_gain import Scaled, with_gain
from audiopost.jobs.outputs import OutputForm
from audiopost.jobs.programme import Programme
from audiopost.jobs.programme_level import ProgrammeLevel, measure_programme, pooled
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.file_faults import fault
from audiopost.media.programme_files import ChannelWriter, ProgrammePath, files_of, programme_writer
from audiopost.units import linear_to_db

__all__ = ["GainPass", "Part", "copy_files", "null_of_stems", "write_until_right"]

PASSES = 10
"""Most times that a group is written; three are usual with limiting, one without, more where it is deep."""

CLOSE_LU = 0.05
"""How near to its aim the written loudness must come: half of what meters may differ (EBU Tech 3341: 0.1 LU)."""

LEAST_SLOPE = 0.1
"""Below this a limiter eats the gain: the next pass then goes at most ten times as far as it fell short."""

UNDER_CEILING_DB = 0.1
"""So far under its ceiling a limiter aims: what libebur128 and FFmpeg may read higher than we do."""

CLOSE_DB = 0.005
"""How far a written true peak may lie above the ceiling: what judging at 0.01 dB does not see."""


@dataclass(frozen=True)
class Part:
    """A programme and where its files are being written."""

    programme: Programme
    forms: tuple[OutputForm, ...]
    places: tuple[ProgrammePath, ...]
    """Temporary names, one a part."""

    def written(self) -> Programme:
        """What was written, open for reading; a layout that the format cannot say is known from the input."""
        own = self.programme
        extent = WHOLE if own.trim else own.extent  # what was trimmed holds nothing else
        return own.reopened(self.places, dual_mono=own.layout.name == "dual-mono", extent=extent)


@dataclass(frozen=True)
class GainPass:
    """The pass that was right: its plan, what the limiter did, and the level of what was written."""

    plan: GainPlan
    ceiling_dbtp: float | None
    reductions: tuple[GainReduction, ...]
    """Of every programme."""
    levels: tuple[ProgrammeLevel, ...]
    """Of every programme, as it was written."""

    @property
    def reduction_db(self) -> float:
        """Deepest reduction in any programme."""
        return max((each.max_db for each in self.reductions), default=0.0)

    @property
    def after(self) -> ProgrammeLevel:
        """The level of all programmes as one."""
        return pooled(self.levels)


def copy_files(parts: Sequence[Part], stage: Stage) -> None:
    """Copy every input to its place, byte for byte.

    Raises
    ------
    FileError
        If the disk fails.
    """
    whole = [pair for part in parts for pair in zip(part.programme.paths, part.places, strict=True)]
    files = [pair for path, place in whole for pair in zip(files_of(path), files_of(place), strict=True)]
    for index, (path, place) in enumerate(files):
        try:
            shutil.copyfile(path, place)
        except OSError as error:
            raise fault(path, error) from error
        stage.report(index + 1, len(files))


def write_until_right(
    parts: Sequence[Part],
    plan: GainPlan,
    target: DeliveryTarget,
    facts: ProgrammeFacts,
    stage: Stage,
    further: Sequence[Further] = (),
) -> GainPass:
    """Write all parts with one gain until what was written has the planned loudness under the ceiling.

    `further` is what to measure of each part besides loudness.

    Raises
    ------
    TargetUnreachableError
        If that takes more limiting than is allowed, or is not reached in `PASSES` passes.
    FileError
        If the disk fails.
    """
    ceiling = None if plan.ceiling_dbtp is None else plan.ceiling_dbtp - UNDER_CEILING_DB
    earlier: tuple[float, float] | None = None
    for number in range(PASSES):
        own = _stage_of_pass(stage, plan, number)
        reductions, peaks_dbfs = _write(parts, plan, ceiling, own.part(0.0, 0.6, "writing"))
        reduction_db = max((each.max_db for each in reductions), default=0.0)
        levels = _measure_written(parts, further, own.part(0.6, 1.0, "measuring what was written"))
        after = pooled(levels)
        over_db = 0.0 if plan.ceiling_dbtp is None else after.loudness.true_peak_dbtp - plan.ceiling_dbtp
        over_db = over_db if plan.mode != "linear" and plan.limiting_db > 0.0 and over_db > CLOSE_DB else 0.0
        short_db = _short_of_aim(plan, after, target, facts)
        if not over_db and not short_db:
            # Judged only here, so that a refusal can say how much limiting the target really needs.
            if reduction_db > plan.max_limiting_db + CLOSE_DB or plan.limiting_db > plan.max_limiting_db + CLOSE_DB:
                raise too_much_limiting(plan, max(reduction_db, plan.limiting_db))
            if any(form.clips for part in parts for form in part.forms):
                require_room(target.id, peaks_dbfs)
            return GainPass(plan, ceiling, reductions, levels)
        slope = _slope(earlier, (plan.gain_db, short_db))
        earlier = (plan.gain_db, short_db)
        plan = corrected(plan, short_db / slope)
        ceiling = None if ceiling is None else ceiling - over_db
    raise TargetUnreachableError(
        target.id,
        f"{in_words(plan.aim or 0.0, 2)} was not hit in {PASSES} passes: off by {in_words(short_db, 2)} dB",
        "the material is too short or too uneven for this target",
        shortfall_db=abs(short_db),
    )


def null_of_stems(part: Part, final: GainPass, stage: Stage) -> float:
    """Peak in dBFS of the delivered mix less the sum of the written stems.

    The delivered mix is worked out once more from the inputs, before its words are shortened, by the same curve.
    """
    null = Null()
    parts, _ = _shaped(part.programme, final.plan, final.ceiling_dbtp, stage)
    with part.written() as written:
        labels = part.programme.layout.labels
        order = [labels.index(label) for label in written.layout.labels]
        for blocks in parts:
            delivered = part.programme.sum(blocks)[order]
            read = written.sum([reader.read(blocks[0].shape[1]) for reader in written.readers])
            null.add(delivered[:, : read.shape[1]], read)
    return null.dbfs


def _write(
    parts: Sequence[Part], plan: GainPlan, ceiling_dbtp: float | None, stage: Stage
) -> tuple[tuple[GainReduction, ...], dict[str, float]]:
    """One pass over all parts; returns what the limiter did to each, and the sample peak of every file in dBFS."""
    reductions: list[GainReduction] = []
    peaks_linear: dict[str, float] = {}
    for index, part in enumerate(parts):
        own = stage.part(index / len(parts), (index + 1) / len(parts))
        shaped, limited = _shaped(part.programme, plan, ceiling_dbtp, own)
        names = [str(path) for path in part.programme.paths]
        with ExitStack() as files:
            writers: list[AudioWriter | ChannelWriter] = []
            for number in range(len(part.places)):
                writers.append(_writer(part, number))
                files.enter_context(writers[-1])
            for blocks in shaped:
                for name, writer, block in zip(names, writers, blocks, strict=True):
                    writer.write(block)
                    peak = float(np.max(np.abs(block), initial=0.0, where=np.isfinite(block)))
                    peaks_linear[name] = max(peaks_linear.get(name, 0.0), peak)
        reductions.append(NO_REDUCTION if limited is None else limited.reduction)
    return tuple(reductions), {name: linear_to_db(peak) for name, peak in peaks_linear.items()}


def _shaped(
    programme: Programme, plan: GainPlan, ceiling_dbtp: float | None, stage: Stage
) -> tuple[Iterator[tuple[Scaled, ...]], LimitedGain | None]:
    rate, channels = programme.sample_rate, programme.layout.channels
    if plan.mode == "linear" or plan.limiting_db == 0.0 or ceiling_dbtp is None:
        return with_gain(programme.blocks(stage), plan.gain_db, plan.ride, rate), None
    limited = LimitedGain(rate, channels, plan.gain_db, ceiling_dbtp, programme.summing(), plan.ride)
    return limited.process(programme.blocks(stage)), limited


def _writer(part: Part, number: int) -> AudioWriter | ChannelWriter:
    form = part.forms[number]
    return programme_writer(
        part.places[number],
        form.sample_rate,
        part.programme.layouts[number],
        form.bits,
        form.container.name,
        "replace",
        dither=form.dither,
        carried=form.carried,
        seed=DITHER_SEED + number,  # stems with the same dither would add up to a louder one
        lasting=False,  # this is a temporary name: what gets its own is brought to the disk then, once
    )


def _measure_written(parts: Sequence[Part], further: Sequence[Further], stage: Stage) -> tuple[ProgrammeLevel, ...]:
    levels = []
    for index, part in enumerate(parts):
        with part.written() as written:
            own = stage.part(index / len(parts), (index + 1) / len(parts))
            levels.append(measure_programme(written, own, further[index] if further else NOTHING_FURTHER))
    return tuple(levels)


def _stage_of_pass(stage: Stage, plan: GainPlan, number: int) -> Stage:
    """A share of what is left for every pass: how many there will be is not known, and progress never falls."""
    left = 0.6 if plan.limiting_db > 0.0 else 0.1
    return stage.part(1.0 - left**number, 1.0 - left ** (number + 1))


def _slope(earlier: tuple[float, float] | None, now: tuple[float, float]) -> float:
    """How many dB of loudness one dB of gain brought from one pass to the next: less than 1 where a limiter works."""
    if earlier is None or abs(now[0] - earlier[0]) < CLOSE_DB:
        return 1.0
    return min(1.0, max(LEAST_SLOPE, (earlier[1] - now[1]) / (now[0] - earlier[0])))


def _short_of_aim(plan: GainPlan, after: ProgrammeLevel, target: DeliveryTarget, facts: ProgrammeFacts) -> float:
    """The gain in dB that is still missing; 0 where the aim is met."""
    known = after.with_facts(facts)
    found = read_measure(plan.measure, after.loudness, known).value
    if plan.aim is None or found is None:
        return 0.0
    rules = judge(target, after.loudness, known).failures
    outside = any(plan.measure in rule.rule.split("|") for rule in rules)
    short_db = plan.aim - found
    return short_db if outside or abs(short_db) > CLOSE_LU else 0.0
