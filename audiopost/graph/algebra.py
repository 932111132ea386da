"""The notation: drawings written as they sound.

``hp >> comp >> limiter`` in series, ``dry & wet`` in parallel on one input, ``wet * 0.5`` at half amplitude.
A `Graph` is a `GraphSpec` with operators: frozen, picklable, and every operator makes a new one. Named wires
(`Graph.add`, `Graph.connect`) draw what operators cannot: sends, side-chains, feedback.

::

    (a >> b):  in ─▶ a ─▶ b ─▶ out          (a & b):  in ─┬▶ a ─┐
                                                           └▶ b ─┴▶ out (sum)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Self

from numpy.typing import ArrayLike

from audiopost.blocks import AudioBlock
from audiopost.errors import GraphError, UnknownNameError
from audiopost.graph.drawing import as_svg
from audiopost.graph.listening import Listening
from audiopost.graph.modulation import FollowerSpec, LinkSpec, ModulationSpec
from audiopost.graph.node import Node
from audiopost.graph.offline import ParameterEvent, render, render_outputs
from audiopost.graph.parameter import SettingValue
from audiopost.graph.picture import as_mermaid, as_text
from audiopost.graph.recall import SnapshotSpec
from audiopost.graph.spec import (
    INPUT,
    MACRO,
    MAIN,
    OUTPUT,
    AutomationSpec,
    Curve,
    EdgeSpec,
    GraphSpec,
    MacroSpec,
    NodeSpec,
)
from audiopost.layouts import Layout
from audiopost.units import linear_to_db

__all__ = ["Graph", "through"]


class Graph(GraphSpec):
    """A drawing with operators. Made by ``fx.highpass(...)``, by operators, by `load_chain`, or node by node.

    Examples
    --------
    >>> from audiopost import effects as fx
    >>> chain = fx.highpass(frequency_hz=80) >> fx.compressor(threshold_db=-20)
    >>> chain.node_names
    ('highpass', 'compressor')
    >>> ducking = (
    ...     Graph(name="ducking")
    ...     .add("music", fx.gain(gain_db=-3))
    ...     .add("duck", fx.compressor(threshold_db=-30))
    ...     .connect("input", "music").connect("music", "duck")
    ...     .connect("input", "duck", input="sidechain").connect("duck", "output")
    ... )
    >>> len(ducking.edges)
    4
    """

    @classmethod
    def of(
        cls,
        effect: str,
        parameters: Mapping[str, float] | None = None,
        settings: Mapping[str, SettingValue] | None = None,
        definition: type[Node] | None = None,
    ) -> Graph:
        """One effect between input and output, named after itself."""
        node = NodeSpec.of(effect, parameters, settings, definition)
        name = effect.rpartition(".")[2].lower()
        return cls.from_spec(GraphSpec.series((name, node)))

    @classmethod
    def from_spec(cls, spec: GraphSpec) -> Graph:
        """The same drawing with operators."""
        return cls(**{name: getattr(spec, name) for name in spec.__dataclass_fields__})

    def __str__(self) -> str:
        return as_text(self)

    def __rshift__(self, after: GraphSpec) -> Graph:
        """Series: what leaves this enters `after`."""
        if not isinstance(after, GraphSpec):
            return NotImplemented
        second = _renamed(after, self.node_names)
        leaving = [edge for edge in self.edges if edge.target == OUTPUT]
        entering = [edge for edge in second.edges if edge.source == INPUT]
        joints = [
            replace(b, source=a.source, gain_db=a.gain_db + b.gain_db, delay_s=_sum_delay(a, b))
            for a in leaving
            for b in entering
        ]
        kept = [edge for edge in self.edges if edge.target != OUTPUT]
        kept_after = [edge for edge in second.edges if edge.source != INPUT]
        return self._joined(second, (*kept, *joints, *kept_after))

    def __and__(self, beside: GraphSpec) -> Graph:
        """Parallel: both hear the same input, their outputs are summed."""
        if not isinstance(beside, GraphSpec):
            return NotImplemented
        second = _renamed(beside, self.node_names)
        return self._joined(second, (*self.edges, *second.edges))

    def __mul__(self, gain_linear: float) -> Graph:
        """The output at another amplitude (a linear factor above 0)."""
        if not isinstance(gain_linear, int | float):
            return NotImplemented
        if not gain_linear > 0.0:
            raise GraphError(
                f"a gain of {gain_linear:g} is no level",
                where=self.name,
                mend="multiply by a factor above 0; invert polarity with pedalboard.Invert",
            )
        gain_db = linear_to_db(gain_linear)
        edges = tuple(
            replace(edge, gain_db=edge.gain_db + gain_db) if edge.target == OUTPUT else edge for edge in self.edges
        )
        return replace(self, edges=edges)

    __rmul__ = __mul__

    def blended(self, mix_percent: float) -> Graph:
        """Dry/wet: this share of what leaves the drawing (0 to 100 %), the rest of what enters it, aligned in time.

        Examples
        --------
        >>> from audiopost import effects as fx
        >>> fx.compressor(ratio=8).blended(30).node_names
        ('compressor', 'blend')
        """
        joined = self >> Graph.of("blend", {"mix_percent": mix_percent})
        return replace(joined, edges=(*joined.edges, EdgeSpec(INPUT, joined.node_names[-1], "dry")))

    def named(self, name: str) -> Graph:
        """Give a single effect another name, a larger graph another title."""
        if len(self.nodes) != 1:
            return replace(self, name=name)
        old = self.nodes[0][0]
        return replace(self, **_rename_fields(self, {old: name}))

    def bypassed(self, *names: str) -> Graph:
        """The same drawing with the named nodes (all, if none is named) bypassed: a pure delay by their latency."""
        chosen = names or self.node_names
        for name in chosen:
            self.node(name)
        nodes = ((name, replace(node, bypass=node.bypass or name in chosen)) for name, node in self.nodes)
        return replace(self, nodes=tuple(nodes))

    def add(self, name: str, effect: GraphSpec) -> Graph:
        """One more node, not yet connected: a single effect, or a whole drawing as a sub-graph.

        The nodes of a sub-graph become ``name/node``; `connect` finds its ends under `name`, its further inputs by
        ``input=``, its further outputs as ``name:output``. An effect added this way leaves its wires behind.
        """
        if name in self.node_names or f"{name}/in" in self.node_names:
            raise GraphError(f"two nodes are called {name!r}", where=self.name, mend="choose another name")
        if _is_single(effect):
            return replace(self, nodes=(*self.nodes, (name, effect.nodes[0][1])))
        return self._joined(_as_part(effect, name), (*self.edges, *_as_part(effect, name).edges))

    def bus(self, *names: str) -> Graph:
        """Named places where wires meet: groups and sends. They cost nothing."""
        graph = self
        for name in names:
            graph = graph.add(name, Graph.of("bus"))
        return graph

    def connect(
        self,
        source: str,
        target: str,
        *,
        input: str = MAIN,
        gain_db: float = 0.0,
        delay_s: float | None = None,
    ) -> Graph:
        """One more wire.

        ``"input"`` and ``"output"`` are the graph's ends, ``"input.music"`` and ``"output.stems"`` further ones.
        `input` names a side input of the target, `gain_db` is the level of a send, `delay_s` declares feedback.
        """
        names = set(self.node_names)
        part, _, port = source.partition(":")
        if source not in names and f"{part}/out" in names:
            source = f"{part}/out:{port}" if port else f"{part}/out"
        if target not in names and f"{target}/in" in names:
            target, input = (f"{target}/in" if input == MAIN else f"{target}/in:{input}"), MAIN
        return replace(self, edges=(*self.edges, EdgeSpec(source, target, input, float(gain_db), delay_s)))

    def automate(self, parameter: str, points: Iterable[tuple[float, float]], curve: Curve = "linear") -> Graph:
        """Breakpoints ``(time in s, value)`` for ``node.parameter``."""
        lane = AutomationSpec(parameter, tuple((float(t), float(v)) for t, v in points), curve)
        return replace(self, automation=(*self.automation, lane))

    def modulate(self, *modulation: ModulationSpec) -> Graph:
        """Parameters that move by themselves: `LfoSpec`, `StepsSpec`, `FollowerSpec`, `LinkSpec`."""
        return replace(self, modulation=(*self.modulation, *modulation))

    def macro(self, name: str, **targets: tuple[float, float]) -> Graph:
        """One knob from 0 to 1; keywords are ``node__parameter=(value at 0, value at 1)``."""
        turned = tuple((key.replace("__", ".", 1), float(low), float(high)) for key, (low, high) in targets.items())
        return replace(self, macros=(*self.macros, MacroSpec(name, turned)))

    def render(
        self,
        samples: ArrayLike,
        sample_rate: int,
        *,
        layout: Layout | str | None = None,
        inputs: Mapping[str, ArrayLike] | None = None,
        tail: bool = False,
        block_frames: int | None = None,
        events: Iterable[ParameterEvent] = (),
        threads: int | None = None,
        seed: int | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> AudioBlock:
        """Run the drawing over an array; see `audiopost.graph.offline.render`."""
        return render(
            self, samples, sample_rate, layout,
            inputs=inputs, tail=tail, block_frames=block_frames, events=events, threads=threads, seed=seed,
            progress=progress,
        )  # fmt: skip

    def render_outputs(
        self,
        samples: ArrayLike,
        sample_rate: int,
        *,
        layout: Layout | str | None = None,
        inputs: Mapping[str, ArrayLike] | None = None,
        tail: bool = False,
        threads: int | None = None,
        seed: int | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> dict[str, AudioBlock]:
        """Every output in one pass, ``main`` and the named ones; see `audiopost.graph.offline.render_outputs`."""
        return render_outputs(
            self, samples, sample_rate, layout, inputs=inputs, tail=tail, threads=threads, seed=seed, progress=progress
        )

    def listen(
        self,
        samples: ArrayLike,
        sample_rate: int,
        *,
        layout: Layout | str | None = None,
        inputs: Mapping[str, ArrayLike] | None = None,
        tail: bool = True,
        output: str = MAIN,
    ) -> Listening:
        """Render, and show the result in a notebook: the picture, and a player of one output (mono or stereo)."""
        outputs = render_outputs(self, samples, sample_rate, layout, inputs=inputs, tail=tail)
        if output not in outputs:
            raise UnknownNameError(kind="output", name=output, known=tuple(outputs), where=self.name)
        return Listening(outputs[output], sample_rate, as_svg(self), self.name)

    def mermaid(self) -> str:
        """The drawing in Mermaid's flowchart language."""
        return as_mermaid(self)

    def _repr_html_(self) -> str:
        """The picture that a notebook shows."""
        return as_svg(self)

    def _joined(self, other: GraphSpec, edges: tuple[EdgeSpec, ...]) -> Self:
        return replace(
            self,
            nodes=self.nodes + other.nodes,
            edges=edges,
            automation=self.automation + other.automation,
            macros=self.macros + other.macros,
            modulation=self.modulation + other.modulation,
            snapshots=_merged(self.snapshots, other.snapshots),
            controllers=self.controllers + other.controllers,
            name=self.name or other.name,
        )


def _merged(ours: tuple[SnapshotSpec, ...], theirs: tuple[SnapshotSpec, ...]) -> tuple[SnapshotSpec, ...]:
    """Snapshots of one name become one that holds both."""
    merged = {each.name: each for each in ours}
    for each in theirs:
        held = merged.get(each.name, SnapshotSpec(each.name, ()))
        merged[each.name] = SnapshotSpec(each.name, held.values + each.values, held.bypassed + each.bypassed)
    return tuple(merged.values())


def _is_single(spec: GraphSpec) -> bool:
    """One effect with nothing but a plain wire in and out."""
    plain = all(edge.gain_db == 0.0 and edge.delay_s is None and edge.input == MAIN for edge in spec.edges)
    ends = all({edge.source, edge.target} & {INPUT, OUTPUT} for edge in spec.edges)
    moved = bool(spec.automation or spec.macros or spec.modulation or spec.snapshots or spec.controllers)
    return len(spec.nodes) == 1 and len(spec.edges) <= 2 and plain and ends and not moved


def _as_part(spec: GraphSpec, name: str) -> GraphSpec:
    """The drawing as a part of another: its nodes under ``name/``, its ends turned into buses."""
    spec.check()
    names = {node: f"{name}/{node}" for node in spec.node_names}
    names |= {INPUT: f"{name}/in", OUTPUT: f"{name}/out"}
    names |= {f"{INPUT}.{each}": f"{name}/in:{each}" for each in spec.input_names}
    names |= {f"{OUTPUT}.{each}": f"{name}/out:{each}" for each in spec.output_names}
    part = replace(spec, **_rename_fields(spec, names))
    ends = tuple((end, NodeSpec("bus")) for end in names.values() if end not in dict(part.nodes))
    macros = tuple(replace(macro, name=f"{name}/{macro.name}") for macro in part.macros)
    controllers = tuple(
        replace(each, parameter=f"{MACRO}.{name}/{each.parameter.partition('.')[2]}")
        if each.parameter.startswith(f"{MACRO}.")
        else each
        for each in part.controllers
    )
    return replace(part, nodes=part.nodes + ends, macros=macros, controllers=controllers)


def through() -> Graph:
    """A bare wire: the dry side of ``through() & wet``.

    >>> through().edges[0].target
    'output'
    """
    return Graph(edges=(EdgeSpec(INPUT, OUTPUT),))


def _sum_delay(first: EdgeSpec, second: EdgeSpec) -> float | None:
    if first.delay_s is None and second.delay_s is None:
        return None
    return (first.delay_s or 0.0) + (second.delay_s or 0.0)


def _renamed(spec: GraphSpec, taken: tuple[str, ...]) -> GraphSpec:
    """The drawing with every node name that is taken numbered: ``delay`` -> ``delay_2``."""
    names: dict[str, str] = {}
    used = {*taken, *spec.node_names}
    for name in spec.node_names:
        if name in taken:
            base, number = name, 2
            while f"{base}_{number}" in used:
                number += 1
            names[name] = f"{base}_{number}"
            used.add(names[name])
    return replace(spec, **_rename_fields(spec, names)) if names else spec


def _rename_fields(spec: GraphSpec, names: Mapping[str, str]) -> dict[str, Any]:
    def path(parameter: str) -> str:
        node, dot, rest = parameter.partition(".")
        return names.get(node, node) + dot + rest

    return {
        "nodes": tuple((names.get(name, name), node) for name, node in spec.nodes),
        "edges": tuple(
            replace(edge, source=names.get(edge.source, edge.source), target=names.get(edge.target, edge.target))
            for edge in spec.edges
        ),
        "automation": tuple(replace(lane, parameter=path(lane.parameter)) for lane in spec.automation),
        "macros": tuple(
            replace(macro, targets=tuple((path(name), low, high) for name, low, high in macro.targets))
            for macro in spec.macros
        ),
        "modulation": tuple(_renamed_modulation(each, path, names) for each in spec.modulation),
        "snapshots": tuple(
            replace(
                each,
                values=tuple((path(name), value) for name, value in each.values),
                bypassed=tuple(names.get(name, name) for name in each.bypassed),
            )
            for each in spec.snapshots
        ),
        "controllers": tuple(replace(each, parameter=path(each.parameter)) for each in spec.controllers),
    }


def _renamed_modulation(
    modulation: ModulationSpec, path: Callable[[str], str], names: Mapping[str, str]
) -> ModulationSpec:
    moved = replace(modulation, parameter=path(modulation.parameter))
    if isinstance(moved, FollowerSpec):
        return replace(moved, source=names.get(moved.source, moved.source))
    if isinstance(moved, LinkSpec):
        return replace(moved, leader=path(moved.leader))
    return moved
