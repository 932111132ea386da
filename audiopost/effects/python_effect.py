"""Effects written in Python: a function, a function of one sample, or a class, turned into an effect by a decorator.

::

    @effect
    def drive(block, *, drive_db: Annotated[float, Range(0, 40, unit="dB")] = 6.0):
        return np.tanh(block * db_to_linear(drive_db))

    @kernel(state=1)
    def one_pole(x, state, cutoff_hz=1000.0, sample_rate=48000.0):
        state[0] += (1 - math.exp(-2 * math.pi * cutoff_hz / sample_rate)) * (x - state[0])
        return state[0]

    chain = drive(drive_db=12) >> one_pole(cutoff_hz=4000)

Keyword arguments with defaults become parameters: numbers are knobs, truth values are switches, texts are settings.
The unit is read from the end of the name; the range from `Range`, or guessed from the unit. An argument called
`sample_rate` is given the stream's, in Hz; one called `seed`, a whole number, is another at each seed of a render.

Why a function of a block must not keep a state: it is called for blocks of any length, and twice while a knob moves
(its results for the old and the new value are crossfaded, so no knob clicks). What needs a state is a `kernel` or a
class.

Functions and classes travel to other processes by value (cloudpickle), wherever they are defined.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Generic, ParamSpec, TypeVar, overload

from audiopost.effects import draw
from audiopost.effects.argument_knobs import Range, knobs_of, no_effect
from audiopost.effects.python_nodes import FunctionNode, KernelNode
from audiopost.errors import UsageError
from audiopost.graph.algebra import Graph
from audiopost.graph.catalogue import CATALOGUE, EffectEntry
from audiopost.graph.node import Node

__all__ = ["PythonEffect", "Range", "effect", "kernel"]

P = ParamSpec("P")
R = TypeVar("R")


class PythonEffect(Generic[P, R]):
    """A decorated function or class: called with keywords it draws a node, with a block it is the function itself.

    Attributes
    ----------
    name : str
        Its name in the catalogue.
    definition : type[Node]
        The class of its nodes.
    """

    def __init__(self, definition: type[Node], function: Callable[P, R] | None) -> None:
        self.name = definition.name
        self.definition = definition
        self._function = function
        self.__doc__ = function.__doc__ if function else definition.__doc__
        self.__name__ = self.name
        CATALOGUE.add(EffectEntry.of(definition))
        _travel_by_value(definition.__module__)

    @overload
    def __call__(self, **values: Any) -> Graph: ...
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...
    def __call__(self, *args: Any, **values: Any) -> Any:
        """Draw the effect with these parameters and settings, or run the plain function on a block."""
        if args:
            if self._function is None:
                raise UsageError(f"{self.name} takes keywords only", mend="give parameters by name")
            return self._function(*args, **values)
        graph = draw(self.name, **values)
        name, node = graph.nodes[0]
        return graph.with_node(name, replace(node, definition=self.definition))


@overload
def effect(function: Callable[P, R], /) -> PythonEffect[P, R]: ...
@overload
def effect(*, name: str = ..., summary: str = ...) -> Callable[[Callable[P, R]], PythonEffect[P, R]]: ...
def effect(function: Callable[..., Any] | None = None, /, *, name: str = "", summary: str = "") -> Any:
    """Make an effect of a function of a block, or of a subclass of `Node`.

    Parameters
    ----------
    function
        ``f(block, *, knob=default, ...) -> array``: block and result (channels, frames), float32. Or a class.
    name, summary
        For the catalogue; by default the function's name and the first line of its docstring.

    Raises
    ------
    UsageError
        If an argument has no default, or one that is neither a number, a truth value nor a text.

    Examples
    --------
    >>> import numpy as np
    >>> @effect
    ... def half_wave(block, *, threshold: float = 0.0):
    ...     return np.maximum(block, threshold)
    >>> half_wave().render([[-0.5, 0.5]], 48_000).tolist()
    [[0.0, 0.5]]
    """
    if function is None:
        return lambda later: _make_effect(later, name, summary)
    return _make_effect(function, name, summary)


def kernel(
    *, state: int = 0, name: str = "", summary: str = ""
) -> Callable[[Callable[..., float]], PythonEffect[..., float]]:
    """Make an effect of a function of one sample, compiled by numba before it plays.

    Parameters
    ----------
    state
        How many float64 numbers the function keeps for each channel, zero at first.
    name, summary
        As for `effect`.

    Notes
    -----
    The function ``f(x, state, knob=default, ...) -> float`` may use arithmetic, ``math`` and what else numba compiles.
    """

    def make(function: Callable[..., float]) -> PythonEffect[..., float]:
        knobs = knobs_of(function, leading=2)
        texts = [setting.name for setting in knobs.settings if setting.kind == "text"]
        if texts:
            raise no_effect(function, f"{texts[0]} is a text; a kernel takes numbers")
        fields = {
            "function": staticmethod(function),
            "arguments": knobs.arguments,
            "states": state,
            "parameters": knobs.parameters,
            "settings": knobs.settings,
        }
        return PythonEffect(_make_class(KernelNode, function, fields, name, summary), function)

    return make


def _make_effect(function: Callable[..., Any], name: str, summary: str) -> PythonEffect[..., Any]:
    if inspect.isclass(function):
        return _of_class(function, name, summary)
    knobs = knobs_of(function, leading=1)
    fields = {
        "function": staticmethod(function),
        "parameters": knobs.parameters,
        "settings": knobs.settings,
        "switches": frozenset(parameter.name for parameter in knobs.parameters if parameter.choices),
        "wants_sample_rate": "sample_rate" in knobs.arguments,
    }
    return PythonEffect(_make_class(FunctionNode, function, fields, name, summary), function)


def _of_class(definition: type, name: str, summary: str) -> PythonEffect[..., Any]:
    if not issubclass(definition, Node):
        raise UsageError(f"{definition.__name__} is no Node", mend="derive it from audiopost.graph.node.Node")
    definition.name = name or definition.name or re.sub(r"(?<!^)(?=[A-Z])", "_", definition.__name__).lower()
    definition.summary = summary or definition.summary or _first_line(definition)
    definition.trusted = False
    return PythonEffect(definition, None)


def _make_class(
    base: type[Node], function: Callable[..., Any], fields: dict[str, Any], name: str, summary: str
) -> type[Node]:
    fields |= {
        "name": name or function.__name__,
        "summary": summary or _first_line(function),
        "__module__": function.__module__,
        "__doc__": function.__doc__,
    }
    return type(function.__name__, (base,), fields)


def _first_line(documented: object) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]


def _travel_by_value(module_name: str) -> None:
    """Let cloudpickle send what the module defines by value: another process may not find the module."""
    module = sys.modules.get(module_name)
    if module is None or module_name == "__main__" or module_name.partition(".")[0] == "audiopost":
        return
    import cloudpickle

    cloudpickle.register_pickle_by_value(module)
