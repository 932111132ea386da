"""What a block costs in each own effect, as a ratio to copying a stereo block with numpy.

Two lengths: 64 frames, where calling costs as much as computing, and 512. Stereo where an effect takes it, else mono or
a scene of the third order; 48 kHz, noise at -6 dBFS, so that the dynamics work. The last column is the share of the
time that the block lasts.

    python benchmarks/bench_node.py [--quick] [--rounds N]
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from compare import arguments, take_turns

import audiopost.effects  # noqa: F401 - fills the catalogue
from audiopost.errors import LayoutError
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import SettingValue
from audiopost.graph.spec import NodeSpec
from audiopost.layouts import layout_named
from audiopost.media.audio_writer import AudioWriter

RATE = 48_000
LENGTHS = (64, 512)
LAYOUTS = ("stereo", "mono", "ambisonics-3")
RESPONSE_S = 1.0
"""Length of the impulse response for `convolution`."""


def main() -> None:
    options = arguments(__doc__ or "")
    with tempfile.TemporaryDirectory() as folder:
        response = write_response(Path(folder) / "response.wav")
        for frames in LENGTHS:
            measure(frames, response, options.rounds, repeats=200 if options.quick else 1000)


def measure(frames: int, response: Path, rounds: int, repeats: int) -> None:
    block, copied = noise(2, frames), np.empty((2, frames), np.float32)
    contenders: dict[str, Callable[[], object]] = {"numpy copy": lambda: np.copyto(copied, block)}
    for name in CATALOGUE.names():
        if name != "plugin" and "." not in name:
            contenders[name] = prepared(name, frames, response)
    times = {name: statistics.median(each) for name, each in take_turns(contenders, rounds, repeats).items()}
    copy_s, period_s = times["numpy copy"], frames / RATE
    print(f"\n{frames} frames{'us':>22}{'copies':>10}{'share':>9}")
    for name, seconds in sorted(times.items(), key=lambda item: item[1]):
        print(f"  {name:20}{seconds * 1e6:10.2f}{seconds / copy_s:10.1f}{seconds / period_s:9.2%}")


def prepared(name: str, frames: int, response: Path) -> Callable[[], object]:
    """One block of an effect, on the first of `LAYOUTS` that it takes."""
    entry = CATALOGUE.entry(name)
    needed: dict[str, SettingValue] = {each.name: str(response) for each in entry.settings if each.default is None}
    node = CATALOGUE.make(name, NodeSpec.of(name, settings=needed))
    for layout in map(layout_named, LAYOUTS):
        try:
            channels = node.output_layout(layout).channels
        except LayoutError:
            continue
        node.prepare(StreamFormat(RATE, layout, frames, tuple(layout for _ in entry.side_inputs)))
        block, out = noise(layout.channels, frames), np.empty((channels, frames), np.float32)
        return lambda: node.process(block, out, *(block for _ in entry.side_inputs))
    raise LayoutError(f"{name} takes none of {LAYOUTS}")


def noise(channels: int, frames: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(-0.5, 0.5, (channels, frames)).astype(np.float32)


def write_response(path: Path) -> Path:
    frames = round(RESPONSE_S * RATE)
    decay = np.exp(-np.arange(frames) / (0.15 * frames))
    block = (np.random.default_rng(2).uniform(-0.5, 0.5, (1, frames)) * decay).astype(np.float32)
    with AudioWriter(path, RATE, layout_named("mono"), bits="32f") as writer:
        writer.write(block)
    return path


if __name__ == "__main__":
    main()
