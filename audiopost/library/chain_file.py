"""The TOML form of a chain: a file turned into a drawing. `chain_data` goes the other way.

::

    made_for = ["speech"]        the sounds that it is made for: speech, music, effects; without it, any
    level_change = "..."         why its output is not as loud as its input, where that is meant
    chain = ["hp", "comp"]       the wires in short, where the nodes stand in a row; else [[edges]]
    [nodes.hp]                   one table a node: its effect, and what differs from the defaults
    effect = "highpass"
    frequency_hz = 80.0
    [[automation]]               breakpoints of one parameter
    [[modulation]]               an oscillator, steps, a level or another parameter that turns one
    [[macros]]                   one knob that turns several parameters
    [[snapshots]]                how the knobs stood
    [[controllers]]              what turns a knob from a MIDI controller

Every fault is raised as a PresetError with the file, the key, the line and the names that resemble a wrong one.
Paths in settings count from the folder of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from audiopost.errors import PresetError, UsageError
from audiopost.graph.algebra import Graph
from audiopost.graph.catalogue import CATALOGUE, EffectEntry
from audiopost.graph.modulation import FollowerSpec, LinkSpec, StepsSpec
from audiopost.graph.node import Node
from audiopost.graph.parameter import parameter_named
from audiopost.graph.schedule import order_nodes
from audiopost.graph.spec import (
    INPUT,
    MAIN,
    OUTPUT,
    AutomationSpec,
    EdgeSpec,
    GraphSpec,
    MacroSpec,
    NodeSpec,
    is_input,
    is_output,
)
from audiopost.library.chain_form import ChainTable
from audiopost.library.modulation_form import modulation_spec
from audiopost.library.recall_form import with_recall
from audiopost.library.schema import validated
from audiopost.library.toml_file import KeyPath, TomlFile

__all__ = ["chain_graph"]

_NODE_KEYS = ("effect", "bypass")


def chain_graph(file: TomlFile, folder: Path) -> Graph:
    """The drawing that a file holds; `folder` is where its relative paths begin.

    Raises
    ------
    PresetError
        If anything in it is unknown, out of range, or wired to nothing or in a circle.
    """
    table = validated(ChainTable, file)
    nodes = tuple((name, _node(file, name, values, folder)) for name, values in table.nodes.items())
    graph = Graph(
        nodes=nodes,
        edges=_edges(file, table),
        automation=tuple(
            AutomationSpec(lane.parameter, _points(file, index, lane.points), lane.curve, lane.follows_sound)
            for index, lane in enumerate(table.automation)
        ),
        modulation=tuple(modulation_spec(file, index, each) for index, each in enumerate(table.modulation)),
        macros=tuple(
            MacroSpec(macro.name, tuple((each.parameter, each.range[0], each.range[1]) for each in macro.map))
            for macro in table.macros
        ),
        name=table.name,
        description=table.description,
        tags=tuple(table.tags),
        made_for=tuple(table.made_for),
        level_change=table.level_change,
    )
    _check_wiring(file, table, graph)
    _check_moved_parameters(file, graph)
    return replace(graph, **with_recall(file, table, graph))


def _node(file: TomlFile, name: str, values: Mapping[str, Any], folder: Path) -> NodeSpec:
    place: KeyPath = ("nodes", name)
    effect = values.get("effect")
    if not isinstance(effect, str):
        raise file.error("'effect' is missing" if effect is None else "a name is expected", (*place, "effect"))
    bypass = values.get("bypass", False)
    if not isinstance(bypass, bool):
        raise file.error("true or false is expected", (*place, "bypass"))
    try:
        entry = CATALOGUE.entry(effect)
    except UsageError as error:
        raise _at(file, (*place, "effect"), error) from error
    parameters: dict[str, float] = {}
    settings: dict[str, Any] = {}
    for key, value in values.items():
        if key not in _NODE_KEYS:
            _read_value(file, (*place, key), entry, value, parameters, settings, folder)
    node = replace(NodeSpec.of(effect, parameters, settings, _foreign_class(entry)), bypass=bypass)
    try:
        CATALOGUE.check(name, node)
    except UsageError as error:
        raise _at(file, place, error) from error
    return node


def _foreign_class(entry: EffectEntry) -> type[Node] | None:
    """The class of an effect that is not ours: it goes with the drawing, for another process does not know its name."""
    made = entry.make
    if isinstance(made, type) and issubclass(made, Node) and made.__module__.partition(".")[0] != "audiopost":
        return made
    return None


def _read_value(
    file: TomlFile,
    place: KeyPath,
    entry: EffectEntry,
    value: Any,
    parameters: dict[str, float],
    settings: dict[str, Any],
    folder: Path,
) -> None:
    """Sort one key of a node into its parameters or its settings, checked."""
    key = str(place[-1])
    setting = next((each for each in entry.settings if each.name == key), None)
    parameter = parameter_named(entry.parameters, key)
    try:
        if setting is not None:
            checked = setting.checked(value)
            settings[key] = _beside(folder, str(checked)) if setting.kind == "path" else checked
        elif parameter is not None and isinstance(value, int | float | str):
            parameters[key] = parameter.checked(value)
        elif parameter is None and not entry.open_parameters:
            turned = tuple(each.name for each in entry.parameters)
            fixed = tuple(each.name for each in entry.settings)
            raise file.unknown_key(place, (*turned, *fixed, *_NODE_KEYS))
        elif isinstance(value, int | float):
            parameters[key] = float(value)
        else:
            raise file.error("a number is expected", place)
    except PresetError:
        raise
    except UsageError as error:
        raise _at(file, place, error) from error


def _beside(folder: Path, path: str) -> str:
    """The path from the preset's folder where a file lies there; else as it is (a plug-in folder may hold it)."""
    candidate = folder / path
    return str(candidate) if path and candidate.exists() else path


def _edges(file: TomlFile, table: ChainTable) -> tuple[EdgeSpec, ...]:
    if table.chain is not None and table.edges is not None:
        raise file.error("both 'chain' and 'edges' are given", ("edges",), "'chain' is short for a row: keep one")
    if table.edges is not None:
        return tuple(EdgeSpec(each.source, each.target, each.input, each.gain_db, each.delay_s) for each in table.edges)
    if table.chain is None:
        raise file.error("neither 'chain' nor 'edges' is given", (), 'write chain = ["first", "second"]')
    for name in table.chain:
        if name not in table.nodes:
            known = ", ".join(table.nodes) or "none"
            raise file.error(f"no node is called {name!r}", ("chain",), f"nodes here: {known}")
        if table.chain.count(name) > 1:
            raise file.error(f"{name!r} stands twice", ("chain",), "an effect used twice is two nodes")
    stations = [INPUT, *table.chain, OUTPUT]
    return tuple(EdgeSpec(source, target) for source, target in pairwise(stations))


def _points(file: TomlFile, index: int, points: list[list[float]]) -> tuple[tuple[float, float], ...]:
    for point in points:
        if len(point) != 2:
            raise file.error(
                "a point is [time in s, value]", ("automation", index, "points"), f"{point} has {len(point)}"
            )
    return tuple((point[0], point[1]) for point in points)


def _check_wiring(file: TomlFile, table: ChainTable, graph: GraphSpec) -> None:
    place: KeyPath = ("chain",) if table.edges is None else ("edges",)
    try:
        graph.check()
        order_nodes(graph)
    except UsageError as error:
        raise _at(file, place, error) from error
    for index, edge in enumerate(graph.edges):
        if is_output(edge.target):
            known: tuple[str, ...] = (MAIN,)
        else:
            entry = CATALOGUE.entry(graph.node(edge.target).effect)
            # The inputs of a plug-in file are known once it is made, as its parameters are.
            known = (MAIN, *entry.side_inputs, *((edge.input,) if entry.open_parameters else ()))
        if edge.input not in known:
            raise file.error(
                f"{edge.target!r} has no input {edge.input!r}", ("edges", index, "input"), f"known: {', '.join(known)}"
            )


def _check_moved_parameters(file: TomlFile, graph: GraphSpec) -> None:
    """Automation and macros must name parameters that are there, and values that they may take."""
    lanes: list[tuple[KeyPath, str, tuple[float, ...]]] = [
        (("automation", index, "parameter"), lane.parameter, tuple(value for _, value in lane.points))
        for index, lane in enumerate(graph.automation)
    ]
    lanes += _modulated(file, graph)
    lanes += [
        (("macros", index, "map", position, "parameter"), path, (low, high))
        for index, macro in enumerate(graph.macros)
        for position, (path, low, high) in enumerate(macro.targets)
    ]
    for place, path, values in lanes:
        name, _, parameter_name = path.partition(".")
        try:
            entry = CATALOGUE.entry(graph.node(name).effect)
            parameter = parameter_named(entry.parameters, parameter_name)
            if parameter is None and not entry.open_parameters:
                known = tuple(f"{name}.{each.name}" for each in entry.parameters)
                raise file.error(f"no parameter is called {path!r}", place, f"known: {', '.join(known) or 'none'}")
            for value in values:
                if parameter is not None:
                    parameter.checked(value)
        except PresetError:
            raise
        except UsageError as error:
            raise _at(file, place, error) from error


def _modulated(file: TomlFile, graph: GraphSpec) -> list[tuple[KeyPath, str, tuple[float, ...]]]:
    """Where modulation names parameters, and the values that it gives them."""
    lanes: list[tuple[KeyPath, str, tuple[float, ...]]] = []
    for index, each in enumerate(graph.modulation):
        values = each.values if isinstance(each, StepsSpec) else (each.low, each.high)
        lanes.append((("modulation", index, "parameter"), each.parameter, values))
        if isinstance(each, LinkSpec):
            lanes.append((("modulation", index, "link", "leader"), each.leader, ()))
        elif isinstance(each, FollowerSpec) and not is_input(each.source) and each.source not in graph.node_names:
            place: KeyPath = ("modulation", index, "follow", "source")
            raise file.error(
                f"no node is called {each.source!r}", place, f"known: input, {', '.join(graph.node_names)}"
            )
    return lanes


def _at(file: TomlFile, place: KeyPath, error: UsageError) -> PresetError:
    """The error with the place in the file instead of its own."""
    return file.error(str(replace(error, where="")), place)
