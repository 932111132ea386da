"""A drawing run over a whole array: the latency trimmed, the tail kept if wanted."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from audiopost.blocks import AudioBlock, as_block
from audiopost.dsp.processors import available_processors
from audiopost.errors import LayoutError, UsageError
from audiopost.graph.catalogue import CATALOGUE, Catalogue
from audiopost.graph.chance import with_seed
from audiopost.graph.node import INFINITE_TAIL, StreamFormat
from audiopost.graph.renderer import BLOCKS_AHEAD, GraphRenderer
from audiopost.graph.spec import MAIN, GraphSpec
from audiopost.layouts import Layout, default_layout, layout_named
from audiopost.units import seconds_to_frames

__all__ = [
    "LONGEST_TAIL_S",
    "Event",
    "NoteEvent",
    "ParameterEvent",
    "render",
    "render_outputs",
    "tail_frames_to_render",
    "useful_block_frames",
    "useful_threads",
]

BLOCK_FRAMES, THREADED_BLOCK_FRAMES = 16_384, 32_768
MEMORY_BYTES = 3 << 26
"""What the blocks of a graph on threads may take: the system gives memory page by page, and takes its time."""

LONGEST_TAIL_S = 30.0
"""An endless or longer tail is rendered for this long."""


class NoteEvent(NamedTuple):
    """A MIDI message of a channel at an absolute frame of the stream, as a live session logs it."""

    frame: int
    message: bytes


class ParameterEvent(NamedTuple):
    """A parameter move at an absolute frame of the stream, as a live session logs it."""

    frame: int
    parameter: str
    value: float


Event = ParameterEvent | NoteEvent


def render(
    spec: GraphSpec,
    samples: ArrayLike,
    sample_rate: int,
    layout: Layout | str | None = None,
    *,
    inputs: Mapping[str, ArrayLike] | None = None,
    tail: bool = False,
    block_frames: int | None = None,
    events: Iterable[Event] = (),
    threads: int | None = None,
    seed: int | None = None,
    progress: Callable[[float], None] | None = None,
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
    inputs : mapping of arrays
        Samples of the named inputs (``input.music``), as long as `samples` or shorter.
    tail : bool
        True: the output goes on after the input until the declared tail is over (30 s at most);
        False: the output is as long as the input.
    block_frames : int
        Size of the blocks; it has no influence on the samples. Without it, one that suits the number of threads.
    events
        Parameter moves and notes, replayed at exactly their frames of the input stream.
    threads : int
        Independent branches run on so many; by default on as many as there are cores. No influence on the samples.
    seed : int
        Mixed into everything that the drawing leaves to chance (noise, random oscillators): another seed, another
        sound; the same one, the same samples. Without it the seeds are those of the drawing.
    progress
        Called with the share done, from 0 to 1, every few blocks. What it raises ends the render and is passed on:
        that is how one is cancelled.

    Returns
    -------
    array, (channels of the output layout, frames [+ tail])
        Aligned with the input: the graph's latency is cut from its beginning.

    Raises
    ------
    UsageError
        If the samples are no audio, the drawing is wrong or the layout does not fit.
    """
    outputs = render_outputs(
        spec, samples, sample_rate, layout,
        inputs=inputs, tail=tail, block_frames=block_frames, events=events, threads=threads, seed=seed,
        progress=progress, catalogue=catalogue,
    )  # fmt: skip
    return outputs[MAIN]


def render_outputs(
    spec: GraphSpec,
    samples: ArrayLike,
    sample_rate: int,
    layout: Layout | str | None = None,
    *,
    inputs: Mapping[str, ArrayLike] | None = None,
    tail: bool = False,
    block_frames: int | None = None,
    events: Iterable[Event] = (),
    threads: int | None = None,
    seed: int | None = None,
    progress: Callable[[float], None] | None = None,
    catalogue: Catalogue = CATALOGUE,
) -> dict[str, AudioBlock]:
    """Every output of a drawing in one pass: ``main`` and the named ones. Parameters and errors as of `render`."""
    if sample_rate <= 0 or (block_frames is not None and block_frames <= 0):
        raise UsageError(f"sample_rate {sample_rate} and block_frames {block_frames} must be above 0")
    spec = with_seed(spec, seed, catalogue)
    threads = threads or useful_threads(spec)
    block, chosen = _with_layout(samples, layout)
    named = {name: _with_layout(each, None) for name, each in (inputs or {}).items()}
    for name, (each, _) in named.items():
        if each.shape[1] > block.shape[1]:
            raise UsageError(f"input {name} is longer than the main input", mend="lengthen the main input with silence")
    stream = StreamFormat(sample_rate, chosen, block_frames or useful_block_frames(spec, chosen, threads))
    input_layouts = {name: each_layout for name, (_, each_layout) in named.items()}
    renderer = GraphRenderer(spec, stream, catalogue, inputs=input_layouts, threads=threads)
    length = block.shape[1] + (tail_frames_to_render(renderer) if tail else 0)
    total = length + renderer.latency_frames
    sources = {"": block, **{name: each for name, (each, _) in named.items()}}
    layouts = {MAIN: renderer.output_layout, **renderer.output_layouts}
    results = {name: np.empty((each.channels, total), dtype=np.float32) for name, each in layouts.items()}
    with closing(renderer):
        for start, frames in _pieces(renderer, total, renderer.useful_frames, events):
            _render_piece(renderer, sources, results, start, frames)
            if progress is not None:
                progress((start + frames) / total)
    latency = renderer.latency_frames
    return {name: np.ascontiguousarray(result[:, latency:]) for name, result in results.items()}


def useful_threads(spec: GraphSpec) -> int:
    """Threads that may help: the cores that this process may use, but one where the graph has no branches."""
    branching = len({edge.source for edge in spec.edges}) < len(spec.edges)
    return available_processors() if branching else 1


def useful_block_frames(spec: GraphSpec, layout: Layout, threads: int) -> int:
    """Frames of a block: few for one thread, whose blocks then stay in the cache; many for several.

    Why many: between two native calls a thread needs Python's lock; threads that ask for it every 10 us wait for each
    other more than they work.
    """
    if threads == 1:
        return BLOCK_FRAMES
    values = len(spec.nodes) + len(spec.edges)
    affordable = MEMORY_BYTES // (values * layout.channels * BLOCKS_AHEAD * 4)
    return max(BLOCK_FRAMES, min(THREADED_BLOCK_FRAMES, affordable // BLOCK_FRAMES * BLOCK_FRAMES))


def _with_layout(samples: ArrayLike, layout: Layout | str | None) -> tuple[AudioBlock, Layout]:
    block = as_block(samples)
    chosen = layout_named(layout) if isinstance(layout, str) else layout or default_layout(block.shape[0])
    if chosen.channels != block.shape[0]:
        raise LayoutError(f"{block.shape[0]} channels are not {chosen.name}", mend="name the layout that they have")
    return block, chosen


def _pieces(
    renderer: GraphRenderer, total: int, block_frames: int, events: Iterable[Event]
) -> Iterator[tuple[int, int]]:
    """``(start, frames)`` of every piece, cut at the events; each event takes effect before the piece it begins."""
    moves = deque(sorted(events, key=lambda event: event.frame))  # of one frame: in the order in which they were made
    position = 0
    while position < total:
        while moves and moves[0].frame <= position:
            move = moves.popleft()
            if isinstance(move, NoteEvent):
                renderer.play_midi(move.message)
            else:
                renderer.set_parameter(move.parameter, move.value)
        end = min(position + block_frames, total, *((moves[0].frame,) if moves else ()))
        yield position, end - position
        position = end


def _render_piece(
    renderer: GraphRenderer,
    sources: Mapping[str, AudioBlock],
    results: Mapping[str, AudioBlock],
    start: int,
    frames: int,
) -> None:
    end = start + frames
    given = {name: _padded(each[:, start:end], frames) for name, each in sources.items()}
    views = {name: result[:, start:end] for name, result in results.items()}
    main_in, main_out = given.pop(""), views.pop(MAIN)
    renderer.process(main_in, main_out, given, views)


def _padded(samples: AudioBlock, frames: int) -> AudioBlock:
    missing = frames - samples.shape[1]
    return samples if missing == 0 else np.pad(samples, ((0, 0), (0, missing)))


def tail_frames_to_render(renderer: GraphRenderer) -> int:
    """Frames to render after the input has ended: the declared tail, at most `LONGEST_TAIL_S`."""
    longest = seconds_to_frames(LONGEST_TAIL_S, renderer.stream.sample_rate)
    return longest if renderer.tail_frames == INFINITE_TAIL else min(renderer.tail_frames, longest)
