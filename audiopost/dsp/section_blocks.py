"""Sections at rest, eight frames at a time: the same filter as frame by frame, as one matrix product.

While no knob moves, a cascade of sections is a linear system. From its states at the beginning of a block of eight
frames and the eight samples, the eight outputs and the states at the end follow by one matrix, whose columns are found
by asking the sections themselves: one frame after another, from each state alone and from a single sample::

    | y |     | impulse response, moved on    what each state lets be heard |   | x |      8 outputs
    | s'| =   | what each sample leaves       what each state turns into    | . | s |      states

Eight numbers of a column lie in one register and two channels go side by side, so nothing waits for the sample before;
the states alone go on from block to block.

Blocks lie on a grid that begins where the sections came to rest. A call that ends within a block computes the outputs
that it can, all from the states at the beginning of the block, and keeps the samples: whoever cuts the stream otherwise
gets the same sums in the same order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import inlined
from audiopost.dsp.vector_code import (
    DOUBLES,
    FLOATS,
    INDEX,
    LANES,
    POINTER,
    REAL,
    Code,
    Symbol,
    VectorProgram,
)

__all__ = ["MEMORY", "MOST_STATES", "SILENCE", "STATES", "run_blocks"]

MOST_STATES = LANES
"""States of a cascade: those of four sections fill a register."""

SILENCE = 1e-25
"""A state below this is 0: far under every noise, far above the denormal numbers that would stall the processor."""

STATES, KEPT, MEMORY = LANES, 2 * LANES, 3 * LANES
"""Where the states lie in a channel's memory, behind the samples of a block; where they are kept; its length."""


def _block_program(states: int, channels: int) -> VectorProgram:
    def write(code: Code, matrix: Symbol, blocks: Symbol, *places: Symbol) -> None:
        given, heard, memories = places[:channels], places[channels : 2 * channels], places[2 * channels :]
        with code.loop(0, blocks) as block:
            for source, memory in zip(given, memories, strict=True):
                code.store(memory, 0, code.load(FLOATS, source, block).cast(DOUBLES))
            products = [_product(code, matrix, memory, states) for memory in memories]
            for memory, out, (outputs, ends) in zip(memories, heard, products, strict=True):
                # + 0.0 makes the zeros of a cut block, which may be negative, those of a whole one.
                code.store(out, block, (outputs + 0.0).cast(FLOATS))
                zero = code.constant(DOUBLES, 0.0)
                code.store(memory, 1, (ends.magnitude() > SILENCE).choose(ends, zero))

    kinds = (POINTER, INDEX, *[POINTER] * (3 * channels))
    return VectorProgram(f"filter_{channels}_of_{states}_states", kinds, write)


def _product(code: Code, matrix: Symbol, memory: Symbol, states: int) -> tuple[Symbol, Symbol]:
    """Outputs and states at the end. Two sums each, for one of sixteen would wait for itself."""
    sums = [[code.constant(DOUBLES, 0.0)] * 2 for _ in range(2)]
    for index in range(LANES + states):
        factor = code.spread(code.load(REAL, memory, index))
        for half in range(2):
            column = code.load(DOUBLES, matrix, 2 * index + half)
            sums[half][index % 2] = column.times_plus(factor, sums[half][index % 2])
    (even, odd), (even_end, odd_end) = sums
    return even + odd, even_end + odd_end


one_of_2, two_of_2 = _block_program(2, 1), _block_program(2, 2)
one_of_4, two_of_4 = _block_program(4, 1), _block_program(4, 2)
one_of_8, two_of_8 = _block_program(8, 1), _block_program(8, 2)


@inlined
def run_blocks(
    block: AudioBlock,
    out: AudioBlock,
    start: int,
    matrix: NDArray[np.float64],
    memory: NDArray[np.float64],
    rows: NDArray[np.float32],
    phase: int,
) -> int:
    """Filter the frames from `start` on, all channels; returns the new phase (kernel).

    Parameters
    ----------
    matrix : array, (8 + states, 16)
        A column in each row; for 2, 4 or 8 states.
    memory : array, (channels, `MEMORY`)
        The states, at the beginning of the unfinished block.
    rows : array, (channels, 2, 8), float32
        Of each channel the samples of the unfinished block, and room for its outputs.
    phase
        Frames of the unfinished block that have been heard.
    """
    channels, frames = block.shape
    if phase > 0 and start < frames:
        taken = min(LANES - phase, frames - start)
        phase = run_part(block, out, start, taken, matrix, memory, rows, phase)
        start += taken
    whole = (frames - start) // LANES
    if whole > 0:
        for channel in range(0, channels - 1, 2):
            run_two(block[channel, start:], block[channel + 1, start:], out[channel, start:], out[channel + 1, start:],
                    matrix, memory[channel], memory[channel + 1], whole)  # fmt: skip
        if channels % 2 == 1:
            last = channels - 1
            run_one(block[last, start:], out[last, start:], matrix, memory[last], whole)
        start += whole * LANES
    if start < frames:
        phase = run_part(block, out, start, frames - start, matrix, memory, rows, 0)
    return phase


@inlined
def run_part(
    block: AudioBlock,
    out: AudioBlock,
    start: int,
    taken: int,
    matrix: NDArray[np.float64],
    memory: NDArray[np.float64],
    rows: NDArray[np.float32],
    phase: int,
) -> int:
    """`taken` frames more of an unfinished block; its states stay where it began until it is whole (kernel)."""
    end = phase + taken
    for channel in range(block.shape[0]):
        given, heard, own = rows[channel, 0], rows[channel, 1], memory[channel]
        for n in range(LANES):
            own[KEPT + n] = own[STATES + n]
        for n in range(taken):
            given[phase + n] = block[channel, start + n]
        for n in range(end, LANES):
            given[n] = 0.0
        run_one(given, heard, matrix, own, 1)
        for n in range(taken):
            out[channel, start + n] = heard[phase + n]
        if end < LANES:
            for n in range(LANES):
                own[STATES + n] = own[KEPT + n]
    return end % LANES


@inlined
def run_one(
    given: NDArray[np.float32],
    heard: NDArray[np.float32],
    matrix: NDArray[np.float64],
    memory: NDArray[np.float64],
    blocks: int,
) -> None:
    """Whole blocks of a channel (kernel)."""
    if matrix.shape[0] == LANES + 2:
        one_of_2(matrix, blocks, given, heard, memory)
    elif matrix.shape[0] == LANES + 4:
        one_of_4(matrix, blocks, given, heard, memory)
    else:
        one_of_8(matrix, blocks, given, heard, memory)


@inlined
def run_two(
    first: NDArray[np.float32],
    second: NDArray[np.float32],
    first_heard: NDArray[np.float32],
    second_heard: NDArray[np.float32],
    matrix: NDArray[np.float64],
    first_memory: NDArray[np.float64],
    second_memory: NDArray[np.float64],
    blocks: int,
) -> None:
    """Whole blocks of two channels side by side (kernel)."""
    if matrix.shape[0] == LANES + 2:
        two_of_2(matrix, blocks, first, second, first_heard, second_heard, first_memory, second_memory)
    elif matrix.shape[0] == LANES + 4:
        two_of_4(matrix, blocks, first, second, first_heard, second_heard, first_memory, second_memory)
    else:
        two_of_8(matrix, blocks, first, second, first_heard, second_heard, first_memory, second_memory)
