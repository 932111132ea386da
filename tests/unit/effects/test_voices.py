"""Formants moved without the pitch, and voices at other pitches with the formants of the first."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.signal

from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.media.audio_file import read_audio
from tests.recordings import recording
from tests.running import SAMPLE_RATE, sine

PITCH_HZ = 100.0
FORMANTS_HZ = (700.0, 1220.0, 2600.0)
SILENT = {f"voice{number}_level_db": -60.0 for number in (1, 2, 3)} | {"dry_level_db": -60.0}
ONE = SILENT | {"voice1_level_db": 0.0}


def vowel(seconds: float = 2.0) -> AudioBlock:
    """Pulses through three resonances."""
    pulses = np.zeros(round(seconds * SAMPLE_RATE))
    pulses[np.round(np.arange(0.0, pulses.size, SAMPLE_RATE / PITCH_HZ)).astype(int)[:-1]] = 1.0
    for centre_hz in FORMANTS_HZ:
        radius = math.exp(-math.pi * 90.0 / SAMPLE_RATE)
        angle = 2.0 * math.pi * centre_hz / SAMPLE_RATE
        pulses = scipy.signal.lfilter([1.0 - radius], [1.0, -2.0 * radius * math.cos(angle), radius**2], pulses)
    return (0.25 * pulses / np.abs(pulses).max()).astype(np.float32)[np.newaxis]


def spectrum(block: AudioBlock) -> np.ndarray:
    """Magnitude of the middle second, in bins of 1 Hz."""
    start = (block.shape[1] - SAMPLE_RATE) // 2
    return np.abs(np.fft.rfft(block[0, start : start + SAMPLE_RATE] * np.hanning(SAMPLE_RATE)))


def partials_db(block: AudioBlock, pitch_hz: float, count: int) -> np.ndarray:
    """Level of each partial."""
    level = spectrum(block)
    return np.array([20.0 * np.log10(level[round(pitch_hz * k) - 2 : round(pitch_hz * k) + 3].max())
                     for k in range(1, count + 1)])  # fmt: skip


def moved_db(before_db: np.ndarray, ratio: float) -> np.ndarray:
    """The levels that partials have under an envelope that was moved."""
    places = np.arange(1, before_db.size + 1)
    return np.interp(places / ratio, places, before_db)


@pytest.mark.parametrize("shift", [-4.0, 3.0, 5.0])
def test_formants_move_and_partials_stay(shift: float) -> None:
    sound = vowel()
    moved = fx.formant_shift(shift_semitones=shift).render(sound, SAMPLE_RATE)
    before, after = (partials_db(each, PITCH_HZ, 18) for each in (sound, moved))
    wanted = moved_db(before, 2.0 ** (shift / 12.0))
    assert np.abs(after - wanted)[1:].mean() < 2.0
    assert np.abs(before - wanted)[1:].mean() > 4.0
    level = spectrum(moved)
    between = [20.0 * np.log10(level[at + 35 : at + 66].max()) for at in range(200, 1500, 100)]
    assert np.all(between < after[1:14] - 30.0), "the pitch is as it was"


def test_no_shift_gives_the_sound_back() -> None:
    sound = vowel(1.0)
    np.testing.assert_allclose(fx.formant_shift().render(sound, SAMPLE_RATE), sound, atol=1e-6)


@pytest.mark.parametrize("interval", [-12.0, -5.0, 0.3, 4.0, 7.0, 12.0])
def test_a_voice_of_a_sine_has_its_pitch_its_level_and_nothing_beside(interval: float) -> None:
    sound = sine(440.0, 3.0)
    voice = fx.harmonizer(**{**ONE, "voice1_semitones": interval, "formants_percent": 0.0}).render(sound, SAMPLE_RATE)
    level = spectrum(voice)
    peak = int(level.argmax())
    low, mid, high = np.log(level[peak - 1 : peak + 2])
    found_hz = peak + 0.5 * (low - high) / (low - 2.0 * mid + high)
    assert 1200.0 * math.log2(found_hz / (440.0 * 2.0 ** (interval / 12.0))) == pytest.approx(0.0, abs=0.2)
    steady = slice(SAMPLE_RATE, 2 * SAMPLE_RATE)
    assert 20.0 * math.log10(voice[0, steady].std() / sound[0, steady].std()) == pytest.approx(0.0, abs=0.1)
    rest = np.delete(level, np.arange(peak - 4, peak + 5))
    assert 20.0 * math.log10(rest.max() / level[peak]) < -45.0


@pytest.mark.parametrize("kept", [100.0, 0.0])
def test_a_voice_keeps_the_formants_or_takes_them_with_it(kept: float) -> None:
    sound, ratio = vowel(), 1.5
    semitones = 12.0 * math.log2(ratio)
    voice = fx.harmonizer(**{**ONE, "voice1_semitones": semitones, "formants_percent": kept}).render(sound, SAMPLE_RATE)
    after = partials_db(voice, ratio * PITCH_HZ, 12)
    before = partials_db(sound, PITCH_HZ, 18)
    along = before[:12]
    there = np.interp(ratio * np.arange(1, 13), np.arange(1, 19), before)
    wanted, other = (there, along) if kept else (along, there)
    assert np.abs(after - wanted)[1:].mean() < 2.0 < 0.5 * np.abs(after - other)[1:].mean()


def test_the_sound_itself_passes_and_channels_keep_their_balance() -> None:
    voice = read_audio(recording())[0][:1, : 2 * SAMPLE_RATE]
    sound = np.concatenate([voice, 0.25 * voice, np.zeros_like(voice)])
    dry = fx.harmonizer(**{**SILENT, "dry_level_db": 0.0}).render(sound, SAMPLE_RATE, layout="3.0")
    np.testing.assert_allclose(dry, sound, atol=1e-6)
    both = fx.harmonizer().render(sound, SAMPLE_RATE, layout="3.0")
    np.testing.assert_allclose(both[1], 0.25 * both[0], atol=1e-6)
    assert not both[2].any()
    assert both[0].std() > 1.05 * voice.std()
