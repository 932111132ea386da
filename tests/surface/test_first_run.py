"""What a person at a terminal sees of the first run ever, in which machine code is made; a pipe sees nothing of it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.signals import white_noise
from tests.surface.conftest import write_wave


def seen_on_a_terminal(*arguments: object, cache: Path) -> str:
    """Standard error of a process for which it is a terminal."""
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "audiopost", *map(str, arguments)]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=theirs, env=os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    )
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 4096):
            seen += piece
    except OSError:  # Linux tells the end of a terminal so
        pass
    finally:
        os.close(ours)
    assert process.wait() == 0
    return seen.decode()


def test_the_first_run_says_why_it_takes_longer_and_the_second_does_not(tmp_path: Path) -> None:
    path = write_wave(tmp_path / "noise.wav", white_noise(2, 48_000))
    assert "making machine code" in seen_on_a_terminal("measure", path, cache=tmp_path)
    assert "machine code" not in seen_on_a_terminal("measure", path, cache=tmp_path)


def test_a_pipe_hears_nothing_of_it(tmp_path: Path) -> None:
    path = write_wave(tmp_path / "noise.wav", white_noise(2, 48_000))
    command = [sys.executable, "-m", "audiopost", "measure", str(path)]
    run = subprocess.run(
        command, env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert run.stderr == ""
