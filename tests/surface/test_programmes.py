"""Channel files and films on the command line: measured, judged, normalised and rendered as programmes."""

from pathlib import Path

import numpy as np
import pytest

from tests.films import film, packet_hashes
from tests.signals import tones
from tests.surface.conftest import Run, write_wave


@pytest.fixture
def pair(tmp_path: Path) -> list[str]:
    for label in ("L", "R"):
        write_wave(tmp_path / f"mix.{label}.wav", tones((-20.0, 2.0), channels=1))
    return ["mix.L.wav", "mix.R.wav"]


def test_channel_files_are_normalised_as_one_programme(run: Run, pair: list[str], tmp_path: Path) -> None:
    answer = run("normalize", *pair, "--target", "ebu-r128", "--output", "out", "--json")
    assert (answer.code, answer.err) == (0, "")
    (group,) = answer.document["groups"]
    (file,) = group["files"]
    assert file["path"] == "mix.{L,R}.wav"
    assert file["after"]["parts"] == ["out/mix.L.wav", "out/mix.R.wav"]
    assert all((tmp_path / path).exists() for path in file["after"]["parts"])
    apart = run("normalize", *pair, "--target", "ebu-r128", "--output", "apart", "--no-join", "--json").document
    assert len(apart["groups"]) == 2
    poly = run("normalize", *pair, "--target", "ebu-r128", "--output", "poly", "--kind", "poly", "--json").document
    assert poly["groups"][0]["files"][0]["output"] == "poly/mix.wav"


def test_a_folded_delivery_is_judged_as_it_is_folded(run: Run, tmp_path: Path) -> None:
    write_wave(tmp_path / "six.wav", np.tile(tones((-30.0, 2.0), channels=1), (6, 1)))
    answer = run("normalize", "six.wav", "--target", "ebu-r128", "--output", "out", "--channels", "lt-rt", "--json")
    assert answer.code == 0
    (file,) = answer.document["groups"][0]["files"]
    assert (file["before"]["layout"], file["after"]["layout"], file["after"]["channels"]) == ("5.1", "stereo", 2)


def test_a_film_goes_through_every_command(run: Run, tmp_path: Path) -> None:
    film(tmp_path / "a.mov", tones((-20.0, 2.0)), tones((-40.0, 2.0)))
    for command in (
        ("measure", "a.mov", "--track", "1"),
        ("check", "a.mov", "--track", "1", "--target", "podcast-mono"),
        ("normalize", "a.mov", "--track", "1", "--target", "ebu-r128", "--output", "out"),
        ("render", "a.mov", "new.mov", "--track", "1", "--chain", "broadcast-limiter"),
        ("render", "a.mov", "sound.wav", "--track", "2", "--chain", "broadcast-limiter"),
        ("preview", "a.mov", "--track", "1", "--service", "deezer"),
        ("report", "a.mov", "--track", "2", "--output", "a.html"),
        ("convert", "a.mov", "--track", "1", "--output", "converted", "--bits", "16"),
    ):
        answer = run(*command)
        assert answer.code == (1 if command[0] == "check" else 0), answer.err
        assert answer.err == ""
    for made in ("out/a.mov", "new.mov", "converted/a.mov"):
        assert packet_hashes(tmp_path / made, "0:v") == packet_hashes(tmp_path / "a.mov", "0:v")


def test_a_film_is_not_made_from_sound_alone(run: Run, pair: list[str]) -> None:
    answer = run("render", pair[0], "a.mov", "--chain", "broadcast-limiter")
    assert answer.code == 2
    assert "mov is written only from a film" in answer.message
