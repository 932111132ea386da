"""Independent branches of a graph on several threads: for offline renders with large blocks.

Python's lock is free while pedalboard, compiled kernels and numpy work on a block, so branches really run at the
same time. Which thread runs what is left to chance; the samples are not, for every value is written by one step,
once, and read only after that.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Self

__all__ = ["BranchThreads", "Task", "TaskRow", "Work", "chain_tasks"]

Work = Callable[[], None]


class Task:
    """Some work that has to wait for other tasks."""

    def __init__(self, work: Work, waits_for: Sequence[int]) -> None:
        self.work = work
        self.waits_for = tuple(waits_for)


class TaskRow:
    """Tasks, with what follows from what they wait for: found once, run many times.

    Attributes
    ----------
    tasks : tuple of Task
        In an order in which they could run one after the other.
    missing : tuple of int
        For each, how many others it waits for.
    followers : list of list of int
        For each, which others wait for it.
    """

    def __init__(self, tasks: Iterable[Task]) -> None:
        self.tasks = tuple(tasks)
        self.missing = tuple(len(task.waits_for) for task in self.tasks)
        self.followers: list[list[int]] = [[] for _ in self.tasks]
        for index, task in enumerate(self.tasks):
            for before in task.waits_for:
                self.followers[before].append(index)


def chain_tasks(steps: Sequence[tuple[int, ...]]) -> list[tuple[list[int], list[int]]]:
    """Join steps that can only run one after the other.

    Parameters
    ----------
    steps
        For each step the earlier steps that it waits for.

    Returns
    -------
    list
        For each task its steps, in order, and the earlier tasks that it waits for.

    >>> chain_tasks([(), (0,), (), (1, 2)])
    [([0, 1], []), ([2], []), ([3], [0, 1])]
    """
    followers = [0] * len(steps)
    for waits_for in steps:
        for step in waits_for:
            followers[step] += 1
    tasks: list[tuple[list[int], list[int]]] = []
    task_of: dict[int, int] = {}
    for step, waits_for in enumerate(steps):
        if len(waits_for) == 1 and followers[waits_for[0]] == 1:
            task = task_of[waits_for[0]]
            tasks[task][0].append(step)
        else:
            task = len(tasks)
            tasks.append(([step], sorted({task_of[each] for each in waits_for})))
        task_of[step] = task
    return tasks


class BranchThreads:
    """A few threads that run tasks in any order that respects what waits for what.

    Use as a context manager, or call `close`: the threads end with it.
    """

    def __init__(self, threads: int) -> None:
        self._changed = threading.Condition()
        self._row = TaskRow(())
        self._missing: list[int] = []
        self._ready: deque[int] = deque()
        self._running = 0
        self._error: BaseException | None = None
        self._closed = False
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads - 1)]
        for thread in self._threads:
            thread.start()

    def run(self, row: TaskRow) -> None:
        """Run every task and return when all are done; what one raises is raised here, and no other is begun then."""
        with self._changed:
            self._row = row
            self._missing = list(row.missing)
            self._error = None
            self._ready.extend(index for index, count in enumerate(self._missing) if count == 0)
            self._changed.notify_all()
        self._help_until(lambda: self._running == 0 and not self._ready)
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """End the threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _work(self) -> None:
        self._help_until(lambda: self._closed)

    def _help_until(self, over: Callable[[], bool]) -> None:
        while True:
            with self._changed:
                while not self._ready and not over():
                    self._changed.wait()
                if not self._ready:
                    return
                index = self._ready.popleft()
                self._running += 1
            error: BaseException | None = None
            try:
                self._row.tasks[index].work()
            except Exception as raised:  # noqa: BLE001 - whatever it is, `run` raises it in the caller's thread
                error = raised
            self._finish(index, error)

    def _finish(self, index: int, error: BaseException | None) -> None:
        with self._changed:
            self._running -= 1
            self._error = self._error or error
            if self._error is not None:
                self._ready.clear()
            else:
                for follower in self._row.followers[index]:
                    self._missing[follower] -= 1
                    if self._missing[follower] == 0:
                        self._ready.append(follower)
            if self._ready or self._running == 0:
                self._changed.notify_all()
