"""The batch page's choice, plan and progress, without a browser and without a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audiopost.batch.forecast import forecast
from audiopost.errors import FileError, UsageError
from audiopost.library.job_file import load_job
from audiopost.ui.batch_choice import HEADER, BatchChoice, job_of, job_text, may_write
from audiopost.ui.batch_desk import BatchDesk
from audiopost.ui.batch_progress import BatchProgress, ending_in_words
from audiopost.ui.batch_view import MOST_ROWS, plan_table, run_in_words, run_table
from audiopost.ui.drops import dropped_folder, plain_name
from audiopost.ui.folders import FolderBook, sound_files
from tests.batch_material import write_scenes
from tests.programmes import write_sound
from tests.running import sine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_scenes(tmp_path / "reel", 1, stems=("dx", "mx"))
    return tmp_path / "reel"


@pytest.mark.parametrize(
    "choice",
    [
        {"target": "ebu-r128"},
        {"target": "ebu-r128", "group": "stems", "mode": "limit", "max_limiting_db": 3.5},
        {"chain": "dialogue-clear"},
        {"target": "ebu-r128", "chain": "dialogue-clear", "group": "album", "mode": "level"},
    ],
)
def test_the_job_that_is_planned_is_the_job_that_is_written(folder: Path, choice: dict[str, Any]) -> None:
    job = job_of(BatchChoice(folder, **choice), sound_files((folder,)), with_report=True)
    job.path.write_text(job_text(job), encoding="utf-8")
    assert load_job(job.path) == job
    assert may_write(job.path)


@pytest.mark.parametrize(
    "choice",
    [{}, {"target": "nothing"}, {"chain": "../x"}, {"target": "ebu-r128", "mode": "limit", "max_limiting_db": 99.0}],
)
def test_what_is_no_choice_is_refused(folder: Path, choice: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        job_of(BatchChoice(folder, **choice), sound_files((folder,)), with_report=False)


def test_a_job_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "delivered.toml"
    assert may_write(theirs)
    theirs.write_text(f"# mine\n{HEADER}", encoding="utf-8")
    assert not may_write(theirs)
    assert not may_write(tmp_path)


def test_folders_are_those_within_and_have_lasting_numbers(folder: Path, tmp_path: Path) -> None:
    write_sound(tmp_path / "outside" / "a.wav", sine(440.0, 0.1))
    write_sound(folder / "reel 2" / "a.wav", sine(440.0, 0.1))
    write_sound(folder / ".hidden" / "a.wav", sine(440.0, 0.1))
    write_sound(folder / "delivered" / "a.wav", sine(440.0, 0.1))
    (folder / "delivered" / ".audiopost").mkdir()
    (folder / "link").symlink_to(tmp_path / "outside", target_is_directory=True)
    book = FolderBook((folder, folder))
    found = book.look()
    assert [book.name(path) for path in found.values()] == ["reel", "reel/reel 2"]
    write_sound(folder / "a new one" / "a.wav", sine(440.0, 0.1))
    assert {number: path for number, path in book.look().items() if number in found} == found
    assert book.folder(-1) is None
    assert book.folder(99) is None


def test_a_folder_that_was_not_given_is_not_planned(folder: Path, tmp_path: Path) -> None:
    desk = BatchDesk((folder,), tmp_path)
    desk.book.look()
    with pytest.raises(UsageError, match="none of those"):
        desk.choose(BatchChoice(tmp_path, "ebu-r128"))
    with pytest.raises(UsageError, match="nothing is planned"):
        desk.run()
    assert desk.phase == "choosing"
    desk.close()


def test_a_run_is_followed_by_what_it_tells(folder: Path) -> None:
    job = job_of(BatchChoice(folder, "ebu-r128"), sound_files((folder,)), with_report=False)
    plan = forecast(job)
    progress = BatchProgress.of(plan)
    first, second = progress.groups
    assert run_in_words(progress) == "2 waits"
    for event in (
        {"event": "begun", "groups": 2},
        {"event": "started", "group": first},
        {"event": "advanced", "group": first, "fraction": 0.25, "doing": "measuring <dx>"},
        {"event": "advanced", "group": "another's", "fraction": 1.0, "doing": ""},
    ):
        progress.hear(json.dumps(event))
    progress.hear("audiopost: something was odd\n")
    progress.hear("{torn")
    assert progress.groups[first].fraction == 0.25
    assert "measuring &lt;dx&gt;" in run_table(progress)
    ended = {"event": "ended", "passed": None, "error": None, "fraction": 0.5, "left_s": 90.0}
    progress.hear(json.dumps({**ended, "group": first, "status": "done", "passed": False}))
    assert run_in_words(progress) == "1 misses its target, 1 waits; 1 min 30 s left"
    progress.hear(json.dumps({**ended, "group": second, "status": "failed", "error": "torn\nmore", "fraction": 1.0}))
    assert progress.groups[second].words == "torn"
    assert progress.messages == ["something was odd", "{torn"]
    assert ending_in_words(1) != ending_in_words(0)
    assert "exit code 9" in ending_in_words(9)


def test_a_table_shows_names_as_they_are_and_not_a_million(folder: Path) -> None:
    write_sound(folder / "<b>.wav", sine(440.0, 0.1))
    plan = forecast(job_of(BatchChoice(folder, "ebu-r128"), sound_files((folder,)), with_report=False))
    assert "&lt;b&gt;.wav" in plan_table(plan)
    progress = BatchProgress.of(plan)
    one = next(iter(progress.groups.values()))
    progress.groups |= {str(number): one for number in range(MOST_ROWS)}
    assert f"and {len(progress.groups) - MOST_ROWS} more" in run_table(progress)


@pytest.mark.parametrize(
    ("words", "name"),
    [("a.wav", "a.wav"), ("/etc/passwd", "passwd"), ("..", "stems"), ("\x00.wav", "_.wav"), ("x" * 300 + ".wav", None)],
)
def test_a_name_from_outside_is_a_name_and_no_way(words: str, name: str | None) -> None:
    plain = plain_name(words)
    assert plain == (name or plain)
    assert len(plain) <= 120
    assert not {"/", "\\", "\x00"} & set(plain)
    assert Path(plain).suffix == Path(words).suffix or name in ("stems", "passwd")


def test_every_drop_has_a_folder_of_its_own(tmp_path: Path) -> None:
    first, second = (dropped_folder(tmp_path / "dropped", "../reel") for _ in range(2))
    assert (first.name, second.name) == ("reel", "reel 2")
    assert {first.parent, second.parent} == {tmp_path / "dropped"}
    (tmp_path / "file").touch()
    with pytest.raises(FileError):
        dropped_folder(tmp_path / "file", "reel")
