from __future__ import annotations

import numpy as np
import pytest

from audiopost.errors import GraphError, ParameterRangeError, UsageError
from audiopost.graph.alignment import AlignmentDelay
from audiopost.graph.automation import CONTROL_FRAMES, Lane
from audiopost.graph.parameter import Parameter, Setting
from audiopost.graph.spec import AutomationSpec


@pytest.mark.parametrize("delay_frames", [1, 5, 64, 200])
@pytest.mark.parametrize("block_frames", [1, 2, 5, 63, 64, 300])
def test_an_alignment_delay_is_exact_for_every_block_length(delay_frames: int, block_frames: int):
    samples = np.random.default_rng(1).standard_normal((2, 600)).astype(np.float32)
    delay = AlignmentDelay(2, delay_frames)
    out = np.empty_like(samples)
    for start in range(0, 600, block_frames):
        part = np.ascontiguousarray(samples[:, start : start + block_frames])
        delay.process(part, out[:, start : start + block_frames])
    assert np.array_equal(out[:, delay_frames:], samples[:, : 600 - delay_frames])
    assert not out[:, :delay_frames].any()


def test_a_lane_holds_before_and_after_and_draws_straight_between():
    lane = Lane.of(AutomationSpec("a.x", ((1.0, 10.0), (2.0, 20.0))), 1000)
    assert [lane.value_at(frame) for frame in (0, 1000, 1500, 2000, 9999)] == [10.0, 10.0, 15.0, 20.0, 20.0]
    assert lane.next_change(0) == 1000
    assert lane.next_change(1000) == 1024
    assert lane.next_change(1024) == 1024 + CONTROL_FRAMES
    assert lane.next_change(1999) == 2000
    assert lane.next_change(2000) is None


def test_a_stepped_lane_moves_at_its_points_only():
    lane = Lane.of(AutomationSpec("a.x", ((0.0, 1.0), (1.0, 2.0)), "step"), 1000)
    assert lane.value_at(999) == 1.0
    assert lane.next_change(0) == 1000


@pytest.mark.parametrize("points", [(), ((1.0, 0.0), (1.0, 1.0)), ((-1.0, 0.0),)])
def test_points_that_do_not_rise_are_refused(points: tuple[tuple[float, float], ...]):
    with pytest.raises(GraphError, match="rising times"):
        Lane.of(AutomationSpec("a.x", points), 48_000)


def test_a_parameter_takes_both_ends_of_its_range_and_nothing_beyond():
    ratio = Parameter("ratio", 2.0, 1.0, 20.0)
    assert ratio.checked(1.0) == 1.0
    assert ratio.checked("20") == 20.0
    for value in (0.999, 20.001, float("inf"), float("nan")):
        with pytest.raises(ParameterRangeError):
            ratio.checked(value)
    with pytest.raises(UsageError, match="'loud' is not a value; give a number from 1 to 20"):
        ratio.checked("loud")
    with pytest.raises(ParameterRangeError):
        Parameter("ratio", 0.5, 1.0, 20.0)


def test_a_switch_is_set_by_the_name_of_its_position():
    mode = Parameter("mode", 0, 0, 2, choices=("low", "band", "high"))
    assert mode.checked("band") == 1.0
    with pytest.raises(UsageError, match="allowed: band"):
        mode.checked("bnd")


def test_a_setting_has_a_type_and_choices():
    slope = Setting("slope", "integer", 12, choices=())
    assert slope.checked(24) == 24
    for value in ("12", 12.0, True, None):
        with pytest.raises(UsageError):
            slope.checked(value)
    with pytest.raises(UsageError, match="allowed: white, pink"):
        Setting("colour", "text", "white", choices=("white", "pink")).checked("blue")
