"""Options and arguments that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "DualMono",
    "Exists",
    "FileFormat",
    "Files",
    "Jobs",
    "Json",
    "LayoutName",
    "OutputBits",
    "OutputRate",
    "Target",
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


Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Audio files.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Target = Annotated[
    str, typer.Option("--target", metavar="ID", help="Delivery target: an id of `audiopost targets`, or a TOML file.")
]
LayoutName = Annotated[
    str | None,
    typer.Option("--layout", metavar="NAME", help="Channel layout where the file does not say it, such as 5.1-film."),
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
WhereItExists = Annotated[Exists, typer.Option("--exists", help="What to do where the output is there already.")]
