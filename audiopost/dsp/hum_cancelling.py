"""Mains hum and its harmonics, each cancelled by a sine that follows it in level and phase, all of one frequency.

::

    x ──────────────────▶(-)──┬─▶ out
                          ▲   │
    p_h = exp(i h phase) ─┤   └─▶ z_h += μ · out · conj(p_h)
                          └── Σ_h Re(z_h p_h)

One harmonic by itself is a notch of the stated width; where the hum is a little off, its z turns, and the turning, over
all harmonics and channels by their power, tells by how much: the frequency follows it.

Sources: J. R. Glover, "Adaptive noise canceling applied to sinusoidal interferences", IEEE Trans. ASSP 25 (1977),
484-491 (the notch, and its width); B. Widrow and others, "Adaptive noise cancelling: principles and applications",
Proceedings of the IEEE 63 (1975), 1692-1716.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.smoothing import advance

__all__ = ["HumCanceller"]

TURNED_S = 0.05
"""How often the turning is looked at."""

TOLD_BY = 8
"""Harmonics that tell the frequency: at 60 Hz and 2 % off, the eighth turns by just under half a turn in that time."""

FOLLOWED = 0.2
"""Part of a deviation that is followed each time."""

FARTHEST = 0.02
"""Of the frequency: a mains keeps within 1 %, a tape machine within 2."""

LET_GO = 0.985
"""A frame: while the frequency given moves, the hum of the old one is forgotten."""

SILENCE = 1e-20
FAINTEST = 1e-12
"""Power of harmonics, -120 dB, below which nothing is followed."""

PHASE, DEVIATION, FRAMES = range(3)


class HumCanceller:
    """Cancels up to so many harmonics in every channel.

    Notes
    -----
    Accuracy: a steady hum at the frequency, or within 2 % of it while tracking, is lowered by 40 dB and more. Latency:
    none. Realtime: one compiled pass; cost rises with the number of harmonics. Harmonics above 0.45 of the sample rate
    are left out.
    """

    def __init__(self, channels: int, sample_rate: float, harmonics: int) -> None:
        self._sample_rate = float(sample_rate)
        self._weights = np.zeros((channels, harmonics, 4), dtype=np.float64)
        self._turns = np.zeros((harmonics, 4), dtype=np.float64)
        self._state = np.zeros(3, dtype=np.float64)
        self._run = cancel_hum.ready()

    def process(self, block: AudioBlock, out: AudioBlock, ramps: NDArray[np.float64], *, track: bool) -> None:
        """Fill `out`; ramps: frequency in Hz, width in Hz."""
        self._run(block, out, ramps, self._weights, self._turns, self._state, self._sample_rate, track)

    @property
    def deviation(self) -> float:
        """How far the hum was found from the frequency given, as a part of it."""
        return float(self._state[DEVIATION])

    def reset(self) -> None:
        """Forget all sound."""
        self._weights.fill(0.0)
        self._turns.fill(0.0)
        self._state.fill(0.0)


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float64[:, ::1], float64[:, :, ::1], float64[:, ::1], float64[::1],"
    " float64, boolean)"
)
def cancel_hum(
    block: AudioBlock,
    out: AudioBlock,
    ramps: NDArray[np.float64],
    weights: NDArray[np.float64],
    turns: NDArray[np.float64],
    state: NDArray[np.float64],
    sample_rate: float,
    track: bool,
) -> None:
    """See `HumCanceller`.

    `weights`: of each channel and harmonic z (re, im) now and when the turning was last looked at; `turns`: of each
    harmonic p (re, im) now.
    """
    channels = block.shape[0]
    often = TURNED_S * sample_rate
    for n in range(block.shape[1]):
        let_go = ramps[0, 3] > 0.0
        frequency_hz, width_hz = advance(ramps, 0), advance(ramps, 1)
        if not track:
            state[DEVIATION] = 0.0
        now_hz = frequency_hz * (1.0 + state[DEVIATION])
        state[PHASE] += now_hz / sample_rate
        if state[PHASE] >= 1.0:
            state[PHASE] -= 1.0
        count = min(turns.shape[0], int(0.45 * sample_rate / now_hz))
        angle = 2.0 * math.pi * state[PHASE]
        c1, s1 = math.cos(angle), math.sin(angle)
        c, s = 1.0, 0.0
        for h in range(count):
            c, s = c * c1 - s * s1, s * c1 + c * s1
            turns[h, 0], turns[h, 1] = c, s
        rate = 2.0 * math.pi * width_hz / sample_rate
        for channel in range(channels):
            own = weights[channel]
            total = np.float64(block[channel, n])
            for h in range(count):
                total -= own[h, 0] * turns[h, 0] - own[h, 1] * turns[h, 1]
            out[channel, n] = total
            step = rate * total
            for h in range(count):
                own[h, 0] += step * turns[h, 0]
                own[h, 1] -= step * turns[h, 1]
            if let_go:
                # What was found at the old frequency would be swept through the spectrum.
                for h in range(own.shape[0]):
                    own[h, 0] *= LET_GO
                    own[h, 1] *= LET_GO
        state[FRAMES] += 1.0
        if state[FRAMES] >= often:
            state[FRAMES] = 0.0
            follow_turning(weights, state, count, frequency_hz)


@inlined
def follow_turning(weights: NDArray[np.float64], state: NDArray[np.float64], count: int, frequency_hz: float) -> None:
    """Move the frequency towards where the harmonics turn (kernel)."""
    turning, power = 0.0, 0.0
    for channel in range(weights.shape[0]):
        for h in range(count):
            own = weights[channel, h]
            for index in range(2):
                if abs(own[index]) < SILENCE:
                    own[index] = 0.0
            size = own[0] * own[0] + own[1] * own[1]
            if h < TOLD_BY and size > FAINTEST and own[2] * own[2] + own[3] * own[3] > 0.25 * size:
                # The angle from the last z to this one, in turns a second of the fundamental.
                across, along = own[1] * own[2] - own[0] * own[3], own[0] * own[2] + own[1] * own[3]
                turning += size * math.atan2(across, along) / (2.0 * math.pi * TURNED_S * (h + 1))
                power += size
            own[2], own[3] = own[0], own[1]
    if power > 0.0:
        moved = state[DEVIATION] + FOLLOWED * turning / power / frequency_hz
        state[DEVIATION] = min(FARTHEST, max(-FARTHEST, moved))
