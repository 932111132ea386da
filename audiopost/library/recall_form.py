"""Snapshots and controllers in a chain file: their tables turned into the drawing's data, and back.

::

    [[snapshots]]
    name = "Far"
    bypass = ["comp"]
    [snapshots.nodes.room]
    decay_s = 3.0

    [[controllers]]
    parameter = "room.decay_s"       or "macro.Distance"
    control = 74                     or note = 60, or pitchwheel = true
    kind = "14bit"
    range = [0.5, 3.0]
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from audiopost.errors import UsageError
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.knobs import knobs_of
from audiopost.graph.parameter import Parameter
from audiopost.graph.recall import ControllerKind, ControllerSource, ControllerSpec, SnapshotSpec
from audiopost.graph.spec import MACRO, GraphSpec
from audiopost.library.chain_form import ChainTable, ControllerTable, SnapshotTable
from audiopost.library.toml_file import KeyPath, TomlFile

__all__ = ["controller_data", "snapshot_data", "with_recall"]

_KINDS: dict[ControllerSource, tuple[ControllerKind, ...]] = {
    "control": ("7bit", "14bit", "twos-complement", "offset", "sign-bit", "momentary", "toggle"),
    "note": ("momentary", "toggle"),
    "pitchwheel": ("14bit",),
}
"""What each source may speak; the first is the default."""


def with_recall(file: TomlFile, table: ChainTable, graph: GraphSpec) -> dict[str, Any]:
    """The fields `snapshots` and `controllers` of the drawing that the file holds.

    Raises
    ------
    PresetError
        If they name what is not there, or give a value that it may not take.
    """
    knobs = knobs_of(graph)
    names = [each.name for each in table.snapshots]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise file.error(f"two snapshots are called {name!r}", ("snapshots", index, "name"), "rename one")
    return {
        "snapshots": tuple(_snapshot(file, index, each, graph, knobs) for index, each in enumerate(table.snapshots)),
        "controllers": tuple(
            _controller(file, index, each, graph, knobs) for index, each in enumerate(table.controllers)
        ),
    }


def _snapshot(
    file: TomlFile, index: int, table: SnapshotTable, graph: GraphSpec, knobs: dict[str, Parameter]
) -> SnapshotSpec:
    place: KeyPath = ("snapshots", index)
    for name in (*table.bypass, *table.nodes):
        if name not in graph.node_names:
            raise file.error(f"no node is called {name!r}", place, f"known: {', '.join(graph.node_names)}")
    values: list[tuple[str, float]] = []
    for name, turned in table.nodes.items():
        for key, value in turned.items():
            path, at = f"{name}.{key}", (*place, "nodes", name, key)
            if path in knobs:
                values.append((path, _checked(file, at, knobs[path], value)))
            elif isinstance(value, float) and _open(graph, name):
                values.append((path, value))
            else:
                raise file.unknown_key(
                    at, tuple(each.partition(".")[2] for each in knobs if each.startswith(f"{name}."))
                )
    return SnapshotSpec(table.name, tuple(values), tuple(table.bypass))


def _controller(
    file: TomlFile, index: int, table: ControllerTable, graph: GraphSpec, knobs: dict[str, Parameter]
) -> ControllerSpec:
    place: KeyPath = ("controllers", index)
    given: dict[ControllerSource, int] = {}
    if table.control is not None:
        given["control"] = table.control
    if table.note is not None:
        given["note"] = table.note
    if table.pitchwheel:
        given["pitchwheel"] = 0
    if len(given) != 1:
        what = f"{' and '.join(given)} are given" if given else "nothing turns the parameter"
        raise file.error(what, place, f"give one of {', '.join(_KINDS)}")
    ((source, number),) = given.items()
    kind = table.kind or _KINDS[source][0]
    if kind not in _KINDS[source]:
        raise file.error(f"a {source} is never {kind}", (*place, "kind"), f"allowed: {', '.join(_KINDS[source])}")
    if kind == "14bit" and source == "control" and number > 31:
        raise file.error(f"control {number} has no fine half", (*place, "control"), "14 bits: controls 0 to 31")
    name, _, key = table.parameter.partition(".")
    macros = tuple(f"{MACRO}.{macro.name}" for macro in graph.macros)
    if table.parameter not in (*knobs, *macros) and not (name in graph.node_names and key and _open(graph, name)):
        known = ", ".join((*macros, *knobs)) or "none"
        raise file.error(f"no parameter is called {table.parameter!r}", (*place, "parameter"), f"known: {known}")
    parameter = Parameter(key, 0.0, 0.0, 1.0) if table.parameter in macros else knobs.get(table.parameter)
    for value in table.range or ():
        if parameter is not None:
            _checked(file, (*place, "range"), parameter, value)
    low, high = table.range or (None, None)
    return ControllerSpec(table.parameter, source, number, table.channel, kind, low, high)


def _open(graph: GraphSpec, name: str) -> bool:
    return CATALOGUE.entry(graph.node(name).effect).open_parameters


def _checked(file: TomlFile, place: KeyPath, parameter: Parameter, value: float | str) -> float:
    try:
        return parameter.checked(value)
    except UsageError as error:
        raise file.error(str(replace(error, where="")), place) from error


def snapshot_data(spec: SnapshotSpec, knobs: dict[str, Parameter]) -> dict[str, Any]:
    """What a chain file holds for a snapshot; switches by the names of their choices."""
    data: dict[str, Any] = {"name": spec.name}
    if spec.bypassed:
        data["bypass"] = list(spec.bypassed)
    nodes: dict[str, dict[str, Any]] = {}
    for path, value in spec.values:
        name, _, key = path.partition(".")
        parameter = knobs.get(path)
        choices = parameter.choices if parameter is not None else ()
        nodes.setdefault(name, {})[key] = choices[round(value)] if choices else value
    if nodes:
        data["nodes"] = nodes
    return data


def controller_data(spec: ControllerSpec) -> dict[str, Any]:
    """What a chain file holds for a controller: only what differs from the defaults."""
    data: dict[str, Any] = {"parameter": spec.parameter}
    data[spec.source] = True if spec.source == "pitchwheel" else spec.number
    if spec.channel:
        data["channel"] = spec.channel
    if spec.kind != _KINDS[spec.source][0]:
        data["kind"] = spec.kind
    if spec.low is not None and spec.high is not None:
        data["range"] = [spec.low, spec.high]
    return data
