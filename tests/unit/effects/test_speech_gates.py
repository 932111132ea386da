"""A gate that a real voice opens, over noise too, and that blows and noise leave closed."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.effects.speech_gates import SpeechGate
from audiopost.errors import UsageError
from audiopost.layouts import layout_named
from audiopost.loudness.speech_detector import SpeechDetector, speech_frames
from audiopost.media.audio_file import read_audio
from tests import tolerances
from tests.programmes import speech
from tests.recordings import recording
from tests.running import SAMPLE_RATE, prepared, run

HOP = 480


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    """A voice that says eight things, with a pause of a second before."""
    words = speech()
    return np.concatenate([np.zeros((1, SAMPLE_RATE), np.float32), words], axis=1)


@pytest.fixture(scope="module")
def noise(voice: np.ndarray) -> np.ndarray:
    """Recorded pink noise of the voice's RMS, as long."""
    recorded = read_audio(recording("Noise"))[0]
    long = np.tile(recorded, 1 + voice.shape[1] // recorded.shape[1])[:, : voice.shape[1]]
    return np.asarray(long * np.sqrt((voice**2).mean() / (long**2).mean()))


@pytest.fixture(scope="module")
def blows(voice: np.ndarray) -> np.ndarray:
    """Doors and boots: ten struck things of several sizes, from felt to metal, as loud as the voice."""
    sound = np.zeros_like(voice)
    for number in range(10):
        struck = fx.impact(size_percent=5 + 10 * number, hardness_percent=(37 * number) % 100, seed=number + 1)
        blow = struck.render(np.zeros((1, SAMPLE_RATE // 2), np.float32), SAMPLE_RATE, tail=False)
        at = int((0.4 + 1.1 * number) * SAMPLE_RATE)
        sound[:, at : at + blow.shape[1]] += blow[:, : sound.shape[1] - at]
    return np.asarray(sound * np.abs(voice).max() / np.abs(sound).max())


def passed(sound: np.ndarray) -> np.ndarray:
    """Of every 10 ms, whether it comes through: less than half of it is taken away."""
    node = prepared("speech_gate", "mono")
    late = node.latency_frames
    out = run(node, np.concatenate([sound, np.zeros((1, late), np.float32)], axis=1).astype(np.float32))[:, late:]
    frames = sound.shape[1] // HOP * HOP
    before, after = (np.abs(each[0, :frames]).reshape(-1, HOP).max(axis=1) for each in (sound, out))
    return np.asarray(after > 0.5 * before)


@pytest.mark.parametrize("noise_db", [-40.0, -20.0, -10.0])
def test_it_opens_where_somebody_speaks_also_over_noise(voice: np.ndarray, noise: np.ndarray, noise_db: float) -> None:
    """Against an open detector (a neural network) on the clean voice, where that is sure."""
    detector = SpeechDetector(SAMPLE_RATE, layout_named("mono"))
    detector.process(voice)
    spoken = speech_frames(detector.finish())
    heard = passed(voice + noise * np.float32(10.0 ** (noise_db / 20.0)))
    at = np.minimum(((np.arange(heard.size) + 0.5) * HOP / SAMPLE_RATE * 31.25).astype(int), spoken.size - 1)
    power = (voice[0, : heard.size * HOP].reshape(-1, HOP) ** 2).sum(axis=1)
    assert power[heard].sum() > tolerances.SPEECH_POWER_PASSED * power.sum()
    assert np.mean(heard[spoken[at]]) > tolerances.SPEECH_TIME_PASSED


def test_noise_and_blows_leave_it_closed(noise: np.ndarray, blows: np.ndarray) -> None:
    assert not passed(0.1 * noise).any()
    assert not passed(blows + 0.01 * noise).any()


def test_as_a_side_chain_it_keeps_music_from_ducking_under_a_door(voice: np.ndarray, blows: np.ndarray) -> None:
    """Music lies under a track with a door, then words."""
    words = voice[:, SAMPLE_RATE : 3 * SAMPLE_RATE]
    track = np.concatenate([blows[:, : 3 * SAMPLE_RATE], words], axis=1)
    music = 0.2 * np.sin(2 * np.pi * 440.0 * np.arange(track.shape[1]) / SAMPLE_RATE, dtype=np.float32)[np.newaxis]
    node = prepared("ducker", "mono", parameters={"distance_lu": 20.0})
    gate = prepared("speech_gate", "mono")
    assert isinstance(gate, SpeechGate)
    ducked = []
    for key in (track, run(gate, track)):
        node.reset()
        out = np.empty_like(music)
        for start in range(0, music.shape[1], 1024):
            stop = min(start + 1024, music.shape[1])
            block, side, played = (np.ascontiguousarray(each[:, start:stop]) for each in (music, key, out))
            node.process(block, played, side)
            out[:, start:stop] = played
        ducked.append(out)
    door = slice(SAMPLE_RATE // 2, 5 * SAMPLE_RATE // 2)
    plain_db, keyed_db = (20 * np.log10(np.sqrt((each[:, door] ** 2).mean()) / (0.2 / np.sqrt(2))) for each in ducked)
    assert plain_db < -2.0
    assert keyed_db == pytest.approx(0.0, abs=0.1)
    assert gate.gain_reduction_db < 1.0, "it is open: somebody speaks"


def test_a_lookahead_out_of_its_range_is_refused() -> None:
    with pytest.raises(UsageError, match="lookahead_ms = 5 is out of range"):
        prepared("speech_gate", settings={"lookahead_ms": 5.0})
