"""Inputs and outputs behind URLs, in fsspec's memory: fetched, worked on, published whole, and resumed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from audiopost.batch.crew import SerialCrew
from audiopost.batch.run import RunResult, run_job
from audiopost.errors import UsageError
from audiopost.jobs.check import check
from audiopost.library.job_file import load_job
from tests.batch_material import write_scenes


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MemoryFileSystem]:
    """An empty store in memory, and a state folder of its own for the ledger."""
    monkeypatch.setenv("AUDIOPOST_STATE_DIR", str(tmp_path / "state"))
    system = MemoryFileSystem()
    system.store.clear()
    yield system
    system.store.clear()


def deliver(folder: Path, more: str = "") -> RunResult:
    job = folder / "job.toml"
    job.write_text(
        'inputs = ["memory://film/**/*.wav"]\ntarget = "ebu-r128"\noutput = "memory://out/{tree}/{name}"\n' + more
    )
    return run_job(load_job(job), SerialCrew)


def statuses(result: RunResult) -> list[str]:
    return [report.status for report in result.groups]


def test_a_library_behind_a_url_is_delivered_and_resumed(bucket: MemoryFileSystem, tmp_path: Path) -> None:
    for path in write_scenes(tmp_path / "local", 2, stems=("dx",)):
        bucket.put_file(str(path), f"/film/reel/{path.name}")
    assert statuses(deliver(tmp_path)) == ["done", "done"]
    assert sorted(bucket.find("/out")) == ["/out/reel/sc000_dx.wav", "/out/reel/sc001_dx.wav"]
    bucket.get_file("/out/reel/sc000_dx.wav", str(tmp_path / "delivered.wav"))
    assert check(tmp_path / "delivered.wav", "ebu-r128").passed
    assert statuses(deliver(tmp_path)) == ["skipped", "skipped"]
    changed = write_scenes(tmp_path / "local", 1, stems=("dx",), seconds=1.5)[0]
    bucket.put_file(str(changed), f"/film/reel/{changed.name}")
    assert statuses(deliver(tmp_path)) == ["done", "skipped"]


def test_a_strangers_file_behind_a_url_is_never_replaced(bucket: MemoryFileSystem, tmp_path: Path) -> None:
    (path,) = write_scenes(tmp_path / "local", 1, stems=("dx",))
    bucket.put_file(str(path), "/film/a.wav")
    bucket.pipe_file("/out/a.wav", b"mine")
    result = deliver(tmp_path)
    assert statuses(result) == ["failed"]
    assert "none of this job's" in result.groups[0].row.error
    assert bucket.cat_file("/out/a.wav") == b"mine"


def test_a_kind_of_url_that_nobody_knows(tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    job.write_text('inputs = ["nosuch://x/*.wav"]\ntarget = "ebu-r128"\noutput = "out"\n')
    with pytest.raises(UsageError, match="nosuch"):
        run_job(load_job(job), SerialCrew)
