"""Bells and shelves whose gain follows the level within them.

::

    x ─┬────────────────────────────────────────(+)─▶ next band
       └─▶ band filter ─┬─▶ × (gain - 1) ────────▲
                        └─▶ mean square ─▶ curve ─▶ attack / release

One filter both finds the level and makes the change: a bell is the sound plus ``gain - 1`` times its band pass, a shelf
the sound plus ``gain - 1`` times a low or high pass of first order. The poles stand still while the gain moves, so no
gain, however fast, can make it unstable.

Source: the form of the bell and shelf: P. A. Regalia, S. K. Mitra, "Tunable digital frequency response equalization
filters", IEEE Trans. ASSP 35 (1987), 118-120; the curve: `audiopost.dsp.gain_computer`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.crossover import band_outputs
from audiopost.dsp.gain_computer import static_reduction_db
from audiopost.dsp.smoothing import advance
from audiopost.units import db_to_linear, power_to_db

__all__ = ["BELL", "HIGH_SHELF", "LOW_SHELF", "RAMPS", "run_dynamic_bands"]

BELL, LOW_SHELF, HIGH_SHELF = range(3)

RAMPS = 5
"""Of each band: logarithm of the frequency in Hz, logarithm of q, gain in dB, threshold in dB, slope."""

KNEE_DB = 3.0

SHORTEST_MEAN_S = 0.005
PERIODS = 1.5
"""A level is a mean over at least so many periods of the band's frequency: its ripple would be distortion."""

HIGHEST = 0.45
"""Of the sample rate."""

SILENT_POWER = 1e-14
DENORMAL_POWER = 1e-30
FORGOTTEN_DB = 1e-7


@inlined
def tune(kind: int, log_frequency: float, log_q: float, sample_rate: float, row: NDArray[np.float64]) -> None:
    """Fill a1, a2, a3, damping, and the factor a frame of the mean (kernel)."""
    hz = min(math.exp(log_frequency), HIGHEST * sample_rate)
    g = math.tan(math.pi * hz / sample_rate)
    damping = math.exp(-log_q) if kind == BELL else 2.0
    a1 = 1.0 / (1.0 + g * (g + damping))
    row[0], row[1], row[2], row[3] = a1, g * a1, g * g * a1, damping
    row[4] = math.exp(-1.0 / (max(SHORTEST_MEAN_S, PERIODS / hz) * sample_rate))


@compiled(
    "void(float32[:, ::1], float32[:, ::1], int64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1],"
    " float64[:, :, ::1], float64[:, ::1], float64[:, ::1], float64)"
)
def run_dynamic_bands(
    block: AudioBlock,
    out: AudioBlock,
    kinds: NDArray[np.int64],
    ramps: NDArray[np.float64],
    times: NDArray[np.float64],
    rows: NDArray[np.float64],
    states: NDArray[np.float64],
    levels: NDArray[np.float64],
    now: NDArray[np.float64],
    sample_rate: float,
) -> None:
    """All bands in series.

    `times`: factors a frame of attack and release of each band; `rows`: what `tune` fills; `states`: (bands, channels,
    2); `levels`: of each band its mean square, its reduction in dB, and the largest of this block; `now`: sound and
    band of each channel, scratch.
    """
    sounds, parts = now[0], now[1]
    for band in range(kinds.shape[0]):
        levels[band, 2] = 0.0
    for n in range(block.shape[1]):
        for channel in range(block.shape[0]):
            sounds[channel] = block[channel, n]
        for band in range(kinds.shape[0]):
            kind, row, first = kinds[band], rows[band], band * RAMPS
            moving = n == 0 or ramps[first, 3] > 0.0 or ramps[first + 1, 3] > 0.0
            log_frequency, log_q = advance(ramps, first), advance(ramps, first + 1)
            gain_db, threshold_db = advance(ramps, first + 2), advance(ramps, first + 3)
            slope = advance(ramps, first + 4)
            if moving:
                tune(kind, log_frequency, log_q, sample_rate, row)
            loudest = 0.0
            for channel in range(block.shape[0]):
                x = sounds[channel]
                v1, v2 = band_outputs(x, row, states[band, channel])
                part = row[3] * v1 if kind == BELL else (v1 + v2 if kind == LOW_SHELF else x - v1 - v2)
                parts[channel] = part
                loudest = max(loudest, part * part)
            own = levels[band]
            own[0] = loudest + row[4] * (own[0] - loudest)
            if own[0] < DENORMAL_POWER:
                own[0] = 0.0
            wanted_db = 0.0
            if own[0] > SILENT_POWER:
                # Twice the mean square: a sine reads as its peak.
                wanted_db = static_reduction_db(power_to_db(2.0 * own[0]), threshold_db, slope, KNEE_DB)
            keep = times[band, 0] if wanted_db > own[1] else times[band, 1]
            own[1] = wanted_db + keep * (own[1] - wanted_db)
            if own[1] < FORGOTTEN_DB:
                own[1] = 0.0
            own[2] = max(own[2], own[1])
            change = db_to_linear(gain_db - own[1]) - 1.0
            for channel in range(block.shape[0]):
                sounds[channel] += change * parts[channel]
        for channel in range(block.shape[0]):
            out[channel, n] = sounds[channel]
