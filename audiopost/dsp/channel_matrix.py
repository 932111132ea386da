"""Channels weighed into other channels by a matrix that is mostly zeros and rarely moves.

Why not `gain.apply_matrix`, which does the same: it asks every gain for its ramp at every frame. A down-mix of
twelve channels to six has 72 gains of which 16 are not zero; at rest this kernel looks at those alone. Zeros add
nothing to a sum of finite samples, so both paths give the same samples to the last bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled
from audiopost.dsp.smoothing import advance, ramping

__all__ = ["weigh_channels"]


@compiled("void(float32[:, ::1], float32[:, ::1], float64[:, ::1], float64[::1])")
def weigh_channels(block: AudioBlock, out: AudioBlock, ramps: NDArray[np.float64], sums: NDArray[np.float64]) -> None:
    """``out = matrix @ block`` in float64, rounded once; ramp ``o * inputs + i`` is the gain from i to o.

    `sums` is memory to work with, one number for each frame of the largest block.
    """
    inputs = block.shape[0]
    frames = block.shape[1]
    if ramping(ramps):
        for frame in range(frames):
            for o in range(out.shape[0]):
                total = 0.0
                for i in range(inputs):
                    total += advance(ramps, o * inputs + i) * block[i, frame]
                out[o, frame] = total
    else:
        for o in range(out.shape[0]):
            sums[:frames] = 0.0
            for i in range(inputs):
                gain = advance(ramps, o * inputs + i)
                if gain != 0.0:
                    for frame in range(frames):
                        sums[frame] += gain * block[i, frame]
            for frame in range(frames):
                out[o, frame] = sums[frame]
