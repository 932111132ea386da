"""From the drawing to everything that a renderer runs.

Three steps: make and prepare the nodes while layouts follow the wires; align latencies; write the program and
put its values into memory.

Rules of a join: wires into one input are summed in sorted order. Mono meets any layout (each channel gets the
same signal, 0 dB); two other layouts never meet silently. A `Bus` costs nothing: it is the sum at its own input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from audiopost.errors import GraphError, LayoutError, UnknownNameError
from audiopost.graph.alignment import AlignmentDelay
from audiopost.graph.automation import lanes_of
from audiopost.graph.bypass import Bypass
from audiopost.graph.catalogue import Catalogue
from audiopost.graph.fusion import fuse_runs
from audiopost.graph.modulators import Follower, Link, TimeFunction, links_of, modulators_of
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.own_names import in_own_names
from audiopost.graph.program import Program, Step, Wires, joined_layout
from audiopost.graph.schedule import Alignment, align, assign_buffers, by_port, forward_edges, order_nodes, tail_after
from audiopost.graph.spec import INPUT, MAIN, OUTPUT, EdgeSpec, GraphSpec, MacroSpec, is_input
from audiopost.graph.witness import inside, words_of
from audiopost.layouts import Layout

__all__ = ["Assembly", "Call", "assemble"]


@dataclass(frozen=True)
class Call:
    """One call of the program: a function over buffers, or (`node` given) that node's ``process``."""

    function: Callable[..., Any]
    buffers: tuple[int, ...]
    extra: tuple[Any, ...] = ()
    node: str | None = None
    owner: str | None = None
    """The node for which it works: `node`, or the last of those that are fused in it."""


@dataclass(frozen=True)
class Moved:
    """What turns parameters: functions of time, followers of a level, links to a leader, macros."""

    functions: tuple[TimeFunction, ...]
    followers: tuple[Follower, ...]
    links: Mapping[str, tuple[Link, ...]]
    macros: tuple[MacroSpec, ...] = ()


@dataclass(frozen=True)
class Assembly:
    """Everything that a renderer runs.

    `buffer_of` gives the buffer of every input and output, and of the nodes that are not fused into others.

    `steps` lists for each step its calls (indices into `calls`) and the earlier steps that it waits for: only there
    if no buffer was used again, for only then may steps run at the same time.
    """

    nodes: dict[str, Node]
    layouts: Mapping[str, Layout]
    alignment: Alignment
    tail_frames: int
    calls: tuple[Call, ...]
    buffer_of: Mapping[str, int]
    buffer_channels: tuple[int, ...]
    delays: tuple[AlignmentDelay, ...]
    feedback: tuple[AlignmentDelay, ...]
    moved: Moved
    steps: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = ()
    streams: Mapping[str, StreamFormat] = field(default_factory=dict)
    """What each node was prepared for."""


def assemble(
    spec: GraphSpec,
    stream: StreamFormat,
    catalogue: Catalogue,
    inputs: Mapping[str, Layout] | None = None,
    *,
    reuse_buffers: bool = True,
) -> Assembly:
    """Build the machine's parts from the drawing.

    `inputs` gives the layouts of the named inputs; one that it leaves out has the layout of the main input.
    `reuse_buffers` False gives every value memory of its own, so that branches may run on threads.

    Raises
    ------
    UsageError, PluginError, FileError
        As `GraphRenderer`.
    """
    spec.check()
    for name, node_spec in spec.nodes:
        catalogue.check(name, node_spec)
    order = order_nodes(spec)
    wires = by_port(forward_edges(spec))
    layouts = _input_layouts(spec, stream, inputs or {})
    ends = tuple(layouts)
    streams: dict[str, StreamFormat] = {}
    nodes = _prepare_nodes(spec, order, stream, catalogue, wires, layouts, streams)
    spec = in_own_names(spec, nodes)
    alignment = align(spec, order, {name: node.latency_frames for name, node in nodes.items()})
    program = Program(
        stream.sample_rate, stream.layout, layouts, wires, _late_wires(spec, nodes), alignment.edge_delay_frames
    )
    for end in ends:
        program.write_input(end)
    for name in order:
        program.write_node(name, nodes[name])
    arrival = alignment.arrival_frames
    functions, followers = modulators_of(spec, nodes, arrival, stream.sample_rate)
    for follower in followers:
        program.write_tap(follower.spec.source, follower.take, f"modulation of {follower.parameter}")
    program.write_outputs(_output_ends(spec))
    # A generator plays for as long as the input lasts: that it never ends by itself makes no tail.
    tails = {name: 0 if node.generates else node.tail_frames for name, node in nodes.items()}
    tail_frames = tail_after(spec, order, tails)
    movers = (*lanes_of(spec, nodes, arrival, stream.sample_rate), *functions)
    moved = Moved(movers, followers, links_of(spec, nodes), spec.macros)
    assembly = _in_memory(program, nodes, alignment, tail_frames, moved, reuse_buffers=reuse_buffers)
    return replace(assembly, streams=streams)


def _in_memory(
    program: Program,
    nodes: dict[str, Node],
    alignment: Alignment,
    tail_frames: int,
    moved: Moved,
    *,
    reuse_buffers: bool,
) -> Assembly:
    steps, channels = fuse_runs(program.steps, nodes), program.channels
    if reuse_buffers:
        buffer_of = assign_buffers([step.writes for step in steps], [step.reads for step in steps], channels)
    else:
        written = [value for step in steps for value in step.writes]
        buffer_of = {value: index for index, value in enumerate(written)}
    calls = tuple(
        Call(
            function,
            tuple(buffer_of[value] for value in values),
            extra,
            node,
            owner=node or (values[-1] if values[-1] in nodes else None),
        )
        for step in steps
        for function, values, extra, node in step.calls
    )
    sizes = {buffer: channels[value] for value, buffer in buffer_of.items()}
    return Assembly(
        nodes=nodes,
        layouts=program.layouts,
        alignment=alignment,
        tail_frames=tail_frames,
        calls=calls,
        buffer_of={end: buffer_of[value] for end, value in program.value_of.items() if value in buffer_of},
        buffer_channels=tuple(sizes[index] for index in range(len(sizes))),
        delays=tuple(program.delays),
        feedback=tuple(program.feedback),
        moved=moved,
        steps=() if reuse_buffers or program.feedback else _waiting_steps(steps),
    )


def _waiting_steps(steps: Sequence[Step]) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """For each step that has calls: their indices, and the steps (of this list) whose values it reads."""
    written_by: dict[str, int] = {}
    found: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    calls = 0
    for step in steps:
        if not step.calls:
            continue
        waits_for = sorted({written_by[value] for value in step.reads if value in written_by})
        written_by.update(dict.fromkeys(step.writes, len(found)))
        found.append((tuple(range(calls, calls + len(step.calls))), tuple(waits_for)))
        calls += len(step.calls)
    return tuple(found)


def _input_layouts(spec: GraphSpec, stream: StreamFormat, inputs: Mapping[str, Layout]) -> dict[str, Layout]:
    for name in inputs:
        if name not in spec.input_names:
            raise UnknownNameError(kind="input", name=name, known=spec.input_names, where=spec.name)
    named = {f"{INPUT}.{name}": inputs.get(name, stream.layout) for name in spec.input_names}
    return {INPUT: stream.layout, **named}


def _output_ends(spec: GraphSpec) -> tuple[str, ...]:
    return (OUTPUT, *(f"{OUTPUT}.{name}" for name in spec.output_names))


def _late_wires(spec: GraphSpec, nodes: Mapping[str, Node]) -> Wires:
    """Wires with a declared delay out of what is run, sorted, by the input where they end."""
    late = [edge for edge in spec.edges if edge.delay_s is not None and (edge.source in nodes or is_input(edge.source))]
    return by_port(sorted(late, key=lambda edge: (edge.source, edge.delay_s, edge.gain_db)))


def _prepare_nodes(
    spec: GraphSpec,
    order: tuple[str, ...],
    stream: StreamFormat,
    catalogue: Catalogue,
    wires: Wires,
    layouts: dict[str, Layout],
    streams: dict[str, StreamFormat],
) -> dict[str, Node]:
    """Make and prepare every live node; note its stream, and in `layouts` what leaves it and reaches the outputs."""
    nodes: dict[str, Node] = {}
    specs = dict(spec.nodes)
    arriving: dict[str, list[EdgeSpec]] = {}
    for edge in spec.edges:
        arriving.setdefault(edge.target, []).append(edge)
    for name in order:
        with inside(words_of(name, specs[name])):
            node = catalogue.make(name, specs[name])
        _check_ports(arriving.get(name, ()), node)
        main = joined_layout(name, wires.get((name, MAIN), ()), layouts) or stream.layout
        sides = tuple(joined_layout(name, wires.get((name, port), ()), layouts) or main for port in node.side_inputs)
        try:
            layouts[name] = node.output_layout(main)
        except LayoutError as error:
            raise LayoutError(error.what, where=error.where or name, mend=error.mend) from error
        streams[name] = StreamFormat(stream.sample_rate, main, stream.maximum_frames, sides)
        with inside(words_of(name, specs[name])):
            node.prepare(streams[name])
        nodes[name] = Bypass(node, main.channels) if specs[name].bypass else node
    for end in _output_ends(spec):
        layouts[end] = joined_layout(end, wires.get((end, MAIN), ()), layouts) or stream.layout
    return nodes


def _check_ports(arriving: Iterable[EdgeSpec], node: Node) -> None:
    known = (MAIN, *node.side_inputs)
    for edge in arriving:
        if edge.input in known:
            continue
        # A plug-in may have the input in another format, and knows.
        elsewhere = getattr(node, "inputs_elsewhere", None)
        if elsewhere is not None and (mend := elsewhere()):
            raise GraphError(f"{node.name} has no input {edge.input!r}", where=str(edge), mend=mend)
        raise UnknownNameError(kind="input", name=edge.input, known=known, where=str(edge))
