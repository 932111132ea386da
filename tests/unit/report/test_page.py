"""What a report says, before anything is drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from audiopost.jobs.check import CheckResult, check
from audiopost.jobs.course import Course, measure_course
from audiopost.jobs.measure import measure
from audiopost.library.targets import load_target
from audiopost.report.document import overview_of
from audiopost.report.page import Page, failed_page, page_of, worst_first
from tests.programmes import speech, write_sound

TARGET = load_target("ebu-r128")


@pytest.fixture(scope="module")
def loud(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("page") / "loud.wav", speech() * 1.8)


@pytest.fixture(scope="module")
def found(loud: Path) -> tuple[CheckResult, Course]:
    return check(loud, TARGET), measure_course(loud)


def test_a_failure_says_what_and_what_to_do(found: tuple[CheckResult, Course]) -> None:
    page = page_of(*found, TARGET)
    assert (page.sign, page.outcome) == ("✗", "fails")
    assert page.sentence.startswith("Fails EBU R 128. Integrated loudness ")
    assert "dB of linear gain" in page.sentence
    rules = {rule.rule: rule for rule in page.rules}
    assert rules["Integrated loudness"].sign == "✗"
    assert rules["Integrated loudness"].limit == "-23.0 ±0.2 LUFS"
    assert rules["Integrated loudness"].advice.startswith("lower by ")
    assert page.distance == pytest.approx((found[0].measurement.loudness.integrated_lufs or 0) + 22.8)


def test_peaks_stand_with_their_times_as_time_code(found: tuple[CheckResult, Course]) -> None:
    page = page_of(*found, TARGET, frames_per_second=25)
    assert page.ceiling_dbtp == -1.0
    assert page.peaks
    assert all(start < end and start.count(":") == 3 for start, end, _ in page.peaks)
    assert {float(peak.split()[0]) > -1.0 for *_, peak in page.peaks} == {True}


def test_without_a_target_nothing_is_judged(loud: Path) -> None:
    page = page_of(measure(loud), measure_course(loud))
    assert page.outcome == "measured"
    assert not page.rules
    assert not page.peaks
    assert dict(page.measures)["Integrated loudness"].endswith(" LUFS")


def test_silence_is_said_to_be_undefined(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "silence.wav", speech()[:, :48_000] * 0)
    page = page_of(measure(path), measure_course(path))
    assert "undefined" in page.sentence
    assert dict(page.measures)["True peak"] == "-inf dBTP"
    assert dict(page.measures)["Loudness range"] == "n/a"


def test_the_worst_comes_first(found: tuple[CheckResult, Course]) -> None:
    near = page_of(*found, TARGET)
    far = replace(near, path=Path("far.wav"), title="far.wav", distance=99.0)
    good = Page(Path("good.wav"), "good.wav", "passes", "✓", "")
    unread = failed_page(Path("torn.wav"), "torn.wav: cut off")
    ordered = worst_first([good, near, far, unread])
    assert ordered == [unread, far, near, good]
    rows = overview_of(ordered).rows
    assert [row.name for row in rows] == ["torn.wav", "far.wav", "loud.wav", "good.wav"]
    assert rows[1].cells[-1] == "99.0"
