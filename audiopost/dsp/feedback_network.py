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
from audiopost.dsp.network_kernel import LINES, PIECE, ROOM, STEPS, run_network
from audiopost.dsp.smoothing import Ramps
from audiopost.dsp.vector_code import LANES
from audiopost.units import db_to_linear, ms_to_frames

__all__ = ["FeedbackNetwork"]

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


class FeedbackNetwork:
    """Sixteen lines for any number of channels.

    Parameters
    ----------
    fed
        For each channel whether it feeds the network and hears it (an LFE channel does not).

    Notes
    -----
    Accuracy: the decay time at 500 Hz to 1 kHz is within 10 % of the one asked for, at default damping. A steady noise
    comes back at its own level. Sums in float32, absorption in float64. Latency: none, but nothing is heard before the
    shortest line. Realtime: one compiled pass, along the frames of a piece where lines are delayed and mixed, along the
    lines where each frame waits for the one before.
    """

    def __init__(self, fed: tuple[bool, ...], sample_rate: float) -> None:
        self._sample_rate = float(sample_rate)
        self._rows = np.array([(index % LINES) if feeds else -1 for index, feeds in enumerate(fed)], dtype=np.int64)
        self._channels_fed = max(1, sum(fed))
        self._signs = _hadamard(LINES)
        self._longest = math.ceil(SHORTEST_MS[1] * SPREAD / 1000.0 * sample_rate) + 2
        self._lines = np.zeros((LINES, self._longest + ROOM), dtype=np.float32)
        self._filters = np.zeros(LINES, dtype=np.float64)
        self._diffuser_delays = _diffuser_delays(sample_rate)
        self._longest_diffusion = int(self._diffuser_delays.max())
        self._diffuser = np.zeros((STEPS, LINES, self._longest_diffusion + ROOM), dtype=np.float32)
        self._flips = _diffuser_flips()
        self._cursors = np.array([self._longest, self._longest_diffusion], dtype=np.int64)
        self._taps = np.zeros(LINES, dtype=np.int64)
        self._piece = min(PIECE, int(SHORTEST_MS[0] / 1000.0 * sample_rate - 1.0) // LANES * LANES)
        self._work = np.zeros((2, LINES, PIECE), dtype=np.float32)
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
            length = max(LANES + 1, math.floor(shortest * SPREAD ** (line / (LINES - 1)) + 0.5))
            loss_db = 60.0 * length / (decay_s * self._sample_rate)
            kept_power += db_to_linear(-2.0 * loss_db) / LINES
            b0, b1, a1 = _absorption(loss_db, loss_db / (1.0 - STRONGEST_DAMPING * damping), self._sample_rate)
            for offset, value in enumerate((float(length), b0, b1, a1)):
                move(offset * LINES + line, value)
        move(4 * LINES, math.sqrt(LINES * (1.0 - kept_power) / self._channels_fed))
        if at_once:
            self._now[:] = self._ramps.state[:, 0]
        self.tail_frames = (
            math.ceil(2.0 * decay_s * self._sample_rate) + self._longest + self._longest_diffusion * STEPS
        )

    def process(self, block: AudioBlock, out: AudioBlock) -> None:
        """Fill `out` with the reverberation of `block`, both (channels, frames); silence where not fed."""
        self._run(
            block, out, self._rows, self._signs, self._lines, self._filters, self._diffuser, self._diffuser_delays,
            self._flips, self._cursors, self._work, self._ramps.state, self._now, self._taps, self._piece,
        )  # fmt: skip

    def reset(self) -> None:
        """Forget all sound; be in the room."""
        self._ramps.finish()
        self._now[:] = self._ramps.state[:, 0]
        for memory in (self._lines, self._filters, self._diffuser):
            memory.fill(0.0)
        self._cursors[:] = (self._longest, self._longest_diffusion)


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


def _diffuser_flips() -> NDArray[np.float32]:
    """Half of the lines of each step change sign: a fixed pattern without symmetry (bits of the golden ratio)."""
    bits = 0x9E3779B97F4A
    return np.array(
        [[1.0 if bits >> (step * LINES + line) & 1 else -1.0 for line in range(LINES)] for step in range(STEPS)],
        dtype=np.float32,
    )
