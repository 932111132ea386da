"""Sources with width, height and depth: played by all loudspeakers that points spread over their area would use.

The area is a rectangle in azimuth and elevation with round ends, seen from the listener; over its edge the weight fades
within 10 degrees. Nearer sources are larger; depth is the mean of the power of the near end and the far one.

Source: ITU-R BS.2127-1, section 7.3.8 (polar extent).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import compiled
from audiopost.dsp.point_source import PointSourcePanner
from audiopost.dsp.spherical import unit_vectors

__all__ = ["ExtentPanner", "add_spread"]

Values = NDArray[np.float64]

_ROWS = 37
"""Of points, from pole to pole: 5 degrees apart."""

_FADE_DEG = 10.0
_LEAST_SIZE = 0.2


class ExtentPanner:
    """Gains of sources of any size; a source without any is a point.

    Parameters
    ----------
    panner
        For points.
    """

    def __init__(self, panner: PointSourcePanner) -> None:
        self._panner = panner
        self._points: Values | None = None

    def _spread(self) -> tuple[Values, Values]:
        """The points and their gains; made when the first source has a size."""
        if self._points is None:
            self._points = _even_rows()
            self._gains = np.ascontiguousarray(self._panner.gains(self._points))
        return self._points, self._gains

    def gains(self, places: Values, sizes: Values) -> Values:
        """Gains ``(sources, loudspeakers)``.

        Parameters
        ----------
        places
            ``(sources, 3)``: azimuth and elevation in degrees, distance with 1 at the loudspeakers.
        sizes
            ``(sources, 3)``: width and height in degrees, 0 to 360; depth, 0 to 1.
        """
        vectors = unit_vectors(places[:, 0], places[:, 1])
        vectors[places[:, 2] <= 0.0] = (1.0, 0.0, 0.0)
        power = np.square(self._panner.gains(vectors))
        # A distance other than 1 makes a source without size larger than a point only below it.
        some = np.flatnonzero(np.any(sizes > 0.0, axis=1) | (places[:, 2] != 1.0))
        half = 0.5 * sizes[some, 2]
        near = self._of_ends(vectors[some], places[some, 2] + half, sizes[some], power[some])
        if np.any(half):
            far = self._of_ends(vectors[some], np.maximum(places[some, 2] - half, 0.0), sizes[some], power[some])
            near = np.where(half[:, np.newaxis] > 0.0, 0.5 * (near + far), near)
        power[some] = near
        return np.asarray(np.sqrt(power))

    def _of_ends(self, vectors: Values, distances: Values, sizes: Values, point: Values) -> Values:
        """Powers at one distance of each source."""
        width, height = _seen(sizes[:, 0], distances), _seen(sizes[:, 1], distances)
        share = np.clip(np.maximum(width, height) / _FADE_DEG, 0.0, 1.0)[:, np.newaxis]
        out = np.asarray((1.0 - share) * point)
        wide = np.flatnonzero(share[:, 0] > 1e-10)
        if len(wide):
            points, gains = self._spread()
            add, spread = add_spread.ready(), np.zeros(gains.shape[1])
            for index in wide:
                least = 0.5 * _FADE_DEG
                add(points, gains, *_area(vectors[index], max(width[index], least), max(height[index], least)), spread)
                out[index] += share[index] * np.square(spread) / np.sum(np.square(spread))
        return out


def _even_rows() -> Values:
    """Points in rows of equal elevation, about as far apart in a row as the rows are."""
    azimuths, elevations = [], []
    for elevation in np.linspace(-90.0, 90.0, _ROWS):
        count = max(1, round(math.cos(math.radians(elevation)) * 2 * (_ROWS - 1)))
        azimuths.append(np.linspace(0.0, 360.0, count, endpoint=False))
        elevations.append(np.full(count, elevation))
    return unit_vectors(np.concatenate(azimuths), np.concatenate(elevations))


def _seen(extent_deg: Values, distances: Values) -> Values:
    """The angle under which a size is seen from another distance."""
    size = np.interp(extent_deg, (0.0, 360.0), (_LEAST_SIZE, 1.0))
    at_one = 4.0 * np.degrees(np.arctan2(size, 1.0))
    here = 4.0 * np.degrees(np.arctan2(size, distances))
    below = extent_deg * here / at_one
    above = extent_deg + (360.0 - extent_deg) * (here - at_one) / (360.0 - at_one)
    return np.asarray(np.where(here <= at_one, below, above))


def _area(ahead: Values, width_deg: float, height_deg: float) -> tuple[Values, float, float]:
    """What `add_spread` needs of a source: its axes, how far to the sides its round ends lie, and their radius."""
    half_width, half_height = math.radians(0.5 * width_deg), math.radians(0.5 * height_deg)
    radius = min(half_width, half_height)
    right, up = _right_and_up(ahead)
    if half_height > half_width:
        half_width, half_height = half_height, half_width
        right, up = up, right
    return np.stack((ahead, right, up)), _meeting_behind(half_width, half_height) - radius, radius


@compiled("void(float64[:, ::1], float64[:, ::1], float64[:, ::1], float64, float64, float64[::1])")
def add_spread(points: Values, gains: Values, axes: Values, middle: float, radius: float, out: Values) -> None:
    """Fill `out`, ``(loudspeakers,)``, with the sum of the gains of all points, each by its weight for one area.

    `axes` are ahead, right and up of the source; angles in radians. The weight is 1 within the area and falls to 0 over
    `_FADE_DEG` beyond its edge.
    """
    out[:] = 0.0
    fade = math.radians(_FADE_DEG)
    reach = middle + radius + fade
    nearest_ahead = math.cos(reach) if reach < math.pi else -2.0
    for point in range(points.shape[0]):
        x, y, z = points[point, 0], points[point, 1], points[point, 2]
        forward = x * axes[0, 0] + y * axes[0, 1] + z * axes[0, 2]
        if forward < nearest_ahead - 1e-9:
            continue
        sideways = x * axes[1, 0] + y * axes[1, 1] + z * axes[1, 2]
        if abs(math.atan2(sideways, forward)) <= middle:
            upwards = x * axes[2, 0] + y * axes[2, 1] + z * axes[2, 2]
            away = abs(math.asin(min(1.0, max(-1.0, upwards))))
        else:
            nearest = abs(math.sin(middle) * sideways) + math.cos(middle) * forward
            away = math.acos(min(1.0, max(-1.0, nearest)))
        weight = 1.0 - (away - radius) / fade
        if weight > 0.0:
            weight = min(1.0, weight)
            for speaker in range(out.shape[0]):
                out[speaker] += weight * gains[point, speaker]


def _right_and_up(ahead: Values) -> tuple[Values, Values]:
    x, y, z = ahead
    elevation = math.asin(max(-1.0, min(1.0, z)))
    azimuth = 0.0 if abs(math.degrees(elevation)) > 90.0 - 1e-5 else math.atan2(y, x)
    right = np.array([math.sin(azimuth), -math.cos(azimuth), 0.0])
    up = np.array(
        [-math.sin(elevation) * math.cos(azimuth), -math.sin(elevation) * math.sin(azimuth), math.cos(elevation)]
    )
    return right, up


def _meeting_behind(half_width: float, half_height: float) -> float:
    """Half the width, made so much larger that the round ends of a full circle meet behind the listener."""
    full = float(np.interp(half_width, (0.0, 0.5 * np.pi, np.pi), (0.0, 0.5 * np.pi, np.pi + half_height)))
    share = float(np.interp(half_height, (0.0, 0.25 * np.pi, 0.5 * np.pi), (1.0, 1.0, 0.0)))
    return share * full + (1.0 - share) * half_width
