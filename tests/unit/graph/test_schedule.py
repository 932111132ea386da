from __future__ import annotations

import itertools
import random

import pytest

from audiopost.errors import CycleError
from audiopost.graph.node import INFINITE_TAIL
from audiopost.graph.schedule import align, assign_buffers, live_nodes, order_nodes, tail_after
from audiopost.graph.spec import EdgeSpec, GraphSpec, NodeSpec


def draw(*wires: str) -> GraphSpec:
    """``draw("input-a", "a-output", "b-a.key", "a-b@0.1")``: wires by ends, input after a dot, delay after an at."""
    edges = []
    for wire in wires:
        path, _, delay = wire.partition("@")
        source, _, rest = path.partition("-")
        target, _, port = rest.partition(".")
        edges.append(EdgeSpec(source, target, port or "main", delay_s=float(delay) if delay else None))
    names = {end for edge in edges for end in (edge.source, edge.target)} - {"input", "output"}
    return GraphSpec(tuple((name, NodeSpec("scale")) for name in sorted(names)), tuple(edges))


def test_every_node_comes_after_all_that_feeds_it_however_the_edges_are_shuffled():
    """input ─▶ a ─▶ b ─┬▶ d ─▶ output
    └──▶ c ─┘"""
    wires = ["input-a", "a-b", "a-c", "b-d", "c-d.key", "d-output"]
    for seed in range(20):
        random.Random(seed).shuffle(wires)
        assert order_nodes(draw(*wires)) == ("a", "b", "c", "d")


def test_a_node_that_the_output_cannot_hear_is_dropped():
    spec = draw("input-a", "a-output", "a-dead", "dead-dead2")
    assert live_nodes(spec) == {"a"}
    assert order_nodes(spec) == ("a",)


def test_a_circle_is_named_in_order_of_flow():
    with pytest.raises(CycleError) as caught:
        order_nodes(draw("input-a", "a-b", "b-c", "c-a", "c-output"))
    assert caught.value.cycle == ("a", "b", "c")
    assert "a -> b -> c -> a" in str(caught.value)
    assert "delay_s" in str(caught.value)


def test_a_node_that_feeds_itself_is_a_circle():
    with pytest.raises(CycleError) as caught:
        order_nodes(draw("input-a", "a-a", "a-output"))
    assert caught.value.cycle == ("a",)


def test_a_declared_delay_opens_the_circle():
    assert order_nodes(draw("input-a", "a-b", "b-a@0.1", "b-output")) == ("a", "b")


def test_what_meets_meets_in_time_side_inputs_too():
    """input ─▶ slow(100) ─▶ join ─▶ slower(50) ─▶ output
    ├──────────────── key ▲                    ▲
    └──────────────────────────────────────────┘"""
    spec = draw("input-slow", "slow-join", "input-join.key", "join-slower", "slower-output", "input-output")
    found = align(spec, order_nodes(spec), {"slow": 100, "slower": 50})
    delays = {str(edge): frames for edge, frames in found.edge_delay_frames.items()}
    assert delays == {
        "input -> slow": 0,
        "slow -> join": 0,
        "input -> join.key": 100,
        "join -> slower": 0,
        "slower -> output": 0,
        "input -> output": 150,
    }
    assert found.latency_frames == 150


def test_tails_add_along_a_path_and_the_longest_path_counts():
    spec = draw("input-a", "a-b", "b-output", "input-c", "c-output")
    order = order_nodes(spec)
    assert tail_after(spec, order, {"a": 10, "b": 20, "c": 25}) == 30
    assert tail_after(spec, order, {"a": 10, "b": INFINITE_TAIL, "c": 25}) == INFINITE_TAIL
    assert tail_after(draw("input-a", "a-a@0.1", "a-output"), ("a",), {}) == INFINITE_TAIL


def test_a_long_chain_needs_two_buffers():
    steps = [(str(n),) for n in range(50)]
    reads = [(), *steps[:-1]]
    kinds = {str(n): 2 for n in range(50)}
    assert len(set(assign_buffers(steps, reads, kinds).values())) == 2


def test_no_value_is_overwritten_before_its_last_reader():
    for seed in range(50):
        choose = random.Random(seed)
        count = choose.randint(2, 30)
        names = [f"v{n}" for n in range(count)]
        reads = [tuple(choose.sample(names[:n], k=min(n, choose.randint(0, 3)))) for n in range(count)]
        kinds = {name: choose.choice((1, 2)) for name in names}
        buffers = assign_buffers([(name,) for name in names], reads, kinds)
        memory: dict[int, str] = {}
        for name, read in zip(names, reads, strict=True):
            assert all(memory[buffers[value]] == value for value in read)
            assert buffers[name] not in {buffers[value] for value in read}
            memory[buffers[name]] = name
        for a, b in itertools.combinations(names, 2):
            if buffers[a] == buffers[b]:
                assert kinds[a] == kinds[b]
