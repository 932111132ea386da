"""A library in an object store: moto's server, which speaks S3 over HTTP, asked through s3fs.

Skipped where they are not installed, on CI too: botocore, which both stand on, wants python-dateutil 2, and
constraints.txt has 4. `pip install s3fs 'moto[server]'` in an environment of its own brings them.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from audiopost.batch.crew import SerialCrew
from audiopost.batch.pool import ProcessCrew
from audiopost.batch.run import run_job
from audiopost.jobs.job import Stage
from audiopost.jobs.programme import Programme
from audiopost.jobs.programme_level import measure_programme
from audiopost.library.job_file import load_job
from tests.batch_material import write_scenes
from tests.tolerances import DELIVERED_LOUDNESS_LU

SERVER = """
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%s" % server.get_host_and_port(), flush=True)
input()
"""
"""It ends with its standard input."""

JOB = """inputs = ["s3://film/**/*.wav"]
pattern = "{scene}_{stem}.wav"
group_by = "scene"
target = "ebu-r128"
output = "s3://delivered/{tree}/{name}"
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Two empty buckets, ``film`` and ``delivered``."""
    if find_spec("s3fs") is None or find_spec("moto") is None:
        pytest.skip("s3fs and moto are missing: pip install s3fs 'moto[server]', in an environment of its own")
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    assert server.stdin is not None
    try:
        url = server.stdout.readline().strip()
        for name, value in (
            ("AWS_ENDPOINT_URL", url), ("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x"),
            ("AWS_DEFAULT_REGION", "us-east-1"), ("AUDIOPOST_STATE_DIR", str(tmp_path / "state")),
        ):  # fmt: skip
            monkeypatch.setenv(name, value)
        import s3fs

        system = s3fs.S3FileSystem(skip_instance_cache=True)
        for bucket in ("film", "delivered"):
            system.mkdir(bucket)
        yield system
    finally:
        server.kill()
        server.wait()
        server.stdin.close()
        server.stdout.close()


def deliver(folder: Path, **how: Any) -> dict[str, str]:
    """What became of every scene."""
    job = folder / "job.toml"
    job.write_text(JOB, encoding="utf-8")
    result = run_job(load_job(job), how.pop("crew", SerialCrew), **how)
    return {report.group.key: report.status for report in result.groups}


@pytest.mark.soak
@pytest.mark.filterwarnings("default")  # of boto's: nothing of ours warns here
def test_a_library_in_an_object_store_is_delivered_resumed_and_mended(store: Any, tmp_path: Path) -> None:
    stems = write_scenes(tmp_path / "local", 3, stems=("dx", "mx"))
    for path in stems:
        store.put_file(str(path), f"film/reel 1/{path.name}")
    done = {f"scene=sc{scene:03d}": "done" for scene in range(3)}
    skipped = dict.fromkeys(done, "skipped")
    assert deliver(tmp_path, crew=lambda settings: ProcessCrew(settings, 2)) == done
    assert sorted(store.find("delivered")) == [f"delivered/reel 1/{path.name}" for path in stems]
    assert deliver(tmp_path) == skipped
    assert deliver(tmp_path, verify=True) == skipped

    (longer,) = write_scenes(tmp_path / "local", 1, stems=("dx",), seconds=1.5)
    store.put_file(str(longer), f"film/reel 1/{longer.name}")
    store.rm("delivered/reel 1/sc001_mx.wav")
    store.pipe_file("film/reel 1/sc002_mx.wav", b"junk")
    assert deliver(tmp_path) == {**done, "scene=sc002": "failed"}

    names = [path.name for path in stems if "sc000" in path.name]
    for name in names:
        store.get_file(f"delivered/reel 1/{name}", str(tmp_path / name))
    with Programme([tmp_path / name for name in names]) as programme:
        level = measure_programme(programme, Stage(None, ""))
    assert level.loudness.integrated_lufs == pytest.approx(-23.0, abs=DELIVERED_LOUDNESS_LU)
