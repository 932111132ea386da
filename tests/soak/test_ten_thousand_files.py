"""Ten thousand short files: memory stays flat, and every file comes out once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from audiopost.batch.plan import PlannedGroup
from audiopost.batch.pool import ProcessCrew
from audiopost.batch.run import GroupReport, run_job
from audiopost.batch.work import Settings
from audiopost.batch.worker import resident_bytes
from audiopost.library.job_file import load_job
from tests.batch_material import contents, write_scenes

FILES = 10_000
WARM = 2_000
"""Files after which every buffer has been made."""

MOST_GROWTH_BYTES = 25_000_000
"""From there to the end: the report of a run holds about 1 kB a file, the rest is the allocator's."""


class Memory:
    """A listener that reads how much memory submitter and workers hold."""

    def __init__(self) -> None:
        self.crew: ProcessCrew | None = None
        self.ends = 0
        self.readings: dict[int, int] = {}

    def made(self, settings: Settings) -> ProcessCrew:
        self.crew = ProcessCrew(settings, 2)
        return self.crew

    def begun(self, groups: int, size: int, workers: int) -> None: ...

    def started(self, group: PlannedGroup, worker: str) -> None: ...

    def advanced(self, group: PlannedGroup, fraction: float, words: str) -> None: ...

    def ended(self, report: GroupReport, size: int) -> None:
        assert report.status == "done", report.row.error
        self.ends += 1
        if self.ends in (WARM, FILES):
            assert self.crew is not None
            pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.crew.pids)
            self.readings[self.ends] = resident_bytes() + pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.soak
def test_memory_stays_flat(tmp_path: Path) -> None:
    (first,) = write_scenes(tmp_path / "one", 1, seconds=0.1, stems=("dx",))
    (tmp_path / "in").mkdir()
    for number in range(FILES):
        shutil.copyfile(first, tmp_path / "in" / f"{number:05d}.wav")
    (tmp_path / "chain.toml").write_text('schema = 1\nchain = ["x"]\n[nodes.x]\neffect = "gain"\ngain_db = -3.0\n')
    (tmp_path / "job.toml").write_text('inputs = ["in/*.wav"]\nchain = "./chain.toml"\noutput = "out"\n')
    memory = Memory()
    result = run_job(load_job(tmp_path / "job.toml"), memory.made, listener=memory)
    assert len(result.groups) == FILES
    made = contents(tmp_path / "out")
    assert len(made) == FILES
    assert len(set(made.values())) == 1
    assert memory.readings[FILES] - memory.readings[WARM] < MOST_GROWTH_BYTES, memory.readings
