"""Worker processes that die, hang or are killed cost what they had in work, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audiopost.batch.crew import SerialCrew
from audiopost.batch.plan import PlannedFile, PlannedGroup
from audiopost.batch.pool import FILE_BYTES, LEAST_BYTES, ProcessCrew
from audiopost.batch.run import RunResult, run_job
from audiopost.batch.work import Settings, Task
from audiopost.errors import UsageError
from audiopost.library.job_file import load_job
from tests.batch_material import contents, write_scenes
from tests.programmes import write_sound
from tests.unit.batch.deadly_effect import MARK

FILES = 6
MARKED = "sc003_dx.wav"


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six short files; the first sample of one is the mark that the deadly effects wait for."""
    folder = tmp_path_factory.mktemp("pool")
    for path in write_scenes(folder / "in", FILES, seconds=0.3, stems=("dx",)):
        if path.name == MARKED:
            marked = np.full((2, 14_400), 0.01, np.float32)
            marked[:, 0] = MARK
            write_sound(path, marked, bits="32f")
    return folder


def run_through(effect: str, sounds: Path, folder: Path, *, workers: int = 2, patience_s: float = 60.0) -> RunResult:
    """A job through one effect, with worker processes."""
    folder.mkdir(exist_ok=True)
    (folder / "chain.toml").write_text(f'schema = 1\nchain = ["x"]\n[nodes.x]\neffect = "{effect}"\n')
    (folder / "job.toml").write_text(
        f'inputs = ["{sounds}/in/*.wav"]\noutput = "out"\nchain = "./chain.toml"\n'
        f'effects = ["{Path(__file__).with_name("deadly_effect.py")}"]\n'
    )
    job = load_job(folder / "job.toml")
    return run_job(job, lambda settings: ProcessCrew(settings, workers, patience_s=patience_s))


def outcome(result: RunResult) -> dict[str, list[str]]:
    """Names of the files by what became of them."""
    found: dict[str, list[str]] = {}
    for report in result.groups:
        found.setdefault(report.status, []).append(report.group.name)
    return found


def test_a_segfault_costs_that_file_only(sounds: Path, tmp_path: Path) -> None:
    result = run_through("segfaults", sounds, tmp_path)
    assert outcome(result)["failed"] == [MARKED]
    assert len(outcome(result)["done"]) == FILES - 1
    (failed,) = [report.row for report in result.groups if report.status == "failed"]
    assert failed.error_kind == "PluginCrashError"
    assert failed.error == f"{MARKED}: the worker ended (SIGSEGV) in x"
    assert MARKED not in contents(tmp_path / "out")
    assert not list((tmp_path / "out" / ".audiopost").glob("*.work/*"))


def test_a_hang_is_ended_and_costs_that_file_only(sounds: Path, tmp_path: Path) -> None:
    result = run_through("hangs", sounds, tmp_path, patience_s=4.0)
    assert outcome(result)["failed"] == [MARKED]
    (failed,) = [report.row for report in result.groups if report.status == "failed"]
    assert (failed.error_kind, failed.error) == ("PluginTimeoutError", f"{MARKED}: no sign of progress for 4 s in x")


def test_a_worker_that_is_killed_is_replaced_and_the_file_is_done(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIOPOST_TEST_TOKEN", str(tmp_path / "token"))
    result = run_through("dies_once", sounds, tmp_path, workers=1)
    assert outcome(result) == {"done": [f"sc{scene:03d}_dx.wav" for scene in range(FILES)]}
    assert (tmp_path / "token").exists()


def test_one_worker_two_workers_and_none_make_the_same_files(tmp_path: Path) -> None:
    write_scenes(tmp_path / "in", 2, seconds=1.0)
    (tmp_path / "chain.toml").write_text('schema = 1\nchain = ["x"]\n[nodes.x]\neffect = "pedalboard.Chorus"\n')
    made = []
    for name, crew in (
        ("serial", SerialCrew),
        ("one", lambda settings: ProcessCrew(settings, 1)),
        ("two", lambda settings: ProcessCrew(settings, 2, memory_bytes=10 * LEAST_BYTES)),
    ):
        (tmp_path / f"{name}.toml").write_text(
            'inputs = ["in/*.wav"]\npattern = "{scene}_{stem}.wav"\ngroup_by = "scene"\n'
            f'target = "ebu-r128"\nchain = "./chain.toml"\noutput = "{name}"\n'
        )
        run_job(load_job(tmp_path / f"{name}.toml"), crew)
        made.append(contents(tmp_path / name))
    assert len(made[0]) == 10
    assert made[0] == made[1] == made[2]


def task(files: int) -> Task:
    return Task(PlannedGroup("g", "stems", tuple(PlannedFile(f"{n}.wav", f"out/{n}.wav") for n in range(files))))


def test_memory_bounds_how_many_work_at_once() -> None:
    settings = Settings(staging="unused")
    assert ProcessCrew(settings, 8, memory_bytes=3 * LEAST_BYTES).workers == 3
    assert ProcessCrew(settings, 8, memory_bytes=1).workers == 1
    with ProcessCrew(settings, 8, memory_bytes=2 * LEAST_BYTES + FILE_BYTES) as crew:
        assert crew.has_room(task(100))  # alone, the largest group is tried all the same
        crew.give(task(2))
        assert crew.has_room(task(1))
        assert not crew.has_room(task(2))


def test_workers_that_cannot_start_end_the_run_with_their_words(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise RuntimeError('this file is broken')\n")
    with (
        ProcessCrew(Settings(staging=str(tmp_path), effects=(broken,)), 1) as crew,
        pytest.raises(UsageError, match=r"workers cannot start.*broken"),
    ):
        give_for_ever(crew)


def give_for_ever(crew: ProcessCrew) -> None:
    """What a run does whose tasks are lost again and again."""
    told: list[object] = []
    while True:
        if not crew.busy:
            crew.give(task(1))
        crew.wait(told.append)
