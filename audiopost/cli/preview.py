"""``preview``: what each service will do to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audiopost.cli.options import (
    Adm,
    DialogueStem,
    DualMono,
    Exists,
    FramesPerSecond,
    From,
    Gate,
    GateName,
    Jobs,
    Json,
    LayoutName,
    To,
    Tracks,
    WhereItExists,
)
from audiopost.cli.output import print_json, print_table, print_text, progress_bar, quantity, tell_notes
from audiopost.cli.programmes import programmes_of
from audiopost.errors import UsageError

if TYPE_CHECKING:
    from audiopost.delivery.playback import Coding
    from audiopost.jobs.preview import PreviewResult

__all__ = ["add_commands", "read_coding"]

_USUAL_KBPS = {"aac": 256, "opus": 160, "vorbis": 320, "mp3": 320}
_USUAL_RATE_HZ = {"opus": 48_000}


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(preview)


def preview(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Audio file or film.", show_default=False)],
    services: Annotated[
        list[str] | None,
        typer.Option("--service", metavar="ID", help="A service, such as spotify-normal; may be repeated; else all."),
    ] = None,
    codecs: Annotated[
        list[str] | None,
        typer.Option(
            "--codec", metavar="NAME[:KBPS]", help="aac, opus, vorbis or mp3, instead of what the service uses."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="DIR", help="Folder for what will be heard, to listen to.")
    ] = None,
    exists: WhereItExists = Exists.FAIL,
    layout: LayoutName = None,
    dual_mono: DualMono = False,
    gate: GateName = Gate.PROGRAMME,
    dialogue_stem: DialogueStem = None,
    start: From = None,
    end: To = None,
    frames_per_second: FramesPerSecond = None,
    jobs: Jobs = None,
    tracks: Tracks = None,
    adm: Adm = None,
    as_json: Json = False,
) -> None:
    """Tell what services will do to a file.

    The gain that the player applies, the true peak after the codec, and whether anything clips.
    """
    from audiopost.jobs.extent import extent_between
    from audiopost.jobs.further_measures import Further
    from audiopost.jobs.preview import preview as preview_file

    (programme,) = programmes_of([file], True, tracks, adm, layout)
    codings = [read_coding(word) for word in codecs or []]
    with progress_bar() as progress:
        result = preview_file(
            programme, services or (), output=output, codings=codings, layout=layout, dual_mono=dual_mono,
            extent=extent_between(start, end, frames_per_second),
            further=Further(dialogue=gate is Gate.DIALOGUE, dialogue_stem=dialogue_stem),
            exists=exists.value, jobs=jobs, progress=progress,
        )  # fmt: skip
    tell_notes(result.source.path, result.source.notes)
    if as_json:
        print_json({"schema": 1, **result.to_json()})
    else:
        _print_result(result)


def read_coding(word: str) -> Coding:
    """``aac``, ``aac:256``: a coding as a person asks for it.

    Raises
    ------
    UsageError
        If the codec is unknown or the rate no number.

    >>> read_coding("opus:96").in_words
    'opus 96k 48 kHz'
    """
    from audiopost.delivery.playback import Coding

    name, _, kbps = word.partition(":")
    for codec in ("aac", "opus", "vorbis", "mp3"):
        if codec == name.strip().lower() and (not kbps or (kbps.isdecimal() and 8 <= int(kbps) <= 512)):
            return Coding(codec, _USUAL_RATE_HZ.get(codec, 44_100), int(kbps or _USUAL_KBPS[codec]))
    raise UsageError(f"--codec {word!r} is no codec", mend="write aac, opus, vorbis or mp3, and a rate behind: aac:256")


def _print_result(result: PreviewResult) -> None:
    source = result.source
    level = quantity(source.loudness.integrated_lufs, unit="LUFS")
    peak = quantity(source.loudness.true_peak_dbtp, unit="dBTP")
    dialogue = source.further.dialogue
    spoken = "" if dialogue is None else f", dialogue {quantity(dialogue.loudness_lkfs, unit='LKFS')}"
    print_text(f"{source.path}: {level}, {peak}{spoken}")
    rows = [
        [
            each.service,
            quantity(each.target_lufs),
            quantity(each.gain.gain_db),
            each.coding.in_words + ("" if each.coding.confidence in ("primary", "own") else " *"),
            quantity(each.decoded.true_peak_dbtp),
            quantity(each.played.integrated_lufs),
            quantity(each.played.true_peak_dbtp),
            f"{each.clipped_samples} samples" if each.clipped_samples else "CLIPS" if each.clips else "no",
            each.gain.reason,
        ]
        for each in result.services
    ]
    headings = ("service", "LUFS", "gain dB", "codec", "decoded dBTP", "played LUFS", "played dBTP", "clips", "")
    print_table(headings, rows, numbers=(1, 2, 4, 5, 6))
    if any(each.coding.confidence not in ("primary", "own") for each in result.services):
        print_text("* codec or bit rate are not published by the service: --json tells what is assumed")
    for each in result.services:
        if each.output is not None:
            print_text(f"{each.service}: {each.output}")
