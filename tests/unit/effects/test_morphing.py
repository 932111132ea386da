"""A sound on its way to another."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.layouts import layout_named
from audiopost.media.audio_file import read_audio
from tests.recordings import recording
from tests.running import SAMPLE_RATE, prepared, run, sine
from tests.signals import white_noise


def octaves_db(block: AudioBlock) -> np.ndarray:
    """Level in octaves from 125 Hz to 8 kHz of all but the first quarter."""
    power = np.abs(np.fft.rfft(block[0, block.shape[1] // 4 :])) ** 2
    frequency_hz = np.fft.rfftfreq(block.shape[1] - block.shape[1] // 4, 1.0 / SAMPLE_RATE)
    edges = 125.0 * 2.0 ** (np.arange(8) - 0.5)
    bands = [power[(low <= frequency_hz) & (frequency_hz < 2.0 * low)].sum() for low in edges[:-1]]
    return 10.0 * np.log10(np.array(bands))


def coloured(seed: int, slope: float) -> AudioBlock:
    """Noise whose power goes with the frequency to that power."""
    spectrum = np.fft.rfft(white_noise(1, 2 * SAMPLE_RATE, seed=seed)[0])
    spectrum[1:] *= np.arange(1, spectrum.size) ** (slope / 2.0)
    noise = np.fft.irfft(spectrum)
    return (0.1 * noise / noise.std()).astype(np.float32)[np.newaxis]


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_the_spectrum_goes_from_the_one_to_the_other_by_equal_steps(share: float) -> None:
    dark, bright = coloured(1, -2.0), coloured(2, 1.0)
    node = prepared("spectral_morph", "mono", parameters={"morph_percent": 100.0 * share})
    out = run(node, dark, side=[bright])
    # Between two noises the mean of the logarithms lies below the logarithm of the mean: 2.5 dB for each alone.
    between = 10.0 * share * (1.0 - share)
    wanted = (1.0 - share) * octaves_db(dark) + share * octaves_db(bright) - between
    np.testing.assert_allclose(octaves_db(out), wanted, atol=2.5)
    if share == 0.0:
        late = node.latency_frames
        np.testing.assert_allclose(out[:, late:], dark[:, :-late], atol=1e-6)


def test_what_is_played_through_another_sound_keeps_its_energy_and_takes_the_colour() -> None:
    voice, flat = read_audio(recording())[0][:1, : 2 * SAMPLE_RATE], coloured(1, 0.0)
    for sound in (voice, flat):
        node = prepared("spectral_morph", "mono", settings={"how": "cross"}, parameters={"morph_percent": 100.0})
        out = run(node, sound, side=[coloured(3, 2.0)[:, : sound.shape[1]]])
        assert 20.0 * np.log10(out.std() / sound.std()) == pytest.approx(0.0, abs=2.0)
    # The amplitude of the other rises by 6 dB an octave, and so does what it does to the first.
    np.testing.assert_allclose(np.diff(octaves_db(out) - octaves_db(flat)), 6.0, atol=1.5)


def test_a_sine_led_to_another_loses_what_the_other_has_not() -> None:
    node = prepared("spectral_morph", "mono", parameters={"morph_percent": 100.0})
    out = run(node, sine(1000.0, 1.0), side=[sine(3000.0, 1.0)])
    assert np.abs(out[0, SAMPLE_RATE // 2 :]).max() < 0.01


def test_the_other_sound_may_have_another_layout() -> None:
    noise = white_noise(2, 9600)
    mono, stereo = (
        run(prepared("spectral_morph", side_layouts=(layout_named(layout),)), noise, side=[side])
        for layout, side in (("mono", noise[:1]), ("stereo", np.repeat(noise[:1], 2, axis=0)))
    )
    np.testing.assert_allclose(mono, stereo, atol=1e-6)
