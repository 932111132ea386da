"""Wrong and odd files: one line on standard error, the right exit code, and nothing half-written."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.signals import white_noise
from tests.surface.conftest import Answer, Run, write_wave
from tests.surface.odd_files import Make, half_of_a_file, no_numbers, with_length, within_a_frame
from tests.system import absent, require_root

WRONG: dict[str, tuple[Make, str]] = {
    "missing": (lambda path: None, "no such file"),
    "a folder": (lambda path: path.mkdir(), "this is a folder, not a file"),
    "zero bytes": (lambda path: path.touch(), "the file is empty"),
    "text": (lambda path: path.write_text("no sound\n" * 20), "no sound file"),
    "half a header": (lambda path: path.write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00"), "header"),
    "0 frames": (lambda path: write_wave(path, white_noise(2, 0)), "no sound (0 frames)"),
}


ODD: dict[str, tuple[Make, str]] = {
    "truncated": (half_of_a_file, "the file breaks off"),
    "an end within a frame": (within_a_frame, "the file breaks off"),
    "a header that promises less": (with_length(24_000), "promises 0.250 s of sound, the file holds 1.000 s"),
    "a header that promises more": (with_length(960_000), "promises 10.000 s of sound, the file holds 1.000 s"),
    "a header that leaves the length open": (with_length(0), "leaves the length open"),
    "NaN and infinity": (no_numbers, "11 samples are no numbers"),
    "192 kHz": (lambda path: write_wave(path, white_noise(2, 96_000), 192_000), ""),
    "8 kHz": (lambda path: write_wave(path, white_noise(1, 8_000), 8_000), ""),
    "64 channels": (lambda path: write_wave(path, white_noise(64, 24_000)), "64 channels without a layout"),
}

SOUNDLESS: dict[str, tuple[Make, str]] = {
    "1 frame": (lambda path: write_wave(path, white_noise(2, 1)), "undefined"),
    "100 ms": (lambda path: write_wave(path, white_noise(2, 4_800)), "undefined"),
    "silence": (lambda path: write_wave(path, np.zeros((2, 48_000), np.float32)), "undefined"),
}

CALLS: dict[str, tuple[str, ...]] = {
    "measure": ("measure", "in.wav", "--json"),
    "check": ("check", "in.wav", "--target", "ebu-r128", "--json"),
    "normalize": ("normalize", "in.wav", "--target", "ebu-r128", "--output", "out", "--mode", "limit", "--json"),
    "render": ("render", "in.wav", "out.wav", "--chain", "broadcast-limiter", "--json"),
}


def written(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")} - {"in.wav"}


def told(answer: Answer, words: str) -> bool:
    return (answer.err == "") if not words else (words in answer.message)


@pytest.mark.parametrize("command", CALLS)
@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_file_is_exit_code_3(kind: str, command: str, run: Run, tmp_path: Path) -> None:
    make, words = WRONG[kind]
    make(tmp_path / "in.wav")
    answer = run(*CALLS[command])
    assert answer.code == 3
    assert answer.message.startswith("audiopost: in.wav: ")
    assert words in answer.message
    assert written(tmp_path) == set()


@pytest.mark.parametrize("command", CALLS)
@pytest.mark.parametrize("kind", ODD)
def test_an_odd_file_is_used_and_told(kind: str, command: str, run: Run, tmp_path: Path) -> None:
    make, words = ODD[kind]
    make(tmp_path / "in.wav")
    answer = run(*CALLS[command])
    assert answer.code == (1 if command == "check" else 0)
    assert told(answer, words)
    assert isinstance(answer.document, dict)
    assert written(tmp_path) == {"normalize": {"out", "out/in.wav"}, "render": {"out.wav"}}.get(command, set())


@pytest.mark.parametrize("command", CALLS)
@pytest.mark.parametrize("kind", SOUNDLESS)
def test_a_file_without_loudness_gets_no_made_up_number(kind: str, command: str, run: Run, tmp_path: Path) -> None:
    make, words = SOUNDLESS[kind]
    make(tmp_path / "in.wav")
    answer = run(*CALLS[command])
    assert answer.code == {"check": 1, "normalize": 1}.get(command, 0)
    assert told(answer, "" if command == "render" else words)
    if command == "measure":
        assert answer.document["files"][0]["integrated_lufs"] is None
    assert written(tmp_path) == ({"out.wav"} if command == "render" else set())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--chain", "film-rom"], "unknown chain 'film-rom'; did you mean film-room"),
        (["--chain", "missing.toml"], "missing.toml: no such file"),
        (["--chain", "film-room", "--set", "rom.decay_s=1"], "unknown node 'rom'; did you mean room"),
        (["--chain", "film-room", "--set", "room.decay=1"], "unknown parameter 'decay'; did you mean decay_s"),
        (["--chain", "film-room", "--set", "room.decay_s=1e9"], "decay_s = 1e+09 s is out of range; allowed:"),
        (["--chain", "film-room", "--set", "room.decay_s=nan"], "decay_s = nan s is out of range"),
        (["--chain", "film-room", "--set", "room.decay_s=long"], "decay_s = 'long' is not a value"),
        (["--chain", "cycle.toml"], "the graph runs in a circle: a -> b -> a"),
        (["--chain", "keys.toml"], "keys.toml:5: nodes.a.gain: unknown key 'gain'; did you mean gain_db"),
        (["--chain", "effect.toml"], "effect.toml:4: nodes.a.effect: unknown effect 'gian'; did you mean gain"),
        (["--chain", "film-room", "--bits", "17"], "'17' is not one of"),
        (["--chain", "film-room", "--format", "wax"], "unknown"),
    ],
)
def test_a_wrong_chain_is_exit_code_2(arguments: list[str], words: str, tone: Path, run: Run, tmp_path: Path) -> None:
    node = '[nodes.{}]\neffect = "gain"\n'
    wire = '[[edges]]\nfrom = "{}"\nto = "{}"\n'
    circle = [wire.format(*ends) for ends in (("a", "b"), ("b", "a"), ("input", "a"), ("b", "output"))]
    presets = {
        "cycle.toml": "schema = 1\n" + node.format("a") + node.format("b") + "".join(circle),
        "keys.toml": 'schema = 1\nchain = ["a"]\n' + node.format("a") + "gain = 3\n",
        "effect.toml": 'schema = 1\nchain = ["a"]\n[nodes.a]\neffect = "gian"\n',
    }
    for name, text in presets.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    answer = run("render", tone, "out.wav", *arguments)
    assert answer.code == 2
    assert words in answer.message
    assert not (tmp_path / "out.wav").exists()


def test_an_input_is_never_overwritten(tone: Path, run: Run, tmp_path: Path) -> None:
    before = tone.read_bytes()
    assert run("render", tone, tone, "--chain", "film-room", "--exists", "replace").code in (2, 3)
    assert run("normalize", tone, "--target", "ebu-r128", "--output", ".", "--exists", "replace").code in (2, 3)
    assert tone.read_bytes() == before
    assert written(tmp_path) == {"tone.wav"}


def test_an_output_that_is_there_stays_as_it_is(tone: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "out.wav").write_text("mine")
    answer = run("render", tone, "out.wav", "--chain", "film-room")
    assert answer.code == 3
    assert "out.wav" in answer.message
    assert (tmp_path / "out.wav").read_text() == "mine"


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    require_root("mounts a small tmpfs")
    folder = tmp_path / "full"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        absent("this machine does not let root mount a tmpfs (a container without that right)")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_nothing_half_written(tone: Path, full_disk: Path, run: Run) -> None:
    for command in (
        ("render", tone, full_disk / "out.wav", "--chain", "film-room"),
        ("normalize", tone, "--target", "ebu-r128", "--output", full_disk / "out"),
    ):
        answer = run(*command)
        assert answer.code == 3
        assert (
            "No space left" in answer.message or "no space left" in answer.message or "disk is full" in answer.message
        )
        assert list(full_disk.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs the permissions of POSIX")
def test_a_folder_that_cannot_be_written(tone: Path, run: Run, tmp_path: Path) -> None:
    folder = Path("/proc/audiopost") if os.geteuid() == 0 else tmp_path / "locked"
    if os.geteuid() != 0:
        folder.mkdir(mode=0o500)
    for command in (
        ("render", tone, folder / "out.wav", "--chain", "film-room"),
        ("normalize", tone, "--target", "ebu-r128", "--output", folder / "out"),
    ):
        answer = run(*command)
        assert answer.code == 3
        assert answer.message


def test_a_file_name_that_is_no_text_is_measured(tone: Path, run: Run, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"caf\xe9.wav")
    odd.write_bytes(tone.read_bytes())
    assert run("measure", odd, "--json").document["files"][0]["integrated_lufs"] is not None
    assert run("measure", odd).code == 0
