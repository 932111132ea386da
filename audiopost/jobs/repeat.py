"""A run of `normalize` done again from its report."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from audiopost.jobs.group_files import sha256_of
from audiopost.jobs.job import Progress
from audiopost.jobs.normalize import normalize
from audiopost.jobs.normalized import GroupResult
from audiopost.jobs.run_report import read_report
from audiopost.media.new_file import Exists

__all__ = ["RepeatedRun", "repeat"]


@dataclass(frozen=True)
class RepeatedRun:
    """What came of doing a run again.

    `differing` are outputs whose bytes are not those of then; `notes` tell what has changed in between.
    """

    results: tuple[GroupResult, ...]
    differing: tuple[Path, ...]
    notes: tuple[str, ...]


def repeat(
    report: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    exists: Exists = "fail",
    progress: Progress | None = None,
) -> RepeatedRun:
    """Do a run again as its report tells it: the same inputs, target and settings.

    Parameters
    ----------
    report
        What ``normalize(..., report=...)`` has written.
    output
        Folder for the results.
    exists, progress
        As in `audiopost.jobs.normalize.normalize`.

    Raises
    ------
    FileError
        If the report is none, or an input has changed since.
    """
    run = read_report(Path(report))
    results = normalize(run.paths, run.target, output, exists=exists, progress=progress, **run.settings)
    then = {Path(path).name: digest for path, digest in run.outputs.items()}
    written = [path for result in results for file in result.files for path in file.outputs]
    differing = tuple(path for path in written if then.get(path.name) != sha256_of(path))
    return RepeatedRun(results, differing, run.notes)
