"""The drawing: effects and how they are wired, as frozen data.

A `GraphSpec` is description only. It pickles, compares by value, round-trips through TOML (room ``library``),
and gives the same samples wherever a `GraphRenderer` runs it.

::

    input ───────▶ hp ──▶ comp ──▶ output            the two ends of every drawing
                            ▲ sidechain
    input.key ──▶ loud ─────┘     └──▶ output.wet     further inputs and outputs have names of their own
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from audiopost.errors import GraphError, UnknownNameError
from audiopost.graph.modulation import ModulationSpec
from audiopost.graph.node import Node
from audiopost.graph.parameter import SettingValue
from audiopost.graph.recall import ControllerSpec, SnapshotSpec

__all__ = [
    "INPUT",
    "MAIN",
    "OUTPUT",
    "AutomationSpec",
    "EdgeSpec",
    "GraphSpec",
    "MacroSpec",
    "Material",
    "NodeSpec",
    "is_input",
    "is_output",
]

INPUT = "input"
OUTPUT = "output"
MAIN = "main"
MACRO = "macro"
RESERVED_NAMES = (INPUT, OUTPUT, MACRO)


def is_input(end: str) -> bool:
    """True for ``input`` and every ``input.name``: where sound enters the drawing."""
    return end == INPUT or end.startswith(f"{INPUT}.")


def is_output(end: str) -> bool:
    """True for ``output`` and every ``output.name``: where sound leaves the drawing."""
    return end == OUTPUT or end.startswith(f"{OUTPUT}.")


Curve = Literal["linear", "step", "smooth", "exponential"]
Material = Literal["speech", "music", "effects"]


@dataclass(frozen=True)
class NodeSpec:
    """One effect of the drawing: its catalogue name and everything that differs from its defaults."""

    effect: str
    parameters: tuple[tuple[str, float], ...] = ()
    settings: tuple[tuple[str, SettingValue], ...] = ()
    bypass: bool = False
    definition: type[Node] | None = field(default=None, compare=False)
    """The class itself, for effects written in Python that no catalogue holds. Travels by pickle, not by TOML."""

    @classmethod
    def of(
        cls,
        effect: str,
        parameters: Mapping[str, float] | None = None,
        settings: Mapping[str, SettingValue] | None = None,
        definition: type[Node] | None = None,
    ) -> NodeSpec:
        """A node from mappings; the order of names does not matter for equality."""
        return cls(
            effect,
            tuple(sorted((name, float(value)) for name, value in (parameters or {}).items())),
            tuple(sorted((settings or {}).items())),
            definition=definition,
        )

    def with_parameter(self, name: str, value: float) -> NodeSpec:
        """The same node with one parameter changed."""
        return replace(self, parameters=tuple(sorted({**dict(self.parameters), name: float(value)}.items())))


@dataclass(frozen=True)
class EdgeSpec:
    """A wire from the output of `source` to the input `input` of `target`, with a gain in dB.

    `delay_s` declares feedback: the wire carries what `source` gave that long ago (at least one frame), and may
    close a circle.
    """

    source: str
    target: str
    input: str = MAIN
    gain_db: float = 0.0
    delay_s: float | None = None

    def __str__(self) -> str:
        port = "" if self.input == MAIN else f".{self.input}"
        return f"{self.source} -> {self.target}{port}"


@dataclass(frozen=True)
class AutomationSpec:
    """Breakpoints of one parameter (``node.parameter``): ``(time in s, value)``.

    Between two points the value moves in a straight line (``linear``), stays (``step``), sets out and arrives
    gently (``smooth``), or by equal ratios in equal times (``exponential``, for values above 0).
    """

    parameter: str
    points: tuple[tuple[float, float], ...]
    curve: Curve = "linear"
    follows_sound: bool = True
    """True: times count from the arrival of the input's first frame at the node, and the parameter begins where the
    lane does. False, for recorded moves: they count at the graph's input, and until the first point nothing moves."""


@dataclass(frozen=True)
class MacroSpec:
    """One knob from 0 to 1 that turns several: ``(node.parameter, value at 0, value at 1)`` each."""

    name: str
    targets: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True)
class GraphSpec:
    """A whole drawing. Nodes in a fixed order of names (the order carries no meaning for the sound)."""

    nodes: tuple[tuple[str, NodeSpec], ...] = ()
    edges: tuple[EdgeSpec, ...] = ()
    automation: tuple[AutomationSpec, ...] = ()
    macros: tuple[MacroSpec, ...] = ()
    modulation: tuple[ModulationSpec, ...] = ()
    name: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    snapshots: tuple[SnapshotSpec, ...] = ()
    controllers: tuple[ControllerSpec, ...] = ()
    made_for: tuple[Material, ...] = ()
    """The sounds that it is made for; empty: any."""
    level_change: str = ""
    """Why its output is not as loud as its input, in a sentence; empty: it is as loud."""

    @classmethod
    def series(cls, *nodes: tuple[str, NodeSpec], name: str = "") -> GraphSpec:
        """Named nodes one after the other, from the input to the output.

        >>> str(GraphSpec.series(("hp", NodeSpec("highpass"))).edges[0])
        'input -> hp'
        """
        stations = [INPUT, *(node_name for node_name, _ in nodes), OUTPUT]
        edges = tuple(EdgeSpec(a, b) for a, b in pairwise(stations))
        return cls(tuple(nodes), edges, name=name)

    def node(self, name: str) -> NodeSpec:
        """The node of that name; raises UnknownNameError."""
        for node_name, node in self.nodes:
            if node_name == name:
                return node
        raise UnknownNameError(kind="node", name=name, known=self.node_names, where=self.name)

    @property
    def node_names(self) -> tuple[str, ...]:
        """Names of the nodes in the order of the drawing."""
        return tuple(name for name, _ in self.nodes)

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs besides the main one (``music`` for ``input.music``), sorted."""
        ends = {edge.source for edge in self.edges if is_input(edge.source) and edge.source != INPUT}
        return tuple(sorted(end.partition(".")[2] for end in ends))

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names of the outputs besides the main one, sorted."""
        ends = {edge.target for edge in self.edges if is_output(edge.target) and edge.target != OUTPUT}
        return tuple(sorted(end.partition(".")[2] for end in ends))

    def with_node(self, name: str, node: NodeSpec) -> GraphSpec:
        """The same drawing with one node exchanged; raises UnknownNameError if there is none of that name."""
        self.node(name)
        return replace(self, nodes=tuple((each, node if each == name else old) for each, old in self.nodes))

    def with_parameter(self, path: str, value: float) -> GraphSpec:
        """The same drawing with ``node.parameter`` set. The value is checked when the machine is built."""
        name, _, parameter = path.partition(".")
        if not parameter:
            raise GraphError(f"{path!r} names no parameter", mend="write NODE.PARAMETER")
        return self.with_node(name, self.node(name).with_parameter(parameter, value))

    def check(self) -> None:
        """Raise GraphError or UnknownNameError unless names are unique and every wire ends somewhere."""
        names: set[str] = set()
        for name in self.node_names:
            if name in names:
                raise GraphError(f"two nodes are called {name!r}", where=self.name, mend="rename one")
            if name in RESERVED_NAMES or "." in name or not name:
                raise GraphError(f"a node may not be called {name!r}", where=self.name, mend="choose another name")
            names.add(name)
        for edge in self.edges:
            if edge.source not in names and not is_input(edge.source):
                raise UnknownNameError(kind="node", name=edge.source, known=(INPUT, *self.node_names), where=str(edge))
            if edge.target not in names and not is_output(edge.target):
                raise UnknownNameError(kind="node", name=edge.target, known=(OUTPUT, *self.node_names), where=str(edge))
            if edge.delay_s is not None and not edge.delay_s >= 0.0:
                raise GraphError("a delay is 0 s or more", where=str(edge))
        if not any(is_output(edge.target) for edge in self.edges):
            raise GraphError("nothing is connected to the output", where=self.name, mend="add an edge to 'output'")
