"""How long a room rings, heard in speech or music that was recorded in it: no impulse, no second microphone.

::

    power of a spectrum ─▶ level of 8 bands ─▶ straight line through the last 0.2 s ─▶ falls, and is straight?
                                                                                        │ 60 dB / slope
                                              most frequent decay ◀─ histogram of decays ◀

Where a sound stops, its band falls in a straight line of dB: that is the room. Where it goes on, the line is bent or
slower; where the sound itself dies away, faster or bent. What is counted most often is the room. A close voice without
a room has next to no straight falls of that length, so nothing is said about it.

Sources: H. W. Löllmann, E. Yilmaz, M. Jeub, P. Vary, "An improved algorithm for blind reverberation time estimation",
IWAENC (2010) (pre-selection of decays, histogram); T. de M. Prego, A. A. de Lima, S. L. Netto et al., "A blind
algorithm for reverberation-time estimation using subband decomposition of speech signals", JASA 131 (2012), 2811-2816
(free decays in bands).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import compiled, inlined
from audiopost.units import power_to_db

__all__ = ["DECAY_RANGE_S", "DecayEstimation", "band_edges"]

LOWEST_HZ, HIGHEST_HZ, BANDS = 250.0, 6_000.0, 8
"""A voice has power there."""

SPAN_S = 0.21
"""Of the straight line: longer than the end of a syllable."""

LEAST_FALL_DB = 4.0
LARGEST_DEVIATION_DB = 1.5
"""Root mean square from the line."""

OVER_FLOOR_DB = 10.0
FLOOR_RISE_DB_PER_S = 1.0
"""The floor follows a lower level at once, and a higher one slowly."""

DECAY_RANGE_S = (0.1, 5.0)
CELLS = 60
LEAST_FALLS = 20.0
LEAST_SHARE = 0.02
"""Falls that must have been counted before anything is said, and their share of all lines that were looked at."""

SILENT_DB = -120.0
CURSOR, HEARD = range(2)
DECAY, LOOKED_AT = range(2)


class DecayEstimation:
    """The decay of a room, from the short-time spectra of what sounds in it.

    Parameters
    ----------
    frequencies_hz
        Of the bins, (bins,).
    hop_s
        Seconds from one spectrum to the next.
    memory_s
        Time constant of forgetting; None: nothing is forgotten.

    Notes
    -----
    Accuracy: within 15 % between 0.3 and 3 s on ten seconds of speech. Realtime: eight line fits a spectrum.
    """

    def __init__(self, frequencies_hz: NDArray[np.float64], hop_s: float, memory_s: float | None = None) -> None:
        self._edges = band_edges(frequencies_hz)
        self._hop_s = hop_s
        self._levels = np.zeros((max(4, round(SPAN_S / hop_s)), BANDS), dtype=np.float64)
        self._floor = np.zeros(BANDS, dtype=np.float64)
        self._counts = np.zeros(2, dtype=np.int64)
        self._histogram = np.zeros(CELLS, dtype=np.float64)
        self._keep = 1.0 if memory_s is None else math.exp(-hop_s / memory_s)
        self._found = np.zeros(2, dtype=np.float64)
        self._run = find_decay.ready()

    def process(self, powers: NDArray[np.float64]) -> float | None:
        """Take one more spectrum, (bins,); the decay by 60 dB in s, None while it is unknown."""
        self._run(
            powers, self._edges, self._levels, self._floor, self._counts, self._histogram, self._keep, self._hop_s,
            self._found,
        )  # fmt: skip
        return self.decay_s

    @property
    def decay_s(self) -> float | None:
        """Time in which the room decays by 60 dB; None while too little was heard."""
        return float(self._found[DECAY]) or None

    def reset(self) -> None:
        """Forget all sound."""
        for memory in (self._levels, self._floor, self._counts, self._histogram, self._found):
            memory.fill(0)


def band_edges(frequencies_hz: NDArray[np.float64]) -> NDArray[np.int64]:
    """First bin of every band, and the one behind the last: (`BANDS` + 1,)."""
    highest_hz = min(HIGHEST_HZ, 0.9 * float(frequencies_hz[-1]))
    edges = np.searchsorted(frequencies_hz, np.geomspace(LOWEST_HZ, highest_hz, BANDS + 1)).astype(np.int64)
    return np.maximum.accumulate(np.maximum(edges, np.arange(1, BANDS + 2)))


@inlined
def take_peak(histogram: NDArray[np.float64], shortest: float, width: float, found: NDArray[np.float64]) -> None:
    """The most frequent decay: the centre of the five neighbouring cells that hold most (kernel)."""
    total, most, best = 0.0, 0.0, 0
    for cell in range(histogram.shape[0]):
        total += histogram[cell]
    for cell in range(2, histogram.shape[0] - 2):
        held = 0.0
        for near in range(-2, 3):
            held += (3 - abs(near)) * histogram[cell + near]
        if held > most:
            most, best = held, cell
    if total < max(LEAST_FALLS, LEAST_SHARE * found[LOOKED_AT]):
        found[DECAY] = 0.0
        return
    weight, centre = 0.0, 0.0
    for near in range(-2, 3):
        weight += histogram[best + near]
        centre += near * histogram[best + near]
    if weight > 0.0:
        found[DECAY] = math.exp(shortest + (best + 0.5 + centre / weight) * width)


@compiled(
    "void(float64[::1], int64[::1], float64[:, ::1], float64[::1], int64[::1], float64[::1], float64, float64,"
    " float64[::1])"
)
def find_decay(
    powers: NDArray[np.float64],
    edges: NDArray[np.int64],
    levels: NDArray[np.float64],
    floor: NDArray[np.float64],
    counts: NDArray[np.int64],
    histogram: NDArray[np.float64],
    keep: float,
    hop_s: float,
    found: NDArray[np.float64],
) -> None:
    """See `DecayEstimation`. `levels` is a ring of rows; `histogram` counts by the logarithm of the decay."""
    span, at = levels.shape[0], counts[CURSOR]
    middle = 0.5 * (span - 1)
    spread = span * (span * span - 1.0) / 12.0
    shortest, octaves = math.log(DECAY_RANGE_S[0]), math.log(DECAY_RANGE_S[1] / DECAY_RANGE_S[0])
    counts[CURSOR] = (at + 1) % span
    counts[HEARD] += 1
    for cell in range(histogram.shape[0]):
        histogram[cell] *= keep
    found[LOOKED_AT] *= keep
    for band in range(levels.shape[1]):
        power = 0.0
        for k in range(edges[band], edges[band + 1]):
            power += powers[k]
        level = power_to_db(max(power, 1e-30) / max(1, edges[band + 1] - edges[band]))
        levels[at, band] = level
        rising = floor[band] + FLOOR_RISE_DB_PER_S * hop_s
        floor[band] = level if counts[HEARD] == 1 else max(SILENT_DB, min(level, rising))
        if counts[HEARD] < span or level < floor[band] + OVER_FLOOR_DB or level < SILENT_DB:
            continue
        found[LOOKED_AT] += 1.0
        mean, slope = 0.0, 0.0
        for n in range(span):
            y = levels[(at + 1 + n) % span, band]
            mean += y / span
            slope += (n - middle) * y / spread
        if slope * span > -LEAST_FALL_DB:
            continue
        error = 0.0
        for n in range(span):
            error += (levels[(at + 1 + n) % span, band] - mean - slope * (n - middle)) ** 2
        if error > span * LARGEST_DEVIATION_DB**2:
            continue
        place = (math.log(-60.0 * hop_s / slope) - shortest) / octaves
        if 0.0 <= place < 1.0:
            histogram[int(place * histogram.shape[0])] += 1.0
    take_peak(histogram, shortest, octaves / histogram.shape[0], found)
