"""Options and arguments that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "Adm",
    "Around",
    "Channels",
    "DialogueStem",
    "Dither",
    "DualMono",
    "Exists",
    "FileFormat",
    "FileKind",
    "Files",
    "FilesOrNone",
    "FramesPerSecond",
    "From",
    "Gate",
    "GateName",
    "Jobs",
    "Json",
    "LayoutName",
    "NoJoin",
    "OutputBits",
    "OutputDither",
    "OutputRate",
    "Strict",
    "Target",
    "TargetOrNone",
    "To",
    "Tracks",
    "WhereItExists",
]


class Exists(StrEnum):
    """What to do where an output file is there already."""

    FAIL = "fail"
    REPLACE = "replace"
    NUMBER = "number"


class Bits(StrEnum):
    """Form of a sample in an output file."""

    INTEGER_16 = "16"
    INTEGER_24 = "24"
    FLOAT_32 = "32f"


class Dither(StrEnum):
    """How words are shortened."""

    TPDF = "tpdf"
    SHAPED = "shaped"
    NONE = "none"


class Kind(StrEnum):
    """One file with all channels, or one a channel."""

    POLY = "poly"
    MONOS = "monos"


class Gate(StrEnum):
    """Which part of a programme's loudness is asked for."""

    PROGRAMME = "programme"
    DIALOGUE = "dialogue"


Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Audio files.", show_default=False)]
FilesOrNone = Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help="Audio files.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Target = Annotated[
    str, typer.Option("--target", metavar="ID", help="Delivery target: an id of `audiopost targets`, or a TOML file.")
]
TargetOrNone = Annotated[
    str | None,
    typer.Option("--target", metavar="ID", help="Delivery target: an id of `audiopost targets`, or a TOML file."),
]
LayoutName = Annotated[
    str | None,
    typer.Option(
        "--layout",
        metavar="NAME",
        help="Channel layout where the file does not say it: 5.1-film; of ADM, what it is rendered to.",
    ),
]
DualMono = Annotated[
    bool, typer.Option("--dual-mono", help="Measure a mono file as it sounds from two loudspeakers (3 dB louder).")
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", metavar="N", min=1, help="Files worked on at a time; one a processor unless given."),
]
FileFormat = Annotated[
    str | None, typer.Option("--format", metavar="wav|flac|...", help="File format; that of the input by default.")
]
OutputBits = Annotated[
    Bits | None, typer.Option("--bits", help="Word length of the output; that of the input by default.")
]
OutputRate = Annotated[
    int | None, typer.Option("--rate", metavar="HZ", min=1, help="Sample rate of the output; the input's by default.")
]
OutputDither = Annotated[
    Dither,
    typer.Option("--dither", help="Where words are shortened: TPDF dither, noise shaped for the ear, or rounding."),
]
WhereItExists = Annotated[Exists, typer.Option("--exists", help="What to do where the output is there already.")]
GateName = Annotated[
    Gate,
    typer.Option("--gate", help="dialogue: measure the loudness under speech too (pip install audiopost[dialogue])."),
]
DialogueStem = Annotated[
    Path | None,
    typer.Option(
        "--dialogue-stem", metavar="FILE", help="Find speech by this stem of the programme, not by a detector."
    ),
]
From = Annotated[
    str | None, typer.Option("--from", metavar="TC", help="Begin here: seconds, MM:SS, HH:MM:SS.mmm or HH:MM:SS:FF.")
]
To = Annotated[
    str | None, typer.Option("--to", metavar="TC", help="End here; times count from the file's first frame.")
]
FramesPerSecond = Annotated[
    float | None, typer.Option("--fps", metavar="R", help="Frames a second of HH:MM:SS:FF: 24, 25, 29.97 ...")
]
Around = Annotated[
    Path | None,
    typer.Option(
        "--programme", metavar="FILE", help="The programme that an advert interrupts, where a target compares the two."
    ),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Let a verdict that is only indicative count as failed (exit code 1).")
]
ReportServices = Annotated[
    list[str] | None,
    typer.Option(
        "--service", metavar="ID", help="Add what this service will do to it, such as spotify-normal; repeatable."
    ),
]
Channels = Annotated[
    str | None,
    typer.Option("--channels", metavar="NAME", help="Fold or reorder: stereo (Lo/Ro), lt-rt, mono, 5.1-film ..."),
]
FileKind = Annotated[Kind | None, typer.Option("--kind", help="One file with all channels, or one a channel.")]
Tracks = Annotated[
    list[str] | None,
    typer.Option("--track", metavar="N", help="Sound tracks of a film that are one programme: 2, 1-6."),
]
Adm = Annotated[
    str | None,
    typer.Option(
        "--adm", metavar="PROGRAMME|off",
        help="Programme of a file with ADM metadata, by id or name; off: take its channels as they lie.",
    ),
]  # fmt: skip
NoJoin = Annotated[
    bool, typer.Option("--no-join", help="Take mix.L.wav, mix.R.wav ... as files of their own, not as one programme.")
]
