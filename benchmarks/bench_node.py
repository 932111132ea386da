"""What a block costs in each own effect, as a ratio to copying the block with numpy.

Two lengths: 64 frames, where calling costs as much as computing, and 512. Stereo, 48 kHz, noise at -6 dBFS, so that the
dynamics work. The last column is the share of the time that the block lasts.

    python benchmarks/bench_node.py [--quick] [--rounds N]
"""

from __future__ import annotations

import statistics
import tempfile
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
RESPONSE_S = 1.0
"""Length of the impulse response for `convolution`."""


def main() -> None:
    options = arguments(__doc__ or "")
    with tempfile.TemporaryDirectory() as folder:
        response = write_response(Path(folder) / "response.wav")
        for frames in LENGTHS:
            measure(frames, response, options.rounds, repeats=200 if options.quick else 1000)


def measure(frames: int, response: Path, rounds: int, repeats: int) -> None:
    block = np.random.default_rng(1).uniform(-0.5, 0.5, (2, frames)).astype(np.float32)
    out = np.empty_like(block)
    contenders = {"numpy copy": lambda: np.copyto(out, block)}
    for name in CATALOGUE.names():
        process = prepared(name, frames, response)
        if process is not None:
            contenders[name] = lambda process=process: process(block, out, block)
    times = {name: statistics.median(each) for name, each in take_turns(contenders, rounds, repeats).items()}
    copy_s, period_s = times["numpy copy"], frames / RATE
    print(f"\n{frames} frames stereo{'us':>14}{'copies':>10}{'share':>9}")
    for name, seconds in sorted(times.items(), key=lambda item: item[1]):
        print(f"  {name:20}{seconds * 1e6:10.2f}{seconds / copy_s:10.1f}{seconds / period_s:9.2%}")


def prepared(name: str, frames: int, response: Path):
    """The `process` of an own effect that turns stereo into stereo; None for the others."""
    entry = CATALOGUE.entry(name)
    stereo = layout_named("stereo")
    if name == "plugin" or "." in name:
        return None
    settings: dict[str, SettingValue] = {
        setting.name: str(response) for setting in entry.settings if setting.kind == "path"
    }
    node = CATALOGUE.make(name, NodeSpec.of(name, settings=settings))
    try:
        fits = node.output_layout(stereo).channels == stereo.channels
    except LayoutError:
        fits = False
    if not fits:
        return None
    node.prepare(StreamFormat(RATE, stereo, frames, tuple(stereo for _ in entry.side_inputs)))
    return node.process


def write_response(path: Path) -> Path:
    frames = round(RESPONSE_S * RATE)
    decay = np.exp(-np.arange(frames) / (0.15 * frames))
    block = (np.random.default_rng(2).uniform(-0.5, 0.5, (1, frames)) * decay).astype(np.float32)
    with AudioWriter(path, RATE, layout_named("mono"), bits="32f") as writer:
        writer.write(block)
    return path


if __name__ == "__main__":
    main()
