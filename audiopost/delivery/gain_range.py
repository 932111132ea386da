"""Sets of gains: closed spans of dB, joined and cut. What one rule permits is such a set; all rules permit the cut."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["GainRange"]


@dataclass(frozen=True)
class GainRange:
    """Closed spans ``(lowest, highest)`` in dB, sorted and apart.

    >>> loud_enough, no_peaks = GainRange.between(2.0, 6.0), GainRange.between(-math.inf, 3.5)
    >>> (loud_enough & no_peaks).nearest(5.0)
    3.5
    """

    spans: tuple[tuple[float, float], ...]

    @classmethod
    def between(cls, lowest_db: float, highest_db: float) -> GainRange:
        """One span; nothing if it is upside down."""
        return cls(((lowest_db, highest_db),)) if lowest_db <= highest_db else NOTHING

    def __and__(self, other: GainRange) -> GainRange:
        cuts = ((max(a, c), min(b, d)) for a, b in self.spans for c, d in other.spans)
        return GainRange(tuple(sorted((low, high) for low, high in cuts if low <= high)))

    def __or__(self, other: GainRange) -> GainRange:
        joined: list[tuple[float, float]] = []
        for low, high in sorted((*self.spans, *other.spans)):
            if joined and low <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
            else:
                joined.append((low, high))
        return GainRange(tuple(joined))

    def __contains__(self, gain_db: float) -> bool:
        return any(low <= gain_db <= high for low, high in self.spans)

    def nearest(self, gain_db: float) -> float | None:
        """The permitted gain closest to `gain_db` (the lower of two equally close); None if nothing is permitted."""
        candidates = [min(max(gain_db, low), high) for low, high in self.spans]
        return min(candidates, key=lambda candidate: abs(candidate - gain_db)) if candidates else None

    def raised(self, by_db: float) -> GainRange:
        """Every span with its upper end raised: what limiting adds."""
        return GainRange(tuple((low, high + by_db) for low, high in self.spans)) | NOTHING


NOTHING = GainRange(())
ANYTHING = GainRange(((-math.inf, math.inf),))
