"""Paths that are drawn in the scene, as automation; and automation as a path in the scene. Pure.

::

    pointer, 60 times a second ─▶ no more points than the eye sees ─▶ breakpoints of each coordinate
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from audiopost.errors import UsageError
from audiopost.graph.automation import Lane
from audiopost.graph.spec import GraphSpec
from audiopost.ui.scene_view import PlaceView

__all__ = ["MOST_POINTS", "drawn_lanes", "shown_path"]

Values = NDArray[np.float64]
Points = tuple[tuple[float, float], ...]

MOST_POINTS = 2000
"""Of one gesture; a page sends half as many at most."""
LONGEST_S = 3600.0
CLOSE = 0.005
"""How far a path may stray from what was drawn, of its extent."""
LEAST = {"metres": 0.01, "angles": 0.2, "head": 0.2}
"""And so far at least, in m or degrees."""
SHOWN_POINTS = 240
_AT_ONCE_S = 1e-6
_TURN_DEG = 360.0


def drawn_lanes(
    place: PlaceView, times_s: Sequence[float], coordinates: Mapping[str, Sequence[float]]
) -> dict[str, Points]:
    """Breakpoints of each coordinate that was drawn.

    Parameters
    ----------
    place
        What was moved.
    times_s
        From 0 on, rising.
    coordinates
        Path of a parameter -> its value at each time. Azimuth goes on over 180 degrees the shorter way.

    Raises
    ------
    UsageError
        If the times do not rise from 0, values are missing, or the place has no such coordinate.
    """
    times = np.array(times_s, np.float64)
    axes = {axis.path: axis for axis in place.axes}
    if not 2 <= len(times) <= MOST_POINTS or times[0] != 0.0 or not np.all(np.diff(times) > 0.0):
        raise UsageError(f"a path needs 2 to {MOST_POINTS} points with rising times from 0 s on", where=place.node)
    if times[-1] > LONGEST_S:
        raise UsageError(f"a path lasts at most {LONGEST_S:g} s, not {times[-1]:.0f} s", where=place.node)
    if not coordinates or not coordinates.keys() <= axes.keys():
        raise UsageError(f"a path of {place.node} goes through {', '.join(axes)}")
    if any(len(values) != len(times) for values in coordinates.values()):
        raise UsageError("every point of a path needs all of its coordinates", where=place.node)
    lanes = {}
    for path, given in coordinates.items():
        values, axis = np.array(given, np.float64), axes[path]
        if _is_azimuth(path):
            values = np.unwrap(values, period=_TURN_DEG)
        else:
            values = np.clip(values, axis.lowest, axis.highest)
        within = max(CLOSE * float(np.ptp(values)), LEAST[place.kind])
        kept = _simplified(times, values, within)
        points = [(float(times[index]), float(values[index])) for index in kept]
        lanes[path] = tuple(_around(points) if _is_azimuth(path) else points)
    return lanes


def shown_path(drawing: GraphSpec, place: PlaceView, values: Mapping[str, float]) -> list[list[float]]:
    """Where automation leads a place: ``[time in s, coordinate, ...]`` of each point; nothing where it stays.

    `values` are where the knobs stand that nothing moves.
    """
    moved = {axis.path for axis in place.axes}
    specs = {lane.parameter: lane for lane in drawing.automation if lane.parameter in moved}
    if not specs:
        return []
    rate = 1000
    lanes = {path: Lane.of(spec, rate) for path, spec in specs.items()}
    breaks = {time_s for spec in specs.values() for time_s, _ in spec.points}
    end_s = max(breaks)
    between = np.linspace(0.0, end_s, SHOWN_POINTS).tolist() if end_s > 0.0 else [0.0]
    times = sorted(breaks | set(between)) if len(breaks) < SHOWN_POINTS else between
    return [
        [time_s, *(lanes[axis.path].value_at(round(rate * time_s)) if axis.path in lanes else values[axis.path]
                   for axis in place.axes)]
        for time_s in times
    ]  # fmt: skip


def _simplified(times: Values, values: Values, within: float) -> list[int]:
    """Indices of points between which straight lines stray no farther than `within` from all of them."""
    kept = {0, len(times) - 1}
    stretches = [(0, len(times) - 1)]
    while stretches:
        first, last = stretches.pop()
        if last - first < 2:
            continue
        inner = slice(first + 1, last)
        share = (times[inner] - times[first]) / (times[last] - times[first])
        strayed = np.abs(values[first] + share * (values[last] - values[first]) - values[inner])
        farthest = int(np.argmax(strayed))
        if strayed[farthest] > within:
            middle = first + 1 + farthest
            kept.add(middle)
            stretches += [(first, middle), (middle, last)]
    return sorted(kept)


def _around(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Angles that go on past 180 degrees as angles from -180 to 180: at the seam they change sign at once."""
    found = [(points[0][0], _wrapped(points[0][1]))]
    for (begun_s, begun), (ended_s, ended) in pairwise(points):
        low, high = sorted((begun, ended))
        first = _TURN_DEG * np.ceil((low - 180.0) / _TURN_DEG) + 180.0
        seams = [seam for seam in np.arange(first, high, _TURN_DEG).tolist() if low < seam < high]
        for seam in seams if ended > begun else reversed(seams):
            at_s = begun_s + (ended_s - begun_s) * (seam - begun) / (ended - begun)
            side = 180.0 if ended > begun else -180.0
            if found[-1][0] < at_s and at_s + _AT_ONCE_S < ended_s:
                found += [(at_s, side), (at_s + _AT_ONCE_S, -side)]
        found.append((ended_s, _wrapped(ended)))
    return found


def _wrapped(angle_deg: float) -> float:
    return (angle_deg + 180.0) % _TURN_DEG - 180.0


def _is_azimuth(path: str) -> bool:
    return path.endswith((".azimuth_deg", ".yaw_deg"))
