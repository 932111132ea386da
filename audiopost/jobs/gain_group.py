"""One group from its first measure to its published files: a row of programmes that get one gain."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from audiopost.delivery.gain_plan import GainMode, GainPlan, InTolerance, plan_gain
from audiopost.delivery.stems import require_room
from audiopost.delivery.target import DeliveryTarget
from audiopost.delivery.verdict import RuleVerdict, Verdict, judge
from audiopost.dsp.dither import Dither
from audiopost.errors import AudiopostError
from audiopost.jobs.gain_pass import GainPass, Part, copy_files, null_of_stems, write_until_right
from audiopost.jobs.job import Stage
from audiopost.jobs.loudness_tags import Tag, write_loudness
from audiopost.jobs.measure import FileMeasurement, measurement_of
from audiopost.jobs.normalized import GroupResult, NormalizedFile, NormalizedSum
from audiopost.jobs.outputs import OutputForm, OutputPlace, output_form, published_together
from audiopost.jobs.programme import Programme
from audiopost.jobs.programme_level import ProgrammeLevel, facts_of, measure_files, measure_programme, pooled
from audiopost.media.audio_file import AudioReader
from audiopost.media.containers import Bits, container_for

__all__ = ["Order", "bring_to_target"]


@dataclass(frozen=True)
class Order:
    """What was asked for, the same for every group of a run."""

    target: DeliveryTarget
    place: OutputPlace
    mode: GainMode
    max_limiting_db: float
    format: str | None
    bits: Bits | None
    rate: int | None
    in_tolerance: InTolerance
    layout: str | None
    dual_mono: bool
    dither: Dither
    tags: tuple[Tag, ...] = ()

    def form(self, reader: AudioReader) -> OutputForm:
        """How the output of an input of this run is written."""
        return output_form(reader, self.format, self.bits, self.rate, dither=self.dither, tags=self.tags)

    def open(self, paths: Sequence[Path]) -> Programme:
        """One programme of this run."""
        container = None if self.format is None else container_for(Path(), self.format)
        return Programme(paths, layout=self.layout, dual_mono=self.dual_mono, rate=self.rate, container=container)


@dataclass(frozen=True)
class Measured:
    """A group measured: every file, every programme, and all programmes as one."""

    files: tuple[FileMeasurement, ...]
    levels: tuple[ProgrammeLevel, ...]
    whole: ProgrammeLevel


def bring_to_target(paths: Sequence[Sequence[Path]], order: Order, stage: Stage) -> GroupResult:
    """Do a group (its programmes, each a file or stems), or say why it cannot be done."""
    try:
        with ExitStack() as opened:
            programmes = [opened.enter_context(order.open(parts)) for parts in paths]
            return _bring(programmes, order, stage)
    except AudiopostError as error:
        stage.report(1, 1)
        files = tuple(NormalizedFile(path) for parts in paths for path in parts)
        return GroupResult(order.target.id, order.mode, files, passed=False, reason=str(error), error=error)


def _bring(programmes: Sequence[Programme], order: Order, stage: Stage) -> GroupResult:
    forms = [tuple(order.form(reader) for reader in one.readers) for one in programmes]
    names = [
        order.place.path_of(path, form.suffix)
        for one, own in zip(programmes, forms, strict=True)
        for path, form in zip(one.paths, own, strict=True)
    ]
    with published_together(names, order.place) as new:
        places = iter(file.temporary for file in new)
        parts = [Part(one, own, tuple(next(places) for _ in own)) for one, own in zip(programmes, forms, strict=True)]
        before = _measured(programmes, order.target, stage.part(0.0, 0.3, "measuring"))
        plan = _planned(parts, before, order)
        final = _written(parts, plan, before, order, stage.part(0.3, 0.8))
        after, summed = _measured_again(parts, final, before, stage.part(0.8, 1.0, "measuring what was written"))
        verdict = _judged(order.target, final.after, after)
        if not _copies(parts, plan):
            written = [
                (place, form.container, file.loudness)
                for (place, form), file in zip(_places(parts), after, strict=True)
            ]
            write_loudness(written, order.tags, final.after.loudness if len(parts) > 1 else None)
        stage.report(1, 1)  # the last chance to give up: then the files get their names
    return GroupResult(
        target=order.target.id,
        mode=order.mode,
        files=tuple(
            NormalizedFile(old.path, file.path, old.with_notes(form.notes), replace(now, path=file.path))
            for old, now, file, (_, form) in zip(before.files, after, new, _places(parts), strict=True)
        ),
        passed=verdict.passed,
        reason="; ".join((*final.plan.notes, *([words] if (words := verdict.in_words()) else []))),
        gain_db=final.plan.gain_db,
        limiting_max_db=final.reduction_db,
        copied=plan.copy,
        sum=summed,
        verdict=verdict,
    )


def _measured(programmes: Sequence[Programme], target: DeliveryTarget, stage: Stage) -> Measured:
    files: list[FileMeasurement] = []
    levels: list[ProgrammeLevel] = []
    for index, programme in enumerate(programmes):
        own = stage.part(index / len(programmes), (index + 1) / len(programmes))
        levels.append(measure_programme(programme, target, own.part(0.0, 0.5)))
        files += measure_files(programme, levels[-1], own.part(0.5, 1.0))
    return Measured(tuple(files), tuple(levels), pooled(levels))


def _planned(parts: Sequence[Part], before: Measured, order: Order) -> GainPlan:
    """The gain of the group; refused where it cannot be, also where a stem would clip though the sum does not."""
    forms = [form for part in parts for form in part.forms]
    plan = plan_gain(
        order.target,
        before.whole.loudness,
        order.mode,
        order.max_limiting_db,
        facts=before.whole.with_facts(facts_of(before.files[0])),
        in_tolerance=order.in_tolerance,
        clips=any(form.clips for form in forms),
    )
    if plan.copy:
        return replace(plan, notes=("within every tolerance already: left as it is", *plan.notes))
    if plan.mode == "linear" and any(form.clips for form in forms):
        peaks = {str(file.path): file.loudness.sample_peak_dbfs + plan.gain_db for file in before.files}
        require_room(order.target.id, peaks)
    return plan


def _written(parts: Sequence[Part], plan: GainPlan, before: Measured, order: Order, stage: Stage) -> GainPass:
    if _copies(parts, plan):
        copy_files(parts, stage)
        return GainPass(plan, None, 0.0, before.levels)
    return write_until_right(parts, plan, order.target, facts_of(before.files[0]), stage)


def _copies(parts: Sequence[Part], plan: GainPlan) -> bool:
    """Whether the inputs are the outputs, byte for byte."""
    return plan.copy and all(form.as_input for part in parts for form in part.forms)


def _places(parts: Sequence[Part]) -> list[tuple[Path, OutputForm]]:
    return [pair for part in parts for pair in zip(part.places, part.forms, strict=True)]


def _measured_again(
    parts: Sequence[Part], final: GainPass, before: Measured, stage: Stage
) -> tuple[tuple[FileMeasurement, ...], NormalizedSum | None]:
    """Every written file, and, for stems, their sum and the null."""
    files: list[FileMeasurement] = []
    summed: NormalizedSum | None = None
    for index, (part, level) in enumerate(zip(parts, final.levels, strict=True)):
        own = stage.part(index / len(parts), (index + 1) / len(parts))
        with part.written() as written:
            files += measure_files(written, level, own.part(0.0, 0.5))
            if len(part.places) > 1:
                summed = NormalizedSum(
                    _of_sum(part.programme, before.whole),
                    _of_sum(written, final.after),
                    null_of_stems(part, final, own.part(0.5, 1.0)),
                )
    return tuple(files), summed


def _of_sum(programme: Programme, level: ProgrammeLevel) -> FileMeasurement:
    """The measurement of a sum: it has the form of its first stem, and no path of its own."""
    form = measurement_of(programme.first, programme.layout, level.loudness)
    duration_s = programme.input_frames / programme.first.sample_rate
    return replace(form, path=Path("sum"), duration_s=duration_s, notes=())


def _judged(target: DeliveryTarget, level: ProgrammeLevel, files: Sequence[FileMeasurement]) -> Verdict:
    """One verdict on the programme; where files differ in form, every form that fails is told."""
    verdicts = [judge(target, level.loudness, level.with_facts(facts_of(file))) for file in files]
    rules: dict[str, RuleVerdict] = {}
    for rule in (rule for verdict in verdicts for rule in verdict.rules):
        worst = rules.setdefault(_key(rule), rule)
        if worst.passed and not rule.passed:
            rules[_key(rule)] = rule
    return Verdict(target.id, tuple(rules.values()))


def _key(rule: RuleVerdict) -> str:
    return f"{rule.rule} {rule.limit}"
