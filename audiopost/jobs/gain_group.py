"""One group from its first measure to its published files: a row of programmes that get one gain."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from audiopost.delivery.conforming import Form, conforming
from audiopost.delivery.gain_plan import GainPlan, plan_gain, plan_given_gain
from audiopost.delivery.ride import RideLimits
from audiopost.delivery.settings import DeliverySettings
from audiopost.delivery.stems import require_room
from audiopost.delivery.target import DeliveryTarget
from audiopost.delivery.verdict import RuleVerdict, Verdict, judge
from audiopost.errors import AudiopostError, TargetUnreachableError
from audiopost.jobs.adm_programme import AdmProgramme
from audiopost.jobs.extent import WHOLE, Extent
from audiopost.jobs.fold import folded_layout
from audiopost.jobs.further_measures import NOTHING_FURTHER, Further
from audiopost.jobs.gain_pass import GainPass, Part, copy_files, null_of_stems, write_until_right
from audiopost.jobs.gain_reduction import NO_REDUCTION
from audiopost.jobs.group_files import beside, published_together
from audiopost.jobs.job import Stage
from audiopost.jobs.level_plan import CURVE_SUFFIX, Levelling, plan_level, write_curve
from audiopost.jobs.loudness_tags import write_loudness
from audiopost.jobs.measure import FileMeasurement, measurement_of
from audiopost.jobs.normalized import GroupResult, NormalizedFile, NormalizedSum
from audiopost.jobs.outputs import OutputForm, OutputPlace, output_form
from audiopost.jobs.programme import Programme
from audiopost.jobs.programme_level import ProgrammeLevel, measure_files, measure_programme, pooled
from audiopost.jobs.stem_check import SumCheck, check_sum
from audiopost.jobs.target_facts import asked_by, facts_of
from audiopost.layouts import Layout
from audiopost.media.adm.adm_file import AdmFile
from audiopost.media.audio_file import AudioReader
from audiopost.media.containers import container_for
from audiopost.media.joined_files import open_programme
from audiopost.media.programme_files import ProgrammePath, files_of, with_files

__all__ = ["Order", "bring_to_target"]


@dataclass(frozen=True)
class Order:
    """What was asked for, the same for every group of a run."""

    target: DeliveryTarget
    place: OutputPlace
    settings: DeliverySettings
    further: Further = NOTHING_FURTHER
    extent: Extent = WHOLE
    around_lufs: float | None = None
    """Loudness of the programme that an advert interrupts."""
    given_gain_db: float | None = None
    """The gain of another programme, to be applied instead of one of the group's own."""
    gain_from: str = ""
    full_mix: Path | None = None

    @property
    def asked(self) -> Further:
        """What is measured of every programme besides loudness."""
        return replace(asked_by(self.target, self.further), course=self.settings.mode == "level")

    def form(self, reader: AudioReader) -> OutputForm:
        """How the output of an input of this run is written."""
        asked = self.settings
        return output_form(
            reader, asked.format, asked.bits, asked.rate,
            dither=asked.dither, tags=asked.tags, channels=asked.channels, kind=asked.kind,
            extent=self.extent if asked.trim else WHOLE,
        )  # fmt: skip

    def conformed(self, reader: AudioReader) -> Order:
        """The order with the form that the target asks for, where it is to conform and nothing else was said."""
        asked = self.settings
        if not asked.conform:
            return self
        given = self.form(reader)
        layout = reader.layout if asked.channels is None else folded_layout(asked.channels)
        kind = asked.kind or ("monos" if len(reader.files) > 1 else "poly")
        own = Form(
            given.container.name, given.bits, given.sample_rate, layout.name,
            "discrete-mono" if kind == "monos" or layout.channels == 1 else "interleaved", layout.channels,
        )  # fmt: skip
        wanted = conforming(self.target.format, own)
        changes: dict[str, Any] = {}
        if asked.format is None and wanted.container != reader.container_name:
            changes["format"] = wanted.container
        if asked.bits is None and wanted.bits != reader.stored_bits:
            changes["bits"] = wanted.bits
        if asked.rate is None and wanted.sample_rate_hz != reader.sample_rate:
            changes["rate"] = wanted.sample_rate_hz
        if asked.channels is None and wanted.layout != own.layout and not reader.renderer:
            changes["channels"] = wanted.layout
        if asked.kind is None and wanted.files != own.files:
            changes["kind"] = "monos" if wanted.files == "discrete-mono" else "poly"
        return replace(self, settings=replace(asked, **changes))

    def place_of(self, path: ProgrammePath, form: OutputForm, layout: Layout) -> ProgrammePath:
        """Where the output of an input lies."""
        asked = self.settings
        written = layout if asked.channels is None else folded_layout(asked.channels)
        return self.place.path_of(path, form.suffix, written, asked.kind)

    def open(self, paths: Sequence[ProgrammePath]) -> Programme:
        """One programme of this run."""
        asked = self.settings
        keywords: dict[str, Any] = {
            "rate": asked.rate,
            "container": None if asked.format is None else container_for(Path(), asked.format),
            "extent": self.extent,
            "channels": asked.channels,
            "trim": asked.trim,
        }
        if isinstance(paths[0], AdmFile) and paths[0].rendered:
            return AdmProgramme(paths[0], kind=asked.kind, **keywords)
        return Programme(paths, layout=asked.layout, dual_mono=asked.dual_mono, **keywords)


_OF_FORM = ("format.", "duration_s", "head_silence_s", "tail_silence_s")
"""How the names of rules begin that neither a gain nor a limiter touches."""


@dataclass(frozen=True)
class Measured:
    """A group measured: every file, every programme, and all programmes as one."""

    files: tuple[FileMeasurement, ...]
    levels: tuple[ProgrammeLevel, ...]
    whole: ProgrammeLevel


def bring_to_target(paths: Sequence[Sequence[ProgrammePath]], order: Order, stage: Stage) -> GroupResult:
    """Do a group (its programmes, each a file or stems), or say why it cannot be done."""
    try:
        with open_programme(paths[0][0]) as reader:
            order = order.conformed(reader)
        with ExitStack() as opened:
            programmes = [opened.enter_context(order.open(parts)) for parts in paths]
            return _bring(programmes, order, stage)
    except AudiopostError as error:
        stage.report(1, 1)
        files = tuple(NormalizedFile(Path(path)) for parts in paths for path in parts)
        return GroupResult(order.target.id, order.settings.mode, files, passed=False, reason=str(error), error=error)


def _bring(programmes: Sequence[Programme], order: Order, stage: Stage) -> GroupResult:
    forms = [tuple(order.form(reader) for reader in one.readers) for one in programmes]
    names = [
        order.place_of(path, form, layout)
        for one, own in zip(programmes, forms, strict=True)
        for path, form, layout in zip(one.paths, own, one.layouts, strict=True)
    ]
    files = [file for name in names for file in files_of(name)]
    curve = [beside(files[0], CURVE_SUFFIX)] if order.settings.mode == "level" else []
    about = {"target": order.target.id, "mode": order.settings.mode}
    place = order.place
    with published_together(
        [*files, *curve], place.exists, place.protected, about, folder=place.folder, lasting=place.lasting
    ) as new:
        temporary = iter(file.temporary for file in new)
        places = iter([with_files(name, [next(temporary) for _ in files_of(name)]) for name in names])
        parts = [Part(one, own, tuple(next(places) for _ in own)) for one, own in zip(programmes, forms, strict=True)]
        summing = _checked(paths_of(programmes), order, stage.part(0.0, 0.1, "adding up the stems"))
        before = _measured(programmes, order.asked, stage.part(0.1, 0.3, "measuring"))
        _refuse_form(parts, before, order)
        plan = _planned(parts, before, order, stage.part(0.3, 0.4, "planning"))
        final = _written(parts, plan, before, order, stage.part(0.4, 0.8))
        after, summed = _measured_again(parts, final, before, stage.part(0.8, 1.0, "measuring what was written"))
        verdict = _judged(order, final.after, after)
        _refuse(verdict.failures, order)
        if not _copies(parts, plan):
            written = [
                (path, form.container, file.loudness)
                for (place, form), file in zip(_places(parts), after, strict=True)
                for path in files_of(place)
            ]
            write_loudness(written, order.settings.tags, final.after.loudness if len(parts) > 1 else None)
        if curve:
            write_curve(new[-1].temporary, final.plan)
        stage.report(1, 1)  # the last chance to give up: then the files get their names
    published = iter(file.path for file in new)
    outputs = [with_files(name, [next(published) for _ in files_of(name)]) for name in names]
    return GroupResult(
        target=order.target.id,
        mode=order.settings.mode,
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
    with replace(order, settings=replace(order.settings, rate=None, trim=False)).open(paths[0]) as programme:
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
        if order.settings.channels is not None and len(before.levels) == len(before.files):
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
    asked, loudness = order.settings, before.whole.loudness
    most_db = asked.allowed_limiting_db
    if order.given_gain_db is not None:
        return plan_given_gain(
            order.target, loudness, order.given_gain_db, asked.mode, most_db,
            of=order.gain_from, facts=facts, clips=clips,
        )  # fmt: skip
    if asked.mode == "level" and not _passes_already(before, order):
        return plan_level(
            parts[0].programme, before.whole, order.target, _levelling(asked), order.asked, form, most_db,
            clips=clips, stage=stage,
        )  # fmt: skip
    return plan_gain(
        order.target, loudness, asked.mode, most_db, facts=facts, in_tolerance=asked.in_tolerance, clips=clips
    )


def _levelling(asked: DeliverySettings) -> Levelling:
    return Levelling(asked.max_range_lu, RideLimits(asked.max_riding_db))


def _refuse_form(parts: Sequence[Part], before: Measured, order: Order) -> None:
    """Refuse at once what no gain can mend: a form, a length, silence at the ends that the target does not take."""
    forms = [form for part in parts for form in part.forms]
    facts = [
        facts_of(file)
        if form.as_input
        else replace(
            facts_of(file), sample_rate_hz=form.sample_rate, bits=form.bits_told, container=form.container.name
        )
        for file, form in zip(before.files, forms, strict=True)
    ]
    if order.settings.channels is not None or order.settings.kind is not None:
        facts = [replace(one, layout=None, channels=None, files=None) for one in facts]  # told by what is written
    failures = [rule for one in facts for rule in judge(order.target, before.whole.loudness, one).failures]
    _refuse([rule for rule in failures if rule.rule.startswith(_OF_FORM)], order)


def _refuse(failures: Sequence[RuleVerdict], order: Order) -> None:
    """In tolerance or refused: raises TargetUnreachableError where a rule fails, unless the user wants it even so."""
    if not failures or order.settings.write_anyway:
        return
    ways = ["write it all the same (--write-anyway)"]
    if not order.settings.conform and any(rule.rule.startswith("format.") for rule in failures):
        ways.insert(0, "have the form converted (--conform)")
    words = "; ".join(dict.fromkeys(rule.in_words() for rule in failures))
    raise TargetUnreachableError(order.target.id, words, " or ".join(ways))


def _passes_already(before: Measured, order: Order) -> bool:
    """Whether there is nothing to level: no rule fails, and the range that was asked for is kept."""
    if order.settings.in_tolerance == "process" or order.settings.max_range_lu is not None:
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
