from __future__ import annotations

import math

import numpy as np
import pytest

from audiopost.errors import GraphError, ParameterRangeError, UnknownNameError
from audiopost.graph.algebra import Graph
from audiopost.graph.modulation import FollowerSpec, LfoSpec, LinkSpec, StepsSpec
from audiopost.graph.modulators import Oscillator
from audiopost.graph.node import StreamFormat
from audiopost.graph.offline import render
from audiopost.graph.renderer import GraphRenderer
from audiopost.layouts import layout_named
from tests.nodes import catalogue

MONO = StreamFormat(48_000, layout_named("mono"), 512)
ONES = np.ones((1, 4800), dtype=np.float32)


def run(graph: Graph, samples: np.ndarray = ONES, block_frames: int = 4096) -> np.ndarray:
    return render(graph, samples, 48_000, catalogue=catalogue(), block_frames=block_frames)


@pytest.mark.parametrize(
    ("shape", "quarters"),
    [
        ("sine", [0, 0.5, 1, 0.5]),
        ("triangle", [0, 0.5, 1, 0.5]),
        ("saw", [0, 0.25, 0.5, 0.75]),
        ("square", [0, 0, 1, 1]),
    ],
)
def test_the_quarters_of_each_wave(shape: str, quarters: list[float]):
    lfo = Oscillator(LfoSpec("a.x", 0.0, 1.0, 10.0, shape), 48_000)  # type: ignore[arg-type]
    for cycle in (0, 1, 100):
        found = [lfo.value_at(cycle * 4800 + quarter * 1200) for quarter in range(4)]
        assert found == pytest.approx(quarters, abs=1e-9)


def test_chance_is_the_same_for_the_same_seed_and_fills_the_range():
    lfo = Oscillator(LfoSpec("a.x", -1.0, 1.0, 100.0, "random", seed=3), 48_000)
    values = [lfo.value_at(frame * 480) for frame in range(1000)]
    assert values == [lfo.value_at(frame * 480 + 479) for frame in range(1000)]
    assert len(set(values)) == 1000
    assert abs(np.mean(values)) < 0.1
    assert min(values) < -0.95
    assert max(values) > 0.95


def test_an_oscillator_moves_on_the_grid_and_never_with_the_blocks():
    graph = Graph.of("scale").modulate(LfoSpec("scale.factor", 0.0, 1.0, 10.0, "triangle"))
    whole = run(graph)
    assert whole[0, 0] == 0.0
    assert whole[0, 2432] == pytest.approx(1.0 - 32 / 2400, abs=1e-6)
    for block_frames in (1, 50, 64, 65, 1000):
        assert np.array_equal(run(graph, block_frames=block_frames), whole)


def test_steps_are_exact_to_the_frame():
    graph = Graph.of("scale").modulate(StepsSpec("scale.factor", (1.0, 0.5, 0.25), 1000 / 48_000))
    found = run(graph)[0]
    assert [found[frame] for frame in (0, 999, 1000, 1999, 2000, 2999, 3000)] == [1, 1, 0.5, 0.5, 0.25, 0.25, 1]
    assert np.array_equal(run(graph, block_frames=77)[0], found)


def test_a_follower_hears_the_level_of_its_source():
    """input ─▶ loud ─▶ output; the level of the input turns ``loud`` down: a ducker drawn with a follower."""
    samples = np.full((1, 48_000), 0.001, dtype=np.float32)
    samples[0, 10_000:20_000] = 1.0
    follower = FollowerSpec("loud.factor", "input", 1.0, 0.0, attack_ms=2.0, release_ms=50.0)
    graph = Graph.of("scale").named("loud").modulate(follower)
    found = run(graph, samples)[0] / samples[0]
    assert found[9_999] == pytest.approx(1.0, abs=1e-6)
    assert found[19_999] == pytest.approx(0.0, abs=1e-3)
    after_one_time = 20_000 + 2_400 + 64
    assert found[after_one_time] == pytest.approx(1.0 - math.exp(-1.0), abs=0.02)
    for block_frames in (1, 100, 64):
        assert np.array_equal(run(graph, samples, block_frames)[0] / samples[0], found)


def test_a_link_carries_every_move_of_its_leader():
    graph = (Graph.of("scale").named("a") >> Graph.of("scale").named("b")).modulate(
        LinkSpec("b.factor", "a.factor", 1.0, 0.0)
    )
    renderer = GraphRenderer(graph, MONO, catalogue())
    assert renderer.nodes["b"].values["factor"] == pytest.approx(0.45)
    renderer.set_parameter("a.factor", 10.0)
    assert renderer.nodes["b"].values["factor"] == 0.0


@pytest.mark.parametrize(
    ("modulation", "error", "words"),
    [
        (LfoSpec("scale.factor", 0, 11, 1.0), ParameterRangeError, "factor = 11"),
        (LfoSpec("scale.factr", 0, 1, 1.0), UnknownNameError, "did you mean factor"),
        (LfoSpec("scale.factor", 0, 1, 0.0), GraphError, "0 Hz"),
        (LfoSpec("scale.factor", 0, 1, 1.0, "sinus"), UnknownNameError, "did you mean sine"),  # type: ignore[arg-type]
        (StepsSpec("scale.factor", (), 1.0), GraphError, "steps need values"),
        (FollowerSpec("scale.factor", "voice", 0, 1), UnknownNameError, "unknown source 'voice'"),
        (FollowerSpec("scale.factor", "input", 0, 1, floor_dbfs=0), GraphError, "floor_dbfs must lie below"),
        (LinkSpec("scale.factor", "scale.factor", 0, 1), GraphError, "circle"),
    ],
)
def test_a_wrong_modulation_says_what_and_where(modulation: object, error: type[Exception], words: str):
    with pytest.raises(error, match=words):
        run(Graph.of("scale").modulate(modulation))  # type: ignore[arg-type]


def test_curves_between_breakpoints():
    points = [(0.0, 1.0), (0.1, 4.0)]
    half = int(0.05 * 48_000) // 64 * 64
    for curve, value in (("linear", 2.5), ("exponential", 2.0), ("smooth", 2.5), ("step", 1.0)):
        found = run(Graph.of("scale").automate("scale.factor", points, curve))  # type: ignore[arg-type]
        assert found[0, half] == pytest.approx(value, abs=0.05)
    with pytest.raises(GraphError, match="values above 0"):
        run(Graph.of("scale").automate("scale.factor", [(0, 0), (1, 1)], "exponential"))


def test_modulation_is_renamed_with_its_nodes():
    follower = FollowerSpec("scale.factor", "scale", 0, 1)
    graph = Graph.of("scale") >> Graph.of("scale").modulate(follower, LinkSpec("scale.factor", "scale.factor", 0, 1))
    assert graph.modulation[0] == FollowerSpec("scale_2.factor", "scale_2", 0, 1)
    assert graph.modulation[1] == LinkSpec("scale_2.factor", "scale_2.factor", 0, 1)
