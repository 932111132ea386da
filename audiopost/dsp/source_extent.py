"""Sources with width, height and depth: played by all loudspeakers that points spread over their area would use.

The area is a rectangle in azimuth and elevation with round ends, seen from the listener; over its edge the weight fades
within 10 degrees. Nearer sources are larger; depth is the mean of the power of the near end and the far one.

Source: ITU-R BS.2127-1, section 7.3.8 (polar extent).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.point_source import PointSourcePanner
from audiopost.dsp.spherical import unit_vectors

__all__ = ["ExtentPanner"]

Values = NDArray[np.float64]

_ROWS = 37
"""Of points, from pole to pole: 5 degrees apart."""

_FADE_DEG = 10.0
_LEAST_SIZE = 0.2
_BATCH = 64
"""Sources weighted at once: 64 times 1 650 points of memory."""


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
            self._gains = self._panner.gains(self._points)
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
        wide = np.flatnonzero(np.any(sizes > 0.0, axis=1) | (places[:, 2] != 1.0))
        for start in range(0, len(wide), _BATCH):
            some = wide[start : start + _BATCH]
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
        out = (1.0 - share) * point
        wide = np.flatnonzero(share[:, 0] > 1e-10)
        if len(wide):
            least = 0.5 * _FADE_DEG
            points, gains = self._spread()
            weights = np.stack(
                [
                    _weights(points, vectors[index], max(width[index], least), max(height[index], least))
                    for index in wide
                ]
            )
            spread = weights @ gains
            spread /= np.linalg.norm(spread, axis=1, keepdims=True)
            out[wide] += share[wide] * np.square(spread)
        return np.asarray(out)


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


def _weights(points: Values, ahead: Values, width_deg: float, height_deg: float) -> Values:
    """Weight of each point, 0 to 1, for a source in the direction `ahead`."""
    half_width, half_height = math.radians(0.5 * width_deg), math.radians(0.5 * height_deg)
    radius = min(half_width, half_height)
    right, up = _right_and_up(ahead)
    if half_height > half_width:
        half_width, half_height = half_height, half_width
        right, up = up, right
    half_width = _meeting_behind(half_width, half_height)
    middle = half_width - radius
    sideways, forward, upwards = points @ right, points @ ahead, np.clip(points @ up, -1.0, 1.0)
    flat = np.abs(np.arctan2(sideways, forward)) <= middle
    ends = np.stack([math.sin(sign * middle) * right + math.cos(middle) * ahead for sign in (-1.0, 1.0)])
    nearest = np.arccos(np.clip(points @ ends.T, -1.0, 1.0)).min(axis=1)
    beyond = np.where(flat, np.abs(np.arcsin(upwards)), nearest) - radius
    return np.asarray(np.clip(1.0 - beyond / math.radians(_FADE_DEG), 0.0, 1.0))


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
