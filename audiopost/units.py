"""Units of sound and time. The only logarithms to base ten in the house stand here.

Conventions
-----------
- A name ends in its unit: ``_db`` (a ratio), ``_dbfs`` (sample level against full scale), ``_dbtp`` (true
  peak), ``_lufs``, ``_lu``, ``_hz``, ``_s``, ``_ms``, ``_frames``, ``_linear``.
- The level of nothing is minus infinity, never a large negative stand-in.
- A frame is one sample of every channel. Seconds become frames by rounding half away from zero, so that
  the same second gives the same frame on every road.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "db_to_linear",
    "frames_to_seconds",
    "levels_to_linear",
    "linear_to_db",
    "ms_to_frames",
    "power_to_db",
    "powers_to_db",
    "seconds_to_frames",
]


def db_to_linear(level_db: float) -> float:
    """Amplitude ratio of a level in dB.

    >>> db_to_linear(-20.0)
    0.1
    """
    return float(10.0 ** (level_db / 20.0))


def linear_to_db(amplitude_linear: float) -> float:
    """Level in dB of an amplitude ratio (sign ignored); ``-inf`` for zero.

    >>> linear_to_db(0.5)
    -6.020599913279624
    >>> linear_to_db(0.0)
    -inf
    """
    magnitude = abs(amplitude_linear)
    return 20.0 * math.log10(magnitude) if magnitude > 0.0 else -math.inf


def power_to_db(power_linear: float) -> float:
    """Level in dB of a power ratio; ``-inf`` for zero.

    >>> power_to_db(100.0)
    20.0
    """
    return 10.0 * math.log10(power_linear) if power_linear > 0.0 else -math.inf


def powers_to_db(powers_linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Levels in dB of an array of power ratios, any shape; ``-inf`` where the power is zero."""
    with np.errstate(divide="ignore"):
        return 10.0 * np.log10(powers_linear)


def levels_to_linear(levels_db: NDArray[np.float64]) -> NDArray[np.float64]:
    """Amplitude ratios of an array of levels in dB, any shape."""
    return np.asarray(10.0 ** (levels_db / 20.0))


def seconds_to_frames(duration_s: float, sample_rate: float) -> int:
    """Frames in a duration, rounded half up.

    >>> seconds_to_frames(0.4, 44_100)
    17640
    """
    return math.floor(duration_s * sample_rate + 0.5)


def ms_to_frames(duration_ms: float, sample_rate: float) -> int:
    """Frames in a duration given in milliseconds, rounded half up.

    >>> ms_to_frames(5.0, 48_000)
    240
    """
    return seconds_to_frames(duration_ms / 1000.0, sample_rate)


def frames_to_seconds(frames: int, sample_rate: float) -> float:
    """Duration in seconds of a number of frames.

    >>> frames_to_seconds(24_000, 48_000)
    0.5
    """
    return frames / sample_rate
