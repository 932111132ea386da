from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.broadcast_waves import broadcast_wave
from tests.films import film
from tests.signals import tones, white_noise
from tests.surface.conftest import Run, write_wave


def test_files_in_another_form(run: Run, tone: Path, tmp_path: Path) -> None:
    answer = run("convert", tone, "--format", "flac", "--bits", "16", "--dither", "shaped", "--output", "out")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == "out/tone.flac: stereo, 48000 Hz, 16 bit, 2.000 s\n"
    assert soundfile.info(tmp_path / "out/tone.flac").subtype == "PCM_16"
    document = run("convert", tone, "gone.wav", "--kind", "monos", "--output", "monos", "--json").document
    assert [Path(path).name for path in document["files"][0]["outputs"]] == ["tone.L.wav", "tone.R.wav"]
    assert "no such file" in document["files"][1]["error"]


def test_what_cannot_be_is_told_in_one_line(run: Run, tone: Path, tmp_path: Path) -> None:
    for words, code in (
        (("--channels", "5.1"), 2), (("--format", "wma"), 2), (("--from", "9"), 2), (("--track", "1"), 2),
        (("--track", "x"), 2), (("--speed", "fast"), 2), (("--speed", "9"), 2), (("--output", tone), 3),
    ):  # fmt: skip
        answer = run("convert", tone, *(words if "--output" in words else ("--output", tmp_path / "out", *words)))
        assert (answer.code, answer.out) == (code, "")
        assert answer.message


def test_inputs_of_one_name_keep_their_folders(run: Run, tmp_path: Path) -> None:
    for folder, level in (("a", -20.0), ("b", -30.0)):
        (tmp_path / folder).mkdir()
        write_wave(tmp_path / folder / "mix.wav", tones((level, 0.5)))
    answer = run("convert", "a/mix.wav", "b/mix.wav", "--format", "flac", "--output", "out", "--exists", "replace")
    assert answer.code == 0
    first, second = (soundfile.read(tmp_path / "out" / folder / "mix.flac")[0] for folder in ("a", "b"))
    assert abs(first).max() > 3.0 * abs(second).max()
    write_wave(tmp_path / "a" / "mix.aiff", tones((-20.0, 0.5)))
    refused = run("convert", "a/mix.wav", "a/mix.aiff", "--format", "flac", "--output", "two")
    assert (refused.code, (tmp_path / "two").exists()) == (2, False)
    assert "would both be written as" in refused.message


def test_clipping_is_told(run: Run, tmp_path: Path) -> None:
    write_wave(tmp_path / "six.wav", 0.9 * white_noise(6, 4_800, peak_linear=1.0))
    answer = run("convert", "six.wav", "--channels", "mono", "--output", "out")
    assert answer.code == 0
    assert "samples beyond full scale are clipped" in answer.message


@pytest.mark.parametrize("keeps_pitch", [False, True])
def test_a_film_at_25_instead_of_24_pictures_keeps_its_pitch_where_asked(
    run: Run, tmp_path: Path, keeps_pitch: bool
) -> None:
    write_wave(tmp_path / "film.wav", tones((-20.0, 2.4), frequency_hz=1_000.0))
    words = ["--keep-pitch"] if keeps_pitch else []
    document = run("convert", "film.wav", "--speed", "25/24", *words, "--output", "out", "--json").document
    assert document["files"][0]["duration_s"] == pytest.approx(2.4 * 24 / 25, abs=1 / 48_000)
    heard, rate_hz = soundfile.read(tmp_path / "out/film.wav")
    middle = heard[rate_hz // 2 : 3 * rate_hz // 2, 0] * np.hanning(rate_hz)
    pitch_hz = int(np.argmax(np.abs(np.fft.rfft(middle))))
    assert pitch_hz == (1_000 if keeps_pitch else 1_042)


def test_markers_go_with_another_speed_and_the_start_stays(run: Run, tmp_path: Path) -> None:
    broadcast_wave(tmp_path / "a.wav", white_noise(2, 4_800))
    assert run("convert", "a.wav", "--speed", "0.5", "--output", "out").code == 0
    lines = [" ".join(line.split()) for line in run("info", "out/a.wav").out.splitlines()]
    assert "markers 0.100 s slam (0.200 s)" in lines
    assert "start time code 10:00:00:00" in lines


def test_what_a_file_says_of_itself(run: Run, tmp_path: Path) -> None:
    broadcast_wave(tmp_path / "a.wav", white_noise(2, 4_800))
    answer = run("info", "a.wav")
    assert (answer.code, answer.err) == (0, "")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert lines[0] == "a.wav: wav, stereo, 48000 Hz, 24 bit, 0.100 s"
    for line in (
        "start time code 10:00:00:00", "bext description A door, slammed", "ixml scene 42A", "cart title A door",
        "markers 0.050 s slam (0.100 s)", "tags ARTIST Foley", "bext loudness value lufs -12.0",
    ):  # fmt: skip
        assert line in lines
    (entry,) = run("info", "a.wav", "--json", "--fps", "24").document["files"]
    assert entry["timecode"] == "10:00:00:00"
    assert entry["bext"]["time_reference_samples"] == 1_728_000_007
    assert [chunk["id"] for chunk in entry["chunks"]][:2] == ["bext", "odd "]


def test_what_a_film_says_of_itself_and_its_tracks_are_measured(run: Run, tmp_path: Path) -> None:
    film(tmp_path / "a.mov", tones((-20.0, 1.0)), tones((-26.0, 1.0)))
    (entry,) = run("info", "a.mov", "--json").document["files"]
    assert entry["timecode"] == "10:00:00:00"
    assert [chapter["title"] for chapter in entry["film"]["chapters"]] == ["One", "Two"]
    for command in (("measure",), ("check", "--target", "ebu-r128")):
        answer = run(*command, "a.mov", "--track", "2", "--json")
        assert answer.err == ""
    (measured,) = run("measure", "a.mov", "--track", "2", "--json").document["files"]
    assert abs(measured["integrated_lufs"] + 26.0) < 0.01
    answer = run("measure", "a.mov", "--track", "3")
    assert answer.code == 2
    assert "there is no track 3: the film has 2 sound tracks" in answer.message


def test_a_file_without_any_of_it_says_so_by_saying_nothing(run: Run, tone: Path) -> None:
    (entry,) = run("info", tone, "--json").document["files"]
    assert [entry[kind] for kind in ("bext", "ixml", "cart", "adm", "film")] == [None] * 5
    assert (entry["markers"], entry["chunks"], entry["tags"]) == ([], [], {})
