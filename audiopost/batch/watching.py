"""A hot folder: what comes to lie there is done as soon as it is whole; what fails is moved aside with the reason.

Why it looks instead of being told: hot folders lie on disks that other machines write to, and of those a system
tells nothing. Whether a file is whole must be looked at anyway: nobody says when a copy is complete.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from audiopost.batch.crew import Crew
from audiopost.batch.ledger import Ledger
from audiopost.batch.ledger_file import LedgerFile
from audiopost.batch.ledger_place import ledger_place
from audiopost.batch.plan import Plan, PlannedGroup, output_root, planned
from audiopost.batch.run import SILENT, GroupReport, Listener, Run
from audiopost.batch.settings import settings_of
from audiopost.batch.storage import FileState, is_url, state_of
from audiopost.batch.work import Settings
from audiopost.library.job_file import JobFile
from audiopost.media.file_faults import fault

__all__ = ["FAILED_FOLDER", "USUAL_SETTLE_S", "Settling", "watch_job"]

FAILED_FOLDER = "failed"
"""The folder beside an input that it is moved to when its group fails; nothing in it is an input."""

USUAL_SETTLE_S = 2.0
"""How long a file must have kept its size and time to be taken as whole."""

_LOOK_S = 0.5


class Settling:
    """Which files are whole, from looking at them again and again. Pure: times and states come from outside.

    >>> settling = Settling(2.0)
    >>> growing, whole = FileState("a.wav", 10, "1"), FileState("a.wav", 20, "2")
    >>> [sorted(settling.whole({"a.wav": state}, at)) for at, state in enumerate((growing, whole, whole, whole))]
    [[], [], [], ['a.wav']]
    """

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._since: dict[str, tuple[FileState, float]] = {}

    def whole(self, states: Mapping[str, FileState], now_s: float) -> frozenset[str]:
        """The files that have not changed for long enough; those that are no longer there are forgotten."""
        for place in self._since.keys() - states.keys():
            del self._since[place]
        for place, state in states.items():
            known = self._since.get(place)
            if known is None or not state.same_as(known[0]):
                self._since[place] = (state, now_s)
        return frozenset(place for place, (_, since) in self._since.items() if now_s - since >= self._settle_s)


def watch_job(
    job: JobFile,
    crew_of: Callable[[Settings], Crew],
    *,
    listener: Listener = SILENT,
    settle_s: float = USUAL_SETTLE_S,
    tell: Callable[[str], None] | None = None,
    wait: Callable[[str], None] | None = None,
) -> None:
    """Do a job for ever: what is there, and what comes. It ends by what is raised in it, such as KeyboardInterrupt.

    Parameters
    ----------
    job, crew_of, listener, wait
        See `audiopost.batch.run.run_job`. The workers stay warm from one file to the next.
    settle_s
        See `USUAL_SETTLE_S`. Files of a group wait for each other: all must be whole, and none may just have come.
    tell
        Told in a sentence what cannot be part of any group, once.

    Raises
    ------
    UsageError, FileError
        As `run_job`; FileError also if a failed input cannot be moved aside.

    Notes
    -----
    An input that fails is moved into a folder ``failed`` beside it, with a text of the same name that says why.
    Whoever mends it puts it back.
    """
    place = ledger_place(output_root(job), job.path)
    with LedgerFile(place, wait) as book:
        empty = Plan(output_root(job), (), (), ())
        settings = settings_of(job, empty, place.staging)
        shutil.rmtree(place.staging, ignore_errors=True)
        settling, seen = Settling(settle_s), _Seen(tell)
        with crew_of(settings) as crew:
            while True:
                plan = planned(job, book.outputs(), may_be_empty=True)
                seen.tell_problems(plan)
                colliding = {problem.place for problem in plan.collisions}
                groups = tuple(group for group in plan.groups if not _lies_aside(group, colliding))
                states = {place: state for group in groups for place in group.places if (state := state_of(place))}
                whole = settling.whole(states, time.monotonic())
                ready = tuple(
                    group for group in groups if whole.issuperset(group.places) and seen.is_new(group, states)
                )
                if ready:
                    run = Run(replace(plan, groups=ready), settings, Ledger(job.attempts), book, crew, listener)
                    run.drive()
                    for report in run.reports.values():
                        if report.status == "failed":
                            _move_aside(report)
                else:
                    time.sleep(_LOOK_S)


class _Seen:
    """What has been done or told already: a group comes again only when one of its files has changed."""

    def __init__(self, tell: Callable[[str], None] | None) -> None:
        self._tell = tell
        self._groups: dict[str, tuple[FileState, ...]] = {}
        self._told: set[str] = set()

    def is_new(self, group: PlannedGroup, states: Mapping[str, FileState]) -> bool:
        """Whether the group has not been taken as it is now; from now on it has."""
        now = tuple(states[place] for place in group.places)
        if self._groups.get(group.key) == now:
            return False
        self._groups[group.key] = now
        return True

    def tell_problems(self, plan: Plan) -> None:
        """Say what cannot be done, once; that nothing is there yet is no problem."""
        for problem in (*plan.problems, *plan.collisions):
            words = f"{problem.place}: {problem.what}"
            if words not in self._told and os.path.exists(problem.place):
                self._told.add(words)
                if self._tell is not None:
                    self._tell(words)


def _lies_aside(group: PlannedGroup, colliding: Collection[str]) -> bool:
    """Whether a group is not to be done: it failed before, or it would be written under a name that is taken."""
    return any(Path(file.place).parent.name == FAILED_FOLDER or file.place in colliding for file in group.files)


def _move_aside(report: GroupReport) -> None:
    """The files of a group that failed, each with a text beside it that says why."""
    for file in report.group.files:
        path = Path(file.place)
        if is_url(file.place) or not path.exists():
            continue
        aside = path.parent / FAILED_FOLDER
        try:
            aside.mkdir(exist_ok=True)
            os.replace(path, aside / path.name)
            (aside / f"{path.name}.txt").write_text(f"{report.row.error}\n", encoding="utf-8")
        except OSError as error:
            raise fault(aside, error) from error
