"""Delivery by the command line: strict verdicts, the programme around, level mode, reports and their repetition."""

import json
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from tests.programmes import speech
from tests.signals import tones
from tests.surface.conftest import Run, write_wave


@pytest.fixture
def mix(tmp_path: Path) -> Path:
    return write_wave(tmp_path / "mix.wav", np.tile(np.repeat(speech(), 2, axis=0), 2))


def test_the_schema_of_targets_is_printed(run: Run) -> None:
    schema = run("targets", "--schema").document
    Draft202012Validator.check_schema(schema)
    assert "rules" in schema["properties"]


def test_an_indicative_verdict_is_exit_code_0_with_a_warning_and_1_where_it_is_strict(mix: Path, run: Run) -> None:
    call = ("normalize", mix, "--target", "peacock", "--gate", "dialogue", "--json")
    answer = run(*call, "--output", "out")
    (group,) = answer.document["groups"]
    assert (answer.code, group["passed"], group["outcome"]) == (0, None, "indicative")
    assert group["rules"][0]["evidence"] == "approximate"
    assert "indicative only" in answer.message
    assert run(*call, "--output", "two", "--strict").code == 1
    check = ("check", "out/mix.wav", "--target", "peacock", "--gate", "dialogue")
    assert run(*check).code == 0
    assert "approximate measure" in run(*check).out
    assert run(*check, "--strict").code == 1


def test_an_advert_is_checked_against_the_programme_around_it(run: Run, tmp_path: Path) -> None:
    advert = write_wave(tmp_path / "ad.wav", tones((-18.0, 3.0)))
    film = write_wave(tmp_path / "film.wav", tones((-23.0, 3.0)))
    alone = run("check", advert, "--target", "calm-act")
    assert alone.code == 1
    assert "give --programme FILE" in alone.message
    assert "lower by 5.0 dB" in run("check", advert, "--target", "calm-act", "--programme", film).out


def test_level_mode_writes_its_curve_beside_the_output(run: Run, tmp_path: Path) -> None:
    voice = np.repeat(speech(), 2, axis=0)
    levels = (0.06, 0.06, 0.3, 0.06, 0.06)
    path = write_wave(tmp_path / "ad.wav", np.concatenate([voice * np.float32(level) for level in levels], 1))
    call = ("normalize", path, "--target", "ebu-r128-s1", "--output", "out", "--json")
    assert run(*call).code == 1
    answer = run(*call, "--mode", "level")
    (group,) = answer.document["groups"]
    assert (answer.code, group["passed"], group["ride_curve"]) == (0, True, "out/ad.gain.csv")
    assert "the gain was ridden between" in group["reason"]
    assert (tmp_path / "out" / "ad.gain.csv").read_text(encoding="utf-8").startswith("time_s,ride_db,gain_db\n")


def test_a_run_is_reported_and_repeated(mix: Path, run: Run, tmp_path: Path) -> None:
    answer = run("normalize", mix, "--target", "ebu-r128", "--output", "out", "--report", "run.json", "--json")
    report = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert report["groups"] == answer.document["groups"]
    again = run("normalize", "--repeat", "run.json", "--output", "again")
    assert (again.code, again.err) == (0, "")
    assert (tmp_path / "again" / "mix.wav").read_bytes() == (tmp_path / "out" / "mix.wav").read_bytes()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--output", "out"), "'FILE...' is missing"),
        (("mix.wav", "--output", "out"), "'--target' is missing"),
        (("mix.wav", "--target", "ebu-r128"), "'--output' is missing"),
        (("mix.wav", "--repeat", "run.json", "--output", "out"), "--repeat takes files, target and settings"),
        (("mix.wav", "--target", "ebu-r128", "--output", "out", "--report", "a.txt"), "not as .txt"),
        (("mix.wav", "--target", "ebu-r128", "--output", "out", "--full-mix", "m.wav"), "give --group stems"),
    ],
)
def test_a_wrong_request_is_exit_code_2(mix: Path, run: Run, words: tuple[str, ...], sentence: str) -> None:
    answer = run("normalize", *words)
    assert answer.code == 2
    assert sentence in answer.message


def test_reels_are_checked_as_one_programme(run: Run, tmp_path: Path) -> None:
    reels = [write_wave(tmp_path / f"{name}.wav", tones((level, 6.0))) for name, level in (("a", -30.0), ("b", -20.2))]
    assert run("check", *reels, "--target", "ebu-r128").code == 1
    answer = run("check", *reels, "--target", "ebu-r128", "--album", "--json")
    assert [each["passed"] for each in answer.document["files"]] == [False, False]
    assert round(answer.document["album"]["rules"][0]["measured"], 0) == -23.0
    assert "{a,b}: " in run("check", *reels, "--target", "ebu-r128", "--album").out
