"""The report of a whole batch run: its document as JSON, and, as HTML or PDF, a page of every output beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiopost.cli.each_file import for_each_file
from audiopost.cli.output import Progress, message
from audiopost.errors import UsageError

if TYPE_CHECKING:
    from audiopost.batch.run import GroupReport, RunResult
    from audiopost.library.job_file import JobFile
    from audiopost.report.page import Page

__all__ = ["check_report_name", "write_report"]

FORMATS = (".json", ".html", ".pdf")


def check_report_name(job: JobFile) -> None:
    """Raise UsageError if the job asks for a report of no known form."""
    if job.report is not None and Path(job.report).suffix.lower() not in FORMATS:
        raise UsageError(f"report = {job.report!r} is none of {', '.join(FORMATS)}", where=str(job.path))


def write_report(job: JobFile, result: RunResult, document: Mapping[str, Any]) -> None:
    """Write the report that a job asks for, in the place of that of an earlier run.

    Raises
    ------
    FileError
        If it cannot be written.
    UsageError
        If a library for pages is missing.
    """
    from audiopost.media.new_file import NewFile, writing_text

    if job.report is None:
        return
    path = job.folder / job.report
    path.parent.mkdir(parents=True, exist_ok=True)
    inputs = [Path(file.place) for report in result.groups for file in report.group.files]
    with writing_text(NewFile(path.with_suffix(".json"), "replace", inputs)) as text:
        json.dump(document, text, indent=2, allow_nan=False)
    if path.suffix.lower() != ".json":
        _draw(job, result, path, inputs)
    message(f"report: {path}")


def _draw(job: JobFile, result: RunResult, path: Path, inputs: list[Path]) -> None:
    """A page for every output that is there; a line for every input that has none."""
    from audiopost.library.targets import load_target
    from audiopost.report.page import failed_page
    from audiopost.report.publishing import publish

    by_output = {Path(output.place): report for report in result.groups for output in _outputs(report)}

    def work(output: Path, progress: Progress | None) -> Page:
        return _page(output, by_output[output], progress)

    outcomes = for_each_file(list(by_output), work)
    pages = [failed_page(each.path, each.error or "") if each.result is None else each.result for each in outcomes]
    pages += [
        failed_page(Path(file.place), report.row.error.splitlines()[0] if report.row.error else "failed")
        for report in result.groups
        if report.status == "failed"
        for file in report.group.files
    ]
    pages += [failed_page(Path(problem.place), problem.what) for problem in result.problems]
    target = None if job.target is None else load_target(job.target)
    title = job.path.stem
    publish(path, pages, target, title=title, exists="replace", inputs=inputs, with_json=False)


def _outputs(report: GroupReport) -> tuple[Any, ...]:
    return () if report.status == "failed" else report.row.outputs


def _page(output: Path, report: GroupReport, progress: Progress | None) -> Page:
    """A single file is judged by its target; what belongs to stems or an album is measured, for it has none alone."""
    from audiopost.jobs.check import check
    from audiopost.jobs.course import measure_course
    from audiopost.jobs.measure import measure
    from audiopost.library.targets import load_target
    from audiopost.report.page import page_of

    course = measure_course(output, progress=progress)
    if report.group.target is None or report.group.kind != "each":
        return page_of(measure(output), course, None)
    target = load_target(report.group.target)
    return page_of(check(output, target), course, target)
