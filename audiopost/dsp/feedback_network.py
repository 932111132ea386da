"""A reverberator: a feedback delay network behind a diffuser.

::

    channels ─▶ 16 lines ─▶ diffuser ─▶(+)─▶ delay ─▶ absorption ─┬─▶ channels
                            (3 steps)    ▲    16 lines             │
                                         └──── Hadamard ◀──────────┘

A Hadamard matrix (orthogonal, all entries ±1/4) spreads every line into all lines without gain or loss, so the decay
is that of the absorption alone: each line loses, in one pass, as many dB as its length is of the decay time (60 dB).
Every output channel hears all lines through its own row of signs; rows are orthogonal, so channels are decorrelated.

Sources: J.-M. Jot, A. Chaigne, "Digital delay networks for designing artificial reverberators", AES 90th Convention
(1991), preprint 3030 (absorption by line length); J. Stautner, M. Puckette, "Designing multi-channel reverberators",
Computer Music Journal 6 (1982); the diffuser of delays and Hadamard mixes: G. Luff, "Let's write a reverb", ADC 2021.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.smoothing import Ramps, advance, ramping
from audiopost.units import db_to_linear, ms_to_frames

__all__ = ["FeedbackNetwork"]

LINES = 16
STEPS = 3

SHORTEST_MS = (8.0, 56.0)
"""The shortest line of the smallest and of the largest room."""

SPREAD = 2.3
"""The longest line over the shortest: lengths between them rise by an irrational factor, so few echoes coincide."""

DIFFUSER_MS = (4.0, 9.0, 17.0)
"""Longest delay of each step of the diffuser."""

CROSSOVER_HZ = 4_000.0
"""Where the decay is midway (in dB) between that of the mids and that of the highs."""

STRONGEST_DAMPING = 0.9
"""At 100 % damping the highest frequencies decay ten times as fast."""

GLIDE_MS = 250.0
"""A change of room or decay glides for this long: lines that change their length shift the pitch, slow is gentle."""

PIECE = 32
"""Frames that are worked on at a time: fewer than the shortest line holds at 8 kHz."""

SILENCE = 1e-20

DELAY, B0, B1, A1 = range(4)


class FeedbackNetwork:
    """Sixteen lines for any number of channels.

    Parameters
    ----------
    fed
        For each channel whether it feeds the network and hears it (an LFE channel does not).

    Notes ----- Accuracy: the decay time at 500 Hz to 1 kHz is within 10 % of the one asked for, at default damping. A
    steady noise comes back at its own level. Latency: none, but nothing is heard before the shortest line. Realtime:
    one compiled pass.
    """

    def __init__(self, fed: tuple[bool, ...], sample_rate: float) -> None:
        self._sample_rate = float(sample_rate)
        self._rows = np.array([(index % LINES) if feeds else -1 for index, feeds in enumerate(fed)], dtype=np.int64)
        self._channels_fed = max(1, sum(fed))
        self._signs = _hadamard(LINES)
        longest = math.ceil(SHORTEST_MS[1] * SPREAD / 1000.0 * sample_rate) + 2
        self._lines = np.zeros((LINES, longest), dtype=np.float32)
        self._filters = np.zeros(LINES, dtype=np.float64)
        self._diffuser_delays = _diffuser_delays(sample_rate)
        self._diffuser = np.zeros((STEPS, LINES, int(self._diffuser_delays.max()) + PIECE), dtype=np.float32)
        self._flips = _diffuser_flips()
        self._cursors = np.zeros(2, dtype=np.int64)
        self._work = np.zeros((3, LINES, PIECE), dtype=np.float64)
        self._ramps = Ramps.lasting(LINES * 4 + 1, GLIDE_MS, sample_rate)
        self._now = np.zeros(LINES * 4 + 1, dtype=np.float64)
        self._run = run_network.ready()
        self.tail_frames = 0

    def set_room(self, size: float, decay_s: float, damping: float, *, at_once: bool = False) -> None:
        """Another room: `size` and `damping` 0 to 1, `decay_s` the time of a decay by 60 dB at middle frequencies."""
        move = self._ramps.jump if at_once else self._ramps.aim
        shortest = SHORTEST_MS[0] * (SHORTEST_MS[1] / SHORTEST_MS[0]) ** size / 1000.0 * self._sample_rate
        kept_power = 0.0
        for line in range(LINES):
            length = max(PIECE + 1, math.floor(shortest * SPREAD ** (line / (LINES - 1)) + 0.5))
            loss_db = 60.0 * length / (decay_s * self._sample_rate)
            kept_power += db_to_linear(-2.0 * loss_db) / LINES
            b0, b1, a1 = _absorption(loss_db, loss_db / (1.0 - STRONGEST_DAMPING * damping), self._sample_rate)
            for offset, value in enumerate((float(length), b0, b1, a1)):
                move(4 * line + offset, value)
        move(4 * LINES, math.sqrt(LINES * (1.0 - kept_power) / self._channels_fed))
        self.tail_frames = (
            math.ceil(2.0 * decay_s * self._sample_rate) + self._lines.shape[1] + self._diffuser.shape[2] * STEPS
        )

    def process(self, block: AudioBlock, out: AudioBlock) -> None:
        """Fill `out` with the reverberation of `block`, both (channels, frames); silence where not fed."""
        self._run(
            block, out, self._rows, self._signs, self._lines, self._filters, self._diffuser, self._diffuser_delays,
            self._flips, self._cursors, self._work, self._ramps.state, self._now,
        )  # fmt: skip

    def reset(self) -> None:
        """Forget all sound; be in the room."""
        self._ramps.finish()
        for memory in (self._lines, self._filters, self._diffuser):
            memory.fill(0.0)
        self._cursors.fill(0)


def _absorption(loss_db: float, loss_high_db: float, sample_rate: float) -> tuple[float, float, float]:
    """A first-order shelf: `loss_db` at low and middle frequencies, `loss_high_db` at the highest.

    Its half, in dB, is lost at the crossover, as long as the shelf is at most 12 dB deep. A deeper one of first order
    would have to begin ever lower, in the end as a low pass that stores sound for longer than the room does; from
    there on it begins an octave below the crossover.
    """
    low, high = db_to_linear(-loss_db), db_to_linear(-loss_high_db)
    warped = math.tan(math.pi * min(CROSSOVER_HZ / sample_rate, 0.25))
    pole = max(0.5, math.sqrt(high / low)) * warped
    return (high + low * pole) / (1.0 + pole), (low * pole - high) / (1.0 + pole), (pole - 1.0) / (1.0 + pole)


def _hadamard(order: int) -> NDArray[np.float64]:
    matrix = np.ones((1, 1))
    while matrix.shape[0] < order:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return np.ascontiguousarray(matrix / math.sqrt(order))


def _diffuser_delays(sample_rate: float) -> NDArray[np.int64]:
    """One delay in each of 16 equal parts of a step's longest delay, placed within its part by the golden ratio."""
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    delays = np.zeros((STEPS, LINES), dtype=np.int64)
    for step in range(STEPS):
        for line in range(LINES):
            place = (line + ((step + 1) * (line + 1) * golden) % 1.0) / LINES
            delays[step, (line * 7 + step * 5) % LINES] = 1 + ms_to_frames(place * DIFFUSER_MS[step], sample_rate)
    return delays


def _diffuser_flips() -> NDArray[np.float64]:
    """Half of the lines of each step change sign: a fixed pattern without symmetry (bits of the golden ratio)."""
    bits = 0x9E3779B97F4A
    return np.array(
        [[1.0 if bits >> (step * LINES + line) & 1 else -1.0 for line in range(LINES)] for step in range(STEPS)]
    )


@inlined
def mix_lines(lines: NDArray[np.float64], spare: NDArray[np.float64], frames: int) -> None:
    """Multiply 16 rows by the Hadamard matrix over 4, in place, by the fast transform (kernel).

    Every step pairs the same rows; two steps at a time return to `lines`.
    """
    for _ in range(2):
        for k in range(LINES // 2):
            add_and_subtract(lines[2 * k], lines[2 * k + 1], spare[k], spare[k + LINES // 2], 1.0, frames)
        for k in range(LINES // 2):
            add_and_subtract(spare[2 * k], spare[2 * k + 1], lines[k], lines[k + LINES // 2], 0.5, frames)


@inlined
def add_and_subtract(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    total: NDArray[np.float64],
    difference: NDArray[np.float64],
    factor: float,
    frames: int,
) -> None:
    """Sum and difference of two rows, times a factor (kernel)."""
    for n in range(frames):
        total[n] = factor * (a[n] + b[n])
        difference[n] = factor * (a[n] - b[n])


@compiled(
    "void(float32[:, ::1], float32[:, ::1], int64[::1], float64[:, ::1], float32[:, ::1], float64[::1],"
    " float32[:, :, ::1], int64[:, ::1], float64[:, ::1], int64[::1], float64[:, :, ::1], float64[:, ::1],"
    " float64[::1])"
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
    flips: NDArray[np.float64],
    cursors: NDArray[np.int64],
    work: NDArray[np.float64],
    ramps: NDArray[np.float64],
    now: NDArray[np.float64],
) -> None:
    """See `FeedbackNetwork`. ``work[0]`` is the input spread over the lines, ``work[1]`` what leaves the lines.

    Runs `PIECE` frames at a time, fewer than the shortest line: what the lines give then lies wholly in the past, and
    every step can go along the frames. While the room changes, frame by frame. The sums are the same either way.
    """
    fresh, lines, spare = work[0], work[1], work[2]
    start = 0
    while start < block.shape[1]:
        moving = ramping(ramps)
        frames = 1 if moving else min(PIECE, block.shape[1] - start)
        for index in range(now.shape[0]):
            now[index] = advance(ramps, index)
        spread_input(block, start, frames, rows, signs, fresh)
        for step in range(STEPS):
            for k in range(LINES):
                delay_row(diffuser[step, k], cursors[1], diffuser_delays[step, k], flips[step, k], fresh[k], frames)
            mix_lines(fresh, spare, frames)
        cursors[1] = (cursors[1] + frames) % diffuser.shape[2]
        for k in range(LINES):
            read_line(memory[k], cursors[0], now, k, filters, lines[k], frames)
        gather_output(lines, rows, signs, now[4 * LINES], out, start, frames)
        mix_lines(lines, spare, frames)
        for k in range(LINES):
            feed_line(memory[k], cursors[0], lines[k], fresh[k], frames)
        cursors[0] = (cursors[0] + frames) % memory.shape[1]
        start += frames


@inlined
def spread_input(
    block: AudioBlock,
    start: int,
    frames: int,
    rows: NDArray[np.int64],
    signs: NDArray[np.float64],
    fresh: NDArray[np.float64],
) -> None:
    """Every channel into all lines by its row of signs (kernel)."""
    for k in range(LINES):
        row = fresh[k]
        for n in range(frames):
            row[n] = 0.0
        for channel in range(block.shape[0]):
            if rows[channel] >= 0:
                sign, given = signs[rows[channel], k], block[channel, start:]
                for n in range(frames):
                    row[n] += sign * given[n]


@inlined
def delay_row(
    ring: NDArray[np.float32], write: int, delay: int, flip: float, row: NDArray[np.float64], frames: int
) -> None:
    """One line of one step of the diffuser, in place (kernel). The ring is longer than the delay and a piece."""
    length = ring.shape[0]
    at = write
    for n in range(frames):
        ring[at] = row[n] if abs(row[n]) > SILENCE else 0.0
        at = at + 1 if at + 1 < length else 0
    at = write - delay if write >= delay else write - delay + length
    for n in range(frames):
        row[n] = flip * ring[at]
        at = at + 1 if at + 1 < length else 0


@inlined
def read_line(
    ring: NDArray[np.float32],
    write: int,
    now: NDArray[np.float64],
    k: int,
    filters: NDArray[np.float64],
    row: NDArray[np.float64],
    frames: int,
) -> None:
    """The end of line k, between two frames while its length glides, behind its absorption (kernel)."""
    delay, b0, b1, a1 = now[4 * k], now[4 * k + B0], now[4 * k + B1], now[4 * k + A1]
    whole = int(delay)
    share = delay - whole
    length = ring.shape[0]
    near = write - whole if write >= whole else write - whole + length
    far = near - 1 if near > 0 else length - 1
    # Transposed direct form II: one state a line.
    state = filters[k]
    for n in range(frames):
        x = ring[near] + share * (ring[far] - ring[near])
        y = b0 * x + state
        state = b1 * x - a1 * y
        if abs(state) <= SILENCE:
            state = 0.0
        row[n] = y
        far = near
        near = near + 1 if near + 1 < length else 0
    filters[k] = state


@inlined
def gather_output(
    lines: NDArray[np.float64],
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
            total = 0.0
            if rows[channel] >= 0:
                for k in range(LINES):
                    total += signs[rows[channel], k] * lines[k, n]
            heard[n] = level * total


@inlined
def feed_line(
    ring: NDArray[np.float32], write: int, mixed: NDArray[np.float64], fresh: NDArray[np.float64], frames: int
) -> None:
    """What returns and what is new enter a line (kernel)."""
    length = ring.shape[0]
    at = write
    for n in range(frames):
        kept = mixed[n] + fresh[n]
        ring[at] = kept if abs(kept) > SILENCE else 0.0
        at = at + 1 if at + 1 < length else 0
