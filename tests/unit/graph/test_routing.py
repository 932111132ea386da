"""Sends, groups, several inputs and outputs, sub-graphs: what a mixer routes."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost.errors import LayoutError, UnknownNameError
from audiopost.graph.algebra import Graph
from audiopost.graph.node import StreamFormat
from audiopost.graph.offline import render, render_outputs
from audiopost.graph.renderer import GraphRenderer
from audiopost.layouts import layout_named
from audiopost.units import db_to_linear
from tests.nodes import catalogue

STEREO = layout_named("stereo")


def noise(seed: int, channels: int = 2, frames: int = 500) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (channels, frames)).astype(np.float32)


def film_mix() -> Graph:
    """input.dialogue ─▶ voices ──┬──────▶ mix ─▶ output        voices ─▶ output.dialogue
                                  └ -6 dB ▶ room(late) ─▶ mix
    input.music ─▶ music ──────────▶ mix                         music ─▶ output.music"""
    return (
        Graph(name="film mix")
        .bus("voices", "music", "mix")
        .add("room", Graph.of("late", settings={"frames": 20}))
        .connect("input.dialogue", "voices")
        .connect("input.music", "music")
        .connect("voices", "room", gain_db=-6.0)
        .connect("voices", "mix")
        .connect("room", "mix")
        .connect("music", "mix")
        .connect("mix", "output")
        .connect("voices", "output.dialogue")
        .connect("music", "output.music")
    )


def test_stems_in_stems_and_mix_out_all_in_time():
    dialogue, music = noise(1), noise(2)
    silence = np.zeros_like(music)
    inputs = {"dialogue": dialogue, "music": music}
    out = render_outputs(film_mix(), silence, 48_000, inputs=inputs, catalogue=catalogue(), block_frames=64)
    assert np.array_equal(out["dialogue"], dialogue)
    assert np.array_equal(out["music"], music)
    send = dialogue * np.float32(db_to_linear(-6.0))
    assert np.abs(out["main"] - (dialogue + send + music)).max() < 1e-6


def test_a_bus_costs_neither_a_call_nor_a_buffer():
    chain = Graph.of("scale") >> Graph.of("scale")
    with_buses = Graph.of("bus") >> Graph.of("scale") >> Graph.of("bus") >> Graph.of("scale") >> Graph.of("bus")
    plain = GraphRenderer(chain, StreamFormat(48_000, STEREO, 64), catalogue())
    bused = GraphRenderer(with_buses, StreamFormat(48_000, STEREO, 64), catalogue())
    assert bused.buffers == plain.buffers == 2
    assert len(bused._assembly.calls) == len(plain._assembly.calls) == 2


def test_a_named_input_may_have_a_layout_of_its_own():
    graph = Graph.of("spread").connect("input.music", "output")
    stream = StreamFormat(48_000, layout_named("mono"), 512)
    renderer = GraphRenderer(graph, stream, catalogue(), inputs={"music": STEREO})
    voice, music, out = noise(1, 1), noise(2), np.empty((2, 500), dtype=np.float32)
    renderer.process(voice, out, inputs={"music": music})
    assert np.array_equal(out, voice + music)
    renderer.process(voice, out)
    assert np.array_equal(out, np.vstack([voice, voice]))
    with pytest.raises(UnknownNameError, match="unknown input 'musik'; did you mean music"):
        GraphRenderer(graph, stream, catalogue(), inputs={"musik": STEREO})
    with pytest.raises(LayoutError, match="meets"):
        GraphRenderer(graph, stream, catalogue(), inputs={"music": layout_named("5.1")})


def half_as_loud(factor: float) -> Graph:
    """A sub-graph with a parameter of its own: (scale & bare wire) >> late."""
    return ((Graph.of("scale", {"factor": factor}) & Graph.of("bus")) >> Graph.of("late")).macro(
        "Size", scale__factor=(0.0, 2.0)
    )


def test_a_sub_graph_is_used_twice_with_other_parameters():
    graph = (
        Graph()
        .add("one", half_as_loud(1.0))
        .add("two", half_as_loud(3.0))
        .connect("input", "one")
        .connect("one", "two")
        .connect("two", "output")
    )
    samples = noise(3)
    assert np.array_equal(render(graph, samples, 48_000, catalogue=catalogue()), samples * 8)
    renderer = GraphRenderer(graph, StreamFormat(48_000, STEREO, 512), catalogue())
    assert renderer.latency_frames == 20
    renderer.set_parameter("macro.two/Size", 1.0)
    assert renderer.nodes["two/scale"].values["factor"] == 2.0


def test_a_sub_graph_keeps_its_further_ends():
    inner = (
        Graph()
        .add("duck", Graph.of("product"))
        .connect("input", "duck")
        .connect("input.key", "duck", input="sidechain")
        .connect("duck", "output")
        .connect("input.key", "output.key")
    )
    graph = (
        Graph()
        .add("part", inner)
        .connect("input", "part")
        .connect("input.voice", "part", input="key")
        .connect("part", "output")
        .connect("part:key", "output.voice")
    )
    music, voice = noise(4), noise(5)
    out = render_outputs(graph, music, 48_000, inputs={"voice": voice}, catalogue=catalogue())
    assert np.array_equal(out["main"], music * voice)
    assert np.array_equal(out["voice"], voice)
