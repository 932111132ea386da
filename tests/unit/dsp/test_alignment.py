from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import fftconvolve

from audiopost.dsp.alignment import align, aligned
from audiopost.errors import UsageError
from audiopost.media.audio_file import read_audio
from tests.recordings import recording
from tests.signals import white_noise

RATE = 48_000


def speech() -> np.ndarray:
    return read_audio(recording())[0][0, : 2 * RATE].astype(np.float64)


@pytest.mark.parametrize("late_frames", [-700, 0, 33, 1999])
@pytest.mark.parametrize("inverted", [False, True])
def test_a_late_copy_of_speech_is_found_to_the_frame(late_frames: int, inverted: bool) -> None:
    voice = speech()
    other = np.roll(voice, late_frames) * (-0.5 if inverted else 0.5)
    found = align(voice, other, RATE)
    assert found.late_frames == pytest.approx(late_frames, abs=0.05)
    assert found.inverted is inverted
    assert found.confidence > 0.8


def test_a_part_of_a_frame_is_found_and_mended() -> None:
    voice = speech()
    turns = np.exp(-2j * np.pi * np.fft.rfftfreq(voice.size) * 17.4)
    late = np.fft.irfft(np.fft.rfft(voice) * turns, voice.size)
    found = align(voice, late, RATE)
    assert found.late_frames == pytest.approx(17.4, abs=0.1)
    mended = aligned(late, found)[0, 1000:-1000]
    assert np.std(mended - voice[1000:-1000]) < 0.05 * np.std(voice)


def test_a_second_microphone_in_a_room_with_noise_is_found() -> None:
    voice = speech()
    source = np.random.default_rng(3)
    room = source.standard_normal(9600) * np.exp(-np.arange(9600) / 1500.0) * 0.05
    room[240] = 1.0
    room[:240] = 0.0
    boom = fftconvolve(voice, room)[: voice.size] + 0.002 * source.standard_normal(voice.size)
    found = align(voice, boom, RATE)
    assert found.late_frames == pytest.approx(240.0, abs=1.0)
    assert not found.inverted


def test_sounds_that_have_nothing_in_common_are_told_by_their_confidence() -> None:
    one, other = white_noise(2, 2 * RATE)
    assert align(one, other, RATE).confidence < 0.05


def test_too_little_and_silence_are_refused() -> None:
    with pytest.raises(UsageError, match="too few"):
        align(np.ones(2000), np.ones(2000), RATE)
    with pytest.raises(UsageError, match="silent"):
        align(np.zeros(RATE), speech(), RATE)
