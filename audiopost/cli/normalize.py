"""``normalize``: bring files to a delivery target, and measure again what was written."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audiopost.cli.exit_codes import DONE, FAILED, first_of
from audiopost.cli.options import (
    DualMono,
    Exists,
    FileFormat,
    Files,
    Json,
    LayoutName,
    OutputBits,
    OutputRate,
    Target,
    WhereItExists,
)
from audiopost.cli.output import print_json, print_table, print_text, progress_bar, quantity

if TYPE_CHECKING:
    from audiopost.jobs.normalize import GroupResult

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
    exists: WhereItExists = Exists.FAIL,
    in_tolerance: Annotated[
        InTolerance, typer.Option(help="Where a programme meets the target already.")
    ] = InTolerance.COPY,
    layout: LayoutName = None,
    dual_mono: DualMono = False,
    as_json: Json = False,
) -> int:
    """Bring files to a delivery target; what was written is measured again, and that is what is reported."""
    from audiopost.jobs.normalize import normalize as normalize_files
    from audiopost.library.targets import load_target

    optional: dict[str, Any] = {} if max_limiting is None else {"max_limiting_db": max_limiting}
    with progress_bar() as progress:
        results = normalize_files(
            files,
            load_target(target),
            output,
            group=group.value,
            mode=mode.value,
            format=file_format,
            bits=None if bits is None else bits.value,
            rate=rate,
            exists=exists.value,
            in_tolerance=in_tolerance.value,
            layout=layout,
            dual_mono=dual_mono,
            progress=progress,
            **optional,
        )
    if as_json:
        print_json({"schema": 1, "groups": [result.to_json() for result in results]})
    else:
        for result in results:
            _print_group(result)
    return first_of(DONE if result.passed else FAILED for result in results)


def _print_group(result: GroupResult) -> None:
    raise NotImplementedError(result, print_table, print_text, quantity)
