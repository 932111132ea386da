"""A node's sound carried over into the node of its edited source: a delay keeps ringing, an oscillator its phase.

What is carried is what playing has changed: numbers and arrays that differ from those of a node of the old class that
has played nothing. A constant that the source sets in `prepare` has not changed, so the edit of it counts.

::

    old  (has played)      _phase 1234   _gain 0.5   _line (2, 480)
    fresh (old class)      _phase 0      _gain 0.5   _line zeros          changed: _phase, _line
    new  (edited class)    _phase 1234   _gain 0.7   _line (2, 480)       _gain is the edited one
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from audiopost.blocks import BlockMemory
from audiopost.dsp.smoothing import Ramps
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import parameter_named

__all__ = ["carry_state", "fresh_like"]

_DECLARED = frozenset({"values", "setting_values", "parameters", "latency_frames", "tail_frames"})
"""What a node says of itself is never its sound."""

_PASSING = (Ramps, BlockMemory)
"""A glide has arrived after 20 ms; scratch memory holds nothing beyond a block."""

_NUMERIC = "biufc"


def fresh_like(node: Node, stream: StreamFormat) -> Node:
    """A node of the same class with the same settings and knobs, prepared, that has played nothing. May compile."""
    fresh = type(node)(node.setting_values)
    fresh.values.update(node.values)
    fresh.prepare(stream)
    return fresh


def carry_state(old: Node, new: Node, fresh: Node) -> tuple[str, ...]:
    """Turn the knobs of `new` as those of `old` stand, then give it what `old` remembers.

    Parameters
    ----------
    old
        A node that has played. It is only read, between two blocks.
    new
        A prepared node of the edited class.
    fresh
        `fresh_like(old, stream)`: what tells memory from constants.

    Returns
    -------
    tuple of str
        What was carried, by name: ``("_phase", "_line", "_filter.state")``.

    Notes
    -----
    Carried are numbers of one type and arrays of one shape and type that have one name in both classes, also inside
    lists, mappings and objects of one class name. Left behind are a knob outside its new range, and NaN and infinity.
    Meant for effects written in Python: what a plug-in remembers lies outside its node.
    """
    for name, value in old.values.items():
        parameter = parameter_named(new.parameters, name)
        if parameter is not None and parameter.minimum <= value <= parameter.maximum:
            new.set_parameter(name, value)
    new.reset()
    return tuple(_carry(old, new, fresh, "", set()))


def _carry(old: Any, new: Any, fresh: Any, path: str, seen: set[int]) -> Iterator[str]:
    if id(old) in seen or old is new or old is fresh:
        return
    seen.add(id(old))
    held, into = _held(old), _held(new)
    if held is None or into is None:
        return
    for key, value in list(held.items()):
        if not path and key in _DECLARED:
            continue
        start, target = _value(fresh, key), _value(new, key)
        name = f"{path}{key}"
        if isinstance(value, np.ndarray):
            if _array_moved(value, start) and _array_fits(value, target):
                np.copyto(target, value)
                yield name
        elif isinstance(value, int | float | complex | np.number):
            settled = value == start or not np.isfinite(value) or isinstance(old, tuple)
            if type(value) is type(target) and not settled:
                _set(new, key, value)
                yield name
        elif _alike(value, start) and _alike(value, target):
            yield from _carry(value, target, start, f"{name}.", seen)


def _held(holder: Any) -> Mapping[Any, Any] | None:
    """What a list, a mapping or an object holds, by its index, key or name; None for anything else."""
    if isinstance(holder, dict):
        return holder
    if isinstance(holder, list | tuple | deque):
        return dict(enumerate(holder))
    if callable(holder) or isinstance(holder, _PASSING):
        return None
    return getattr(holder, "__dict__", None)


def _value(holder: Any, key: Any) -> Any:
    """What stands under `key`; for an object what its class says, where it holds nothing itself."""
    held = _held(holder)
    if held is not None and key in held:
        return held[key]
    return getattr(type(holder), key, None) if isinstance(key, str) and hasattr(holder, "__dict__") else None


def _set(holder: Any, key: Any, value: Any) -> None:
    if isinstance(holder, dict | list | deque):
        holder[key] = value
    else:
        vars(holder)[key] = value


def _array_moved(value: np.ndarray[Any, Any], start: Any) -> bool:
    if value.dtype.kind not in _NUMERIC or not bool(np.isfinite(value).all()):
        return False
    return not (isinstance(start, np.ndarray) and np.array_equal(value, start))


def _array_fits(value: np.ndarray[Any, Any], target: Any) -> bool:
    fits = isinstance(target, np.ndarray) and target.shape == value.shape and target.dtype == value.dtype
    return fits and bool(target.flags.writeable)


def _alike(value: Any, other: Any) -> bool:
    """Two holders of one kind: objects by the name of their class, for the edited file has made it anew."""
    if isinstance(value, list | tuple | deque):
        return type(value) is type(other) and len(value) == len(other)
    return type(value).__qualname__ == type(other).__qualname__
