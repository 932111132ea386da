"""``targets`` and ``effects``: what there is, and what each thing is."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audiopost.cli.options import Json
from audiopost.cli.output import print_json, print_table, print_text

if TYPE_CHECKING:
    from audiopost.graph.catalogue import EffectEntry
    from audiopost.graph.parameter import Parameter

__all__ = ["add_commands"]


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(targets)
    app.command()(effects)


def targets(
    target: Annotated[str | None, typer.Argument(metavar="[ID]", help="Id or TOML file of one target.")] = None,
    as_json: Json = False,
    schema: Annotated[
        bool,
        typer.Option("--schema", help="Print the JSON Schema of target files, for editors and other programs."),
    ] = False,
) -> None:
    """List the delivery targets, or explain one.

    Its rules, its format, and where they come from.
    """
    from audiopost.library.targets import list_targets, load_target, target_schema

    if schema:
        print_json(target_schema())
        return
    found = list_targets() if target is None else (load_target(target),)
    if as_json:
        print_json({"targets": [each.to_json() for each in found]})
    elif target is not None:
        print_text(found[0].explain())
    else:
        rows = [[each.id, each.name, each.status, each.in_brief()] for each in found]
        print_table(("id", "name", "status", "rules"), rows)


def effects(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Name of one effect.")] = None,
    as_json: Json = False,
) -> None:
    """List the effects, or explain one.

    Its parameters with their units and ranges, its latency and its limits.
    """
    import audiopost.effects  # fills the catalogue
    from audiopost.graph.catalogue import CATALOGUE

    del audiopost
    entries = [CATALOGUE.entry(each) for each in (CATALOGUE.names() if name is None else (name,))]
    if as_json:
        print_json({"effects": [_effect_data(each) for each in entries]})
    elif name is None:
        print_table(("name", "what it does"), [[each.name, each.summary] for each in entries])
    else:
        _explain(entries[0])


def _explain(entry: EffectEntry) -> None:
    print_text(f"{entry.name}: {entry.summary}")
    for setting in entry.settings:
        default = "must be given" if setting.default is None else f"default {setting.default}"
        choices = f", one of {', '.join(setting.choices)}" if setting.choices else ""
        print_text(f"setting {setting.name} ({setting.kind}{choices}, {default}) {setting.summary}".rstrip())
    if entry.parameters:
        print_text()
        rows = [
            [each.name, each.unit, _value(each, each.minimum), _value(each, each.maximum), _value(each, each.default),
             each.summary]
            for each in entry.parameters
        ]  # fmt: skip
        print_table(("parameter", "unit", "min", "max", "default", ""), rows, numbers=(2, 3, 4))
        print_text()
    elif entry.open_parameters:
        print_text("parameters: those of the plug-in; `audiopost plugins info PATH` lists them")
    for port in entry.side_inputs:
        print_text(f"side input: {port}")
    latency = _latency_frames(entry)
    known = "known once the file is loaded" if latency is None else f"{latency} frames at {RATE_HZ} Hz"
    print_text(f"latency: {known}" + ("" if entry.live else "; not for live"))
    for law, reason in entry.exceptions.items():
        print_text(f"exception ({law}): {reason}")


RATE_HZ = 48_000
"""Sample rate at which a latency is stated."""

LAYOUTS_TRIED = ("stereo", "mono", "ambisonics-3")
"""For a latency."""


def _effect_data(entry: EffectEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "summary": entry.summary,
        "parameters": [
            {
                "name": each.name,
                "unit": each.unit,
                "min": each.minimum,
                "max": each.maximum,
                "default": each.default,
                "choices": list(each.choices),
                "summary": each.summary,
            }
            for each in entry.parameters
        ],
        "settings": [
            {
                "name": each.name,
                "kind": each.kind,
                "default": each.default,
                "choices": list(each.choices),
                "summary": each.summary,
            }
            for each in entry.settings
        ],
        "side_inputs": list(entry.side_inputs),
        "latency_frames": _latency_frames(entry),
        "live": entry.live,
        "exceptions": dict(entry.exceptions),
    }


def _latency_frames(entry: EffectEntry) -> int | None:
    """Latency of the effect with its default settings at `RATE_HZ`, in the first of `LAYOUTS_TRIED` that it takes.

    None where it needs a file first.
    """
    from audiopost.errors import LayoutError
    from audiopost.graph.node import StreamFormat
    from audiopost.layouts import layout_named

    if any(setting.default is None for setting in entry.settings):
        return None
    for layout in map(layout_named, LAYOUTS_TRIED):
        node = entry.make({})
        with suppress(LayoutError):
            node.prepare(StreamFormat(RATE_HZ, layout, 512, (layout,) * len(entry.side_inputs)))
            return node.latency_frames
    return None


def _value(parameter: Parameter, value: float) -> str:
    return parameter.choices[round(value)] if parameter.choices else f"{value:g}"
