import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audiopost.live.fades import History, equal_power, let_go, straight
from tests import tolerances


def test_equal_power_keeps_the_sum_of_the_powers_and_ends_clean() -> None:
    falling, rising = equal_power(1440, beyond=128)
    np.testing.assert_allclose(falling**2 + rising**2, 1.0, atol=tolerances.FLOAT32_SUM)
    assert falling[1439:].tolist() == [0.0] * 129
    assert rising[1439:].tolist() == [1.0] * 129


def test_straight_keeps_the_sum_of_the_amplitudes() -> None:
    falling, rising = straight(100, beyond=3)
    np.testing.assert_allclose(falling + rising, 1.0, atol=tolerances.FLOAT32_SUM)
    assert falling[99:].tolist() == [0.0] * 4


def test_letting_go_ends_in_silence_without_a_step() -> None:
    curve = let_go(128)
    assert curve[-1] == 0.0
    assert np.max(np.abs(np.diff(np.concatenate(([1.0], curve))))) <= 3 / 128


@given(lengths=st.lists(st.integers(1, 7), min_size=1, max_size=30), delay=st.integers(0, 20))
def test_history_is_a_pure_delay(lengths: list[int], delay: int) -> None:
    history = History(2, capacity=20, maximum_frames=7)
    total = sum(lengths)
    samples = np.arange(1, 2 * total + 1, dtype=np.float32).reshape(2, total)
    delayed = np.concatenate((np.zeros((2, delay), np.float32), samples), axis=1)
    position = 0
    for frames in lengths:
        history.write(np.ascontiguousarray(samples[:, position : position + frames]))
        out = np.empty((2, frames), np.float32)
        history.read(out, delay)
        np.testing.assert_array_equal(out, delayed[:, position : position + frames])
        position += frames
