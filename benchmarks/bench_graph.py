"""What the engine adds to the cost of the effects, how cost grows, and whether a film mix fits into the time it has.

Every figure is a ratio taken in one run, or a share of the block's period.

    python benchmarks/bench_graph.py [--quick]
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
import pedalboard
from compare import arguments, table, take_turns
from film_mix_peers import built_in_mix, peers

from audiopost import Graph, kernel
from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.graph.node import StreamFormat
from audiopost.graph.renderer import GraphRenderer
from audiopost.layouts import layout_named

RATE = 48_000
STEREO = layout_named("stereo")


def main() -> None:
    options = arguments(__doc__ or "")
    added_cost(options.rounds, repeats=500 if options.quick else 3000)
    growth(options.rounds)
    film_mix_live(seconds=5 if options.quick else 60)
    film_mix_offline(options.rounds, seconds=5 if options.quick else 20)
    film_mix_elsewhere(options.rounds, seconds=5 if options.quick else 20)
    sample_kernel(options.rounds, repeats=200 if options.quick else 1000)


def noise(frames: int, seed: int = 0) -> AudioBlock:
    return np.random.default_rng(seed).uniform(-0.2, 0.2, (2, frames)).astype(np.float32)


def series(effect: Graph, count: int) -> Graph:
    graph = effect
    for _ in range(count - 1):
        graph = graph >> effect
    return graph


def added_cost(rounds: int, repeats: int) -> None:
    """A chain of gains through the engine, against calling each gain itself on the same memory."""
    print("Added cost of the engine: a chain of gains, 64 frames stereo")
    block, out = noise(64), np.empty((2, 64), dtype=np.float32)
    for count in (1, 5, 20):
        renderer = GraphRenderer(series(fx.gain(), count), StreamFormat(RATE, STEREO, 64))
        nodes = list(renderer.nodes.values())
        memory = [block, *(np.empty_like(block) for _ in nodes)]

        def by_hand(nodes: list = nodes, memory: list = memory) -> None:
            for node, before, after in zip(nodes, memory, memory[1:], strict=False):
                node.process(before, after)

        contenders: dict[str, Callable[[], object]] = {
            "by hand": by_hand,
            "engine": lambda renderer=renderer: renderer.process(block, out),
        }
        times = take_turns(contenders, rounds, repeats)
        best = {name: min(seconds) for name, seconds in times.items()}
        print(f"  {count:3} nodes: {(best['engine'] - best['by hand']) / count * 1e6:6.2f} us a node added")


def growth(rounds: int) -> None:
    """Building and running graphs of 10, 100 and 1000 nodes."""
    print("Growth with the number of nodes (series of gains; a node's share of building, and of a block of 64)")
    block, out = noise(64), np.empty((2, 64), dtype=np.float32)
    for count in (10, 100, 1000):
        graph = series(fx.gain(), count)
        start = time.perf_counter()
        renderer = GraphRenderer(graph, StreamFormat(RATE, STEREO, 64))
        built = time.perf_counter() - start
        times = take_turns({"run": lambda renderer=renderer: renderer.process(block, out)}, rounds, 20)
        running = min(times["run"])
        print(
            f"  {count:5} nodes: built in {built * 1e3:7.1f} ms ({built / count * 1e6:5.1f} us a node), "
            f"a block in {running * 1e6:8.1f} us ({running / count * 1e6:5.2f} us a node), {renderer.buffers} buffers"
        )


def film_mix() -> Graph:
    """24 stems in three groups; a reverb that all send to; music ducked by dialogue; a true-peak limiter.

    ::

        stem ─▶ high-pass ─▶ equaliser ─▶ compressor ─┬▶ group ─▶ bus compressor ─▶ meter ─▶ mix ─▶ limiter
                                                      └▶ reverb ─▶ mix
    """
    graph = Graph(name="film mix").bus("dialogue", "music", "effects", "send", "mix")
    for index in range(24):
        group = ("dialogue", "music", "effects")[index % 3]
        name = f"stem{index}"
        strip = (
            fx.highpass(frequency_hz=60 + index)
            >> fx.equalizer(mid1_gain_db=2.0, high_gain_db=-1.0)
            >> fx.compressor(threshold_db=-24, ratio=2)
        )
        graph = graph.add(name, strip).connect("input", name)
        graph = graph.connect(name, group).connect(name, "send", gain_db=-18.0)
    for group in ("dialogue", "music", "effects"):
        graph = graph.add(f"{group}-glue", fx.compressor(threshold_db=-18, ratio=1.5)).add(f"{group}-meter", fx.meter())
        graph = graph.connect(group, f"{group}-glue").connect(f"{group}-glue", f"{group}-meter")
    graph = graph.add("duck", fx.compressor(threshold_db=-30, ratio=3)).connect("music-meter", "duck")
    graph = graph.connect("dialogue-meter", "duck", input="sidechain")
    for source in ("dialogue-meter", "duck", "effects-meter"):
        graph = graph.connect(source, "mix")
    graph = graph.add("room", fx.reverb(mix_percent=100)).connect("send", "room").connect("room", "mix")
    return graph.add("limiter", fx.limiter()).connect("mix", "limiter").connect("limiter", "output")


def film_mix_live(seconds: int) -> None:
    """Block by block at 256 frames: how much of the period a block takes."""
    frames = 256
    renderer = GraphRenderer(film_mix(), StreamFormat(RATE, STEREO, frames))
    source, out = noise(RATE), np.empty((2, frames), dtype=np.float32)
    blocks = [np.ascontiguousarray(source[:, start : start + frames]) for start in range(0, RATE - frames, frames)]
    taken = []
    for index in range(seconds * RATE // frames):
        start = time.perf_counter()
        renderer.process(blocks[index % len(blocks)], out)
        taken.append(time.perf_counter() - start)
    share = np.array(taken[100:]) / (frames / RATE) * 100.0
    print(f"Film mix, {len(renderer.nodes)} nodes, {renderer.buffers} buffers, {frames} frames, one core, {seconds} s:")
    figures = ", ".join(
        f"{name} {np.percentile(share, q):.1f} %" for name, q in (("p50", 50), ("p99", 99), ("p99.9", 99.9))
    )
    print(f"  share of the period: {figures}")


def film_mix_offline(rounds: int, seconds: int) -> None:
    """The same mix rendered whole, on one thread and on two."""
    print(f"Film mix offline, {seconds} s of sound")
    samples, graph = noise(seconds * RATE), film_mix()
    contenders: dict[str, Callable[[], object]] = {
        "one thread": lambda: graph.render(samples, RATE, threads=1),
        "two threads": lambda: graph.render(samples, RATE, threads=2),
    }
    print(table(take_turns(contenders, max(2, rounds // 2)), reference="one thread"))


def film_mix_elsewhere(rounds: int, seconds: int) -> None:
    """The mix in other hosts, which do less of it: what is missing stands in `film_mix_peers`."""
    print(f"Film mix in other hosts, {seconds} s of sound, offline")
    samples, graph, plain = noise(seconds * RATE), film_mix(), built_in_mix()
    contenders: dict[str, Callable[[], object]] = {
        "audiopost, one thread": lambda: graph.render(samples, RATE, threads=1),
        "audiopost, two threads": lambda: graph.render(samples, RATE, threads=2),
        "audiopost, no more than dawdreamer, one thread": lambda: plain.render(samples, RATE, threads=1),
        "audiopost, no more than dawdreamer, two threads": lambda: plain.render(samples, RATE, threads=2),
        **peers(samples, RATE),
    }
    print(table(take_turns(contenders, max(2, rounds // 2)), reference="audiopost, one thread"))


@kernel(state=3)
def swept_filter(
    x: float, state: np.ndarray, cutoff_hz: float = 1000.0, sweep_percent: float = 50.0, sample_rate: float = 48_000.0
) -> float:
    """A state-variable low-pass whose cut-off swings twice a second: coefficients anew for every sample.

    Source: the trapezoidal state-variable filter; the two integrators are ``state[0]`` and ``state[1]``.
    """
    state[2] += 2.0 * math.pi * 2.0 / sample_rate
    swing = 1.0 + sweep_percent / 100.0 * math.sin(state[2])
    slope = math.tan(math.pi * min(cutoff_hz * swing, 0.45 * sample_rate) / sample_rate)
    first = 1.0 / (1.0 + slope * (slope + 1.0))
    third = x - state[1]
    band = first * state[0] + slope * first * third
    low = state[1] + slope * first * state[0] + slope * slope * first * third
    state[0] = 2.0 * band - state[0]
    state[1] = 2.0 * low - state[1]
    return low


def sample_kernel(rounds: int, repeats: int) -> None:
    """A filter written in Python, one sample at a time and modulated, against pedalboard's native ladder filter."""
    for frames in (64, 512, 4096):
        print(f"Python kernel: modulated state-variable filter, {frames} frames stereo")
        block, out = noise(frames), np.empty((2, frames), dtype=np.float32)
        stream = StreamFormat(RATE, STEREO, frames)
        ladder = pedalboard.LadderFilter(pedalboard.LadderFilter.Mode.LPF24, cutoff_hz=1000.0)
        ours = GraphRenderer(swept_filter(), stream)
        hosted = GraphRenderer(fx.pedalboard.LadderFilter(cutoff_hz=1000.0), stream)
        contenders: dict[str, Callable[[], object]] = {
            "bare LadderFilter": lambda ladder=ladder, block=block: ladder.process(block, RATE, 8192, False),
            "LadderFilter in a graph": lambda hosted=hosted, block=block, out=out: hosted.process(block, out),
            "@kernel in a graph": lambda ours=ours, block=block, out=out: ours.process(block, out),
        }
        times = take_turns(contenders, rounds, max(20, repeats * 64 // frames))
        print(table(times, reference="bare LadderFilter"))


if __name__ == "__main__":
    main()
