"""A band at either end of the spectrum that is lowered where it stands out of the whole sound.

::

    x ─▶ split ─┬─ the other band ───────────────▶(+)─▶ out
                └─ the band ─▶ × gain ────────────▶ ▲
                     │           ▲
                     └▶ level of the band over that of x ─▶ threshold ─▶ attack / release

An s is told from a vowel by its share of high frequencies, a plosive by its share of low ones, not by their level:
the threshold is a ratio, so a quiet speaker is treated like a loud one. The split is that of
`audiopost.dsp.crossover`: both bands sum to an all-pass.

Source: the use of a relative threshold: U. Zölzer (ed.), "DAFX: Digital Audio Effects", 2nd ed. (2011), section 4.3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled
from audiopost.dsp.crossover import SPLIT_STATES, split, split_coefficients
from audiopost.dsp.gain_computer import time_constant
from audiopost.dsp.smoothing import advance
from audiopost.units import db_to_linear, power_to_db

__all__ = ["StandingBand"]

SILENT_POWER = 1e-7
"""-70 dBFS: in what is quieter nothing is looked for."""

FORGOTTEN_DB = 1e-7


class StandingBand:
    """The split, both levels, and the gain of the band; all channels are lowered alike.

    Parameters
    ----------
    channels, sample_rate
        Of the stream.
    low
        Whether the band is the one below the split, else the one above.
    average_ms
        Time constant of both levels.
    slope
        dB of reduction for each dB over the threshold.
    """

    def __init__(self, channels: int, sample_rate: float, *, low: bool, average_ms: float, slope: float) -> None:
        self._sample_rate = float(sample_rate)
        self._row = np.zeros(3, dtype=np.float64)
        self._states = np.zeros((channels, SPLIT_STATES), dtype=np.float64)
        self._levels = np.zeros(4, dtype=np.float64)
        self._now = np.zeros((2, channels), dtype=np.float64)
        self._keep = time_constant(average_ms, sample_rate)
        self._low, self._slope = low, slope
        self._run = lower_band.ready()

    def process(
        self,
        block: AudioBlock,
        out: AudioBlock,
        ramps: NDArray[np.float64],
        attack: float,
        release: float,
        *,
        wide: bool,
    ) -> None:
        """Ramps: logarithm of the split in Hz, threshold in dB, range in dB; `wide`: lower the whole sound instead."""
        self._run(
            block, out, ramps, self._row, self._states, self._levels, self._now, self._keep, attack, release,
            self._sample_rate, self._slope, self._low, wide,
        )  # fmt: skip

    @property
    def reduction_db(self) -> float:
        """The largest reduction of the last block, in dB, 0 or more."""
        return float(self._levels[3])

    def reset(self) -> None:
        """Forget all sound."""
        self._states.fill(0.0)
        self._levels.fill(0.0)


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float64[:, ::1], float64[::1], float64[:, ::1], float64[::1],"
    " float64[:, ::1], float64, float64, float64, float64, float64, boolean, boolean)"
)
def lower_band(
    block: AudioBlock,
    out: AudioBlock,
    ramps: NDArray[np.float64],
    row: NDArray[np.float64],
    states: NDArray[np.float64],
    levels: NDArray[np.float64],
    now: NDArray[np.float64],
    keep: float,
    attack: float,
    release: float,
    sample_rate: float,
    slope: float,
    low_side: bool,
    wide: bool,
) -> None:
    """See `StandingBand`. Levels: power of the band, of all; reduction in dB, its largest; `now`: scratch."""
    bands, others = now[0], now[1]
    band_power, power, now_db, largest_db = levels[0], levels[1], levels[2], 0.0
    for n in range(block.shape[1]):
        moving = ramps[0, 3] > 0.0
        log_frequency = advance(ramps, 0)
        threshold_db, range_db = advance(ramps, 1), advance(ramps, 2)
        if moving or n == 0:
            split_coefficients(log_frequency, sample_rate, row)
        band_now, all_now = 0.0, 0.0
        for channel in range(block.shape[0]):
            x = np.float64(block[channel, n])
            low, high = split(x, row, states[channel])
            bands[channel], others[channel] = (low, high) if low_side else (high, low)
            band_now += bands[channel] ** 2
            all_now += (low + high) ** 2
        band_power = band_now + keep * (band_power - band_now)
        power = all_now + keep * (power - all_now)
        wanted_db = 0.0
        if power > SILENT_POWER and band_power > 0.0:
            wanted_db = min(range_db, max(0.0, slope * (power_to_db(band_power / power) - threshold_db)))
        follow = attack if wanted_db > now_db else release
        now_db = wanted_db + follow * (now_db - wanted_db)
        if now_db < FORGOTTEN_DB:
            now_db = 0.0
        largest_db = max(largest_db, now_db)
        gain = db_to_linear(-now_db)
        for channel in range(block.shape[0]):
            band, other = bands[channel], others[channel]
            out[channel, n] = gain * (other + band) if wide else other + gain * band
    levels[0], levels[1], levels[2], levels[3] = band_power, power, now_db, largest_db
