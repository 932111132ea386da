"""Where somebody speaks, spectrum by spectrum: sound over the noise of the room that is voiced as a throat voices.

::

    power of a spectrum ─▶ less the noise floor ─┬─▶ power over the floor? ─────────────────────────┐
                                                 ├─▶ period of 2.5 to 14 ms, how marked? ───────────┼─▶ 2 of 8 ─▶ held
                                                 └─▶ 350 Hz to 4 kHz: enough, and of many partials? ┘

The floor follows the least power of every frequency, so what is steady (hum, fans, hiss) falls out. A blow is not
voiced, a drum has nothing above its lowest partial, what rings has few. A melody instrument is voiced as a singer is.

Source: M. M. Sondhi, "New methods of pitch extraction", IEEE Trans. Audio and Electroacoustics 16 (1968), 262-266 (the
autocorrelation of a flattened spectrum); R. Martin, "Noise power spectral density estimation based on optimal
smoothing and minimum statistics", IEEE Trans. Speech and Audio Processing 9 (2001), 504-512 (the floor).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import compiled
from audiopost.dsp.convolution import bit_reversed, transform, twiddles_of
from audiopost.units import db_to_linear, power_to_db

__all__ = ["SpeechDetection", "glide_to_range"]

BAND_HZ = (80.0, 350.0, 4_000.0, 5_000.0)
"""Where a voice is: its lowest partials up to the second, the formants up to the third, and the end."""

PITCH_HZ = (70.0, 400.0)

SMOOTHING_S = 0.03
FLOOR_RISE_DB_PER_S = 3.0

FLOOR_BIAS = 2.0
"""The least of a smoothed power lies by about so much under its mean."""

LEAST_FORMANTS_DB = -12.0
"""Power of the formants over that of the lowest partials; a drum has less."""

LEAST_SPREAD = 0.1
"""Of the formants' amplitude over frequency, 1 where it is even: half of all vowels have more than 0.17, what rings
(bells, struck wood and metal) less than 0.09."""

LOOKED_BACK, VOICED_OF_THEM = 8, 2
"""Spectra: of the shortest vowel two are voiced, of a blow none or one."""

EMPTY = 1e-12

HOLD_LEFT, RECENT = range(2)
NOW_DB = 0


class SpeechDetection:
    """Decides for every spectrum of a stream whether somebody speaks; see the module.

    Parameters
    ----------
    size
        Frames of a spectrum.
    sample_rate
        In Hz.
    hop_s
        From one spectrum to the next.
    """

    def __init__(self, size: int, sample_rate: float, hop_s: float) -> None:
        bins = size // 2 + 1
        frequencies_hz = np.fft.rfftfreq(size, 1.0 / sample_rate)
        self._edges = np.minimum(np.searchsorted(frequencies_hz, BAND_HZ), bins).astype(np.int64)
        self._lags = np.array([sample_rate / PITCH_HZ[1], sample_rate / PITCH_HZ[0]]).astype(np.int64)
        self._hop_s = hop_s
        self._smooth, self._floor = np.zeros(bins), np.zeros(bins)
        self._scratch = np.zeros((2, size))
        self._twiddles, self._order = twiddles_of(size), bit_reversed(size)
        self._state = np.zeros(2)
        self._run = detect.ready()

    def speaks(self, powers: NDArray[np.float64], *, over_noise_db: float, voiced: float, hold_s: float) -> bool:
        """Whether somebody speaks now, or did less than `hold_s` ago; powers (bins,), `voiced` from 0 to 1."""
        return bool(
            self._run(
                powers, self._smooth, self._floor, self._scratch, self._twiddles, self._order, self._edges, self._lags,
                self._state, self._hop_s, over_noise_db, voiced, hold_s,
            )
        )  # fmt: skip

    def reset(self) -> None:
        """Forget the room and who spoke."""
        for memory in (self._smooth, self._floor, self._state):
            memory.fill(0.0)


@compiled(
    "boolean(float64[::1], float64[::1], float64[::1], float64[:, ::1], float64[:, ::1], int64[::1], int64[::1], "
    "int64[::1], float64[::1], float64, float64, float64, float64)"
)
def detect(
    powers: NDArray[np.float64],
    smooth: NDArray[np.float64],
    floor: NDArray[np.float64],
    scratch: NDArray[np.float64],
    twiddles: NDArray[np.float64],
    order: NDArray[np.int64],
    edges: NDArray[np.int64],
    lags: NDArray[np.int64],
    state: NDArray[np.float64],
    hop_s: float,
    over_noise_db: float,
    voiced: float,
    hold_s: float,
) -> bool:
    """See `SpeechDetection`."""
    keep, rise = math.exp(-hop_s / SMOOTHING_S), 10.0 ** (0.1 * FLOOR_RISE_DB_PER_S * hop_s)
    re, im = scratch[0], scratch[1]
    size = re.shape[0]
    re[:] = 0.0
    im[:] = 0.0
    heard, noise, lows, formants, amplitudes = 0.0, EMPTY, EMPTY, EMPTY, 0.0
    for k in range(edges[0], edges[3]):
        power = powers[k] + EMPTY
        smooth[k] = power if smooth[k] == 0.0 else power + keep * (smooth[k] - power)
        floor[k] = smooth[k] if floor[k] == 0.0 else min(smooth[k], rise * floor[k])
        over = max(power - FLOOR_BIAS * floor[k], 0.0)
        heard += power
        noise += FLOOR_BIAS * floor[k]
        if k < edges[1]:
            lows += over
        elif k < edges[2]:
            formants += over
            amplitudes += math.sqrt(over)
        re[k] = re[size - k] = math.sqrt(over)
    transform(re, im, twiddles, order)
    period = 0.0
    for lag in range(lags[0], min(lags[1], size // 2)):
        period = max(period, re[lag])
    is_voice = (
        re[0] > EMPTY
        and period > voiced * re[0]
        and power_to_db(heard / noise) > over_noise_db
        and power_to_db(formants / lows) > LEAST_FORMANTS_DB
        and amplitudes * amplitudes > LEAST_SPREAD * (edges[2] - edges[1]) * formants
    )
    # The last spectra as the bits of a number.
    recent = 2.0 * state[RECENT] % 2.0**LOOKED_BACK + (1.0 if is_voice else 0.0)
    state[RECENT] = recent
    count, bits = 0, int(recent)
    while bits > 0:
        count += bits % 2
        bits //= 2
    if count >= VOICED_OF_THEM:
        state[HOLD_LEFT] = hold_s
    else:
        state[HOLD_LEFT] -= hop_s
    return bool(state[HOLD_LEFT] > 0.0)


@compiled("void(float64[::1], int64, int64, float64, float64, float64[::1])")
def glide_to_range(
    gain_linear: NDArray[np.float64], at: int, length: int, wanted_db: float, keep: float, state: NDArray[np.float64]
) -> None:
    """Gains of a stretch of a block, towards a reduction of `wanted_db`; `keep` is what is left of the way a frame."""
    now_db = state[NOW_DB]
    for n in range(at, at + length):
        now_db = wanted_db + keep * (now_db - wanted_db)
        if abs(now_db - wanted_db) < 1e-6:
            now_db = wanted_db
        gain_linear[n] = db_to_linear(-now_db)
    state[NOW_DB] = now_db
