"""The pages of a delivery: what was done to each programme, and what was measured before and after.

A group of stems is one programme, their sum, with its stems in a table; an album's files are judged together and shown
each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from audiopost.delivery.measures import in_words
from audiopost.delivery.ride import STEP_S
from audiopost.delivery.target import DeliveryTarget
from audiopost.jobs.check import CheckResult
from audiopost.jobs.course import Course
from audiopost.jobs.file_info import FileInfo
from audiopost.jobs.measure import FileMeasurement
from audiopost.jobs.normalized import GroupResult
from audiopost.jobs.preview import PreviewResult
from audiopost.report.page import GainCourse, Page, measures_of, page_of
from audiopost.report.parts import PartLine, part_of

__all__ = ["delivered_pages"]

Follow = Callable[[Path], Course]
FollowSum = Callable[[Sequence[Path]], Course]
Inform = Callable[[Path], FileInfo]
Foresee = Callable[[Sequence[Path]], PreviewResult]
_MODES = {"linear": "linear gain alone", "limit": "gain and true-peak limiting", "level": "riding, gain and limiting"}


def delivered_pages(
    results: Sequence[GroupResult],
    target: DeliveryTarget,
    follow: Follow,
    *,
    follow_sum: FollowSum | None = None,
    inform: Inform | None = None,
    foresee: Foresee | None = None,
    frames_per_second: float | None = None,
) -> tuple[Page, ...]:
    """A page for each programme that was delivered or refused.

    Parameters
    ----------
    results
        What `normalize` gave back.
    target
        What it was for.
    follow
        Gives the course of a written file.
    follow_sum
        Gives that of the sum of stems; without it none is drawn of them.
    inform
        Gives what a written file says of itself; without it nothing is told of that.
    foresee
        Gives what services will do to a written file, or to the sum of stems; without it nothing is told of that.
    frames_per_second
        Of the time code.
    """
    pages: list[Page] = []
    for result in results:
        if result.error is not None:
            pages.append(_refused(result))
        elif result.sum is not None:
            outputs = [file.output for file in result.files if file.output is not None]
            course = None if follow_sum is None else follow_sum(outputs)
            page = _delivered(result, result.sum.before, result.sum.after, course, target, frames_per_second)
            null = ("Null of the stems", f"{in_words(result.sum.null_dbfs)} dBFS")
            title = f"Sum of {len(result.files)} stems"
            page = replace(page, title=title, work=(*page.work, null), parts=_parts(result), gain=_gain_of(result, 0))
            pages.append(_foreseen(page, outputs, foresee))
        else:
            for index, file in enumerate(result.files):
                if file.output is None or file.before is None or file.after is None:
                    continue
                page = _delivered(result, file.before, file.after, follow(file.output), target, frames_per_second)
                info = None if inform is None else inform(file.output)
                page = replace(page, gain=_gain_of(result, index), info=info)
                pages.append(_foreseen(page, [file.output], foresee))
    return tuple(pages)


def _foreseen(page: Page, outputs: Sequence[Path], foresee: Foresee | None) -> Page:
    return page if foresee is None else replace(page, preview=foresee(outputs))


def _refused(result: GroupResult) -> Page:
    first = result.files[0]
    others = f" and {len(result.files) - 1} more" if len(result.files) > 1 else ""
    words = str(result.error).removeprefix(f"{result.target}: ")
    sentence = f"Nothing was written: {words}."
    changes = () if first.before is None else tuple((name, value, "") for name, value in measures_of(first.before))
    several = result.files if len(result.files) > 1 else ()
    return Page(
        first.path,
        f"{first.path.name}{others}",
        "refused",
        "✗",
        sentence,
        changes=() if several else changes,
        measurement=None if several else first.before,
        parts=tuple(part_of(file.path, file.before) for file in several),
    )


def _delivered(
    result: GroupResult,
    before: FileMeasurement,
    after: FileMeasurement,
    course: Course | None,
    target: DeliveryTarget,
    frames_per_second: float | None,
) -> Page:
    verdict = result.verdict
    assert verdict is not None, "what was written was judged"
    judged = CheckResult(after.path, target.id, verdict.passed, verdict.rules, "", after, verdict.outcome)
    page = page_of(judged, course, target, frames_per_second=frames_per_second)
    then = dict(measures_of(before))
    changes = tuple((name, then.get(name, ""), value) for name, value in page.measures)
    return replace(page, changes=changes, measures=(), work=tuple(_work(result)), notes=(*before.notes, *after.notes))


def _work(result: GroupResult) -> list[tuple[str, str]]:
    rows = [("Mode", _MODES[result.mode])]
    if result.copied:
        return [*rows, ("Gain", "none: it met the target, and was copied as it was")]
    if result.gain_db is not None:
        rows.append(("Gain", f"{in_words(result.gain_db, 2, signed=True)} dB"))
    deepest = max(result.reductions, key=lambda each: each.max_db, default=None)
    if deepest is not None and deepest.max_db > 0.0:
        rows.append(("Limiting, deepest", f"{deepest.max_db:.1f} dB"))
        rows.append(("Limiting, mean", f"{deepest.mean_db:.2f} dB"))
        rows.append(("Limiting over 1 dB", f"{deepest.over_1_db_s:.1f} s"))
    else:
        rows.append(("Limiting", "none"))
    if result.ride is not None:
        gains = result.ride.gains_db
        rows.append(("Riding", f"{float(np.min(gains)):+.1f} to {float(np.max(gains)):+.1f} dB"))
    if result.reason:
        rows.append(("Note", result.reason))
    return rows


def _parts(result: GroupResult) -> tuple[PartLine, ...]:
    return tuple(
        part_of(file.output, file.after) for file in result.files if file.output is not None and file.after is not None
    )


def _gain_of(result: GroupResult, index: int) -> GainCourse | None:
    trace = np.array(result.reductions[index].trace_db if index < len(result.reductions) else (), dtype=np.float64)
    if result.ride is None:
        return GainCourse(np.zeros(trace.size), -trace) if trace.size else None
    start_s = result.ride.start_s
    steps = max(trace.size, len(result.ride.gains_db))
    times_s = np.asarray(start_s + (np.arange(steps) + 0.5) * STEP_S, dtype=np.float64)
    limiting = np.zeros(steps)
    limiting[: trace.size] = -trace
    return GainCourse(np.asarray(result.ride.at(times_s), dtype=np.float64), limiting, start_s)
