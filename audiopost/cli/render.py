"""``render``: a file through a chain, into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audiopost.cli.normalize import Bits, Exists
from audiopost.cli.options import Json, LayoutName
from audiopost.cli.output import print_json, print_text, progress_bar
from audiopost.errors import UsageError

__all__ = ["Chain", "EffectFiles", "Settings", "add_commands", "read_settings"]

Chain = Annotated[
    str,
    typer.Option("--chain", metavar="PRESET|FILE.toml", help="Chain: a name of `audiopost chains`, or a TOML file."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NODE.PARAM=VALUE", help="Set one parameter of the chain; may be given many times."),
]
EffectFiles = Annotated[
    list[Path] | None,
    typer.Option("--effects", metavar="FILE.py", help="Python file whose effects join the catalogue first."),
]


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(render)


def render(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="Audio file.", show_default=False)],
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="Audio file to write.", show_default=False)],
    chain: Chain,
    settings: Settings = None,
    bits: Annotated[Bits | None, typer.Option(help="Samples of the output; those of the input by default.")] = None,
    exists: Annotated[Exists, typer.Option(help="Where the output is there already.")] = Exists.FAIL,
    layout: LayoutName = None,
    as_json: Json = False,
) -> None:
    """Render a file through a chain: the same samples as when it is played live."""
    from audiopost.jobs.render import render as render_file
    from audiopost.library.chains import load_chain

    changes = read_settings(settings or [])
    drawing = load_chain(chain)
    with progress_bar() as progress:
        result = render_file(
            source,
            output,
            drawing,
            set=changes,
            bits=None if bits is None else bits.value,
            exists=exists.value,
            layout=layout,
            progress=progress,
        )
    if as_json:
        print_json({"schema": 1, **result.to_json()})
    else:
        print_text(f"{result.output}")


def read_settings(settings: list[str]) -> dict[str, str]:
    """``NODE.PARAM=VALUE`` words as a mapping; the values are checked against the chain by whoever applies them.

    Raises
    ------
    UsageError
        If a word has no such form.

    >>> read_settings(["hp.frequency_hz=120"])
    {'hp.frequency_hz': '120'}
    """
    changes = {}
    for word in settings:
        path, equals, value = word.partition("=")
        if not equals or "." not in path:
            raise UsageError(f"--set {word!r} sets nothing", mend="write NODE.PARAM=VALUE")
        changes[path.strip()] = value.strip()
    return changes
