"""A bank of a game's sounds: what stands out, comes late, is cut off or clicks as a loop."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from audiopost.media.audio_file import read_audio
from tests.recordings import recording
from tests.signals import white_noise
from tests.surface.conftest import Run, write_wave

RATE_HZ = 48_000


def step(seed: int, level: float, head_ms: float = 0.0) -> np.ndarray:
    """A footstep: noise that dies away within a fifth of a second, faded in over 1 ms."""
    time_s = np.arange(RATE_HZ // 3) / RATE_HZ
    sound = white_noise(1, time_s.size, seed=seed) * np.exp(-time_s / 0.03) * np.minimum(1.0, time_s / 0.001)
    silent = np.zeros((1, round(head_ms * RATE_HZ / 1000)), np.float32)
    return np.concatenate([silent, (level * sound).astype(np.float32)], axis=1)


def test_a_variation_that_stands_out_is_told_with_the_mend(run: Run, tmp_path: Path) -> None:
    (tmp_path / "steps").mkdir()
    for number, level in enumerate((0.3, 0.3, 0.6, 0.3), start=1):
        write_wave(tmp_path / "steps" / f"step_{number:02}.wav", step(number, level))
    write_wave(tmp_path / "steps" / "door.wav", step(9, 0.8))
    answer = run("bank", "steps")
    assert answer.code == 1
    (fault,) = [line for line in answer.out.splitlines() if ": " in line]
    assert fault.startswith("steps/step_03.wav: ")
    assert fault.endswith(" dB")
    assert " LU louder than its group (" in fault
    assert "lower it by " in fault
    assert answer.out.splitlines()[-1] == "5 sounds, 1 with faults"
    by_name = {Path(each["path"]).stem: each for each in run("bank", "steps", "--json").document["files"]}
    assert by_name["step_03"]["deviation_lu"] == pytest.approx(6.0, abs=0.7), "twice the amplitude; noise varies"
    assert by_name["door"]["deviation_lu"] is None
    assert run("bank", "steps", "--tolerance", "8").code == 0


@pytest.mark.parametrize(
    ("name", "sound", "words"),
    [
        ("late", step(1, 0.3, head_ms=40.0), "40 ms of silence before it"),
        ("long", np.pad(step(1, 0.3), ((0, 0), (0, RATE_HZ))), "ms of silence behind it: cut them"),
        ("cut", step(1, 0.3)[:, :1000], "it is cut off, "),
        ("sudden", step(1, 0.3)[:, 200:], "it begins with a step, "),
        ("hot", step(1, 0.3) / np.abs(step(1, 0.3)).max(), "true peak "),
        ("skewed", step(1, 0.3) + np.float32(0.01), "offset -40 dBFS: take it out"),
    ],
)
def test_every_fault_has_its_sentence(run: Run, tmp_path: Path, name: str, sound: np.ndarray, words: str) -> None:
    write_wave(tmp_path / f"{name}.wav", sound)
    answer = run("bank", f"{name}.wav")
    assert (answer.code, words in answer.out) == (1, True)


def test_a_loop_is_judged_by_its_seam(run: Run, tmp_path: Path) -> None:
    """A recording cut anywhere is no loop; one whose period fits is; a stated loop counts, not the file's ends."""
    tone = 0.3 * np.sin(2 * np.pi * 100.0 * np.arange(RATE_HZ + 120) / RATE_HZ).astype(np.float32)[np.newaxis]
    write_wave(tmp_path / "hum loop.wav", tone[:, :RATE_HZ])
    write_wave(tmp_path / "bad loop.wav", tone)
    good, bad = (run("bank", f"{name} loop.wav") for name in ("hum", "bad"))
    assert (good.code, bad.code) == (0, 1)
    assert "the loop clicks at 1.002 s, a step " in bad.out
    stated = tmp_path / "stated.wav"
    write_wave(stated, tone)
    loop = struct.pack("<9I", 0, 0, 20833, 60, 0, 0, 0, 1, 0) + struct.pack("<6I", 0, 0, 480, 480 + 48_000 - 481, 0, 0)
    body = stated.read_bytes() + b"smpl" + struct.pack("<I", len(loop)) + loop
    stated.write_bytes(body[:4] + struct.pack("<I", len(body) - 8) + body[8:])
    (entry,) = run("bank", stated, "--json").document["files"]
    assert (entry["seam"]["start_s"], entry["seam"]["end_s"]) == (0.01, 1.0)
    assert entry["faults"] == []


def test_recordings_and_what_is_none(run: Run, tmp_path: Path) -> None:
    samples, rate_hz = read_audio(recording())
    write_wave(tmp_path / "voice.wav", samples)
    (tmp_path / "broken.wav").write_bytes(b"RIFF no sound")
    answer = run("bank", tmp_path, "--json")
    assert answer.code == 3
    files = {Path(each["path"]).stem: each for each in answer.document["files"]}
    assert files["voice"]["duration_s"] == samples.shape[1] / rate_hz
    assert files["broken"]["error"]
    assert run("bank", tmp_path / "gone").code == 3
    (tmp_path / "empty").mkdir()
    assert run("bank", tmp_path / "empty").code == 2
