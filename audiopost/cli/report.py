"""``report``: what was measured and judged, as a page to hand over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audiopost.cli.each_file import for_each_file
from audiopost.cli.exit_codes import DONE, code_of_verdict, first_of
from audiopost.cli.measure import order_of
from audiopost.cli.options import (
    Adm,
    DialogueStem,
    DualMono,
    Exists,
    Files,
    FramesPerSecond,
    From,
    Gate,
    GateName,
    Jobs,
    LayoutName,
    NoJoin,
    ReportServices,
    Strict,
    To,
    Tracks,
    WhereItExists,
)
from audiopost.cli.output import Progress, print_text
from audiopost.errors import UsageError

if TYPE_CHECKING:
    from audiopost.report.page import Page

__all__ = ["add_commands"]


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(report)


def report(
    files: Files,
    output: Annotated[Path, typer.Option("--output", metavar="FILE.html|.pdf", help="The page to make.")],
    target: Annotated[
        str | None, typer.Option("--target", metavar="ID", help="Judge against this target: an id, or a TOML file.")
    ] = None,
    services: ReportServices = None,
    title: Annotated[str | None, typer.Option("--title", metavar="WORDS", help="Heading of the page.")] = None,
    layout: LayoutName = None,
    dual_mono: DualMono = False,
    gate: GateName = Gate.PROGRAMME,
    dialogue_stem: DialogueStem = None,
    start: From = None,
    end: To = None,
    frames_per_second: FramesPerSecond = None,
    tracks: Tracks = None,
    adm: Adm = None,
    no_join: NoJoin = False,
    jobs: Jobs = None,
    exists: WhereItExists = Exists.FAIL,
    strict: Strict = False,
) -> int:
    """Write a report: verdict, rules with their sources, loudness and peaks over time.

    What the file says of itself and its hash stand there too, and with --service what codecs and players will do to
    it. An HTML page that needs nothing else, or a tagged PDF; beside it the same as JSON, and the readings as CSV. The
    exit code is 1 if a file fails its target.
    """
    from audiopost.jobs.course import measure_course
    from audiopost.jobs.file_info import file_info
    from audiopost.jobs.further_measures import Further
    from audiopost.jobs.preview import preview
    from audiopost.library.playback import check_services
    from audiopost.library.targets import load_target
    from audiopost.media.programme_files import files_of
    from audiopost.report.page import failed_page, page_of
    from audiopost.report.publishing import FORMATS, publish

    if output.suffix.lower() not in FORMATS:
        raise UsageError(f"{output.name!r} is neither .html nor .pdf", where="--output", mend="end it in .html or .pdf")
    check_services(services or ())
    further = Further(dialogue=gate is Gate.DIALOGUE, dialogue_stem=dialogue_stem)
    order = order_of(files, no_join, layout, dual_mono, (start, end, frames_per_second), further, tracks, adm)
    wanted = None if target is None else load_target(target)
    judge = order.measuring(None) if target is None else order.judging(target)

    def work(path: Path, progress: Progress | None) -> tuple[Page, int]:
        steps = 3 if services else 2
        finding = judge(path, _part(progress, 0, steps))
        asked = order.asked()
        del asked["further"]
        programme = order.programmes[path]
        course = measure_course(programme, progress=_part(progress, 1, steps), **asked)
        found = finding.verdict or finding.measurement
        page = page_of(found, course, wanted, frames_per_second=frames_per_second)
        page = replace(page, info=file_info(programme, frames_per_second))
        if services:
            coded = preview(programme, services, progress=_part(progress, 2, steps), **asked)
            page = replace(page, preview=coded)
        return page, DONE if finding.verdict is None else code_of_verdict(finding.verdict.outcome, strict=strict)

    outcomes = for_each_file(order.paths, work, jobs=jobs)
    pages = [failed_page(each.path, each.error or "") if each.result is None else each.result[0] for each in outcomes]
    programmes = order.programmes.values()
    inputs = [part for each in programmes for part in files_of(each)]
    for written in publish(
        output, pages, wanted, title=title, frames_per_second=frames_per_second, exists=exists.value, inputs=inputs
    ):
        print_text(str(written))
    return first_of(each.code if each.result is None else each.result[1] for each in outcomes)


def _part(progress: Progress | None, step: int, steps: int) -> Progress | None:
    """A progress for one of several steps of the work."""
    if progress is None:
        return None
    return lambda fraction, words: progress((step + fraction) / steps, words)
