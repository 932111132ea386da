"""The envelope of a spectrum, which formants make, apart from the partials that stand under it; and moved.

::

    log magnitude ─▶ from peak to peak in straight lines ─▶ cepstrum ─▶ × lifter (short quefrencies) ─▶ back

Over the peaks alone, what lies between the partials of a voice pulls nothing down, so the lifter need not be as short
as a pitch's period, and narrow formants stay narrow.

Source: A. V. Oppenheim, R. W. Schafer, "Homomorphic analysis of speech", IEEE Transactions on Audio and
Electroacoustics 16 (1968), 221-226; D. B. Paul, "The spectral envelope estimation vocoder", IEEE Transactions on
Acoustics, Speech and Signal Processing 29 (1981), 786-794, for an envelope through the peaks.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.convolution import bit_reversed, transform, twiddles_of

__all__ = ["FormantGains", "envelope_of", "lifter_of"]

LONGEST_QUEFRENCY_S = 0.008
"""Where the lifter ends: what is narrower than about 100 Hz is no formant."""

FLOOR_POWER = 1e-10
"""Of a bin: -150 dB below a sine at full scale; below it there is no envelope to follow."""

MOST_DB = 30.0
"""A moved envelope raises or lowers a bin by no more."""


def lifter_of(size: int, sample_rate: float) -> NDArray[np.float64]:
    """Weights of the cepstrum, ``(size,)``: half a cosine that falls from 1 to 0."""
    last = max(1, round(LONGEST_QUEFRENCY_S * sample_rate))
    quefrency = np.minimum(np.arange(size), size - np.arange(size))
    weights = 0.5 + 0.5 * np.cos(np.pi * np.minimum(quefrency / last, 1.0))
    return np.ascontiguousarray(weights / size)


@inlined
def envelope_of(
    powers: NDArray[np.float64],
    lifter: NDArray[np.float64],
    work: NDArray[np.float64],
    twiddles: NDArray[np.float64],
    order: NDArray[np.int64],
) -> None:
    """Leave the natural logarithm of the envelope's magnitude in the first bins of ``work[0]`` (kernel)."""
    re, im = work[0], work[1]
    size = re.shape[0]
    half = size // 2
    before, level_before = 0, math.log(FLOOR_POWER)
    for k in range(1, half + 1):
        if k < half and not (powers[k] > powers[k - 1] and powers[k] >= powers[k + 1]):
            continue
        level = 0.5 * math.log(powers[k] + FLOOR_POWER)
        if before == 0 or k == half:
            level_before = level if before == 0 else level_before
            level = level_before if k == half else level
        for n in range(before, k + 1):
            re[n] = level_before + (level - level_before) * (n - before) / (k - before)
        before, level_before = k, level
    for k in range(1, half):
        re[size - k] = re[k]
    for k in range(size):
        im[k] = 0.0
    transform(re, im, twiddles, order)
    for k in range(size):
        re[k], im[k] = re[k] * lifter[k], 0.0
    transform(re, im, twiddles, order)


@inlined
def height_at(envelope: NDArray[np.float64], place: float, last: int) -> float:
    """The envelope between two bins (kernel); beyond the last one, that of the last."""
    if place >= last:
        return float(envelope[last])
    k = int(place)
    return float(envelope[k] + (place - k) * (envelope[k + 1] - envelope[k]))


class FormantGains:
    """Gains that move the envelope of a spectrum and leave its partials where they are.

    Notes
    -----
    Accuracy: a ratio of 1 gives gains of exactly 1. Realtime: two transforms.
    """

    def __init__(self, size: int, sample_rate: float) -> None:
        self._lifter = lifter_of(size, sample_rate)
        self._work = np.zeros((2, size))
        self._twiddles, self._order = twiddles_of(size), bit_reversed(size)
        self._fill = formant_gains.ready()

    def fill(self, powers: NDArray[np.float64], gains: NDArray[np.float64], ratio: float) -> None:
        """Gains of every bin, ``(bins,)``, for formants at `ratio` times their frequency."""
        self._fill(powers, gains, self._lifter, self._work, self._twiddles, self._order, ratio)


@compiled("void(float64[::1], float64[::1], float64[::1], float64[:, ::1], float64[:, ::1], int64[::1], float64)")
def formant_gains(
    powers: NDArray[np.float64],
    gains: NDArray[np.float64],
    lifter: NDArray[np.float64],
    work: NDArray[np.float64],
    twiddles: NDArray[np.float64],
    order: NDArray[np.int64],
    ratio: float,
) -> None:
    """See `FormantGains`."""
    last = powers.shape[0] - 1
    most = MOST_DB * math.log(10.0) / 20.0
    envelope_of(powers, lifter, work, twiddles, order)
    envelope = work[0]
    for k in range(last + 1):
        change = height_at(envelope, k / ratio, last) - envelope[k]
        gains[k] = math.exp(min(max(change, -most), most))
