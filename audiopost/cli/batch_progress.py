"""How a batch run is told while it goes: bars for people, lines of JSON for programs, failures alone in a pipe."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from audiopost.cli.output import message

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from audiopost.batch.plan import PlannedGroup
    from audiopost.batch.run import GroupReport, Listener

__all__ = ["listening"]

_SECONDS_BETWEEN_LINES = 0.5
"""How often the advance of one group is told in JSON."""


@contextmanager
def listening(form: str) -> Iterator[Listener]:
    """Who listens to a run: ``json`` writes lines, ``auto`` draws bars on a terminal, ``none`` tells failures only."""
    if form == "json":
        yield JsonLines()
    elif form == "auto" and sys.stderr.isatty():
        with _bars() as bars:
            yield BarsShown(bars)
    else:
        yield FailuresTold()


class FailuresTold:
    """One line on standard error for every group that fails, when it fails."""

    def begun(self, groups: int, size: int, workers: int) -> None:
        """See `Listener`."""

    def started(self, group: PlannedGroup, worker: str) -> None:
        """See `Listener`."""

    def advanced(self, group: PlannedGroup, fraction: float, words: str) -> None:
        """See `Listener`."""

    def ended(self, report: GroupReport, size: int) -> None:  # noqa: ARG002 - the interface of `Listener`
        """See `Listener`."""
        if report.status == "failed":
            message(failure_in_words(report))


class JsonLines:
    """Every event as one line of JSON on standard error."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._told: dict[str, float] = {}
        self._size = self._size_done = self._size_skipped = 0

    def begun(self, groups: int, size: int, workers: int) -> None:
        """See `Listener`."""
        self._size = size
        self._write("begun", groups=groups, size_bytes=size, workers=workers)

    def started(self, group: PlannedGroup, worker: str) -> None:
        """See `Listener`."""
        self._write("started", group=group.key, worker=worker)

    def advanced(self, group: PlannedGroup, fraction: float, words: str) -> None:
        """See `Listener`."""
        now = time.monotonic()
        if now - self._told.get(group.key, 0.0) >= _SECONDS_BETWEEN_LINES:
            self._told[group.key] = now
            self._write("advanced", group=group.key, fraction=round(fraction, 4), doing=words)

    def ended(self, report: GroupReport, size: int) -> None:
        """See `Listener`."""
        self._told.pop(report.group.key, None)
        self._size_done += size
        self._size_skipped += size if report.status == "skipped" else 0
        worked = self._size_done - self._size_skipped
        elapsed_s = time.monotonic() - self._start
        left_s = elapsed_s * (self._size - self._size_done) / worked if worked else None
        self._write(
            "ended",
            group=report.group.key,
            status=report.status,
            passed=report.row.passed,
            error=report.row.error or None,
            fraction=round(self._size_done / self._size, 4) if self._size else 1.0,
            left_s=None if left_s is None else round(left_s, 1),
        )

    def _write(self, event: str, **fields: Any) -> None:
        line = {"event": event, "at_s": round(time.monotonic() - self._start, 3), **fields}
        print(json.dumps(line), file=sys.stderr, flush=True)


class BarsShown:
    """A bar for the whole with the time left, and one for every group in work."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._whole = bars.add_task("planning", total=None)
        self._of_group: dict[str, TaskID] = {}
        self._groups = self._ended = self._size = self._size_done = 0

    def begun(self, groups: int, size: int, workers: int) -> None:  # noqa: ARG002 - the interface of `Listener`
        """See `Listener`."""
        self._groups, self._size = groups, size
        self._bars.update(self._whole, total=max(1, size), description=f"0 of {groups}")

    def started(self, group: PlannedGroup, worker: str) -> None:  # noqa: ARG002 - as above
        """See `Listener`."""
        self._of_group[group.key] = self._bars.add_task(group.name, total=1.0)

    def advanced(self, group: PlannedGroup, fraction: float, words: str) -> None:  # noqa: ARG002 - as above
        """See `Listener`."""
        if (bar := self._of_group.get(group.key)) is not None:
            self._bars.update(bar, completed=fraction)

    def ended(self, report: GroupReport, size: int) -> None:
        """See `Listener`."""
        if (bar := self._of_group.pop(report.group.key, None)) is not None:
            self._bars.remove_task(bar)
        self._ended += 1
        words = f"{self._ended} of {self._groups}"
        if report.status == "skipped":  # it is no measure of the speed
            self._size -= size
            self._bars.update(self._whole, total=max(1, self._size), description=words)
        else:
            self._bars.update(self._whole, advance=size, description=words)
        if report.status == "failed":
            self._bars.console.print(f"audiopost: {failure_in_words(report)}", markup=False, highlight=False)


def failure_in_words(report: GroupReport) -> str:
    """What a person must hear of a group that failed."""
    error = report.row.error.strip().splitlines()
    words = error[0] if error else "failed"
    if not any(file.place in words for file in report.group.files):
        words = f"{report.group.name}: {words}"
    return f"{words} (tried {report.row.attempts} times)" if report.row.attempts > 1 else words


@contextmanager
def _bars() -> Iterator[Bars]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield bars
