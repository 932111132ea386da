"""``render``: a file through a chain, into a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audiopost.cli.options import (
    Adm,
    Dither,
    Exists,
    FileFormat,
    Json,
    LayoutName,
    OutputBits,
    OutputDither,
    OutputRate,
    Tracks,
    WhereItExists,
)
from audiopost.cli.output import message, print_json, print_text, progress_bar, tell_notes
from audiopost.cli.programmes import programmes_of
from audiopost.errors import UsageError

if TYPE_CHECKING:
    from audiopost.jobs.render import RenderResult

__all__ = ["Chain", "EffectFiles", "Settings", "add_commands", "load_effect_files", "read_settings"]

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
    typer.Option("--effects", metavar="FILE.py", help="Python file whose effects the chain may name; may be repeated."),
]


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(render)


def render(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="Audio file.", show_default=False)],
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="Audio file to write.", show_default=False)],
    chain: Chain,
    settings: Settings = None,
    effect_files: EffectFiles = None,
    file_format: FileFormat = None,
    bits: OutputBits = None,
    rate: OutputRate = None,
    dither: OutputDither = Dither.TPDF,
    exists: WhereItExists = Exists.FAIL,
    layout: LayoutName = None,
    tracks: Tracks = None,
    adm: Adm = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", help="Another noise, other random moves; the same N gives the same samples."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Render a file through a chain.

    The samples are the same as when the chain is played live.
    """
    from audiopost.jobs.render import render as render_file

    load_effect_files(effect_files)
    (programme,) = programmes_of([source], True, tracks, adm, layout)
    with progress_bar() as progress:
        result = render_file(
            programme,
            output,
            chain,
            parameters=read_settings(settings or []),
            format=file_format,
            bits=None if bits is None else bits.value,
            sample_rate=rate,
            layout=layout,
            seed=seed,
            dither=dither.value,
            exists=exists.value,
            progress=progress,
        )
    _tell_notes(result)
    if as_json:
        print_json({"schema": 1, **result.to_json()})
    else:
        form = f"{result.layout}, {result.sample_rate_hz} Hz, {result.bits} bit, {result.duration_s:.2f} s"
        print_text(f"{result.output}: {form}")


def _tell_notes(result: RenderResult) -> None:
    """What a person must hear of although the file was rendered."""
    notes = result.notes
    if result.non_finite_samples:
        where = f"the first at {result.non_finite_first_s:.3f} s: taken as 0"
        notes += (f"{result.non_finite_samples} samples are no numbers, {where}",)
    tell_notes(result.input, notes)
    for found in result.non_finite_nodes:
        message(f"{found.node}: made {found.samples} samples that are no numbers: taken as 0")
    if result.clipped_samples:
        message(
            f"{result.output}: {result.clipped_samples} samples were beyond full scale and are clipped; "
            "lower the level in the chain, or write --bits 32f"
        )


def load_effect_files(paths: list[Path] | None) -> None:
    """Let the effects of Python files join the catalogue."""
    if paths:
        from audiopost.effects.effect_files import load_effects

        for path in paths:
            load_effects(path)


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
