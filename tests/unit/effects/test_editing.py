from __future__ import annotations

import numpy as np
import pytest

from audiopost.errors import UsageError
from audiopost.layouts import layout_named
from audiopost.media.audio_file import read_audio
from tests.recordings import recording
from tests.running import SAMPLE_RATE, prepared, run
from tests.signals import white_noise


def test_time_is_aligned_to_the_frame() -> None:
    samples = white_noise(2, 9600)
    out = run(prepared("time_align", parameters={"delay_ms": 12.5}), samples)
    np.testing.assert_array_equal(out[:, 600:], samples[:, :-600])
    assert not out[:, :600].any()


def test_polarity_inverts_to_the_last_bit() -> None:
    samples = white_noise(3, 4800)
    np.testing.assert_array_equal(run(prepared("polarity", "3.0"), samples), -samples)
    np.testing.assert_array_equal(run(prepared("polarity", "3.0", parameters={"invert": 0.0}), samples), samples)


@pytest.mark.parametrize("picture_hz", [24.0, 25.0])
def test_a_leader_is_tone_silence_and_one_picture_of_tone_two_seconds_before(picture_hz: float) -> None:
    node = prepared("two_pop", settings={"tone_s": 1.0, "programme_s": 4.0, "picture_hz": picture_hz})
    out = run(node, np.zeros((2, 4 * SAMPLE_RATE), np.float32))
    assert 20.0 * np.log10(np.abs(out).max()) == pytest.approx(-20.0, abs=0.001)
    sounding = np.flatnonzero(np.abs(out[0]).reshape(-1, 48).max(axis=1) > 1e-4)  # milliseconds
    pop = sounding[sounding >= 1000]
    assert sounding[sounding < 1000].size >= 998
    assert pop[0] == 2000
    assert pop.size == pytest.approx(1000.0 / picture_hz, abs=1.0)
    np.testing.assert_array_equal(out[0], out[1])


def test_a_leader_whose_tone_reaches_into_the_pop_is_refused() -> None:
    with pytest.raises(UsageError, match="no leader"):
        prepared("two_pop", settings={"tone_s": 9.0, "programme_s": 10.0})


def test_a_slate_is_tone_words_pop_and_the_programme_behind_to_the_sample() -> None:
    said, rate_hz = read_audio(recording())
    assert rate_hz == SAMPLE_RATE
    settings = {"recording": str(recording()), "tone_s": 1.0, "slate_s": 1.25, "programme_s": 5.0}
    programme = 0.1 * white_noise(6, SAMPLE_RATE)
    sound = np.concatenate([programme, np.zeros((6, 5 * SAMPLE_RATE), np.float32)], axis=1)
    out = run(prepared("slate", "5.1", settings=settings), sound)
    np.testing.assert_array_equal(out[:, 5 * SAMPLE_RATE :], programme)
    leader = run(prepared("two_pop", "5.1", settings={"tone_s": 1.0, "programme_s": 5.0}), sound)
    begin, centre = SAMPLE_RATE * 5 // 4, layout_named("5.1").labels.index("C")
    words = slice(begin, begin + said.shape[1])
    np.testing.assert_array_equal(out[centre, words], said[0])
    out[centre, words] = 0.0
    np.testing.assert_array_equal(out[:, : 5 * SAMPLE_RATE], leader[:, : 5 * SAMPLE_RATE])


def test_a_slate_that_reaches_into_the_pop_is_refused() -> None:
    settings = {"recording": str(recording()), "tone_s": 1.0, "slate_s": 1.0, "programme_s": 4.0}
    with pytest.raises(
        UsageError, match=r"the recording lasts from 1 to 2\.\d+ s, between a tone until 1 s and a pop at 2 s"
    ):
        prepared("slate", settings=settings)
