"""Every knob of a drawing and how it stands; snapshots, morphs and chance over them. Pure.

A path names a knob: ``node.parameter``. What stands nowhere in the drawing stands at its default.

::

    knobs_of(spec)      {"hp.frequency_hz": Parameter, ...}      what can be turned
    values_of(spec)     {"hp.frequency_hz": 80.0, ...}           how it stands
    turns_between(a, b) (("hp.frequency_hz", 120.0),)            what makes b of a; None where that takes more
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from audiopost.errors import UnknownNameError, UsageError
from audiopost.graph.catalogue import CATALOGUE, Catalogue
from audiopost.graph.parameter import Parameter
from audiopost.graph.recall import ControllerSpec, SnapshotSpec
from audiopost.graph.spec import MACRO, GraphSpec

__all__ = [
    "knobs_of",
    "macros_of",
    "morphed",
    "randomised",
    "recalled",
    "snapshot_named",
    "snapshot_of",
    "turns_between",
    "values_of",
    "with_recall",
    "with_snapshot",
    "with_turns",
    "without_snapshot",
]

Drawing = TypeVar("Drawing", bound=GraphSpec)
Knobs = Mapping[str, Parameter]

MACRO_AGREES = 0.01
"""Of a macro's way: values written with few digits lie that near to one position."""


def knobs_of(spec: GraphSpec, catalogue: Catalogue = CATALOGUE) -> dict[str, Parameter]:
    """Path -> parameter, in the order of the drawing. The knobs of a plug-in file are known only once it is loaded.

    Raises UnknownNameError for an effect that the catalogue lacks.
    """
    knobs = {}
    for name, node in spec.nodes:
        made = node.definition
        parameters = made.parameters if made is not None else catalogue.entry(node.effect, name).parameters
        knobs.update({f"{name}.{parameter.name}": parameter for parameter in parameters})
    return knobs


def values_of(spec: GraphSpec, knobs: Knobs) -> dict[str, float]:
    """Path -> value of every knob; of those that `knobs` lacks, where the drawing says it."""
    values = {path: parameter.default for path, parameter in knobs.items()}
    values.update({f"{name}.{key}": value for name, node in spec.nodes for key, value in node.parameters})
    return values


def macros_of(spec: GraphSpec, knobs: Knobs) -> tuple[tuple[str, float], ...]:
    """Name and position of every macro: where the drawing's values lie on its lines.

    A macro whose values lie on no one position stands at 0, and jumps when it is first turned.
    """
    values = values_of(spec, knobs)
    standing = []
    for macro in spec.macros:
        positions = [
            (values[path] - low) / (high - low) for path, low, high in macro.targets if path in values and low != high
        ]
        agree = bool(positions) and max(positions) - min(positions) < MACRO_AGREES and 0.0 <= positions[0] <= 1.0
        standing.append((macro.name, positions[0] if agree else 0.0))
    return tuple(standing)


def with_turns(spec: Drawing, turns: Mapping[str, float]) -> Drawing:
    """The drawing with these knobs turned; raises UnknownNameError for a node that is not there."""
    by_node: dict[str, dict[str, float]] = {}
    for path, value in turns.items():
        name, _, parameter = path.partition(".")
        spec.node(name)
        by_node.setdefault(name, {})[parameter] = float(value)
    nodes = (
        (name, replace(node, parameters=tuple(sorted({**dict(node.parameters), **by_node.get(name, {})}.items()))))
        for name, node in spec.nodes
    )
    return replace(spec, nodes=tuple(nodes))


def turns_between(before: GraphSpec, after: GraphSpec, knobs: Knobs) -> tuple[tuple[str, float], ...] | None:
    """The turns that make `after` of `before`, in the order of the drawing; none for two that sound the same.

    None where turning is not enough: other nodes, wires, settings, bypasses, automation, modulation or macros, another
    class behind an effect's name, or a knob whose default nobody knows.
    """
    if _structure(before) != _structure(after):
        return None
    if any(after.node(name).definition is not node.definition for name, node in before.nodes):
        return None
    old, new = values_of(before, knobs), values_of(after, knobs)
    if old.keys() - new.keys():
        return None
    return tuple((path, value) for path, value in new.items() if old.get(path) != value)


def _structure(spec: GraphSpec) -> GraphSpec:
    """The drawing without what is turned, told or kept for its user, and without an order where none is heard."""
    bare = tuple((name, replace(node, parameters=())) for name, node in sorted(spec.nodes, key=lambda each: each[0]))
    # A stable sort: the wires into one input keep their order, in which they are summed.
    edges = tuple(sorted(spec.edges, key=lambda edge: (edge.target, edge.input)))
    return GraphSpec(bare, edges, spec.automation, spec.macros, spec.modulation)


def snapshot_of(spec: GraphSpec, name: str, knobs: Knobs) -> SnapshotSpec:
    """How the drawing stands now, under a name."""
    values = tuple(values_of(spec, knobs).items())
    return SnapshotSpec(name, values, tuple(node for node, each in spec.nodes if each.bypass))


def snapshot_named(spec: GraphSpec, name: str) -> SnapshotSpec:
    """The snapshot of that name; raises UnknownNameError."""
    for snapshot in spec.snapshots:
        if snapshot.name == name:
            return snapshot
    known = tuple(each.name for each in spec.snapshots)
    raise UnknownNameError(kind="snapshot", name=name, known=known, where=spec.name)


def with_snapshot(spec: Drawing, snapshot: SnapshotSpec) -> Drawing:
    """The drawing that holds the snapshot, in the place of one of the same name."""
    if snapshot.name in (each.name for each in spec.snapshots):
        kept = tuple(snapshot if each.name == snapshot.name else each for each in spec.snapshots)
    else:
        kept = (*spec.snapshots, snapshot)
    return replace(spec, snapshots=kept)


def without_snapshot(spec: Drawing, name: str) -> Drawing:
    """The drawing that no longer holds the snapshot; raises UnknownNameError."""
    snapshot_named(spec, name)
    return replace(spec, snapshots=tuple(each for each in spec.snapshots if each.name != name))


def with_recall(
    spec: Drawing, snapshots: Iterable[SnapshotSpec], controllers: Iterable[ControllerSpec], knobs: Knobs
) -> Drawing:
    """The drawing with these snapshots and controllers, as far as it has what they name."""
    macros = {f"{MACRO}.{macro.name}" for macro in spec.macros}
    known = {path.partition(".")[0] for path in knobs}
    unknown = set(spec.node_names) - known  # plug-in files: their knobs may have any name

    def there(path: str) -> bool:
        return path in knobs or path in macros or path.partition(".")[0] in unknown

    kept = (
        replace(
            each,
            values=tuple((path, value) for path, value in each.values if there(path)),
            bypassed=tuple(name for name in each.bypassed if name in spec.node_names),
        )
        for each in snapshots
    )
    return replace(
        spec, snapshots=tuple(kept), controllers=tuple(each for each in controllers if there(each.parameter))
    )


def recalled(spec: Drawing, snapshot: SnapshotSpec) -> Drawing:
    """The drawing as the snapshot says. Nodes that came later stay as they are; what has gone is left out."""
    names = set(spec.node_names)
    met = {path.partition(".")[0] for path, _ in snapshot.values} | set(snapshot.bypassed)
    turned = with_turns(spec, {path: value for path, value in snapshot.values if path.partition(".")[0] in names})
    nodes = (
        (name, replace(node, bypass=name in snapshot.bypassed) if name in met else node) for name, node in turned.nodes
    )
    return replace(turned, nodes=tuple(nodes))


def morphed(first: SnapshotSpec, second: SnapshotSpec, position: float, knobs: Knobs) -> dict[str, float]:
    """Between two snapshots: 0 is the first, 1 the second.

    Each knob goes its own way, even in the taper that it has: a frequency by equal ratios, a level by equal decibels.
    A switch changes in the middle. A knob that only one of them holds does not move.

    Returns
    -------
    dict
        Path -> value.

    Raises
    ------
    UsageError
        If the position is not from 0 to 1.
    """
    if not 0.0 <= position <= 1.0:
        raise UsageError(f"a morph to {position:g}", mend="allowed: 0 (the first) to 1 (the second)")
    start, end = dict(first.values), dict(second.values)
    values = {}
    for path in start:
        if path in end:
            values[path] = _between(start[path], end[path], position, knobs.get(path))
    return values


def _between(start: float, end: float, position: float, parameter: Parameter | None) -> float:
    if position in (0.0, 1.0) or start == end:
        return end if position else start
    if parameter is None:
        return start + position * (end - start)
    if parameter.choices:
        return end if position >= 0.5 else start
    low, high = parameter.position_of(start), parameter.position_of(end)
    return parameter.value_at(low + position * (high - low))


def randomised(
    spec: GraphSpec,
    knobs: Knobs,
    *,
    seed: int,
    amount: float = 1.0,
    locked: Collection[str] = (),
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> dict[str, float]:
    """Chance within ranges: each knob anywhere it may stand, evenly in its taper.

    Parameters
    ----------
    seed
        The same seed gives the same values, whatever else is locked.
    amount
        1: anywhere in the range; 0.1: at most a tenth of the knob's way from where it stands, up or down.
    locked
        Paths (``hp.frequency_hz``) and nodes (``hp``) that stay. Knobs of bypassed nodes stay too.
    ranges
        Path -> lowest and highest value, narrower than the parameter's own.

    Returns
    -------
    dict
        Path -> value, of each knob that was not locked.

    Raises
    ------
    UsageError
        If the amount is not from 0 to 1, a range is empty or outside the parameter's, or names no knob.
    """
    if not 0.0 <= amount <= 1.0:
        raise UsageError(f"amount = {amount:g} is out of range", mend="allowed: 0 to 1")
    narrowed = {path: _range_in_positions(path, limits, knobs) for path, limits in (ranges or {}).items()}
    standing = values_of(spec, knobs)
    bypassed = {name for name, node in spec.nodes if node.bypass}
    chosen = {}
    for path, parameter in knobs.items():
        node = path.partition(".")[0]
        # A generator for each knob, so that a lock on one changes no other.
        chance = random.Random(f"{seed} {path}").random()  # noqa: S311 - chance for the ear, not for secrets
        if path in locked or node in locked or node in bypassed:
            continue
        low, high = narrowed.get(path, (0.0, 1.0))
        here = parameter.position_of(standing[path])
        low, high = max(low, min(here - amount, high)), min(high, max(here + amount, low))
        chosen[path] = parameter.value_at(low + chance * (high - low))
    return chosen


def _range_in_positions(path: str, limits: tuple[float, float], knobs: Knobs) -> tuple[float, float]:
    if path not in knobs:
        raise UnknownNameError(kind="parameter", name=path, known=tuple(knobs), where="range")
    low, high = (knobs[path].checked(limit, path) for limit in limits)
    if low > high:
        raise UsageError(f"{path}: the range {low:g} to {high:g} is empty", mend="write the lower value first")
    return knobs[path].position_of(low), knobs[path].position_of(high)
