"""Stems as one programme: their sum is what is measured, and one gain, or one curve, is put on all of them.

Because gain is linear, stems that get the same gain in every frame still add up to the delivered mix. How exactly they
do is measured: the null, the largest sample of the difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from audiopost.delivery.measures import in_words
from audiopost.errors import TargetUnreachableError, UsageError
from audiopost.units import linear_to_db

__all__ = ["Null", "require_one_rate", "require_room", "sum_of_stems"]


@dataclass
class Null:
    """The largest difference between the delivered mix and the sum of the delivered stems, block by block.

    >>> null = Null()
    >>> null.add(np.array([[0.5, 0.1]]), np.array([[0.5, 0.2]]))
    >>> round(null.dbfs, 6)
    -20.0
    """

    largest_linear: float = field(default=0.0)

    def add(self, delivered: NDArray[np.floating], summed: NDArray[np.floating]) -> None:
        """Compare two blocks of shape ``(channels, frames)``."""
        if delivered.size:
            self.largest_linear = max(self.largest_linear, float(np.max(np.abs(delivered - summed))))

    @property
    def dbfs(self) -> float:
        """Peak of the difference in dBFS; ``-inf`` where the two are equal."""
        return linear_to_db(self.largest_linear)


def sum_of_stems(blocks: Sequence[NDArray[np.floating]]) -> NDArray[np.float64]:
    """The sum of blocks of equal shape ``(channels, frames)``, in float64: exact for 24-bit stems, in any order."""
    total = blocks[0].astype(np.float64)
    for block in blocks[1:]:
        total += block
    return total


def require_one_rate(rates: Mapping[str, int]) -> None:
    """Stems add up only at one sample rate: `rates` maps a stem's name to it, in Hz.

    Raises
    ------
    UsageError
        Naming the first stem that differs.
    """
    (first_name, rate), *rest = rates.items()
    for name, other_rate in rest:
        if other_rate != rate:
            raise UsageError(
                f"{name} has {other_rate} Hz and {first_name} {rate} Hz", "stems", "bring them to one rate"
            )


def require_room(target: str, sample_peaks_dbfs: Mapping[str, float]) -> None:
    """Refuse a gain that would clip a stem, though the sum stays below: stems may cancel each other.

    Parameters
    ----------
    sample_peaks_dbfs
        The sample peak of every stem after its gain.

    Raises
    ------
    TargetUnreachableError
        Naming the stem that would exceed full scale most.
    """
    name, excess_db = max(sample_peaks_dbfs.items(), key=lambda item: item[1])
    if excess_db > 0.0:
        raise TargetUnreachableError(
            target,
            f"{name} would exceed full scale by {in_words(excess_db, 2)} dB, though the sum of the stems does not",
            "write the stems in floating point (--bits 32f)",
            shortfall_db=excess_db,
        )
