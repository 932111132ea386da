"""Albums and stems: one gain for several files."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.errors import FileError, TargetUnreachableError, UsageError
from audiopost.jobs.measure import measure, measure_samples
from audiopost.jobs.normalize import normalize
from audiopost.media.audio_file import open_audio, read_audio
from audiopost.units import db_to_linear
from tests.programmes import speech, write_sound
from tests.signals import noise_with_bursts, tones, white_noise
from tests.tolerances import CEILING_DB, DELIVERED_LOUDNESS_LU, DITHERED_STEPS, LINEAR_GAIN_LU


def film_mix() -> dict[str, AudioBlock]:
    """Dialogue (real speech), music and effects, 11 s of stereo; the effects end early."""
    voice = np.repeat(speech(), 2, axis=0) * np.float32(0.7)
    music = tones((-26.0, voice.shape[1] / 48_000), frequency_hz=220.0)[:, : voice.shape[1]]
    effects = noise_with_bursts(2, 4.0, seed=5) * np.float32(0.5)
    return {"mix.D": voice, "mix.M": music, "mix.E": effects}


@pytest.fixture
def stems(tmp_path: Path) -> list[Path]:
    return [write_sound(tmp_path / f"{name}.wav", block) for name, block in film_mix().items()]


def sum_of(paths: list[Path]) -> AudioBlock:
    blocks = [read_audio(path)[0] for path in paths]
    frames = max(block.shape[1] for block in blocks)
    return np.sum([np.pad(block, ((0, 0), (0, frames - block.shape[1]))) for block in blocks], axis=0)


@pytest.mark.parametrize(("target", "mode", "aim"), [("ebu-r128", "linear", -23.0), ("spotify-normal", "limit", -14.0)])
def test_the_sum_of_the_stems_is_what_meets_the_target(
    tmp_path: Path, stems: list[Path], target: str, mode: str, aim: float
) -> None:
    (result,) = normalize(stems, target, tmp_path / "out", group="stems", mode=mode, max_limiting_db=12.0)  # type: ignore[arg-type]
    written = [tmp_path / "out" / path.name for path in stems]
    delivered = measure_samples(sum_of(written), 48_000)
    assert result.passed is True
    assert result.sum is not None
    assert result.sum.after.loudness.integrated_lufs == pytest.approx(delivered.integrated_lufs, abs=1e-6)
    assert delivered.integrated_lufs == pytest.approx(aim, abs=DELIVERED_LOUDNESS_LU)
    assert delivered.true_peak_dbtp <= -1.0 + CEILING_DB
    assert (result.limiting_max_db > 0.0) == (mode == "limit")
    assert result.sum.before.loudness.integrated_lufs == pytest.approx(
        measure_samples(sum_of(stems), 48_000).integrated_lufs, abs=1e-6
    )


@pytest.mark.parametrize("mode", ["linear", "limit"])
def test_the_stems_still_sum_to_the_delivered_mix_and_the_null_says_how_exactly(
    tmp_path: Path, stems: list[Path], mode: str
) -> None:
    target = {"linear": "ebu-r128", "limit": "spotify-normal"}[mode]
    (result,) = normalize(stems, target, tmp_path / "out", group="stems", mode=mode, max_limiting_db=12.0)  # type: ignore[arg-type]
    assert result.sum is not None
    worst_dbfs = 20 * np.log10(len(stems) * DITHERED_STEPS * 2.0**-23)
    assert -140.0 < result.sum.null_dbfs <= worst_dbfs


def test_the_limiter_curve_is_the_same_on_every_stem(tmp_path: Path) -> None:
    blocks = {name: block[:, : 48_000 * 4] for name, block in film_mix().items()}
    stems = [write_sound(tmp_path / f"{name}.wav", block, bits="32f") for name, block in blocks.items()]
    (result,) = normalize(
        stems, "spotify-normal", tmp_path / "out", group="stems", mode="limit", max_limiting_db=12.0
    )  # fmt: skip
    assert result.gain_db is not None
    curves = []
    for path in stems:
        before, after = read_audio(path)[0].astype(np.float64), read_audio(tmp_path / "out" / path.name)[0]
        loud = np.abs(before[0]) > 1e-3
        curve = np.full(before.shape[1], np.nan)
        curve[loud] = after[0, : before.shape[1]][loud] / before[0][loud] / db_to_linear(result.gain_db)
        curves.append(curve)
    for one, other in itertools.pairwise(curves):
        both = np.isfinite(one) & np.isfinite(other)
        assert both.sum() > 1000
        assert np.allclose(one[both], other[both], rtol=1e-6)
    assert np.nanmin(curves[0]) == pytest.approx(db_to_linear(-result.limiting_max_db), rel=1e-3)


def test_stems_come_out_at_one_length(tmp_path: Path, stems: list[Path]) -> None:
    normalize(stems, "ebu-r128", tmp_path / "out", group="stems")
    lengths = []
    for path in stems:
        with open_audio(tmp_path / "out" / path.name) as reader:
            lengths.append(reader.frames)
    assert lengths == [speech().shape[1]] * 3


def test_stems_at_another_rate_still_sum_to_the_mix(tmp_path: Path, stems: list[Path]) -> None:
    (result,) = normalize(stems, "ebu-r128", tmp_path / "out", group="stems", rate=44_100, bits="16")
    assert result.passed is True
    assert result.sum is not None
    assert result.sum.after.sample_rate_hz == 44_100
    assert result.sum.null_dbfs <= 20 * np.log10(len(stems) * DITHERED_STEPS * 2.0**-15)


def test_a_stem_that_would_clip_is_named_and_floats_are_the_way_out(tmp_path: Path) -> None:
    # Two loud stems that cancel each other: their sum is quiet and wants gain that neither of them can bear.
    loud = white_noise(1, 48_000 * 3, peak_linear=0.9)
    quiet = white_noise(1, 48_000 * 3, peak_linear=0.02, seed=9)
    stems = [write_sound(tmp_path / "a.wav", loud), write_sound(tmp_path / "b.wav", quiet - loud)]
    (refused,) = normalize(stems, "ebu-r128", tmp_path / "out", group="stems")
    assert isinstance(refused.error, TargetUnreachableError)
    assert "full scale" in refused.reason
    assert "--bits 32f" in refused.reason
    (done,) = normalize(stems, "ebu-r128", tmp_path / "out", group="stems", bits="32f")
    assert done.passed is True


def test_a_mono_stem_is_laid_into_the_stereo_sum_at_minus_3_db(tmp_path: Path) -> None:
    mono, stereo = white_noise(1, 48_000 * 3), white_noise(2, 48_000 * 4, seed=3)
    stems = [write_sound(tmp_path / "mono.wav", mono), write_sound(tmp_path / "stereo.wav", stereo)]
    (result,) = normalize(stems, "ebu-r128", tmp_path / "out", group="stems")
    laid = np.pad(np.repeat(mono * np.float32(np.sqrt(0.5)), 2, axis=0), ((0, 0), (0, 48_000)))
    assert result.passed is True
    assert result.sum is not None
    before = measure_samples(laid + stereo, 48_000).integrated_lufs
    assert result.sum.before.loudness.integrated_lufs == pytest.approx(before, abs=1e-4)
    assert result.sum.null_dbfs < -100.0
    assert read_audio(tmp_path / "out" / "mono.wav")[0].shape == (1, 48_000 * 4)
    assert "mono.wav is mono: laid into stereo" in result.reason
    assert "mono.wav ends 1.000 s early" in result.reason


def test_stems_of_two_rates_are_refused(tmp_path: Path) -> None:
    stems = [write_sound(tmp_path / f"{rate}.wav", white_noise(2, 48_000), rate=rate) for rate in (44_100, 48_000)]
    (result,) = normalize(stems, "ebu-r128", tmp_path / "out", group="stems")
    assert isinstance(result.error, UsageError)
    assert "bring them to one rate" in result.reason


def test_of_a_group_with_a_wrong_file_nothing_is_written(tmp_path: Path, stems: list[Path]) -> None:
    stems[1].write_bytes(b"RIFF")
    for group in ("stems", "album"):
        (result,) = normalize(stems, "ebu-r128", tmp_path / "out", group=group)  # type: ignore[arg-type]
        assert isinstance(result.error, FileError)
    assert not (tmp_path / "out").exists()


def album(tmp_path: Path) -> list[Path]:
    levels = {"loud": -15.0, "soft": -22.0, "whisper": -50.0}
    return [write_sound(tmp_path / f"{name}.wav", tones((level, 5.0))) for name, level in levels.items()]


def test_an_album_gets_one_gain_and_keeps_its_differences(tmp_path: Path) -> None:
    tracks = album(tmp_path)
    (result,) = normalize(tracks, "ebu-r128", tmp_path / "out", group="album")
    assert result.passed is True
    assert result.gain_db is not None
    for file in result.files:
        assert file.before is not None
        assert file.after is not None
        before, after = file.before.loudness.integrated_lufs, file.after.loudness.integrated_lufs
        assert after - before == pytest.approx(result.gain_db, abs=LINEAR_GAIN_LU)
    # Two tracks of equal length at -15 and -22 LUFS; the third lies below the album's gate.
    pooled = 10 * np.log10((10**-1.5 + 10**-2.2) / 2)
    assert result.gain_db == pytest.approx(-23.0 - pooled, abs=0.01)


def test_an_album_is_limited_with_one_gain_for_all(tmp_path: Path) -> None:
    tracks = [
        write_sound(tmp_path / "dynamic.wav", noise_with_bursts(2, 4.0)),
        write_sound(tmp_path / "flat.wav", white_noise(2, 48_000 * 4, peak_linear=0.1, seed=2)),
    ]
    (result,) = normalize(tracks, "spotify-normal", tmp_path / "out", group="album", mode="limit", max_limiting_db=24.0)
    assert result.passed is True
    assert result.limiting_max_db > 3.0
    flat = measure(tmp_path / "out" / "flat.wav").loudness.integrated_lufs
    assert flat - measure(tracks[1]).loudness.integrated_lufs == pytest.approx(result.gain_db, abs=LINEAR_GAIN_LU)


def test_an_album_in_tolerance_is_copied_whole(tmp_path: Path) -> None:
    tracks = album(tmp_path)
    normalize(tracks, "ebu-r128", tmp_path / "one", group="album")
    again = [tmp_path / "one" / path.name for path in tracks]
    (result,) = normalize(again, "ebu-r128", tmp_path / "two", group="album")
    assert result.copied
    for path in again:
        assert (tmp_path / "two" / path.name).read_bytes() == path.read_bytes()


def test_a_silent_track_does_not_keep_an_album_from_its_target(tmp_path: Path) -> None:
    tracks = [*album(tmp_path), write_sound(tmp_path / "pause.wav", np.zeros((2, 48_000), np.float32))]
    (result,) = normalize(tracks, "ebu-r128", tmp_path / "out", group="album")
    assert result.passed is True
    assert not read_audio(tmp_path / "out" / "pause.wav")[0].any()
