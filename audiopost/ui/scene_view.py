"""Where the sounds of a chain are, as plain data for a picture of the scene: pure, without a browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.parameter import Parameter
from audiopost.graph.schedule import order_nodes
from audiopost.graph.spec import INPUT, GraphSpec, NodeSpec
from audiopost.layouts import ambisonic_order, layout_named

__all__ = ["Axis", "PlaceView", "loudspeakers_of", "places_of", "scene_point_of"]

Kind = Literal["metres", "angles", "head"]

AXES: Mapping[Kind, tuple[str, ...]] = {
    "metres": ("ahead_m", "left_m", "up_m"),
    "angles": ("azimuth_deg", "elevation_deg"),
    "head": ("yaw_deg",),
}
KINDS: Mapping[str, Kind] = {
    "object_panner": "metres",
    "panner": "angles",
    "ambisonic_encode": "angles",
    "ambisonic_rotate": "head",
}

DECODERS = frozenset({"binaural", "ambisonic_decode", "ambisonic_uhj", "ambisonic_beam"})
SCENE_MAKERS = frozenset({"ambisonic_encode", "ambisonic_rotate", "ambisonic_mirror", "ambisonic_convert"})


@dataclass(frozen=True)
class Axis:
    """One knob of a place: its path, and the values at its ends."""

    path: str
    lowest: float
    highest: float


@dataclass(frozen=True)
class PlaceView:
    """A source, or the listener's head: in metres ahead, left and up; or in degrees to the left and up."""

    node: str
    kind: Kind
    axes: tuple[Axis, ...]


def places_of(drawing: GraphSpec, knobs: Mapping[str, Parameter]) -> tuple[PlaceView, ...]:
    """Every source and head of a chain that can be moved, in the order in which sound goes through them."""
    found = []
    for name in order_nodes(drawing):
        kind = _kind_of(drawing.node(name))
        if kind is None:
            continue
        paths = [f"{name}.{axis}" for axis in AXES[kind]]
        if all(path in knobs for path in paths):
            axes = tuple(Axis(path, knobs[path].minimum, knobs[path].maximum) for path in paths)
            found.append(PlaceView(name, kind, axes))
    return tuple(found)


def loudspeakers_of(drawing: GraphSpec) -> tuple[tuple[float, float] | None, ...]:
    """Azimuth and elevation of each channel that is heard, in degrees; None for LFE; nothing where nobody knows."""
    for name in reversed(order_nodes(drawing)):
        target = _settings_of(drawing.node(name)).get("to")
        if isinstance(target, str) and target:
            layout = layout_named(target)
            if ambisonic_order(layout) is not None:
                return ()
            return tuple(None if each.lfe else (each.azimuth_deg, each.elevation_deg) for each in layout.speakers)
    return ()


def scene_point_of(drawing: GraphSpec) -> str | None:
    """Where a scene passes that is worth a look: what the last decoder gets, else what the chain gives; None: nowhere.

    Named as `audiopost.live.host.LiveHost.watch` does; of ``input`` the file alone knows whether it is a scene.
    """
    names = order_nodes(drawing)
    for name in reversed(names):
        if drawing.node(name).effect in DECODERS:
            before = next((edge.source for edge in drawing.edges if edge.target == name), INPUT)
            return "input" if before == INPUT else before
    for name in reversed(names):
        node = drawing.node(name)
        target = _settings_of(node).get("to")
        if node.effect in SCENE_MAKERS or (isinstance(target, str) and target.startswith("ambisonics-")):
            return "engine"
    return None


def _kind_of(node: NodeSpec) -> Kind | None:
    kind = KINDS.get(node.effect)
    if kind == "head" and not _settings_of(node).get("follow_head"):
        return None  # the scene is turned, not the listener
    return kind


def _settings_of(node: NodeSpec) -> Mapping[str, object]:
    """Those that are set, and the others as they are by themselves."""
    known = CATALOGUE.entry(node.effect).settings if node.definition is None else node.definition.settings
    return {each.name: each.default for each in known} | dict(node.settings)
