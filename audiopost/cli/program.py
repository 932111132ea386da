"""Typer's program, with values read from the command line without pydantic.

typer (0.29) gives every value to pydantic, whose import and adapters take a fifth of the time in which a short file
is measured. Nearly every value is a word, a number, a path or one of a few choices, written as it should be: that is
recognised here. Whatever else it may be, a wrong value above all, is still typer's, with typer's words about it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup

__all__ = ["Program"]

Work = TypeVar("Work", bound=Callable[..., Any])

_NUMBERS = {int: re.compile(r"[+-]?\d{1,15}", re.ASCII), float: re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?", re.ASCII)}


class Program(typer.Typer):
    """A `typer.Typer` whose commands read plain values plainly."""

    def __init__(self, **options: Any) -> None:
        super().__init__(cls=_Group, **options)

    def command(self, *arguments: Any, **options: Any) -> Callable[[Work], Work]:
        """See `typer.Typer.command`."""
        return super().command(*arguments, cls=_Command, **options)


class _Command(TyperCommand):
    def get_params(self, ctx: Any) -> Any:
        return _read_plainly(super().get_params(ctx))


class _Group(TyperGroup):
    def get_params(self, ctx: Any) -> Any:
        return _read_plainly(super().get_params(ctx))


class _Reading:
    """How one parameter's value is read: in place of typer's own, which is asked where the value is not plain."""

    def __init__(self, parameter: Any) -> None:
        self._kind = _kind_of(parameter.type_descriptor)
        self._many = get_origin(self._kind) is list
        self._limits = parameter.type_descriptor.parameter_info
        self._typers_own = parameter.get_runtime_param

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value as its type; None where it was not given."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        try:
            if not self._many:
                return self._plain(self._kind, value)
            if isinstance(value, list | tuple):
                return [self._plain(get_args(self._kind)[0], each) for each in value]
        except ValueError:
            pass
        return self._typers_own().coerce(value, param=param, ctx=ctx)

    def _plain(self, kind: Any, value: Any) -> Any:
        """Raises ValueError if this is not to be read plainly."""
        if kind is str and type(value) is str:
            return value
        if kind is Path and isinstance(value, str | Path) and _may_be_read(value):
            return Path(value)
        if kind in _NUMBERS and (type(value) is kind or (type(value) is str and _NUMBERS[kind].fullmatch(value))):
            number = kind(value)
            if not (_lies_below(number, self._limits.min) or _lies_below(self._limits.max, number)):
                return number
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind(value)
        raise ValueError


def _kind_of(descriptor: Any) -> Any:
    """The type that is asked for; None where there is more to it than the type."""
    info = descriptor.parameter_info
    special = (
        info.parser, info.exists, info.writable, info.resolve_path, info.allow_dash, info.path_type, info.clamp,
        not info.file_okay, not info.dir_okay,
    )  # fmt: skip
    return None if any(special) else descriptor.annotation


def _may_be_read(path: str | Path) -> bool:
    # What is there and may not be read is refused by typer; what is not there is told by whoever opens it.
    return os.access(path, os.R_OK) or not os.path.lexists(path)


def _lies_below(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and one < other


def _read_plainly(parameters: list[Any]) -> list[Any]:
    """The same parameters. A typer without `get_runtime_param` does without pydantic, and stays as it is."""
    for parameter in parameters:
        if hasattr(parameter, "get_runtime_param") and "get_runtime_param" not in vars(parameter):
            reading = _Reading(parameter)
            parameter.get_runtime_param = lambda reading=reading: reading
    return parameters
