from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audiopost.dsp.sliding import MaximumQueue, push_maximum


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
