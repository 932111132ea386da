"""``convert`` and ``info``: files in another form, and what files say of themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audiopost.cli.each_file import Outcome, for_each_file
from audiopost.cli.exit_codes import first_of
from audiopost.cli.options import (
    Channels,
    Dither,
    Exists,
    FileFormat,
    FileKind,
    Files,
    FramesPerSecond,
    From,
    Jobs,
    Json,
    LayoutName,
    NoJoin,
    OutputBits,
    OutputDither,
    OutputRate,
    To,
    Tracks,
    WhereItExists,
)
from audiopost.cli.output import Progress, message, print_json, print_table, print_text, tell_notes
from audiopost.cli.programmes import programmes_of

if TYPE_CHECKING:
    from audiopost.jobs.convert import ConvertResult
    from audiopost.jobs.file_info import FileInfo

__all__ = ["add_commands"]


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(convert)
    app.command()(info)


def convert(
    files: Files,
    output: Annotated[Path, typer.Option("--output", metavar="DIR", help="Folder for the results; made if missing.")],
    file_format: FileFormat = None,
    bits: OutputBits = None,
    rate: OutputRate = None,
    channels: Channels = None,
    kind: FileKind = None,
    dither: OutputDither = Dither.TPDF,
    exists: WhereItExists = Exists.FAIL,
    layout: LayoutName = None,
    start: From = None,
    end: To = None,
    frames_per_second: FramesPerSecond = None,
    speed: Annotated[
        str, typer.Option(metavar="RATIO", help="Play so much faster: 25/24 takes a film from 24 to 25 pictures/s.")
    ] = "1",
    keep_pitch: Annotated[bool, typer.Option("--keep-pitch", help="Another speed at the same pitch.")] = False,
    tracks: Tracks = None,
    no_join: NoJoin = False,
    jobs: Jobs = None,
    as_json: Json = False,
) -> int:
    """Write files in another form.

    Format, word length, sample rate, channels, one file or one a channel, a part. The level stays; what files carry
    beside their sound goes with it.
    """
    from audiopost.jobs.convert import conversion_folders, speed_of
    from audiopost.jobs.convert import convert as convert_file
    from audiopost.jobs.extent import extent_between

    extent, ratio = extent_between(start, end, frames_per_second), speed_of(speed)
    programmes = {Path(each): each for each in programmes_of(files, no_join, tracks)}
    apart = conversion_folders(list(programmes.values()), output, file_format, exists.value)
    folders = dict(zip(programmes, apart, strict=True))

    def work(path: Path, progress: Progress | None) -> ConvertResult:
        return convert_file(
            programmes[path],
            folders[path],
            format=file_format,
            bits=None if bits is None else bits.value,
            sample_rate=rate,
            channels=channels,
            kind=None if kind is None else kind.value,
            layout=layout,
            dither=dither.value,
            extent=extent,
            speed=ratio,
            keep_pitch=keep_pitch,
            exists=exists.value,
            progress=progress,
        )

    outcomes = for_each_file(list(programmes), work, jobs=jobs)
    for outcome in outcomes:
        if outcome.result is not None:
            tell_notes(outcome.path, outcome.result.notes)
            if outcome.result.clipped_samples:
                message(f"{outcome.path}: {outcome.result.clipped_samples} samples beyond full scale are clipped")
    if as_json:
        print_json({"schema": 1, "files": [_converted_entry(outcome) for outcome in outcomes]})
    else:
        for result in (outcome.result for outcome in outcomes if outcome.result is not None):
            form = f"{result.layout}, {result.sample_rate_hz} Hz, {result.bits} bit, {result.duration_s:.3f} s"
            print_text(f"{', '.join(str(path) for path in result.outputs)}: {form}")
    return first_of(outcome.code for outcome in outcomes)


def _converted_entry(outcome: Outcome[ConvertResult]) -> dict[str, Any]:
    if outcome.result is None:
        return {"path": str(outcome.path), "outputs": [], "error": outcome.error}
    return outcome.result.to_json()


def info(
    files: Files,
    as_json: Json = False,
    frames_per_second: FramesPerSecond = None,
    tracks: Tracks = None,
    no_join: NoJoin = False,
) -> int:
    """Show what files say of themselves.

    Form, broadcast extension, iXML, markers, cart, ADM, tags; of a film its tracks, chapters and time code.
    """
    from audiopost.jobs.file_info import file_info

    programmes = {Path(each): each for each in programmes_of(files, no_join, tracks)}

    def work(path: Path, _: Progress | None) -> FileInfo:
        return file_info(programmes[path], frames_per_second)

    outcomes = for_each_file(list(programmes), work, jobs=1, quiet=True)
    if as_json:
        entries = [
            {"path": str(outcome.path), "error": outcome.error} if outcome.result is None else outcome.result.to_json()
            for outcome in outcomes
        ]
        print_json({"schema": 1, "files": entries})
    else:
        for outcome in outcomes:
            if outcome.result is not None:
                tell_notes(outcome.path, outcome.result.notes)
                print_text(f"{outcome.path}: {outcome.result.form_in_words}")
                print_table(("", "field", "value"), outcome.result.lines())
    return first_of(outcome.code for outcome in outcomes)
