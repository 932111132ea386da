"""A drawing run over a whole array: the latency trimmed, the tail kept if wanted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from audiopost.blocks import AudioBlock, BlockMemory, as_block
from audiopost.errors import LayoutError, UsageError
from audiopost.graph.catalogue import CATALOGUE, Catalogue
from audiopost.graph.node import INFINITE_TAIL, StreamFormat
from audiopost.graph.renderer import GraphRenderer
from audiopost.graph.spec import GraphSpec
from audiopost.layouts import Layout, default_layout, layout_named
from audiopost.units import seconds_to_frames

__all__ = ["LONGEST_TAIL_S", "ParameterEvent", "render", "tail_frames_to_render"]

LONGEST_TAIL_S = 30.0
"""An endless or longer tail is rendered for this long."""


class ParameterEvent(NamedTuple):
    """A parameter move at an absolute frame of the stream, as a live session logs it."""

    frame: int
    parameter: str
    value: float


def render(
    spec: GraphSpec,
    samples: ArrayLike,
    sample_rate: int,
    layout: Layout | str | None = None,
    *,
    tail: bool = False,
    block_frames: int = 4096,
    events: Iterable[ParameterEvent] = (),
    catalogue: Catalogue = CATALOGUE,
) -> AudioBlock:
    """Run a drawing over samples, at once and from a fresh start.

    Parameters
    ----------
    samples : array, (channels, frames) or (frames,)
        Full scale 1.0.
    sample_rate : int
        In Hz.
    layout
        A layout or its name; without it, what the number of channels most likely means.
    tail : bool
        True: the output goes on after the input until the declared tail is over (30 s at most);
        False: the output is as long as the input.
    block_frames : int
        Size of the blocks; it has no influence on the samples.
    events
        Parameter moves with rising frames, replayed at exactly those frames of the input stream.

    Returns
    -------
    array, (channels of the output layout, frames [+ tail])
        Aligned with the input: the graph's latency is cut from its beginning.

    Raises
    ------
    UsageError
        If the samples are no audio, the drawing is wrong or the layout does not fit.
    """
    block = as_block(samples)
    chosen = layout_named(layout) if isinstance(layout, str) else layout or default_layout(block.shape[0])
    if chosen.channels != block.shape[0]:
        raise LayoutError(f"{block.shape[0]} channels are not {chosen.name}", mend="name the layout that they have")
    if sample_rate <= 0 or block_frames <= 0:
        raise UsageError(f"sample_rate {sample_rate} and block_frames {block_frames} must be above 0")
    renderer = GraphRenderer(spec, StreamFormat(sample_rate, chosen, block_frames), catalogue)
    length = block.shape[1] + (tail_frames_to_render(renderer) if tail else 0)
    total = length + renderer.latency_frames
    result = np.empty((renderer.output_layout.channels, total), dtype=np.float32)
    source = BlockMemory(block.shape[0], block_frames)
    sink = BlockMemory(result.shape[0], block_frames)
    moves = sorted(events, key=lambda event: event.frame)
    position = 0
    while position < total:
        while moves and moves[0].frame <= position:
            renderer.set_parameter(moves[0].parameter, moves[0].value)
            moves.pop(0)
        frames = min(block_frames, total - position)
        if moves:
            frames = min(frames, moves[0].frame - position)
        piece, out = source.block(frames), sink.block(frames)
        given = block[:, position : position + frames]
        piece[:, : given.shape[1]] = given
        piece[:, given.shape[1] :] = 0.0
        renderer.process(piece, out)
        result[:, position : position + frames] = out
        position += frames
    return np.ascontiguousarray(result[:, renderer.latency_frames :])


def tail_frames_to_render(renderer: GraphRenderer) -> int:
    """Frames to render after the input has ended: the declared tail, at most `LONGEST_TAIL_S`."""
    longest = seconds_to_frames(LONGEST_TAIL_S, renderer.stream.sample_rate)
    return longest if renderer.tail_frames == INFINITE_TAIL else min(renderer.tail_frames, longest)
