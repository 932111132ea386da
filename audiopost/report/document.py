"""A report as one HTML page that needs nothing else, and the same as a tagged PDF. The door to jinja2 and weasyprint.

Conventions
-----------
- File names and messages are escaped; nothing is fetched from anywhere.
- Above `FULL_UP_TO` programmes each gets the picture of its loudness only, so that 500 stay below ten megabytes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from audiopost.delivery.target import DeliveryTarget
from audiopost.errors import UsageError
from audiopost.report.page import Page, measures_of, worst_first
from audiopost.report.parts import metadata_lines, preview_lines

__all__ = ["FULL_UP_TO", "Overview", "html_of", "overview_of", "pdf_of"]

FULL_UP_TO = 20


@dataclass(frozen=True)
class OverviewRow:
    """One programme in the table at the top."""

    anchor: str
    name: str
    kind: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """The table at the top of a report on many programmes. `numbers` are the columns set flush right."""

    headings: tuple[str, ...]
    numbers: tuple[int, ...]
    rows: tuple[OverviewRow, ...]


def overview_of(pages: Sequence[Page]) -> Overview:
    """One line a programme, in the order given."""
    rows = []
    for number, page in enumerate(pages):
        measured = {} if page.measurement is None else dict(measures_of(page.measurement))
        levels = tuple(
            measured.get(name, "").rpartition(" ")[0] for name in ("Integrated loudness", "Loudness range", "True peak")
        )
        cells = (
            f"{page.sign} {page.outcome}".strip(),
            str(len(page.parts) or 1),
            *levels,
            f"{page.distance:.1f}" if page.rules else "",
        )
        rows.append(OverviewRow(_anchor(number), page.title, page.outcome.replace(" ", "-"), cells))
    headings = ("Programme", "Verdict", "Files", "I LUFS", "LRA LU", "TP dBTP", "Off by")
    return Overview(headings, (2, 3, 4, 5, 6), tuple(rows))


def html_of(
    pages: Sequence[Page],
    *,
    title: str | None = None,
    target: DeliveryTarget | None = None,
    digests: Sequence[str] = (),
    dated: str = "",
    frames_per_second: float | None = None,
    folder: Path | None = None,
) -> str:
    """The report as HTML.

    Parameters
    ----------
    pages
        What is reported; shown the worst first.
    title
        Its heading; the file's name, or the number of programmes, without it.
    target
        What all were judged by.
    digests
        SHA-256 of each page's file, in the order of `pages`.
    dated
        When it was made, in words; none for a report that is the same every time.
    frames_per_second
        Of the time code on the axes.
    folder
        Where the report will lie: links to the files start there. None: there are no links.

    Raises
    ------
    UsageError
        If the libraries of the extra ``report`` are missing.
    """
    try:
        import jinja2

        from audiopost.report import charts
    except ImportError as error:
        raise _missing(error) from error
    by_page = dict(zip(map(id, pages), digests, strict=False))
    ordered = worst_first(pages)
    templates = files("audiopost.report") / "templates"

    def text(name: str) -> str:
        return (templates / name).read_text(encoding="utf-8")

    environment = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined)
    draw = charts.charts_of if len(ordered) <= FULL_UP_TO else charts.loudness_charts
    words: str = environment.from_string(text("report.html.j2")).render(
        title=title or (ordered[0].title if len(ordered) == 1 else f"{len(ordered)} programmes"),
        summary=_summary(ordered, target),
        pages=ordered,
        anchors=[_anchor(number) for number in range(len(ordered))],
        charts=[draw(page, frames_per_second=frames_per_second) for page in ordered],
        digests=[by_page.get(id(page), "") for page in ordered],
        overview=overview_of(ordered),
        metadata=[((), 0) if page.info is None else metadata_lines(page.info) for page in ordered],
        previews=[() if page.preview is None else preview_lines(page.preview) for page in ordered],
        link=lambda path: _link(path, folder),
        target=target,
        version=version("audiopost"),
        dated=dated,
        style=_trusted(text("report.css")),
        script=_trusted(text("sort.js")),
    )
    return words


def pdf_of(html: str) -> bytes:
    """The page as a tagged PDF (PDF/UA-1): what a reader of screens, and an archive, can use.

    Raises
    ------
    UsageError
        If weasyprint, or the system's Pango that it draws text with, is missing.
    """
    try:
        import weasyprint
    except ImportError as error:
        raise _missing(error) from error
    except OSError as error:
        mend = "install the system's Pango library (Debian: libpango-1.0-0 libpangoft2-1.0-0)"
        raise UsageError(f"a PDF cannot be made: {error}", mend=mend) from error
    document: bytes = weasyprint.HTML(string=html, url_fetcher=_fetch_nothing).write_pdf(pdf_variant="pdf/ua-1")
    return document


def _fetch_nothing(address: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"a report fetches nothing, not {address}")


def _missing(error: ImportError) -> UsageError:
    return UsageError(f"reports need {error.name}, which is not installed", mend="pip install 'audiopost[report]'")


def _trusted(text: str) -> Any:
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - the package's own style sheet and script


def _anchor(number: int) -> str:
    return f"programme-{number + 1}"


def _link(path: Path, folder: Path | None) -> str:
    """The address of a file as seen from the report; empty where there is no way, as between two drives."""
    if folder is None or not path.is_file():
        return ""
    try:
        return quote(Path(os.path.relpath(path, folder)).as_posix())
    except ValueError:
        return ""


def _summary(pages: Sequence[Page], target: DeliveryTarget | None) -> str:
    counts = {word: sum(page.outcome == word for page in pages) for word in dict.fromkeys(p.outcome for p in pages)}
    told = {"passes": "pass", "fails": "fail", "indicative": "pass by an approximate detector"}
    parts = [f"{count} {told.get(word, word)}" for word, count in counts.items()]
    return f"{len(pages)} programmes{'' if target is None else f' against {target.name}'}: {', '.join(parts)}."
