"""Random graphs: the renderer against a slow, obvious interpreter that knows nothing of blocks or buffers."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopost.graph.algebra import Graph
from audiopost.graph.offline import render
from audiopost.graph.spec import EdgeSpec, NodeSpec
from audiopost.units import db_to_linear
from tests import tolerances
from tests.nodes import catalogue

FRAMES = 200


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """A random drawing of up to eight nodes; wires run from earlier to later ones, so there is no circle."""
    count = draw(st.integers(1, 8))
    names = [f"n{index}" for index in range(count)]
    nodes, edges = [], []
    for index, name in enumerate(names):
        effect = draw(st.sampled_from(["scale", "late", "echo", "product"]))
        if effect == "scale":
            node = NodeSpec.of(effect, {"factor": draw(st.sampled_from([-1.0, 0.5, 2.0]))})
        elif effect == "product":
            node = NodeSpec.of(effect)
        else:
            node = NodeSpec.of(effect, settings={"frames": draw(st.integers(1, 30))})
        nodes.append((name, node))
        earlier = ["input", *names[:index]]
        ports = ("main", "sidechain") if effect == "product" else ("main",)
        for port in ports:
            sources = draw(st.lists(st.sampled_from(earlier), max_size=3, unique=True))
            edges += [EdgeSpec(source, name, port, draw(st.sampled_from([0.0, -6.0]))) for source in sources]
    ends = draw(st.lists(st.sampled_from(["input", *names]), min_size=1, max_size=3, unique=True))
    edges += [EdgeSpec(source, "output") for source in ends]
    return Graph(tuple(draw(st.permutations(nodes))), tuple(draw(st.permutations(edges))))


def interpret(graph: Graph, samples: np.ndarray) -> np.ndarray:
    """Whole signals in float64, each wire delayed by hand; returns the output with its latency cut off."""
    padded = np.concatenate([samples, np.zeros((samples.shape[0], 600))], axis=1)

    def late(signal: np.ndarray, frames: int) -> np.ndarray:
        return np.concatenate([np.zeros((signal.shape[0], frames)), signal], axis=1)[:, : padded.shape[1]]

    @cache
    def heard(target: str) -> tuple[dict[str, bytes], int]:
        """The signals at a node's inputs and when they arrive."""
        edges = [edge for edge in graph.edges if edge.target == target]
        arrival = max((left(edge.source)[1] for edge in edges), default=0)
        ports: dict[str, np.ndarray] = {}
        for edge in edges:
            signal, departure = left(edge.source)
            part = late(np.frombuffer(signal).reshape(padded.shape), arrival - departure) * db_to_linear(edge.gain_db)
            ports[edge.input] = ports.get(edge.input, np.zeros(padded.shape)) + part
        ports.setdefault("main", np.zeros(padded.shape))
        return {port: signal.tobytes() for port, signal in ports.items()}, arrival

    @cache
    def left(name: str) -> tuple[bytes, int]:
        """A node's output and how late it is."""
        if name == "input":
            return padded.astype(np.float64).tobytes(), 0
        ports, arrival = heard(name)
        main = np.frombuffer(ports["main"]).reshape(padded.shape)
        node = graph.node(name)
        frames = dict(node.settings).get("frames", 0)
        assert isinstance(frames, int)
        if node.effect == "scale":
            return (main * dict(node.parameters)["factor"]).tobytes(), arrival
        if node.effect == "late":
            return late(main, frames).tobytes(), arrival + frames
        if node.effect == "echo":
            return (main + late(main, frames)).tobytes(), arrival
        side = np.frombuffer(ports.get("sidechain", ports["main"])).reshape(padded.shape)
        return (main * side).tobytes(), arrival

    ports, latency = heard("output")
    return np.frombuffer(ports["main"]).reshape(padded.shape)[:, latency : latency + samples.shape[1]]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(graph=graphs(), block_frames=st.sampled_from([1, 2, 13, 64, FRAMES]))
def test_a_random_graph_gives_what_the_interpreter_gives(graph: Graph, block_frames: int):
    samples = np.random.default_rng(7).uniform(-1, 1, (2, FRAMES)).astype(np.float32)
    rendered = render(graph, samples, 48_000, block_frames=block_frames, catalogue=catalogue())
    expected = interpret(graph, samples)
    scale = max(1.0, float(np.abs(expected).max()))
    assert np.abs(rendered - expected).max() <= tolerances.FLOAT32_SUM * scale
    again = render(graph, samples, 48_000, block_frames=FRAMES, catalogue=catalogue())
    assert np.array_equal(rendered, again)
