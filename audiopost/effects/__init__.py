"""The catalogue of effects, and the words that draw them.

``from audiopost import effects as fx`` gives one word for each effect: ``fx.highpass(frequency_hz=80)`` is a
`Graph` of that one effect; ``fx.pedalboard.Chorus(rate_hz=0.8)`` is a built-in of pedalboard;
``fx.plugin("ZamHeadX2.vst3", azimuth=30)`` is a plug-in file.

An effect joins the catalogue by being a `Node` with a `name` in a module of `EFFECT_MODULES`; a module may
also list entries that are no classes of their own in a function `entries()`.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from audiopost.errors import UnknownNameError
from audiopost.graph.algebra import Graph, through
from audiopost.graph.catalogue import CATALOGUE, EffectEntry
from audiopost.graph.node import Node
from audiopost.graph.parameter import parameter_named

__all__ = ["EFFECT_MODULES", "draw", "pedalboard", "plugin", "through"]

EFFECT_MODULES: tuple[str, ...] = (
    "mixing",
    "equalization",
    "dynamics",
    "limiting",
    "space",
    "generators",
    "metering",
    "hosted",
)
"""Modules of this room whose node classes, and whose `entries()` where they have them, make up the catalogue."""


def draw(effect: str, /, **values: Any) -> Graph:
    """One effect of the catalogue as a drawing; keywords are its parameters and settings.

    Raises
    ------
    UnknownNameError
        If there is no such effect, parameter or setting.
    ParameterRangeError, UsageError
        If a value is not allowed.

    >>> draw("gain", gain_db=-6.0).nodes[0][1].parameters
    (('gain_db', -6.0),)
    """
    entry = CATALOGUE.entry(effect)
    settings = {name: value for name, value in values.items() if any(name == each.name for each in entry.settings)}
    parameters: dict[str, float] = {}
    for name, value in values.items():
        if name in settings:
            continue
        parameter = parameter_named(entry.parameters, name)
        if parameter is not None:
            parameters[name] = parameter.checked(value, effect)
        elif entry.open_parameters:
            parameters[name] = float(value)
        else:
            known = (*(each.name for each in entry.parameters), *(each.name for each in entry.settings))
            raise UnknownNameError(kind="parameter", name=name, known=known, where=effect)
    graph = Graph.of(effect, parameters, settings)
    CATALOGUE.check(effect, graph.nodes[0][1])
    return graph


def plugin(path: str, /, **values: Any) -> Graph:
    """A VST3 or AU plug-in file by path, or by its name in the plug-in folders; keywords are its parameters."""
    return draw("plugin", path=path, **values)


class _Pedalboard:
    """``fx.pedalboard.Chorus(...)``: the built-ins under pedalboard's own class names."""

    def __getattr__(self, name: str) -> Callable[..., Graph]:
        return _word(f"pedalboard.{name}")

    def __dir__(self) -> list[str]:
        return [name.partition(".")[2] for name in CATALOGUE.names() if name.startswith("pedalboard.")]


pedalboard = _Pedalboard()


def __getattr__(name: str) -> Callable[..., Graph]:
    if name.startswith("_"):
        raise AttributeError(name)
    return _word(name)


def __dir__() -> list[str]:
    return [*__all__, *(name for name in CATALOGUE.names() if "." not in name)]


def _word(effect: str) -> Callable[..., Graph]:
    try:
        entry = CATALOGUE.entry(effect)
    except UnknownNameError as error:
        raise AttributeError(str(error)) from error

    def word(**values: Any) -> Graph:
        return draw(effect, **values)

    word.__name__ = word.__qualname__ = effect.rpartition(".")[2]
    word.__doc__ = entry.summary
    return word


def _fill() -> None:
    for module_name in EFFECT_MODULES:
        module = importlib.import_module(f"audiopost.effects.{module_name}")
        for member in vars(module).values():
            if inspect.isclass(member) and member.__module__ == module.__name__ and issubclass(member, Node):
                _add_class(member)
        entries: Callable[[], Iterable[EffectEntry]] | None = getattr(module, "entries", None)
        for entry in entries() if entries else ():
            CATALOGUE.add(entry)


def _add_class(effect: type[Node]) -> None:
    if effect.name:
        CATALOGUE.add(EffectEntry.of(effect))


_fill()
