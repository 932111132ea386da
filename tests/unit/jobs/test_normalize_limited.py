"""Limit mode: gain, and peaks lowered by at most so many dB."""

from pathlib import Path

import numpy as np
import pytest

from audiopost.errors import TargetUnreachableError
from audiopost.jobs.limited_gain import LimitedGain
from audiopost.jobs.measure import measure
from audiopost.jobs.normalize import normalize
from audiopost.media.audio_file import read_audio
from audiopost.units import db_to_linear
from tests.programmes import speech, write_sound
from tests.recordings import recording
from tests.signals import noise_with_bursts, white_noise
from tests.tolerances import CEILING_DB, DELIVERED_LOUDNESS_LU


@pytest.mark.parametrize("bits", ["16", "24"])
def test_speech_is_limited_to_the_target_and_stays_under_the_ceiling(tmp_path: Path, bits: str) -> None:
    source = write_sound(tmp_path / "voice.wav", speech(), bits=bits)
    (result,) = normalize(source, "spotify-normal", tmp_path / "out", mode="limit", max_limiting_db=6.0)
    assert result.passed is True
    assert 1.0 < result.limiting_max_db <= 6.0
    after = measure(tmp_path / "out" / "voice.wav").loudness
    assert after.integrated_lufs == pytest.approx(-14.0, abs=DELIVERED_LOUDNESS_LU)
    assert after.true_peak_dbtp <= -1.0 + CEILING_DB


def test_what_needs_more_limiting_than_allowed_is_refused_with_the_amount_it_needs(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "voice.wav", speech())
    allowed, needed = 3.0, 0.0
    (refused,) = normalize(source, "spotify-normal", tmp_path / "out", mode="limit", max_limiting_db=allowed)
    assert isinstance(refused.error, TargetUnreachableError)
    assert not (tmp_path / "out").exists()
    needed = allowed + refused.error.shortfall_db
    (done,) = normalize(source, "spotify-normal", tmp_path / "out", mode="limit", max_limiting_db=needed)
    assert done.passed is True
    assert done.limiting_max_db == pytest.approx(needed, abs=1e-6)


def test_limit_mode_is_pure_gain_where_nothing_has_to_be_limited(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", white_noise(2, 100_000), bits="32f")
    (limited,) = normalize(source, "ebu-r128", tmp_path / "limit", mode="limit")
    (linear,) = normalize(source, "ebu-r128", tmp_path / "linear")
    assert (limited.limiting_max_db, limited.gain_db) == (0.0, linear.gain_db)
    assert (tmp_path / "limit" / "a.wav").read_bytes() == (tmp_path / "linear" / "a.wav").read_bytes()


def test_away_from_peaks_a_limited_file_is_the_scaled_input_in_its_place(tmp_path: Path) -> None:
    block = noise_with_bursts(2, 4.0)
    block[:, 48_000:] = block[:, 48_000:] * np.float32(0.125) + 0.0
    block[:, 48_000:] = np.clip(block[:, 48_000:], -0.02, 0.02)  # bursts only in the first second
    source = write_sound(tmp_path / "a.wav", block, bits="32f")
    (result,) = normalize(source, "apple-podcasts", tmp_path / "out", mode="limit", max_limiting_db=24.0)
    assert result.limiting_max_db > 0.0
    assert result.gain_db is not None
    written, scaled = read_audio(tmp_path / "out" / "a.wav")[0], block * np.float64(db_to_linear(result.gain_db))
    assert written.shape == block.shape
    late = slice(48_000 * 3, None)
    assert np.allclose(written[:, late], scaled[:, late], rtol=1e-6, atol=0.0)


@pytest.mark.parametrize("cut", [1, 479, 65_536])
def test_the_limited_sound_does_not_depend_on_the_blocks(cut: int) -> None:
    block = noise_with_bursts(2, 1.5)

    def limited(frames: int) -> np.ndarray:
        pass_ = LimitedGain(48_000, 2, 6.0, -1.0)
        pieces = [(block[:, at : at + frames].copy(),) for at in range(0, block.shape[1], frames)]
        return np.concatenate([out for (out,) in pass_.process(pieces)], axis=1)

    frames = max(cut, 97)
    assert np.array_equal(limited(frames), limited(4096))


def test_the_deepest_reduction_is_what_was_taken_off_the_highest_peak() -> None:
    block = noise_with_bursts(1, 1.0)
    pass_ = LimitedGain(48_000, 1, 6.0, -1.0)
    out = np.concatenate([blocks[0] for blocks in pass_.process([(block,)])], axis=1)
    ratio = np.abs(out[np.abs(block) > 0.01] / (block[np.abs(block) > 0.01] * db_to_linear(6.0)))
    assert pass_.reduction.max_db == pytest.approx(-20 * np.log10(ratio.min()), abs=1e-3)


def test_a_sample_that_is_no_number_does_not_stay_in_the_limiter(tmp_path: Path) -> None:
    block = noise_with_bursts(1, 1.0)
    block[0, 100] = np.nan
    out = np.concatenate(
        [blocks[0] for blocks in LimitedGain(48_000, 1, 6.0, -1.0).process([(block,)])], axis=1
    )  # fmt: skip
    assert np.isfinite(out).all()
    assert out[0, 100] == 0.0


def test_deep_limiting_is_solved_too(tmp_path: Path) -> None:
    """Far into a limiter a dB of gain brings a quarter of a dB of loudness: the search has to go on."""
    source = write_sound(tmp_path / "voice.wav", read_audio(recording("Front_Center"))[0])
    (result,) = normalize(source, "spotify-loud", tmp_path / "out", mode="limit", max_limiting_db=24.0)
    assert result.passed is True, result.reason
    assert result.limiting_max_db > 10.0
    after = measure(tmp_path / "out" / "voice.wav").loudness
    assert after.integrated_lufs == pytest.approx(-11.0, abs=DELIVERED_LOUDNESS_LU)
