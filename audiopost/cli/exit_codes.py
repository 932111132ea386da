"""What the command line answers to the shell.

====  ==========================================================
code  meaning
====  ==========================================================
0     done
1     a verdict failed, or a target cannot be met
2     usage, preset or graph error
3     a file is wrong
4     a device is wrong
5     a plug-in or an effect written in Python failed
130   interrupted
====  ==========================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from audiopost import errors
from audiopost.errors import (
    DeviceError,
    EffectError,
    FileError,
    PluginError,
    TargetUnreachableError,
    UsageError,
)

__all__ = ["DONE", "FAILED", "INTERRUPTED", "USAGE", "code_of_kind", "code_of_verdict", "exit_code_of", "first_of"]

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130

ORDER: Final = (INTERRUPTED, USAGE, 5, 4, 3, FAILED, DONE)
"""With many files the rest are still done, and the code is the first of these that occurred."""

_CODES: Final[tuple[tuple[type[BaseException], int], ...]] = (
    (KeyboardInterrupt, INTERRUPTED),
    (UsageError, USAGE),
    (PluginError, 5),
    (EffectError, 5),
    (DeviceError, 4),
    (FileError, 3),
    (OSError, 3),
    (TargetUnreachableError, FAILED),
)


def exit_code_of(error: BaseException) -> int:
    """The exit code of a foreseen failure; 1 for any other.

    >>> exit_code_of(FileError("mix.wav", "no such file"))
    3
    """
    return next((code for kind, code in _CODES if isinstance(error, kind)), FAILED)


def code_of_verdict(outcome: str, *, strict: bool = False) -> int:
    """The exit code of a verdict: what could not be judged has not passed, for a script that delivers on 0 must hear.

    >>> code_of_verdict("passed"), code_of_verdict("not judged"), code_of_verdict("indicative", strict=True)
    (0, 1, 1)
    """
    return DONE if outcome == "passed" or (outcome == "indicative" and not strict) else FAILED


def code_of_kind(kind: str) -> int:
    """The exit code of a failure of which only the type's name is known; 1 for one that nobody foresaw.

    >>> code_of_kind("PluginLoadError"), code_of_kind("FileError"), code_of_kind("Unforeseen")
    (5, 3, 1)
    """
    found = getattr(errors, kind, None)
    if not isinstance(found, type):
        return FAILED
    return next((code for known, code in _CODES if issubclass(found, known)), FAILED)


def first_of(codes: Iterable[int]) -> int:
    """The code of a whole run from those of its parts.

    >>> first_of([0, 1, 3, 0])
    3
    >>> first_of([])
    0
    """
    return min(codes, key=ORDER.index, default=DONE)
