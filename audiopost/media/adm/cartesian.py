"""Positions in a cube, as Dolby's masters have them: X to the right, Y ahead, Z up, each from -1 to 1.

A source is balanced along each axis in turn: between the layers above and below it, in each between the rows before
and behind it, in each row between the loudspeakers left and right of it.

Source: ITU-R BS.2127-1, sections 7.3.10 (allocentric panner) and 10 (conversion to polar).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["balance", "polar_places", "polar_sizes"]

Values = NDArray[np.float64]

_CORNERS = ((0.0, (0.0, 1.0)), (-30.0, (1.0, 1.0)), (-110.0, (1.0, -1.0)), (110.0, (-1.0, -1.0)), (30.0, (-1.0, 1.0)))
"""Azimuths whose directions are corners and the middle of the front: X and Y."""

_TOP_DEG, _CUBIC_TOP_DEG = 30.0, 45.0


def balance(positions: Values, speakers: Values) -> Values:
    """Gains ``(positions, loudspeakers)`` for points in the cube, both ``(n, 3)``; squares sum to 1.

    >>> balance(np.array([[0.0, 1.0, 0.0]]), np.array([[-1.0, 1.0, 0.0], [1.0, 1.0, 0.0]])).round(3).tolist()
    [[0.707, 0.707]]
    """
    gains = np.ones((len(positions), len(speakers)))
    inside = np.clip(positions, -1.0, 1.0)
    for axis in (2, 1, 0):
        # Loudspeakers compete with those that share all later coordinates with them.
        for members in _sharing(speakers[:, axis + 1 :]):
            gains[:, members] *= _between(inside[:, axis], speakers[members, axis])
    return gains


def _sharing(coordinates: Values) -> list[NDArray[np.int64]]:
    groups: dict[tuple[float, ...], list[int]] = {}
    for index, row in enumerate(coordinates):
        groups.setdefault(tuple(row.tolist()), []).append(index)
    return [np.array(members) for members in groups.values()]


def _between(values: Values, places: Values) -> Values:
    """Gains of each place for each value: the two neighbours share it by sine and cosine."""
    levels = np.unique(places)
    at = np.clip(values, levels[0], levels[-1])
    upper = np.clip(np.searchsorted(levels, at), 1, max(1, len(levels) - 1))
    gains = np.zeros((len(values), len(levels)))
    if len(levels) == 1:
        gains[:] = 1.0
    else:
        rows = np.arange(len(values))
        share = (at - levels[upper - 1]) / (levels[upper] - levels[upper - 1])
        gains[rows, upper - 1] = np.cos(0.5 * np.pi * share)
        gains[rows, upper] = np.sin(0.5 * np.pi * share)
    return gains[:, np.searchsorted(levels, places)]


def polar_places(positions: Values) -> Values:
    """Azimuth, elevation and distance ``(n, 3)`` of points in the cube.

    >>> polar_places(np.array([[-1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])).round(6).tolist()
    [[30.0, 0.0, 1.0], [0.0, 90.0, 1.0]]
    """
    return np.array([_polar(*row) for row in positions])


def _polar(x: float, y: float, z: float) -> tuple[float, float, float]:
    if max(abs(x), abs(y)) < 1e-10:
        return (0.0, 90.0 * np.sign(z), abs(z)) if abs(z) >= 1e-10 else (0.0, 0.0, 0.0)
    left_deg, right_deg, shares = _sector(x, y)
    radius = float(shares.sum())
    middle = 0.5 * (left_deg + (right_deg if right_deg <= left_deg else right_deg - 360.0))
    reach = left_deg - middle
    turn = 0.5 * np.pi * shares[1] / radius
    right_gain = np.sin(turn) / (np.sin(turn) + np.cos(turn))
    azimuth = middle - np.degrees(np.arctan(2.0 * (right_gain - 0.5) * np.tan(np.radians(reach))))
    steep = np.degrees(np.arctan(z / radius))
    if abs(steep) <= _CUBIC_TOP_DEG:
        return _wrapped(azimuth), _TOP_DEG * steep / _CUBIC_TOP_DEG, radius
    above = (90.0 - _TOP_DEG) * (abs(steep) - _CUBIC_TOP_DEG) / (90.0 - _CUBIC_TOP_DEG)
    return _wrapped(azimuth), np.sign(steep) * (_TOP_DEG + above), abs(z)


def _sector(x: float, y: float) -> tuple[float, float, Values]:
    """The corners left and right of a point, and how much of each it takes."""
    for (left_deg, left), (right_deg, right) in zip(_CORNERS, (*_CORNERS[1:], _CORNERS[0]), strict=True):
        shares = np.array([x, y]) @ np.linalg.inv(np.array([left, right]))
        if np.all(shares >= -1e-12):
            return left_deg, right_deg, shares
    raise AssertionError("the sectors go all the way round")


def _wrapped(azimuth_deg: float) -> float:
    return float((azimuth_deg + 180.0) % 360.0 - 180.0)


def polar_sizes(place_deg: Values, sizes: tuple[float, float, float]) -> tuple[float, float, float]:
    """Width and height in degrees, and depth, of a source at a polar place whose sizes along X, Y and Z are given."""
    azimuth, elevation = np.radians(place_deg[0]), np.radians(place_deg[1])
    # Right, ahead and up of the source, as rows, in X, Y and Z.
    own = np.array(
        [
            [np.cos(azimuth), np.sin(azimuth), 0.0],
            [-np.sin(azimuth) * np.cos(elevation), np.cos(azimuth) * np.cos(elevation), np.sin(elevation)],
            [np.sin(azimuth) * np.sin(elevation), -np.cos(azimuth) * np.sin(elevation), np.cos(elevation)],
        ]
    )
    across, along, upright = np.minimum(np.linalg.norm(own * np.array(sizes), axis=1), 1.0)
    by_depth = 2.0 * np.degrees(np.arccos(1.0 - 2.0 * along))
    width = 2.0 * np.degrees(np.arcsin(across))
    height = 2.0 * np.degrees(np.arcsin(upright))
    width += across * max(by_depth - width, 0.0)
    height += upright * max(by_depth - height, 0.0)
    covered = max(0.5 * (1.0 - np.cos(np.radians(0.5 * angle))) for angle in (width, height))
    return float(width), float(height), float(max(0.0, along - covered))
