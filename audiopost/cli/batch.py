"""``batch``: many files by a job file, resumed where the last run ended."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audiopost.batch.in_words import size_in_words, time_in_words
from audiopost.cli.batch_progress import listening
from audiopost.cli.batch_report import check_report_name, write_report
from audiopost.cli.exit_codes import DONE, FAILED, USAGE, code_of_kind, first_of
from audiopost.cli.options import Jobs, Json
from audiopost.cli.output import message, print_json, print_table, print_text
from audiopost.errors import UsageError

if TYPE_CHECKING:
    from audiopost.batch.crew import Crew
    from audiopost.batch.forecast import Forecast
    from audiopost.batch.run import GroupReport, Listener, RunResult
    from audiopost.batch.work import Settings
    from audiopost.library.job_file import JobFile

__all__ = ["add_commands"]

STATUSES = ("done", "failed", "skipped")
BAD_FILE = code_of_kind("FileError")


class ProgressForm(StrEnum):
    """How progress is told."""

    AUTO = "auto"
    JSON = "json"
    NONE = "none"


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(batch)


def batch(
    job: Annotated[Path, typer.Argument(metavar="JOB.toml", help="Job file.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan; nothing is written.")] = False,
    restart: Annotated[bool, typer.Option("--restart", help="Do again what earlier runs did.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Believe outputs of earlier runs only if their content is as written.")
    ] = False,
    jobs: Jobs = None,
    memory: Annotated[
        str | None, typer.Option("--memory", metavar="SIZE", help="What all workers may hold together, such as 4GB.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="Work on the workers of this Dask scheduler."),
    ] = None,
    local: Annotated[
        int | None,
        typer.Option("--local-cluster", metavar="N", min=1, help="Start a Dask cluster of N processes here."),
    ] = None,
    serial: Annotated[
        bool, typer.Option("--serial", help="Work in this process, one group after the other; a crash ends the run.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: do what comes to lie in the folders, until Ctrl-C or SIGTERM.")
    ] = False,
    settle: Annotated[
        float, typer.Option("--settle", metavar="S", min=0.0, help="Watching: a file is whole when unchanged so long.")
    ] = 2.0,
    wait: Annotated[bool, typer.Option("--wait", help="Wait while another run is at work on this job.")] = False,
    progress: Annotated[
        ProgressForm, typer.Option("--progress", help="json: one line of JSON an event, on standard error.")
    ] = ProgressForm.AUTO,
    as_json: Json = False,
) -> int:
    """Do a job over many files: chain, target, or both.

    The same command again does what is left: what is done and unchanged is skipped, what failed is tried again.
    """
    from audiopost.batch.run import run_job
    from audiopost.library.job_file import load_job

    read = load_job(job)
    check_report_name(read)
    if dry_run:
        return _show_plan(read, as_json=as_json)

    with ExitStack() as stack:
        stack.enter_context(_ended_by_signal())
        listener = stack.enter_context(listening(progress.value))
        if scheduler is None and local is None:
            crew_of = _crew_of(read, jobs, _bytes_of(memory), serial=serial)
        else:
            if serial or jobs is not None or memory is not None or None not in (scheduler, local):
                what = "--scheduler and --local-cluster stand alone: how many workers there are is the cluster's"
                raise UsageError(what, mend="leave the others of --jobs, --memory, --serial out")
            crew_of = _cluster_of(read, scheduler, local, stack)
        if watch:
            return _watch(read, crew_of, listener, settle)
        result = run_job(
            read, crew_of, listener=listener, verify=verify, restart=restart, wait=message if wait else None
        )
    document = _document(result)
    write_report(read, result, document)
    return _show_result(result, document, as_json=as_json)


def _watch(job: JobFile, crew_of: Callable[[Settings], Crew], listener: Listener, settle_s: float) -> int:
    """Watch until somebody ends it; a request to end is no failure."""
    from audiopost.batch.watching import watch_job

    try:
        watch_job(job, crew_of, listener=listener, settle_s=settle_s, tell=message)
    except _EndRequestedError:
        message("asked to end; what was in work is done by the next run")
    return DONE


def _crew_of(job: JobFile, jobs: int | None, memory_bytes: int | None, *, serial: bool) -> Callable[[Settings], Crew]:
    """Who will do the work."""
    from audiopost.batch.crew import SerialCrew
    from audiopost.batch.pool import ProcessCrew
    from audiopost.dsp.processors import available_processors

    if serial:
        if jobs not in (None, 1):
            raise UsageError("--serial works on one group at a time", where="--jobs", mend="leave one of them out")
        return SerialCrew
    workers = jobs or available_processors()
    return lambda settings: ProcessCrew(settings, workers, memory_bytes=memory_bytes, patience_s=job.patience_s)


def _cluster_of(job: JobFile, scheduler: str | None, local: int | None, stack: ExitStack) -> Callable[[Settings], Crew]:
    """The workers of a Dask scheduler, that of this machine's own cluster if none is named."""
    try:
        from audiopost.batch.dask_crew import DaskCrew, local_cluster
    except ImportError as error:
        mend = "pip install 'audiopost[cluster]'"
        raise UsageError("a cluster needs the package distributed", mend=mend) from error

    def made(settings: Settings) -> Crew:
        address = scheduler if scheduler is not None else local_cluster(local or 1, stack)
        return DaskCrew(settings, address, patience_s=job.patience_s, tell_of_trouble=message)

    return made


def _bytes_of(size: str | None) -> int | None:
    """A size in words as bytes.

    >>> _bytes_of("1.5GB"), _bytes_of("800 mb"), _bytes_of("2 GiB"), _bytes_of(None)
    (1500000000, 800000000, 2147483648, None)
    """
    if size is None:
        return None
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", size, re.IGNORECASE)
    if found is None:
        raise UsageError(f"{size!r} is no size", where="--memory", mend="write such as 4GB or 800MB")
    number, prefix, binary = found.groups()
    factor = (1024 if binary else 1000) ** ("kmgt".index(prefix.lower()) + 1 if prefix else 0)
    return round(float(number) * float(factor))


def _show_plan(job: JobFile, *, as_json: bool) -> int:
    """Print what a run would do; the exit code says what is wrong with it already."""
    from audiopost.batch.forecast import forecast

    seen = forecast(job)
    if as_json:
        print_json(seen.to_json())
    else:
        _print_plan(seen)
    bad = [file for group in seen.groups for file in group.files if file.error is not None]
    missing = [(group.group.name, place) for group in seen.groups for place in group.missing]
    for file in bad:
        message(file.error or "")
    for name, place in missing:
        message(f"{place}: no such file; {name} is to listen to it")
    for problem in (*seen.plan.problems, *seen.plan.collisions):
        message(f"{problem.place}: {problem.what}")
    return first_of(
        [USAGE if seen.plan.collisions else DONE, BAD_FILE if bad or missing or seen.plan.problems else DONE]
    )


def _print_plan(seen: Forecast) -> None:
    rows = [
        [
            group.group.name,
            str(len(group.files)),
            size_in_words(group.size),
            group.group.target or "",
            group.files[0].file.output if len(group.files) == 1 else f"{len(group.files)} files",
            {"do": time_in_words(group.estimated_s), "skip": "done", "failed": "failed"}[group.action],
        ]
        for group in seen.groups
    ]
    if rows:
        print_table(("group", "files", "size", "target", "output", "takes about"), rows, numbers=(1, 2, 5))
    to_do = sum(group.action == "do" for group in seen.groups)
    basis = "as earlier runs of this job" if seen.measured_pace else "as on a small machine"
    print_text(
        f"{to_do} of {len(seen.groups)} groups to do, {size_in_words(sum(g.size for g in seen.groups))}; "
        f"about {time_in_words(seen.estimated_s)} on one worker ({basis})"
    )


def _show_result(result: RunResult, document: dict[str, Any], *, as_json: bool) -> int:
    codes = [_code(report) for report in result.groups] + [BAD_FILE for _ in result.problems]
    for problem in result.problems:
        message(f"{problem.place}: {problem.what}")
    if as_json:
        print_json(document)
        return first_of(codes)
    counts = {status: sum(report.status == status for report in result.groups) for status in STATUSES}
    below = sum(report.status != "failed" and _code(report) == FAILED for report in result.groups)
    rows = [[status, str(count)] for status, count in counts.items()]
    if below:
        rows.append(["of them not known to meet their target", str(below)])
    if result.problems:
        rows.append(["not part of any group", str(len(result.problems))])
    print_table(("groups", ""), rows, numbers=(1,))
    print_text(f"{time_in_words(result.elapsed_s)} with {result.workers} at a time; outputs in {result.root}")
    return first_of(codes)


def _code(report: GroupReport) -> int:
    if report.status == "failed":
        return code_of_kind(report.row.error_kind)
    # As in `normalize`: what could not be judged whole has not passed.
    return DONE if report.group.target is None or report.row.passed else FAILED


def _document(result: RunResult) -> dict[str, Any]:
    """The one document of a run; counts are of files, as `files` lists them."""
    files = [entry for report in result.groups for entry in _entries(report)]
    files += [
        {
            "path": each.place,
            "group": None,
            "status": "failed",
            "output": None,
            "sha256": None,
            "beside": [],
            "passed": None,
        }
        | {"attempts": 0, "error": each.what}
        for each in result.problems
    ]
    return {
        "schema": 1,
        "jobs": result.workers,
        **{status: sum(file["status"] == status for file in files) for status in STATUSES},
        "elapsed_s": result.elapsed_s,
        "files": files,
    }


def _entries(report: GroupReport) -> Iterator[dict[str, Any]]:
    """One object a file of a group."""
    there = report.status != "failed"
    for file in report.group.files:
        made = [output for output in report.row.outputs if there and file.owns(output.place)]
        output = made[0] if made else None
        yield {
            "path": file.place,
            "group": report.group.key,
            "status": report.status,
            "output": None if output is None else output.place,
            "sha256": None if output is None else output.sha256,
            "beside": [each.place for each in made[1:]],
            "passed": report.row.passed if there else None,
            "attempts": report.row.attempts,
            "error": None if there else report.row.error,
        }


class _EndRequestedError(KeyboardInterrupt):
    """SIGTERM has come."""


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """A request to end (SIGTERM) is as good as Ctrl-C: what is in work is given up, and the ledger says so."""

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature that signal wants
        raise _EndRequestedError

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
