"""``live`` on the null device: what it writes, what it obeys, how it ends."""

import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from audiopost.media.audio_file import open_audio
from tests.surface.conftest import Run
from tests.tolerances import LIVE_PATIENCE_S

NULL = ("--output-device", "null")

STATISTICS = {
    "sample_rate_hz", "block_frames", "blocks", "xruns", "deadline_misses", "engine_restarts", "swaps", "quarantined",
    "round_trip_us", "load", "latency_ms", "non_finite_blocks", "pids",
}  # fmt: skip


def test_a_file_is_played_and_recorded(tone: Path, run: Run, tmp_path: Path) -> None:
    answer = run("live", tone, "--chain", "broadcast-limiter", *NULL, "--record", "take.wav", "--stats", "stats.json")
    assert answer.code == 0
    assert "recorded: take.wav" in answer.out
    with open_audio(tmp_path / "take.wav") as take:
        assert take.frames >= 96_000
    statistics = json.loads((tmp_path / "stats.json").read_text(encoding="utf-8"))
    assert set(statistics) >= STATISTICS
    assert set(statistics["pids"]) == {"control", "device", "engines"} | set(statistics["pids"])
    assert statistics["blocks"] * statistics["block_frames"] >= 96_000


def test_lines_of_standard_input_work_on_the_sound(tone: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "glue.threshold_db=-20\nglue.threshold=1\nnonsense\nb\na\nq\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    call = ("live", tone, "--chain", "broadcast-limiter", "--b", "film-room", *NULL, "--loop", ":", "--stats", "s.json")
    answer = run(*call, "--block", 256)
    assert answer.code == 0
    assert "unknown parameter 'threshold'; did you mean threshold_db" in answer.err
    assert "'nonsense' is no command here; NODE.PARAM=VALUE, a, b, undo, quit ..." in answer.err
    statistics = json.loads(Path("s.json").read_text(encoding="utf-8"))
    assert (statistics["block_frames"], statistics["swaps"]) == (256, 2)


def test_safe_mode_states_its_block_and_the_cap_can_be_lifted(tone: Path, run: Run) -> None:
    call = ("live", tone, "--chain", "worldising-wall", *NULL, "--block", 480, "--duration", 0.3, "--stats", "s.json")
    latencies = []
    for more in ((), ("--safe", "--cap", "off", "--speed", "-0.5")):
        answer = run(*call, *more)
        assert answer.code == 0
        latencies.append(json.loads(Path("s.json").read_text(encoding="utf-8"))["latency_ms"]["graph"])
    assert latencies[1] - latencies[0] == pytest.approx(10.0)


def test_a_wrong_device_is_named_with_what_there_is(tone: Path, run: Run) -> None:
    answer = run("live", tone, "--chain", "film-room", "--output-device", "No Such Card")
    assert answer.code in (2, 4)
    assert "No Such Card" in answer.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("missing.wav", "--chain", "film-room"), 3),
        (("tone.wav", "--chain", "film-rom"), 2),
        (("tone.wav", "--chain", "film-room", "--block", "7"), 2),
        (("tone.wav", "--chain", "film-room", "--cap", "loud"), 2),
        (("tone.wav", "--chain", "film-room", "--speed", "0"), 2),
        (("tone.wav", "--chain", "film-room", "--set", "room.decay=1"), 2),
    ],
)
def test_what_is_wrong_is_told_before_anything_plays(
    arguments: tuple[str, ...], code: int, tone: Path, run: Run, tmp_path: Path
) -> None:
    answer = run("live", *arguments, *NULL, "--record", "take.wav")
    assert answer.code == code
    assert answer.message
    assert [path.name for path in tmp_path.iterdir()] == [tone.name]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_completes_the_recording(number: signal.Signals, tone: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "audiopost", "live", tone.name, "--chain", "music-bed", *NULL, "--loop", ":"]
    playing = subprocess.Popen(
        [*command, "--record", "take.wav", "--stats", "stats.json"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_for_a_second_of_sound(tmp_path / "stats.json", playing)
        playing.send_signal(number)
        _, said = playing.communicate(timeout=LIVE_PATIENCE_S)
    finally:
        playing.kill()
    assert playing.returncode == 130
    assert said.splitlines()[-1] == "audiopost: interrupted"
    with open_audio(tmp_path / "take.wav") as take:
        assert take.frames > 4_800


def wait_for_a_second_of_sound(statistics: Path, playing: "subprocess.Popen[str]") -> None:
    """Until the statistics, renewed once a second, tell of some blocks."""
    while playing.poll() is None:
        if statistics.exists() and json.loads(statistics.read_text(encoding="utf-8"))["frames"] > 4_800:
            return
        try:
            playing.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(playing.communicate())
