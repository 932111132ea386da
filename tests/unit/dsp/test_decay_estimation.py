"""The decay of a room, heard in a real voice; the rooms are decaying noise whose time is known."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost.dsp.decay_estimation import DecayEstimation
from audiopost.dsp.room_level import RoomLevel
from audiopost.dsp.stft import ShortTimeSpectra
from tests.programmes import speech
from tests.rooms import decaying_room, in_room
from tests.running import SAMPLE_RATE
from tests.signals import white_noise
from tests.tolerances import DECAY_PART


def heard(samples: np.ndarray) -> tuple[float | None, float | None]:
    """Decay, and fall behind the peaks."""
    spectra = ShortTimeSpectra(1, SAMPLE_RATE)
    hop_s = spectra.hop / SAMPLE_RATE
    decay, level = DecayEstimation(spectra.frequencies_hz, hop_s), RoomLevel(spectra.frequencies_hz, hop_s)

    def listen() -> None:
        decay.process(spectra.powers)
        level.process(spectra.powers)

    spectra.process(samples, np.empty_like(samples), listen)
    return decay.decay_s, level.fall_db()


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    return np.ascontiguousarray(speech()[:, : 5 * SAMPLE_RATE])


@pytest.mark.parametrize("direct_db", [6.0, -6.0])
@pytest.mark.parametrize("decay_s", [0.3, 0.6, 1.2, 2.4])
def test_a_decay_is_found_near_and_far(voice: np.ndarray, decay_s: float, direct_db: float) -> None:
    found_s, _ = heard(in_room(voice, decaying_room(decay_s, direct_db)))
    assert found_s == pytest.approx(decay_s, rel=DECAY_PART)


def test_noise_20_db_under_the_voice_does_not_hide_the_room(voice: np.ndarray) -> None:
    roomy = in_room(voice, decaying_room(0.8, 0.0))
    noise = white_noise(1, roomy.shape[1], seed=3)
    noisy = roomy + noise * np.sqrt((roomy**2).mean() / (noise**2).mean() / 100.0)
    assert heard(noisy.astype(np.float32))[0] == pytest.approx(0.8, rel=DECAY_PART)


def test_without_a_room_nothing_is_said(voice: np.ndarray) -> None:
    for dry in (voice, white_noise(1, 5 * SAMPLE_RATE), np.zeros((1, SAMPLE_RATE), np.float32)):
        assert heard(np.ascontiguousarray(dry, np.float32))[0] is None
    assert heard(np.zeros((1, SAMPLE_RATE), np.float32))[1] is None


def test_the_further_away_the_less_a_voice_falls(voice: np.ndarray) -> None:
    falls = [heard(in_room(voice, decaying_room(0.8, direct_db)))[1] for direct_db in (12.0, 3.0, -6.0)]
    assert None not in falls
    near, middle, far = (float(fall or 0.0) for fall in falls)
    assert near > middle + 1.0 > far + 2.0
