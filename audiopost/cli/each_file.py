"""One piece of work done to each of many files: a wrong file is told and passed over, the rest are still done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from audiopost.cli.exit_codes import DONE, exit_code_of
from audiopost.cli.output import Progress, in_words, message, progress_bar
from audiopost.errors import AudiopostError

__all__ = ["Outcome", "for_each_file"]

Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What became of one file: a result, or the words of what is wrong and its exit code."""

    path: Path
    result: Result | None = None
    error: str | None = None
    code: int = DONE


def for_each_file(
    paths: Sequence[Path],
    work: Callable[[Path, Progress | None], Result],
    *,
    jobs: int | None = None,
    quiet: bool = False,
) -> list[Outcome[Result]]:
    """Do `work` to every path, `jobs` at a time; outcomes in the order of the paths.

    Threads serve here because the work is reading files and products of large arrays, which leave the interpreter free.
    """
    from concurrent.futures import ThreadPoolExecutor

    from audiopost.jobs.side_by_side import usual_jobs

    jobs = jobs or usual_jobs(len(paths))
    interrupted = threading.Event()
    with progress_bar(quiet=quiet) as bar:
        share = _Shares(len(paths), bar, interrupted)

        def one(numbered: tuple[int, Path]) -> Outcome[Result]:
            index, path = numbered
            return _outcome(path, work, share.of(index, path))

        with ThreadPoolExecutor(jobs) as pool:
            try:
                outcomes = list(pool.map(one, enumerate(paths)))
            except KeyboardInterrupt:
                # The files in work stop at their next report; without this the pool would wait for their ends.
                interrupted.set()
                pool.shutdown(cancel_futures=True)
                raise
    for outcome in outcomes:
        if outcome.error is not None:
            message(outcome.error)
    return outcomes


def _outcome(path: Path, work: Callable[[Path, Progress | None], Result], progress: Progress) -> Outcome[Result]:
    try:
        return Outcome(path, work(path, progress))
    except (AudiopostError, OSError) as error:
        return Outcome(path, error=in_words(error), code=exit_code_of(error))


class _Shares:
    """One bar for many files: each file moves its own share of it."""

    def __init__(self, files: int, bar: Progress | None, interrupted: threading.Event) -> None:
        self._done = [0.0] * files
        self._bar = bar
        self._interrupted = interrupted

    def of(self, index: int, path: Path) -> Progress:
        def advance(fraction: float, words: str) -> None:
            if self._interrupted.is_set():
                raise KeyboardInterrupt
            self._done[index] = fraction
            if self._bar is not None:
                self._bar(sum(self._done) / len(self._done), words or path.name)

        return advance
