"""The largest of the last N values, frame by frame, at a constant mean cost.

Between calls a queue holds those past values that may still become the maximum: each is larger than all that came
after it, so the oldest is the largest. Values leave at the front when they are N frames old, at the back when a
larger one arrives; every value enters and leaves once.

Source: D. Lemire, "Streaming maximum-minimum filter using no more than three comparisons per element",
Nordic Journal of Computing 13 (2006), 328-339.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import inlined

__all__ = ["MaximumQueue", "push_maximum"]

HEAD, COUNT, NOW = range(3)


class MaximumQueue(NamedTuple):
    """Memory of a sliding maximum over ``values.size`` frames.

    >>> queue = MaximumQueue.over(2)
    >>> [float(push_maximum(*queue, value)) for value in (1.0, 3.0, 2.0, 0.0, 0.0)]
    [1.0, 3.0, 3.0, 2.0, 0.0]
    """

    values: NDArray[np.float64]
    born: NDArray[np.int64]
    cursor: NDArray[np.int64]

    @classmethod
    def over(cls, frames: int) -> MaximumQueue:
        """An empty queue for the maximum of the last `frames` values, at least one."""
        length = max(1, frames)
        return cls(np.zeros(length), np.zeros(length, dtype=np.int64), np.zeros(3, dtype=np.int64))

    def clear(self) -> None:
        """Forget all values."""
        self.cursor.fill(0)


@inlined
def push_maximum(
    values: NDArray[np.float64], born: NDArray[np.int64], cursor: NDArray[np.int64], value: float
) -> float:
    """Add the newest value and return the largest of the last ``values.size`` (kernel)."""
    length = values.shape[0]
    head, count, now = cursor[HEAD], cursor[COUNT], cursor[NOW]
    if count > 0 and born[head] <= now - length:
        head = head + 1 if head + 1 < length else 0
        count -= 1
    last = head + count if head + count < length else head + count - length
    while count > 0 and values[last - 1 if last > 0 else length - 1] <= value:
        last = last - 1 if last > 0 else length - 1
        count -= 1
    values[last] = value
    born[last] = now
    cursor[HEAD], cursor[COUNT], cursor[NOW] = head, count + 1, now + 1
    return values[head]  # type: ignore[no-any-return]
