"""The work of a feedback delay network: sixteen lines, their diffuser, their absorption, for pieces of some frames.

::

    piece of every channel ─▶ 16 rows ─▶ [into the lines of a step, out of them late, mixed] x 3 ─▶ rows
    rows + what returns ─▶ 16 lines ─▶ out of them late ─▶ absorption ─┬─▶ channels
                                                                       └─▶ mixed, returns

Along the frames of a piece go the delays and the mixes, eight frames at once; along the lines goes the absorption,
eight lines at once, for it waits from frame to frame.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.smoothing import advance, ramping
from audiopost.dsp.vector_code import DOUBLES, FLOAT, FLOATS, INDEX, LANES, POINTER, Code, Symbol, vector_program

__all__ = ["A1", "B0", "B1", "DELAY", "LINES", "PIECE", "ROOM", "STEPS", "diffuse", "run_network"]

LINES = 16
STEPS = 3

PIECE = 128
"""Most frames that are worked on at a time: whole registers, and rows that stay in the nearest cache."""

SILENCE = 1e-20

ROOM = 4096
"""Frames that a line may take beyond its longest delay, before what it still needs is moved back to its beginning.

So sound lies in one piece wherever it is read, and eight frames go at a time; a ring would break them.
"""

DELAY, B0, B1, A1 = range(4)
"""What a line is given: row of ``LINES`` numbers each, then the level of what is heard."""


@vector_program(POINTER, INDEX, POINTER, INDEX, INDEX)
def write_lines(code: Code, rows: Symbol, vectors: Symbol, lines: Symbol, length: Symbol, at: Symbol) -> None:
    """New frames into all lines."""
    with code.loop(0, LINES) as k:
        line = code.place(FLOAT, lines, k * length + at)
        row = code.place(FLOAT, rows, k * PIECE)
        with code.loop(0, vectors) as index:
            code.store(line, index, _audible(code, code.load(FLOATS, row, index)))


@vector_program(POINTER, INDEX, INDEX, POINTER, POINTER, POINTER, INDEX)
def diffuse(
    code: Code, lines: Symbol, length: Symbol, at: Symbol, delays: Symbol, flips: Symbol, rows: Symbol, vectors: Symbol
) -> None:
    """The end of each line, its sign flipped or not, and all of them mixed."""
    ends = [code.place(FLOAT, lines, length * k + at - code.load(INDEX, delays, k)) for k in range(LINES)]
    with code.loop(0, vectors) as index:
        heard = [code.load(FLOATS, end, index) * code.spread(code.load(FLOAT, flips, k)) for k, end in enumerate(ends)]
        for k, row in enumerate(_mixed(heard)):
            code.store(rows, index + k * (PIECE // LANES), row)


@vector_program(POINTER, INDEX, INDEX, POINTER, POINTER, INDEX)
def read_lines(
    code: Code, lines: Symbol, length: Symbol, at: Symbol, delays: Symbol, rows: Symbol, vectors: Symbol
) -> None:
    """The end of each line."""
    with code.loop(0, LINES) as k:
        end = code.place(FLOAT, lines, k * length + at - code.load(INDEX, delays, k))
        row = code.place(FLOAT, rows, k * PIECE)
        with code.loop(0, vectors) as index:
            code.store(row, index, code.load(FLOATS, end, index))


@vector_program(POINTER, POINTER, INDEX, POINTER, INDEX, INDEX)
def feed_lines(
    code: Code, rows: Symbol, fresh: Symbol, vectors: Symbol, lines: Symbol, length: Symbol, at: Symbol
) -> None:
    """What returns, mixed, and what is new enter the lines."""
    ends = [code.place(FLOAT, lines, length * k + at) for k in range(LINES)]
    with code.loop(0, vectors) as index:
        places = [index + k * (PIECE // LANES) for k in range(LINES)]
        mixed = _mixed([code.load(FLOATS, rows, place) for place in places])
        for end, place, row in zip(ends, places, mixed, strict=True):
            code.store(end, index, _audible(code, row + code.load(FLOATS, fresh, place)))


def _mixed(lines: list[Symbol]) -> list[Symbol]:
    """Sixteen lines times the Hadamard matrix over 4, by the fast transform."""
    distance = LINES // 2
    while distance:
        for k in range(LINES):
            if not k & distance:
                one, two = lines[k], lines[k + distance]
                lines[k], lines[k + distance] = one + two, one - two
        distance //= 2
    return [line * (1.0 / math.sqrt(LINES)) for line in lines]


def _audible(code: Code, values: Symbol) -> Symbol:
    """Values, 0 where they are inaudibly small."""
    return (values.magnitude() > SILENCE).choose(values, code.constant(FLOATS, 0.0))


@vector_program(POINTER, INDEX, POINTER, POINTER)
def absorb(code: Code, rows: Symbol, frames: Symbol, numbers: Symbol, states: Symbol) -> None:
    """The shelf of each line, in place; eight lines at a time. Transposed direct form II: one state a line.

    `numbers` are those of `DELAY`, `B0`, `B1` and `A1`.
    """
    groups = range(LINES // LANES)
    b0, b1, a1 = (
        [code.load(DOUBLES, numbers, place * len(groups) + group) for group in groups] for place in (B0, B1, A1)
    )
    zero = code.constant(DOUBLES, 0.0)
    state = [code.variable(DOUBLES, code.load(DOUBLES, states, group)) for group in groups]
    with code.loop(0, frames) as frame:
        for group in groups:
            lines = [group * LANES + lane for lane in range(LANES)]
            x = code.vector([code.load(FLOAT, rows, frame + k * PIECE) for k in lines]).cast(DOUBLES)
            y = b0[group].times_plus(x, state[group].value)
            left = b1[group] * x - a1[group] * y
            state[group].value = (left.magnitude() > SILENCE).choose(left, zero)
            heard = y.cast(FLOATS)
            for lane, k in enumerate(lines):
                code.store(rows, frame + k * PIECE, code.lane(heard, lane))
    for group in groups:
        code.store(states, group, state[group].value)


@compiled(
    "void(float32[:, ::1], float32[:, ::1], int64[::1], float64[:, ::1], float32[:, ::1], float64[::1],"
    " float32[:, :, ::1], int64[:, ::1], float32[:, ::1], int64[::1], float32[:, :, ::1], float64[:, ::1],"
    " float64[::1], int64[::1], int64)"
)
def run_network(
    block: AudioBlock,
    out: AudioBlock,
    rows: NDArray[np.int64],
    signs: NDArray[np.float64],
    memory: NDArray[np.float32],
    filters: NDArray[np.float64],
    diffuser: NDArray[np.float32],
    diffuser_delays: NDArray[np.int64],
    flips: NDArray[np.float32],
    cursors: NDArray[np.int64],
    work: NDArray[np.float32],
    ramps: NDArray[np.float64],
    now: NDArray[np.float64],
    taps: NDArray[np.int64],
    piece: int,
) -> None:
    """See `FeedbackNetwork`. ``work[0]`` is the input spread over the lines, ``work[1]`` what leaves the lines.

    Runs `piece` frames at a time, fewer than the shortest line: what the lines give then lies wholly in the past, and
    every step can go along the frames. While the room changes, frame by frame. The sums are the same either way.
    """
    fresh, lines = work[0], work[1]
    length, step_length = memory.shape[1], diffuser.shape[2]
    start = 0
    while start < block.shape[1]:
        moving = ramping(ramps)
        frames = 1 if moving else min(piece, block.shape[1] - start)
        vectors = (frames + LANES - 1) // LANES
        if moving:
            for index in range(now.shape[0]):
                now[index] = advance(ramps, index)
        spread_input(block, start, frames, rows, signs, fresh)
        at = cursors[1] = with_room(cursors[1], diffuser)
        for step in range(STEPS):
            write_lines(fresh, vectors, diffuser[step], step_length, at)
            diffuse(diffuser[step], step_length, at, diffuser_delays[step], flips[step], fresh, vectors)
        cursors[1] += frames
        at = cursors[0] = with_room(cursors[0], memory.reshape(1, LINES, length))
        if moving:
            for k in range(LINES):
                lines[k, 0] = between_frames(memory[k], at, now[k])
        else:
            for k in range(LINES):
                taps[k] = int(now[k])
            read_lines(memory, length, at, taps, lines, vectors)
        absorb(lines, frames, now, filters)
        gather_output(lines, rows, signs, now[4 * LINES], out, start, frames)
        feed_lines(lines, fresh, vectors, memory, length, at)
        cursors[0] += frames
        start += frames


@inlined
def with_room(at: int, lines: NDArray[np.float32]) -> int:
    """Where the next piece begins; at the end of the memory, what is still needed is moved back first (kernel)."""
    needed: int = lines.shape[2] - ROOM
    if at + PIECE + LANES <= lines.shape[2]:
        return at
    for step in range(lines.shape[0]):
        for k in range(LINES):
            line = lines[step, k]
            held = line[at - needed :]
            for n in range(needed):
                line[n] = held[n]
    return needed


@inlined
def between_frames(line: NDArray[np.float32], at: int, delay: float) -> float:
    """The value of `delay` frames before `at`, on a straight line between two frames (kernel)."""
    near = at - int(delay)
    return line[near] + (delay - int(delay)) * (line[near - 1] - line[near])  # type: ignore[no-any-return]


@inlined
def spread_input(
    block: AudioBlock,
    start: int,
    frames: int,
    rows: NDArray[np.int64],
    signs: NDArray[np.float64],
    fresh: NDArray[np.float32],
) -> None:
    """Every channel into all lines by its row of signs (kernel)."""
    for k in range(LINES):
        row = fresh[k]
        for n in range(frames):
            row[n] = 0.0
        for channel in range(block.shape[0]):
            if rows[channel] >= 0:
                sign, given = np.float32(signs[rows[channel], k]), block[channel, start:]
                for n in range(frames):
                    row[n] += sign * given[n]


@inlined
def gather_output(
    lines: NDArray[np.float32],
    rows: NDArray[np.int64],
    signs: NDArray[np.float64],
    level: float,
    out: AudioBlock,
    start: int,
    frames: int,
) -> None:
    """Every channel hears all lines by its row of signs (kernel)."""
    for channel in range(out.shape[0]):
        heard = out[channel, start:]
        for n in range(frames):
            heard[n] = 0.0
        if rows[channel] >= 0:
            for k in range(0, LINES, 4):
                a, b = lines[k], lines[k + 1]
                c, d = lines[k + 2], lines[k + 3]
                share = signs[rows[channel], k:]
                sa, sb = np.float32(level * share[0]), np.float32(level * share[1])
                sc, sd = np.float32(level * share[2]), np.float32(level * share[3])
                for n in range(frames):
                    heard[n] = heard[n] + sa * a[n] + sb * b[n] + sc * c[n] + sd * d[n]
