from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.errors import FileError, UsageError
from audiopost.layouts import default_layout
from audiopost.media.audio_file import read_audio
from audiopost.media.audio_writer import AudioWriter
from tests.recordings import recording
from tests.running import SAMPLE_RATE, prepared, run
from tests.signals import white_noise
from tests.tolerances import ROOM_TONE_DB

HUM_DB = -50.0


@pytest.fixture
def take(tmp_path: Path) -> Path:
    """Two seconds of speech in the middle of four seconds of a dull room at about -50 dBFS."""
    room = white_noise(1, 6 * SAMPLE_RATE, seed=4)[0].astype(np.float64)
    dull = np.convolve(room, np.exp(-np.arange(200) / 12.0), "same")
    dull *= 10.0 ** (HUM_DB / 20.0) / dull.std()
    speech = read_audio(recording())[0][0, : 2 * SAMPLE_RATE]
    dull[2 * SAMPLE_RATE : 2 * SAMPLE_RATE + speech.size] += speech
    return saved(tmp_path / "take.wav", dull[np.newaxis].astype(np.float32))


def saved(path: Path, block: AudioBlock) -> Path:
    with AudioWriter(path, SAMPLE_RATE, default_layout(block.shape[0]), bits="32f") as writer:
        writer.write(block)
    return path


def bands_db(sound: np.ndarray) -> np.ndarray:
    """Mean power in octaves from 125 Hz to 8 kHz."""
    power = np.abs(np.fft.rfft(sound)) ** 2 / sound.size**2
    edges = [round(125.0 * 2.0 ** (k - 0.5) * sound.size / SAMPLE_RATE) for k in range(8)]
    return np.array([10.0 * np.log10(power[a:b].sum()) for a, b in pairwise(edges)])


def test_the_tone_has_the_spectrum_of_the_room_and_not_of_the_speech(take: Path) -> None:
    node = prepared("room_tone", "mono", settings={"recording": str(take)})
    tone = run(node, np.zeros((1, 4 * SAMPLE_RATE), np.float32))[0, SAMPLE_RATE:].astype(np.float64)
    room = read_audio(take)[0][0, : 3 * SAMPLE_RATE // 2].astype(np.float64)
    np.testing.assert_allclose(bands_db(tone), bands_db(room), atol=ROOM_TONE_DB)


def test_a_gap_is_filled_and_speech_is_left_alone(take: Path) -> None:
    edit = read_audio(take)[0].copy()
    edit[:, SAMPLE_RATE : 3 * SAMPLE_RATE // 2] = 0.0
    out = run(prepared("room_tone", "mono", settings={"recording": str(take)}), edit)
    filled = out[0, SAMPLE_RATE + 9600 : 3 * SAMPLE_RATE // 2]
    assert 20.0 * np.log10(filled.std()) == pytest.approx(HUM_DB, abs=ROOM_TONE_DB)
    after = 3 * SAMPLE_RATE // 2 + 4800
    np.testing.assert_array_equal(out[:, after:], edit[:, after:])
    np.testing.assert_array_equal(out[:, 4800:SAMPLE_RATE], edit[:, 4800:SAMPLE_RATE])


def test_always_it_lies_under_everything(take: Path) -> None:
    loud = white_noise(1, SAMPLE_RATE)
    node = prepared("room_tone", "mono", settings={"recording": str(take), "where": "always"})
    added = (run(node, loud) - loud)[0, 9600:]
    assert 20.0 * np.log10(added.std()) == pytest.approx(HUM_DB, abs=ROOM_TONE_DB)


def test_a_silent_recording_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    silent = saved(tmp_path / "silent.wav", np.zeros((1, 9600), np.float32))
    with pytest.raises(UsageError, match="silent"):
        prepared("room_tone", settings={"recording": str(silent)})
    with pytest.raises(FileError):
        prepared("room_tone", settings={"recording": str(tmp_path / "none.wav")})
