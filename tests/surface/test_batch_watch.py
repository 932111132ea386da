"""A hot folder: files are taken when they are whole, failures lie aside with the reason, SIGTERM ends it cleanly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.batch_material import contents, write_scenes


class Watch:
    """A run that watches, and the lines it tells."""

    def __init__(self, job: Path) -> None:
        command = [sys.executable, "-m", "audiopost", "batch", str(job), "--watch", "--settle", "0.3", "--jobs", "1"]
        self.process = subprocess.Popen(
            [*command, "--progress", "json"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )

    def next(self, event: str) -> dict[str, Any]:
        """The next event of that kind."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if line.startswith("{") and (found := json.loads(line))["event"] == event:
                assert isinstance(found, dict)
                return found
        raise AssertionError(f"it ended before {event!r}")


@contextmanager
def watching(job: Path) -> Iterator[Watch]:
    watch = Watch(job)
    try:
        yield watch
    finally:
        watch.process.kill()
        watch.process.wait()
        assert watch.process.stderr is not None
        watch.process.stderr.close()


def test_files_are_done_as_they_come_and_failures_lie_aside(tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    (tmp_path / "ready").mkdir()
    job = tmp_path / "job.toml"
    job.write_text('inputs = ["drop/**/*.wav"]\ntarget = "ebu-r128"\noutput = "out"\n')
    first, second, third = write_scenes(tmp_path / "ready", 3, stems=("dx",))
    third.write_bytes(b"junk")
    with watching(job) as watch:
        os.replace(first, tmp_path / "drop" / first.name)
        assert watch.next("ended")["status"] == "done"
        grow(second, tmp_path / "drop" / second.name)
        assert watch.next("ended")["status"] == "done"  # once, when it was whole
        os.replace(third, tmp_path / "drop" / third.name)
        assert watch.next("ended")["status"] == "failed"
        os.replace(tmp_path / "drop" / first.name, tmp_path / "drop" / "again.wav")
        assert watch.next("ended")["status"] == "done"  # by then the failure lies aside
        watch.process.send_signal(signal.SIGTERM)
        assert watch.process.wait(60.0) == 0
    assert sorted(contents(tmp_path / "out")) == ["again.wav", first.name, second.name]
    aside = tmp_path / "drop" / "failed"
    assert sorted(path.name for path in aside.iterdir()) == [third.name, f"{third.name}.txt"]
    assert "no sound file" in (aside / f"{third.name}.txt").read_text()
    assert not list((tmp_path / "out" / ".audiopost").glob("*.work/*"))


def grow(source: Path, place: Path) -> None:
    """Copy a file piece by piece, as a slow machine would; each piece makes a file that could be read."""
    data = source.read_bytes()
    with place.open("wb") as file:
        for start in range(0, len(data), 50_000):
            file.write(data[start : start + 50_000])
            file.flush()
            os.fsync(file.fileno())
