"""``measure`` and ``check``: what files hold, and whether that is what is asked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audiopost.cli.each_file import Outcome, for_each_file
from audiopost.cli.exit_codes import code_of_verdict, first_of
from audiopost.cli.findings import (
    Finding,
    entry_of,
    print_csv,
    print_measurements,
    print_verdicts,
    verdict_entry_of,
)
from audiopost.cli.options import (
    Adm,
    Around,
    DialogueStem,
    DualMono,
    Files,
    FramesPerSecond,
    From,
    Gate,
    GateName,
    Jobs,
    Json,
    LayoutName,
    NoJoin,
    Strict,
    Target,
    To,
    Tracks,
)
from audiopost.cli.output import Progress, message, print_json, tell_notes
from audiopost.cli.programmes import programmes_of
from audiopost.errors import UsageError

if TYPE_CHECKING:
    from audiopost.jobs.album import AlbumMeasurement
    from audiopost.jobs.extent import Extent
    from audiopost.jobs.further_measures import Further
    from audiopost.media.programme_files import ProgrammePath

__all__ = ["Order", "add_commands", "order_of"]


class Convention(StrEnum):
    """What of a reference tone is -20 dBFS in Leq(m)."""

    PEAK = "peak"
    RMS = "rms"


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(measure)
    app.command()(check)


@dataclass(frozen=True)
class Order:
    """What is asked about each programme, the same for `measure` and `check`."""

    paths: list[Path]
    """A name for each programme; one of many files has its labels in braces."""
    programmes: dict[Path, ProgrammePath]
    layout: str | None
    dual_mono: bool
    extent: Extent
    further: Further

    def judging(self, target: str, around: Path | None = None) -> Callable[[Path, Progress | None], Finding]:
        """The work of measuring and judging; a wrong target is found before the first file is opened."""
        from audiopost.jobs.check import check as check_file
        from audiopost.jobs.target_facts import asks_about_the_programme_around, asks_for_dialogue
        from audiopost.library.targets import load_target

        wanted = load_target(target)
        if asks_for_dialogue(wanted) and not self.further.measures_dialogue:
            message(f"{wanted.id} asks about dialogue: give --gate dialogue or --dialogue-stem FILE to have it judged")

        if asks_about_the_programme_around(wanted) and around is None:
            message(f"{wanted.id} compares with the programme around: give --programme FILE to have it judged")

        def work(path: Path, progress: Progress | None) -> Finding:
            verdict = check_file(self.programmes[path], wanted, progress=progress, around=around, **self.asked())
            return Finding(verdict.measurement, verdict)

        return work

    def measuring(
        self, history: Path | None, labels: tuple[tuple[float, str], ...] = ()
    ) -> Callable[[Path, Progress | None], Finding]:
        """The work of measuring."""
        from audiopost.jobs.measure import measure as measure_file

        def work(path: Path, progress: Progress | None) -> Finding:
            source = self.programmes[path]
            return Finding(measure_file(source, progress=progress, history=history, labels=labels, **self.asked()))

        return work

    def asked(self) -> dict[str, Any]:
        """The keywords of the jobs that measure."""
        return {
            "layout": self.layout,
            "dual_mono": self.dual_mono,
            "extent": self.extent,
            "further": self.further,
        }


def measure(
    files: Files,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    target: Annotated[
        str | None, typer.Option("--target", metavar="ID", help="Judge against this target too: an id, or a TOML file.")
    ] = None,
    layout: LayoutName = None,
    dual_mono: DualMono = False,
    history: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the course of the loudness, ten lines a second.")
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", help="Measure by label too: lines of START_S,LABEL, as `live --labels` writes."
        ),
    ] = None,
    gate: GateName = Gate.PROGRAMME,
    dialogue_stem: DialogueStem = None,
    start: From = None,
    end: To = None,
    frames_per_second: FramesPerSecond = None,
    rms: Annotated[bool, typer.Option("--rms", help="Measure RMS level and noise floor, as for audiobooks.")] = False,
    leq_m: Annotated[bool, typer.Option("--leq-m", help="Measure Leq(m), as for trailers and cinema ads.")] = False,
    convention: Annotated[
        Convention, typer.Option("--leq-m-convention", help="Is the reference tone -20 dBFS by its peak or its RMS?")
    ] = Convention.PEAK,
    album: Annotated[bool, typer.Option("--album", help="Measure the files as one album too.")] = False,
    tracks: Tracks = None,
    adm: Adm = None,
    no_join: NoJoin = False,
    jobs: Jobs = None,
) -> int:
    """Measure loudness, loudness range, true peak and sample peak.

    After ITU-R BS.1770-5, EBU Tech 3341 and EBU Tech 3342. Files that differ only in a channel's label at the end
    of their names (mix.L.wav, mix.R.wav ...) are one programme.
    """
    from audiopost.jobs.further_measures import Further
    from audiopost.jobs.labels import read_labels

    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other", mend="choose one")
    further = Further(
        rms=rms,
        leq_m=convention.value if leq_m else None,
        dialogue=gate is Gate.DIALOGUE,
        dialogue_stem=dialogue_stem,
    )
    order = order_of(files, no_join, layout, dual_mono, (start, end, frames_per_second), further, tracks, adm)
    if history is not None and (len(order.paths) > 1 or target is not None):
        raise UsageError("--history holds the course of one file", mend="give one file at a time, without --target")
    if labels is not None and (len(order.paths) > 1 or target is not None):
        raise UsageError("--labels belong to one file", mend="give one file at a time, without --target")
    marks = () if labels is None else read_labels(labels)
    work = order.measuring(history, marks) if target is None else order.judging(target)
    outcomes = for_each_file(order.paths, work, jobs=jobs)
    _tell_notes(outcomes)
    whole = _album(outcomes) if album else None
    entries = [entry_of(outcome, whole.loudness if whole else None) for outcome in outcomes]
    if as_json:
        print_json({"schema": 1, "files": entries} | ({"album": whole and whole.to_json()} if album else {}))
    elif as_csv:
        print_csv(entries)
    else:
        print_measurements(outcomes, whole)
        print_verdicts(outcomes)
    return first_of(_code(outcome) for outcome in outcomes)


def check(
    files: Files,
    target: Target,
    as_json: Json = False,
    layout: LayoutName = None,
    dual_mono: DualMono = False,
    gate: GateName = Gate.PROGRAMME,
    dialogue_stem: DialogueStem = None,
    start: From = None,
    end: To = None,
    frames_per_second: FramesPerSecond = None,
    programme: Around = None,
    strict: Strict = False,
    album: Annotated[
        bool, typer.Option("--album", help="Judge the files as one: an album, or the reels or acts of a programme.")
    ] = False,
    tracks: Tracks = None,
    adm: Adm = None,
    no_join: NoJoin = False,
    jobs: Jobs = None,
) -> int:
    """Judge files against a delivery target.

    Rule by rule, with the fix in dB; the exit code is 1 if any file fails. A verdict that rests on an open detector of
    speech is indicative only, and said to be.
    """
    from audiopost.jobs.further_measures import Further

    further = Further(dialogue=gate is Gate.DIALOGUE, dialogue_stem=dialogue_stem)
    order = order_of(files, no_join, layout, dual_mono, (start, end, frames_per_second), further, tracks, adm)
    outcomes = for_each_file(order.paths, order.judging(target, programme), jobs=jobs)
    _tell_notes(outcomes)
    whole = _as_one(outcomes, target) if album else None
    shown = outcomes if whole is None else [whole]
    if as_json:
        entries = {"files": [verdict_entry_of(outcome, target) for outcome in outcomes]}
        print_json({"schema": 1, **entries, **({"album": verdict_entry_of(whole, target)} if whole else {})})
    else:
        print_verdicts(shown)
    unreadable = [outcome.code for outcome in outcomes if outcome.result is None]
    return first_of((*unreadable, *(_code(outcome, strict) for outcome in shown)))


def _as_one(outcomes: list[Outcome[Finding]], target: str) -> Outcome[Finding] | None:
    """The verdict on all files that could be measured, as one programme; None where none could."""
    from audiopost.jobs.check import check_as_one

    verdicts = [each.result.verdict for each in outcomes if each.result is not None and each.result.verdict is not None]
    if not verdicts:
        return None
    whole = check_as_one(verdicts, target)
    return Outcome(whole.path, Finding(whole.measurement, whole))


def order_of(
    files: list[Path],
    no_join: bool,
    layout: str | None,
    dual_mono: bool,
    times: tuple[str | None, str | None, float | None],
    further: Further,
    tracks: list[str] | None = None,
    adm: str | None = None,
) -> Order:
    """What is asked, with everything found wrong that can be before a file is opened."""
    from audiopost.jobs.extent import extent_between

    extent = extent_between(*times)
    programmes = programmes_of(files, no_join, tracks, adm, layout)
    if further.dialogue_stem is not None and len(programmes) > 1:
        raise UsageError("--dialogue-stem belongs to one programme", mend="give one file at a time")
    if further.measures_dialogue and further.dialogue_stem is None:
        from audiopost.loudness.speech_detector import require_speech_detector

        require_speech_detector()
    _tell_of_a_first_run()
    paths = [Path(each) for each in programmes]
    return Order(paths, dict(zip(paths, programmes, strict=True)), layout, dual_mono, extent, further)


def _tell_of_a_first_run() -> None:
    """Who waits at a terminal hears why."""
    if not sys.stderr.isatty():
        return
    from audiopost.loudness.lane_scan import programs_must_be_made

    if programs_must_be_made():
        message("the first run here: making machine code for this processor, about a second")


def _code(outcome: Outcome[Finding], strict: bool = False) -> int:
    if outcome.result is None or outcome.result.verdict is None:
        return outcome.code
    verdict = outcome.result.verdict
    if verdict.outcome == "indicative":
        message(f"{outcome.path}: indicative only: an open detector decided where speech is, and others may differ")
    return code_of_verdict(verdict.outcome, strict=strict)


def _tell_notes(outcomes: list[Outcome[Finding]]) -> None:
    for outcome in outcomes:
        if outcome.result is None:
            continue
        notes = outcome.result.measurement.notes
        if outcome.result.measurement.loudness.integrated_lufs is None:
            notes += ("integrated loudness is undefined: silent, or shorter than a gating block of 0.4 s",)
        tell_notes(outcome.path, notes)


def _album(outcomes: list[Outcome[Finding]]) -> AlbumMeasurement | None:
    """All files that could be measured, as one; None where none could."""
    from audiopost.jobs.album import measure_album

    measured = [outcome.result.measurement for outcome in outcomes if outcome.result is not None]
    return measure_album(measured) if measured else None
