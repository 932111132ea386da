from __future__ import annotations

from itertools import pairwise

from audiopost.dsp.smoothing import Ramps, advance, ramping


def test_a_ramp_arrives_exactly_and_in_time() -> None:
    ramps = Ramps.lasting(1, 10.0, 48_000)
    ramps.jump(0, 0.1)
    ramps.aim(0, 0.7)
    values = [advance(ramps.state, 0) for _ in range(481)]
    assert values[478] < 0.7
    assert values[479] == values[480] == 0.7
    assert not ramping(ramps.state)


def test_no_step_is_larger_than_the_jump_over_the_frames() -> None:
    ramps = Ramps(1, 100)
    ramps.aim(0, 1.0)
    values = [0.0, *(advance(ramps.state, 0) for _ in range(100))]
    assert max(b - a for a, b in pairwise(values)) < 0.01 + 1e-12


def test_a_new_target_on_the_way_starts_from_where_the_value_is() -> None:
    ramps = Ramps(1, 4)
    ramps.aim(0, 4.0)
    assert [advance(ramps.state, 0) for _ in range(2)] == [1.0, 2.0]
    ramps.aim(0, 0.0)
    assert [advance(ramps.state, 0) for _ in range(4)] == [1.5, 1.0, 0.5, 0.0]


def test_the_same_target_again_does_not_restart_the_ramp() -> None:
    ramps = Ramps(1, 4)
    ramps.aim(0, 4.0)
    advance(ramps.state, 0)
    ramps.aim(0, 4.0)
    assert [advance(ramps.state, 0) for _ in range(3)] == [2.0, 3.0, 4.0]


def test_finishing_arrives_at_once() -> None:
    ramps = Ramps(2, 4)
    ramps.aim(0, 4.0)
    ramps.finish()
    assert ramps.value(0) == 4.0
    assert not ramping(ramps.state)
