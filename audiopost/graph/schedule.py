"""From a drawing to an order of work: which node when, which buffer where, which wire delayed by how much.

Everything here is pure: no audio, no node is made. `order_nodes` sorts (or names the cycle); once each node's
latency and channels are known, `align` says by how many frames every wire is to be delayed so that all that
meets, meets in time, and `assign_buffers` lets blocks of memory be used again as soon as nobody reads them.

::

    input ──▶ A (latency 0) ────────── +480 ──▶ ┐
        └───▶ B (latency 480) ─────────────────▶ join ──▶ output         total latency 480

The order does not depend on the order in which nodes or edges were drawn (ties are broken by name), and so
neither do the samples: floating-point sums are taken in the sorted order of their sources.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audiopost.errors import CycleError
from audiopost.graph.node import INFINITE_TAIL
from audiopost.graph.spec import EdgeSpec, GraphSpec, is_input, is_output

__all__ = [
    "Alignment",
    "align",
    "assign_buffers",
    "by_port",
    "forward_edges",
    "live_nodes",
    "order_nodes",
    "tail_after",
]


def forward_edges(spec: GraphSpec) -> tuple[EdgeSpec, ...]:
    """Wires that carry sound within a block: all but those with a declared delay. Sorted by target, input, source."""
    return tuple(sorted((edge for edge in spec.edges if edge.delay_s is None), key=_edge_key))


def by_port(edges: Iterable[EdgeSpec]) -> dict[tuple[str, str], list[EdgeSpec]]:
    """The wires into each input ``(target, input)``, in the order of the sum."""
    found: dict[tuple[str, str], list[EdgeSpec]] = {}
    for edge in edges:
        found.setdefault((edge.target, edge.input), []).append(edge)
    return found


def live_nodes(spec: GraphSpec) -> frozenset[str]:
    """Nodes whose sound can reach an output; the others are not run."""
    feeds: dict[str, list[str]] = {}
    for edge in spec.edges:
        feeds.setdefault(edge.target, []).append(edge.source)
    reached: set[str] = set()
    waiting = [end for end in feeds if is_output(end)]
    while waiting:
        for source in feeds.get(waiting.pop(), ()):
            if source not in reached and not is_input(source):
                reached.add(source)
                waiting.append(source)
    return frozenset(reached)


def order_nodes(spec: GraphSpec) -> tuple[str, ...]:
    """Names of the live nodes, each after everything that feeds it (Kahn's algorithm, ties by name).

    Raises
    ------
    CycleError
        If wires without a declared delay form a circle; `cycle` lists its nodes in order of flow.
    """
    nodes = live_nodes(spec)
    followers: dict[str, list[str]] = {name: [] for name in nodes}
    missing = dict.fromkeys(nodes, 0)
    for edge in forward_edges(spec):
        if edge.source in nodes and edge.target in nodes:
            followers[edge.source].append(edge.target)
            missing[edge.target] += 1
    ready = [name for name in nodes if missing[name] == 0]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        name = heapq.heappop(ready)
        order.append(name)
        for follower in followers[name]:
            missing[follower] -= 1
            if missing[follower] == 0:
                heapq.heappush(ready, follower)
    if len(order) < len(nodes):
        cycle = _find_cycle({name: followers[name] for name in nodes if missing[name] > 0})
        path = " -> ".join((*cycle, cycle[0]))
        raise CycleError(
            f"the graph runs in a circle: {path}",
            where=spec.name,
            mend="declare a delay (delay_s) on the wire that feeds back",
            cycle=cycle,
        )
    return tuple(order)


@dataclass(frozen=True)
class Alignment:
    """When sound arrives: frames behind the graph's inputs, at each node's input, and at all outputs alike."""

    arrival_frames: Mapping[str, int]
    edge_delay_frames: Mapping[EdgeSpec, int]
    latency_frames: int


def align(spec: GraphSpec, order: tuple[str, ...], latencies: Mapping[str, int]) -> Alignment:
    """Delay every forward wire to the latest that arrives at the same node, side inputs included.

    `latencies` gives each node's latency in frames. Several outputs (stems and mix) are one place in time: all
    wait for the latest.

    >>> from audiopost.graph.spec import NodeSpec
    >>> spec = GraphSpec((("b", NodeSpec("x")),), (EdgeSpec("input", "b"), EdgeSpec("b", "output"),
    ...                  EdgeSpec("input", "output")))
    >>> align(spec, ("b",), {"b": 480}).edge_delay_frames[EdgeSpec("input", "output")]
    480
    """
    feeding = _by_target(spec, order)
    departure = {edge.source: 0 for edge in spec.edges if is_input(edge.source)}
    arrival: dict[str, int] = {}
    delays: dict[EdgeSpec, int] = {}
    for name in order:
        edges = feeding.get(name, ())
        arrival[name] = max((departure[edge.source] for edge in edges), default=0)
        delays.update({edge: arrival[name] - departure[edge.source] for edge in edges})
        departure[name] = arrival[name] + latencies.get(name, 0)
    leaving = [edge for target, edges in feeding.items() if is_output(target) for edge in edges]
    latency = max((departure[edge.source] for edge in leaving), default=0)
    delays.update({edge: latency - departure[edge.source] for edge in leaving})
    return Alignment(arrival, delays, latency)


def tail_after(spec: GraphSpec, order: tuple[str, ...], tails: Mapping[str, int]) -> int:
    """Frames that the output may go on sounding after the (latency-aligned) input has ended.

    Tails add along a path; the longest path counts. `INFINITE_TAIL` if any is endless or sound is fed back.
    """
    live = set(order)
    if any(edge.delay_s is not None and edge.source in live for edge in spec.edges):
        return INFINITE_TAIL
    feeding = _by_target(spec, order)
    ringing = {edge.source: 0 for edge in spec.edges if is_input(edge.source)}
    for name in order:
        before = [ringing[edge.source] for edge in feeding.get(name, ())]
        ringing[name] = _sum_tails(max(before, key=_tail_length, default=0), tails.get(name, 0))
    leaving = [ringing[edge.source] for end, edges in feeding.items() if is_output(end) for edge in edges]
    return max(leaving, key=_tail_length, default=0)


def assign_buffers(
    writes: Sequence[tuple[str, ...]], reads: Sequence[tuple[str, ...]], kinds: Mapping[str, int]
) -> dict[str, int]:
    """Give each value a buffer, and give a buffer on as soon as its last reader is done.

    Step i writes the values ``writes[i]`` and reads the values ``reads[i]``; no step writes where it reads.
    `kinds` gives the number of channels of each value: only buffers of the same kind are exchanged.

    Returns
    -------
    dict
        Value -> index of its buffer.

    >>> assign_buffers([("a",), ("b",), ("c",)], [(), ("a",), ("b",)], {"a": 2, "b": 2, "c": 2})
    {'a': 0, 'b': 1, 'c': 0}
    """
    last_use: dict[str, int] = {}
    for step, (written, read) in enumerate(zip(writes, reads, strict=True)):
        last_use.update(dict.fromkeys((*written, *read), step))
    free: dict[int, list[int]] = {}
    buffers: dict[str, int] = {}
    made = 0
    for step, (written, read) in enumerate(zip(writes, reads, strict=True)):
        for value in written:
            spare = free.setdefault(kinds[value], [])
            if spare:
                buffers[value] = heapq.heappop(spare)
            else:
                buffers[value] = made
                made += 1
        for done in dict.fromkeys((*read, *written)):
            if last_use[done] == step:
                heapq.heappush(free.setdefault(kinds[done], []), buffers[done])
    return buffers


def _by_target(spec: GraphSpec, order: tuple[str, ...]) -> dict[str, list[EdgeSpec]]:
    """Forward wires out of what is run, by the node or output that they feed."""
    run = set(order)
    found: dict[str, list[EdgeSpec]] = {}
    for edge in forward_edges(spec):
        if edge.source in run or is_input(edge.source):
            found.setdefault(edge.target, []).append(edge)
    return found


def _tail_length(tail_frames: int) -> float:
    return math.inf if tail_frames == INFINITE_TAIL else tail_frames


def _sum_tails(first: int, second: int) -> int:
    return INFINITE_TAIL if INFINITE_TAIL in (first, second) else first + second


def _edge_key(edge: EdgeSpec) -> tuple[str, str, str, float]:
    return (edge.target, edge.input, edge.source, edge.gain_db)


def _find_cycle(followers: Mapping[str, list[str]]) -> tuple[str, ...]:
    """One circle among nodes of which none can be first: walk backwards until a name comes again."""
    sources = {name: sorted(each for each in followers if name in followers[each]) for name in followers}
    name = min(name for name in followers if sources[name])
    walked: list[str] = []
    while name not in walked:
        walked.append(name)
        name = sources[name][0]
    circle = walked[walked.index(name) :][::-1]
    first = circle.index(min(circle))
    return tuple(circle[first:] + circle[:first])
