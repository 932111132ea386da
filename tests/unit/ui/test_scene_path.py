"""What is drawn in the scene becomes automation that goes where the pointer went, and is shown again as it goes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.errors import UsageError
from audiopost.graph.automation import Lane
from audiopost.graph.spec import AutomationSpec
from audiopost.live.desk import Desk
from audiopost.ui.scene_path import drawn_lanes, shown_path
from audiopost.ui.scene_view import PlaceView, places_of
from tests.desks import Noted

RATE_HZ = 48_000


def place(chain=None) -> PlaceView:
    desk = Desk(Noted(), fx.object_panner() if chain is None else chain)
    return places_of(desk.drawing, desk.knobs)[0]


def values_of(path: str, points: tuple[tuple[float, float], ...], times_s: np.ndarray) -> np.ndarray:
    lane = Lane.of(AutomationSpec(path, points), RATE_HZ)
    return np.array([lane.value_at(round(time_s * RATE_HZ)) for time_s in times_s])


def test_a_circle_needs_few_points_and_strays_nowhere() -> None:
    times = np.linspace(0.0, 6.0, 360)
    ahead, left = 4.0 * np.cos(times), 4.0 * np.sin(times)
    lanes = drawn_lanes(place(), times, {"object_panner.ahead_m": ahead, "object_panner.left_m": left})
    assert set(lanes) == {"object_panner.ahead_m", "object_panner.left_m"}
    for path, drawn in (("object_panner.ahead_m", ahead), ("object_panner.left_m", left)):
        assert len(lanes[path]) < 40
        assert np.abs(values_of(path, lanes[path], times) - drawn).max() <= 0.04 + 1e-3


def test_what_rests_keeps_its_ends_and_what_leaves_the_range_stays_at_it() -> None:
    lanes = drawn_lanes(place(), [0.0, 1.0, 2.0], {"object_panner.up_m": [1.0, 1.0, 1.0]})
    assert lanes == {"object_panner.up_m": ((0.0, 1.0), (2.0, 1.0))}
    lanes = drawn_lanes(place(), [0.0, 1.0], {"object_panner.up_m": [0.0, 900.0]})
    assert lanes["object_panner.up_m"][-1] == (1.0, 200.0)


def test_a_way_round_behind_goes_on_over_180_degrees_at_once() -> None:
    """Twice round to the left, then back: no moment points ahead on the way over the seam."""
    times = np.linspace(0.0, 8.0, 481)
    turned = np.where(times < 6.0, 120.0 * times, 720.0 - 200.0 * (times - 6.0))
    pointer = (turned + 180.0) % 360.0 - 180.0
    chain = fx.ambisonic_encode()
    lanes = drawn_lanes(place(chain), times, {"ambisonic_encode.azimuth_deg": pointer})
    (points,) = lanes.values()
    assert all(-180.0 <= angle <= 180.0 for _, angle in points)
    every = np.arange(0.0, 8.0, 1.0 / 750.0)
    heard = values_of("ambisonic_encode.azimuth_deg", points, every)
    meant = np.where(every < 6.0, 120.0 * every, 720.0 - 200.0 * (every - 6.0))
    away = np.abs((heard - meant + 180.0) % 360.0 - 180.0)
    assert away.max() < 4.0
    assert len(points) < 20


@pytest.mark.parametrize(
    ("times", "coordinates", "said"),
    [
        ([0.0], {"object_panner.up_m": [1.0]}, "2 to 2000 points"),
        ([0.1, 0.2], {"object_panner.up_m": [1.0, 1.0]}, "from 0 s on"),
        ([0.0, 0.2, 0.2], {"object_panner.up_m": [1.0, 1.0, 1.0]}, "rising"),
        ([0.0, 1.0], {"object_panner.up_m": [1.0]}, "all of its coordinates"),
        ([0.0, 1.0], {"object_panner.size_m": [1.0, 2.0]}, "goes through object_panner.ahead_m"),
        ([0.0, 1.0], {}, "goes through"),
        ([0.0, 7200.0], {"object_panner.up_m": [1.0, 2.0]}, "at most 3600 s"),
    ],
)
def test_what_is_no_path_is_told(times: list[float], coordinates: dict[str, list[float]], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        drawn_lanes(place(), times, coordinates)


def test_automation_is_shown_as_it_leads() -> None:
    chain = fx.object_panner(ahead_m=2.0, up_m=3.0).automate("object_panner.left_m", [(0.0, -5.0), (4.0, 5.0)])
    desk = Desk(Noted(), chain)
    (found,) = places_of(desk.drawing, desk.knobs)
    path = shown_path(desk.drawing, found, desk.values)
    assert path[0] == [0.0, 2.0, -5.0, 3.0]
    assert path[-1] == [4.0, 2.0, 5.0, 3.0]
    middle = min(path, key=lambda point: abs(point[0] - 2.0))
    assert middle[2] == pytest.approx(2.5 * (middle[0] - 2.0), abs=0.01)
    still = Desk(Noted(), fx.object_panner())
    assert shown_path(still.drawing, place(), still.values) == []


def test_a_desk_takes_paths_undoes_them_and_begins_them_anew() -> None:
    host = Noted()
    desk = Desk(host, fx.object_panner() >> fx.gain())
    desk.automate({"object_panner.left_m": ((0.0, -1.0), (2.0, 1.0))})
    assert [lane.parameter for lane in desk.drawing.automation] == ["object_panner.left_m"]
    assert host.swapped[-1].automation == desk.drawing.automation
    desk.automate({"object_panner.left_m": ((0.0, 0.0), (1.0, math.pi)), "gain.gain_db": ((0.0, -6.0),)})
    assert {lane.parameter: lane.points[-1] for lane in desk.drawing.automation} == {
        "object_panner.left_m": (1.0, math.pi),
        "gain.gain_db": (0.0, -6.0),
    }
    swaps = len(host.swapped)
    desk.again()
    assert host.swapped[swaps:] == [desk.drawing]
    desk.automate({"object_panner.left_m": ()})
    assert [lane.parameter for lane in desk.drawing.automation] == ["gain.gain_db"]
    assert desk.undo() == "automation of object_panner.left_m"
    desk.undo()
    desk.undo()
    assert desk.drawing.automation == ()
    with pytest.raises(UsageError, match="nothing moves by itself"):
        desk.again()
