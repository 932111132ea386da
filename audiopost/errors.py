"""The error family: every failure that audiopost foresees, as a type with fields.

::

    AudiopostError
    ├── UsageError                  the request itself is wrong           exit 2
    │   ├── GraphError              a drawing cannot become a machine
    │   │   ├── CycleError
    │   │   └── LayoutError
    │   ├── UnknownNameError        effect, parameter, target, chain, node, layout
    │   ├── ParameterRangeError
    │   └── PresetError             a TOML file says something that it may not
    ├── FileError                   a file is wrong                       exit 3
    ├── DeviceError                 an audio device is wrong              exit 4
    ├── PluginError                 a plug-in failed                      exit 5
    │   ├── PluginLoadError
    │   ├── PluginTimeoutError
    │   └── PluginCrashError
    ├── EffectError                 a user's Python effect raised         exit 5
    └── TargetUnreachableError      no permitted gain meets the target    exit 1

Every error is a frozen set of fields and pickles whole, so that it crosses process borders unharmed.

Why the sentence of each error stands here and not in ``cli``: a developer meets these errors in a
traceback or a notebook, where no command line translates them. ``cli`` adds only the program's name.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, fields

__all__ = [
    "AudiopostError",
    "CycleError",
    "DeviceError",
    "EffectError",
    "FileError",
    "GraphError",
    "LayoutError",
    "ParameterRangeError",
    "PluginCrashError",
    "PluginError",
    "PluginLoadError",
    "PluginTimeoutError",
    "PresetError",
    "TargetUnreachableError",
    "UnknownNameError",
    "UsageError",
    "near_misses",
]


def near_misses(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three known names that resemble `name`, best first.

    >>> near_misses("higpass", ["highpass", "lowpass", "delay"])
    ('highpass',)
    """
    by_folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=3, cutoff=0.6)
    return tuple(by_folded[folded] for folded in close)


class AudiopostError(Exception):
    """The root of the family: catch it to catch everything that audiopost foresees."""

    def __reduce__(self) -> tuple[object, ...]:
        # Exception pickles by its args, a dataclass keeps its fields: rebuild from the fields.
        values = tuple(getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type]
        return (type(self), values)


@dataclass(eq=False)
class UsageError(AudiopostError):
    """The request cannot be carried out as it was put.

    `what` is wrong, `where` (file, option or place, may be empty), `mend` (what to do, may be empty).
    """

    what: str
    where: str = ""
    mend: str = ""

    def __str__(self) -> str:
        return _sentence(self.where, self.what, self.mend)


@dataclass(eq=False)
class GraphError(UsageError):
    """A drawing cannot become a machine; `where` names the node or the edge."""


@dataclass(eq=False)
class CycleError(GraphError):
    """Nodes feed each other in a circle with no declared delay in it."""

    cycle: tuple[str, ...] = ()


@dataclass(eq=False)
class LayoutError(GraphError):
    """Two channel layouts meet that do not fit."""


@dataclass(eq=False)
class UnknownNameError(UsageError):
    """A name that nothing answers to."""

    what: str = ""
    kind: str = "name"
    name: str = ""
    known: tuple[str, ...] = ()

    def __str__(self) -> str:
        close = near_misses(self.name, self.known)
        if close:
            hint = "did you mean " + " or ".join(close) + "?"
        elif self.known and len(self.known) <= 12:
            hint = "known: " + ", ".join(self.known)
        else:
            hint = self.mend
        return _sentence(self.where, f"unknown {self.kind} {self.name!r}", hint)


@dataclass(eq=False)
class ParameterRangeError(UsageError):
    """A parameter was given a value outside its range, or one that is not finite."""

    what: str = ""
    parameter: str = ""
    value: float = 0.0
    minimum: float = 0.0
    maximum: float = 0.0
    unit: str = ""

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return _sentence(
            self.where,
            f"{self.parameter} = {self.value:g}{unit} is out of range",
            f"allowed: {self.minimum:g} to {self.maximum:g}{unit}",
        )


@dataclass(eq=False)
class PresetError(UsageError):
    """A chain, target or job file is wrong: which file, which key, on which line where that is known."""

    path: str = ""
    key: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        if self.key:
            place = f"{place}: {self.key}" if place else self.key
        return _sentence(place or self.where, self.what, self.mend)


@dataclass(eq=False)
class FileError(AudiopostError):
    """A file cannot be read or written as asked."""

    path: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return _sentence(self.path, self.what, self.mend)


@dataclass(eq=False)
class DeviceError(AudiopostError):
    """An audio device is missing, busy, lost or cannot run as asked."""

    device: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return _sentence(self.device, self.what, self.mend)


@dataclass(eq=False)
class PluginError(AudiopostError):
    """A plug-in failed; `plugin` names it."""

    plugin: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return _sentence(self.plugin, self.what, self.mend)


@dataclass(eq=False)
class PluginLoadError(PluginError):
    """The plug-in cannot be loaded (missing library, wrong format, no such file)."""


@dataclass(eq=False)
class PluginTimeoutError(PluginError):
    """The plug-in did not answer in time."""


@dataclass(eq=False)
class PluginCrashError(PluginError):
    """The plug-in took its process down."""


@dataclass(eq=False)
class EffectError(AudiopostError):
    """A Python effect raised while it was prepared or played; `trace` points at the user's line."""

    node: str
    what: str
    trace: str = ""

    def __str__(self) -> str:
        return _sentence(self.node, self.what, self.trace)


@dataclass(eq=False)
class TargetUnreachableError(AudiopostError):
    """The permitted kinds of gain cannot bring the programme to the target."""

    target: str
    what: str
    mend: str = ""
    shortfall_db: float = 0.0

    def __str__(self) -> str:
        return _sentence(self.target, self.what, self.mend)


def _sentence(where: str, what: str, mend: str) -> str:
    text = f"{where}: {what}" if where else what
    return f"{text}; {mend}" if mend else text
