"""Where results go, and that nothing is overwritten or left half-written."""

import os
from pathlib import Path

import numpy as np
import pytest

from audiopost.errors import FileError, PresetError, TargetUnreachableError, UnknownNameError, UsageError
from audiopost.jobs import gain_pass
from audiopost.jobs.normalize import normalize
from tests.programmes import write_sound
from tests.signals import noise_with_bursts, tones


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_sound(tmp_path / "a.wav", tones((-20.0, 2.0)))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_result_bears_the_name_of_its_input(tmp_path: Path, source: Path) -> None:
    (result,) = normalize(source, "ebu-r128", tmp_path / "deep" / "er")
    assert result.files[0].output == tmp_path / "deep" / "er" / "a.wav"
    assert names(tmp_path / "deep" / "er") == {"a.wav"}


@pytest.mark.parametrize("exists", ["fail", "replace", "number"])
def test_an_input_is_never_overwritten(tmp_path: Path, source: Path, exists: str) -> None:
    before = source.read_bytes()
    (result,) = normalize(source, "ebu-r128", tmp_path, exists=exists)  # type: ignore[arg-type]
    assert source.read_bytes() == before
    if exists == "number":
        assert result.files[0].output == tmp_path / "a-2.wav"
        assert result.files[0].after is not None
        assert result.files[0].after.path == tmp_path / "a-2.wav"
    else:
        assert isinstance(result.error, FileError)


def test_a_taken_name_fails_is_replaced_or_numbered(tmp_path: Path, source: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.wav").write_bytes(b"old")
    (failed,) = normalize(source, "ebu-r128", out)
    assert isinstance(failed.error, FileError)
    assert (out / "a.wav").read_bytes() == b"old"
    normalize(source, "ebu-r128", out, exists="number")
    assert (out / "a.wav").read_bytes() == b"old"
    normalize(source, "ebu-r128", out, exists="replace")
    assert (out / "a.wav").read_bytes() == (out / "a-2.wav").read_bytes()
    assert names(out) == {"a.wav", "a-2.wav"}


@pytest.mark.parametrize("group", ["each", "album", "stems"])
def test_inputs_of_one_name_keep_the_folders_in_which_they_differ(tmp_path: Path, group: str) -> None:
    reels = [write_sound(tmp_path / "film" / reel / "mix.wav", tones((-20.0, 2.0))) for reel in ("reel 1", "reel 2")]
    third = write_sound(tmp_path / "film" / "credits.wav", tones((-20.0, 2.0)))
    results = normalize([*reels, third], "ebu-r128", tmp_path / "out", group=group)  # type: ignore[arg-type]
    written = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.wav")}
    assert written == {"reel 1/mix.wav", "reel 2/mix.wav", "credits.wav"}
    assert [file.output for result in results for file in result.files] == [
        tmp_path / "out" / "reel 1" / "mix.wav", tmp_path / "out" / "reel 2" / "mix.wav", tmp_path / "out/credits.wav",
    ]  # fmt: skip
    if group != "each":
        (manifest,) = (tmp_path / "out").rglob("*.manifest.json")
        assert manifest.parent == tmp_path / "out"
        assert "reel 1/mix.wav" in manifest.read_text(encoding="utf-8")


def test_where_nothing_is_written_no_folder_of_inputs_stays(tmp_path: Path) -> None:
    silent = [write_sound(tmp_path / reel / "mix.wav", np.zeros((2, 48_000))) for reel in ("a", "b")]
    results = normalize(silent, "ebu-r128", tmp_path / "out")
    assert all(isinstance(result.error, TargetUnreachableError) for result in results)
    assert not (tmp_path / "out").exists()


def test_two_inputs_that_a_new_format_brings_to_one_name_are_refused(tmp_path: Path, source: Path) -> None:
    other = write_sound(tmp_path / "a.aiff", tones((-20.0, 2.0)))
    normalize([source, other], "ebu-r128", tmp_path / "one")
    with pytest.raises(UsageError, match="would both be written as"):
        normalize([source, other], "ebu-r128", tmp_path / "two", format="flac")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"target": "ebu"}, UnknownNameError),
        ({"target": "gone.toml"}, PresetError),
        ({"group": "all"}, UsageError),
        ({"mode": "loud"}, UsageError),
        ({"mode": "limit", "max_limiting_db": 30.0}, UsageError),
        ({"format": "wma"}, UnknownNameError),
        ({"bits": "20"}, UsageError),
        ({"rate": 0}, UsageError),
        ({"exists": "ask"}, UsageError),
        ({"in_tolerance": "skip"}, UsageError),
    ],
)
def test_a_wrong_request_is_refused_before_anything_is_written(
    tmp_path: Path, source: Path, wrong: dict[str, object], error: type[Exception]
) -> None:
    request = {"target": "ebu-r128"} | wrong
    with pytest.raises(error):
        normalize(source, output=tmp_path / "out", **request)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_no_file_and_one_file_twice_are_refused(tmp_path: Path, source: Path) -> None:
    with pytest.raises(UsageError, match="no files"):
        normalize([], "ebu-r128", tmp_path / "out")
    with pytest.raises(UsageError, match="twice"):
        normalize([source, source], "ebu-r128", tmp_path / "out")


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path, source: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(FileError, match="not a folder"):
        normalize(source, "ebu-r128", tmp_path / "out")
    with pytest.raises(FileError):
        normalize(source, "ebu-r128", tmp_path / "out" / "deeper")


class StoppedError(Exception):
    """What a listener raises to give up."""


@pytest.mark.parametrize("at", [0.2, 0.5, 0.7, 1.0])
def test_giving_up_leaves_nothing_behind(tmp_path: Path, source: Path, at: float) -> None:
    def give_up(fraction: float, _: str) -> None:
        if fraction >= at:
            raise StoppedError

    with pytest.raises(StoppedError):
        normalize(source, "ebu-r128", tmp_path / "out", progress=give_up)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("mode", ["linear", "limit"])
@pytest.mark.parametrize("group", ["each", "stems"])
def test_progress_rises_to_the_end(tmp_path: Path, source: Path, group: str, mode: str) -> None:
    seen: list[float] = []
    other = write_sound(tmp_path / "b.wav", noise_with_bursts(2, 3.0))
    normalize(
        [source, other], "spotify-normal", tmp_path / "out", group=group, mode=mode, max_limiting_db=24.0,
        progress=lambda fraction, _: seen.append(fraction),
    )  # type: ignore[call-overload]  # fmt: skip
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_disk_that_fails_while_writing_leaves_nothing(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise FileError("a.wav", "the disk is full")

    monkeypatch.setattr(gain_pass.AudioWriter, "write", full)
    (result,) = normalize(source, "ebu-r128", tmp_path / "out")
    assert isinstance(result.error, FileError)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_was_there_stays_though_nothing_was_written(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    normalize(tmp_path / "gone.wav", "ebu-r128", tmp_path / "out")
    assert os.listdir(tmp_path / "out") == []
