"""How much of each frequency is noise, and the gain that leaves the rest.

::

    power of a spectrum ─┬─▶ noise: learned, or tracked while nobody speaks
                         └─▶ a-posteriori SNR ─▶ a-priori SNR (decision-directed) ─▶ gain

The decision-directed a-priori SNR is mostly that of the frame before, cleaned: it keeps single frequencies from
flickering, which is heard as musical noise. Gains: the Wiener filter, or OM-LSA, which minimises the error of the
logarithmic spectrum and goes down to the floor where speech is improbable.

Sources: Y. Ephraim, D. Malah, IEEE Trans. ASSP 32 (1984), 1109-1121 (decision-directed SNR) and 33 (1985), 443-445 (log
spectral amplitude); I. Cohen, B. Berdugo, "Speech enhancement for non-stationary noise environments", Signal Processing
81 (2001), 2403-2418 (OM-LSA); T. Gerkmann, R. C. Hendriks, "Unbiased MMSE-based noise power estimation with low
complexity and low tracking delay", IEEE Trans. ASLP 20 (2012), 1383-1393 (the tracked noise); M. Abramowitz, I. A.
Stegun, "Handbook of Mathematical Functions" (1964), 5.1.53 and 5.1.56 (exponential integral).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import compiled, inlined

__all__ = ["OM_LSA", "WIENER", "NoiseSuppression"]

WIENER, OM_LSA = range(2)

SMALLEST_POWER = 1e-14

FIRST_SPECTRA = 12
"""The first so many spectra that are not silent are taken for noise, until more is known."""

MINIMUM_S = 1.5
"""The noise is never less than the least smoothed power of such a time: what lasts longer is no word."""

SPEECH_SNR = 10.0**1.5
"""A-priori SNR of speech where it is present: 15 dB (Gerkmann and Hendriks, section III)."""

LOWEST_SNR = 10.0**-2.5
"""Of the decision-directed estimate, -25 dB: lower, and what remains of the noise begins to sing."""

NOISE, SMOOTHED, LEAST, NEXT_LEAST, PRESENCE, CLEANED, AVERAGED = range(7)
ROWS = 7


class NoiseSuppression:
    """Noise tracking and gains for the bins of a short-time spectrum.

    Parameters
    ----------
    bins
        Of the spectrum.
    hop_s
        Seconds from one spectrum to the next.
    """

    def __init__(self, bins: int, hop_s: float) -> None:
        self._memory = np.zeros((ROWS, bins), dtype=np.float64)
        self._counts = np.zeros(3, dtype=np.int64)
        self._profile = np.zeros(bins, dtype=np.float64)
        self._hop_s = hop_s
        self._track, self._weigh = track_noise.ready(), weigh.ready()
        self.reset()

    def set_profile(self, powers: NDArray[np.float64]) -> None:
        """The noise is this, (bins,), and is tracked no more."""
        self._profile[:] = np.maximum(powers, SMALLEST_POWER)

    def set_gains(
        self,
        powers: NDArray[np.float64],
        gains: NDArray[np.float64],
        *,
        rule: int,
        floor: float,
        over: float,
        learn: bool,
    ) -> None:
        """Fill `gains` from `powers`.

        Parameters
        ----------
        rule
            `WIENER` or `OM_LSA`.
        floor
            Least gain, as amplitude.
        over
            The noise counts so many times its power.
        learn
            This spectrum is noise: the profile is the mean of all such spectra, and is used from then on.
        """
        self._track(powers, self._profile, self._memory, self._counts, learn, self._hop_s)
        self._weigh(powers, self._memory, gains, rule, floor, over, self._hop_s)

    def reset(self) -> None:
        """Forget all sound and what was learned from it; a profile that was set stays."""
        self._memory.fill(0.0)
        self._memory[CLEANED] = 0.0
        self._counts.fill(0)


@compiled("void(float64[::1], float64[::1], float64[:, ::1], int64[::1], boolean, float64)")
def track_noise(
    powers: NDArray[np.float64],
    profile: NDArray[np.float64],
    memory: NDArray[np.float64],
    counts: NDArray[np.int64],
    learn: bool,
    hop_s: float,
) -> None:
    """Bring `memory[NOISE]` up to date. Counts: spectra heard, spectra of this minimum, spectra learned."""
    bins = powers.shape[0]
    if learn:
        counts[2] += 1
        for k in range(bins):
            memory[AVERAGED, k] += (max(powers[k], SMALLEST_POWER) - memory[AVERAGED, k]) / counts[2]
    if counts[2] > 0 or profile[0] > 0.0:
        for k in range(bins):
            memory[NOISE, k] = memory[AVERAGED, k] if counts[2] > 0 else profile[k]
        return
    total = 0.0
    for k in range(bins):
        total += powers[k]
    if total < SMALLEST_POWER * bins:
        return
    counts[0] += 1
    counts[1] += 1
    renew = counts[1] * hop_s >= MINIMUM_S
    if renew:
        counts[1] = 0
    keep, keep_presence = math.exp(-hop_s / 0.07), math.exp(-hop_s / 0.15)
    keep_smoothed = math.exp(-hop_s / 0.05)
    ratio = SPEECH_SNR / (1.0 + SPEECH_SNR)
    for k in range(bins):
        power = max(powers[k], SMALLEST_POWER)
        if counts[0] <= FIRST_SPECTRA:
            memory[NOISE, k] += (power - memory[NOISE, k]) / counts[0]
            memory[SMOOTHED, k] = memory[NOISE, k]
            memory[LEAST, k] = memory[NEXT_LEAST, k] = memory[NOISE, k]
            continue
        noise = memory[NOISE, k]
        present = 1.0 / (1.0 + (1.0 + SPEECH_SNR) * math.exp(-min(200.0, power / noise * ratio)))
        memory[PRESENCE, k] = present + keep_presence * (memory[PRESENCE, k] - present)
        if memory[PRESENCE, k] > 0.99:
            present = min(present, 0.99)
        expected = (1.0 - present) * power + present * noise
        noise = expected + keep * (noise - expected)
        smoothed = power + keep_smoothed * (memory[SMOOTHED, k] - power)
        memory[SMOOTHED, k] = smoothed
        memory[LEAST, k] = min(memory[LEAST, k], smoothed)
        memory[NEXT_LEAST, k] = min(memory[NEXT_LEAST, k], smoothed)
        if renew:
            memory[LEAST, k], memory[NEXT_LEAST, k] = memory[NEXT_LEAST, k], smoothed
        memory[NOISE, k] = max(noise, memory[LEAST, k])


@compiled("void(float64[::1], float64[:, ::1], float64[::1], int64, float64, float64, float64)")
def weigh(
    powers: NDArray[np.float64],
    memory: NDArray[np.float64],
    gains: NDArray[np.float64],
    rule: int,
    floor: float,
    over: float,
    hop_s: float,
) -> None:
    """The gain of every bin from its power and its noise; `memory[CLEANED]`: power that the frame before let pass."""
    past = math.exp(-hop_s / 0.4)
    for k in range(powers.shape[0]):
        noise = max(over * memory[NOISE, k], SMALLEST_POWER)
        posterior = min(powers[k] / noise, 1e6)
        prior = max(LOWEST_SNR, past * memory[CLEANED, k] / noise + (1.0 - past) * max(posterior - 1.0, 0.0))
        wiener = prior / (1.0 + prior)
        if rule == WIENER:
            gain = wiener
        else:
            v = max(1e-8, posterior * wiener)
            gain = min(1.0, wiener * math.exp(0.5 * exponential_integral(v)))
        memory[CLEANED, k] = gain * gain * powers[k]
        if rule == OM_LSA:
            # Where speech is as probable as not beforehand: the likelihood ratio alone decides.
            present = 1.0 / (1.0 + (1.0 + prior) * math.exp(-min(200.0, posterior * wiener)))
            gain = math.pow(gain, present) * math.pow(floor, 1.0 - present)
        gains[k] = max(gain, floor)


@inlined
def exponential_integral(x: float) -> float:
    """E1 of a positive number, within 5e-5 (kernel)."""
    if x <= 1.0:
        series = x * (0.24991055 + x * (-0.05519968 + x * (0.00976004 - 0.00107857 * x)))
        return -math.log(x) - 0.57721566 + x * (0.99999193 - series)
    upper = x * x + 2.334733 * x + 0.250621
    lower = x * x + 3.330657 * x + 1.681534
    return math.exp(-x) / x * upper / lower
