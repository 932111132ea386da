"""Arguments of a Python function as knobs: what an effect can be told, read from the function itself.

Keyword arguments with defaults become parameters: numbers are knobs, truth values are switches, texts are settings,
and so is a whole number called `seed`, which a render may change (`audiopost.graph.chance`).
The unit is read from the end of the name; the range from `Range`, or guessed from the unit.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from audiopost.effects.smoothed import SMOOTHING_MS
from audiopost.errors import UsageError
from audiopost.graph.chance import SEED
from audiopost.graph.parameter import Parameter, Setting, Taper

__all__ = ["ArgumentKnobs", "Range", "knobs_of", "no_effect"]


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


@dataclass(frozen=True)
class ArgumentKnobs:
    """Names of the arguments in order, and the parameters and settings that they become."""

    arguments: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    settings: tuple[Setting, ...]


def knobs_of(function: Callable[..., Any], leading: int) -> ArgumentKnobs:
    """What the arguments behind the first `leading` ones become."""
    hints = get_type_hints(function, include_extras=True)
    arguments = list(inspect.signature(function).parameters.values())
    if len(arguments) < leading:
        raise no_effect(function, f"it takes {len(arguments)} arguments, and needs {leading}")
    parameters: list[Parameter] = []
    settings: list[Setting] = []
    for argument in arguments[leading:]:
        if argument.name == "sample_rate":
            continue
        default = argument.default
        if argument.name == SEED and type(default) is int:
            settings.append(Setting(SEED, "integer", default))
        elif isinstance(default, str):
            settings.append(Setting(argument.name, "text", default))
        elif isinstance(default, bool):
            switch = Parameter(
                argument.name, float(default), 0.0, 1.0, choices=("off", "on"), smoothing_ms=SMOOTHING_MS
            )
            parameters.append(switch)
        elif isinstance(default, int | float):
            parameters.append(_parameter(argument.name, float(default), hints.get(argument.name)))
        else:
            raise no_effect(
                function, f"argument {argument.name} has no default that is a number, a truth value or a text"
            )
    return ArgumentKnobs(tuple(argument.name for argument in arguments[leading:]), tuple(parameters), tuple(settings))


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


def no_effect(function: Callable[..., Any], what: str) -> UsageError:
    """The error that says why a function cannot be an effect, and where it stands."""
    code = function.__code__
    return UsageError(
        f"{function.__name__} cannot be an effect: {what}", where=f"{code.co_filename}:{code.co_firstlineno}"
    )
