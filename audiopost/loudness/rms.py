"""RMS level and noise floor: the plain, unweighted measures that audiobook publishers ask for.

Conventions
-----------
- The RMS level is the root of the mean square over all frames and channels; a full-scale sine reads -3.01 dBFS.
- The noise floor is the RMS level of the quietest half second. ACX names a limit and no method: the window is ours.
"""

from __future__ import annotations

import math

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.units import power_to_db, seconds_to_frames

__all__ = ["RmsMeter"]

HOP_S = 0.1
WINDOW_HOPS = 5


class RmsMeter:
    """Measures a stream of blocks of any length.

    >>> meter = RmsMeter(48_000, 1)
    >>> meter.process(np.full((1, 48_000), 0.1, np.float32))
    >>> round(meter.rms_dbfs, 3), round(meter.noise_floor_dbfs, 3)
    (-20.0, -20.0)
    """

    def __init__(self, sample_rate: float, channels: int) -> None:
        self._hop_frames = max(1, seconds_to_frames(HOP_S, sample_rate))
        self._channels = channels
        self._rest = np.zeros(0)
        self._hops: list[float] = []
        self._energy = 0.0
        self._frames = 0

    def process(self, block: AudioBlock) -> None:
        """Take in a block ``(channels, frames)``; samples that are no numbers count as 0."""
        finite = np.nan_to_num(block.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
        powers = np.einsum("cf,cf->f", finite, finite)
        self._energy += float(powers.sum())
        self._frames += powers.size
        joined = np.concatenate((self._rest, powers))
        whole = joined.size // self._hop_frames * self._hop_frames
        self._hops += joined[:whole].reshape(-1, self._hop_frames).sum(axis=1).tolist()
        self._rest = joined[whole:]

    @property
    def rms_dbfs(self) -> float | None:
        """RMS level of everything so far; None before the first frame, ``-inf`` for silence."""
        if self._frames == 0:
            return None
        return power_to_db(self._energy / (self._frames * self._channels))

    @property
    def noise_floor_dbfs(self) -> float | None:
        """RMS level of the quietest half second (in steps of 0.1 s); None before half a second has passed."""
        if len(self._hops) < WINDOW_HOPS:
            return None
        windows = np.convolve(self._hops, np.ones(WINDOW_HOPS), mode="valid")
        quietest = max(0.0, float(windows.min()))
        return power_to_db(quietest / (WINDOW_HOPS * self._hop_frames * self._channels)) if quietest else -math.inf
