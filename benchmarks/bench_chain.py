"""What hosting costs: one node, and chains of five and twenty effects, against bare pedalboard with the same plug-ins.

The contenders take turns in one run, live at 64 and 512 frames and offline on a minute of sound. Bare pedalboard
is called as a script would: ``Pedalboard([...])(block, rate, reset=False)``, which runs the whole chain in one call.
The node adds what a graph needs: any split, a declared latency, knobs that glide, NaN kept out.

    python benchmarks/bench_chain.py [--quick]
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pedalboard
from compare import arguments, table, take_turns

from audiopost import Graph
from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.graph.node import StreamFormat
from audiopost.graph.offline import render
from audiopost.graph.renderer import GraphRenderer
from audiopost.layouts import layout_named

RATE = 48_000
STEREO = layout_named("stereo")
LARGEST_FRAMES = 8192


def main() -> None:
    options = arguments(__doc__ or "")
    for frames in (64, 512):
        repeats = (200 if options.quick else 2000) * 64 // frames
        one_node(frames, options.rounds, repeats)
        for times in (1, 4):
            chain_live(frames, times, options.rounds, repeats)
    for times in (1, 4):
        chain_offline(times, options.rounds, seconds=10 if options.quick else 60)


def noise(frames: int) -> AudioBlock:
    return np.random.default_rng(1).uniform(-0.2, 0.2, (2, frames)).astype(np.float32)


def bare_chain(times: int) -> pedalboard.Pedalboard:
    """Five effects, so many times over."""
    return pedalboard.Pedalboard(
        [
            effect
            for _ in range(times)
            for effect in (
                pedalboard.HighpassFilter(80.0),
                pedalboard.Compressor(-20.0, 3.0),
                pedalboard.PeakFilter(3000.0, 3.0, 1.0),
                pedalboard.Chorus(),
                pedalboard.Gain(-3.0),
            )
        ]
    )


def hosted_chain(times: int) -> Graph:
    """The same, drawn."""
    five = (
        fx.pedalboard.HighpassFilter(cutoff_frequency_hz=80.0)
        >> fx.pedalboard.Compressor(threshold_db=-20.0, ratio=3.0)
        >> fx.pedalboard.PeakFilter(cutoff_frequency_hz=3000.0, gain_db=3.0, q=1.0)
        >> fx.pedalboard.Chorus()
        >> fx.pedalboard.Gain(gain_db=-3.0)
    )
    graph = five
    for _ in range(times - 1):
        graph = graph >> five
    return graph


def primed(board: pedalboard.Pedalboard) -> pedalboard.Pedalboard:
    board(np.zeros((2, LARGEST_FRAMES), dtype=np.float32), RATE, buffer_size=LARGEST_FRAMES, reset=False)
    return board


def one_node(frames: int, rounds: int, repeats: int) -> None:
    print(f"One compressor, {frames} frames stereo")
    block, out = noise(frames), np.empty((2, frames), dtype=np.float32)
    plugin = pedalboard.Compressor(-20.0, 3.0)
    plugin(np.zeros((2, LARGEST_FRAMES), dtype=np.float32), RATE, LARGEST_FRAMES, False)
    renderer = GraphRenderer(
        fx.pedalboard.Compressor(threshold_db=-20.0, ratio=3.0), StreamFormat(RATE, STEREO, frames)
    )
    (node,) = renderer.nodes.values()
    contenders: dict[str, Callable[[], object]] = {
        "bare plug-in": lambda: plugin.process(block, RATE, LARGEST_FRAMES, False),
        "as a node": lambda: node.process(block, out),
        "in a graph": lambda: renderer.process(block, out),
    }
    print(table(take_turns(contenders, rounds, repeats), reference="bare plug-in"), end="\n\n")


def chain_live(frames: int, times: int, rounds: int, repeats: int) -> None:
    print(f"{5 * times} effects, {frames} frames stereo")
    block, out = noise(frames), np.empty((2, frames), dtype=np.float32)
    board = primed(bare_chain(times))
    renderer = GraphRenderer(hosted_chain(times), StreamFormat(RATE, STEREO, frames))
    contenders: dict[str, Callable[[], object]] = {
        "bare pedalboard": lambda: board(block, RATE, buffer_size=LARGEST_FRAMES, reset=False),
        "graph": lambda: renderer.process(block, out),
    }
    taken = take_turns(contenders, rounds, repeats)
    print(table(taken, reference="bare pedalboard"))
    added_us = (min(taken["graph"]) - min(taken["bare pedalboard"])) * 1e6
    print(f"added: {added_us:.2f} us\n")


def chain_offline(times: int, rounds: int, seconds: int) -> None:
    print(f"{5 * times} effects, offline, {seconds} s stereo")
    samples = noise(seconds * RATE)
    contenders: dict[str, Callable[[], object]] = {
        "bare pedalboard": lambda: bare_chain(times)(samples, RATE),
        "graph": lambda: render(hosted_chain(times), samples, RATE),
    }
    print(table(take_turns(contenders, rounds), reference="bare pedalboard"))


if __name__ == "__main__":
    main()
