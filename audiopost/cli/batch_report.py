"""The report of a whole batch run: its document as JSON, and, as HTML or PDF, a page of every output beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiopost.cli.each_file import for_each_file
from audiopost.cli.output import Progress, message
from audiopost.errors import UsageError

if TYPE_CHECKING:
    from audiopost.batch.run import GroupReport, RunResult
    from audiopost.library.job_file import JobFile
    from audiopost.media.programme_files import ProgrammePath
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
    """A page for every programme, delivered or not, and a line for every input that is part of none."""
    from audiopost.batch.ledger_file import LedgerReader
    from audiopost.batch.ledger_place import ledger_place
    from audiopost.library.targets import load_target
    from audiopost.report.page import failed_page
    from audiopost.report.publishing import publish

    there = {Path(report.group.key): report for report in result.groups if report.status != "failed"}
    recorded: dict[Path, Mapping[str, Any]] = {}
    with LedgerReader(ledger_place(result.root, job.path)) as book:
        for key, report in there.items():
            if _is_several(report) and (row := book.row(report.group.key)) is not None:
                recorded[key] = row.result

    def work(key: Path, progress: Progress | None) -> Page:
        if _is_several(there[key]):
            return _page_of_several(there[key], recorded.get(key, {}), job.services, progress)
        return _page(there[key], job.services, progress)

    outcomes = for_each_file(list(there), work)
    pages = [failed_page(each.path, each.error or "") if each.result is None else each.result for each in outcomes]
    pages += [_failed_page(report) for report in result.groups if report.status == "failed"]
    pages += [failed_page(Path(problem.place), problem.what) for problem in result.problems]
    target = None if job.target is None else load_target(job.target)
    title = job.path.stem if len(pages) > 1 else None
    publish(path, pages, target, title=title, exists="replace", inputs=inputs, with_json=False)


def _failed_page(report: GroupReport) -> Page:
    """Of a programme that was not delivered, whether of one file or of many."""
    from audiopost.report.page import failed_page
    from audiopost.report.parts import part_of

    group, error = report.group, report.row.error.strip().partition("\n")[0] or "failed"
    page = failed_page(Path(group.files[0].place), error)
    if len(group.files) == 1:
        return page
    parts = tuple(part_of(Path(file.place), None) for file in group.files)
    return replace(page, title=f"{group.name}: {len(parts)} files", parts=parts)


def _is_several(report: GroupReport) -> bool:
    return len(report.group.files) > 1


def _programmes(report: GroupReport) -> list[tuple[ProgrammePath, str]]:
    """What came of a group, each with its hash; channels in files of their own are one programme, without one."""
    from audiopost.jobs.level_plan import CURVE_SUFFIX
    from audiopost.media.joined_files import join_channel_files

    sounds = [state for state in report.row.outputs if not state.place.endswith(CURVE_SUFFIX)]
    if len(sounds) <= len(report.group.files):
        return [(Path(state.place), state.sha256) for state in sounds]
    return [(each, "") for each in join_channel_files([Path(state.place) for state in sounds]).programmes]


def _page(report: GroupReport, services: Sequence[str], progress: Progress | None) -> Page:
    """Of one programme."""
    from audiopost.jobs.check import check
    from audiopost.jobs.course import measure_course
    from audiopost.jobs.file_info import file_info
    from audiopost.jobs.measure import measure
    from audiopost.jobs.preview import preview
    from audiopost.library.targets import load_target
    from audiopost.report.page import page_of

    ((output, _),) = _programmes(report)
    course, info = measure_course(output, progress=progress), file_info(output)
    coded = preview(output, services) if services else None
    if report.group.target is None:
        return replace(page_of(measure(output), course, None), info=info, preview=coded)
    target = load_target(report.group.target)
    return replace(page_of(check(output, target), course, target), info=info, preview=coded)


def _page_of_several(
    report: GroupReport, recorded: Mapping[str, Any], services: Sequence[str], progress: Progress | None
) -> Page:
    """Of stems, with the course of their sum; or of an album, whose tracks are pooled."""
    from audiopost.jobs.album import measure_album
    from audiopost.jobs.course import follow_sum
    from audiopost.jobs.measure import measure
    from audiopost.jobs.preview_sum import preview_sum
    from audiopost.library.targets import load_target
    from audiopost.report.parts import part_of
    from audiopost.report.recorded import recorded_page

    group = report.group
    programmes = _programmes(report)
    outputs = [output for output, _ in programmes]
    measured = [measure(output) for output in outputs]
    parts = [
        part_of(Path(output), each, digest=digest) for (output, digest), each in zip(programmes, measured, strict=True)
    ]
    course, coded = None, None
    if group.kind == "album":
        album = measure_album(measured)
        whole = replace(measured[0], loudness=album.loudness, duration_s=album.duration_s, programme=None)
        title = f"{group.name}: album of {len(outputs)} files"
    else:
        whole, course = follow_sum(outputs, progress=progress)
        coded = preview_sum(outputs, services) if services else None
        title = f"{group.name}: sum of {len(outputs)} stems"
    target = None if group.target is None else load_target(group.target)
    return replace(recorded_page(title, recorded, whole, course, target, parts), preview=coded)
