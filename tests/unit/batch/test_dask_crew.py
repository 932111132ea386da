"""A cluster of real processes on loopback: workers die, the scheduler restarts, and one worker lacks a plug-in."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from audiopost.batch.crew import Crew, SerialCrew
from audiopost.batch.dask_crew import DaskCrew
from audiopost.batch.plan import PlannedGroup
from audiopost.batch.run import GroupReport, RunResult, run_job
from audiopost.batch.work import Settings
from audiopost.errors import DeviceError
from audiopost.library.job_file import load_job
from tests.batch_material import contents, write_scenes
from tests.system import require_path

SCENES = 6


class Cluster:
    """A scheduler on a port of its own, and workers of one thread."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._folder = folder
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--dashboard-address", "127.0.0.1:0"
        )
        self.workers: list[subprocess.Popen[bytes]] = []

    def hire(self, **environment: str) -> None:
        """One more worker, with further environment variables."""
        place = str(self._folder / f"worker-{len(self.workers)}")
        options = ["--nthreads", "1", "--no-nanny", "--dashboard-address", "127.0.0.1:0", "--local-directory", place]
        self.workers.append(self._start("worker", self.address, *options, **environment))

    def restart(self, workers: int) -> None:
        """The scheduler and all workers are killed; others come in their place."""
        for process in (self.scheduler, *self.workers):
            process.kill()
            process.wait()
        self.workers.clear()
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--dashboard-address", "127.0.0.1:0"
        )
        for _ in range(workers):
            self.hire()

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _start(self, role: str, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", role, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    made = Cluster(folder)
    try:
        for _ in range(workers):
            made.hire()
        yield made
    finally:
        made.close()


class AtFirstEnd:
    """A listener that does something once, when the first group is through."""

    def __init__(self, deed: Callable[[], None]) -> None:
        self._deed = deed
        self.ends = self.advances = 0

    def begun(self, groups: int, size: int, workers: int) -> None: ...

    def started(self, group: PlannedGroup, worker: str) -> None: ...

    def advanced(self, group: PlannedGroup, fraction: float, words: str) -> None:
        self.advances += 1

    def ended(self, report: GroupReport, size: int) -> None:
        self.ends += 1
        if self.ends == 1:
            self._deed()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster")
    write_scenes(folder / "stems", SCENES, stems=("dx", "mx"))
    return folder


def deliver(folder: Path, name: str, crew: Callable[[Settings], Crew], deed: Callable[[], None]) -> RunResult:
    """The job of these tests, its outputs in a folder of that name."""
    job = folder / f"{name}.toml"
    job.write_text(
        'inputs = ["stems/*.wav"]\npattern = "{scene}_{stem}.wav"\ngroup_by = "scene"\ntarget = "ebu-r128"\n'
        f'output = "{name}/"\n'
    )
    listener = AtFirstEnd(deed)
    result = run_job(load_job(job), crew, listener=listener)
    assert listener.advances, "nothing was told of how far the files are"
    return result


@pytest.fixture(scope="module")
def serially(library: Path) -> dict[str, str]:
    deliver(library, "serial", SerialCrew, lambda: None)
    return contents(library / "serial")


def test_one_cluster_through_four_misfortunes(
    library: Path, serially: dict[str, str], private_plugin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a row, for a cluster takes seconds to start; each step is told by what it asserts."""
    monkeypatch.setenv("AUDIOPOST_PLUGIN_PATH", "")
    with cluster(tmp_path, 1) as made:
        monkeypatch.setenv("AUDIOPOST_PLUGIN_PATH", str(private_plugin.parent))
        made.hire()

        # One worker lacks the plug-in: the other does it all.
        assert through_plugin(library, tmp_path / "one", made) == {("done", "")}
        assert len(contents(tmp_path / "one" / "out")) == SCENES

        # A worker is killed in the middle.
        result = deliver(
            library, "killed", lambda settings: DaskCrew(settings, made.address), lambda: made.workers[1].kill()
        )
        assert [report.status for report in result.groups] == ["done"] * SCENES
        assert contents(library / "killed") == serially
        assert len(serially) == 2 * SCENES

        # The worker that is left lacks the plug-in: a clear failure, and nothing written.
        assert through_plugin(library, tmp_path / "none", made) == {("failed", "PluginLoadError")}
        assert not contents(tmp_path / "none" / "out")

        # The scheduler and its worker are killed in the middle, and others come in their place.
        told: list[str] = []
        result = deliver(
            library,
            "restarted",
            lambda settings: DaskCrew(settings, made.address, tell_of_trouble=told.append),
            lambda: made.restart(1),
        )
        assert [report.status for report in result.groups] == ["done"] * SCENES
        assert contents(library / "restarted") == serially
        assert "lost" in told[0]


@pytest.fixture
def private_plugin(tmp_path: Path) -> Path:
    """A VST3 under a name that is found in one folder only."""
    original = require_path("/usr/lib/vst3/ZamComp.vst3", package="zam-plugins")
    bundle = tmp_path / "private" / "OnlyHere.vst3"
    shutil.copytree(original, bundle)
    (binary,) = bundle.rglob("ZamComp.so")
    binary.rename(binary.with_name("OnlyHere.so"))
    return bundle


def through_plugin(library: Path, folder: Path, made: Cluster) -> set[tuple[str, str]]:
    """A job through the private plug-in: what became of its groups, and the kinds of their errors."""
    folder.mkdir()
    (folder / "chain.toml").write_text(
        'schema = 1\nchain = ["x"]\n[nodes.x]\neffect = "plugin"\npath = "OnlyHere.vst3"\n'
    )
    job = folder / "job.toml"
    job.write_text(f'inputs = ["{library}/stems/*_dx.wav"]\nchain = "./chain.toml"\noutput = "out"\n')
    result = run_job(load_job(job), lambda settings: DaskCrew(settings, made.address))
    return {(report.status, report.row.error_kind) for report in result.groups}


def test_no_scheduler_is_a_clear_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audiopost.batch.dask_crew._CONNECT_S", 0.5)
    with pytest.raises(DeviceError, match="no scheduler answers"):
        DaskCrew(Settings(staging="unused"), "tcp://127.0.0.1:9")
