"""Control as people run it: a script without a guard, a notebook cell, Ctrl-C, SIGTERM, a kill. No process is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from audiopost.media.audio_file import open_audio
from tests import tolerances
from tests.live.sessions import alive, until, write_tone

SCRIPT = """
import sys
import numpy as np
from audiopost import effects as fx
from audiopost.graph.algebra import Graph
from audiopost.graph.node import Node
from audiopost.live.host import LiveHost

print("once", flush=True)

class Half(Node):
    name = "half"
    def prepare(self, stream):
        self.gain = np.float32(0.5)
    def process(self, block, out, *side):
        np.multiply(block, self.gain, out=out)

source, recording, statistics, seconds = sys.argv[1:]
chain = Graph.of("half", definition=Half) >> fx.gain()
host = LiveHost(chain, source=source, device="null", statistics_path=statistics)
host.record(recording)
with host:
    host.set_parameter("gain.gain_db", -6.0)
    host.wait(float(seconds))
"""

CELLS = (
    "from audiopost import effects as fx\nfrom audiopost.live.host import LiveHost\n"
    "host = LiveHost(fx.tone() >> fx.gain(), device='null')\nhost.start()",
    "frame = host.set_parameter('gain.gain_db', -3.0)",
    "host.swap(fx.noise())",
    "host.stop()",
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str, str]:
    tone = write_tone(tmp_path / "tone.wav")
    return str(tone), str(tmp_path / "heard.wav"), str(tmp_path / "live.json")


def launch(folder: Path, files: tuple[str, str, str], seconds: float) -> subprocess.Popen[str]:
    script = folder / "play.py"
    script.write_text(SCRIPT, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(script), *files, str(seconds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )


def playing_pids(statistics: str) -> list[int]:
    """The children of a session that has begun to play, as its statistics name them."""
    until(lambda: Path(statistics).exists() and read(statistics)["blocks"] > 0)
    pids = read(statistics)["pids"]
    return [pids["device"], pids["media"], *pids["engines"]]


def read(statistics: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(Path(statistics).read_text(encoding="utf-8"))
    return document


def test_a_script_without_a_guard_plays_and_runs_once(tmp_path: Path, files: tuple[str, str, str]) -> None:
    process = launch(tmp_path, files, 0.2)
    said, complained = process.communicate(timeout=tolerances.LIVE_PATIENCE_S)
    assert (process.returncode, complained) == (0, "")
    assert said == "once\n"
    with open_audio(files[1]) as heard:
        assert heard.frames > 0


def test_notebook_cells_play() -> None:
    session: dict[str, Any] = {"__name__": "__main__"}
    for cell in CELLS:
        exec(compile(cell, "<cell>", "exec"), session)
    assert session["frame"] is not None
    assert session["host"].problems == []


@pytest.mark.parametrize("fault", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_control_that_ends_leaves_no_process_and_a_whole_recording(
    tmp_path: Path, files: tuple[str, str, str], fault: signal.Signals
) -> None:
    process = launch(tmp_path, files, 600.0)
    children = playing_pids(files[2])
    assert all(map(alive, children))
    os.kill(process.pid, fault)
    process.communicate(timeout=tolerances.LIVE_STOP_S)
    until(lambda: not any(map(alive, children)), tolerances.LIVE_STOP_S)
    with open_audio(files[1]) as heard:
        assert heard.frames > 0
    assert not list(tmp_path.glob(".*heard*")), "a half-written recording is left"


def test_a_session_leaves_no_descriptor_behind(files: tuple[str, str, str]) -> None:
    from audiopost import effects as fx
    from audiopost.live.host import LiveHost

    def open_descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    counts = []
    for _ in range(2):
        with LiveHost(fx.gain(), source=files[0], device="null"):
            pass
        counts.append(open_descriptors())
    assert counts[0] == counts[1]
