"""``match-eq``, ``match-adr``: a chain file that makes one sound like another, by its spectrum or with its room."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from audiopost.cli.options import Exists, Json, WhereItExists
from audiopost.cli.output import message, print_json, print_text

__all__ = ["add_commands"]


class Phase(StrEnum):
    """How the equaliser filters."""

    MINIMUM = "minimum"
    LINEAR = "linear"


Reference = Annotated[Path, typer.Argument(metavar="REFERENCE", help="Sounds as it should.", show_default=False)]
Sound = Annotated[Path, typer.Argument(metavar="SOUND", help="What is to sound like it.", show_default=False)]
Output = Annotated[Path, typer.Option(metavar="FILE.toml", help="The chain file to write.")]
Strength = Annotated[float, typer.Option(metavar="PERCENT", help="How much of the difference is made up, 0 to 100.")]
Most = Annotated[float, typer.Option("--most", metavar="DB", help="Largest boost and cut, 0 to 24 dB.")]
FilterPhase = Annotated[Phase, typer.Option("--phase", help="minimum: no latency; linear: no phase shift.")]


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command("match-eq")(match_eq)
    app.command("match-adr")(match_adr)


def match_eq(
    reference: Reference,
    sound: Sound,
    output: Output,
    strength: Strength = 100.0,
    most: Most = 12.0,
    phase: FilterPhase = Phase.MINIMUM,
    exists: WhereItExists = Exists.FAIL,
    as_json: Json = False,
) -> None:
    """Write the equaliser that gives a sound the spectrum of another.

    Some seconds of the same kind of thing in each. Play it with `audiopost render SOUND OUT.wav --chain FILE.toml`.
    For a line of ADR, `match-adr` finds the room too.
    """
    from audiopost.jobs.match_eq import match_eq as match
    from audiopost.library.chains import save_chain

    graph = match(reference, sound, strength_percent=strength, most_db=most, phase=phase.value)
    written = save_chain(graph, output, exists=exists.value)
    gains = dict(graph.nodes[0][1].parameters)
    if as_json:
        print_json({"schema": 1, "output": str(written), "gains_db": gains})
        return
    print_text(f"{written}: graphic_equalizer, {_span(gains)}")


def match_adr(
    reference: Reference,
    sound: Sound,
    output: Output,
    strength: Strength = 100.0,
    most: Most = 12.0,
    phase: FilterPhase = Phase.MINIMUM,
    exists: WhereItExists = Exists.FAIL,
    as_json: Json = False,
) -> None:
    """Write the chain that puts a line of ADR into its production sound: its room, then its spectrum.

    REFERENCE is the production track with the same voice, best the same words; SOUND is the ADR. The decay of the room
    is heard in REFERENCE, and so much of it is added that SOUND falls behind its peaks as far.
    """
    from audiopost.jobs.match_adr import match_adr as match
    from audiopost.library.chains import save_chain

    found = match(reference, sound, strength_percent=strength, most_db=most, phase=phase.value)
    written = save_chain(found.graph, output, exists=exists.value)
    nodes = {node.effect: dict(node.parameters) for _, node in found.graph.nodes}
    gains = nodes["graphic_equalizer"]
    for note in found.notes:
        message(f"{reference}: {note}")
    if as_json:
        print_json({
            "schema": 1, "output": str(written), "decay_s": found.decay_s, "mix_percent": found.mix_percent,
            "gain_db": nodes["gain"]["gain_db"], "gains_db": gains, "notes": list(found.notes),
        })  # fmt: skip
        return
    room = f"a room of {found.decay_s:.2f} s, {found.mix_percent:.0f} %" if found.mix_percent else "no room"
    print_text(f"{written}: {room}; graphic_equalizer, {_span(gains)}")


def _span(gains: dict[str, float]) -> str:
    return f"{min(gains.values()):+.1f} to {max(gains.values()):+.1f} dB"
