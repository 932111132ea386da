"""The machine: runs a drawing on blocks of audio, live and offline alike.

Building does everything that takes time: names are looked up, layouts follow the wires, nodes are prepared,
latencies aligned, buffers shared out. What remains for the audio thread is a flat list of calls, bound once
for each block length that occurs.

::

    block ─▶ [finite?] ─▶ call, call, call ... ─▶ [finite?] ─▶ out
                            │
                            └─ node.process(in, out, *side) · copy · add · scale · delay

A block is split where automation moves and where sound is fed back, never otherwise, and always at the same
absolute frames: no sample depends on the size of the blocks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp.finite_scan import Watched, finite_scan
from audiopost.errors import EffectError
from audiopost.graph.assembly import Assembly, Call, assemble
from audiopost.graph.binding import NOT_STRAIGHT, Bound, Piece, Straight, as_tasks, tasks_of_row
from audiopost.graph.bypass import Bypass
from audiopost.graph.catalogue import CATALOGUE, Catalogue
from audiopost.graph.faults import effect_error
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.non_finite import NonFinite, NonFiniteGuard
from audiopost.graph.notes import NoteListener
from audiopost.graph.spec import INPUT, OUTPUT, GraphSpec
from audiopost.graph.threads import BranchThreads, TaskRow
from audiopost.graph.turning import Turning
from audiopost.graph.witness import inside, present, words_of
from audiopost.layouts import Layout

__all__ = ["BLOCKS_AHEAD", "GraphRenderer"]

BOUND_LENGTHS = 16
"""Blocks for which the list of calls is kept bound; live streams use one, offline renders two or three."""

BLOCKS_AHEAD = 2
"""With threads, blocks that may be under way at the same time, each in memory of its own: more would not stay in the
cache."""

ROW_BLOCKS = 8
"""With threads, blocks of one row: only at its end do the threads wait for each other."""


_NOTHING: Mapping[str, AudioBlock] = MappingProxyType({})


class GraphRenderer:
    """Runs `spec` on blocks of the format `stream`.

    Parameters
    ----------
    spec, stream
        The drawing, and the rate, layout and largest block of its input.
    catalogue
        Where effect names are looked up.
    inputs
        Layouts of the named inputs (``input.music``); one that is left out has the layout of the main input.
    isolate
        False: an effect that raises ends the render with an EffectError. True (live): it is cut out, its input
        passes on, the error is kept in `failures` and the rest plays.
    threads
        More than 1: independent branches run at the same time (offline; a graph with feedback stays on one). The
        samples are the same. Call `close` afterwards.

    Attributes
    ----------
    latency_frames, tail_frames, output_layout
        As of a node; sound arrives `latency_frames` late at every output.
    output_layouts : dict
        Name -> layout of the named outputs (``output.stems``).
    nodes : dict
        Name -> prepared node, in order of processing.
    streams : dict
        Name -> what the node was prepared for.
    buffers : int
        Blocks of memory that the graph works with.
    notes : tuple of str
        What a person should know: nodes that nothing hears, and what nodes say of themselves (a plug-in whose latency
        is doubtful).
    frame : int
        Absolute frame of the next block.
    failures : list of EffectError
        Errors of effects that were cut out.
    timed_ns : dict
        Name -> how long the node computed in the last block that was timed (`time_next`); fused nodes count to the
        last of their run.

    Raises
    ------
    UsageError
        (GraphError, CycleError, LayoutError, UnknownNameError, ParameterRangeError) if the drawing is wrong.
    PluginError, FileError
        If a node cannot be made.
    """

    def __init__(
        self,
        spec: GraphSpec,
        stream: StreamFormat,
        catalogue: Catalogue = CATALOGUE,
        *,
        inputs: Mapping[str, Layout] | None = None,
        isolate: bool = False,
        threads: int = 1,
    ) -> None:
        self.spec = spec
        self.stream = stream
        self.isolate = isolate
        self._assembly: Assembly = assemble(spec, stream, catalogue, inputs, reuse_buffers=threads == 1)
        self._witness = present()
        self._branches = BranchThreads(threads) if threads > 1 and self._assembly.steps else None
        self.nodes: dict[str, Node] = self._assembly.nodes
        self.streams: Mapping[str, StreamFormat] = self._assembly.streams
        self.latency_frames: int = self._assembly.alignment.latency_frames
        self.tail_frames: int = self._assembly.tail_frames
        self.output_layout: Layout = self._assembly.layouts[OUTPUT]
        self.input_layouts = {name: self._assembly.layouts[f"{INPUT}.{name}"] for name in spec.input_names}
        self.output_layouts = {name: self._assembly.layouts[f"{OUTPUT}.{name}"] for name in spec.output_names}
        unheard = [name for name in spec.node_names if name not in self.nodes]
        self.notes: tuple[str, ...] = (
            *(f"{name}: is not heard at any output, so it does not run" for name in unheard),
            *(f"{name}: {note}" for name, node in self.nodes.items() for note in node.notes),
        )
        self._guard = NonFiniteGuard()
        self.failures: list[EffectError] = []
        self.timed_ns: dict[str, int] = {}
        self._timing = False
        self.frame = 0
        self._memories = [
            [BlockMemory(channels, stream.maximum_frames) for channels in self._assembly.buffer_channels]
            for _ in range(BLOCKS_AHEAD if self._branches else 1)
        ]
        self.buffers = len(self._memories[0])
        self._row_blocks = ROW_BLOCKS if self._branches else 1
        self._bound: dict[int, Bound] = {}
        self._pieces: Sequence[Piece] = ()
        self._rows: dict[tuple[int, ...], TaskRow] = {}
        self._straight: Straight = NOT_STRAIGHT
        self._is_dirty = finite_scan()
        self._turning = Turning(self.nodes, self._assembly.moved)
        self._listeners = [
            (name, node) for name, node in self.nodes.items() if isinstance(node, NoteListener) and node.hears_notes
        ]
        self._longest = min((stream.maximum_frames, *(delay.delay_frames for delay in self._assembly.feedback)))
        self._turning.begin(self.frame)

    def process(
        self,
        block: AudioBlock,
        out: AudioBlock,
        inputs: Mapping[str, AudioBlock] = _NOTHING,
        outputs: Mapping[str, AudioBlock] = _NOTHING,
    ) -> None:
        """Run the graph over one block.

        Parameters
        ----------
        block : array, (input channels, frames)
            Any number of frames; beyond ``stream.maximum_frames``, they are run in blocks of that. Not touched.
        out : array, (output channels, frames)
            Filled; other memory than `block`.
        inputs, outputs : mapping of arrays
            Blocks of the named inputs (silence for one that is left out), and where the named outputs go (one that
            is left out is not copied).
        """
        samples, frames, entry, watched_entry, program, watched_result, result = self._straight
        if block.size != samples or self._timing:
            self._process_any(block, out, inputs, outputs)
            return
        # The way of nearly every block, without a step that it does not need.
        entry[...] = block
        if self._is_dirty(watched_entry):
            self._guard.clear(INPUT, entry, self.frame)
        for function, arguments in program:
            function(*arguments)
        if self._is_dirty(watched_result):
            self._guard.clear(OUTPUT, result, self.frame)
        out[...] = result
        self.frame += frames

    def set_parameter(self, path: str, value: float) -> None:
        """Turn ``node.parameter``, or ``macro.name`` from 0 to 1, from the next block on.

        Raises
        ------
        UnknownNameError, ParameterRangeError
            Then nothing has changed.
        """
        self._turning.set_parameter(path, value)

    def play_midi(self, message: bytes) -> tuple[str, ...]:
        """Send a MIDI message of a channel to every node that hears notes, from the next block on; their names."""
        for _, node in self._listeners:
            node.play_midi(message)
        return tuple(name for name, _ in self._listeners)

    def reset(self) -> None:
        """Forget all sound and start again at frame 0 with the parameters as they stand."""
        for delay in (*self._assembly.delays, *self._assembly.feedback):
            delay.reset()
        self.frame = 0
        self._guard.forget()
        self._turning.begin(0)

    def is_foreign(self, name: str) -> bool:
        """Whether a node runs code that is not ours: a plug-in, or a class that came with the drawing."""
        return not self.nodes[name].trusted or self.spec.node(name).definition is not None

    def time_next(self) -> None:
        """Time each node once, in the next block: for load meters. May be called from another thread."""
        self._timing = True

    @property
    def non_finite(self) -> list[NonFinite]:
        """Every NaN or infinity met since the last reset (at most 1000 entries; `non_finite_samples` counts all)."""
        return self._guard.entries

    @property
    def non_finite_samples(self) -> int:
        """How many there were."""
        return self._guard.samples

    @property
    def useful_frames(self) -> int:
        """Frames of a call of `process` in which all threads find work."""
        return self.stream.maximum_frames * self._row_blocks

    def close(self) -> None:
        """End the threads, if there are any."""
        if self._branches is not None:
            self._branches.close()

    def _process_any(
        self, block: AudioBlock, out: AudioBlock, inputs: Mapping[str, AudioBlock], outputs: Mapping[str, AudioBlock]
    ) -> None:
        frames = block.shape[1]
        if self._turning.still and frames <= self._longest:
            if frames:
                self._run([Piece(block, out, inputs, outputs)])
            return
        start = 0
        while start < frames:
            pieces: list[Piece] = []
            # Where nothing moves, threads need not wait for each other at the end of every block.
            while start < frames and len(pieces) < (self._row_blocks if self._turning.still else 1):
                length = self._turning.run_length(self.frame, min(frames - start, self._longest))
                place = slice(start, start + length)
                pieces.append(Piece(block, out, inputs, outputs).part(place))
                start = place.stop
            self._run(pieces)

    def _run(self, pieces: Sequence[Piece]) -> None:
        """Some pieces one after the other, in which nothing moves; on threads, as far as they can, at the same time."""
        if self._branches is not None:
            self._pieces = pieces
            self._branches.run(self._row_of(tuple(piece.block.shape[1] for piece in pieces)))
        else:
            (piece,) = pieces
            bound = self._bound_at(piece.block.shape[1])
            self._straight = bound.straight if self._goes_straight(piece.block.shape[1]) else NOT_STRAIGHT
            self._enter(piece, bound)
            if self._timing:
                self._run_timed(bound)
            else:
                for function, arguments in bound.program:
                    function(*arguments)
            self._leave(piece, bound)
        for piece in pieces:
            end = self.frame + piece.block.shape[1]
            self._turning.move_on(self.frame, end)
            self.frame = end

    def _row_of(self, lengths: tuple[int, ...]) -> TaskRow:
        """The tasks of blocks of these lengths: put together once, as long as they stay bound."""
        row = self._rows.get(lengths)
        if row is None:
            bounds = [self._bind(length, index) for index, length in enumerate(lengths)]
            begins = [partial(self._with_piece, self._enter, *each) for each in enumerate(bounds)]
            ends = [partial(self._with_piece, self._leave, *each) for each in enumerate(bounds)]
            row = tasks_of_row([bound.tasks for bound in bounds], begins, ends, len(self._memories))
            if len(self._rows) >= BOUND_LENGTHS:
                self._rows.pop(next(iter(self._rows)))
            self._rows[lengths] = row
        return row

    def _with_piece(self, step: Callable[[Piece, Bound], None], index: int, bound: Bound) -> None:
        """A step of a row, which outlives the pieces that it is run with."""
        step(self._pieces[index], bound)

    def _enter(self, piece: Piece, bound: Bound) -> None:
        """Put what goes in in its place."""
        np.copyto(bound.entry, piece.block)
        self._guard.clear(INPUT, bound.entry, self.frame + bound.offset)
        for name, entry in bound.entries.items():
            if name in piece.inputs:
                np.copyto(entry, piece.inputs[name])
                self._guard.clear(f"{INPUT}.{name}", entry, self.frame + bound.offset)
            else:
                entry.fill(0.0)

    def _leave(self, piece: Piece, bound: Bound) -> None:
        """Give what came out."""
        self._guard.clear(OUTPUT, bound.result, self.frame + bound.offset)
        np.copyto(piece.out, bound.result)
        for name, named_out in piece.outputs.items():
            self._guard.clear(f"{OUTPUT}.{name}", bound.results[name], self.frame + bound.offset)
            np.copyto(named_out, bound.results[name])

    def _run_timed(self, bound: Bound) -> None:
        self._timing = False
        timed: dict[str, int] = {}
        for call, (function, arguments) in zip(self._assembly.calls, bound.program, strict=True):
            begun = time.perf_counter_ns()
            function(*arguments)
            if call.owner is not None:
                timed[call.owner] = timed.get(call.owner, 0) + time.perf_counter_ns() - begun
        self.timed_ns = timed

    def _bound_at(self, frames: int) -> Bound:
        """The list of calls for a block of this length, bound once."""
        bound = self._bound.get(frames)
        if bound is None:
            if len(self._bound) >= BOUND_LENGTHS:
                self._bound.pop(next(iter(self._bound)))
            bound = self._bound[frames] = self._bind(frames, 0)
        return bound

    def _bind(self, frames: int, index: int) -> Bound:
        """The list of calls for one block length, as block number `index` of a row, in the memory that it takes."""
        buffer_of = self._assembly.buffer_of
        memories = [memory.view(frames) for memory in self._memories[index % len(self._memories)]]
        offset = index * self._longest
        program = [self._bound_call(call, memories, offset) for call in self._assembly.calls]
        entry, result = memories[buffer_of[INPUT]], memories[buffer_of[OUTPUT]]
        return Bound(
            entry=entry,
            entries={name: memories[buffer_of[f"{INPUT}.{name}"]] for name in self.input_layouts},
            program=program,
            tasks=as_tasks(program, self._assembly.steps) if self._branches is not None else [],
            result=result,
            results={name: memories[buffer_of[f"{OUTPUT}.{name}"]] for name in self.output_layouts},
            offset=offset,
            watched=(Watched(entry), Watched(result)),
        )

    def _goes_straight(self, frames: int) -> bool:
        """One input, one output, one thread, nothing that moves by itself, and no feedback within the block."""
        alone = self._branches is None and not self.input_layouts and not self.output_layouts
        return alone and self._turning.still and 0 < frames <= self._longest

    def _bound_call(
        self, call: Call, memories: Sequence[AudioBlock], offset: int
    ) -> tuple[Callable[..., None], tuple[Any, ...]]:
        blocks = tuple(memories[buffer] for buffer in call.buffers)
        if call.node is None:
            return call.function, (*blocks, *call.extra)
        node = self.nodes[call.node]
        if not self.is_foreign(call.node):
            return node.process, blocks
        return self._process_foreign, (call.node, node, offset, *blocks)

    def _process_foreign(
        self, name: str, node: Node, offset: int, block: AudioBlock, out: AudioBlock, *side: AudioBlock
    ) -> None:
        """Run user code or a plug-in: catch what it raises; where it gave NaN or infinity, give it a fresh state."""
        try:
            if self._witness is None:
                node.process(block, out, *side)
            else:
                with inside(words_of(name, self.spec.node(name))):
                    node.process(block, out, *side)
        except Exception as error:
            # Foreign code may raise anything: it is named and passed on, or cut out.
            failure = effect_error(name, error)
            if not self.isolate:
                raise failure from error
            self._cut_out(name, failure, block.shape[0])
            self.nodes[name].process(block, out)
        if self._guard.clear(name, out, self.frame + offset):
            node.reset()

    def _cut_out(self, name: str, failure: EffectError, channels: int) -> None:
        self.failures.append(failure)
        self.nodes[name] = Bypass(self.nodes[name], channels)
        self._bound.clear()
        self._rows.clear()
        self._straight = NOT_STRAIGHT
