"""How much room there is behind a voice: how far each band has fallen a tenth of a second behind its peaks.

::

    level of a band   ╱╲ ─ ─ ─ ─ ─ ─ ─ ─ ┐
                     ╱  ╲___             │ fall: 20 dB for a voice at the lips, 5 dB for one across a church
                    ╱       ╲____ ─ ─ ─ ─┘
                      │← 0.1 s →│

The figure belongs to what is said as well as to the room: it is for setting one recording beside another of the same
kind, not for a scale of its own.

Source: the falls of a room beside those of speech: J. S. Bradley, H. Sato, M. Picard, "On the importance of early
reflections for speech in rooms", JASA 113 (2003), 3233-3244 (what is late beside what is early); M. R. Schroeder, "New
method of measuring reverberation time", JASA 37 (1965), 409-412.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.decay_estimation import BANDS, band_edges
from audiopost.units import powers_to_db

__all__ = ["RoomLevel"]

LAG_S = 0.1
"""Early reflections are over (50 ms, ISO 3382-1) and the next syllable has hardly begun."""

PEAK_HOPS = 4
"""A peak is the highest of so many spectra before and behind it."""

LOUD_PERCENT, LOUD_SPAN_DB = 95.0, 15.0
LOWEST_DB = -25.0
"""Under the loud ones: what is fainter may be noise of the recording, and counts as this."""


class RoomLevel:
    """The levels of the bands, gathered spectrum by spectrum, and the fall behind their peaks."""

    def __init__(self, frequencies_hz: NDArray[np.float64], hop_s: float) -> None:
        self._edges = band_edges(frequencies_hz)
        self._lag = max(2, round(LAG_S / hop_s))
        self._powers: list[NDArray[np.float64]] = []

    def process(self, powers: NDArray[np.float64]) -> None:
        """Take one more spectrum, (bins,)."""
        self._powers.append(np.add.reduceat(powers[: self._edges[-1]], self._edges[:-1]))

    def fall_db(self) -> float | None:
        """Mean over all peaks of all bands, 0 or more; None for silence, or where there is no peak."""
        if len(self._powers) <= 2 * PEAK_HOPS + self._lag:
            return None
        levels = powers_to_db(np.maximum(np.array(self._powers), 1e-20))
        falls = np.concatenate([self._falls(levels[:, band]) for band in range(BANDS)])
        return float(falls.mean()) if falls.size else None

    def _falls(self, levels: NDArray[np.float64]) -> NDArray[np.float64]:
        loud_db = np.percentile(levels, LOUD_PERCENT)
        if loud_db < -120.0:
            return np.empty(0)
        levels = np.maximum(levels, loud_db + LOWEST_DB)
        around = np.lib.stride_tricks.sliding_window_view(levels, 2 * PEAK_HOPS + 1).max(axis=1)
        here = levels[PEAK_HOPS : levels.size - PEAK_HOPS]
        peaks = PEAK_HOPS + np.flatnonzero((here == around) & (here > loud_db - LOUD_SPAN_DB))
        peaks = peaks[peaks + self._lag + 2 < levels.size]
        later = np.mean([levels[peaks + self._lag + near] for near in (-2, -1, 0, 1, 2)], axis=0)
        return np.asarray(levels[peaks] - later)
