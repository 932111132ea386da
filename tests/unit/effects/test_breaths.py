"""Breaths between the words of a real voice: lowered by what is asked, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.effects.breaths import BreathControl
from audiopost.media.audio_file import read_audio
from tests.programmes import speech
from tests.recordings import SPEECH, recording
from tests.running import SAMPLE_RATE, prepared, run
from tests.tolerances import BREATH_LOWERED_DB
from tests.unit.effects.test_restoration import restored, snr_db

BREATH_S = 0.5
ROOM_DB = -45.0
"""Of the noise of the room, under the voice."""


def breath(seed: int) -> np.ndarray:
    """Noise through a throat that is open: a formant at 1.6 kHz, swelling and fading; RMS 1, (1, frames)."""
    frames = int(BREATH_S * SAMPLE_RATE)
    noise = np.random.default_rng(seed).standard_normal((1, frames)).astype(np.float32)
    throat = fx.highpass(frequency_hz=500) >> fx.peak(frequency_hz=1600, gain_db=8) >> fx.lowpass(frequency_hz=5000)
    shaped = throat.render(0.1 * noise, SAMPLE_RATE, tail=False) * np.sin(np.pi * np.arange(frames) / frames)
    return np.asarray(shaped / np.sqrt((shaped**2).mean()))


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    return speech()[:, : 6 * SAMPLE_RATE]


@pytest.fixture(scope="module", params=[-15.0, -25.0], ids=["loud", "soft"])
def breathing(request: pytest.FixtureRequest, voice: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The voice in the noise of its room, with a breath every second and a half; and where the breaths are."""
    voice_rms = np.sqrt((voice**2).mean())
    parts, places = [], []
    for number, name in enumerate(SPEECH[:4]):  # each ends in a pause
        words = read_audio(recording(name))[0]
        blown = breath(number) * voice_rms * 10.0 ** (request.param / 20.0)
        parts += [words, blown]
        places += [np.zeros(words.shape[1], bool), np.ones(blown.shape[1], bool)]
    sound = np.concatenate(parts, axis=1)
    room = np.random.default_rng(9).standard_normal(sound.shape) * voice_rms * 10.0 ** (ROOM_DB / 20.0)
    return (sound + room).astype(np.float32), np.concatenate(places)


@pytest.mark.parametrize("reduction_db", [6.0, 12.0])
def test_breaths_are_lowered_and_words_are_not(breathing: tuple[np.ndarray, np.ndarray], reduction_db: float) -> None:
    sound, blown = breathing
    out = restored("breath_control", sound, reduction_db=reduction_db)
    lowered_db = 10.0 * np.log10((out[:, blown] ** 2).sum() / (sound[:, blown] ** 2).sum())
    assert lowered_db == pytest.approx(-reduction_db, abs=BREATH_LOWERED_DB * reduction_db / 10.0)
    assert snr_db(sound[:, ~blown], out[:, ~blown]) > 35.0


def test_a_voice_that_does_not_breathe_is_left_alone(voice: np.ndarray) -> None:
    assert snr_db(voice, restored("breath_control", voice)) > 35.0


def test_the_noise_of_the_room_is_no_breath() -> None:
    room = np.random.default_rng(2).normal(0.0, 0.01, (1, 2 * SAMPLE_RATE)).astype(np.float32)
    node = prepared("breath_control", "mono")
    assert isinstance(node, BreathControl)
    assert node.gain_reduction_db == 0.0
    out = run(node, room)
    np.testing.assert_allclose(out[:, node.latency_frames :], room[:, : -node.latency_frames], atol=1e-6)
    assert node.gain_reduction_db == 0.0
