"""``match-eq``: a chain file with the equaliser that makes one sound like another."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from audiopost.cli.options import Json
from audiopost.cli.output import print_json, print_text

__all__ = ["add_commands"]


class Phase(StrEnum):
    """How the equaliser filters."""

    MINIMUM = "minimum"
    LINEAR = "linear"


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command("match-eq")(match_eq)


def match_eq(
    reference: Annotated[Path, typer.Argument(metavar="REFERENCE", help="Sounds as it should.", show_default=False)],
    sound: Annotated[Path, typer.Argument(metavar="SOUND", help="What is to sound like it.", show_default=False)],
    output: Annotated[Path, typer.Option(metavar="FILE.toml", help="The chain file to write.")],
    strength: Annotated[
        float, typer.Option(metavar="PERCENT", help="How much of the difference is made up, 0 to 100.")
    ] = 100.0,
    most: Annotated[float, typer.Option("--most", metavar="DB", help="Largest boost and cut, 0 to 24 dB.")] = 12.0,
    phase: Annotated[Phase, typer.Option(help="minimum: no latency; linear: no phase shift.")] = Phase.MINIMUM,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a chain file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write the equaliser that gives a sound the spectrum of another.

    Some seconds of the same kind of thing in each: a line of ADR and the production sound around it. Play it with
    `audiopost render SOUND OUT.wav --chain FILE.toml`.
    """
    from audiopost.errors import UsageError
    from audiopost.jobs.match_eq import match_eq as match
    from audiopost.library.chains import save_chain

    if output.exists() and not replace:
        raise UsageError("is there already", where=str(output), mend="give another name, or --replace")
    graph = match(reference, sound, strength_percent=strength, most_db=most, phase=phase.value)
    save_chain(graph, output)
    gains = dict(graph.nodes[0][1].parameters)
    if as_json:
        print_json({"schema": 1, "output": str(output), "gains_db": gains})
        return
    boost, cut = max(gains.values()), min(gains.values())
    print_text(f"{output}: graphic_equalizer, {cut:+.1f} to {boost:+.1f} dB")
