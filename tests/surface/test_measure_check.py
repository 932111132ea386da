"""``measure`` and ``check``: tables, CSV, JSON, verdicts and exit codes."""

import csv
import io
from pathlib import Path

import pytest

import audiopost
from tests.recordings import recording
from tests.signals import tones, white_noise
from tests.surface.conftest import Run, write_wave

ENTRY = {
    "path", "sample_rate_hz", "channels", "layout", "renderer", "duration_s", "integrated_lufs", "loudness_range_lu",
    "momentary_max_lufs", "short_term_max_lufs", "true_peak_dbtp", "true_peak_per_channel_dbtp", "sample_peak_dbfs",
    "plr_lu", "psr_min_lu", "relative_threshold_lufs", "rms_dbfs", "noise_floor_dbfs", "leq_m_db", "leq_m_convention",
    "replaygain", "dialogue", "labels", "start_s", "parts", "non_finite", "notes", "error",
}  # fmt: skip
NESTED = {
    "replaygain": {"track_gain_db", "track_peak_linear", "album_gain_db", "album_peak_linear"},
    "dialogue": {"share", "loudness_lkfs", "detector", "method"},
    "non_finite": {"samples", "first_s"},
}
COLUMNS = ENTRY - NESTED.keys() - {"labels"} | {f"{name}_{inner}" for name, names in NESTED.items() for inner in names}


def test_a_table_for_people(tone: Path, run: Run) -> None:
    answer = run("measure", tone)
    heading, line = answer.out.splitlines()
    assert heading.split()[:2] == ["file", "layout"]
    assert line.split() == [str(tone), "stereo", "-26.0", "n/a", "-26.0", "n/a", "-26.0", "-26.0"]
    assert (answer.code, answer.err) == (0, "")


def test_one_json_document_for_programs(tone: Path, run: Run) -> None:
    document = run("measure", tone, "--json").document
    assert document["schema"] == 1
    (entry,) = document["files"]
    assert set(entry) == ENTRY
    assert (entry["sample_rate_hz"], entry["channels"], entry["layout"], entry["duration_s"]) == (
        48_000,
        2,
        "stereo",
        2.0,
    )
    assert entry["loudness_range_lu"] is None
    assert entry["error"] is None
    assert entry["integrated_lufs"] == audiopost.measure(tone).loudness.integrated_lufs


def test_comma_separated_values(tone: Path, run: Run) -> None:
    (row,) = csv.DictReader(io.StringIO(run("measure", tone, "--csv").out))
    assert set(row) == COLUMNS
    assert (row["non_finite_samples"], row["dialogue_share"]) == ("0", "")
    assert row["loudness_range_lu"] == ""
    assert len(row["true_peak_per_channel_dbtp"].split()) == 2
    assert float(row["integrated_lufs"]) == audiopost.measure(tone).loudness.integrated_lufs


def test_a_wrong_file_does_not_keep_the_others_from_being_measured(tone: Path, run: Run) -> None:
    answer = run("measure", tone, "missing.wav", tone, "--json", "--jobs", 2)
    good, wrong, again = answer.document["files"]
    assert answer.code == 3
    assert answer.message == "audiopost: missing.wav: no such file; check the path"
    assert wrong == {
        **dict.fromkeys(ENTRY),
        "path": "missing.wav",
        "error": "missing.wav: no such file; check the path",
    }
    assert good == again
    assert good["error"] is None


@pytest.mark.parametrize("jobs", [1, 2, 7])
def test_files_come_out_in_the_order_they_were_given(jobs: int, run: Run, tmp_path: Path) -> None:
    paths = [write_wave(tmp_path / f"{level}.wav", tones((-float(level), 1.0))) for level in (40, 20, 30, 10)]
    measured = run("measure", *paths, "--json", "--jobs", jobs).document["files"]
    assert [entry["path"] for entry in measured] == [str(path) for path in paths]
    assert [round(entry["integrated_lufs"]) for entry in measured] == [-40, -20, -30, -10]


def test_dual_mono_is_three_decibels_louder(run: Run, tmp_path: Path) -> None:
    path = write_wave(tmp_path / "mono.wav", tones((-26.0, 2.0), channels=1))
    plain = run("measure", path, "--json").document["files"][0]["integrated_lufs"]
    doubled = run("measure", path, "--json", "--dual-mono").document["files"][0]["integrated_lufs"]
    assert round(doubled - plain, 2) == 3.01


def test_a_layout_may_be_named(run: Run, tmp_path: Path) -> None:
    path = write_wave(tmp_path / "six.wav", white_noise(6, 96_000))
    named = run("measure", path, "--json", "--layout", "5.1-film").document["files"][0]
    assert named["layout"] == "5.1-film"
    assert named["integrated_lufs"] != run("measure", path, "--json").document["files"][0]["integrated_lufs"]
    assert run("measure", path, "--layout", "stereo").code == 2
    assert "unknown layout '5.1-flim'; did you mean 5.1-film" in run("measure", path, "--layout", "5.1-flim").message


def test_the_course_of_the_loudness(tone: Path, run: Run, tmp_path: Path) -> None:
    assert run("measure", tone, "--history", "course.csv").code == 0
    rows = list(csv.DictReader((tmp_path / "course.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["time_s"] for row in rows[:4]] == ["0.100", "0.200", "0.300", "0.400"]
    assert [row["momentary_lufs"] for row in rows[:4]] == ["", "", "", "-25.99"]  # the filter has just begun


def test_measuring_with_a_target_judges_too(tone: Path, run: Run) -> None:
    answer = run("measure", tone, "--target", "ebu-r128", "--json")
    (entry,) = answer.document["files"]
    assert answer.code == 1
    assert (entry["target"], entry["passed"]) == ("ebu-r128", False)
    assert set(entry) > ENTRY


def test_a_passing_file_is_exit_code_0(run: Run, tmp_path: Path) -> None:
    path = write_wave(tmp_path / "right.wav", tones((-23.0, 2.0)))
    answer = run("check", path, "--target", "ebu-r128")
    assert answer.code == 0
    assert f"{path}: passes ebu-r128" in answer.out


def test_a_failing_file_is_told_the_fix_in_decibels(tone: Path, run: Run) -> None:
    answer = run("check", tone, "--target", "ebu-r128", "--json")
    (entry,) = answer.document["files"]
    loudness = next(rule for rule in entry["rules"] if rule["rule"] == "integrated_lufs")
    assert answer.code == 1
    assert entry["passed"] is False
    assert {"rule", "measured", "limit", "unit", "passed", "fix"} <= set(loudness)
    assert "raise by 3.0 dB" in loudness["fix"]
    assert "raise by 3.0 dB" in run("check", tone, "--target", "ebu-r128").out


def test_a_rule_that_cannot_be_judged_is_not_passed(run: Run, tmp_path: Path) -> None:
    path = write_wave(tmp_path / "short.wav", tones((-23.0, 0.1)))
    answer = run("check", path, "--target", "ebu-r128", "--json")
    assert answer.code == 1
    assert answer.document["files"][0]["passed"] is None


def test_an_unknown_target_is_named_with_near_misses_before_any_file_is_opened(run: Run) -> None:
    for command in ("check", "measure"):
        answer = run(command, "missing.wav", "--target", "ebu-r182")
        assert answer.code == 2
        assert "unknown target 'ebu-r182'; did you mean ebu-r128" in answer.message


def test_a_real_voice_is_measured(run: Run) -> None:
    answer = run("measure", recording("Front_Center"), "--json")
    assert -25.0 < answer.document["files"][0]["integrated_lufs"] < -18.0
