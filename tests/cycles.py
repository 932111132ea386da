"""Renderers made, played and let go, again and again: what must leave nothing behind."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import numpy as np

from audiopost import effects as fx
from audiopost.graph.algebra import Graph
from audiopost.graph.node import StreamFormat
from audiopost.graph.renderer import GraphRenderer
from audiopost.graph.spec import GraphSpec
from audiopost.layouts import layout_named
from tests.signals import white_noise

__all__ = ["STREAM", "branching_graph", "circling_graph", "play_cycle"]

STREAM = StreamFormat(48_000, layout_named("stereo"), 128)
BLOCK = 0.1 * white_noise(2, STREAM.maximum_frames)
SHORT = np.ascontiguousarray(BLOCK[:, :37])
THREADED_EVERY = 4
"""One cycle in so many runs its branches on two threads."""


def branching_graph() -> Graph:
    """Own effects beside built-ins of pedalboard, and a side-chain.

    ::

        in ─┬▶ own ──────────▶ duck ─▶ out
            ├▶ hosted ─▶ (sidechain)
            └▶ hosted ───────────────▶ out
    """
    own = fx.highpass(frequency_hz=80) >> fx.equalizer(mid1_gain_db=3) >> fx.delay(delay_ms=20) >> fx.limiter()
    hosted = Graph.of("pedalboard.Chorus") >> Graph.of("pedalboard.Compressor") >> Graph.of("pedalboard.Limiter")
    graph = Graph(name="branching").add("own", own).add("hosted", hosted).add("duck", fx.compressor(threshold_db=-30))
    graph = graph.connect("input", "own").connect("input", "hosted").connect("own", "duck")
    graph = graph.connect("hosted", "duck", input="sidechain").connect("hosted", "output", gain_db=-6.0)
    return graph.connect("duck", "output").automate("duck.threshold_db", [(0.0, -30.0), (0.001, -20.0)])


def circling_graph() -> Graph:
    """Feedback through a filter of ours and one of pedalboard's: blocks are split."""
    graph = Graph(name="circling").bus("sum").add("tone", fx.lowpass(frequency_hz=4_000))
    graph = graph.add("ladder", Graph.of("pedalboard.LadderFilter")).connect("input", "sum").connect("sum", "tone")
    graph = graph.connect("tone", "ladder").connect("ladder", "sum", gain_db=-12.0, delay_s=0.001)
    return graph.connect("tone", "output")


def play_cycle(index: int, graphs: Sequence[GraphSpec]) -> None:
    """Prepare one renderer, play two blocks of different lengths, turn it back to its beginning, let it go.

    `graphs` are taken in turn. Every fourth cycle runs its branches on two threads.
    """
    threads = 2 if index % THREADED_EVERY == 0 else 1
    renderer = GraphRenderer(graphs[index % len(graphs)], STREAM, threads=threads)
    out = np.empty_like(BLOCK)
    with closing(renderer):
        renderer.process(BLOCK, out)
        renderer.process(SHORT, np.empty_like(SHORT))
        renderer.reset()
