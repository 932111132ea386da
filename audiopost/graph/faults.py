"""What a foreign effect raised, with the line of the user's own code where it happened.

An error often surfaces deep in a library: a matrix that cannot be inverted is found out by numpy's code. What helps
is the last line before that which the user wrote.
"""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import TracebackType

from audiopost.errors import EffectError

__all__ = ["effect_error"]


def effect_error(name: str, error: Exception) -> EffectError:
    """The error of the node `name`; `trace` is ``file:line`` of the user's code, else of wherever it was raised."""
    if isinstance(error, EffectError):
        return EffectError(name, error.what, error.trace)
    places = list(_places(error.__traceback__))
    own = [(file, line) for file, line in places if not _is_library(file)]
    file, line = (own or places or [("", 0)])[-1]
    return EffectError(name, f"{type(error).__name__}: {error}", f"{file}:{line}" if file else "")


def _places(trace: TracebackType | None) -> Iterator[tuple[str, int]]:
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next


def _is_library(file: str) -> bool:
    return file.startswith("<frozen ") or any(Path(file).is_relative_to(folder) for folder in _library_folders())


@cache
def _library_folders() -> tuple[Path, ...]:
    """Python's own code, what is installed beside it, and this package."""
    installed = (sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    return (*map(Path, installed), Path(__file__).parents[1])
