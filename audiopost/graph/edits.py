"""Drawings changed as a person changes a chain: bypass, insert, remove, move, replace. Pure.

::

    a ─▶ b ─▶ c      inserted(x, after="a")     a ─▶ x ─▶ b ─▶ c
                     removed("b")               a ─▶ c               gains and delays of the two wires add up
                     moved("b", after="c")      a ─▶ c ─▶ b
                     replaced("b", y)           a ─▶ b'─▶ c          what moved or turned a knob that b' lacks goes
                     blended("b")               a ┬▶ b ─▶ blend ─▶ c     dry/wet; the two move and go together
                                                  └─────▶ .dry

The result has been checked for loose ends and circles; what the effects themselves refuse shows when it is built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from audiopost.errors import GraphError, UsageError
from audiopost.graph.catalogue import CATALOGUE, Catalogue
from audiopost.graph.modulation import FollowerSpec, LinkSpec
from audiopost.graph.schedule import order_nodes
from audiopost.graph.spec import INPUT, MAIN, OUTPUT, EdgeSpec, GraphSpec, NodeSpec, is_input, is_output

__all__ = ["BLEND", "blend_of", "blended", "bypassed", "free_name", "inserted", "moved", "removed", "replaced"]

Drawing = TypeVar("Drawing", bound=GraphSpec)

BLEND, DRY = "blend", "dry"
"""The effect that mixes dry and wet, and its side input."""


def bypassed(spec: Drawing, name: str, on: bool = True) -> Drawing:
    """One node bypassed, or heard again. Raises UnknownNameError."""
    return _with_node(spec, name, replace(spec.node(name), bypass=on))


def blended(spec: Drawing, name: str) -> Drawing:
    """A dry/wet knob for one node: a ``blend`` behind it, which also gets what enters the node.

    Raises
    ------
    UnknownNameError
        If there is no such node.
    GraphError
        If it has a blend already, or nothing enters it that could be its dry side.
    """
    spec.node(name)
    if taken := blend_of(spec, name):
        raise GraphError(f"{name!r} has a dry/wet knob already", where=spec.name, mend=f"turn {taken}.mix_percent")
    if not _entering(spec, name):
        raise GraphError(f"nothing enters {name!r}", where=spec.name, mend="blend what has an input")
    blend = free_name(spec, f"{name}_{BLEND}")
    return _checked(_paired(replace(spec, nodes=(*spec.nodes, (blend, NodeSpec(BLEND)))), name, blend))


def blend_of(spec: GraphSpec, name: str) -> str:
    """The blend that is the dry/wet knob of a node: fed by it alone, dry by what enters it. Empty if there is none."""
    leaving = [edge for edge in spec.edges if edge.source == name]
    if len(leaving) != 1 or leaving[0] != EdgeSpec(name, leaving[0].target):
        return ""
    blend = leaving[0].target
    if is_output(blend) or spec.node(blend).effect != BLEND or len(_entering(spec, blend)) != 1:
        return ""
    dry = [replace(edge, target=blend, input=DRY) for edge in _entering(spec, name)]
    return blend if dry and dry == _entering(spec, blend, DRY) else ""


def inserted(spec: Drawing, name: str, node: NodeSpec, *, after: str = "", before: str = "") -> Drawing:
    """A node put behind all that `after` feeds, or in front of the main input of `before`; else before the output.

    Raises
    ------
    GraphError
        If the name is taken, or both places are given.
    UnknownNameError
        If there is no such place.
    """
    if name in spec.node_names:
        raise GraphError(f"two nodes are called {name!r}", where=spec.name, mend="choose another name")
    return _checked(_placed(replace(spec, nodes=(*spec.nodes, (name, node))), name, after, before))


def removed(spec: Drawing, name: str) -> Drawing:
    """Without a node: what fed it feeds what it fed. Its side inputs go, and all that moved or turned its knobs.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    GraphError
        If nothing would reach the output any more.
    """
    spec.node(name)
    if blend := blend_of(spec, name):
        spec = removed(spec, blend)
    nodes = tuple((each, node) for each, node in spec.nodes if each != name)
    gone = f"{name}."
    loose = replace(_loosened(spec, name), nodes=nodes)
    return _checked(_without_paths(loose, lambda path: not path.startswith(gone)))


def moved(spec: Drawing, name: str, *, after: str = "", before: str = "") -> Drawing:
    """A node taken out and put in elsewhere, as `inserted`; its side inputs stay with it.

    Raises
    ------
    GraphError
        If the place is the node itself.
    CycleError
        If its side inputs would come from behind it.
    """
    spec.node(name)
    if name in (after, before):
        raise GraphError(f"{name!r} cannot stand beside itself", where=spec.name, mend="name another node")
    blend = blend_of(spec, name)
    if not blend:
        return _checked(_placed(_lifted(spec, name), name, after, before))
    alone = _placed(_lifted(_loosened(spec, blend), name), name, after, before)
    return _checked(_paired(alone, name, blend))


def replaced(spec: Drawing, name: str, node: NodeSpec, catalogue: Catalogue = CATALOGUE) -> Drawing:
    """Another effect in the place and under the name of a node.

    Automation, modulation, macros and snapshots of knobs that the new effect lacks go, and wires into side inputs that
    it has not. Raises UnknownNameError for an unknown node or effect.
    """
    entry = catalogue.entry(node.effect, name) if node.definition is None else None
    side_inputs = entry.side_inputs if entry is not None else getattr(node.definition, "side_inputs", ())
    changed = _with_node(spec, name, node)
    # The inputs of a plug-in file are known once it is made.
    is_open = entry is not None and entry.open_parameters
    edges = tuple(edge for edge in spec.edges if edge.target != name or is_open or edge.input in (MAIN, *side_inputs))
    changed = replace(changed, edges=edges)
    if entry is not None and entry.open_parameters:
        return _checked(changed)
    parameters = entry.parameters if entry is not None else getattr(node.definition, "parameters", ())
    known = {f"{name}.{parameter.name}" for parameter in parameters}
    return _checked(_without_paths(changed, lambda path: not path.startswith(f"{name}.") or path in known))


def free_name(spec: GraphSpec, wanted: str) -> str:
    """The name, with a number if it is taken.

    >>> free_name(GraphSpec.series(("hp", NodeSpec("highpass"))), "hp")
    'hp_2'
    """
    name, number = wanted, 2
    while name in spec.node_names:
        name, number = f"{wanted}_{number}", number + 1
    return name


def _with_node(spec: Drawing, name: str, node: NodeSpec) -> Drawing:
    spec.node(name)
    return replace(spec, nodes=tuple((each, node if each == name else old) for each, old in spec.nodes))


def _entering(spec: GraphSpec, name: str, port: str = MAIN) -> list[EdgeSpec]:
    return [edge for edge in spec.edges if (edge.target, edge.input) == (name, port)]


def _paired(spec: Drawing, name: str, blend: str) -> Drawing:
    """A blend that has no wires put behind a node, as its dry/wet knob."""
    placed = _placed(spec, blend, after=name, before="")
    dry = (replace(edge, target=blend, input=DRY) for edge in _entering(placed, name))
    return replace(placed, edges=(*placed.edges, *dry))


def _loosened(spec: Drawing, name: str) -> Drawing:
    """A node without wires: what fed its main input feeds what it fed."""
    lifted = _lifted(spec, name)
    return replace(lifted, edges=tuple(edge for edge in lifted.edges if name not in (edge.source, edge.target)))


def _lifted(spec: Drawing, name: str) -> Drawing:
    """The node still there, but out of the way: what fed its main input feeds what it fed."""
    entering = [edge for edge in spec.edges if edge.target == name and edge.input == MAIN]
    leaving = [edge for edge in spec.edges if edge.source == name and edge.target != name]
    joints = [
        replace(out, source=into.source, gain_db=into.gain_db + out.gain_db, delay_s=_sum(into.delay_s, out.delay_s))
        for out in leaving
        for into in entering
        if into.source != name
    ]
    edges: list[EdgeSpec] = []
    for edge in spec.edges:
        # Joints stand where the wires stood: the order of wires is the order of sums.
        if edge in leaving:
            edges += [joint for joint in joints if (joint.target, joint.input) == (edge.target, edge.input)]
            joints = [joint for joint in joints if joint not in edges]
        elif edge not in entering:
            edges.append(edge)
    return replace(spec, edges=tuple(edges))


def _sum(first: float | None, second: float | None) -> float | None:
    return None if first is None and second is None else (first or 0.0) + (second or 0.0)


def _placed(spec: Drawing, name: str, after: str, before: str) -> Drawing:
    if after and before:
        raise GraphError("both a place before and one after are given", where=name, mend="give one of them")
    if not after:
        before = before or OUTPUT
    for place in filter(None, (after, before)):
        if not (is_input(place) if place == after else is_output(place)):
            spec.node(place)
    if after:
        after = blend_of(spec, after) or after
        edges = tuple(
            replace(edge, source=name) if edge.source == after and edge.target != name else edge for edge in spec.edges
        )
        return replace(spec, edges=(EdgeSpec(after, name), *edges))
    blend = blend_of(spec, before)
    entering, dry = _entering(spec, before), _entering(spec, blend, DRY) if blend else []
    kept = (replace(edge, target=name) if edge in entering else edge for edge in spec.edges if edge not in dry)
    ours = (EdgeSpec(name, before), *((EdgeSpec(name, blend, DRY),) if blend else ()))
    return replace(spec, edges=(*kept, *ours))


def _without_paths(spec: Drawing, keeps: Callable[[str], bool]) -> Drawing:
    """Without whatever names a parameter that is not kept, or listens to a node that is gone."""
    names = (INPUT, *spec.node_names)

    def stays(each: Any) -> bool:
        listens = each.source in names or is_input(each.source) if isinstance(each, FollowerSpec) else True
        return keeps(each.parameter) and listens and (not isinstance(each, LinkSpec) or keeps(each.leader))

    macros = (
        replace(macro, targets=tuple(target for target in macro.targets if keeps(target[0]))) for macro in spec.macros
    )
    return replace(
        spec,
        automation=tuple(lane for lane in spec.automation if keeps(lane.parameter)),
        modulation=tuple(each for each in spec.modulation if stays(each)),
        macros=tuple(macro for macro in macros if macro.targets),
        controllers=tuple(each for each in spec.controllers if keeps(each.parameter)),
        snapshots=tuple(
            replace(
                snapshot,
                values=tuple((path, value) for path, value in snapshot.values if keeps(path)),
                bypassed=tuple(name for name in snapshot.bypassed if name in names),
            )
            for snapshot in spec.snapshots
        ),
    )


def _checked(spec: Drawing) -> Drawing:
    try:
        spec.check()
        order_nodes(spec)
    except UsageError as error:
        error.where = error.where or spec.name
        raise
    return spec
