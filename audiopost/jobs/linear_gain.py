"""Pure gain: every sample times one number, nothing else; or, where it is ridden, times a slow curve.

The product is taken in float64, so that the only rounding is that of the word length that is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.delivery.ride import Ride
from audiopost.units import db_to_linear, levels_to_linear

__all__ = ["Scaled", "with_gain", "with_linear_gain"]

Scaled = NDArray[np.float64]
"""``(channels, frames)`` before it is written as words."""


def with_linear_gain(parts: Iterable[tuple[AudioBlock, ...]], gain_db: float) -> Iterator[tuple[Scaled, ...]]:
    """Blocks of every part, each times the same gain."""
    gain_linear = db_to_linear(gain_db)
    for blocks in parts:
        yield tuple(block * np.float64(gain_linear) for block in blocks)


def with_gain(
    parts: Iterable[tuple[AudioBlock, ...]], gain_db: float, ride: Ride | None, sample_rate: int
) -> Iterator[tuple[Scaled, ...]]:
    """Blocks of every part, each times the same gain, and in every frame the same riding where there is any."""
    if ride is None:
        yield from with_linear_gain(parts, gain_db)
        return
    position = 0
    for blocks in parts:
        frames = blocks[0].shape[1]
        curve_db = gain_db + ride.at((position + np.arange(frames)) / sample_rate)
        curve = levels_to_linear(curve_db)
        position += frames
        yield tuple(block * curve for block in blocks)
