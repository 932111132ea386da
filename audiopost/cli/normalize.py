"""``normalize``: bring files to a delivery target, and measure again what was written."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audiopost.cli.exit_codes import DONE, FAILED, exit_code_of, first_of
from audiopost.cli.options import (
    Dither,
    DualMono,
    Exists,
    FileFormat,
    Files,
    Json,
    LayoutName,
    OutputBits,
    OutputDither,
    OutputRate,
    Target,
    WhereItExists,
)
from audiopost.cli.output import message, print_json, print_table, print_text, progress_bar, quantity, tell_notes
from audiopost.errors import TargetUnreachableError

if TYPE_CHECKING:
    from audiopost.jobs.measure import FileMeasurement
    from audiopost.jobs.normalized import GroupResult

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
    files: Files,
    target: Target,
    output: Annotated[Path, typer.Option("--output", metavar="DIR", help="Folder for the results; made if missing.")],
    group: Annotated[
        Group, typer.Option(help="One gain for each file, for an album, or for stems that sum to the programme.")
    ] = Group.EACH,
    mode: Annotated[Mode, typer.Option(help="Gain alone, or gain with true-peak limiting.")] = Mode.LINEAR,
    max_limiting: Annotated[
        float | None, typer.Option(metavar="DB", min=0.0, max=24.0, help="Most limiting allowed in limit mode, in dB.")
    ] = None,
    file_format: FileFormat = None,
    bits: OutputBits = None,
    rate: OutputRate = None,
    dither: OutputDither = Dither.TPDF,
    tags: Annotated[
        list[Tag] | None,
        typer.Option("--tags", help="Write the loudness into bext, or gains for players; may be repeated."),
    ] = None,
    exists: WhereItExists = Exists.FAIL,
    in_tolerance: Annotated[
        InTolerance, typer.Option(help="Where a programme meets the target already.")
    ] = InTolerance.COPY,
    layout: LayoutName = None,
    dual_mono: DualMono = False,
    as_json: Json = False,
) -> int:
    """Bring files to a delivery target.

    What was written is measured again, and that is what is reported.
    """
    from audiopost.jobs.normalize import normalize as normalize_files

    optional: dict[str, Any] = {} if max_limiting is None else {"max_limiting_db": max_limiting}
    with progress_bar() as progress:
        results = normalize_files(
            files,
            target,
            output,
            group=group.value,
            mode=mode.value,
            format=file_format,
            bits=None if bits is None else bits.value,
            rate=rate,
            exists=exists.value,
            in_tolerance=in_tolerance.value,
            layout=layout,
            dither=dither.value,
            tags=tuple(tag.value for tag in tags or ()),
            dual_mono=dual_mono,
            progress=progress,
            **optional,
        )
    for result in results:
        _tell(result)
    if as_json:
        print_json({"schema": 1, "groups": [result.to_json() for result in results]})
    else:
        _print_results(results)
    return first_of(_code(result) for result in results)


def _tell(result: GroupResult) -> None:
    """What is wrong with a group, or worth knowing of its files."""
    for file in result.files:
        tell_notes(file.path, () if file.before is None else file.before.notes)
    if isinstance(result.error, TargetUnreachableError):
        message(f"{', '.join(str(file.path) for file in result.files)}: {result.error}")
    elif result.error is not None:
        message(str(result.error))


def _code(result: GroupResult) -> int:
    if result.error is not None:
        return exit_code_of(result.error)
    return DONE if result.passed else FAILED


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
    word = {True: "passes", False: "FAILS", None: "cannot be judged whole:"}[result.passed]
    return f"{word} {result.target}"
