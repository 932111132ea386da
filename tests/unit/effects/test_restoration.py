"""Restoration, measured as SNR gained on real speech with damage whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audiopost.effects.restoration_noise import Dereverb
from audiopost.effects.restoration_repair import Declick, Dehum
from audiopost.errors import UsageError
from audiopost.layouts import default_layout
from audiopost.media.audio_file import read_audio
from audiopost.media.audio_writer import AudioWriter
from tests.recordings import SPEECH, recording
from tests.rooms import decaying_room, in_room
from tests.running import SAMPLE_RATE, magnitude_db, prepared, run
from tests.signals import white_noise
from tests.tolerances import DECAY_PART


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """Ten seconds of a real voice, with the pauses between its words, mono."""
    parts = [read_audio(recording(name))[0] for name in SPEECH]
    return np.ascontiguousarray(np.concatenate(parts, axis=1)[:, : 10 * SAMPLE_RATE])


def snr_db(clean: np.ndarray, heard: np.ndarray, skipped: int = 0) -> float:
    """Power of the clean sound over that of the difference, in dB."""
    clean, heard = clean[:, skipped:].astype(np.float64), heard[:, skipped:].astype(np.float64)
    return float(10.0 * np.log10((clean**2).sum() / ((heard - clean) ** 2).sum()))


def restored(node_name: str, samples: np.ndarray, *, settings: dict | None = None, **knobs: float) -> np.ndarray:
    """What the effect makes of the samples, with its latency taken off."""
    node = prepared(node_name, "mono" if samples.shape[0] == 1 else "stereo", parameters=knobs, settings=settings)
    late = node.latency_frames
    padded = np.pad(samples, ((0, 0), (0, late))).astype(np.float32)
    return run(node, padded)[:, late:]


# --- Hum and offset --------------------------------------------------------------------------------------------------


def hum(frames: int, frequency_hz: float, level: float = 0.05) -> np.ndarray:
    phase = 2.0 * np.pi * frequency_hz * np.arange(frames) / SAMPLE_RATE
    return level * sum(np.sin(h * phase + h) / h for h in (1, 2, 3, 5, 7, 9))[None]


@pytest.mark.parametrize("frequency_hz", [50.0, 49.7, 50.6])
def test_hum_is_followed_and_taken_out_of_speech(speech: np.ndarray, frequency_hz: float) -> None:
    noisy = speech + hum(speech.shape[1], frequency_hz)
    late = 4 * SAMPLE_RATE
    before, after = snr_db(speech, noisy, late), snr_db(speech, restored("dehum", noisy), late)
    assert after - before > 10.0


def test_the_frequency_found_is_that_of_the_hum() -> None:
    node = prepared("dehum", "mono")
    run(node, hum(4 * SAMPLE_RATE, 49.62).astype(np.float32))
    assert isinstance(node, Dehum)
    assert node.hum_frequency_hz == pytest.approx(49.62, abs=0.02)


def test_beside_the_notches_nothing_is_lost() -> None:
    node = prepared("dehum", "mono", settings={"track": False, "harmonics": 3})
    away = [25.0, 75.0, 125.0, 200.0, 1000.0]
    assert np.abs(magnitude_db(node, away)).max() < 0.05


@pytest.mark.parametrize("harmonics", [0, 33])
def test_a_number_of_harmonics_out_of_range_is_refused(harmonics: int) -> None:
    with pytest.raises(UsageError, match=f"harmonics = {harmonics}"):
        prepared("dehum", settings={"harmonics": harmonics})


def test_an_offset_is_removed_and_the_lows_stay(speech: np.ndarray) -> None:
    out = restored("dc_removal", speech + 0.1)
    assert abs(out[0, SAMPLE_RATE:].mean()) < 1e-4
    node = prepared("dc_removal", "mono", parameters={"frequency_hz": 2.0})
    assert magnitude_db(node, [2.0, 40.0]) == pytest.approx([-3.01, 0.0], abs=0.05)


# --- Clicks and clipping ---------------------------------------------------------------------------------------------


def test_clicks_are_found_and_repaired(speech: np.ndarray) -> None:
    chance = np.random.default_rng(5)
    damaged = speech.copy()
    places = np.sort(chance.choice(np.arange(2000, speech.shape[1] - 2000), 200, replace=False))
    for place in places:
        length = int(chance.integers(1, 12))
        damaged[0, place : place + length] += chance.choice([-1.0, 1.0]) * chance.uniform(0.1, 0.5, length)
    out = restored("declick", damaged, threshold=6.0)
    assert snr_db(speech, out) - snr_db(speech, damaged) > 15.0


def test_ticks_of_the_mouth_go_from_between_words(speech: np.ndarray) -> None:
    """Lips and tongue: 1 to 4 ms of a resonance that dies away, as loud as the words; counted where nobody speaks."""
    rng, level = np.random.default_rng(4), np.sqrt((speech**2).mean())
    ticks, spoken = np.zeros_like(speech), np.convolve(speech[0] ** 2, np.full(800, 1 / 800), "same") > 0.01 * level**2
    between = []
    for start in range(4_800, speech.shape[1] - 4_800, 4_800):
        frames = int(rng.uniform(48, 192))
        time_s = np.arange(frames) / SAMPLE_RATE
        tick = np.sin(2 * np.pi * rng.uniform(2_000, 6_000) * time_s) + 0.3 * rng.standard_normal(frames)
        ticks[0, start : start + frames] += 2.0 * level * tick * np.exp(-np.arange(frames) * 4.0 / frames)
        if not spoken[start : start + frames].any():
            between.append(slice(start, start + frames))
    left = restored("declick", speech + ticks, threshold=6.0) - speech
    lowered_db = [10.0 * np.log10((ticks[0, at] ** 2).sum() / (left[0, at] ** 2).sum()) for at in between]
    assert len(between) > 10
    assert np.median(lowered_db) > 20.0


def test_undamaged_speech_is_left_alone(speech: np.ndarray) -> None:
    assert snr_db(speech, restored("declick", speech)) > 40.0


def test_music_like_tones_are_left_alone() -> None:
    time_s = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    chord = sum(0.1 * np.sin(2 * np.pi * hz * time_s) for hz in (220.0, 277.2, 329.6))[None].astype(np.float32)
    node = prepared("declick", "mono")
    out = run(node, np.pad(chord, ((0, 0), (0, node.latency_frames))))[:, node.latency_frames :]
    assert isinstance(node, Declick)
    np.testing.assert_allclose(out[:, 4800:-4800], chord[:, 4800:-4800], atol=1e-4)


@pytest.mark.parametrize(("share", "gained_db"), [(0.5, 6.0), (0.7, 6.0)])
def test_clipped_peaks_are_drawn_anew(speech: np.ndarray, share: float, gained_db: float) -> None:
    ceiling = share * float(np.abs(speech).max())
    clipped = np.clip(speech, -ceiling, ceiling).astype(np.float32)
    ceiling_dbfs = float(20.0 * np.log10(ceiling))
    out = restored("declip", clipped, ceiling_dbfs=ceiling_dbfs, gain_db=0.0)
    assert snr_db(speech, out) - snr_db(speech, clipped) > gained_db
    untouched = np.abs(clipped) < 0.98 * ceiling
    np.testing.assert_array_equal(out[untouched], clipped[untouched])


# --- Noise and room --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def noise(speech: np.ndarray) -> np.ndarray:
    """Pink noise that nobody here made, as long as the speech, 10 dB below it."""
    recorded, _ = read_audio(recording("Noise"))
    whole = np.tile(recorded[:1], (1, 1 + speech.shape[1] // recorded.shape[1]))[:, : speech.shape[1]]
    return whole * np.sqrt((speech.astype(np.float64) ** 2).sum() / (whole.astype(np.float64) ** 2).sum() / 10.0)


@pytest.mark.parametrize("rule", ["om_lsa", "wiener"])
def test_noise_is_followed_and_lowered_and_speech_is_kept(speech: np.ndarray, noise: np.ndarray, rule: str) -> None:
    out = restored("denoise", speech + noise, settings={"rule": rule})
    late = SAMPLE_RATE
    assert snr_db(speech, out, late) - snr_db(speech, speech + noise, late) > 4.0


def test_a_learned_profile_lowers_the_noise_by_what_is_asked(tmp_path: Path, noise: np.ndarray) -> None:
    path = tmp_path / "noise.wav"
    with AudioWriter(path, SAMPLE_RATE, default_layout(1), bits="32f") as writer:
        writer.write(np.ascontiguousarray(noise[:, : 2 * SAMPLE_RATE], dtype=np.float32))
    for settings, turns in (({"noise_profile": str(path)}, {}), ({}, {0: {"learn": 1.0}, SAMPLE_RATE: {"learn": 0.0}})):
        node = prepared("denoise", "mono", settings=settings, parameters={"reduction_db": 20.0, "strength_db": 3.0})
        out = run(node, noise.astype(np.float32), turns=turns)[:, 3 * SAMPLE_RATE :]
        lowered = 10.0 * np.log10((out.astype(np.float64) ** 2).mean() / (noise**2).mean())
        assert lowered == pytest.approx(-20.0, abs=1.5)


def test_a_profile_that_is_too_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    with AudioWriter(path, SAMPLE_RATE, default_layout(1), bits="32f") as writer:
        writer.write(white_noise(1, 100))
    with pytest.raises(UsageError, match="shorter than"):
        prepared("denoise", settings={"noise_profile": str(path)})


@pytest.mark.parametrize(("effect", "knobs"), [("denoise", {"reduction_db": 0.0}), ("dereverb", {"reduction_db": 0.0})])
def test_lowered_by_nothing_the_sound_comes_back(speech: np.ndarray, effect: str, knobs: dict[str, float]) -> None:
    np.testing.assert_allclose(restored(effect, speech, **knobs), speech, atol=1e-6)


def test_the_channels_keep_their_places_in_the_picture(speech: np.ndarray, noise: np.ndarray) -> None:
    both = np.concatenate([speech, 0.25 * speech]) + np.concatenate([noise, 0.25 * noise])
    out = restored("denoise", both)
    np.testing.assert_allclose(out[1], 0.25 * out[0], atol=1e-6)


def test_a_room_is_lowered_behind_a_voice(speech: np.ndarray) -> None:
    """A room of exponentially decaying noise, 0.6 s: what comes 50 ms after the sound and later is what must go."""
    chance = np.random.default_rng(8)
    time_s = np.arange(int(0.9 * SAMPLE_RATE)) / SAMPLE_RATE
    room = chance.standard_normal(time_s.size) * np.exp(-6.91 * time_s / 0.6)
    room *= 0.5 / np.sqrt((room**2).sum())
    late = room.copy()
    late[: int(0.05 * SAMPLE_RATE)] = 0.0
    early = room - late
    early[0] += 1.0
    size = 1 << 20
    spectrum = np.fft.rfft(speech[0], size)
    wanted, added = (
        np.fft.irfft(spectrum * np.fft.rfft(each, size), size)[None, : speech.shape[1]] for each in (early, late)
    )
    out = restored("dereverb", (wanted + added).astype(np.float32))
    assert snr_db(wanted, out) - snr_db(wanted, wanted + added) > 2.0
    silent = np.abs(speech[0]) < 1e-3
    quiet = 10.0 * np.log10((out[0, silent] ** 2).mean() / ((wanted + added)[0, silent] ** 2).mean())
    assert quiet < -4.0


def test_the_decay_of_the_room_is_followed(speech: np.ndarray) -> None:
    """A cut from a room of 0.4 s to one of 1.6 s, the knob at 0.6 s all the time: each is found, split or whole."""
    both = [in_room(speech[:, : 5 * SAMPLE_RATE], decaying_room(decay_s, 0.0)) for decay_s in (0.4, 1.6)]
    node = prepared("dereverb", "mono", settings={"follow": True})
    assert isinstance(node, Dereverb)
    assert node.decay_s == 0.6
    out = []
    for samples, decay_s in zip(both, (0.4, 1.6), strict=True):
        out.append(run(node, samples))
        assert node.decay_s == pytest.approx(decay_s, rel=DECAY_PART)
    node.reset()
    assert node.decay_s == 0.6
    np.testing.assert_array_equal(run(node, both[0], (1, 0, 77, 4096)), out[0])
