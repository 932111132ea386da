import json
from pathlib import Path

import numpy as np
import pytest

from audiopost.errors import FileError, UnknownNameError
from audiopost.jobs.check import check
from audiopost.jobs.further_measures import Further
from audiopost.library.targets import load_target
from tests.programmes import write_sound
from tests.signals import tones, white_noise
from tests.tolerances import LEQ_M_TONE_DB


def test_a_file_on_target_passes_every_rule(tmp_path: Path) -> None:
    result = check(write_sound(tmp_path / "a.wav", tones((-23.0, 5.0))), "ebu-r128")
    assert result.passed is True
    assert [rule.rule for rule in result.rules] == ["integrated_lufs", "true_peak_dbtp"]
    assert result.fix == ""


def test_a_file_off_target_is_told_the_one_gain_that_mends_it(tmp_path: Path) -> None:
    result = check(write_sound(tmp_path / "a.wav", tones((-20.0, 5.0))), "ebu-r128")
    assert result.passed is False
    assert result.rules[0].fix == "lower by 3.0 dB"
    assert result.fix == "-3.0 dB of linear gain meets every rule that a gain can meet"


def test_where_no_gain_does_the_refusal_is_told(tmp_path: Path) -> None:
    block = white_noise(2, 48_000 * 4, peak_linear=0.01)
    block[:, 1000] = 0.5
    result = check(write_sound(tmp_path / "a.wav", block), "spotify-normal")
    assert "allow limiting" in result.fix


def test_the_form_of_the_file_is_judged(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.flac", tones((-24.0, 5.0), sample_rate=44_100), bits="16", rate=44_100)
    failed = {rule.rule for rule in check(path, "disney-plus-2.0").rules if rule.passed is False}
    assert failed == {"format.sample_rate_hz", "format.bits"}


def test_what_was_not_measured_is_not_passed(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", np.repeat(tones((-24.0, 4.0)), 3, axis=0))
    result = check(path, "netflix-5.1")
    assert {rule.rule: rule.passed for rule in result.rules} == {
        "dialogue_lkfs": None,
        "integrated_lufs": None,
        "true_peak_dbtp": True,
        "loudness_range_lu": False,
        "dialogue_range_lu": None,
        "format.sample_rate_hz": True,
        "format.bits": True,
        "format.layout": True,
        "format.container": True,
        "format.files": False,
    }
    assert check(path, "netflix-atmos").outcome == "not judged"


def test_an_audiobook_is_judged_by_rms_and_noise_floor(tmp_path: Path) -> None:
    spoken = ((-70.0, 0.7), (-17.0, 2.0), (-70.0, 1.0), (-17.0, 2.0), (-70.0, 1.5))
    voice = tones(*spoken, sample_rate=44_100, channels=1)
    result = check(write_sound(tmp_path / "a.wav", voice, rate=44_100), "acx")
    measured = {rule.rule: rule.measured for rule in result.rules}
    assert measured["rms_dbfs"] == pytest.approx(-17.0 - 3.01 - 2.55, abs=0.01)
    assert measured["noise_floor_dbfs"] == pytest.approx(-73.01, abs=0.01)
    assert (measured["head_silence_s"], measured["tail_silence_s"]) == (pytest.approx(0.7), pytest.approx(1.5))
    assert {rule.rule for rule in result.rules if not rule.passed} == {"format.bits", "format.container"}


@pytest.mark.parametrize(("level_dbfs", "passed"), [(-30.0, True), (-15.0, False)])
def test_a_trailer_is_judged_by_leq_m(tmp_path: Path, level_dbfs: float, passed: bool) -> None:
    # A sine of 1 kHz on two screen channels: 108.01, less 3.01 (RMS), and 3.01 (two of them), less 5.6 (weighting).
    result = check(write_sound(tmp_path / "a.wav", tones((level_dbfs, 5.0))), "tasa")
    rule, form = result.rules
    assert rule.passed is passed
    assert (form.rule, form.passed) == ("format.layout", False)
    assert rule.measured == result.measurement.further.leq_m.level_db  # type: ignore[union-attr]
    assert rule.measured == pytest.approx(level_dbfs + 102.41, abs=LEQ_M_TONE_DB)


def test_cinematic_programmes_are_judged_by_how_far_they_lie_above_their_dialogue(tmp_path: Path) -> None:
    mix = write_sound(tmp_path / "mix.wav", tones((-23.0, 5.0), (-33.0, 5.0)))
    stem = write_sound(tmp_path / "dx.wav", tones((-np.inf, 5.0), (-33.0, 5.0)))
    result = check(mix, "ebu-r128-s4", further=Further(dialogue_stem=stem))
    (rule,) = (rule for rule in result.rules if rule.rule == "loudness_to_dialogue_lu")
    dialogue = result.measurement.further.dialogue
    assert dialogue is not None
    assert dialogue.loudness_lkfs is not None
    assert result.measurement.loudness.integrated_lufs is not None
    assert rule.measured == result.measurement.loudness.integrated_lufs - dialogue.loudness_lkfs
    assert rule.passed is False


def test_mono_that_is_measured_as_dual_mono_is_still_mono_in_form(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", tones((-19.0, 4.0), channels=1))
    verdicts = {rule.rule: rule for rule in check(path, "podcast-mono", dual_mono=True).rules}
    assert verdicts["integrated_lufs"].measured == pytest.approx(-19.0, abs=0.1)
    assert verdicts["format.layout"].passed is True


def test_a_target_may_be_an_id_a_path_or_the_target_itself(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", tones((-23.0, 4.0)))
    own = tmp_path / "own.toml"
    own.write_text('extends = "ebu-r128"\n')
    results = [check(path, target) for target in ("ebu-r128", own, str(own), load_target("ebu-r128"))]
    assert [result.passed for result in results] == [True] * 4
    assert [result.target for result in results] == ["ebu-r128", "own", "own", "ebu-r128"]


def test_json_is_what_the_contract_says(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", np.zeros((1, 48_000), np.float32))
    document = check(path, "ebu-r128").to_json()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert {"path", "target", "passed", "rules", "error"} <= document.keys()
    assert document["passed"] is None


def test_what_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        check(tmp_path / "gone.wav", "ebu-r128")
    with pytest.raises(UnknownNameError):
        check(write_sound(tmp_path / "a.wav", tones((-23.0, 1.0))), "ebu")


def test_progress_rises_to_the_end(tmp_path: Path) -> None:
    seen: list[float] = []
    path = write_sound(tmp_path / "a.wav", tones((-23.0, 5.0)))
    check(path, "ebu-r128", progress=lambda fraction, _: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
