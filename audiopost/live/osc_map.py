"""The map of OSC addresses: what each means, and what is told back. Pure.

::

    /audiopost/chain/NODE/PARAMETER f|s        the value, in its unit, or a choice by name
    /audiopost/chain/NODE/PARAMETER/position f 0 to 1, in the knob's taper
    /audiopost/chain/NODE/bypass i|T|F         1: bypassed
    /audiopost/macro/NAME f                    0 to 1
    /audiopost/do/VERB ...                     any word of the desk: play, locate 12.5, recall "far", undo ...
    /audiopost/subscribe [i]                   tell everything to the sender (at this port), from now on
    /audiopost/unsubscribe [i]                 no more
    /audiopost/query                           tell the sender how everything stands, once

What a head tracker sends stands in `audiopost.live.head_tracking`.

Told back are the first four, ``/audiopost/meter/POINT/MEASURE f``, ``/audiopost/transport/...`` and
``/audiopost/said s``: what a word did, or what is wrong. What a name holds that OSC does not allow in an address is
``_`` there. ``*``, ``?``, ``[]`` and ``{}`` in an address stand for many, as OSC 1.0 says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audiopost.errors import UnknownNameError, UsageError
from audiopost.graph.parameter import Parameter
from audiopost.graph.spec import MACRO, GraphSpec
from audiopost.live.head_tracking import ROTATION, head_angles

__all__ = [
    "ROOT",
    "Argument",
    "OscMap",
    "Query",
    "Request",
    "Say",
    "SetBypass",
    "Subscribe",
    "Turn",
    "TurnTo",
    "address_part",
]

Argument = float | int | str | bool

ROOT = "/audiopost"
_FORBIDDEN = re.compile(r"[\s#*,?\[\]{}]")
_PATTERN = re.compile(r"[*?\[{]")


@dataclass(frozen=True)
class Turn:
    """A knob to a value."""

    path: str
    value: float | str


@dataclass(frozen=True)
class TurnTo:
    """A knob to a position from 0 to 1."""

    path: str
    position: float


@dataclass(frozen=True)
class SetBypass:
    """A node bypassed, or heard."""

    node: str
    on: bool


@dataclass(frozen=True)
class Say:
    """A word for the desk."""

    verb: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True)
class Subscribe:
    """Feedback to the sender, at `port` or at the port that it sent from; `on` False ends it."""

    port: int | None
    on: bool


@dataclass(frozen=True)
class Query:
    """Tell the sender how everything stands."""


Request = Turn | TurnTo | SetBypass | Say | Subscribe | Query


def address_part(name: str) -> str:
    """A name as a part of an address.

    >>> address_part("Room #2")
    'Room__2'
    """
    return _FORBIDDEN.sub("_", name)


class OscMap:
    """The addresses of one drawing."""

    def __init__(self, drawing: GraphSpec, knobs: Mapping[str, Parameter]) -> None:
        self._knobs = knobs
        self._paths = {_address(path): path for path in knobs}
        self._bypasses = {f"{ROOT}/chain/{address_part(name)}/bypass": name for name in drawing.node_names}
        self._rotations = [name for name, node in drawing.nodes if node.effect == ROTATION]

    @staticmethod
    def of_session(address: str, arguments: Sequence[Argument]) -> Request | None:
        """What a message asks for that concerns no knob; None if it may concern one. Raises UsageError."""
        if address == f"{ROOT}/query":
            return Query()
        for verb in ("subscribe", "unsubscribe"):
            if address == f"{ROOT}/{verb}":
                return Subscribe(_port(address, arguments) if arguments else None, verb == "subscribe")
        if address.startswith(f"{ROOT}/do/"):
            return Say(address.removeprefix(f"{ROOT}/do/"), tuple(arguments))
        return None

    def understood(self, address: str, arguments: Sequence[Argument]) -> list[Request]:
        """What a message asks for; an address with wildcards may ask for much.

        Raises
        ------
        UsageError
            If the address means nothing, or the arguments do not fit it.
        """
        request = self.of_session(address, arguments)
        if request is not None:
            return [request]
        angles = head_angles(address, arguments)
        if angles is not None:
            if not self._rotations:
                raise UsageError(f"{address} turns a scene, and this chain has no {ROTATION}", mend="put one in")
            return [Turn(f"{name}.{axis}", angle) for name in self._rotations for axis, angle in angles.items()]
        if _PATTERN.search(address):
            wanted = re.compile(_as_expression(address))
            found = [each for each in self._all() if wanted.fullmatch(each)]
            if not found:
                raise UsageError(f"{address} fits nothing in this chain")
            return [self._single(each, arguments) for each in found]
        return [self._single(address, arguments)]

    def told(self, values: Mapping[str, float]) -> list[tuple[str, Argument]]:
        """Messages for values of knobs: each in its unit, and as a position."""
        messages: list[tuple[str, Argument]] = []
        for path, value in values.items():
            parameter = self._knobs.get(path)
            messages.append((_address(path), value))
            if parameter is not None and not path.startswith(f"{MACRO}."):
                messages.append((f"{_address(path)}/position", parameter.position_of(value)))
        return messages

    def told_bypasses(self, drawing: GraphSpec) -> list[tuple[str, Argument]]:
        """Messages for the bypass of every node."""
        bypassed = {name: node.bypass for name, node in drawing.nodes}
        return [(address, int(bypassed[name])) for address, name in self._bypasses.items() if name in bypassed]

    def _all(self) -> Iterable[str]:
        yield from self._bypasses
        for address in self._paths:
            yield address
            yield f"{address}/position"

    def _single(self, address: str, arguments: Sequence[Argument]) -> Request:
        if address in self._bypasses:
            return SetBypass(self._bypasses[address], bool(_number(address, arguments)))
        if address in self._paths:
            value = _only(address, arguments)
            return Turn(self._paths[address], value if isinstance(value, str) else float(value))
        knob, _, last = address.rpartition("/")
        if last == "position" and knob in self._paths:
            return TurnTo(self._paths[knob], float(_number(address, arguments)))
        raise UnknownNameError(kind="address", name=address, known=tuple(self._all()))


def _address(path: str) -> str:
    name, _, key = path.partition(".")
    return f"{ROOT}/{MACRO}/{address_part(key)}" if name == MACRO else f"{ROOT}/chain/{address_part(name)}/{key}"


def _only(address: str, arguments: Sequence[Argument]) -> Argument:
    if len(arguments) != 1:
        raise UsageError(f"{address} takes one argument, not {len(arguments)}")
    return arguments[0]


def _number(address: str, arguments: Sequence[Argument]) -> float | int:
    value = _only(address, arguments)
    if isinstance(value, str):
        raise UsageError(f"{address} takes a number, not {value!r}")
    return value


def _port(address: str, arguments: Sequence[Argument]) -> int:
    port = _number(address, arguments)
    if not 0 < port < 65_536:
        raise UsageError(f"{address}: {port:g} is no port", mend="give a whole number from 1 to 65535")
    return int(port)


def _as_expression(pattern: str) -> str:
    """An address pattern of OSC 1.0 as a regular expression; wildcards stay within one part."""
    expression, position = "", 0
    while position < len(pattern):
        letter = pattern[position]
        closing = {"[": "]", "{": "}"}.get(letter, "")
        end = pattern.find(closing, position) if closing else -1
        if letter == "*":
            expression += "[^/]*"
        elif letter == "?":
            expression += "[^/]"
        elif letter == "[" and end > 0:
            inside = pattern[position + 1 : end]
            negated = inside.startswith("!")
            expression += f"[{'^' if negated else ''}{_in_set(inside.removeprefix('!'))}]"
        elif letter == "{" and end > 0:
            expression += f"(?:{'|'.join(map(re.escape, pattern[position + 1 : end].split(',')))})"
        else:
            expression += re.escape(letter)
        position = end + 1 if end > 0 else position + 1
    return expression


def _in_set(letters: str) -> str:
    return re.sub(r"([\\\]\[^])", r"\\\1", letters) or r"\0"
