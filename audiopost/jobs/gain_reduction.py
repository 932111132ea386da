"""What a limiter did to a programme: how deep, how much, how long, and its course at 10 Hz."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiopost.units import powers_to_db

__all__ = ["NO_REDUCTION", "TRACE_HZ", "GainReduction", "ReductionMeter"]

TRACE_HZ = 10
_NOTICED_DB = 1.0


@dataclass(frozen=True)
class GainReduction:
    """A limiter's work on one programme.

    Attributes
    ----------
    max_db, mean_db
        Deepest reduction, and the mean over the whole duration; 0 or more.
    over_1_db_s
        Time with more than 1 dB of reduction.
    trace_db
        The deepest reduction in every 100 ms.
    """

    max_db: float = 0.0
    mean_db: float = 0.0
    over_1_db_s: float = 0.0
    trace_db: tuple[float, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data; the trace at 10 Hz, to 0.001 dB."""
        return {
            "max_db": self.max_db,
            "mean_db": self.mean_db,
            "over_1_db_s": self.over_1_db_s,
            "trace_hz": TRACE_HZ,
            "trace_db": [round(each, 3) for each in self.trace_db],
        }


NO_REDUCTION = GainReduction()


class ReductionMeter:
    """Takes in a limiter's gain frame by frame.

    >>> meter = ReductionMeter(10)
    >>> meter.process(np.array([1.0, 0.5, 0.5, 1.0]))
    >>> found = meter.result()
    >>> round(found.max_db, 2), round(found.mean_db, 2), found.over_1_db_s, len(found.trace_db)
    (6.02, 3.01, 0.2, 4)
    """

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._frames = 0
        self._sum_db = 0.0
        self._noticed = 0
        self._trace_db: list[float] = []

    def process(self, gain_linear: NDArray[np.float64]) -> None:
        """Take in the gains ``(frames,)`` that follow."""
        if not len(gain_linear):
            return
        reduction_db = np.zeros(len(gain_linear))
        lowered = gain_linear < 1.0
        reduction_db[lowered] = -powers_to_db(gain_linear[lowered] ** 2)
        self._sum_db += float(reduction_db.sum())
        self._noticed += int(np.count_nonzero(reduction_db > _NOTICED_DB))
        steps = (self._frames + np.arange(len(gain_linear))) * TRACE_HZ // self._sample_rate
        starts = np.flatnonzero(np.diff(steps, prepend=-1))
        for step, deepest_db in zip(steps[starts], np.maximum.reduceat(reduction_db, starts), strict=True):
            if step < len(self._trace_db):
                self._trace_db[step] = max(self._trace_db[step], float(deepest_db))
            else:
                self._trace_db.append(float(deepest_db))
        self._frames += len(gain_linear)

    def result(self) -> GainReduction:
        """Of everything so far."""
        if not self._frames:
            return NO_REDUCTION
        return GainReduction(
            max(self._trace_db),
            self._sum_db / self._frames,
            self._noticed / self._sample_rate,
            tuple(self._trace_db),
        )
