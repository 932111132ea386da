"""A drawing turned into the data of a chain file, in the form that `chain_file` reads."""

from __future__ import annotations

import os.path
from pathlib import Path
from typing import Any

from audiopost.errors import GraphError
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.knobs import knobs_of
from audiopost.graph.parameter import parameter_named
from audiopost.graph.spec import INPUT, MAIN, OUTPUT, EdgeSpec, GraphSpec, NodeSpec
from audiopost.library.modulation_form import modulation_data
from audiopost.library.recall_form import controller_data, snapshot_data

__all__ = ["chain_data"]

SCHEMA = 1


def chain_data(spec: GraphSpec, folder: Path) -> dict[str, Any]:
    """What a chain file in `folder` holds for a drawing.

    Raises
    ------
    GraphError
        If a node is an effect that only this program's memory holds (a class that no catalogue lists).
    """
    data: dict[str, Any] = {"schema": SCHEMA, "name": spec.name, "description": spec.description}
    if spec.tags:
        data["tags"] = list(spec.tags)
    if spec.made_for:
        data["made_for"] = list(spec.made_for)
    if spec.level_change:
        data["level_change"] = spec.level_change
    series = _as_series(spec)
    if series is not None:
        data["chain"] = series
    data["nodes"] = {name: _node_data(name, node, folder) for name, node in spec.nodes}
    if series is None:
        data["edges"] = [_edge_data(edge) for edge in spec.edges]
    if spec.automation:
        data["automation"] = [
            {"parameter": lane.parameter, "points": [list(point) for point in lane.points]}
            | ({} if lane.curve == "linear" else {"curve": lane.curve})
            | ({} if lane.follows_sound else {"follows_sound": False})
            for lane in spec.automation
        ]
    if spec.modulation:
        data["modulation"] = [modulation_data(each) for each in spec.modulation]
    if spec.macros:
        data["macros"] = [
            {
                "name": macro.name,
                "map": [{"parameter": path, "range": [low, high]} for path, low, high in macro.targets],
            }
            for macro in spec.macros
        ]
    if spec.snapshots:
        knobs = knobs_of(spec)
        data["snapshots"] = [snapshot_data(each, knobs) for each in spec.snapshots]
    if spec.controllers:
        data["controllers"] = [controller_data(each) for each in spec.controllers]
    return data


def _as_series(spec: GraphSpec) -> list[str] | None:
    """Names of the nodes in a row, where the drawing is nothing but a row of all its nodes."""
    row: list[str] = []
    following = {edge.source: edge for edge in spec.edges}
    name = INPUT
    while name in following and len(row) <= len(spec.nodes):
        edge = following[name]
        if edge != EdgeSpec(name, edge.target):
            return None
        name = edge.target
        row.append(name)
    complete = name == OUTPUT and len(spec.edges) == len(row)
    return row[:-1] if complete and set(row[:-1]) == set(spec.node_names) else None


def _node_data(name: str, node: NodeSpec, folder: Path) -> dict[str, Any]:
    if node.definition is not None and node.effect not in CATALOGUE.names():
        raise GraphError(
            f"{node.effect} is written in this program, so a file cannot name it",
            where=name,
            mend="put the effect in a file of its own and give that file with --effects",
        )
    entry = CATALOGUE.entry(node.effect, name)
    paths = {setting.name for setting in entry.settings if setting.kind == "path"}
    data: dict[str, Any] = {"effect": node.effect}
    if node.bypass:
        data["bypass"] = True
    for key, value in node.settings:
        data[key] = _from_folder(folder, str(value)) if key in paths else value
    for key, number in node.parameters:
        parameter = parameter_named(entry.parameters, key)
        data[key] = parameter.choices[round(number)] if parameter is not None and parameter.choices else number
    return data


def _from_folder(folder: Path, path: str) -> str:
    """A path inside the folder is written from there, so that the folder can be moved."""
    if not path or (not os.path.isabs(path) and not Path(path).exists()):
        return path
    whole = Path(path).resolve()
    inside = whole.is_relative_to(folder.resolve())
    return whole.relative_to(folder.resolve()).as_posix() if inside else str(whole)


def _edge_data(edge: EdgeSpec) -> dict[str, Any]:
    data: dict[str, Any] = {"from": edge.source, "to": edge.target}
    if edge.input != MAIN:
        data["input"] = edge.input
    if edge.gain_db:
        data["gain_db"] = edge.gain_db
    if edge.delay_s is not None:
        data["delay_s"] = edge.delay_s
    return data
