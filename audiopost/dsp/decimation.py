"""Fewer bits and fewer samples, on purpose: the sound of early samplers and of poor converters.

Notes
-----
Nothing is filtered before or behind: what folds back is the effect.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled
from audiopost.dsp.smoothing import advance

__all__ = ["run_crusher"]

BITS, RATE, DRY, WET = range(4)

ROUNDING = 1e-9
"""A sum of six sixths counts as one."""


@compiled("void(float32[:, ::1], float32[:, ::1], float64[::1], float64[::1], float64[:, ::1])")
def run_crusher(
    block: AudioBlock,
    out: AudioBlock,
    held: NDArray[np.float64],
    place: NDArray[np.float64],
    ramps: NDArray[np.float64],
) -> None:
    """A sample is taken when `place` reaches 1, rounded to the nearest step, and held until the next.

    Ramps: bits, samples taken a frame (1: every frame), dry, wet. At 24 bits the steps are those of float32's
    significand at full scale.
    """
    for n in range(block.shape[1]):
        bits, rate, dry, wet = advance(ramps, BITS), advance(ramps, RATE), advance(ramps, DRY), advance(ramps, WET)
        step = 2.0 ** (1.0 - bits)
        takes = place[0] >= 1.0 - ROUNDING
        if takes:
            place[0] = max(0.0, place[0] - 1.0)
        place[0] += rate
        for channel in range(block.shape[0]):
            x = np.float64(block[channel, n])
            if takes:
                held[channel] = step * math.floor(x / step + 0.5)
            out[channel, n] = dry * x + wet * held[channel]
