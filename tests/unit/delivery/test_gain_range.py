import math

from hypothesis import given
from hypothesis import strategies as st

from audiopost.delivery.gain_range import ANYTHING, NOTHING, GainRange

GAINS = st.floats(-60.0, 60.0)
SPANS = st.lists(st.tuples(GAINS, GAINS).map(lambda pair: (min(pair), max(pair))), max_size=4)


def ranges() -> st.SearchStrategy[GainRange]:
    def joined(spans: list[tuple[float, float]]) -> GainRange:
        whole = NOTHING
        for low, high in spans:
            whole = whole | GainRange.between(low, high)
        return whole

    return SPANS.map(joined)


@given(ranges(), ranges(), GAINS)
def test_a_gain_is_in_the_cut_if_it_is_in_both_and_in_the_union_if_in_either(
    one: GainRange, other: GainRange, gain: float
) -> None:
    assert (gain in (one & other)) == (gain in one and gain in other)
    assert (gain in (one | other)) == (gain in one or gain in other)


@given(ranges())
def test_spans_are_sorted_and_apart(gains: GainRange) -> None:
    for (_, high), (low, _) in zip(gains.spans, gains.spans[1:], strict=False):
        assert high < low


@given(ranges(), GAINS, GAINS)
def test_the_nearest_gain_is_permitted_and_no_permitted_one_is_nearer(
    gains: GainRange, wished: float, other: float
) -> None:
    nearest = gains.nearest(wished)
    if nearest is None:
        assert gains == NOTHING
        return
    assert nearest in gains
    if other in gains:
        assert abs(nearest - wished) <= abs(other - wished)


def test_nothing_and_anything_are_the_ends() -> None:
    span = GainRange.between(-1.0, 2.0)
    assert span & ANYTHING == span
    assert span & NOTHING == NOTHING
    assert span | ANYTHING == ANYTHING
    assert GainRange.between(1.0, 0.0) == NOTHING
    assert ANYTHING.nearest(7.0) == 7.0


def test_limiting_raises_only_the_upper_ends() -> None:
    assert GainRange.between(-math.inf, -2.0).raised(3.0).spans == ((-math.inf, 1.0),)
    assert (GainRange.between(-6.0, -5.0) | GainRange.between(-3.0, 0.0)).raised(3.0).spans == ((-6.0, 3.0),)
