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
from audiopost.effects.hosted_node import HostedNode
from audiopost.graph.bypass import Bypass
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import parameter_named
from audiopost.graph.renderer import GraphRenderer

__all__ = [
    "DECLARED",
    "NUMERIC",
    "array_fits",
    "carry_state",
    "carry_states",
    "fresh_like",
    "held_by",
    "holds_addresses",
    "set_held",
    "value_held",
]

DECLARED = frozenset({"values", "setting_values", "parameters", "latency_frames", "tail_frames"})
"""What a node says of itself is never its sound."""

_PASSING = (Ramps, BlockMemory)
"""A glide has arrived after 20 ms; scratch memory holds nothing beyond a block."""

NUMERIC = "biufc"


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
    lists, mappings and objects of one class name. Left behind are a knob outside its new range, NaN and infinity, what
    holds addresses of memory, and what audiopost's meters and plug-ins keep.
    """
    for name, value in old.values.items():
        parameter = parameter_named(new.parameters, name)
        if parameter is not None and parameter.minimum <= value <= parameter.maximum:
            new.set_parameter(name, value)
    new.reset()
    return tuple(_carry(old, new, fresh, "", set()))


def carry_states(old: GraphRenderer, new: GraphRenderer) -> dict[str, tuple[str, ...]]:
    """`carry_state` for every node of a drawing that has the same name and effect in the new one, plug-ins apart.

    Not for the audio thread: it makes a fresh node for each. `old` stands between two blocks and is only read.

    Returns
    -------
    dict
        Name of a node -> what was carried, for each node that remembered anything.
    """
    carried: dict[str, tuple[str, ...]] = {}
    for name, node in new.nodes.items():
        before = old.nodes.get(name)
        if before is None or before.name != node.name or isinstance(node, HostedNode | Bypass):
            continue
        if isinstance(before, Bypass) or old.streams[name] != new.streams[name]:
            continue
        carried[name] = carry_state(before, node, fresh_like(before, old.streams[name]))
    return {name: names for name, names in carried.items() if names}


def _carry(old: Any, new: Any, fresh: Any, path: str, seen: set[int]) -> Iterator[str]:
    if id(old) in seen or old is new or old is fresh:
        return
    seen.add(id(old))
    held, into = held_by(old), held_by(new)
    if held is None or into is None or holds_addresses(held):
        return
    for key, value in list(held.items()):
        if not path and key in DECLARED:
            continue
        start, target = value_held(fresh, key), value_held(new, key)
        name = f"{path}{key}"
        if isinstance(value, np.ndarray):
            if _array_moved(value, start) and array_fits(value, target):
                np.copyto(target, value)
                yield name
        elif isinstance(value, int | float | complex | np.number):
            settled = value == start or not np.isfinite(value) or isinstance(old, tuple)
            if type(value) is type(target) and not settled:
                set_held(new, key, value)
                yield name
        elif _alike(value, start) and _alike(value, target):
            yield from _carry(value, target, start, f"{name}.", seen)


def held_by(holder: Any) -> Mapping[Any, Any] | None:
    """What a list, a mapping or an object holds, by its index, key or name; None for anything else."""
    if isinstance(holder, dict):
        return holder
    if isinstance(holder, list | tuple | deque):
        return dict(enumerate(holder))
    module = type(holder).__module__
    if callable(holder) or isinstance(holder, _PASSING) or (_is_own(module) and not isinstance(holder, Node)):
        return None
    return getattr(holder, "__dict__", None)


def _is_own(module: str) -> bool:
    """Whether a class is audiopost's and no plain signal processing: a meter, a plug-in's stream, a renderer."""
    return module.startswith("audiopost.") and not module.startswith("audiopost.dsp.")


def holds_addresses(held: Mapping[Any, Any]) -> bool:
    """Whether a number is the address of an array beside it: such an object is tied to its memory and starts anew."""
    addresses = [each.ctypes.data for each in held.values() if isinstance(each, np.ndarray)]
    if not addresses:
        return False
    numbers = [each for each in held.values() if type(each) is int]
    words = [each for each in held.values() if isinstance(each, np.ndarray) and each.dtype.kind in "iu"]
    return any(each in addresses for each in numbers) or any(bool(np.isin(each, addresses).any()) for each in words)


def value_held(holder: Any, key: Any) -> Any:
    """What stands under `key`; for an object what its class says, where it holds nothing itself."""
    held = held_by(holder)
    if held is not None and key in held:
        return held[key]
    return getattr(type(holder), key, None) if isinstance(key, str) and hasattr(holder, "__dict__") else None


def set_held(holder: Any, key: Any, value: Any) -> None:
    """Have `holder` hold the value under `key`."""
    if isinstance(holder, dict | list | deque):
        holder[key] = value
    else:
        vars(holder)[key] = value


def _array_moved(value: np.ndarray[Any, Any], start: Any) -> bool:
    if value.dtype.kind not in NUMERIC or not bool(np.isfinite(value).all()):
        return False
    return not (isinstance(start, np.ndarray) and np.array_equal(value, start))


def array_fits(value: np.ndarray[Any, Any], target: Any) -> bool:
    """Whether the array can be copied to `target`."""
    fits = isinstance(target, np.ndarray) and target.shape == value.shape and target.dtype == value.dtype
    return fits and bool(target.flags.writeable)


def _alike(value: Any, other: Any) -> bool:
    """Two holders of one kind: objects by the name of their class, for the edited file has made it anew."""
    if isinstance(value, list | tuple | deque):
        return type(value) is type(other) and len(value) == len(other)
    return type(value).__qualname__ == type(other).__qualname__
