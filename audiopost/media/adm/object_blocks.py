"""Blocks of an object in little memory: columns of numbers, from which each block is made when it is asked for.

An hour in which many objects never rest has millions of blocks, which differ in times and places alone. As objects of
Python they take 30 times the memory of their numbers.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeVar, overload

from audiopost.media.adm.model import Divergence, ObjectBlock, Zone

__all__ = ["ObjectBlocks"]

T = TypeVar("T")

_COUNTED_ID = re.compile(r"(.*_)(?:([0-9a-f]{8})|([0-9A-F]{8}))", re.DOTALL)
_TIMES, _NUMBERS = 4, 8
"""Of a block: numerators and denominators of its times; gain, place, size and diffuse share."""


class _Form(NamedTuple):
    """What seldom changes on a path; fields as in `ObjectBlock`."""

    cartesian: bool
    jump: bool
    interpolation: Fraction
    channel_lock: bool
    lock_distance: float | None
    divergence: Divergence | None
    zones: tuple[Zone, ...]
    screen_ref: bool
    screen_edges: tuple[str, ...]


class ObjectBlocks(Sequence[ObjectBlock]):
    """Blocks in a row, equal to those that were appended; about 110 bytes each.

    Parameters
    ----------
    blocks
        The first ones.

    Examples
    --------
    >>> path = ObjectBlocks([ObjectBlock("AB_00031001_00000001", Fraction(1, 3), Fraction(1, 2), position=(30, 0, 1))])
    >>> path[0].id, path[0].rtime, path[0].position
    ('AB_00031001_00000001', Fraction(1, 3), (30.0, 0.0, 1.0))
    """

    def __init__(self, blocks: Iterable[ObjectBlock] = ()) -> None:
        self._times = array("q")
        self._numbers = array("d")
        self._counts, self._heads_of, self._forms_of = array("I"), array("I"), array("I")
        self._heads: dict[tuple[str, str], int] = {}
        self._forms: dict[_Form, int] = {}
        self._head_list: list[tuple[str, str]] = []
        self._form_list: list[_Form] = []
        self.diffuse = False
        """Whether any is, in part."""
        for block in blocks:
            self.append(block)

    @property
    def screen_ref(self) -> bool:
        """Whether any place is meant for a screen's size."""
        return any(form.screen_ref for form in self._form_list)

    @property
    def screen_edges(self) -> bool:
        """Whether any place is locked to a screen's edge."""
        return any(form.screen_edges for form in self._form_list)

    def append(self, block: ObjectBlock) -> None:
        """Add one at the end."""
        head, spelling, count = _parted(block.id)
        form = _Form(
            block.cartesian, block.jump, block.interpolation, block.channel_lock, block.lock_distance,
            block.divergence, block.zones, block.screen_ref, block.screen_edges,
        )  # fmt: skip
        self._times.extend((*_whole(block.rtime), *_whole(block.duration)))
        sizes = (block.width, block.height, block.depth, block.diffuse)
        self._numbers.extend((block.gain, *block.position, *sizes))
        self._counts.append(count)
        self._heads_of.append(_number_of((head, spelling), self._heads, self._head_list))
        self._forms_of.append(_number_of(form, self._forms, self._form_list))
        self.diffuse = self.diffuse or block.diffuse > 0.0

    def times(self) -> Iterator[tuple[int, int, int, int, bool, Fraction]]:
        """Of each block its start and its length, each a whole number over another (over 0: it has none), and how it
        is reached: whether at once, and over how long then. What `__getitem__` gives, without making a block.
        """
        forms = [(form.jump, form.interpolation) for form in self._form_list]
        for index, number in enumerate(self._forms_of):
            begun, begun_in, lasts, lasts_in = self._times[_TIMES * index : _TIMES * (index + 1)]
            yield begun, begun_in, lasts, lasts_in, *forms[number]

    def __len__(self) -> int:
        return len(self._counts)

    @overload
    def __getitem__(self, index: int) -> ObjectBlock: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[ObjectBlock, ...]: ...
    def __getitem__(self, index: int | slice) -> ObjectBlock | tuple[ObjectBlock, ...]:
        found = range(len(self))[index]
        return self._made(found) if isinstance(found, int) else tuple(self._made(each) for each in found)

    def _made(self, index: int) -> ObjectBlock:
        head, spelling = self._head_list[self._heads_of[index]]
        form = self._form_list[self._forms_of[index]]
        begun, begun_in, lasts, lasts_in = self._times[_TIMES * index : _TIMES * (index + 1)]
        gain, x, y, z, width, height, depth, diffuse = self._numbers[_NUMBERS * index : _NUMBERS * (index + 1)]
        return ObjectBlock(
            f"{head}{self._counts[index]:{spelling}}" if spelling else head,
            Fraction(begun, begun_in) if begun_in else None,
            Fraction(lasts, lasts_in) if lasts_in else None,
            gain, form.cartesian, (x, y, z), width, height, depth, diffuse, form.jump, form.interpolation,
            form.channel_lock, form.lock_distance, form.divergence, form.zones, form.screen_ref, form.screen_edges,
        )  # fmt: skip


def _parted(identifier: str) -> tuple[str, str, int]:
    """An id that ends in a number of eight digits: its head, how the number is spelt, and the number; or all, '', 0."""
    found = _COUNTED_ID.fullmatch(identifier)
    if found is None:
        return identifier, "", 0
    head, small, large = found.groups()
    return head, "08x" if small else "08X", int(small or large, 16)


def _whole(time: Fraction | None) -> tuple[int, int]:
    """Two whole numbers of 63 bits, which hold every time that can be written; a denominator of 0 is no time."""
    return (0, 0) if time is None else (time.numerator, time.denominator)


def _number_of(value: T, known: dict[T, int], in_order: list[T]) -> int:
    """Which of the different values this is."""
    if in_order and value == in_order[-1]:  # as most are; without the hash of a fraction
        return len(in_order) - 1
    number = known.setdefault(value, len(known))
    if number == len(in_order):
        in_order.append(value)
    return number
