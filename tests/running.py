"""Runs a single node without a graph: made from the catalogue, prepared, fed in blocks of any lengths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

import audiopost.effects  # noqa: F401 - fills the catalogue
from audiopost.blocks import AudioBlock
from audiopost.errors import LayoutError
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import SettingValue
from audiopost.graph.spec import NodeSpec
from audiopost.layouts import LAYOUTS, Layout, default_layout, layout_named

SAMPLE_RATE = 48_000
LARGEST_BLOCK = 4096


def held_by(law: str) -> list[str]:
    """Every effect of the catalogue that does not state an exception from the law."""
    return [name for name in CATALOGUE.names() if law not in CATALOGUE.entry(name).exceptions]


def prepared(
    effect: str,
    layout: str | Layout = "stereo",
    *,
    parameters: Mapping[str, float] | None = None,
    settings: Mapping[str, SettingValue] | None = None,
    sample_rate: int = SAMPLE_RATE,
    maximum_frames: int = LARGEST_BLOCK,
    side_layouts: tuple[Layout, ...] | None = None,
) -> Node:
    """A node of the catalogue, ready to play."""
    chosen = layout_named(layout) if isinstance(layout, str) else layout
    node = CATALOGUE.make(effect, NodeSpec.of(effect, parameters, settings))
    sides = side_layouts if side_layouts is not None else tuple(chosen for _ in node.side_inputs)
    node.output_layout(chosen)
    node.prepare(StreamFormat(sample_rate, chosen, maximum_frames, sides))
    return node


def taken_layout(effect: str, settings: Mapping[str, SettingValue] | None = None) -> Layout:
    """Stereo; mono, or a scene of the first order, for an effect that does not take stereo."""
    node = CATALOGUE.make(effect, NodeSpec.of(effect, settings=settings))
    return taken_of(node, [layout_named(name) for name in ("stereo", "mono", "ambisonics-1")])


def taken_of(node: Node, layouts: Iterable[Layout]) -> Layout:
    """The first of the layouts that the node takes."""
    for layout in layouts:
        try:
            node.output_layout(layout)
        except LayoutError:
            continue
        return layout
    raise AssertionError(f"{node.name} takes none of them")


def layouts_of(channels: int) -> list[Layout]:
    """Every layout of so many channels, the likeliest first."""
    return [default_layout(channels), *(each for each in LAYOUTS.values() if each.channels == channels)]


def fresh(effect: str, settings: Mapping[str, SettingValue], **parameters: float) -> Node:
    """A node in the layout that the effect takes."""
    return prepared(effect, taken_layout(effect, settings), settings=settings, parameters=parameters)


def channels_of(effect: str, settings: Mapping[str, SettingValue]) -> int:
    """Channels of the layout that the effect takes."""
    return taken_layout(effect, settings).channels


def run(
    node: Node,
    samples: AudioBlock,
    lengths: Iterable[int] = (),
    *,
    side: Sequence[AudioBlock] = (),
    turns: Mapping[int, Mapping[str, float]] | None = None,
    maximum_frames: int = LARGEST_BLOCK,
) -> AudioBlock:
    """The node's output for all of `samples`.

    `lengths` are the lengths of the first blocks; what then remains goes in the largest blocks. `turns`: frame ->
    parameters to set there (a block ends there). Unconnected side inputs are fed the main input.
    """
    channels = node.output_layout(taken_of(node, layouts_of(samples.shape[0]))).channels
    total = samples.shape[1]
    out = np.empty((channels, total), dtype=np.float32)
    sides = list(side) or [samples for _ in node.side_inputs]
    stops = sorted({*(turns or {}), total})
    wanted = iter(lengths)
    position = 0
    while position < total:
        for name, value in (turns or {}).get(position, {}).items():
            node.set_parameter(name, value)
        stop = next(stop for stop in stops if stop > position)
        frames = min(next(wanted, maximum_frames), stop - position)
        cut = slice(position, position + frames)
        given = [np.ascontiguousarray(each[:, cut]) for each in (samples, *sides)]
        piece = np.full((channels, frames), np.nan, dtype=np.float32)
        node.process(given[0], piece, *given[1:])
        out[:, cut] = piece
        position += frames
    return out


def magnitude_db(node: Node, frequencies_hz: Iterable[float], sample_rate: int = SAMPLE_RATE) -> list[float]:
    """Gain in dB of a linear mono node at each frequency: the exact transform of one second of its impulse response."""
    impulse = np.zeros((1, sample_rate), dtype=np.float32)
    impulse[0, 0] = 1.0
    response = run(node, impulse)[0].astype(np.float64)
    time_s = np.arange(response.size) / sample_rate
    return [
        float(20.0 * np.log10(abs(np.sum(response * np.exp(-2j * np.pi * hz * time_s))) + 1e-30))
        for hz in frequencies_hz
    ]


def sine(frequency_hz: float, seconds: float, *, peak_linear: float = 0.5, channels: int = 1) -> AudioBlock:
    """A sine that begins at phase 0, at 48 kHz."""
    time_s = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.tile((peak_linear * np.sin(2.0 * np.pi * frequency_hz * time_s)).astype(np.float32), (channels, 1))
