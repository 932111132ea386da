"""Several pieces of one job at a time, on threads: reading, writing and array work leave the interpreter free."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from audiopost.jobs.job import Progress, Stage

__all__ = ["side_by_side", "usual_jobs"]

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def usual_jobs(pieces: int) -> int:
    """How many are worked on at a time where nobody says: one a processor, no more than there are."""
    return max(1, min(pieces, os.cpu_count() or 1))


def side_by_side(
    work: Callable[[Piece, Stage], Result], pieces: Sequence[Piece], progress: Progress | None, jobs: int
) -> tuple[Result, ...]:
    """Do `work` to every piece, `jobs` at a time; results in the order of the pieces.

    Whatever `work` or `progress` raises ends all: pieces at work stop at their next report, the others do not begin.

    >>> side_by_side(lambda piece, stage: piece * 2, [1, 2, 3], None, 2)
    (2, 4, 6)
    """
    shares = _Shares(len(pieces), progress)
    if jobs == 1:
        return tuple(work(piece, shares.stage(index)) for index, piece in enumerate(pieces))
    with ThreadPoolExecutor(jobs) as pool:
        running = [pool.submit(work, piece, shares.stage(index)) for index, piece in enumerate(pieces)]
        try:
            return tuple(each.result() for each in running)
        except BaseException:
            shares.stopped = True
            pool.shutdown(cancel_futures=True)
            raise


class _StoppedError(Exception):
    """Ends a piece because another has ended all; nobody sees it."""


class _Shares:
    """One progress for many pieces, which never falls, whichever of them moves on."""

    def __init__(self, pieces: int, progress: Progress | None) -> None:
        self.stopped = False
        self._done = [0.0] * pieces
        self._progress = progress
        self._turn = threading.Lock()

    def stage(self, index: int) -> Stage:
        """The stage of one piece."""

        def advance(fraction: float, words: str) -> None:
            if self.stopped:
                raise _StoppedError
            with self._turn:
                self._done[index] = max(self._done[index], fraction)
                if self._progress is not None:
                    self._progress(sum(self._done) / len(self._done), words)

        return Stage(advance, "measuring")
