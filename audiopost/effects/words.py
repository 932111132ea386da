"""The words that draw effects: ``fx.highpass(...)``, ``fx.pedalboard.Chorus(...)``, ``fx.plugin(...)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from audiopost.errors import UnknownNameError
from audiopost.graph.algebra import Graph
from audiopost.graph.catalogue import CATALOGUE
from audiopost.graph.parameter import parameter_named

__all__ = ["draw", "pedalboard", "plugin", "word"]


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
        return word(f"pedalboard.{name}")

    def __dir__(self) -> list[str]:
        return [name.partition(".")[2] for name in CATALOGUE.names() if name.startswith("pedalboard.")]


pedalboard = _Pedalboard()


def word(effect: str) -> Callable[..., Graph]:
    """The function that draws an effect: its keywords are parameters and settings. AttributeError if there is none."""
    try:
        entry = CATALOGUE.entry(effect)
    except UnknownNameError as error:
        raise AttributeError(str(error)) from error

    def drawn(**values: Any) -> Graph:
        return draw(effect, **values)

    drawn.__name__ = drawn.__qualname__ = effect.rpartition(".")[2]
    drawn.__doc__ = entry.summary
    return drawn
