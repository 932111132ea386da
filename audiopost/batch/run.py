"""A job from its plan to its last group: the ledger decides, the crew works, and whoever listens is told.

The largest groups go first: then the workers end at about the same time. Groups are offered to the ledger only as
workers get free, so that what is remembered at once does not grow with the job.
"""

from __future__ import annotations

import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from audiopost.batch.crew import Advanced, Crew, Message
from audiopost.batch.ledger import Do, Event, Ledger, Offered, Row, Save, Started, Stopped, Tell, Verified, Verify
from audiopost.batch.ledger_file import LedgerFile, LedgerReader
from audiopost.batch.ledger_place import ledger_place
from audiopost.batch.plan import Plan, PlannedGroup, Problem, output_root, planned
from audiopost.batch.settings import SettingsHash, settings_of
from audiopost.batch.storage import FileState, hash_of, state_of
from audiopost.batch.work import Settings, Task
from audiopost.errors import FileError, UsageError
from audiopost.library.job_file import JobFile

__all__ = ["SILENT", "GroupReport", "Listener", "Run", "RunResult", "offer_of", "run_job"]

Status = Literal["done", "failed", "skipped"]


@dataclass(frozen=True)
class GroupReport:
    """What became of one group in a run."""

    group: PlannedGroup
    status: Status
    row: Row


@dataclass(frozen=True)
class RunResult:
    """What became of a job. Groups are in the order of the plan."""

    workers: int
    root: str
    groups: tuple[GroupReport, ...]
    problems: tuple[Problem, ...]
    elapsed_s: float


class Listener(Protocol):
    """Who is told how a run goes."""

    def begun(self, groups: int, size: int, workers: int) -> None:
        """The plan stands: so many groups, so many bytes."""

    def started(self, group: PlannedGroup, worker: str) -> None:
        """A worker took a group."""

    def advanced(self, group: PlannedGroup, fraction: float, words: str) -> None:
        """How far a group is."""

    def ended(self, report: GroupReport, size: int) -> None:
        """A group is through, or was skipped."""


class _Silent:
    """A listener that nothing reaches."""

    def begun(self, groups: int, size: int, workers: int) -> None: ...

    def started(self, group: PlannedGroup, worker: str) -> None: ...

    def advanced(self, group: PlannedGroup, fraction: float, words: str) -> None: ...

    def ended(self, report: GroupReport, size: int) -> None: ...


SILENT: Listener = _Silent()


def run_job(
    job: JobFile,
    crew_of: Callable[[Settings], Crew],
    *,
    listener: Listener = SILENT,
    verify: bool = False,
    restart: bool = False,
    wait: Callable[[str], None] | None = None,
) -> RunResult:
    """Do what is left of a job.

    Parameters
    ----------
    job
        The job.
    crew_of
        Makes the crew, once the settings are known.
    listener
        Told how it goes.
    verify
        Outputs of earlier runs are believed only if they have the content that was written.
    restart
        What earlier runs did is done again.
    wait
        See `LedgerFile`.

    Raises
    ------
    UsageError
        If the job is wrong, two inputs would be written under one name, or another run has the ledger.
    FileError
        If the ledger or a list of inputs cannot be used.

    Notes
    -----
    A group that fails is told in its report. Whatever ends the run early (Ctrl-C) leaves the ledger so that the next
    run goes on from there.
    """
    start = time.monotonic()
    place = ledger_place(output_root(job), job.path)
    with LedgerFile(place, wait) as book:
        plan = planned(job, book.outputs())
        if plan.collisions:
            first, more = plan.collisions[0], len(plan.collisions) - 1
            words = first.what + (f" (and {more} more)" if more else "")
            raise UsageError(words, where=first.place, mend="--dry-run shows them all; change output in the job")
        settings = settings_of(job, plan, place.staging)
        # We have the lock: whatever lies there was left by a run that was killed.
        shutil.rmtree(place.staging, ignore_errors=True)
        ledger = Ledger(job.attempts, verify=verify, restart=restart)
        with ExitStack() as stack:
            crew = stack.enter_context(crew_of(settings))
            run = Run(plan, settings, ledger, book, crew, listener)
            run.drive()
        shutil.rmtree(place.staging, ignore_errors=True)
        reports = run.reports
    return RunResult(
        crew.workers,
        plan.root,
        tuple(reports[group.key] for group in plan.groups),
        plan.problems,
        time.monotonic() - start,
    )


class Run:
    """The groups of a plan, driven through the ledger and a crew."""

    def __init__(
        self, plan: Plan, settings: Settings, ledger: Ledger, book: LedgerFile, crew: Crew, listener: Listener
    ) -> None:
        self._settings = settings
        self._hash = SettingsHash(settings)
        self._ledger = ledger
        self._book = book
        self._crew = crew
        self._listener = listener
        self._groups = {group.key: group for group in plan.groups}
        self._sizes = {group.key: _size(group) for group in plan.groups}
        self._waiting: deque[Task] = deque()
        self.reports: dict[str, GroupReport] = {}

    def drive(self) -> None:
        """Until every group is through."""
        self._listener.begun(len(self._groups), sum(self._sizes.values()), self._crew.workers)
        offers = self._offers()
        try:
            while True:
                self._fill(offers)
                if not self._crew.busy and not self._waiting:
                    return
                self._crew.wait(self._hear)
        except BaseException:
            self._crew.close(at_once=True)
            self._handle(Stopped())
            raise

    def _fill(self, offers: Iterator[None]) -> None:
        """Give the crew what it has room for."""
        while True:
            while not self._waiting and next(offers, self) is not self:
                pass
            if not self._waiting or not self._crew.has_room(self._waiting[0]):
                return
            task = self._waiting.popleft()
            self._handle(Started(task.group.key))
            worker = self._crew.give(task)
            self._listener.started(task.group, worker)

    def _offers(self) -> Iterator[None]:
        """Offer the groups to the ledger, the largest first, one a step."""
        for key in sorted(self._groups, key=self._sizes.__getitem__, reverse=True):
            self._handle(offer_of(self._groups[key], self._book, self._hash))
            yield

    def _hear(self, message: Message) -> None:
        if isinstance(message, Advanced):
            self._listener.advanced(self._groups[message.key], message.fraction, message.words)
        else:
            self._handle(message)

    def _handle(self, event: Event) -> None:
        actions = self._ledger.handle(event)
        if rows := [action.row for action in actions if isinstance(action, Save)]:
            self._book.save(rows)
        for action in actions:
            if isinstance(action, Do):
                self._waiting.append(Task(self._groups[action.key], action.own))
            elif isinstance(action, Verify):
                self._handle(Verified(action.key, all(_is_intact(state) for state in action.outputs)))
            elif isinstance(action, Tell):
                key = action.row.key
                # What was measured stays in the ledger: a long run remembers names and verdicts only.
                self.reports[key] = GroupReport(self._groups[key], action.status, replace(action.row, result={}))
                self._listener.ended(self.reports[key], self._sizes[key])


def offer_of(group: PlannedGroup, book: LedgerReader, settings: SettingsHash) -> Offered:
    """A group as it is now, for the ledger to decide on."""
    row = book.row(group.key)
    names = tuple(file.output for file in group.files)
    return Offered(
        group.key,
        settings.of(group),
        # A file that has gone since it was planned has no state; the worker will say so.
        tuple(state for place in group.places if (state := state_of(place)) is not None),
        row,
        () if row is None else tuple(state_of(output.place) for output in row.outputs),
        names,
        () if settings.may_replace else tuple(name for name in names if state_of(name) is not None),
    )


def _size(group: PlannedGroup) -> int:
    """Bytes of the inputs; what has gone since it was planned counts nothing."""
    return sum(state.size for file in group.files if (state := state_of(file.place)) is not None)


def _is_intact(state: FileState) -> bool:
    try:
        return hash_of(state.place) == state.sha256
    except FileError:
        return False
