"""``variations``: one sound in many variations of a chain, bounced at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audiopost.cli.options import FileFormat, Json, OutputBits
from audiopost.cli.output import print_json, print_table, progress_bar, quantity
from audiopost.cli.render import Chain, EffectFiles, Settings, load_effect_files, read_settings
from audiopost.errors import UsageError

__all__ = ["add_commands", "read_ranges"]


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(variations)


def variations(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="Audio file.", show_default=False)],
    output: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the sounds and their chain files.")],
    chain: Chain,
    count: Annotated[int, typer.Option(metavar="N", help="How many, 1 to 999.")] = 8,
    amount: Annotated[
        float, typer.Option(metavar="0..1", help="How far a knob may go from where it stands, as a part of its way.")
    ] = 0.2,
    seed: Annotated[
        int, typer.Option(metavar="N", help="Of the first variation; the same seed gives the same one.")
    ] = 1,
    lock: Annotated[
        list[str] | None, typer.Option(metavar="NODE[.PARAM]", help="An effect or a knob that stays; may be repeated.")
    ] = None,
    limits: Annotated[
        list[str] | None,
        typer.Option("--range", metavar="NODE.PARAM=LOW:HIGH", help="Ends for chance at a knob; may be repeated."),
    ] = None,
    settings: Settings = None,
    effect_files: EffectFiles = None,
    file_format: FileFormat = None,
    bits: OutputBits = None,
    jobs: Annotated[int | None, typer.Option(metavar="N", min=1, help="Renders at once; the cores without it.")] = None,
    as_json: Json = False,
) -> None:
    """Render a sound through many variations of a chain.

    Each is written with the chain file that makes it again. Files that are there already are never touched.
    """
    from audiopost.jobs.chain_values import with_values
    from audiopost.jobs.variations import render_variations
    from audiopost.library.chains import load_chain

    load_effect_files(effect_files)
    with progress_bar() as progress:
        made = render_variations(
            source,
            output,
            with_values(load_chain(chain), read_settings(settings or [])),
            count=count,
            amount=amount,
            seed=seed,
            locked=lock or (),
            ranges=read_ranges(limits or []),
            format=file_format,
            bits=None if bits is None else bits.value,
            workers=jobs,
            progress=progress,
        )
    if as_json:
        entries = [
            {"seed": each.seed, "output": each.rendered.output, "chain": each.chain, "values": each.values,
             "sha256": each.rendered.sha256}
            for each in made
        ]  # fmt: skip
        print_json({"schema": 1, "variations": entries})
        return
    rows = [[str(each.seed), str(each.rendered.output), quantity(each.rendered.duration_s, 2, "s")] for each in made]
    print_table(("seed", "file", "length"), rows, numbers=(0, 2))


def read_ranges(words: list[str]) -> dict[str, tuple[float, float]]:
    """``NODE.PARAM=LOW:HIGH`` words as a mapping.

    Raises
    ------
    UsageError
        If a word has no such form.

    >>> read_ranges(["hp.frequency_hz=80:400"])
    {'hp.frequency_hz': (80.0, 400.0)}
    """
    ranges = {}
    for word in words:
        path, _, ends = word.partition("=")
        low, _, high = ends.partition(":")
        try:
            ranges[path.strip()] = (float(low), float(high))
        except ValueError:
            raise UsageError(f"--range {word!r} is no range", mend="write NODE.PARAM=LOW:HIGH") from None
    return ranges
