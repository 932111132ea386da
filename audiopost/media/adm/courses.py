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

from audiopost.media.adm.model import Block
from audiopost.media.adm.object_blocks import ObjectBlocks
from audiopost.media.adm.selection import Item

__all__ = ["Course", "GainsOf", "Stretch"]

Values = NDArray[np.float64]

_AT_ONCE = 256
_KEPT = 4
_ENDLESS = 1 << 62

Ratio = tuple[int, int]
"""Seconds, exactly: a whole number over another; over 0 it is for ever."""

ENDLESS: Ratio = (1, 0)

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
        whole = ENDLESS if item.end is None else _over(item.end)
        last: Ratio | None = None
        ended = (0.0, 0)
        for index, (start, target, end) in enumerate(_times_of(self._blocks, _over(item.start), whole)):
            goes_on = last is not None and start[0] * last[1] == last[0] * start[1]
            begun = ended if goes_on else _in_frames(start, sample_rate)
            ended = _in_frames(end, sample_rate)
            reached = begun
            if goes_on:
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


def _times_of(
    blocks: ObjectBlocks | Sequence[Block], start: Ratio, whole: Ratio
) -> Iterator[tuple[Ratio, Ratio, Ratio]]:
    """When each block begins, has reached its gains if it comes from another one, and ends; in seconds."""
    if isinstance(blocks, ObjectBlocks):
        for rtime, rtime_in, duration, duration_in, jump, interpolation in blocks.times():
            if not rtime_in or not duration_in:
                yield start, start, whole
                continue
            begun = _sum(start, (rtime, rtime_in))
            end = _least(_sum(begun, (duration, duration_in)), whole)
            yield begun, _least(_sum(begun, _over(interpolation)), end) if jump else end, end
        return
    for block in blocks:
        if block.rtime is None or block.duration is None:
            yield start, start, whole
        else:
            begun = _sum(start, _over(block.rtime))
            yield begun, begun, _least(_sum(begun, _over(block.duration)), whole)


def _over(time: Fraction) -> Ratio:
    return time.numerator, time.denominator


def _sum(first: Ratio, second: Ratio) -> Ratio:
    """Not in lowest terms: with all times of one file over few numbers it does not grow."""
    if first[1] == second[1]:
        return first[0] + second[0], first[1]
    return first[0] * second[1] + second[0] * first[1], first[1] * second[1]


def _least(first: Ratio, second: Ratio) -> Ratio:
    return second if second[0] * first[1] < first[0] * second[1] else first


def _in_frames(seconds: Ratio, sample_rate: int) -> tuple[float, int]:
    """A time in frames, and the first frame that is not before it."""
    above, below = seconds
    if below == 0:
        return math.inf, _ENDLESS
    return above * sample_rate / below, -(-above * sample_rate // below)
