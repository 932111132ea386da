"""What goes with a programme: its mix, its stems, its dialogue, what it interrupts, and the part that is measured."""

from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.errors import TargetUnreachableError, UsageError
from audiopost.jobs.measure import measure, measure_samples
from audiopost.jobs.normalize import normalize
from audiopost.media.audio_file import read_audio
from tests.programmes import speech, write_sound
from tests.signals import noise_with_bursts, tones, white_noise
from tests.tolerances import DELIVERED_LOUDNESS_LU


def stereo_speech() -> AudioBlock:
    return np.repeat(speech(), 2, axis=0)


@pytest.mark.parametrize(("mode", "target"), [("linear", "ebu-r128"), ("limit", "spotify-normal")])
def test_what_is_not_part_of_the_sum_gets_the_gain_of_the_mix(tmp_path: Path, mode: str, target: str) -> None:
    mix = write_sound(tmp_path / "mix.wav", stereo_speech())
    alternate = write_sound(tmp_path / "me.wav", stereo_speech() * np.float32(0.25))
    (own,) = normalize(mix, target, tmp_path / "own", mode=mode, max_limiting_db=12.0)  # type: ignore[arg-type]
    (given,) = normalize(alternate, target, tmp_path / "out", mode=mode, max_limiting_db=12.0, gain_from=mix)  # type: ignore[arg-type]
    assert given.gain_db == own.gain_db
    assert given.passed is True
    assert "with the gain of mix.wav" in given.reason
    assert given.verdict is not None
    assert {rule.rule for rule in given.verdict.rules} == {"true_peak_dbtp"}
    assert given.limiting_max_db == 0.0
    assert not list(tmp_path.glob("**/*.part"))


def test_a_given_gain_that_brings_peaks_over_the_ceiling_is_refused(tmp_path: Path) -> None:
    mix = write_sound(tmp_path / "mix.wav", white_noise(2, 48_000 * 3, peak_linear=0.05))
    loud = write_sound(tmp_path / "me.wav", white_noise(2, 48_000 * 3, peak_linear=0.9))
    (refused,) = normalize(loud, "ebu-r128", tmp_path / "out", gain_from=mix)
    assert isinstance(refused.error, TargetUnreachableError)
    assert "the gain of mix.wav" in refused.reason


def test_stems_that_sum_to_their_mix_are_done_and_others_are_told_by_how_much_and_from_when(tmp_path: Path) -> None:
    blocks = [stereo_speech() * np.float32(0.5), white_noise(2, speech().shape[1], peak_linear=0.02)]
    stems = [write_sound(tmp_path / f"{name}.wav", block) for name, block in zip("dm", blocks, strict=True)]
    read = [read_audio(path)[0] for path in stems]
    mix = write_sound(tmp_path / "mix.wav", read[0] + read[1])
    (done,) = normalize(stems, "ebu-r128", tmp_path / "out", group="stems", full_mix=mix)
    assert done.passed is True
    assert done.summing is not None
    assert done.summing.difference_dbfs < -100.0

    other = read[0] + read[1]
    other[1, 48_000 * 2 :] += np.float32(0.001)
    changed = write_sound(tmp_path / "other.wav", other)
    (refused,) = normalize(stems, "ebu-r128", tmp_path / "two", group="stems", full_mix=changed)
    assert isinstance(refused.error, TargetUnreachableError)
    assert "peaks at -60.0 dBFS, heard from 2.000 s on" in refused.reason
    assert not (tmp_path / "two").exists()


def test_a_mix_that_goes_on_after_its_stems_does_not_sum(tmp_path: Path) -> None:
    tone = tones((-23.0, 3.0))
    stems = [write_sound(tmp_path / f"{name}.wav", tone * np.float32(0.5)) for name in "ab"]
    longer = write_sound(tmp_path / "mix.wav", tones((-23.0, 4.0)))
    (refused,) = normalize(stems, "ebu-r128", tmp_path / "out", group="stems", full_mix=longer)
    assert "heard from 3.000 s on" in refused.reason


def test_the_extent_is_measured_and_all_of_the_file_is_written(tmp_path: Path) -> None:
    """A 2-pop and leader before the programme are no part of its loudness, and stay in sync before it."""
    pop = tones((-20.0, 0.04), (-np.inf, 1.96), (-26.0, 6.0))
    path = write_sound(tmp_path / "reel.wav", pop)
    (result,) = normalize(path, "ebu-r128", tmp_path / "out", start="00:00:02:00", frames_per_second=25.0)
    assert result.gain_db == pytest.approx(3.0, abs=0.01)
    written = read_audio(tmp_path / "out" / "reel.wav")[0]
    assert written.shape == pop.shape
    assert measure_samples(written[:, 96_000:], 48_000).integrated_lufs == pytest.approx(-23.0, abs=0.01)
    assert result.files[0].after is not None
    assert result.files[0].after.duration_s == pytest.approx(6.0)


def test_dialogue_stem_gates_before_and_after_alike(tmp_path: Path) -> None:
    voice = stereo_speech()
    mix = write_sound(tmp_path / "mix.wav", voice + tones((-35.0, 20.0))[:, : voice.shape[1]])
    stem = write_sound(tmp_path / "dialogue.wav", voice)
    (result,) = normalize(mix, "peacock", tmp_path / "out", dialogue_stem=stem)
    assert result.outcome == "passed"
    assert result.verdict is not None
    assert result.verdict.rules[0].measured == pytest.approx(-27.0, abs=DELIVERED_LOUDNESS_LU)
    (without,) = normalize(mix, "peacock", tmp_path / "two")
    assert isinstance(without.error, TargetUnreachableError)
    assert "dialogue loudness was not measured" in without.reason


def test_by_the_open_detector_a_delivery_is_indicative(tmp_path: Path) -> None:
    mix = write_sound(tmp_path / "mix.wav", np.tile(stereo_speech(), 2))
    (result,) = normalize(mix, "peacock", tmp_path / "out", gate="dialogue")
    assert (result.outcome, result.passed) == ("indicative", None)


def test_an_advert_is_brought_to_the_programme_around_it(tmp_path: Path) -> None:
    around = write_sound(tmp_path / "film.wav", tones((-21.5, 4.0)))
    advert = write_sound(tmp_path / "ad.wav", tones((-12.0, 4.0)))
    (result,) = normalize(advert, "calm-act", tmp_path / "out", around=around)
    assert result.passed is True
    assert measure(tmp_path / "out" / "ad.wav").loudness.integrated_lufs == pytest.approx(-21.5, abs=0.02)


def test_an_audiobook_and_a_trailer_are_brought_to_their_own_measures(tmp_path: Path) -> None:
    book = write_sound(tmp_path / "book.wav", tones((-90.0, 0.7), (-30.0, 3.0), (-90.0, 1.5), channels=1))
    (rms,) = normalize(book, "acx", tmp_path / "book-out", write_anyway=True)  # it wants MP3
    assert rms.verdict is not None
    assert next(rule for rule in rms.verdict.rules if rule.rule == "rms_dbfs").passed is True
    trailer = write_sound(tmp_path / "trailer.wav", white_noise(6, 48_000 * 3, peak_linear=0.9), layout="5.1")
    (leq,) = normalize(trailer, "tasa", tmp_path / "trailer-out")
    assert leq.passed is True
    assert leq.verdict is not None
    assert leq.verdict.rules[0].measured == pytest.approx(85.0, abs=0.01)


def test_reels_pool_into_one_programme(tmp_path: Path) -> None:
    reels = [write_sound(tmp_path / f"reel{n}.wav", tones((level, 6.0))) for n, level in enumerate((-30.0, -20.0))]
    (result,) = normalize(reels, "ebu-r128", tmp_path / "out", group="album")
    pooled = measure_samples(np.concatenate([read_audio(tmp_path / "out" / path.name)[0] for path in reels], 1), 48_000)
    assert result.passed is True
    assert pooled.integrated_lufs == pytest.approx(-23.0, abs=0.05)


@pytest.mark.parametrize(
    "wrong",
    [
        {"full_mix": "mix.wav"},
        {"gate": "speech"},
        {"gain_from": "mix.wav", "mode": "level"},
        {"mode": "level", "max_riding_db": 30.0},
        {"start": "00:00:01:00"},
        {"report": "page.html"},
        {"report": "page.pdf"},
    ],
)
def test_a_wrong_request_is_refused_before_anything_is_written(tmp_path: Path, wrong: dict[str, object]) -> None:
    source = write_sound(tmp_path / "a.wav", noise_with_bursts(2, 1.0))
    with pytest.raises(UsageError):
        normalize(source, "ebu-r128", tmp_path / "out", **wrong)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()
