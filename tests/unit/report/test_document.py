"""The page and its pictures: complete in themselves, safe with any name, the same each time, and small for many."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pypdf import PdfReader

from audiopost.jobs.check import check
from audiopost.jobs.course import measure_course
from audiopost.library.targets import load_target
from audiopost.report.charts import charts_of
from audiopost.report.document import FULL_UP_TO, html_of, pdf_of
from audiopost.report.page import Page, failed_page, page_of
from tests.programmes import speech, write_sound

TARGET = load_target("ebu-r128")
PAGES = 500
MOST_BYTES = 10_000_000


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    path = write_sound(tmp_path_factory.mktemp("document") / "loud.wav", speech() * 1.8)
    return page_of(check(path, TARGET), measure_course(path), TARGET)


class Outline(HTMLParser):
    """Headings in order, and every address that the page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.fetched += [value or "" for name, value in attrs if name in ("src", "data") or (tag == "link")]


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_needs_nothing_else_and_its_headings_nest(page: Page, count: int) -> None:
    outline = Outline()
    html = html_of([page] * count, target=TARGET)
    outline.feed(html)
    assert not outline.fetched
    assert "@import" not in html
    assert outline.levels[0] == 1
    assert outline.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(outline.levels, outline.levels[1:], strict=False))


def test_it_says_verdict_source_and_rules(page: Page) -> None:
    html = html_of([page], target=TARGET, digests=["ab" * 32])
    assert "Fails EBU R 128." in html
    assert str(TARGET.source) in html
    assert "ab" * 32 in html
    assert all(rule.in_words() in html for rule in TARGET.rules)


def test_names_and_messages_are_escaped(page: Page) -> None:
    wicked = replace(page, title="<script>alert(1)</script>.wav", notes=('"><img src=x onerror=alert(1)>',))
    html = html_of([wicked, failed_page(Path("<b>.wav"), "<i>torn</i>")])
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "<i>torn" not in html


def test_the_same_page_gives_the_same_bytes(page: Page) -> None:
    assert html_of([page], target=TARGET) == html_of([page], target=TARGET)


def test_every_picture_is_told_in_words_too(page: Page) -> None:
    charts = charts_of(page)
    assert [chart.title for chart in charts] == [
        "Loudness over time", "True peak over time", "Distribution of loudness", "Average spectrum",
    ]  # fmt: skip
    assert all(chart.svg.startswith('<svg aria-hidden="true"') and len(chart.caption) > 30 for chart in charts)
    assert "passage" in charts[1].caption


def test_five_hundred_programmes_stay_small(page: Page) -> None:
    few = [replace(page, path=Path(f"{number}.wav"), title=f"{number}.wav") for number in range(FULL_UP_TO + 5)]
    alone = len(html_of(few[:1], target=TARGET))
    each = (len(html_of(few, target=TARGET)) - alone) / (len(few) - 1)
    assert alone + PAGES * each < MOST_BYTES


def test_the_pdf_is_tagged_and_names_its_language(page: Page) -> None:
    document = PdfReader(io.BytesIO(pdf_of(html_of([page], target=TARGET))))
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert "/StructTreeRoot" in root
    assert document.metadata is not None
    assert document.metadata.title == page.title
    text = "".join(each.extract_text() for each in document.pages)
    assert "Fails EBU R 128." in text
    assert "Integrated loudness" in text
    assert "Loudness over time" in document.pages[0].extract_text(), "the first page is filled"
