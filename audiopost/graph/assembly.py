"""From the drawing to the flat list of calls that a block runs through.

Three steps: make and prepare the nodes while layouts follow the wires; align latencies; write down every call
(`Step`) with the named values it reads and writes, and let `assign_buffers` put the values into memory.

Rules of a join: wires into one input are summed in sorted order. Mono meets any layout (each channel gets the
same signal, 0 dB); two other layouts never meet silently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.errors import LayoutError, UnknownNameError
from audiopost.graph.alignment import AlignmentDelay
from audiopost.graph.catalogue import Catalogue
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.schedule import Alignment, align, assign_buffers, forward_edges, incoming, order_nodes, tail_after
from audiopost.graph.spec import INPUT, MAIN, OUTPUT, EdgeSpec, GraphSpec
from audiopost.layouts import Layout
from audiopost.units import db_to_linear, seconds_to_frames

__all__ = ["Assembly", "Bypass", "Call", "assemble"]


@dataclass(frozen=True)
class Call:
    """One call of the program: a function over buffers, or (`node` given) that node's ``process``."""

    function: Callable[..., Any]
    buffers: tuple[int, ...]
    extra: tuple[Any, ...] = ()
    node: str | None = None


@dataclass(frozen=True)
class Assembly:
    """Everything that a renderer runs."""

    nodes: dict[str, Node]
    layouts: Mapping[str, Layout]
    alignment: Alignment
    tail_frames: int
    calls: tuple[Call, ...]
    buffer_of: Mapping[str, int]
    buffer_channels: tuple[int, ...]
    delays: tuple[AlignmentDelay, ...]
    feedback: tuple[AlignmentDelay, ...]


class Bypass(Node):
    """Another node switched off: a pure delay by its latency. Mono feeds every channel of a wider output."""

    def __init__(self, node: Node, channels: int) -> None:
        super().__init__()
        self.parameters = node.parameters
        self.values = node.values
        self.latency_frames = node.latency_frames
        self._delay = AlignmentDelay(channels, node.latency_frames) if node.latency_frames else None

    def prepare(self, stream: StreamFormat) -> None:
        """Nothing to do: the memory is there from the beginning."""

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Copy, late by the latency."""
        if block.shape[0] not in (1, out.shape[0]):
            out.fill(0.0)
        elif self._delay is None:
            np.copyto(out, block)
        else:
            heard = out[: block.shape[0]]
            self._delay.process(block, heard)
            np.copyto(out, heard)

    def reset(self) -> None:
        """Forget all sound."""
        if self._delay is not None:
            self._delay.reset()


@dataclass
class _Step:
    """Calls that belong together, by the names of the values that they touch."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    calls: list[tuple[Callable[..., Any], tuple[str, ...], tuple[Any, ...], str | None]] = field(default_factory=list)


def assemble(spec: GraphSpec, stream: StreamFormat, catalogue: Catalogue) -> Assembly:
    """Build the machine's parts from the drawing.

    Raises
    ------
    UsageError, PluginError, FileError
        As `GraphRenderer`.
    """
    spec.check()
    for name, node_spec in spec.nodes:
        catalogue.check(name, node_spec)
    order = order_nodes(spec)
    nodes, layouts = _prepare_nodes(spec, order, stream, catalogue)
    alignment = align(spec, order, {name: node.latency_frames for name, node in nodes.items()})
    writer = _Writer(spec, stream, nodes, layouts, alignment)
    for name in order:
        writer.write_node(name)
    writer.write_output()
    channels = writer.channels
    kinds = dict(channels)
    buffer_of = assign_buffers([step.writes for step in writer.steps], [step.reads for step in writer.steps], kinds)
    aliases = {value: buffer_of[target] for value, target in writer.aliases.items()}
    calls = tuple(
        Call(function, tuple(buffer_of[value] for value in values), extra, node)
        for step in writer.steps
        for function, values, extra, node in step.calls
    )
    sizes = {buffer_of[value]: channels[value] for value in buffer_of}
    return Assembly(
        nodes=nodes,
        layouts=layouts,
        alignment=alignment,
        tail_frames=tail_after(spec, order, {name: node.tail_frames for name, node in nodes.items()}),
        calls=calls,
        buffer_of={**buffer_of, **aliases},
        buffer_channels=tuple(sizes[index] for index in range(len(sizes))),
        delays=tuple(writer.delays),
        feedback=tuple(writer.feedback),
    )


def _prepare_nodes(
    spec: GraphSpec, order: tuple[str, ...], stream: StreamFormat, catalogue: Catalogue
) -> tuple[dict[str, Node], dict[str, Layout]]:
    layouts: dict[str, Layout] = {INPUT: stream.layout}
    nodes: dict[str, Node] = {}
    edges = forward_edges(spec)
    for name in order:
        node_spec = spec.node(name)
        node = catalogue.make(name, node_spec)
        _check_ports(spec.edges, name, node)
        main = _joined_layout(name, incoming(edges, name, MAIN), layouts) or stream.layout
        sides = tuple(_joined_layout(name, incoming(edges, name, port), layouts) or main for port in node.side_inputs)
        try:
            layouts[name] = node.output_layout(main)
        except LayoutError as error:
            raise LayoutError(error.what, where=error.where or name, mend=error.mend) from error
        node.prepare(StreamFormat(stream.sample_rate, main, stream.maximum_frames, sides))
        nodes[name] = Bypass(node, main.channels) if node_spec.bypass else node
    layouts[OUTPUT] = _joined_layout(OUTPUT, incoming(edges, OUTPUT, MAIN), layouts) or stream.layout
    return nodes, layouts


def _check_ports(edges: Iterable[EdgeSpec], name: str, node: Node) -> None:
    ports = (MAIN, *node.side_inputs)
    for edge in edges:
        if edge.target == name and edge.input not in ports:
            raise UnknownNameError(kind="input", name=edge.input, known=ports, where=str(edge))


def _joined_layout(target: str, edges: tuple[EdgeSpec, ...], layouts: Mapping[str, Layout]) -> Layout | None:
    """The one layout of everything that meets; mono yields to wider ones; None where no wire ends."""
    joined: Layout | None = None
    origin = ""
    for edge in edges:
        layout = layouts.get(edge.source)
        if layout is None:
            continue
        if joined is None or joined.channels == 1:
            joined, origin = layout, edge.source
        elif layout.channels != 1 and layout.labels != joined.labels:
            raise LayoutError(
                f"{joined} from {origin} meets {layout} from {edge.source}",
                where=target,
                mend="make them alike before they are summed (pan, down-mix)",
            )
    return joined


class _Writer:
    """Writes the steps of the program, node by node in order."""

    def __init__(
        self,
        spec: GraphSpec,
        stream: StreamFormat,
        nodes: Mapping[str, Node],
        layouts: Mapping[str, Layout],
        alignment: Alignment,
    ) -> None:
        self.stream = stream
        self.nodes = nodes
        self.layouts = layouts
        self.alignment = alignment
        self.forward = forward_edges(spec)
        live = {INPUT, *nodes}
        late = [edge for edge in spec.edges if edge.delay_s is not None and edge.source in live]
        self.late = tuple(sorted(late, key=lambda edge: (edge.target, edge.input, edge.source, edge.delay_s or 0.0)))
        self.steps: list[_Step] = [_Step((), (INPUT,))]
        self.channels: dict[str, int] = {INPUT: stream.layout.channels}
        self.aliases: dict[str, str] = {}
        self.delays: list[AlignmentDelay] = []
        self.feedback: list[AlignmentDelay] = []
        self._feeding: list[tuple[AlignmentDelay, str]] = []
        self._main_edges = {name: incoming(self.forward, name, MAIN) for name in (*nodes, OUTPUT)}

    def write_node(self, name: str) -> None:
        """The joins of a node's inputs, then the node."""
        node = self.nodes[name]
        main_layout = _joined_layout(name, self._main_edges[name], self.layouts) or self.stream.layout
        main = self._join(name, MAIN, main_layout.channels)
        sides = tuple(self._join_side(name, port, main) for port in node.side_inputs)
        self.channels[name] = self.layouts[name].channels
        step = _Step((main, *sides), (name,))
        step.calls.append((node.process, (main, name, *sides), (), name))
        self.steps.append(step)

    def write_output(self) -> None:
        """The join at the output, and, last of all, what is fed back for later blocks."""
        value = self._join(OUTPUT, MAIN, self.layouts[OUTPUT].channels)
        for delay, source in self._feeding:
            self.steps.append(_Step((source,), (), [(delay.write, (source,), (), None)]))
        self.steps.append(_Step((value,), ()))
        if value != OUTPUT:
            self.aliases[OUTPUT] = value

    def _join_side(self, name: str, port: str, main: str) -> str:
        edges = incoming(self.forward, name, port)
        if not edges and not incoming(self.late, name, port):
            return main
        layout = _joined_layout(name, edges, self.layouts)
        return self._join(name, port, layout.channels if layout else self.channels[main])

    def _join(self, target: str, port: str, channels: int) -> str:
        """The value that enters an input: a source itself where one plain wire ends, else a sum of its own."""
        edges = [edge for edge in incoming(self.forward, target, port) if edge.source in self.channels]
        late = incoming(self.late, target, port)
        if len(edges) == 1 and not late and self._is_plain(edges[0], channels):
            return edges[0].source
        value = target if target == OUTPUT else f"{target}.{port}"
        self.channels[value] = channels
        step = _Step(tuple(edge.source for edge in edges), (value,))
        if not edges:
            step.calls.append((_silence, (value,), (), None))
        for index, edge in enumerate(edges):
            self._add_wire(step, edge, value, first=index == 0)
        for edge in late:
            self._add_feedback(step, edge, value)
        self.steps.append(step)
        return value

    def _is_plain(self, edge: EdgeSpec, channels: int) -> bool:
        delayed = self.alignment.edge_delay_frames[edge] > 0
        return edge.gain_db == 0.0 and not delayed and self.channels[edge.source] == channels

    def _add_wire(self, step: _Step, edge: EdgeSpec, value: str, *, first: bool) -> None:
        source = edge.source
        frames = self.alignment.edge_delay_frames[edge]
        if frames:
            delay = AlignmentDelay(self.channels[source], frames)
            self.delays.append(delay)
            source = self._scratch(step, source)
            step.calls.append((delay.process, (edge.source, source), (), None))
        self._add_scaled(step, source, value, edge.gain_db, first=first)

    def _add_feedback(self, step: _Step, edge: EdgeSpec, value: str) -> None:
        channels = self.layouts[edge.source].channels
        if channels not in (1, self.channels[value]):
            raise LayoutError(f"{self.layouts[edge.source]} cannot be fed back here", where=str(edge))
        frames = max(1, seconds_to_frames(edge.delay_s or 0.0, self.stream.sample_rate))
        delay = AlignmentDelay(channels, frames)
        self.feedback.append(delay)
        self._feeding.append((delay, edge.source))
        source = f"{value}+{len(self.channels)}"
        self.channels[source] = channels
        step.writes = (*step.writes, source)
        step.calls.append((delay.read, (source,), (), None))
        self._add_scaled(step, source, value, edge.gain_db, first=False)

    def _add_scaled(self, step: _Step, source: str, value: str, gain_db: float, *, first: bool) -> None:
        gain = np.float32(db_to_linear(gain_db))
        if first:
            if gain_db == 0.0:
                step.calls.append((_copy, (source, value), (), None))
            else:
                step.calls.append((_scale, (source, value), (gain,), None))
        elif gain_db == 0.0:
            step.calls.append((_add, (source, value), (), None))
        else:
            scaled = self._scratch(step, source)
            step.calls.append((_scale, (source, scaled), (gain,), None))
            step.calls.append((_add, (scaled, value), (), None))

    def _scratch(self, step: _Step, like: str) -> str:
        name = f"{like}+{len(self.channels)}"
        self.channels[name] = self.channels[like]
        step.writes = (*step.writes, name)
        return name


def _silence(out: AudioBlock) -> None:
    out.fill(0.0)


def _copy(block: AudioBlock, out: AudioBlock) -> None:
    np.copyto(out, block)


def _scale(block: AudioBlock, out: AudioBlock, gain_linear: np.float32) -> None:
    np.multiply(block, gain_linear, out=out)


def _add(block: AudioBlock, out: AudioBlock) -> None:
    np.add(out, block, out=out)
