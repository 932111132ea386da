"""Slow gain riding, decided on powers alone."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from audiopost.delivery.ride import STEP_S, Ride, RideGoals, RideLimits, goals_of, plan_ride
from audiopost.delivery.target import AnyOf, DeliveryTarget, Rule, Source
from audiopost.errors import TargetUnreachableError
from audiopost.library.targets import load_target
from audiopost.loudness.gating import integrated_lufs, power_at
from audiopost.loudness.loudness_range import loudness_range_lu
from tests.tolerances import SAME_ROAD_LU

WIDE = RideLimits(12.0, 3.0)


def powers(*passages: tuple[float, float]) -> NDArray[np.float64]:
    """Passages of a level in LUFS and a length in seconds, as powers of 100 ms."""
    return np.concatenate([np.full(round(length_s / STEP_S), power_at(level)) for level, length_s in passages])


def after(before: NDArray[np.float64], ride: Ride) -> NDArray[np.float64]:
    return np.asarray(before * 10 ** (ride.gains_db / 10))


def windows(values: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    return np.asarray(np.lib.stride_tricks.sliding_window_view(values, steps).mean(axis=1))


@pytest.mark.parametrize("goal_lu", [12.0, 8.0, 5.0])
def test_the_range_comes_to_the_goal_and_no_further(goal_lu: float) -> None:
    before = powers((-35.0, 20.0), (-20.0, 20.0), (-30.0, 20.0), (-18.0, 20.0))
    ride = plan_ride("t", before, RideGoals(goal_lu), None, WIDE)
    found = loudness_range_lu(windows(after(before, ride), 30))
    assert found is not None
    assert goal_lu - 0.1 < found <= goal_lu


def test_a_range_that_is_kept_already_moves_nothing() -> None:
    ride = plan_ride("t", powers((-20.0, 20.0), (-22.0, 20.0)), RideGoals(8.0), None, WIDE)
    assert not ride.gains_db.any()


def test_the_cap_holds_at_the_level_that_the_programme_is_brought_to() -> None:
    before = powers((-30.0, 20.0), (-16.0, 6.0), (-30.0, 20.0))
    ride = plan_ride("t", before, RideGoals(short_term_max_lufs=-18.0), -23.0, WIDE)
    found = after(before, ride)
    level = integrated_lufs(windows(found, 4))
    assert level is not None
    loudest = -0.691 + 10 * math.log10(windows(found, 30).max())
    assert loudest - level <= 5.0
    assert ride.gains_db.min() < -1.0


@pytest.mark.parametrize("slope_db_s", [1.0, 2.0, 3.0])
def test_the_gain_moves_no_faster_and_no_further_than_it_may(slope_db_s: float) -> None:
    before = powers((-36.0, 15.0), (-16.0, 15.0), (-36.0, 15.0), (-16.0, 15.0))
    ride = plan_ride("t", before, RideGoals(17.0), None, RideLimits(5.0, slope_db_s))
    assert ride.slope_db_s <= slope_db_s + SAME_ROAD_LU
    assert np.abs(ride.gains_db).max() <= 5.0


def test_a_pause_is_crossed_and_nothing_in_it_is_lifted() -> None:
    before = powers((-20.0, 10.0), (-60.0, 10.0), (-30.0, 10.0))
    ride = plan_ride("t", before, RideGoals(7.0), None, WIDE)
    loud, pause, soft = (ride.gains_db[at : at + 100] for at in (0, 100, 200))
    assert loud[30] < pause[50] < soft[70]
    assert pause.max() <= soft.max()
    assert pause[50] == pytest.approx((loud[30] + soft[70]) / 2, abs=1.0)


def test_what_the_limits_forbid_is_refused_with_the_shortfall() -> None:
    before = powers((-36.0, 20.0), (-16.0, 20.0))
    with pytest.raises(TargetUnreachableError, match="riding by up to 1 dB at 3 dB a second") as caught:
        plan_ride("t", before, RideGoals(5.0), None, RideLimits(1.0, 3.0))
    assert caught.value.shortfall_db == pytest.approx(13.0, abs=1.0)
    with pytest.raises(TargetUnreachableError, match="maximum short-term loudness stays"):
        plan_ride("t", powers((-24.0, 60.0), (-16.0, 4.0)), RideGoals(None, -20.0), -23.0, RideLimits(1.0))


def test_where_lowering_is_not_enough_what_is_soft_is_raised_too() -> None:
    before = powers((-24.0, 40.0), (-16.0, 10.0))
    narrow = RideLimits(3.0, 3.0)
    ride = plan_ride("t", before, RideGoals(short_term_max_lufs=-20.5), -23.0, narrow)
    assert ride.gains_db.min() < 0.0 < ride.gains_db.max()


def test_only_lines_are_followed_where_the_goal_is_that_of_dialogue() -> None:
    before = powers((-20.0, 10.0), (-30.0, 10.0), (-40.0, 10.0), (-10.0, 10.0))
    speech = np.zeros(len(before), dtype=np.bool_)
    speech[:200] = True
    ride = plan_ride("t", before, RideGoals(3.0, of_dialogue=True), None, WIDE, speech=speech)
    assert ride.gains_db[:100].mean() < ride.gains_db[110:190].mean()
    assert np.ptp(ride.gains_db[200:]) < 1.0  # after the last line it stands still


def test_silence_is_not_ridden() -> None:
    ride = plan_ride("t", np.zeros(100), RideGoals(5.0, -18.0), -23.0, WIDE)
    assert not ride.gains_db.any()


def test_a_curve_is_straight_between_its_steps_and_level_outside() -> None:
    ride = Ride(np.array([0.0, 2.0]), start_s=1.0)
    assert ride.at(np.array([0.0, 1.05, 1.1, 1.15, 9.0])) == pytest.approx([0.0, 0.0, 1.0, 2.0, 2.0])


def test_goals_are_those_of_the_target_advice_and_alternatives_too() -> None:
    assert goals_of(load_target("ebu-r128-s1")) == RideGoals(None, -18.0)
    assert goals_of(load_target("disney-r128")) == RideGoals(20.0, -15.0)
    assert goals_of(load_target("netflix-5.1"), of_dialogue=True) == RideGoals(10.0, None, True)
    assert goals_of(load_target("ebu-r128"), 6.0).range_lu == 6.0
    assert goals_of(load_target("ebu-r128")).nothing
    either = AnyOf((Rule("short_term_max_lufs", maximum=-18.0), Rule("momentary_max_lufs", maximum=-15.0)))
    assert goals_of(DeliveryTarget("t", "T", Source("d"), (either,))).short_term_max_lufs == -18.0
