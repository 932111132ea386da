"""When a channel has which gains: its blocks on the file's frames, and what is between them.

::

    block 1          block 2                    block 3 (jump, 5 ms)
    ├── constant ────┼── a straight line ───────┼─/── constant ────

Gains are found where they are needed, some hundred blocks at a time: an hour of automation has no more of them than a
minute, and of each block its five times alone stay.

Source: ITU-R BS.2127-1, sections 5.2 and 7.2 (timing and interpolation).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from audiopost.media.adm.model import Block, ObjectBlock
from audiopost.media.adm.selection import Item

__all__ = ["Course", "GainsOf", "Stretch"]

Values = NDArray[np.float64]

_AT_ONCE = 256
_KEPT = 4
_ENDLESS = 1 << 62

Seconds = Fraction | float
"""Exact, or for ever."""

GainsOf = Callable[[Sequence[Block]], Values]
"""Gains ``(blocks, channels)`` of blocks."""


@dataclass(frozen=True)
class Stretch:
    """Frames from `begin` to before `end` of the file, in which gains go from `before` to `after`.

    `share` of the way is gone at `begin`, and `step` more each frame.
    """

    begin: int
    end: int
    before: Values
    after: Values
    share: float = 0.0
    step: float = 0.0


class Course:
    """The gains of one item over the file.

    Parameters
    ----------
    item
        The channel, with its track and its object's times.
    sample_rate
        In Hz.
    gains_of
        What plays blocks.
    """

    def __init__(self, item: Item, sample_rate: int, gains_of: GainsOf) -> None:
        self.track = item.track
        self._gains_of = gains_of
        self._gain = item.gain
        self._blocks = item.channel.blocks
        self._chunks: OrderedDict[int, Values] = OrderedDict()
        self._exact = np.empty((len(self._blocks), 2))
        self._frames = np.empty((len(self._blocks), 3), np.int64)
        last: Seconds | None = None
        ended = (0.0, 0)
        for index, block in enumerate(self._blocks):
            start, target, end = _times(block, item)
            begun = ended if start == last else _in_frames(start, sample_rate)
            ended = _in_frames(end, sample_rate)
            reached = begun
            if start == last:
                reached = ended if target is end else _in_frames(target, sample_rate)
            self._exact[index] = begun[0], reached[0]
            self._frames[index] = begun[1], reached[1], ended[1]
            last = end

    def stretches(self, begin: int, end: int) -> Iterator[Stretch]:
        """What lies between two frames of the file, in order; silence is left out."""
        index = int(np.searchsorted(self._frames[:, 2], begin, side="right"))
        while index < len(self._blocks) and self._frames[index, 0] < end:
            first, reached, last = (int(each) for each in self._frames[index])
            after = self._gains(index)
            low, high = max(first, begin), min(reached, end)
            if low < high:
                start, target = self._exact[index]
                step = 1.0 / (target - start)
                yield Stretch(low, high, self._gains(index - 1), after, (low - start) * step, step)
            low, high = max(reached, begin), min(last, end)
            if low < high:
                yield Stretch(low, high, after, after)
            index += 1

    def _gains(self, index: int) -> Values:
        number, place = divmod(index, _AT_ONCE)
        chunk = self._chunks.get(number)
        if chunk is None:
            some = self._blocks[number * _AT_ONCE : (number + 1) * _AT_ONCE]
            chunk = self._chunks[number] = self._gain * self._gains_of(some)
            if len(self._chunks) > _KEPT:
                self._chunks.popitem(last=False)
        return np.asarray(chunk[place])


def _times(block: Block, item: Item) -> tuple[Seconds, Seconds, Seconds]:
    """When a block begins, has reached its gains if it comes from another one, and ends; in seconds."""
    whole: Seconds = math.inf if item.end is None else item.end
    if block.rtime is None or block.duration is None:
        return item.start, item.start, whole
    start = item.start + block.rtime
    end: Seconds = min(start + block.duration, whole)
    if not isinstance(block, ObjectBlock):
        return start, start, end
    return start, min(start + block.interpolation, end) if block.jump else end, end


def _in_frames(seconds: Seconds, sample_rate: int) -> tuple[float, int]:
    """A time in frames, and the first frame that is not before it."""
    if seconds == math.inf:
        return math.inf, _ENDLESS
    exact = seconds * sample_rate
    return float(exact), math.ceil(exact)
