"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["DualMono", "Files", "Jobs", "Json", "LayoutName", "Target"]

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
