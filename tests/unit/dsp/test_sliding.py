from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audiopost.dsp.sliding import PIECE, MaximumQueue, SlidingMaximum, newest_values, push_maximum, slide


@given(st.integers(1, 12), st.lists(st.integers(0, 5), max_size=60))
def test_it_is_the_largest_of_the_last_values(length: int, values: list[int]) -> None:
    queue = MaximumQueue.over(length)
    for index, value in enumerate(values):
        assert push_maximum(*queue, float(value)) == max(values[max(0, index - length + 1) : index + 1])


def test_clearing_forgets() -> None:
    queue = MaximumQueue.over(8)
    push_maximum(*queue, 9.0)
    queue.clear()
    assert push_maximum(*queue, 1.0) == 1.0
    assert np.all(queue.cursor == [0, 1, 1])


@given(st.integers(1, 70), st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=PIECE), max_size=4))
def test_many_at_a_time_it_is_the_largest_of_the_last_values_too(window: int, pieces: list[list[int]]) -> None:
    maximum = SlidingMaximum.over(window)
    heard: list[int] = []
    for piece in pieces:
        found = np.empty(len(piece), dtype=np.float32)
        newest_values(maximum.rows)[: len(piece)] = piece
        slide(maximum.rows, maximum.window, len(piece), found)
        heard += piece
        past = len(heard) - len(piece)
        expected = [max(heard[max(0, end - window + 1) : end + 1]) for end in range(past, len(heard))]
        assert found.tolist() == expected


def test_clearing_forgets_what_came_many_at_a_time() -> None:
    maximum = SlidingMaximum.over(300)
    newest_values(maximum.rows)[:3] = 9.0
    slide(maximum.rows, 300, 3, np.empty(3, dtype=np.float32))
    maximum.clear()
    assert not maximum.rows.any()
