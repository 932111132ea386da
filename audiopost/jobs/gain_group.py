"""One group from its first measure to its published files: a row of programmes that get one gain."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from audiopost.delivery.gain_plan import GainMode, GainPlan, InTolerance, plan_gain, plan_given_gain
from audiopost.delivery.stems import require_room
from audiopost.delivery.target import DeliveryTarget
from audiopost.delivery.verdict import RuleVerdict, Verdict, judge
from audiopost.dsp.dither import Dither
from audiopost.errors import AudiopostError
from audiopost.jobs.extent import WHOLE, Extent
from audiopost.jobs.fold import folded_layout
from audiopost.jobs.further_measures import NOTHING_FURTHER, Further
from audiopost.jobs.gain_pass import GainPass, Part, copy_files, null_of_stems, write_until_right
from audiopost.jobs.gain_reduction import NO_REDUCTION
from audiopost.jobs.group_files import beside, published_together
from audiopost.jobs.job import Stage
from audiopost.jobs.level_plan import CURVE_SUFFIX, USUAL_LEVELLING, Levelling, plan_level, write_curve
from audiopost.jobs.loudness_tags import Tag, write_loudness
from audiopost.jobs.measure import FileMeasurement, measurement_of
from audiopost.jobs.normalized import GroupResult, NormalizedFile, NormalizedSum
from audiopost.jobs.outputs import FileKind, OutputForm, OutputPlace, output_form
from audiopost.jobs.programme import Programme
from audiopost.jobs.programme_level import ProgrammeLevel, measure_files, measure_programme, pooled
from audiopost.jobs.stem_check import SumCheck, check_sum
from audiopost.jobs.target_facts import asked_by, facts_of
from audiopost.layouts import Layout
from audiopost.media.audio_file import AudioReader
from audiopost.media.containers import Bits, container_for
from audiopost.media.programme_files import ProgrammePath, files_of, with_files

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
    further: Further = NOTHING_FURTHER
    extent: Extent = WHOLE
    around_lufs: float | None = None
    """Loudness of the programme that an advert interrupts."""
    given_gain_db: float | None = None
    """The gain of another programme, to be applied instead of one of the group's own."""
    gain_from: str = ""
    full_mix: Path | None = None
    levelling: Levelling = USUAL_LEVELLING
    channels: str | None = None
    kind: FileKind | None = None

    @property
    def asked(self) -> Further:
        """What is measured of every programme besides loudness."""
        return replace(asked_by(self.target, self.further), course=self.mode == "level")

    def form(self, reader: AudioReader) -> OutputForm:
        """How the output of an input of this run is written."""
        return output_form(
            reader, self.format, self.bits, self.rate,
            dither=self.dither, tags=self.tags, channels=self.channels, kind=self.kind,
        )  # fmt: skip

    def place_of(self, path: ProgrammePath, form: OutputForm, layout: Layout) -> ProgrammePath:
        """Where the output of an input lies."""
        written = layout if self.channels is None else folded_layout(self.channels)
        return self.place.path_of(path, form.suffix, written, self.kind)

    def open(self, paths: Sequence[ProgrammePath]) -> Programme:
        """One programme of this run."""
        container = None if self.format is None else container_for(Path(), self.format)
        return Programme(
            paths,
            layout=self.layout,
            dual_mono=self.dual_mono,
            rate=self.rate,
            container=container,
            extent=self.extent,
            channels=self.channels,
        )


@dataclass(frozen=True)
class Measured:
    """A group measured: every file, every programme, and all programmes as one."""

    files: tuple[FileMeasurement, ...]
    levels: tuple[ProgrammeLevel, ...]
    whole: ProgrammeLevel


def bring_to_target(paths: Sequence[Sequence[ProgrammePath]], order: Order, stage: Stage) -> GroupResult:
    """Do a group (its programmes, each a file or stems), or say why it cannot be done."""
    try:
        with ExitStack() as opened:
            programmes = [opened.enter_context(order.open(parts)) for parts in paths]
            return _bring(programmes, order, stage)
    except AudiopostError as error:
        stage.report(1, 1)
        files = tuple(NormalizedFile(Path(path)) for parts in paths for path in parts)
        return GroupResult(order.target.id, order.mode, files, passed=False, reason=str(error), error=error)


def _bring(programmes: Sequence[Programme], order: Order, stage: Stage) -> GroupResult:
    forms = [tuple(order.form(reader) for reader in one.readers) for one in programmes]
    names = [
        order.place_of(path, form, layout)
        for one, own in zip(programmes, forms, strict=True)
        for path, form, layout in zip(one.paths, own, one.layouts, strict=True)
    ]
    files = [file for name in names for file in files_of(name)]
    curve = [beside(files[0], CURVE_SUFFIX)] if order.mode == "level" else []
    about = {"target": order.target.id, "mode": order.mode}
    with published_together([*files, *curve], order.place.exists, order.place.protected, about) as new:
        temporary = iter(file.temporary for file in new)
        places = iter([with_files(name, [next(temporary) for _ in files_of(name)]) for name in names])
        parts = [Part(one, own, tuple(next(places) for _ in own)) for one, own in zip(programmes, forms, strict=True)]
        summing = _checked(paths_of(programmes), order, stage.part(0.0, 0.1, "adding up the stems"))
        before = _measured(programmes, order.asked, stage.part(0.1, 0.3, "measuring"))
        plan = _planned(parts, before, order, stage.part(0.3, 0.4, "planning"))
        final = _written(parts, plan, before, order, stage.part(0.4, 0.8))
        after, summed = _measured_again(parts, final, before, stage.part(0.8, 1.0, "measuring what was written"))
        verdict = _judged(order, final.after, after)
        if not _copies(parts, plan):
            written = [
                (path, form.container, file.loudness)
                for (place, form), file in zip(_places(parts), after, strict=True)
                for path in files_of(place)
            ]
            write_loudness(written, order.tags, final.after.loudness if len(parts) > 1 else None)
        if curve:
            write_curve(new[-1].temporary, final.plan)
        stage.report(1, 1)  # the last chance to give up: then the files get their names
    published = iter(file.path for file in new)
    outputs = [with_files(name, [next(published) for _ in files_of(name)]) for name in names]
    return GroupResult(
        target=order.target.id,
        mode=order.mode,
        files=tuple(
            NormalizedFile(
                old.path,
                Path(output),
                old.with_notes(form.notes),
                now.at(Path(output), files_of(output)),
                files_of(output),
            )
            for old, now, output, (_, form) in zip(before.files, after, outputs, _places(parts), strict=True)
        ),
        passed=verdict.passed,
        reason="; ".join(filter(None, (*final.plan.notes, *_notes_of(programmes), verdict.in_words()))),
        gain_db=final.plan.gain_db,
        limiting_max_db=final.reduction_db,
        copied=plan.copy,
        sum=summed,
        verdict=verdict,
        reductions=final.reductions,
        ride=final.plan.ride,
        ride_curve=new[-1].path if curve else None,
        summing=summing,
    )


def paths_of(programmes: Sequence[Programme]) -> list[tuple[ProgrammePath, ...]]:
    """The files of every programme."""
    return [programme.paths for programme in programmes]


def _notes_of(programmes: Sequence[Programme]) -> tuple[str, ...]:
    return tuple(note for programme in programmes for note in programme.notes)


def _checked(paths: Sequence[Sequence[ProgrammePath]], order: Order, stage: Stage) -> SumCheck | None:
    """Whether stems sum to the mix that was supplied with them, looked at before anything is done to them."""
    if order.full_mix is None:
        return None
    with replace(order, rate=None).open(paths[0]) as programme:
        return check_sum(programme, order.full_mix, order.target.id, stage)


def _measured(programmes: Sequence[Programme], asked: Further, stage: Stage) -> Measured:
    files: list[FileMeasurement] = []
    levels: list[ProgrammeLevel] = []
    for index, programme in enumerate(programmes):
        own = stage.part(index / len(programmes), (index + 1) / len(programmes))
        levels.append(measure_programme(programme, own.part(0.0, 0.5), asked))
        files += measure_files(programme, levels[-1], own.part(0.5, 1.0))
    return Measured(tuple(files), tuple(levels), pooled(levels))


def _planned(parts: Sequence[Part], before: Measured, order: Order, stage: Stage) -> GainPlan:
    """The gain of the group; refused where it cannot be, also where a stem would clip though the sum does not."""
    forms = [form for part in parts for form in part.forms]
    plan = _plan(parts, before, order, stage)
    if plan.copy:
        return replace(plan, notes=("within every tolerance already: left as it is", *plan.notes))
    if plan.mode == "linear" and any(form.clips for form in forms):
        measured: Sequence[FileMeasurement | ProgrammeLevel] = before.files
        if order.channels is not None and len(before.levels) == len(before.files):
            measured = before.levels  # as they are folded
        peaks = {
            str(file.path): one.loudness.sample_peak_dbfs + plan.gain_db
            for file, one in zip(before.files, measured, strict=True)
        }
        require_room(order.target.id, peaks)
    return plan


def _plan(parts: Sequence[Part], before: Measured, order: Order, stage: Stage) -> GainPlan:
    clips = any(form.clips for part in parts for form in part.forms)
    form = facts_of(before.files[0])
    facts = before.whole.with_facts(form, order.around_lufs)
    loudness, most_db = before.whole.loudness, order.max_limiting_db
    if order.given_gain_db is not None:
        return plan_given_gain(
            order.target, loudness, order.given_gain_db, order.mode, most_db,
            of=order.gain_from, facts=facts, clips=clips,
        )  # fmt: skip
    if order.mode == "level" and not _passes_already(before, order):
        programmes = [part.programme for part in parts]
        return plan_level(
            programmes, before.whole, order.target, order.levelling, order.asked, form, most_db,
            clips=clips, stage=stage,
        )  # fmt: skip
    return plan_gain(
        order.target, loudness, order.mode, most_db, facts=facts, in_tolerance=order.in_tolerance, clips=clips
    )


def _passes_already(before: Measured, order: Order) -> bool:
    """Whether there is nothing to level: no rule fails, and the range that was asked for is kept."""
    if order.in_tolerance == "process" or order.levelling.range_lu is not None:
        return False
    facts = before.whole.with_facts(facts_of(before.files[0]), order.around_lufs)
    verdict = judge(order.target, before.whole.loudness, facts)
    return all(rule.rule.startswith("format.") for rule in (*verdict.failures, *verdict.advice))


def _written(parts: Sequence[Part], plan: GainPlan, before: Measured, order: Order, stage: Stage) -> GainPass:
    if _copies(parts, plan):
        copy_files(parts, stage)
        return GainPass(plan, None, tuple(NO_REDUCTION for _ in parts), before.levels)
    # Where speech is was found before: after a gain the words are the same, and a detector need not agree.
    further = [
        replace(order.asked, dialogue=False, dialogue_stem=None, speech=level.further.dialogue, course=False)
        for level in before.levels
    ]
    return write_until_right(parts, plan, order.target, facts_of(before.files[0]), stage, further)


def _copies(parts: Sequence[Part], plan: GainPlan) -> bool:
    """Whether the inputs are the outputs, byte for byte."""
    return plan.copy and all(form.as_input for part in parts for form in part.forms)


def _places(parts: Sequence[Part]) -> list[tuple[ProgrammePath, OutputForm]]:
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


def _judged(order: Order, level: ProgrammeLevel, files: Sequence[FileMeasurement]) -> Verdict:
    """One verdict on the programme; where files differ in form, every form that fails is told."""
    verdicts = [
        judge(order.target, level.loudness, level.with_facts(facts_of(file), order.around_lufs)) for file in files
    ]
    rules: dict[str, RuleVerdict] = {}
    for rule in (rule for verdict in verdicts for rule in verdict.rules):
        worst = rules.setdefault(_key(rule), rule)
        if worst.passed and not rule.passed:
            rules[_key(rule)] = rule
    return Verdict(order.target.id, tuple(rules.values()))


def _key(rule: RuleVerdict) -> str:
    return f"{rule.rule} {rule.limit}"
