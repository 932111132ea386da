"""What a node remembers of its sound, taken out of one process and put into another.

Where it lies is found once, when the node is prepared; taking it is then copying a few arrays, quick enough to be done
between two blocks of a node that is heard. The laws of what is memory are those of `audiopost.effects.state_carrying`.

::

    Memory(old)  ── take() between two blocks ──▶  parcel (numbers and arrays by their path)  ──▶  put_back(new, parcel)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from audiopost.effects.hosted_node import HostedNode
from audiopost.effects.state_carrying import (
    DECLARED,
    NUMERIC,
    array_fits,
    held_by,
    holds_addresses,
    set_held,
    value_held,
)
from audiopost.graph.bypass import Bypass
from audiopost.graph.node import Node

__all__ = ["LARGEST_BYTES", "Memory", "Parcel", "put_back"]

Path = tuple[Any, ...]
Parcel = Mapping[Path, Any]

LARGEST_BYTES = 4_000_000
"""What one node may remember and still be carried: copied in less than a millisecond."""


class Memory:
    """Where the sound of a prepared node lies.

    Parameters
    ----------
    node
        Prepared, and as new; a plug-in and a bypassed node have no memory that could be reached.
    """

    def __init__(self, node: Node) -> None:
        reachable = not isinstance(node, HostedNode | Bypass)
        places = list(_places(node, (), set())) if reachable else []
        size = sum(value.nbytes for *_, value in places if isinstance(value, np.ndarray))
        self._places = [(path, holder, key) for path, holder, key, _ in places] if size <= LARGEST_BYTES else []
        # Memory that has been written to once: to copy into it costs a tenth of copying into new pages.
        self._copies = {path: value.copy() for path, _, _, value in places if isinstance(value, np.ndarray)}
        self._begun = {path: _mark_of(value) for path, value in self.take().items()}

    def take(self) -> dict[Path, Any]:
        """A copy of everything as it stands between two blocks, good until the next is taken."""
        taken = {}
        for path, holder, key in self._places:
            value = value_held(holder, key)
            if isinstance(value, np.ndarray):
                copied = self._copies.get(path)
                if copied is None or not array_fits(value, copied):
                    copied = self._copies[path] = value.copy()
                else:
                    np.copyto(copied, value)
                value = copied
            taken[path] = value
        return taken

    def moved(self, taken: Parcel) -> dict[Path, Any]:
        """What of it playing has changed: a constant that an edited source changes stays as edited."""
        return {path: value for path, value in taken.items() if _mark_of(value) != self._begun.get(path)}


def put_back(node: Node, parcel: Parcel) -> None:
    """Have a prepared node remember what is in the parcel, as far as it has a place of that name and form."""
    for path, value in parcel.items():
        holder: Any = node
        for part in path[:-1]:
            holder = value_held(holder, part)
        target = value_held(holder, path[-1])
        if isinstance(value, np.ndarray):
            if bool(np.isfinite(value).all()) and array_fits(value, target):
                np.copyto(target, value)
        elif type(value) is type(target) and np.isfinite(value):
            set_held(holder, path[-1], value)


def _places(holder: Any, path: Path, seen: set[int]) -> Iterator[tuple[Path, Any, Any, Any]]:
    if id(holder) in seen:
        return
    seen.add(id(holder))
    held = held_by(holder)
    if held is None or holds_addresses(held):
        return
    for key, value in list(held.items()):
        if not path and key in DECLARED:
            continue
        if isinstance(value, np.ndarray):
            if value.dtype.kind in NUMERIC:
                yield (*path, key), holder, key, value
        elif isinstance(value, int | float | complex | np.number):
            if not isinstance(holder, tuple):
                yield (*path, key), holder, key, value
        else:
            yield from _places(value, (*path, key), seen)


def _mark_of(value: Any) -> Any:
    """What tells a changed value: the number, or the digest of an array."""
    return hashlib.blake2b(value.tobytes()).digest() if isinstance(value, np.ndarray) else value
