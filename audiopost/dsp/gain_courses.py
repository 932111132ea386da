"""A track weighed into many channels by gains that move in straight lines: what objects and beds are rendered by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import compiled

__all__ = ["add_weighed"]


@compiled("void(float32[::1], float64[::1], float64[::1], float64, float64, float64[:, ::1], int64)")
def add_weighed(
    track: NDArray[np.float32],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    share: float,
    step: float,
    out: NDArray[np.float64],
    first: int,
) -> None:
    """Add a track to channels, ``(channels, frames)``, from the frame `first` on.

    The gain of a channel goes from `before` to `after`; at the track's first frame it has gone the `share` of the way,
    and goes a `step` further each frame.
    """
    frames = track.shape[0]
    for channel in range(out.shape[0]):
        low, high = before[channel], after[channel]
        if low == high:
            if low != 0.0:
                for frame in range(frames):
                    out[channel, first + frame] += low * track[frame]
        else:
            begin, slope = low + share * (high - low), step * (high - low)
            for frame in range(frames):
                out[channel, first + frame] += (begin + slope * frame) * track[frame]
