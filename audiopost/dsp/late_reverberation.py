"""The power of late reverberation, foretold from what was heard, and the gain that takes it away.

A room answers with noise that decays exponentially: the power that it adds now is the power of some time ago, decayed.
Reverberation within `EARLY_S` belongs to the sound; what is older is late.

Source: K. Lebart, J.-M. Boucher, P. N. Denbigh, "A new method based on spectral subtraction for speech
dereverberation", Acta Acustica 87 (2001), 359-366; E. A. P. Habets, "Single- and multi-microphone speech
dereverberation using spectral enhancement", thesis, Eindhoven (2007), chapter 3.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import compiled

__all__ = ["EARLY_S", "LateReverberation"]

EARLY_S = 0.05
"""Reflections up to here support a voice (ISO 3382-1, D50)."""

SMOOTHING_S = 0.03
"""Of the power that the room is foretold from: what it adds is smoother than what fed it."""

SMALLEST_POWER = 1e-14
LOWEST_SNR = 10.0**-2.5


class LateReverberation:
    """The past spectra of a stream, and the gains that follow from them."""

    def __init__(self, bins: int, hop_s: float) -> None:
        early = max(1, round(EARLY_S / hop_s))
        self._hop_s = hop_s
        self._past = np.zeros((early, bins), dtype=np.float64)
        self._memory = np.zeros((2, bins), dtype=np.float64)
        self._cursor = np.zeros(1, dtype=np.int64)
        self._run = weigh_room.ready()

    def set_gains(
        self, powers: NDArray[np.float64], gains: NDArray[np.float64], *, decay_s: float, level: float, floor: float
    ) -> None:
        """Fill `gains` from `powers`, both (bins,); `level`: factor of the room's power, `floor`: least gain."""
        self._run(powers, gains, self._past, self._memory, self._cursor, self._hop_s, decay_s, level, floor)

    def reset(self) -> None:
        """Forget all sound."""
        for memory in (self._past, self._memory, self._cursor):
            memory.fill(0)


@compiled(
    "void(float64[::1], float64[::1], float64[:, ::1], float64[:, ::1], int64[::1], float64, float64, float64, float64)"
)
def weigh_room(
    powers: NDArray[np.float64],
    gains: NDArray[np.float64],
    past: NDArray[np.float64],
    memory: NDArray[np.float64],
    cursor: NDArray[np.int64],
    hop_s: float,
    decay_s: float,
    level: float,
    floor: float,
) -> None:
    """See `LateReverberation`. Memory: smoothed power; power that the frame before let pass."""
    early = past.shape[0]
    oldest = past[cursor[0]]
    decayed = level * math.exp(-6.0 * math.log(10.0) * early * hop_s / decay_s)
    keep = math.exp(-hop_s / SMOOTHING_S)
    before = math.exp(-hop_s / 0.1)
    for k in range(powers.shape[0]):
        late = max(decayed * oldest[k], SMALLEST_POWER)
        smoothed = powers[k] + keep * (memory[0, k] - powers[k])
        memory[0, k] = smoothed if smoothed > SMALLEST_POWER else 0.0
        oldest[k] = memory[0, k]
        posterior = min(powers[k] / late, 1e6)
        prior = max(LOWEST_SNR, before * memory[1, k] / late + (1.0 - before) * max(posterior - 1.0, 0.0))
        gain = max(floor, prior / (1.0 + prior))
        memory[1, k] = gain * gain * powers[k]
        gains[k] = gain
    cursor[0] = cursor[0] + 1 if cursor[0] + 1 < early else 0
