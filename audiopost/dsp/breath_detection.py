"""Breaths between words, told from speech, from sibilants and from the noise of the room, spectrum by spectrum.

::

    power of a spectrum ─┬─▶ level: softer than the voice, over the noise of the room ─┐
                         ├─▶ below 400 Hz: little; 0.4 to 5 kHz: flat ─────────────────┼─▶ for 50 ms ─▶ gain
                         └─▶ above 5 kHz: less than below ─────────────────────────────┘

A vowel has its power in partials and below 400 Hz, an s above 5 kHz; a breath is soft noise in between, and lasts.

Source: D. Ruinskiy, Y. Lavner, "An effective algorithm for automatic detection and exact demarcation of breath sounds
in speech and song signals", IEEE Trans. ASLP 15 (2007), 838-850 (energy, slope of the spectrum, duration).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import compiled
from audiopost.units import db_to_linear, power_to_db

__all__ = ["BreathDetection"]

BORDERS_HZ = (80.0, 400.0, 5_000.0, 12_000.0)

LEAST_FLATNESS = 0.15
"""Geometric over arithmetic mean of 0.4 to 5 kHz: 0.56 for white noise, under 0.1 for the partials of a voice."""

LOWS_SHARE = 0.5
"""Of the power of 0.4 to 5 kHz: a vowel has more below 400 Hz."""

VOICE_FALL_DB_PER_S = 2.0
FLOOR_RISE_DB_PER_S = 3.0
OVER_FLOOR_DB = 6.0

LEAST_S = 0.05
"""An f or h between vowels is shorter."""

ATTACK_S, RELEASE_S = 0.03, 0.004
SILENT_DB = -120.0

VOICE, FLOOR, HELD, NOW_DB, BEGUN = range(5)


class BreathDetection:
    """The gain of every spectrum of a stream; see the module."""

    def __init__(self, frequencies_hz: NDArray[np.float64], hop_s: float) -> None:
        borders = np.searchsorted(frequencies_hz, BORDERS_HZ).astype(np.int64)
        self._edges = np.minimum(borders, frequencies_hz.size)
        self._hop_s = hop_s
        self._state = np.zeros(5, dtype=np.float64)
        self._run = lower_breath.ready()

    def set_gains(
        self, powers: NDArray[np.float64], gains: NDArray[np.float64], *, softer_db: float, reduction_db: float
    ) -> None:
        """Fill `gains` from `powers`, both (bins,): a breath is `softer_db` under the voice, and lowered."""
        self._run(powers, gains, self._edges, self._state, self._hop_s, softer_db, reduction_db)

    @property
    def reduction_db(self) -> float:
        """By how much is lowered now, in dB, 0 or more."""
        return float(self._state[NOW_DB])

    def reset(self) -> None:
        """Forget the voice and the room."""
        self._state.fill(0.0)


@compiled("void(float64[::1], float64[::1], int64[::1], float64[::1], float64, float64, float64)")
def lower_breath(
    powers: NDArray[np.float64],
    gains: NDArray[np.float64],
    edges: NDArray[np.int64],
    state: NDArray[np.float64],
    hop_s: float,
    softer_db: float,
    reduction_db: float,
) -> None:
    """See `BreathDetection`."""
    lows, middle, highs, logarithms = 1e-20, 1e-20, 0.0, 0.0
    for k in range(edges[0], edges[1]):
        lows += powers[k]
    for k in range(edges[1], edges[2]):
        middle += powers[k]
        logarithms += math.log(max(powers[k], 1e-20))
    for k in range(edges[2], edges[3]):
        highs += powers[k]
    bins = max(1, edges[2] - edges[1])
    level = power_to_db(lows + middle + highs)
    if level < SILENT_DB:
        level = SILENT_DB
    if state[BEGUN] == 0.0:
        state[BEGUN], state[VOICE], state[FLOOR] = 1.0, level, level
    state[VOICE] = max(level, state[VOICE] - VOICE_FALL_DB_PER_S * hop_s)
    state[FLOOR] = min(level, state[FLOOR] + FLOOR_RISE_DB_PER_S * hop_s)
    flat = math.exp(logarithms / bins) * bins > LEAST_FLATNESS * middle
    noise = flat and lows < LOWS_SHARE * middle and highs < middle
    soft = state[FLOOR] + OVER_FLOOR_DB < level < state[VOICE] - softer_db
    longest = LEAST_S / hop_s
    if not soft:
        state[HELD] = 0.0  # a word begins: at once
    elif noise:
        state[HELD] = min(state[HELD] + 1.0, 2.0 * longest)
    else:
        state[HELD] = max(0.0, state[HELD] - 2.0)
    wanted_db = reduction_db if state[HELD] >= longest else 0.0
    time_s = ATTACK_S if wanted_db > state[NOW_DB] else RELEASE_S
    now_db = wanted_db + math.exp(-hop_s / time_s) * (state[NOW_DB] - wanted_db)
    state[NOW_DB] = now_db if now_db > 1e-6 else 0.0
    gain = db_to_linear(-state[NOW_DB])
    for k in range(gains.shape[0]):
        gains[k] = gain
