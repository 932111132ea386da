"""What is done, what is left and what failed: a state machine. Events go in, actions come out; no file, no clock.

::

                 ┌──────────── changed inputs or settings ────────────┐
                 ▼                                                    │
    offered ─▶ waiting ─▶ running ─▶ done ◀── offered again, unchanged (skipped)
                 ▲           │  └──▶ failed ─▶ tried again by the next run, `most_attempts` times
                 └── lost ───┘        (a worker was lost: tried again at once, `MOST_LOSSES` times a run)

Whoever drives it carries the actions out: `Save` writes a row, `Do` puts a group into work, `Verify` looks whether
outputs still have the content that they were written with, `Tell` says what became of a group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from audiopost.batch.storage import FileState

__all__ = [
    "Action",
    "Do",
    "Ended",
    "Event",
    "Ledger",
    "Lost",
    "Offered",
    "Row",
    "Save",
    "Started",
    "Stopped",
    "Tell",
    "Verified",
    "Verify",
]

MOST_LOSSES = 2
"""Times in a run that a group may lose its worker: once may be the machine's fault, twice is the file's."""

INTENDED = -1
"""The size of an output that is about to be written: should the run be killed, what bears its name is our own."""

TAKEN = 'the file exists already and is none of this job\'s; move it away, or allow exists = "replace"'

Status = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True)
class Row:
    """One group in the ledger."""

    key: str
    settings: str
    """SHA-256 over everything that was asked for: chain, target, form and names of the outputs."""
    inputs: tuple[FileState, ...]
    status: Status = "waiting"
    attempts: int = 0
    """Times that it failed with these inputs and settings."""
    outputs: tuple[FileState, ...] = ()
    passed: bool | None = None
    """The verdict on what was written; None where there is none."""
    error: str = ""
    error_kind: str = ""
    """The error's type in `audiopost.errors`."""
    result: Mapping[str, Any] = field(default_factory=dict)
    """What was measured and decided, as plain data."""
    worker: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Offered:
    """A group of the plan as it is now."""

    key: str
    settings: str
    inputs: tuple[FileState, ...]
    row: Row | None = None
    """What the ledger has of it."""
    outputs: tuple[FileState | None, ...] = ()
    """The outputs of `row` as they are now."""
    names: tuple[str, ...] = ()
    """The places that its outputs are to get."""
    taken: tuple[str, ...] = ()
    """Those of `names` that bear a file and must not be replaced unless it is this group's own."""


@dataclass(frozen=True)
class Verified:
    """Whether the outputs of a group still have the content that was written."""

    key: str
    intact: bool


@dataclass(frozen=True)
class Started:
    """A group is about to be given to a worker; told before it is, so that what the worker writes is known as ours."""

    key: str


@dataclass(frozen=True)
class Ended:
    """A worker is through with a group. A failure has an `error_kind`."""

    key: str
    inputs: tuple[FileState, ...]
    outputs: tuple[FileState, ...] = ()
    passed: bool | None = None
    error: str = ""
    error_kind: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    worker: str = ""
    """Machine and process that did it."""


@dataclass(frozen=True)
class Lost:
    """The worker of a group is gone, and took its work with it."""

    key: str
    error: str
    error_kind: str = "PluginCrashError"


@dataclass(frozen=True)
class Stopped:
    """The run is given up; what is in work has left nothing behind."""


Event = Offered | Verified | Started | Ended | Lost | Stopped


@dataclass(frozen=True)
class Do:
    """Put this group into work. `own` are outputs of earlier runs, which may be replaced."""

    key: str
    own: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verify:
    """Look whether these outputs have these contents, and say so by `Verified`."""

    key: str
    outputs: tuple[FileState, ...]


@dataclass(frozen=True)
class Save:
    """Write this row; all rows of one event together."""

    row: Row


@dataclass(frozen=True)
class Tell:
    """What became of a group in this run."""

    row: Row
    status: Literal["done", "failed", "skipped"]


Action = Do | Verify | Save | Tell


class Ledger:
    """The state machine. It remembers the groups that are not yet through, so that millions take no memory.

    Parameters
    ----------
    most_attempts
        Times that a group may fail, over all runs, while neither its inputs nor the settings change.
    verify
        True: what was done is believed only if its outputs have the content that was written.
    restart
        True: nothing that was done counts.
    """

    def __init__(self, most_attempts: int = 3, *, verify: bool = False, restart: bool = False) -> None:
        self._most_attempts = most_attempts
        self._verify = verify
        self._restart = restart
        self._open: dict[str, Row] = {}
        self._losses: dict[str, int] = {}
        self._names: dict[str, tuple[str, ...]] = {}

    @property
    def open_groups(self) -> int:
        """Groups that were offered and are not through."""
        return len(self._open)

    def handle(self, event: Event) -> tuple[Action, ...]:
        """What an event asks for, in the order in which it is to be done."""
        match event:
            case Offered():
                return self._offered(event)
            case Verified():
                return self._verified(event)
            case Started():
                return (Save(self._running(event)),)
            case Ended():
                return self._ended(event)
            case Lost():
                return self._lost(event)
            case Stopped():
                rows = [row for row in self._open.values() if row.status == "running"]
                self._open.clear()
                return tuple(Save(replace(row, status="waiting")) for row in rows)

    def _offered(self, event: Offered) -> tuple[Action, ...]:
        row = event.row
        own = () if row is None else tuple(output.place for output in row.outputs)
        fresh = Row(event.key, event.settings, event.inputs, outputs=() if row is None else row.outputs)
        if foreign := [place for place in event.taken if place not in own]:
            words = f"{foreign[0]}: {TAKEN}"
            row = replace(fresh, status="failed", attempts=0 if row is None else row.attempts, error=words)
            row = replace(row, error_kind="FileError")
            return Save(row), Tell(row, "failed")
        if row is None or self._restart or not _unchanged(row, event):
            return self._do(fresh, event.names)
        if row.status == "failed" and row.attempts >= self._most_attempts:
            return (Tell(row, "failed"),)
        if row.status != "done":
            return self._do(replace(fresh, attempts=row.attempts), event.names)
        if not all(then.same_as(now) for then, now in zip(row.outputs, event.outputs, strict=True)):
            return self._do(fresh, event.names)
        if self._verify:
            self._open[event.key] = row
            self._names[event.key] = event.names
            return (Verify(event.key, row.outputs),)
        return (Tell(row, "skipped"),)

    def _verified(self, event: Verified) -> tuple[Action, ...]:
        row = self._open.pop(event.key)
        if event.intact:
            del self._names[event.key]
            return (Tell(row, "skipped"),)
        return self._do(replace(row, status="waiting"), self._names.pop(event.key))

    def _do(self, row: Row, names: tuple[str, ...]) -> tuple[Action, ...]:
        known = {output.place for output in row.outputs}
        intended = tuple(FileState(name, INTENDED, "") for name in names if name not in known)
        self._open[row.key] = replace(row, outputs=row.outputs + intended)
        return (Do(row.key, tuple(output.place for output in row.outputs + intended)),)

    def _running(self, event: Started) -> Row:
        row = self._open[event.key] = replace(self._open[event.key], status="running")
        return row

    def _ended(self, event: Ended) -> tuple[Action, ...]:
        row = self._open.pop(event.key)
        self._losses.pop(event.key, None)
        row = replace(
            row,
            inputs=event.inputs or row.inputs,
            passed=event.passed,
            error=event.error,
            error_kind=event.error_kind,
            result=event.result,
            seconds=event.seconds,
            worker=event.worker,
        )
        if event.error_kind:
            there = tuple(output for output in row.outputs if output.size != INTENDED)
            row = replace(row, status="failed", attempts=row.attempts + 1, outputs=there)
            return Save(row), Tell(row, "failed")
        row = replace(row, status="done", attempts=0, outputs=event.outputs)
        return Save(row), Tell(row, "done")

    def _lost(self, event: Lost) -> tuple[Action, ...]:
        row = self._open[event.key]
        losses = self._losses[event.key] = self._losses.get(event.key, 0) + 1
        row = replace(row, attempts=row.attempts + 1, error=event.error, error_kind=event.error_kind)
        if losses < MOST_LOSSES and row.attempts < self._most_attempts:
            row = self._open[event.key] = replace(row, status="waiting")
            return Save(row), Do(row.key, tuple(output.place for output in row.outputs))
        row = replace(row, status="failed")
        del self._open[event.key], self._losses[event.key]
        return Save(row), Tell(row, "failed")


def _unchanged(row: Row, event: Offered) -> bool:
    return (
        row.settings == event.settings
        and len(row.inputs) == len(event.inputs)
        and all(then.same_as(now) for then, now in zip(row.inputs, event.inputs, strict=True))
    )
