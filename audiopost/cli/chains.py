"""``chains``: find a chain by words and tags, show one, and hear what it does to a level."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audiopost.cli.exit_codes import FAILED
from audiopost.cli.options import Json
from audiopost.cli.output import print_json, print_table, print_text, quantity
from audiopost.cli.render import EffectFiles, load_effect_files

if TYPE_CHECKING:
    from audiopost.graph.algebra import Graph
    from audiopost.jobs.chain_check import ChainCheck
    from audiopost.library.chains import ChainInfo

__all__ = ["add_commands"]


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(chains)


def chains(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME|WORD...]", help="Name or TOML file of one chain, or words that it is found by."),
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="Only chains with this tag; may be repeated.")
    ] = None,
    check: Annotated[
        list[Path] | None,
        typer.Option(
            "--check", metavar="FILE", help="Measure what each chain does to the level of this file; may be repeated."
        ),
    ] = None,
    effect_files: EffectFiles = None,
    as_json: Json = False,
) -> None:
    """List the chains, find some by words or tags, or show one.

    One is shown with its nodes, their values, its macros and how it is wired. Words are looked for in names,
    descriptions and tags; all of them must be there.
    """
    from audiopost.library.chains import find_chains, load_chain
    from audiopost.library.presets import is_path

    load_effect_files(effect_files)
    words = words or []
    found = find_chains(words, tags or [])
    single = len(words) == 1 and not tags and (is_path(words[0]) or found[0].id == words[0])
    graphs = {each.id: load_chain(words[0] if single else each.id) for each in found} if single or check else {}
    checks = {each.id: _checked(graphs[each.id], check) for each in found} if check else {}
    if as_json:
        print_json({"chains": [_entry(each, graphs.get(each.id) if single else None, checks) for each in found]})
    elif check:
        _print_checks(found, checks)
    elif single:
        _show(found[0], graphs[found[0].id])
    else:
        print_table(
            ("name", "description", "tags"), [[each.id, each.description, ", ".join(each.tags)] for each in found]
        )
    faulty = any(each.faults() for of_chain in checks.values() for each in of_chain.values())
    if faulty:
        raise typer.Exit(FAILED)


def _checked(graph: Graph, paths: list[Path]) -> dict[str, ChainCheck]:
    from audiopost.jobs.chain_check import check_chain_on_file

    return {str(path): check_chain_on_file(graph, path) for path in paths}


def _entry(chain: ChainInfo, graph: Graph | None, checks: dict[str, dict[str, ChainCheck]]) -> dict[str, Any]:
    entry: dict[str, Any] = dict(vars(chain))
    if graph is not None:
        from audiopost.library.chain_data import chain_data

        entry["graph"] = chain_data(graph, Path.cwd())
    if checks:
        entry["checks"] = [{"file": file} | each.to_json() for file, each in checks[chain.id].items()]
    return entry


def _print_checks(found: tuple[ChainInfo, ...], checks: dict[str, dict[str, ChainCheck]]) -> None:
    rows = [
        [
            chain.id,
            Path(file).name,
            quantity(each.before.integrated_lufs),
            quantity(each.after.integrated_lufs),
            "n/a" if each.change_lu is None else f"{each.change_lu:+.1f}",
            quantity(each.after.true_peak_dbtp),
            f"{each.ceiling_dbtp:.1f}",
            f"{each.latency_ms:.1f}",
            "; ".join(each.faults()) or (f"as it says: {each.level_change}" if each.level_change else "ok"),
        ]
        for chain in found
        for file, each in checks[chain.id].items()
    ]
    columns = ("chain", "file", "in LUFS", "out LUFS", "change LU", "TP dBTP", "ceiling", "late ms", "verdict")
    print_table(columns, rows, numbers=(2, 3, 4, 5, 6, 7))


def _show(chain: ChainInfo, graph: Graph) -> None:
    print_text(f"{graph.name} ({chain.id})\n{graph.description}")
    if chain.made_for:
        print_text(f"Made for {' and '.join(chain.made_for)}.")
    if chain.level_change:
        print_text(f"Level: {chain.level_change}")
    print_text()
    rows = [
        [node, each.effect, ", ".join(f"{key} {value}" for key, value in (*each.settings, *each.parameters))]
        for node, each in graph.nodes
    ]
    print_table(("node", "effect", "values"), rows)
    print_text()
    for edge in graph.edges:
        print_text(f"{edge}" + (f"  {edge.gain_db:+g} dB" if edge.gain_db else ""))
    if graph.macros:
        print_text()
        macro_rows = [
            [macro.name if not index else "", path, f"{low:g}", f"{high:g}"]
            for macro in graph.macros
            for index, (path, low, high) in enumerate(macro.targets)
        ]
        print_table(("macro", "turns", "at 0", "at 1"), macro_rows, numbers=(2, 3))
