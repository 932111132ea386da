"""Chance that is a function of its seed and its place: the same frame is the same sample on any road.

Nothing here remembers anything: a wandering value is a curve through random points on a grid of its own, an event is
drawn from the number of its frame. `noise` has the samples; this has what moves slowly or seldom.
"""

from __future__ import annotations

import math

import numpy as np

from audiopost.dsp.compiled import inlined
from audiopost.dsp.noise import FIRST_MIX, GOLDEN, S27, S30, S31, SECOND_MIX

__all__ = ["uniform_at", "wandering"]

S11 = np.uint64(11)


@inlined
def uniform_at(key: np.uint64, index: int) -> float:
    """A number from 0 to 1 (exclusive), uniform, for each whole number (kernel)."""
    z = key + np.uint64(index) * GOLDEN
    z = (z ^ (z >> S30)) * FIRST_MIX
    z = (z ^ (z >> S27)) * SECOND_MIX
    z = z ^ (z >> S31)
    return np.float64(z >> S11) * 2.0**-53


@inlined
def wandering(key: np.uint64, place: float) -> float:
    """A smooth curve from 0 to 1 through a random point at every whole `place`, level at each (kernel)."""
    whole = math.floor(place)
    part = place - whole
    ease = part * part * part * (part * (6.0 * part - 15.0) + 10.0)
    before, after = uniform_at(key, int(whole)), uniform_at(key, int(whole) + 1)
    return before + ease * (after - before)
