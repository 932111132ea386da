"""Noise shaping: the error of shortened words is moved to where the ear hears least.

::

    x ──(+)── v ──(+)── round ── y          y = x + e (1 + h1 z^-1 + h2 z^-2 ...)
         ▲         ▲ dither      │
         └─ filter h of past errors e = y - v

The filter is worked out, not typed in: its response follows the threshold of hearing in quiet, within `DEPTH_DB`, and
leaves the mean of the noise in dB over frequency where it was: no filter can do better (Gerzon and Craven). Unlike
TPDF dither alone it makes the noise's power larger and its loudness smaller.

Sources: E. Terhardt, "Calculating virtual pitch", Hearing Research 1 (1979) (threshold); M. A. Gerzon, P. G. Craven,
"Optimal Noise Shaping and Dither of Digital Signals", AES preprint 2822 (1989).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import compiled

__all__ = ["DEPTH_DB", "ORDER", "error_filter", "shape_words"]

ORDER = 10
"""Past errors that are fed back."""

DEPTH_DB = 36.0
"""From the lowest to the highest point of the noise aimed at: beyond it power grows more than loudness falls."""

_GRID = 2048


@lru_cache(maxsize=16)
def error_filter(sample_rate: int) -> NDArray[np.float64]:
    """The weights of the past errors, latest first, ``(ORDER,)``, for a sample rate in Hz.

    Notes
    -----
    The prediction filter of a process whose spectrum is the inverse of the wanted noise has the wanted noise as its
    response: minimum phase, its first weight 1, its logarithm of mean 0 over frequency.
    """
    frequencies_khz = np.linspace(0.0, sample_rate / 2000.0, _GRID + 1)
    khz = np.maximum(frequencies_khz, 0.02)
    threshold_db = 3.64 * khz**-0.8 - 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) + 1e-3 * khz**4
    wanted_db = np.minimum(threshold_db - threshold_db.min(), DEPTH_DB)
    correlation = np.fft.irfft(10.0 ** (-wanted_db / 10.0))[: ORDER + 1]
    lags = np.abs(np.subtract.outer(np.arange(ORDER), np.arange(ORDER)))
    weights = -np.linalg.solve(correlation[lags], correlation[1:]).astype(np.float64)
    weights.setflags(write=False)
    return weights


@compiled("void(float64[::1], float64[::1], float64[::1], float64[::1])")
def shape_words(scaled: Any, noise: Any, weights: Any, past: Any) -> None:
    """Whole steps of `scaled` (in steps, overwritten), dithered by `noise`; `past` holds the latest errors first."""
    order = weights.shape[0]
    for n in range(scaled.shape[0]):
        wanted = scaled[n]
        for k in range(order):
            wanted += weights[k] * past[k]
        word = np.rint(wanted + noise[n])
        for k in range(order - 1, 0, -1):
            past[k] = past[k - 1]
        past[0] = word - wanted
        scaled[n] = word
