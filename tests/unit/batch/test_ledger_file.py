"""The ledger on the disk: what was saved is found again, by one run at a time, whatever kills it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from audiopost.batch.ledger import Row
from audiopost.batch.ledger_file import LedgerFile, LedgerReader
from audiopost.batch.ledger_place import BESIDE, LedgerPlace, filesystem_of, ledger_place
from audiopost.batch.storage import FileState
from audiopost.errors import FileError, UsageError

ROW = Row(
    "sc1", "settings", (FileState("/in/a.wav", 2000, "1:1", "aa"),), "done", 0,
    (FileState("/out/a.wav", 2000, "2:2", "bb"),), True, result={"gain_db": -3.5}, worker="w", seconds=4.0,
)  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> LedgerPlace:
    return LedgerPlace(tmp_path / "out" / "job.ledger", tmp_path / "work")


def test_a_row_comes_back_as_it_was(place: LedgerPlace) -> None:
    with LedgerFile(place) as book:
        book.save([ROW])
    with LedgerReader(place) as book:
        assert book.row("sc1") == ROW
        assert book.row("sc2") is None
        assert book.outputs() == {"/out/a.wav"}
        assert book.seconds_per_byte() == pytest.approx(4.0 / 2000)


def test_where_there_is_no_ledger_nothing_is_known_and_nothing_made(place: LedgerPlace) -> None:
    with LedgerReader(place) as book:
        assert (book.row("sc1"), book.outputs(), book.seconds_per_byte()) == (None, frozenset(), None)
    assert not place.path.exists()


def test_the_second_run_on_a_ledger_says_who_has_it_and_leaves(place: LedgerPlace) -> None:
    with LedgerFile(place) as book:
        book.save([ROW])
        with pytest.raises(UsageError, match=r"another run is at work on this ledger \(process \d+ on "):
            LedgerFile(place)
        with LedgerReader(place) as reader:  # looking is allowed
            assert reader.row("sc1") == ROW
    with LedgerFile(place) as book:
        assert book.row("sc1") == ROW


def test_a_killed_run_leaves_its_rows_and_no_lock(place: LedgerPlace) -> None:
    program = (
        "import os, pathlib, sys\n"
        "from audiopost.batch.ledger import Row\n"
        "from audiopost.batch.ledger_file import LedgerFile\n"
        "from audiopost.batch.ledger_place import LedgerPlace\n"
        "book = LedgerFile(LedgerPlace(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[1])))\n"
        "book.save([Row('sc1', 's', (), 'running')])\n"
        "os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(place.path)], check=False)
    assert killed.returncode == -9
    with LedgerFile(place) as book:
        row = book.row("sc1")
        assert row is not None
        assert row.status == "running"


def test_waiting_takes_the_ledger_when_the_other_run_is_through(place: LedgerPlace) -> None:
    other = LedgerFile(place)
    told: list[str] = []

    def hear(words: str) -> None:
        told.append(words)
        other.close()

    with LedgerFile(place, hear) as book:
        assert book.row("sc1") is None
    assert len(told) == 1


def test_a_ledger_of_another_form_and_a_file_that_is_none_are_refused(place: LedgerPlace) -> None:
    LedgerFile(place).close()
    with sqlite3.connect(place.path) as book:
        book.execute("PRAGMA user_version = 99")
    book.close()
    with pytest.raises(FileError, match="form 99"):
        LedgerFile(place)
    place.path.write_bytes(b"this is no database" * 100)
    with pytest.raises(FileError, match="cannot be used"):
        LedgerFile(place)


def test_it_lies_beside_local_outputs_and_else_in_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = ledger_place(str(tmp_path / "out"), tmp_path / "night.toml")
    assert beside == LedgerPlace(tmp_path / "out" / BESIDE / "night.ledger", tmp_path / "out" / BESIDE / "night.work")
    monkeypatch.setenv("AUDIOPOST_STATE_DIR", str(tmp_path / "state"))
    remote = ledger_place("s3://bucket/out", tmp_path / "night.toml")
    assert remote.path.parent == tmp_path / "state" / "ledgers"
    monkeypatch.setattr("audiopost.batch.ledger_place._is_local", lambda folder: False)
    shared = ledger_place(str(tmp_path / "out"), tmp_path / "night.toml")
    assert shared.path.parent == tmp_path / "state" / "ledgers"
    with LedgerFile(shared):
        assert shared.pointer is not None
        assert shared.pointer.read_text().strip().endswith(str(shared.path))


def test_the_nearest_mount_above_a_path_counts() -> None:
    mounts = (
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "30 22 0:50 / /film rw - nfs4 nas:/film rw\n"
        "31 30 8:2 / /film/scratch rw - xfs /dev/sdb rw\n"
        "32 22 0:51 / /my\\040disk rw - cifs //nas/x rw\n"
    )
    places = ["/home/x", "/film/out", "/film/scratch/out", "/filmed", "/my disk/x"]
    assert [filesystem_of(place, mounts) for place in places] == ["ext4", "nfs4", "xfs", "ext4", "cifs"]
