import pytest

from audiopost.errors import UsageError
from audiopost.live.itinerary import Itinerary


@pytest.mark.parametrize("region", [(0.2, 0.1), (5.0, 6.0), (0.1, 0.1), (-1.0, 0.1)])
def test_a_region_outside_the_file_is_refused(region: tuple[float, float]) -> None:
    with pytest.raises(UsageError, match=r"it lasts 0\.625 s"):
        Itinerary(0.625, region=region)


@pytest.mark.parametrize("speed", [0.0, 0.05, -9.0, float("nan"), float("inf")])
def test_a_speed_that_no_machine_has_is_refused(speed: float) -> None:
    with pytest.raises(UsageError, match="speed"):
        Itinerary(1.0, speed=speed)


@pytest.mark.parametrize("start", [-1.0, float("nan"), float("inf")])
def test_a_place_that_is_nowhere_is_refused(start: float) -> None:
    with pytest.raises(UsageError, match="position"):
        Itinerary(1.0, start_s=start)


@pytest.mark.parametrize("speed", [1.0, -1.0, 0.5, -3.0])
def test_legs_and_positions_tell_the_same_way(speed: float) -> None:
    way = Itinerary(4.0, start_s=2.25, speed=speed, region=(1.0, 3.0))
    legs = way.legs_s()
    played = 0.0
    for _ in range(5):
        start, end = next(legs)
        assert way.position_s(played) == pytest.approx(start, abs=1e-9)
        middle = played + abs(end - start) / abs(speed) / 2
        assert way.position_s(middle) == pytest.approx((start + end) / 2, abs=1e-9)
        played += abs(end - start) / abs(speed)


def test_without_a_loop_it_ends_at_the_end() -> None:
    assert Itinerary(4.0, loop=False).position_s(99.0) == 4.0
    assert Itinerary(4.0, loop=False, speed=-1.0).position_s(99.0) == 0.0
    assert len(list(Itinerary(4.0, loop=False).legs_s())) == 1


def test_a_start_outside_of_the_loop_is_moved_into_it() -> None:
    assert Itinerary(4.0, start_s=0.5, region=(1.0, 2.0)).first_leg_s == (1.0, 2.0)
    assert Itinerary(4.0, start_s=3.5, region=(1.0, 2.0)).first_leg_s == (1.0, 2.0)
    assert Itinerary(4.0, start_s=3.5, region=(1.0, 2.0), speed=-1.0).first_leg_s == (2.0, 1.0)
