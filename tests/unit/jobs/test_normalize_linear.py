"""Linear mode: pure gain, by the null against the scaled input."""

import json
from pathlib import Path

import numpy as np
import pytest

from audiopost.errors import FileError, TargetUnreachableError
from audiopost.jobs.measure import measure
from audiopost.jobs.normalize import normalize
from audiopost.media.audio_file import open_audio, read_audio
from audiopost.units import db_to_linear
from tests.programmes import speech, write_sound
from tests.readings import assert_same_reading
from tests.signals import noise_with_bursts, tones, white_noise
from tests.tolerances import DITHERED_STEPS, LINEAR_GAIN_LU, RESAMPLED_LOUDNESS_LU, ROUNDED_STEPS


def steps_off(source: Path, output: Path, gain_db: float, bits: int) -> float:
    """Largest difference between the output and the scaled input, in steps of the word."""
    scaled = read_audio(source)[0].astype(np.float64) * db_to_linear(gain_db)
    return float(np.max(np.abs(read_audio(output)[0] - scaled))) * 2 ** (bits - 1)


@pytest.mark.parametrize("bits", [16, 24])
@pytest.mark.parametrize(("dither", "allowed_steps"), [("none", ROUNDED_STEPS), ("tpdf", DITHERED_STEPS)])
def test_linear_mode_is_pure_gain(tmp_path: Path, bits: int, dither: str, allowed_steps: float) -> None:
    source = write_sound(tmp_path / "a.wav", white_noise(2, 200_000, peak_linear=0.9), bits=str(bits))
    (result,) = normalize(source, "ebu-r128", tmp_path / "out", dither=dither)  # type: ignore[arg-type]
    assert result.gain_db is not None
    off = steps_off(source, tmp_path / "out" / "a.wav", result.gain_db, bits)
    assert 0.25 < off <= allowed_steps
    assert (off > ROUNDED_STEPS) is (dither == "tpdf")


def test_floating_point_is_the_product_itself(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", white_noise(2, 100_000), bits="32f")
    (result,) = normalize(source, "ebu-r128", tmp_path / "out")
    assert result.gain_db is not None
    product = (read_audio(source)[0] * np.float64(db_to_linear(result.gain_db))).astype(np.float32)
    assert np.array_equal(read_audio(tmp_path / "out" / "a.wav")[0], product)


@pytest.mark.parametrize("target", ["ebu-r128", "atsc-a85-short", "op-59", "podcast-mono"])
def test_speech_reaches_its_target(tmp_path: Path, target: str) -> None:
    source = write_sound(tmp_path / "voice.wav", speech() * np.float32(0.3))
    (result,) = normalize(source, target, tmp_path / "out", in_tolerance="process")
    assert result.passed is True
    assert result.limiting_max_db == 0.0
    after = measure(tmp_path / "out" / "voice.wav").loudness
    assert result.files[0].after is not None
    assert_same_reading(result.files[0].after.loudness, after)
    aims = {"ebu-r128": -23.0, "atsc-a85-short": -24.0, "op-59": -24.0, "podcast-mono": -19.0}
    assert after.integrated_lufs == pytest.approx(aims[target], abs=LINEAR_GAIN_LU)


def test_linear_mode_refuses_and_writes_nothing_where_peaks_stand_in_the_way(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", noise_with_bursts(1, 4.0))
    (result,) = normalize(source, "spotify-normal", tmp_path / "out")
    assert isinstance(result.error, TargetUnreachableError)
    assert result.error.shortfall_db > 0.0
    assert (result.passed, result.gain_db, result.files[0].output) == (False, None, None)
    assert "--mode limit --max-limiting" in result.reason
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("seconds", [0.1, 4.0])
def test_silence_and_what_is_too_short_is_never_brought_to_a_level(tmp_path: Path, seconds: float) -> None:
    block = np.zeros((2, 48_000 * 4), np.float32) if seconds > 1.0 else tones((-23.0, seconds))
    (result,) = normalize(write_sound(tmp_path / "a.wav", block), "ebu-r128", tmp_path / "out")
    assert isinstance(result.error, TargetUnreachableError)
    assert "undefined" in result.reason


def test_silence_around_a_programme_stays_digital_silence(tmp_path: Path) -> None:
    block = white_noise(1, 96_000)
    block[:, :20_000] = 0.0
    source = write_sound(tmp_path / "a.wav", block, bits="16")
    normalize(source, "ebu-r128", tmp_path / "out")
    assert not read_audio(tmp_path / "out" / "a.wav")[0][:, :20_000].any()


def test_a_file_in_tolerance_is_copied_byte_for_byte(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", tones((-23.1, 4.0)))
    (result,) = normalize(source, "ebu-r128", tmp_path / "out")
    assert (tmp_path / "out" / "a.wav").read_bytes() == source.read_bytes()
    assert (result.passed, result.copied, result.gain_db) == (True, True, 0.0)
    assert result.reason == "within every tolerance already: left as it is"


def test_a_file_in_tolerance_hits_the_centre_where_asked(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", tones((-23.1, 4.0)))
    (result,) = normalize(source, "ebu-r128", tmp_path / "out", in_tolerance="process")
    assert not result.copied
    assert result.files[0].after is not None
    assert result.files[0].after.loudness.integrated_lufs == pytest.approx(-23.0, abs=LINEAR_GAIN_LU)


def test_a_file_in_tolerance_is_converted_without_gain_where_another_form_is_asked(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", tones((-23.1, 4.0)), bits="24")
    (result,) = normalize(source, "ebu-r128", tmp_path / "out", format="flac")
    assert (result.copied, result.gain_db) == (True, 0.0)
    assert np.array_equal(read_audio(tmp_path / "out" / "a.flac")[0], read_audio(source)[0])


@pytest.mark.parametrize(
    ("bits", "suffix"), [("16", "wav"), ("24", "wav"), ("32f", "wav"), ("16", "flac"), ("24", "aiff")]
)
def test_depth_rate_layout_and_container_are_those_of_the_input(tmp_path: Path, bits: str, suffix: str) -> None:
    block = np.repeat(white_noise(1, 88_200), 6, axis=0)
    source = write_sound(tmp_path / f"a.{suffix}", block, bits=bits, rate=44_100, layout="5.1")
    (result,) = normalize(source, "ebu-r128", tmp_path / "out")
    assert result.passed is True
    with open_audio(source) as old, open_audio(tmp_path / "out" / f"a.{suffix}") as new:
        assert (new.stored_bits, new.sample_rate, new.layout, new.format, new.frames) == (
            old.stored_bits,
            old.sample_rate,
            old.layout,
            old.format,
            old.frames,
        )


def test_another_rate_depth_and_format_are_made_and_the_level_is_that_of_the_result(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", white_noise(2, 48_000 * 4))
    (result,) = normalize(source, "ebu-r128", tmp_path / "out", rate=44_100, bits="16", format="flac")
    (file,) = result.files
    assert file.before is not None
    assert file.after is not None
    assert (file.before.sample_rate_hz, file.before.bits, file.before.container) == (48_000, "24", "wav")
    assert (file.after.sample_rate_hz, file.after.bits, file.after.container) == (44_100, "16", "flac")
    assert file.after.duration_s == pytest.approx(4.0, abs=1e-4)
    assert file.after.loudness.integrated_lufs == pytest.approx(-23.0, abs=RESAMPLED_LOUDNESS_LU)
    assert result.passed is True


def test_a_mono_file_can_be_brought_to_target_as_dual_mono(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", tones((-20.0, 4.0), channels=1))
    (result,) = normalize(source, "ebu-r128", tmp_path / "out", dual_mono=True)
    assert result.passed is True
    assert measure(tmp_path / "out" / "a.wav", dual_mono=True).loudness.integrated_lufs == pytest.approx(
        -23.0, abs=LINEAR_GAIN_LU
    )


def test_samples_that_are_no_numbers_become_silence_and_are_told(tmp_path: Path) -> None:
    block = white_noise(1, 96_000)
    source = write_sound(tmp_path / "a.wav", block, bits="32f")
    raw = bytearray(source.read_bytes())
    raw[-4:] = np.array([np.nan], "<f4").tobytes()
    source.write_bytes(raw)
    (result,) = normalize(source, "ebu-r128", tmp_path / "out")
    assert result.files[0].before is not None
    assert any("no numbers" in note for note in result.files[0].before.notes)
    assert np.isfinite(read_audio(tmp_path / "out" / "a.wav")[0]).all()


def test_a_wide_layout_is_measured_again_as_it_was_measured_before(tmp_path: Path) -> None:
    block = white_noise(12, 48_000 * 2, peak_linear=0.3)
    source = write_sound(tmp_path / "a.wav", block, layout="7.1.4")
    (result,) = normalize(source, "ebu-r128", tmp_path / "out", layout="7.1.4")
    assert result.files[0].after is not None
    assert (result.passed, result.files[0].after.layout) == (True, "7.1.4")


def test_a_format_with_an_order_of_its_own_keeps_the_loudness(tmp_path: Path) -> None:
    block = white_noise(6, 48_000 * 3, peak_linear=0.3)
    block[4:] *= 3.0  # loud surrounds: a mistaken order would be heard in the weights
    source = write_sound(tmp_path / "a.wav", block, layout="5.1")
    (result,) = normalize(source, "ebu-r128", tmp_path / "out", format="ogg")
    assert result.passed is True


def test_the_document_is_what_the_contract_says(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.wav", tones((-20.0, 4.0)))
    document = normalize(source, "ebu-r128", tmp_path / "out")[0].to_json()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert {"target", "mode", "gain_db", "limiting_max_db", "files", "sum", "passed", "reason"} <= document.keys()
    (file,) = document["files"]
    assert file.keys() == {"path", "output", "before", "after"}
    assert file["after"]["path"] == file["output"] == str(tmp_path / "out" / "a.wav")
    assert (document["sum"], document["error"]) == (None, None)


def test_a_file_that_is_wrong_fails_alone(tmp_path: Path) -> None:
    good = write_sound(tmp_path / "good.wav", tones((-20.0, 4.0)))
    bad = tmp_path / "bad.wav"
    bad.write_text("not sound")
    results = normalize([bad, good], "ebu-r128", tmp_path / "out")
    assert isinstance(results[0].error, FileError)
    assert [result.passed for result in results] == [False, True]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.wav"]
