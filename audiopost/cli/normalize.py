"""``normalize``: bring files to a delivery target, and measure again what was written."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audiopost.cli.exit_codes import DONE, FAILED, code_of_verdict, exit_code_of, first_of
from audiopost.cli.options import (
    Adm,
    Around,
    Channels,
    DialogueStem,
    Dither,
    DualMono,
    Exists,
    FileFormat,
    FileKind,
    FilesOrNone,
    FramesPerSecond,
    From,
    Gate,
    GateName,
    Jobs,
    Json,
    LayoutName,
    NoJoin,
    OutputBits,
    OutputDither,
    OutputRate,
    ReportServices,
    Strict,
    TargetOrNone,
    To,
    Tracks,
    WhereItExists,
)
from audiopost.cli.output import message, print_json, print_table, print_text, progress_bar, quantity, tell_notes
from audiopost.cli.programmes import programmes_of
from audiopost.errors import TargetUnreachableError, UsageError

if TYPE_CHECKING:
    from audiopost.delivery.target import DeliveryTarget
    from audiopost.jobs.measure import FileMeasurement
    from audiopost.jobs.normalized import GroupResult
    from audiopost.jobs.preview import PreviewResult

__all__ = ["add_commands"]


class Group(StrEnum):
    """What gets one gain."""

    EACH = "each"
    ALBUM = "album"
    STEMS = "stems"


class Mode(StrEnum):
    """What may be done to the sound."""

    LINEAR = "linear"
    LIMIT = "limit"
    LEVEL = "level"


class Tag(StrEnum):
    """What is written about the loudness besides the sound."""

    BEXT = "bext"
    REPLAYGAIN = "replaygain"
    R128 = "r128"


class InTolerance(StrEnum):
    """What to do with a programme that meets the target as it is."""

    COPY = "copy"
    PROCESS = "process"


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(normalize)


def normalize(
    files: FilesOrNone = None,
    target: TargetOrNone = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="DIR", help="Folder for the results; made if missing.")
    ] = None,
    group: Annotated[
        Group,
        typer.Option(help="One gain for each file, for an album (or reels), or for stems that sum to the programme."),
    ] = Group.EACH,
    mode: Annotated[
        Mode, typer.Option(help="Gain alone; gain with true-peak limiting; or slow riding before both.")
    ] = Mode.LINEAR,
    max_limiting: Annotated[
        float | None,
        typer.Option(metavar="DB", min=0.0, max=24.0, help="Most limiting in limit or level mode, in dB."),
    ] = None,
    max_range: Annotated[
        float | None,
        typer.Option(metavar="LU", min=0.0, help="Loudness range that level mode comes to; the target's by default."),
    ] = None,
    max_riding: Annotated[
        float | None, typer.Option(metavar="DB", min=0.0, max=20.0, help="Most that level mode rides the gain; 6 dB.")
    ] = None,
    gain_from: Annotated[
        Path | None,
        typer.Option("--gain-from", metavar="MIX", help="Give this file's gain to the others: M&E, Lo/Ro, alternates."),
    ] = None,
    full_mix: Annotated[
        Path | None,
        typer.Option("--full-mix", metavar="MIX", help="Write nothing where the stems do not sum to this mix."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.html|.pdf|.json",
            help="Write what was done, with settings, hashes, versions and gain traces; a page has its JSON beside it.",
        ),
    ] = None,
    services: ReportServices = None,
    repeat: Annotated[
        Path | None,
        typer.Option(metavar="FILE.json", help="Do the run of a report again, with its files, target and settings."),
    ] = None,
    gate: GateName = Gate.PROGRAMME,
    dialogue_stem: DialogueStem = None,
    start: From = None,
    end: To = None,
    frames_per_second: FramesPerSecond = None,
    trim: Annotated[
        bool, typer.Option("--trim", help="Write only what lies between --from and --to; time references move with it.")
    ] = False,
    programme: Around = None,
    strict: Strict = False,
    file_format: FileFormat = None,
    bits: OutputBits = None,
    rate: OutputRate = None,
    channels: Channels = None,
    kind: FileKind = None,
    dither: OutputDither = Dither.TPDF,
    tags: Annotated[
        list[Tag] | None,
        typer.Option("--tags", help="Write the loudness into bext, or gains for players; may be repeated."),
    ] = None,
    exists: WhereItExists = Exists.FAIL,
    in_tolerance: Annotated[
        InTolerance, typer.Option(help="Where a programme meets the target already.")
    ] = InTolerance.COPY,
    conform: Annotated[
        bool,
        typer.Option(
            "--conform", help="Convert rate, word length, format, channel order and files to what it asks for."
        ),
    ] = False,
    write_anyway: Annotated[
        bool,
        typer.Option("--write-anyway", help="Write also what fails a rule that no gain mends; else it is refused."),
    ] = False,
    layout: LayoutName = None,
    tracks: Tracks = None,
    adm: Adm = None,
    no_join: NoJoin = False,
    dual_mono: DualMono = False,
    jobs: Jobs = None,
    as_json: Json = False,
) -> int:
    """Bring files to a delivery target.

    What was written is measured again, and that is what is reported; what would fail the target is not written.
    --from and --to say what is measured (without leader and 2-pop); all of a file is written, without --trim.
    """
    if output is None:
        raise UsageError("'--output' is missing", mend="name a folder for the results")
    if repeat is not None:
        if files or target:
            raise UsageError("--repeat takes files, target and settings from the report", mend="leave them out")
        return _repeat(repeat, output, exists, strict=strict, as_json=as_json)
    if not files or target is None:
        what = "'FILE...' is missing" if not files else "'--target' is missing"
        raise UsageError(what, mend="name files and a target (`audiopost targets` lists them)")
    from audiopost.jobs.normalize import normalize as normalize_files
    from audiopost.jobs.target_facts import asks_for_dialogue
    from audiopost.library.playback import check_services
    from audiopost.library.targets import load_target

    wanted = load_target(target)
    drawn = report is not None and report.suffix.lower() in (".html", ".pdf")
    check_services(services or ())
    if services and not drawn:
        raise UsageError("--service adds to a page, and none is made", mend="give --report FILE.html or FILE.pdf")
    if asks_for_dialogue(wanted) and gate is Gate.PROGRAMME and dialogue_stem is None:
        message(f"{wanted.id} asks about dialogue: give --gate dialogue or --dialogue-stem FILE to have it judged")
    given = {"max_limiting_db": max_limiting, "max_riding_db": max_riding}
    optional: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    with progress_bar() as progress:
        results = normalize_files(
            programmes_of(files, no_join, tracks, adm, layout),
            wanted,
            output,
            gate=gate.value,
            dialogue_stem=dialogue_stem,
            around=programme,
            start=start,
            end=end,
            frames_per_second=frames_per_second,
            trim=trim,
            gain_from=gain_from,
            full_mix=full_mix,
            max_range_lu=max_range,
            report=report.with_suffix(".json") if drawn and report is not None else report,
            jobs=jobs,
            group=group.value,
            mode=mode.value,
            format=file_format,
            bits=None if bits is None else bits.value,
            rate=rate,
            channels=channels,
            kind=None if kind is None else kind.value,
            exists=exists.value,
            in_tolerance=in_tolerance.value,
            conform=conform,
            write_anyway=write_anyway,
            layout=layout,
            dither=dither.value,
            tags=tuple(tag.value for tag in tags or ()),
            dual_mono=dual_mono,
            progress=progress,
            **optional,
        )
    folders = {file.output.parent for result in results for file in result.files if file.output is not None}
    if folders - {output}:
        message(f"inputs have the same name: results keep the folders in which they differ, below {output}")
    if drawn and report is not None:
        _draw(report, results, wanted, files, frames_per_second, services or ())
    return _answer(results, strict=strict, as_json=as_json)


def _draw(
    report: Path,
    results: tuple[GroupResult, ...],
    target: DeliveryTarget,
    inputs: list[Path],
    fps: float | None,
    services: Sequence[str],
) -> None:
    """The page of a delivery; it replaces an older one, like the JSON beside it."""
    from audiopost.jobs.course import follow_sum, measure_course
    from audiopost.jobs.file_info import file_info
    from audiopost.jobs.preview import preview
    from audiopost.jobs.preview_sum import preview_sum
    from audiopost.report.delivered import delivered_pages
    from audiopost.report.publishing import publish

    def foresee(outputs: Sequence[Path]) -> PreviewResult:
        return preview(outputs[0], services) if len(outputs) == 1 else preview_sum(outputs, services)

    pages = delivered_pages(
        results,
        target,
        measure_course,
        follow_sum=lambda stems: follow_sum(stems)[1],
        inform=lambda path: file_info(path, fps),
        foresee=foresee if services else None,
        frames_per_second=fps,
    )
    title = f"Delivery: {target.name}"
    written = publish(
        report, pages, target, title=title, frames_per_second=fps, exists="replace", inputs=inputs, with_json=False
    )
    message(f"report: {written[0]}")


def _repeat(report: Path, output: Path, exists: Exists, *, strict: bool, as_json: bool) -> int:
    from audiopost.jobs.repeat import repeat

    with progress_bar() as progress:
        again = repeat(report, output, exists=exists.value, progress=progress)
    for note in again.notes:
        message(note)
    for path in again.differing:
        message(f"{path}: other bytes than those of the report")
    code = _answer(again.results, strict=strict, as_json=as_json)
    return first_of((code, FAILED if again.differing else DONE))


def _answer(results: tuple[GroupResult, ...], *, strict: bool, as_json: bool) -> int:
    for result in results:
        _tell(result)
    if as_json:
        print_json({"schema": 1, "groups": [result.to_json() for result in results]})
    else:
        _print_results(results)
    return first_of(_code(result, strict=strict) for result in results)


def _tell(result: GroupResult) -> None:
    """What is wrong with a group, or worth knowing of its files."""
    for file in result.files:
        tell_notes(file.path, () if file.before is None else file.before.notes)
    if isinstance(result.error, TargetUnreachableError):
        message(f"{', '.join(str(file.path) for file in result.files)}: {result.error}")
    elif result.error is not None:
        message(str(result.error))


def _code(result: GroupResult, *, strict: bool) -> int:
    if result.error is not None:
        return exit_code_of(result.error)
    if result.outcome == "indicative":
        name = result.files[0].path
        message(f"{name}: indicative only: an open detector decided where speech is, and others may differ")
    return code_of_verdict(result.outcome or "not judged", strict=strict)


def _print_results(results: tuple[GroupResult, ...]) -> None:
    """What was written, file by file; of stems also their sum, which is what the target asks about."""
    rows: list[list[str]] = []
    for result in results:
        if result.error is not None:
            continue
        verdict = "" if result.sum else _verdict(result)
        rows.extend(_row(str(file.output), result, file.before, file.after, verdict) for file in result.files)
        if result.sum is not None:
            rows.append(_row("sum of the stems", result, result.sum.before, result.sum.after, _verdict(result)))
    if rows:
        headings = ("file", "gain dB", "limiting dB", "before LUFS", "after LUFS", "after dBTP", "verdict")
        print_table(headings, rows, numbers=range(1, 6))
    for result in results:
        if result.sum is not None:
            print_text(f"null of the stems against the mix: {quantity(result.sum.null_dbfs, unit='dBFS')}")
        if result.error is None and result.reason:
            print_text(f"{result.files[0].path.name}: {result.reason}" if len(results) > 1 else result.reason)


def _row(
    name: str, result: GroupResult, before: FileMeasurement | None, after: FileMeasurement | None, verdict: str
) -> list[str]:
    def level(measurement: FileMeasurement | None, field: str) -> str:
        return quantity(None if measurement is None else getattr(measurement.loudness, field))

    return [
        name,
        "copied" if result.copied else quantity(result.gain_db, 2),
        quantity(result.limiting_max_db),
        level(before, "integrated_lufs"),
        level(after, "integrated_lufs"),
        level(after, "true_peak_dbtp"),
        verdict,
    ]


def _verdict(result: GroupResult) -> str:
    word = {"passed": "passes", "failed": "FAILS", "indicative": "indicates", "not judged": "cannot be judged whole:"}
    return f"{word[result.outcome or 'not judged']} {result.target}"
