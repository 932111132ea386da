"""Voices at other pitches than a sound: the peaks of its spectrum, each moved with all that belongs to it.

::

    spectrum ─▶ peaks ─▶ the region of each, moved by (ratio - 1) of its frequency and turned on by what that
                         is from frame to frame ─▶ × envelope there / envelope here ─▶ sum of the voices

A region moves by parts of a bin: between two bins its spectrum is interpolated, with its phases counted from the middle
of the frame. The turn of a peak goes on from that of the region in which it lay a frame before. All channels are moved
alike, by the peaks of their mean power, so the picture stays; moving is the same for both channels of a pair.

Source: J. Laroche, M. Dolson, "New phase-vocoder techniques for real-time pitch shifting, chorusing, harmonizing, and
other exotic audio modifications", Journal of the AES 47 (1999), 928-936.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.convolution import bit_reversed, twiddles_of
from audiopost.dsp.spectral_envelope import MOST_DB, envelope_of, lifter_of

__all__ = ["PeakShifter"]

FAINTEST_POWER = 1e-14
"""Of a peak."""

STEPS = 128
"""Parts of a bin for which the loss of interpolating is known."""


def _made_good() -> NDArray[np.float64]:
    """What a region that lies between two bins must be raised by: interpolated, its frame fades towards both ends."""
    place = np.pi * ((np.arange(4096) + 0.5) / 4096 - 0.5)
    window = np.cos(place) ** 2
    part = np.arange(STEPS + 1)[:, None] / STEPS
    faded = np.real(((1.0 - part) + part * np.exp(2j * place)) * np.exp(-2j * part * place))
    return np.ascontiguousarray(window.sum() / (window * faded).sum(axis=1))


class PeakShifter:
    """Puts the voices into spectra of `audiopost.dsp.stft.ShortTimeSpectra`.

    Parameters
    ----------
    voices
        How many; the first passes as it is.
    pairs, size, hop, sample_rate
        Of the spectra.

    Notes
    -----
    Realtime: two transforms for the envelope, and one pass over the bins for each voice and pair of channels.
    """

    def __init__(self, voices: int, pairs: int, size: int, hop: int, sample_rate: float) -> None:
        bins = size // 2 + 1
        self.levels = np.zeros(voices)
        self.ratios = np.ones(voices)
        self._hop = hop
        self._turns = np.zeros((voices, bins))
        self._before = np.zeros((voices, bins))
        self._regions = np.zeros((3, bins))
        self._sums = np.zeros((pairs, 2, size))
        self._made_good = _made_good()
        self._lifter, self._work = lifter_of(size, sample_rate), np.zeros((2, size))
        self._twiddles, self._order = twiddles_of(size), bit_reversed(size)
        self._shift = shift_peaks.ready()

    def process(self, powers: NDArray[np.float64], spectra: NDArray[np.float64], kept: float) -> None:
        """Put the sum of the voices in the place of the spectra.

        Voice v has the amplitude ``levels[v]`` and stands at ``ratios[v]`` times the pitch; `kept` is the share of the
        formants that stay where they are, 0 to 1.
        """
        self._shift(
            powers, spectra, self.levels, self.ratios, self._turns, self._before, self._regions, self._sums,
            self._made_good, self._lifter, self._work, self._twiddles, self._order, self._hop, kept,
        )  # fmt: skip

    def reset(self) -> None:
        """Forget the turns."""
        self._turns.fill(0.0)
        self._before.fill(0.0)


@inlined
def find_regions(powers: NDArray[np.float64], regions: NDArray[np.float64]) -> int:
    """Frequency (in bins), first and last bin of each peak's region, and how many there are (kernel)."""
    last = powers.shape[0] - 1
    count = 0
    for k in range(2, last - 1):
        here = powers[k]
        if here < FAINTEST_POWER or here < powers[k - 1] or here < powers[k - 2]:
            continue
        if here <= powers[k + 1] or here <= powers[k + 2]:
            continue
        # Exact for a sine: beside its middle the transform of half a sine falls as (1 + 2d) / (3 - 2d).
        side = 1.0 if powers[k + 1] > powers[k - 1] else -1.0
        share = math.sqrt(max(powers[k + 1], powers[k - 1]) / here)
        regions[0, count] = k + side * min(max((3.0 * share - 1.0) / (2.0 + 2.0 * share), -0.5), 0.5)
        lowest = k
        if count:
            lowest = int(regions[0, count - 1] + 0.5) + 1
            for j in range(lowest, k):
                if powers[j] < powers[lowest]:
                    lowest = j
            regions[2, count - 1] = lowest - 1
        else:
            lowest = 0
        regions[1, count] = lowest
        count += 1
    if count:
        regions[2, count - 1] = last
    return count


@compiled(
    "void(float64[::1], float64[:, :, ::1], float64[::1], float64[::1], float64[:, ::1], float64[:, ::1],"
    " float64[:, ::1], float64[:, :, ::1], float64[::1], float64[::1], float64[:, ::1], float64[:, ::1], int64[::1],"
    " int64, float64)"
)
def shift_peaks(
    powers: NDArray[np.float64],
    spectra: NDArray[np.float64],
    levels: NDArray[np.float64],
    ratios: NDArray[np.float64],
    turns: NDArray[np.float64],
    before: NDArray[np.float64],
    regions: NDArray[np.float64],
    sums: NDArray[np.float64],
    made_good: NDArray[np.float64],
    lifter: NDArray[np.float64],
    work: NDArray[np.float64],
    twiddles: NDArray[np.float64],
    order: NDArray[np.int64],
    hop: int,
    kept: float,
) -> None:
    """See `PeakShifter`."""
    size = spectra.shape[2]
    last = powers.shape[0] - 1
    most = MOST_DB * math.log(10.0) / 20.0
    count = find_regions(powers, regions)
    envelope_of(powers, lifter, work, twiddles, order)
    envelope = work[0]
    for pair in range(spectra.shape[0]):
        for half in range(2):
            for k in range(size):
                sums[pair, half, k] = levels[0] * spectra[pair, half, k]
    for voice in range(1, levels.shape[0]):
        ratio, level = ratios[voice], levels[voice]
        for k in range(last + 1):
            before[voice, k] = turns[voice, k]
        for peak in range(count):
            moved = (ratio - 1.0) * regions[0, peak]
            turn = before[voice, int(regions[0, peak] + 0.5)] + 2.0 * math.pi * moved * hop / size
            turn -= 2.0 * math.pi * math.floor(turn / (2.0 * math.pi))
            first, end = int(regions[1, peak]), int(regions[2, peak])
            for k in range(first, end + 1):
                turns[voice, k] = turn
            if level == 0.0:
                continue
            whole = math.floor(moved)
            part = moved - whole
            raised = level * made_good[int(part * STEPS + 0.5)]
            a, b = math.cos(turn), math.sin(turn)
            for k in range(max(first, 1), min(end, last - 1) + 1):
                for side in range(2):
                    target = k + int(whole) + side
                    weight = raised * (part if side else 1.0 - part)
                    if weight == 0.0 or not 0 < target < last:
                        continue
                    change = kept * (envelope[target] - envelope[k])
                    weight *= math.exp(min(max(change, -most), most))
                    if (target - k) % 2:
                        weight = -weight  # phases counted from the middle of the frame
                    for pair in range(spectra.shape[0]):
                        re, im = spectra[pair, 0, k], spectra[pair, 1, k]
                        sums[pair, 0, target] += weight * (a * re - b * im)
                        sums[pair, 1, target] += weight * (a * im + b * re)
                        re, im = spectra[pair, 0, size - k], spectra[pair, 1, size - k]
                        sums[pair, 0, size - target] += weight * (a * re + b * im)
                        sums[pair, 1, size - target] += weight * (a * im - b * re)
    for pair in range(spectra.shape[0]):
        for half in range(2):
            for k in range(size):
                spectra[pair, half, k] = sums[pair, half, k]
