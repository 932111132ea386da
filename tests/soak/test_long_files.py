"""A programme of ten hours is measured in the memory of one of a minute."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audiopost.media.wave_chunks import wave_header
from tests.signals import white_noise
from tests.tolerances import METER_MEMORY_MIB

pytestmark = pytest.mark.soak

RATE, FRAME_BYTES = 48_000, 6


def sparse_wave(path: Path, seconds: int) -> Path:
    """Ten bursts of noise, and silence between that takes no room on the disk."""
    header = wave_header("s24", 2, RATE, 0, seconds * RATE * FRAME_BYTES)
    words = (white_noise(2, 5 * RATE).T * 2**22).astype("<i4")
    burst = words.reshape(-1, 1).view("u1").reshape(-1, 4)[:, :3].tobytes()
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + seconds * RATE * FRAME_BYTES)
        for place in range(10):
            file.seek(len(header) + seconds * RATE * place // 10 * FRAME_BYTES)
            file.write(burst)
    return path


@pytest.mark.parametrize("seconds", [60, 36_000])
def test_memory_stays_flat_from_a_minute_to_ten_hours(tmp_path: Path, seconds: int) -> None:
    path = sparse_wave(tmp_path / "long.wav", seconds)
    command = [sys.executable, "-m", "audiopost", "measure", str(path), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        answer = json.loads(process.stdout.read())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    (found,) = answer["files"]
    assert found["duration_s"] == seconds
    assert found["non_finite"]["samples"] == 0
    assert found["integrated_lufs"] is not None
    assert usage.ru_maxrss / 1024 < METER_MEMORY_MIB
