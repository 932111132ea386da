from __future__ import annotations

import numpy as np

from audiopost.dsp.delay_line import CrossfadingDelay, DelayedProduct
from audiopost.dsp.smoothing import Ramps
from tests.signals import white_noise


def gains(feedback: float, dry: float, wet: float) -> np.ndarray:
    ramps = Ramps(3, 1)
    for index, value in enumerate((feedback, dry, wet)):
        ramps.jump(index, value)
    return ramps.state


def test_what_was_held_back_meets_the_curve_that_is_known_now() -> None:
    delay = DelayedProduct(1, 3)
    block = np.arange(1.0, 9.0, dtype=np.float32)[np.newaxis]
    out = np.empty_like(block)
    delay.process(block, np.arange(8.0), out)
    assert out[0].tolist() == [0.0, 0.0, 0.0, 3.0, 8.0, 15.0, 24.0, 35.0]


def test_an_echo_is_the_sample_itself() -> None:
    delay = CrossfadingDelay(2, 100, 10, 7)
    block = white_noise(2, 300)
    out = np.empty_like(block)
    delay.process(block, out, gains(0.0, 0.0, 1.0))
    np.testing.assert_array_equal(out[:, 7:], block[:, :-7])


def test_a_delay_of_nothing_passes_the_sound() -> None:
    delay = CrossfadingDelay(1, 100, 10, 0)
    block = white_noise(1, 50)
    out = np.empty_like(block)
    delay.process(block, out, gains(0.0, 0.0, 1.0))
    np.testing.assert_array_equal(out, block)


def test_a_new_time_is_crossfaded_and_a_newer_one_waits_for_the_end_of_the_fade() -> None:
    delay = CrossfadingDelay(1, 100, 10, 5)
    ramp = np.arange(0.0, 200.0, dtype=np.float32)[np.newaxis]
    out = np.empty((1, 50), dtype=np.float32)
    given = gains(0.0, 0.0, 1.0)
    delay.process(np.ascontiguousarray(ramp[:, :50]), out, given)
    delay.aim(25)
    delay.process(np.ascontiguousarray(ramp[:, 50:55]), out[:, :5].copy(), given)
    delay.aim(45)
    out = np.empty((1, 45), dtype=np.float32)
    delay.process(np.ascontiguousarray(ramp[:, 55:100]), out, given)
    heard_delay = np.arange(55, 100) - out[0]
    # Halfway through the first fade, then at 25, and from the next frame on towards 45.
    np.testing.assert_allclose(heard_delay[:5], [17.0, 19.0, 21.0, 23.0, 25.0], atol=1e-4)
    np.testing.assert_allclose(heard_delay[5:15], 25.0 + 2.0 * np.arange(1, 11), atol=1e-4)
    np.testing.assert_allclose(heard_delay[15:], 45.0, atol=1e-4)


def test_the_longest_delay_fits() -> None:
    delay = CrossfadingDelay(1, 20, 1, 20)
    block = np.zeros((1, 30), dtype=np.float32)
    block[0, 0] = 1.0
    out = np.empty_like(block)
    delay.process(block, out, gains(0.0, 0.0, 1.0))
    assert np.flatnonzero(out[0]).tolist() == [20]
