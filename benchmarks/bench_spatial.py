"""What scenes cost: heard on headphones while the head turns, rendered, decoded; and how soon a turn is heard.

Shares are of the block's period, on one core.

    python benchmarks/bench_spatial.py [--quick] [--hrtf FILE.sofa]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from compare import arguments, table, take_turns

from audiopost import effects as fx
from audiopost.graph.algebra import Graph
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.node import StreamFormat
from audiopost.graph.renderer import GraphRenderer
from audiopost.graph.spec import NodeSpec
from audiopost.layouts import ambisonic_layout, layout_named
from audiopost.live.host import LiveHost
from audiopost.media.audio_writer import AudioWriter

RATE = 48_000
BLOCK = 128
TURNS = 200


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--hrtf", metavar="FILE.sofa", default="", help="a measured head, heard beside the sphere")
    options = arguments(__doc__ or "", parser)
    for order in (1, 3, 5):
        for head in dict.fromkeys(("", options.hrtf)):
            live_share(order, 1000 if options.quick else 20_000, head)
    for reflections in (0, 1):
        objects(64, reflections, seconds=2 if options.quick else 10)
    offline(options.rounds, seconds=10 if options.quick else 60)
    motion_to_sound(20 if options.quick else TURNS)
    for head in dict.fromkeys(("", options.hrtf)):
        live_xruns(10.0 if options.quick else 120.0, head)


def ears(head: str = "") -> Graph:
    return fx.ambisonic_rotate(follow_head=True) >> fx.binaural(hrtf=head)


def noise(channels: int, frames: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(-0.1, 0.1, (channels, frames)).astype(np.float32)


def live_share(order: int, blocks: int, head: str) -> None:
    """A head that turns in every block, against the block's period."""
    layout = ambisonic_layout(order)
    renderer = GraphRenderer(ears(head), StreamFormat(RATE, layout, BLOCK))
    block, out = noise(layout.channels, BLOCK), np.empty((2, BLOCK), np.float32)
    taken = []
    for number in range(blocks):
        begun = time.perf_counter()
        renderer.set_parameter("ambisonic_rotate.yaw_deg", 90.0 * np.sin(number / 50.0))
        renderer.process(block, out)
        taken.append(time.perf_counter() - begun)
    share = np.array(taken[100:]) / (BLOCK / RATE) * 100.0
    p50, high = np.percentile(share, [50, 99.9])
    what = f"order {order}, {Path(head).name or 'sphere'}, {BLOCK} frames, turning in every block"
    print(f"{what}: p50 {p50:.1f} %, p99.9 {high:.1f} % of the period")


def objects(count: int, reflections: int, seconds: int) -> None:
    """So many objects that fly, each by itself, on 7.1.4: their share of one core in real time."""
    node = CATALOGUE.make(
        "object_panner",
        NodeSpec.of("object_panner", None, {"to": "7.1.4", "travel": True, "reflections": reflections}),
    )
    node.prepare(StreamFormat(RATE, layout_named("mono"), BLOCK))
    block, out = noise(1, BLOCK), np.empty((12, BLOCK), np.float32)
    taken_s = 0.0
    for number in range(seconds * RATE // BLOCK):
        node.set_parameter("left_m", 20.0 * np.sin(number / 100.0))
        begun = time.perf_counter()
        node.process(block, out)
        taken_s += time.perf_counter() - begun
    share = 100.0 * taken_s / seconds
    walls = f", {reflections} wall each" if reflections else ""
    print(f"an object that flies{walls}: {share:.2f} % of a core in real time; {count} of them {count * share:.0f} %")


def offline(rounds: int, seconds: int) -> None:
    scene = noise(16, seconds * RATE)
    contenders: dict[str, Callable[[], object]] = {
        "binaural": lambda: ears().render(scene, RATE, layout="ambisonics-3"),
        "7.1.4": lambda: fx.ambisonic_decode(to="7.1.4").render(scene, RATE, layout="ambisonics-3"),
    }
    taken = take_turns(contenders, max(2, rounds // 2))
    print(f"Third order, {seconds} s, rendered")
    print(table(taken, reference="binaural"))
    for name, times in taken.items():
        print(f"  {name}: {seconds / float(np.median(times)):.0f} x real time")


def motion_to_sound(turns: int) -> None:
    """From the call that turns the head to the frame from which it is heard, on the null device's clock."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scene.wav"
        with AudioWriter(path, RATE, ambisonic_layout(3), bits="32f") as writer:
            writer.write(noise(16, 4 * RATE))
        waits_ms = []
        with LiveHost(ears(), path, "null", layout="ambisonics-3", block_frames=BLOCK, loop=True) as host:
            host.wait(0.5)
            for number in range(turns):
                before = host.statistics()["frames"]
                frame = host.set_parameter("ambisonic_rotate.yaw_deg", 90.0 * np.sin(number))
                assert frame is not None
                waits_ms.append(1000.0 * (frame - before) / RATE)
                host.wait(0.013)
            latency_ms = host.statistics()["latency_ms"]["total"]
    (yaw,) = [each for each in CATALOGUE.entry("ambisonic_rotate").parameters if each.name == "yaw_deg"]
    glide_ms = yaw.smoothing_ms
    p50, worst = np.percentile(waits_ms, [50, 100])
    print(
        f"motion to sound: begins after {p50:.1f} ms (worst of {turns}: {worst:.1f}), arrives {glide_ms:g} ms later; "
        f"latency of chain and blocks {latency_ms:.1f} ms: {worst + glide_ms + latency_ms:.1f} ms in all"
    )


def live_xruns(seconds: float, head: str) -> None:
    """A scene of the third order on the null device, heard by a head that turns thirty times a second."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scene.wav"
        with AudioWriter(path, RATE, ambisonic_layout(3), bits="32f") as writer:
            writer.write(noise(16, 4 * RATE))
        with LiveHost(ears(head), path, "null", layout="ambisonics-3", block_frames=BLOCK, loop=True) as host:
            host.wait(1.0)
            before, ends = host.statistics(), time.monotonic() + seconds
            while time.monotonic() < ends:
                host.set_parameter("ambisonic_rotate.yaw_deg", 90.0 * np.sin(time.monotonic()), wait=False)
                host.wait(1.0 / 30.0)
            after = host.statistics()
    blocks, xruns, missed = (after[name] - before[name] for name in ("blocks", "xruns", "deadline_misses"))
    whose = Path(head).name or "sphere"
    print(f"live, {whose}, {BLOCK} frames, {seconds:g} s: {blocks} blocks, {xruns} xruns, {missed} blocks missed")


if __name__ == "__main__":
    main()
