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
`sample_rate` is given the stream's, in Hz.

Why a function of a block must not keep a state: it is called for blocks of any length, and twice while a knob moves
(its results for the old and the new value are crossfaded, so no knob clicks). What needs a state is a `kernel` or a
class.

Functions and classes travel to other processes by value (cloudpickle), wherever they are defined.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Generic, ParamSpec, TypeVar, get_args, get_origin, get_type_hints, overload

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp.sample_loop import compile_sample_loop
from audiopost.dsp.smoothing import Ramps
from audiopost.effects import draw
from audiopost.effects.smoothed import SMOOTHING_MS
from audiopost.errors import EffectError, UsageError
from audiopost.graph.algebra import Graph
from audiopost.graph.catalogue import CATALOGUE, EffectEntry
from audiopost.graph.node import INFINITE_TAIL, Node, StreamFormat
from audiopost.graph.parameter import Parameter, Setting, Taper
from audiopost.units import ms_to_frames

__all__ = ["PythonEffect", "Range", "effect", "kernel"]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Range:
    """The range of a parameter: ``Annotated[float, Range(0, 40, unit="dB")]``. No unit: it is read from the name."""

    minimum: float
    maximum: float
    unit: str = ""
    taper: Taper = "linear"


GUESSED_RANGES: dict[str, Range] = {
    "_db": Range(-60.0, 24.0, "dB"),
    "_dbfs": Range(-120.0, 0.0, "dBFS"),
    "_hz": Range(20.0, 20_000.0, "Hz", "log"),
    "_ms": Range(0.0, 5_000.0, "ms"),
    "_s": Range(0.0, 60.0, "s"),
    "_percent": Range(0.0, 100.0, "%"),
    "_deg": Range(-180.0, 180.0, "deg"),
}
"""By the end of the name, longest end first; anything else goes from 0 to 1, widened to ten times its default."""


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


class FunctionNode(Node):
    """Runs a function of a block. A knob that moves crossfades from the old result to the new one."""

    trusted = False
    exceptions: ClassVar[Mapping[str, str]] = {"allocation": "a Python function returns a new array"}
    function: ClassVar[Callable[..., Any]]
    switches: ClassVar[frozenset[str]] = frozenset()
    wants_sample_rate: ClassVar[bool] = False

    _now: dict[str, float]
    _next: dict[str, float]

    def prepare(self, stream: StreamFormat) -> None:
        """Take over the values."""
        self._fade_frames = max(1, ms_to_frames(SMOOTHING_MS, stream.sample_rate))
        self._faded = 0
        self._piece = BlockMemory(stream.layout.channels, stream.maximum_frames)
        self._fixed: dict[str, Any] = {setting.name: self.setting_values[setting.name] for setting in self.settings}
        if self.wants_sample_rate:
            self._fixed["sample_rate"] = float(stream.sample_rate)
        self._ramp = (np.arange(1, self._fade_frames + 1) / self._fade_frames).astype(np.float32)
        self.reset()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Call the function once for each piece in which a fade begins or ends."""
        done, frames = 0, block.shape[1]
        while done < frames:
            if self._now is self._next and self._next != self.values:
                self._next, self._faded = dict(self.values), 0
            fading = self._now is not self._next
            length = min(frames - done, self._fade_frames - self._faded) if fading else frames - done
            self._process_piece(block[:, done : done + length], out[:, done : done + length], fading=fading)
            done += length

    def reset(self) -> None:
        """Arrive at the values."""
        self._now = self._next = dict(self.values)
        self._faded = 0

    def _process_piece(self, block: AudioBlock, out: AudioBlock, *, fading: bool) -> None:
        length = block.shape[1]
        piece = self._piece.block(length)
        piece[:] = block
        np.copyto(out, self._called(piece, self._next), casting="same_kind")
        if fading:
            piece[:] = block
            old = np.asarray(self._called(piece, self._now), dtype=np.float32)
            share = self._ramp[self._faded : self._faded + length]
            out -= old
            out *= share
            out += old
            self._faded += length
            if self._faded == self._fade_frames:
                self._now = self._next

    def _called(self, block: AudioBlock, values: Mapping[str, float]) -> Any:
        given = {name: bool(value) if name in self.switches else value for name, value in values.items()}
        result = np.asarray(type(self).function(block, **given, **self._fixed))
        if result.shape != block.shape:
            code = type(self).function.__code__
            raise EffectError(
                self.name,
                f"returned an array of shape {result.shape} for a block of shape {block.shape}",
                f"{code.co_filename}:{code.co_firstlineno}",
            )
        return result


class KernelNode(Node):
    """Runs a compiled function of one sample over channels and frames; its values glide, counted in frames."""

    trusted = False
    function: ClassVar[Callable[..., float]]
    arguments: ClassVar[tuple[str, ...]] = ()
    states: ClassVar[int] = 0

    _ramps: Ramps | None = None

    def prepare(self, stream: StreamFormat) -> None:
        """Compile.

        Raises
        ------
        EffectError
            If the function cannot be compiled.
        """
        count = len(self.arguments)
        self._run = compile_sample_loop(type(self).function, count)
        self._sample_rate = float(stream.sample_rate)
        self._ramps = Ramps.lasting(count, SMOOTHING_MS, stream.sample_rate)
        for index, argument in enumerate(self.arguments):
            self._ramps.jump(index, self._target(argument))
        self._now = np.zeros(count, dtype=np.float64)
        self._state = np.zeros((stream.layout.channels, self.states), dtype=np.float64)
        self.tail_frames = INFINITE_TAIL if self.states else 0

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Run the loop."""
        assert self._ramps is not None, "prepare comes before process"
        self._run(block, out, self._state, self._ramps.state, self._now)

    def parameter_changed(self, name: str) -> None:
        """Glide; a switch takes effect at once."""
        if self._ramps is not None:
            index = self.arguments.index(name)
            switch = any(parameter.name == name and parameter.choices for parameter in self.parameters)
            (self._ramps.jump if switch else self._ramps.aim)(index, self._target(name))

    def reset(self) -> None:
        """Clear the state."""
        if self._ramps is not None:
            self._ramps.finish()
            self._state.fill(0.0)

    def _target(self, argument: str) -> float:
        return self._sample_rate if argument == "sample_rate" else self.values[argument]


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
        knobs = _knobs_of(function, leading=2)
        if knobs.settings:
            raise _wrong(function, f"{knobs.settings[0].name} is a text; a kernel takes numbers")
        fields = {
            "function": staticmethod(function),
            "arguments": knobs.arguments,
            "states": state,
            "parameters": knobs.parameters,
        }
        return PythonEffect(_make_class(KernelNode, function, fields, name, summary), function)

    return make


def _make_effect(function: Callable[..., Any], name: str, summary: str) -> PythonEffect[..., Any]:
    if inspect.isclass(function):
        return _of_class(function, name, summary)
    knobs = _knobs_of(function, leading=1)
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


@dataclass(frozen=True)
class _Knobs:
    arguments: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    settings: tuple[Setting, ...]


def _knobs_of(function: Callable[..., Any], leading: int) -> _Knobs:
    """What the arguments behind the first `leading` ones become."""
    hints = get_type_hints(function, include_extras=True)
    arguments = list(inspect.signature(function).parameters.values())
    if len(arguments) < leading:
        raise _wrong(function, f"it takes {len(arguments)} arguments, and needs {leading}")
    parameters: list[Parameter] = []
    settings: list[Setting] = []
    for argument in arguments[leading:]:
        if argument.name == "sample_rate":
            continue
        default = argument.default
        if isinstance(default, str):
            settings.append(Setting(argument.name, "text", default))
        elif isinstance(default, bool):
            switch = Parameter(
                argument.name, float(default), 0.0, 1.0, choices=("off", "on"), smoothing_ms=SMOOTHING_MS
            )
            parameters.append(switch)
        elif isinstance(default, int | float):
            parameters.append(_parameter(argument.name, float(default), hints.get(argument.name)))
        else:
            raise _wrong(function, f"argument {argument.name} has no default that is a number, a truth value or a text")
    return _Knobs(tuple(argument.name for argument in arguments[leading:]), tuple(parameters), tuple(settings))


def _parameter(name: str, default: float, hint: object) -> Parameter:
    stated = [each for each in get_args(hint)[1:] if isinstance(each, Range)] if get_origin(hint) is Annotated else []
    guessed = _guessed_range(name, default)
    chosen = stated[0] if stated else guessed
    return Parameter(
        name,
        default,
        float(chosen.minimum),
        float(chosen.maximum),
        unit=chosen.unit or guessed.unit,
        taper=chosen.taper,
    )


def _guessed_range(name: str, default: float) -> Range:
    ends = sorted((end for end in GUESSED_RANGES if name.endswith(end)), key=len)
    known = GUESSED_RANGES[ends[-1]] if ends else Range(0.0, 1.0 if 0.0 <= default <= 1.0 else 10.0 * abs(default))
    return replace(known, minimum=min(known.minimum, default), maximum=max(known.maximum, default))


def _wrong(function: Callable[..., Any], what: str) -> UsageError:
    code = function.__code__
    return UsageError(
        f"{function.__name__} cannot be an effect: {what}", where=f"{code.co_filename}:{code.co_firstlineno}"
    )


def _travel_by_value(module_name: str) -> None:
    """Let cloudpickle send what the module defines by value: another process may not find the module."""
    module = sys.modules.get(module_name)
    if module is None or module_name == "__main__" or module_name.partition(".")[0] == "audiopost":
        return
    import cloudpickle

    cloudpickle.register_pickle_by_value(module)
