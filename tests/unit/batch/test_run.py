"""How a run is driven: what is in the ledger before a worker has it, and in which order groups go."""

from __future__ import annotations

from pathlib import Path

import pytest

from audiopost.batch.crew import Crew, Tell
from audiopost.batch.ledger import INTENDED, Ended
from audiopost.batch.ledger_file import LedgerReader
from audiopost.batch.ledger_place import ledger_place
from audiopost.batch.run import run_job
from audiopost.batch.work import Settings, Task
from audiopost.library.job_file import JobFile


class Watched(Crew):
    """A crew that does nothing but look at what stands in the ledger when it is given a task."""

    def __init__(self, job: JobFile, fails_at: int = 0) -> None:
        self.workers = 1
        self.given: list[str] = []
        self._place = ledger_place(str(job.folder / "out"), job.path)
        self._fails_at = fails_at
        self._task: Task | None = None

    @property
    def busy(self) -> int:
        return 0 if self._task is None else 1

    def has_room(self, task: Task) -> bool:
        return self._task is None

    def give(self, task: Task) -> str:
        with LedgerReader(self._place) as book:
            row = book.row(task.group.key)
        assert row is not None
        assert (row.status, [output.size for output in row.outputs]) == ("running", [INTENDED])
        self.given.append(task.group.name)
        if len(self.given) == self._fails_at:
            raise KeyboardInterrupt
        self._task = task
        return "nobody"

    def wait(self, tell: Tell) -> None:
        assert self._task is not None
        task, self._task = self._task, None
        tell(Ended(task.group.key, (), passed=True))

    def close(self, *, at_once: bool) -> None: ...


@pytest.fixture
def job(tmp_path: Path) -> JobFile:
    (tmp_path / "in").mkdir()
    for name, size in (("small", 10), ("large", 1000), ("middle", 100)):
        (tmp_path / "in" / f"{name}.wav").write_bytes(bytes(size))
    return JobFile(tmp_path / "job.toml", ("in/*.wav",), "out", target="ebu-r128")


def test_the_ledger_knows_of_a_group_before_a_worker_does_and_the_largest_go_first(job: JobFile) -> None:
    crew = Watched(job)
    result = run_job(job, lambda settings: crew)
    assert crew.given == ["large.wav", "middle.wav", "small.wav"]
    assert [report.group.name for report in result.groups] == ["large.wav", "middle.wav", "small.wav"]
    assert {report.status for report in result.groups} == {"done"}


def test_a_run_that_is_given_up_leaves_the_group_waiting(job: JobFile) -> None:
    crew = Watched(job, fails_at=2)

    def made(settings: Settings) -> Crew:
        return crew

    with pytest.raises(KeyboardInterrupt):
        run_job(job, made)
    with LedgerReader(ledger_place(str(job.folder / "out"), job.path)) as book:
        statuses = {name: book.row(str(job.folder / "in" / f"{name}.wav")) for name in ("large", "middle", "small")}
    assert {name: None if row is None else row.status for name, row in statuses.items()} == {
        "large": "done", "middle": "waiting", "small": None,
    }  # fmt: skip
