"""The pages of deliveries: passed, limited, ridden, refused, and stems."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audiopost.jobs.course import follow_sum, measure_course
from audiopost.jobs.normalize import normalize
from audiopost.jobs.preview_sum import preview_sum
from audiopost.library.targets import load_target
from audiopost.report.charts import charts_of
from audiopost.report.delivered import delivered_pages
from audiopost.report.document import html_of
from tests.programmes import speech, write_sound
from tests.tolerances import SAME_ROAD_LU

TARGET = load_target("apple-podcasts")


@pytest.fixture
def quiet(tmp_path: Path) -> Path:
    """Soft speech, with a slam that linear gain would take over the ceiling."""
    block = speech() * 0.2
    block[:, 96_000:98_000] += 0.3 * np.hanning(2000).astype(np.float32) * np.sin(np.arange(2000) * 0.05)
    return write_sound(tmp_path / "quiet.wav", block.astype(np.float32))


def test_a_limited_file_shows_what_was_done_and_when(quiet: Path, tmp_path: Path) -> None:
    results = normalize(quiet, TARGET, tmp_path / "out", mode="limit", max_limiting_db=12.0)
    (page,) = delivered_pages(results, TARGET, measure_course)
    assert page.outcome == "passes"
    changes = {name: (before, after) for name, before, after in page.changes}
    before, after = (float(value.split()[0]) for value in changes["Integrated loudness"])
    assert after == pytest.approx(-16.0, abs=1.0)
    assert before < -30.0
    work = dict(page.work)
    assert work["Gain"].startswith("+")
    assert page.gain is not None
    assert float(work["Limiting, deepest"].split()[0]) == pytest.approx(-page.gain.limiting_db.min(), abs=0.06)
    assert "Gain over time" in [chart.title for chart in charts_of(page)]


def test_a_refusal_says_that_nothing_was_written_and_why(quiet: Path, tmp_path: Path) -> None:
    results = normalize(quiet, TARGET, tmp_path / "out")
    (page,) = delivered_pages(results, TARGET, measure_course)
    assert page.outcome == "refused"
    assert page.sentence.startswith("Nothing was written: ")
    assert "--mode limit" in page.sentence
    assert "Nothing was written" in html_of([page], target=TARGET)


def test_stems_are_one_programme_with_their_null_and_their_files(tmp_path: Path) -> None:
    voice = speech()
    stems = [write_sound(tmp_path / f"{name}.wav", voice * gain) for name, gain in (("dx", 0.3), ("mx", 0.1))]
    results = normalize(stems, "ebu-r128", tmp_path / "out", group="stems")
    (page,) = delivered_pages(
        results,
        load_target("ebu-r128"),
        measure_course,
        follow_sum=lambda outputs: follow_sum(outputs)[1],
        foresee=lambda outputs: preview_sum(outputs, ["youtube"]),
    )
    assert page.preview is not None
    assert results[0].sum is not None
    foreseen, delivered = page.preview.source.loudness, results[0].sum.after.loudness
    assert foreseen.integrated_lufs == pytest.approx(delivered.integrated_lufs, abs=SAME_ROAD_LU)
    assert page.title == "Sum of 2 stems"
    assert float(dict(page.work)["Null of the stems"].split()[0]) < -100.0
    assert [part.path for part in page.parts] == [tmp_path / "out" / "dx.wav", tmp_path / "out" / "mx.wav"]
    assert all(part.integrated.endswith(" LUFS") for part in page.parts)
    assert page.course is not None
    measured, _ = follow_sum([part.path for part in page.parts])
    assert results[0].sum is not None
    assert measured.loudness.integrated_lufs == pytest.approx(
        results[0].sum.after.loudness.integrated_lufs, abs=SAME_ROAD_LU
    )
    html = html_of([page], folder=tmp_path)
    assert '<a href="out/dx.wav">dx.wav</a>' in html


def test_refused_stems_are_listed(tmp_path: Path) -> None:
    click = speech() * 0.01
    click[:, 5000] = 0.9
    stems = [write_sound(tmp_path / f"{name}.wav", click) for name in ("dx", "mx")]
    (page,) = delivered_pages(normalize(stems, TARGET, tmp_path / "out", group="stems"), TARGET, measure_course)
    assert page.outcome == "refused"
    assert [part.path for part in page.parts] == stems


def test_a_copy_and_a_ride_are_told_as_such(tmp_path: Path) -> None:
    voice = speech()
    results = normalize(write_sound(tmp_path / "a.wav", voice), "ebu-r128", tmp_path / "one")
    again = normalize(tmp_path / "one" / "a.wav", "ebu-r128", tmp_path / "two")
    (page,) = delivered_pages(again, load_target("ebu-r128"), measure_course)
    assert "copied" in dict(page.work)["Gain"]
    assert results[0].copied is False
    uneven = np.concatenate([voice * 0.4, voice, voice * 0.4], axis=1)
    ridden = normalize(
        write_sound(tmp_path / "uneven.wav", uneven), "ebu-r128", tmp_path / "three", mode="level", max_range_lu=5.0
    )
    assert ridden[0].error is None
    (page,) = delivered_pages(ridden, load_target("ebu-r128"), measure_course)
    assert page.gain is not None
    assert np.ptp(page.gain.riding_db) > 1.0
    assert "dB" in dict(page.work)["Riding"]
