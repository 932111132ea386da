"""Level mode: slow riding, so that range and short-term loudness come to what is asked."""

import csv
from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.delivery.ride import STEP_S
from audiopost.errors import TargetUnreachableError, UsageError
from audiopost.jobs.further_measures import Further
from audiopost.jobs.measure import measure
from audiopost.jobs.normalize import normalize
from audiopost.media.audio_file import read_audio
from audiopost.units import db_to_linear
from tests.programmes import speech, write_sound
from tests.tolerances import CEILING_DB, DELIVERED_LOUDNESS_LU


def uneven(levels_db: tuple[float, ...]) -> AudioBlock:
    """The voice again and again, at one level after another, in stereo."""
    return np.concatenate([np.repeat(speech(), 2, axis=0) * np.float32(db_to_linear(each)) for each in levels_db], 1)


def test_an_advert_comes_under_the_short_term_cap_by_slow_riding(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "ad.wav", uneven((-24.0, -24.0, -10.0, -24.0, -24.0)))
    (linear,) = normalize(source, "ebu-r128-s1", tmp_path / "linear")
    assert isinstance(linear.error, TargetUnreachableError)
    (result,) = normalize(source, "ebu-r128-s1", tmp_path / "out", mode="level", max_limiting_db=0.0)
    assert result.passed is True
    after = measure(tmp_path / "out" / "ad.wav").loudness
    assert after.integrated_lufs == pytest.approx(-23.0, abs=DELIVERED_LOUDNESS_LU)
    assert after.short_term_max_lufs is not None
    assert after.short_term_max_lufs <= -18.0 + 0.02
    assert after.true_peak_dbtp <= -1.0 + CEILING_DB
    assert result.ride is not None
    assert result.ride.slope_db_s <= 3.0 + 1e-9
    assert np.abs(result.ride.gains_db).max() <= 6.0


def test_the_written_file_is_the_input_times_the_curve_that_is_written_beside_it(tmp_path: Path) -> None:
    block = uneven((-24.0, -24.0, -10.0, -24.0, -24.0))
    source = write_sound(tmp_path / "ad.wav", block, bits="32f")
    normalize(source, "ebu-r128-s1", tmp_path / "out", mode="level", max_limiting_db=0.0)
    with (tmp_path / "out" / "ad.gain.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    times_s = np.array([float(row["time_s"]) for row in rows])
    gains_db = np.array([float(row["gain_db"]) for row in rows])
    assert np.allclose(np.diff(times_s), STEP_S, atol=0.011)
    curve_db = np.interp(np.arange(block.shape[1]) / 48_000, times_s, gains_db)
    written = read_audio(tmp_path / "out" / "ad.wav")[0]
    assert np.abs(written - block * 10 ** (curve_db / 20)).max() < 2e-4
    assert (tmp_path / "out" / "ad.manifest.json").exists()


def test_a_wide_programme_is_narrowed_to_the_range_that_is_asked_for(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "film.wav", uneven((-10.0, -26.0, -14.0, -30.0, -18.0)))
    before = measure(source).loudness.loudness_range_lu
    (result,) = normalize(
        source, "ebu-r128", tmp_path / "out", mode="level", max_range_lu=10.0, max_riding_db=12.0, max_limiting_db=12.0
    )
    after = measure(tmp_path / "out" / "film.wav").loudness
    assert before is not None
    assert before > 14.0
    assert result.passed is True
    assert after.loudness_range_lu == pytest.approx(10.0, abs=0.6)
    assert after.loudness_range_lu <= 10.0  # type: ignore[operator]
    assert after.integrated_lufs == pytest.approx(-23.0, abs=DELIVERED_LOUDNESS_LU)
    (refused,) = normalize(source, "ebu-r128", tmp_path / "two", mode="level", max_range_lu=10.0, max_riding_db=1.0)
    assert isinstance(refused.error, TargetUnreachableError)
    assert "riding by up to 1 dB at 3 dB a second" in refused.reason


def test_the_dialogue_leveller_rides_the_lines_alone(tmp_path: Path) -> None:
    voice = uneven((0.0, -13.0, 0.0, -13.0))
    stem = write_sound(tmp_path / "dialogue.wav", voice)
    mix = write_sound(tmp_path / "mix.wav", voice)
    (result,) = normalize(
        mix, "ebu-r128", tmp_path / "out", mode="level", dialogue_stem=stem, max_range_lu=9.0, max_riding_db=10.0,
        max_limiting_db=12.0,
    )  # fmt: skip
    assert result.passed is True, result.reason
    before = measure(mix, further=Further(dialogue_stem=stem)).further.dialogue
    after = measure(tmp_path / "out" / "mix.wav", further=Further(dialogue_stem=stem)).further.dialogue
    assert before is not None
    assert after is not None
    assert before.range_lu is not None
    assert after.range_lu is not None
    assert before.range_lu > 11.0
    assert after.range_lu <= 9.1


def test_stems_are_ridden_alike_and_still_sum_to_the_mix(tmp_path: Path) -> None:
    voice = uneven((-24.0, -24.0, -10.0, -24.0, -24.0))
    stems = [write_sound(tmp_path / f"{n}.wav", voice * np.float32(share)) for n, share in (("a", 0.6), ("b", 0.4))]
    (result,) = normalize(stems, "ebu-r128-s1", tmp_path / "out", group="stems", mode="level", max_limiting_db=0.0)
    assert result.passed is True
    assert result.sum is not None
    assert result.sum.null_dbfs < -100.0


def test_what_keeps_every_rule_is_left_alone_in_level_mode_too(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "ad.wav", uneven((-24.0, -24.0, -10.0, -24.0, -24.0)))
    normalize(source, "ebu-r128-s1", tmp_path / "one", mode="level", max_limiting_db=0.0)
    (again,) = normalize(tmp_path / "one" / "ad.wav", "ebu-r128-s1", tmp_path / "two", mode="level")
    assert again.copied
    assert (tmp_path / "two" / "ad.wav").read_bytes() == (tmp_path / "one" / "ad.wav").read_bytes()


def test_a_target_that_asks_for_no_range_names_the_option(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", uneven((-10.0,)))
    (result,) = normalize(source, "ebu-r128", tmp_path / "out", mode="level")
    assert isinstance(result.error, UsageError)
    assert "--max-range LU" in result.reason


def test_an_album_is_not_ridden_and_that_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    pieces = [tmp_path / "a.wav", tmp_path / "b.wav"]  # are never looked at
    with pytest.raises(UsageError, match="a matter of one programme; use --group each or stems"):
        normalize(pieces, "ebu-r128", tmp_path / "out", group="album", mode="level", max_range_lu=8.0)
