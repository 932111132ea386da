"""Who does the work: what every crew can do, and the simplest one, which is this process.

A crew takes tasks while it has room and tells what becomes of them, in messages that are the ledger's events and,
beside them, how far each task is. Where the work is done makes no difference to what comes out.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from audiopost.batch.ledger import Ended, Lost
from audiopost.batch.work import Settings, Task, attempt, prepare

__all__ = ["Advanced", "Crew", "Message", "SerialCrew", "Tell"]


@dataclass(frozen=True)
class Advanced:
    """How far a task is, from 0 to 1, and what is being done."""

    key: str
    fraction: float
    words: str


Message = Advanced | Ended | Lost
Tell = Callable[[Message], None]


class Crew(ABC):
    """Workers, ready to take tasks; close it by ``with``. Leaving by an error ends the workers at once."""

    workers: int
    """How many tasks are worked on at a time."""

    @property
    @abstractmethod
    def busy(self) -> int:
        """Tasks that were given and of which no `Ended` or `Lost` was told."""

    @abstractmethod
    def has_room(self, task: Task) -> bool:
        """Whether the task can be given now; with nothing in work it always can."""

    @abstractmethod
    def give(self, task: Task) -> str:
        """Put a task into work; the name of the worker that has it."""

    @abstractmethod
    def wait(self, tell: Tell) -> None:
        """Tell what has happened; if nothing has, wait for it, for a moment at most."""

    @abstractmethod
    def close(self, *, at_once: bool) -> None:
        """Send the workers home; `at_once` gives up what they have in work."""

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(at_once=kind is not None)


class SerialCrew(Crew):
    """One task after the other in this process. A plug-in that crashes takes the run with it; the next run resumes."""

    def __init__(self, settings: Settings) -> None:
        prepare(settings)
        self.workers = 1
        self._settings = settings
        self._task: Task | None = None

    @property
    def busy(self) -> int:
        """See `Crew`."""
        return 0 if self._task is None else 1

    def has_room(self, task: Task) -> bool:  # noqa: ARG002 - one task is as good as another here
        """See `Crew`."""
        return self._task is None

    def give(self, task: Task) -> str:
        """See `Crew`."""
        self._task = task
        return f"process {os.getpid()}"

    def wait(self, tell: Tell) -> None:
        """Do the task that was given."""
        task = self._task
        if task is None:
            return

        def advance(fraction: float, words: str) -> None:
            tell(Advanced(task.group.key, fraction, words))

        ended = attempt(task, self._settings, advance)
        self._task = None
        tell(ended)

    def close(self, *, at_once: bool) -> None:  # noqa: ARG002 - nothing is ever in work between two calls
        """See `Crew`."""
        self._task = None
