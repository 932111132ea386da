"""What the disk may do to a delivery: odd names, links, read-only inputs, a full disk, a killed process."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from audiopost.jobs.normalize import normalize
from tests.programmes import write_sound
from tests.signals import tones


@pytest.mark.parametrize(
    "name",
    [
        "a mix (final) 2.wav",
        "Größe — 音声 é.wav",
        "n" * 251 + ".wav",
        "é" * 125 + ".wav",
        "-rf.wav",
        "a'b\"c$[1]*?.wav",
    ],
)
def test_names_of_every_kind(tmp_path: Path, name: str) -> None:
    source = write_sound(tmp_path / name, tones((-20.0, 1.0)))
    (result,) = normalize(source, "ebu-r128", tmp_path / "out")
    assert result.passed is True
    assert os.listdir(tmp_path / "out") == [name]


def test_the_longest_names_of_a_group_are_written_too(tmp_path: Path) -> None:
    sources = [write_sound(tmp_path / (letter * 251 + ".wav"), tones((-20.0, 1.0))) for letter in "ab"]
    (result,) = normalize(sources, "ebu-r128", tmp_path / "out", group="album")
    assert result.passed is True, result.reason


def test_a_read_only_input_in_a_read_only_folder_is_read_and_its_output_can_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    source = write_sound(folder / "a.wav", tones((-20.0, 1.0)))
    source.chmod(0o444)
    folder.chmod(0o555)
    try:
        for round_ in ("first", "second"):  # the second time it is copied as it is
            (result,) = normalize(source, "ebu-r128", tmp_path / round_)
            assert result.passed is True
            source = tmp_path / round_ / "a.wav"
            assert source.stat().st_mode & 0o200
    finally:
        folder.chmod(0o755)


@pytest.mark.parametrize("where", ["elsewhere", "nowhere"])
def test_a_link_as_output_is_replaced_and_what_it_points_to_is_untouched(tmp_path: Path, where: str) -> None:
    source = write_sound(tmp_path / "a.wav", tones((-20.0, 1.0)))
    out = tmp_path / "out"
    out.mkdir()
    pointed = tmp_path / where
    if where == "elsewhere":
        pointed.write_bytes(b"precious")
    (out / "a.wav").symlink_to(pointed)
    (result,) = normalize(source, "ebu-r128", out, exists="replace")
    assert result.passed is True
    assert not (out / "a.wav").is_symlink()
    assert not pointed.exists() or pointed.read_bytes() == b"precious"


def test_a_link_to_an_input_as_output_does_not_lead_to_the_input(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", tones((-20.0, 1.0)))
    before = source.read_bytes()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.wav").symlink_to(source)
    normalize(source, "ebu-r128", tmp_path / "out", exists="replace")
    assert source.read_bytes() == before


RUN = (
    "import sys; from audiopost.jobs.normalize import normalize; "
    "normalize(sys.argv[3:], sys.argv[1], sys.argv[2], group='stems', exists='replace')"
)


def test_a_process_killed_at_any_moment_leaves_old_files_or_finished_ones(tmp_path: Path) -> None:
    """From outside, at moments spread over a whole run; and the next run makes all of them new."""
    sources = [write_sound(tmp_path / f"{name}.wav", tones((-32.0, 20.0))) for name in "dme"]

    def command(target: str, folder: Path) -> list[str]:
        return [sys.executable, "-c", RUN, target, str(folder), *map(str, sources)]

    out = tmp_path / "out"
    begin = time.monotonic()
    subprocess.run(command("ebu-r128", tmp_path / "new"), check=True)
    whole_s = time.monotonic() - begin
    new = {path.name: (tmp_path / "new" / path.name).read_bytes() for path in sources}
    normalize(sources, "atsc-a85-short", out, group="stems")
    old = {path.name: (out / path.name).read_bytes() for path in sources}
    for share in (0.5, 0.7, 0.85, 0.95):
        process = subprocess.Popen(command("ebu-r128", out))
        try:
            process.wait(share * whole_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert all((out / name).read_bytes() in (old[name], new[name]) for name in old)
    subprocess.run(command("ebu-r128", out), check=True)
    assert {name: (out / name).read_bytes() for name in new} == new
