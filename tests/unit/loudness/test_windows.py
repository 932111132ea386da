import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopost.loudness.windows import (
    GrowingArray,
    HopEnergies,
    LoudnessWindows,
    complete_hops,
    hop_edges,
    sliding_maxima,
    sliding_sums,
)
from tests.signals import white_noise
from tests.tolerances import FLOAT64_SUM

RATES = st.integers(8_000, 400_000)


@settings(deadline=None)
@given(st.integers(1, 320), st.integers(0, 400))
def test_sliding_sums_are_the_sums_of_each_window(width: int, count: int) -> None:
    values = np.arange(count, dtype=np.float64)  # whole numbers: every order of sums gives the same
    expected = [values[start : start + width].sum() for start in range(count - width + 1)]
    assert sliding_sums(values, width).tolist() == expected


@settings(deadline=None)
@given(st.integers(1, 40), st.lists(st.floats(0.0, 10.0), max_size=100))
def test_sliding_maxima_are_the_largest_of_each_window(width: int, values: list[float]) -> None:
    expected = [max(values[start : start + width]) for start in range(len(values) - width + 1)]
    assert sliding_maxima(np.array(values), width).tolist() == expected


@settings(deadline=None)
@given(RATES, st.integers(0, 10**9))
def test_a_hop_is_complete_when_its_end_has_passed(rate: int, frames: int) -> None:
    hops = complete_hops(frames, rate)
    begin, end = hop_edges(hops, hops + 1, rate).tolist()
    assert begin <= frames < end


@settings(deadline=None)
@given(RATES)
def test_a_second_is_a_hundred_hops(rate: int) -> None:
    assert hop_edges(100, 100, rate).tolist() == [rate]


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_056, 47_951, 48_000])
@pytest.mark.parametrize("lengths", [(480,) * 60, (28_800,), (480, 4_800, 9_600, 13_920)])
def test_hop_energies_are_weighted_sums_of_squares(rate: int, lengths: tuple[int, ...]) -> None:
    signal = white_noise(2, sum(lengths)).astype(np.float64)
    weights = (1.0, 1.41)
    hops = HopEnergies(rate, weights, max(lengths))
    found, start = [], 0
    for frames in lengths:
        hops.space(frames)[...] = signal[:, start : start + frames]
        found.append(hops.energies(frames))
        start += frames
    count = complete_hops(sum(lengths), rate)
    edges = hop_edges(0, count, rate)
    squares = weights[0] * signal[0] ** 2 + weights[1] * signal[1] ** 2
    expected = [squares[begin:end].sum() for begin, end in itertools.pairwise(edges)]
    assert np.concatenate(found) == pytest.approx(np.array(expected), rel=FLOAT64_SUM)


def test_windows_wait_until_they_are_whole() -> None:
    windows = LoudnessWindows(48_000)
    windows.add(np.full(39, 480.0))
    assert windows.momentary is None
    windows.add(np.full(1, 480.0))
    assert windows.momentary == 1.0
    windows.add(np.full(259, 480.0))
    assert windows.short_term is None
    windows.add(np.full(1, 480.0))
    assert windows.short_term == 1.0


def test_history_holds_the_windows_that_end_at_whole_tenths_of_a_second() -> None:
    windows = LoudnessWindows(48_000)
    for hop in range(400):
        windows.add(np.array([480.0 * hop]))
    # The mean of 40 hops that end with hop 39, 49, 59 ...
    assert windows.momentary_history.values.tolist() == [19.5 + 10 * mark for mark in range(37)]
    assert windows.short_term_history.values.tolist() == [149.5 + 10 * mark for mark in range(11)]


def test_the_maximum_is_looked_at_every_10_ms() -> None:
    windows = LoudnessWindows(48_000)
    windows.add(np.concatenate((np.zeros(43), np.full(40, 480.0), np.zeros(40))))
    assert windows.momentary_maximum == 1.0
    assert windows.momentary_history.values.max() < 1.0


def test_one_absurd_hop_is_forgotten_when_it_leaves_the_window() -> None:
    windows = LoudnessWindows(48_000)
    windows.add(np.concatenate((np.array([1e60]), np.full(300, 480.0))))
    assert windows.momentary == 1.0
    assert windows.short_term == 1.0


@settings(deadline=None)
@given(st.lists(st.integers(0, 600), max_size=8))
def test_a_growing_array_holds_what_was_appended(lengths: list[int]) -> None:
    array = GrowingArray()
    everything = np.arange(sum(lengths), dtype=np.float64)
    start = 0
    for length in lengths:
        array.append(everything[start : start + length])
        start += length
    assert array.values.tolist() == everything.tolist()


def test_a_growing_array_cannot_be_written_through_its_values() -> None:
    array = GrowingArray()
    array.append(np.ones(3))
    with pytest.raises(ValueError, match="read-only"):
        array.values[0] = 2.0
