"""The look at a block that every block gets: each place in it counts, and nothing but NaN and infinity does."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost.dsp.finite_scan import Watched, finite_scan

TINY = np.finfo(np.float32).smallest_subnormal
HUGE = np.finfo(np.float32).max


@pytest.mark.parametrize("bad", [np.nan, -np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("count", [1, 7, 8, 9, 130])
def test_one_bad_sample_is_seen_wherever_it_is(bad: float, count: int) -> None:
    values = np.full(count, 0.5, dtype=np.float32)
    watched, is_dirty = Watched(values), finite_scan()
    for place in range(count):
        values[place] = bad
        assert is_dirty(watched.address) == 1
        values[place] = 0.5
        assert is_dirty(watched.address) == 0


@pytest.mark.parametrize("value", [0.0, -0.0, TINY, -TINY, HUGE, -HUGE])
def test_every_number_passes(value: np.float32) -> None:
    watched = Watched(np.full((2, 37), value, dtype=np.float32))
    assert finite_scan()(watched.address) == 0


def test_nothing_is_no_bad_sample() -> None:
    assert finite_scan()(Watched(np.zeros((2, 0), dtype=np.float32)).address) == 0


def test_samples_beside_the_watched_ones_do_not_count() -> None:
    values = np.full(32, np.nan, dtype=np.float32)
    values[8:21] = 0.25
    assert finite_scan()(Watched(values[8:21]).address) == 0
