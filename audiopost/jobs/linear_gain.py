"""Pure gain: every sample times one number, nothing else.

The product is taken in float64, so that the only rounding is that of the word length that is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.units import db_to_linear

__all__ = ["Scaled", "with_linear_gain"]

Scaled = NDArray[np.float64]
"""``(channels, frames)`` before it is written as words."""


def with_linear_gain(parts: Iterable[tuple[AudioBlock, ...]], gain_db: float) -> Iterator[tuple[Scaled, ...]]:
    """Blocks of every part, each times the same gain."""
    gain_linear = db_to_linear(gain_db)
    for blocks in parts:
        yield tuple(block * np.float64(gain_linear) for block in blocks)
