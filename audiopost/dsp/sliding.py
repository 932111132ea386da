"""The largest of the last N values, frame by frame, at a constant mean cost: in two ways.

`SlidingMaximum` is for values that come many at a time: the largest of two neighbours, then of two neighbouring pairs,
of two neighbouring fours ... until two such groups, overlapping, cover the last N. Each step goes along the frames, so
eight go at once.

`MaximumQueue` is for values that come one by one. Between calls a queue holds those past values that may still become
the maximum: each is larger than all that came after it, so the oldest is the largest. Values leave at the front when
they are N frames old, at the back when a larger one arrives; every value enters and leaves once.

Source of the queue: D. Lemire, "Streaming maximum-minimum filter using no more than three comparisons per element",
Nordic Journal of Computing 13 (2006), 328-339.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import inlined

__all__ = ["PIECE", "MaximumQueue", "SlidingMaximum", "newest_values", "push_maximum", "slide"]

PIECE = 256
"""Most values that `slide` takes at a time: its rows then stay in the nearest cache."""

HEAD, COUNT, NOW = range(3)


class SlidingMaximum(NamedTuple):
    """Memory of a sliding maximum over `window` frames.

    Row k of `rows` holds the largest of ``2 ** k`` frames: past ones, as many as the next row needs, and behind them
    room for `PIECE` new ones.
    """

    window: int
    rows: NDArray[np.float32]

    @classmethod
    def over(cls, frames: int) -> SlidingMaximum:
        """Memory for the maximum of the last `frames` values, at least one, before which all was 0."""
        window = max(1, frames)
        doublings = window.bit_length() - 1
        return cls(window, np.zeros((doublings + 1, (1 << doublings) + PIECE), dtype=np.float32))

    def clear(self) -> None:
        """Forget all values."""
        self.rows.fill(0.0)


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
def newest_values(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where `slide` expects the new values (kernel)."""
    return rows[0, rows.shape[1] - PIECE :]


@inlined
def slide(rows: NDArray[np.float32], window: int, count: int, out: NDArray[np.float32]) -> None:
    """The largest of the last `window` values at each of `count` new ones, 1 to `PIECE` (kernel)."""
    past = rows.shape[1] - PIECE
    last = rows.shape[0] - 1
    for k in range(last):
        keep_larger(rows[k, past:], rows[k, past - (1 << k) :], rows[k + 1, past:], count)
    keep_larger(rows[last, past:], rows[last, past - (window - (1 << last)) :], out, count)
    for k in range(last + 1):
        needed = 1 << k if k < last else window - (1 << last)
        kept, held = rows[k, past - needed :], rows[k, past - needed + count :]
        for n in range(needed):
            kept[n] = held[n]


@inlined
def keep_larger(ones: NDArray[np.float32], others: NDArray[np.float32], out: NDArray[np.float32], count: int) -> None:
    """The larger of each two, none of which is NaN (kernel)."""
    for n in range(count):
        out[n] = ones[n] if ones[n] > others[n] else others[n]


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
