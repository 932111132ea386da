from __future__ import annotations

import numpy as np
import pytest

from audiopost.errors import UsageError
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
