"""What moves knobs, by the names that the nodes themselves have for them.

A chain may name a plug-in by one of its formats and play in another, where a knob is called otherwise. What turns it is
renamed where it is certain which knob is meant, for every value that it will take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from audiopost.graph.catalogue import HasOtherNames
from audiopost.graph.modulation import LinkSpec, ModulationSpec, StepsSpec
from audiopost.graph.node import Node
from audiopost.graph.spec import GraphSpec

__all__ = ["in_own_names"]


def in_own_names(spec: GraphSpec, nodes: Mapping[str, Node]) -> GraphSpec:
    """The drawing with its automation, modulation and macros in the names of its nodes; itself where none differs."""
    others = {name: node for name, node in nodes.items() if isinstance(node, HasOtherNames)}
    if not others or not (spec.automation or spec.modulation or spec.macros):
        return spec

    def own(path: str, values: Iterable[float]) -> str:
        name, _, parameter = path.partition(".")
        return f"{name}.{others[name].own_name(parameter, values)}" if name in others else path

    def moved(each: ModulationSpec) -> ModulationSpec:
        values = each.values if isinstance(each, StepsSpec) else (each.low, each.high)
        renamed = replace(each, parameter=own(each.parameter, values))
        return replace(renamed, leader=own(renamed.leader, ())) if isinstance(renamed, LinkSpec) else renamed

    return replace(
        spec,
        automation=tuple(
            replace(lane, parameter=own(lane.parameter, [value for _, value in lane.points]))
            for lane in spec.automation
        ),
        modulation=tuple(moved(each) for each in spec.modulation),
        macros=tuple(
            replace(macro, targets=tuple((own(path, (low, high)), low, high) for path, low, high in macro.targets))
            for macro in spec.macros
        ),
    )
