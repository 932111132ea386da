from __future__ import annotations

import numpy as np
import pytest

from audiopost.media.audio_file import read_audio
from tests.recordings import recording
from tests.running import SAMPLE_RATE, prepared, run, sine
from tests.signals import white_noise


@pytest.mark.parametrize("formant_semitones", [-12.0, 0.0, 12.0])
def test_noise_speaks_in_the_band_of_the_modulator(formant_semitones: float) -> None:
    node = prepared("vocoder", "mono", parameters={"formant_semitones": formant_semitones})
    out = run(node, white_noise(1, 2 * SAMPLE_RATE), side=[sine(1000.0, 2.0)])[0, SAMPLE_RATE:].astype(np.float64)
    power = np.abs(np.fft.rfft(out)) ** 2
    loudest = float((power * np.arange(power.size)).sum() / power.sum())
    assert loudest == pytest.approx(1000.0 * 2.0 ** (formant_semitones / 12.0), rel=0.2)


def test_the_level_of_a_voice_drives_the_noise() -> None:
    voice = read_audio(recording())[0][:1, : 2 * SAMPLE_RATE]
    out = run(prepared("vocoder", "mono"), white_noise(1, voice.shape[1], peak_linear=0.3), side=[voice])
    envelopes = [
        np.sqrt((each[0, : voice.shape[1] // 960 * 960].astype(np.float64).reshape(-1, 960) ** 2).mean(axis=1))
        for each in (voice, out)
    ]
    assert np.corrcoef(envelopes)[0, 1] > 0.65
    assert 20.0 * np.log10(out.std() / voice.std()) == pytest.approx(0.0, abs=8.0)


def test_a_silent_modulator_lets_nothing_speak() -> None:
    noise = white_noise(2, 4800)
    assert not run(prepared("vocoder"), noise, side=[np.zeros_like(noise)]).any()
