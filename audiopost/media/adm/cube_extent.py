"""Sources with a size in the cube of Cartesian positions: all loudspeakers that points within it would be played by.

The points lie on a grid; what they give is summed along each axis by itself, with an exponent that falls as the source
grows, and what lies on the walls of the cube counts besides. Small sources fade into points.

X is the width, Y the depth, Z the height of a source, as ITU-R BS.2076 has it.

Source: ITU-R BS.2127-1, section 7.3.11 (allocentric extent).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.media.adm.cartesian import axis_gains

__all__ = ["CubeExtent"]

Values = NDArray[np.float64]

_POINTS = 40
_LEAST_DECADES = 6.5
_LEAST = 10.0**-_LEAST_DECADES
_FADE_SIZE = 0.2
_STEPS, _SCALED = (0.0, 0.2, 0.5, 0.75, 1.0), (0.0, 0.3, 1.0, 1.8, 2.8)
_SHARES = {1: (1.0,), 2: (3.0 / 4.0, 1.0 / 4.0), 3: (6.0 / 9.0, 2.0 / 9.0, 1.0 / 9.0)}
"""Of the sizes, the largest first, in the size that counts: for loudspeakers in a line, a plane, a cube."""

_WALL = 0.4


class CubeExtent:
    """Gains of sources of any size on some loudspeakers of a cube.

    Parameters
    ----------
    speakers
        ``(loudspeakers, 3)``: X, Y, Z.
    """

    def __init__(self, speakers: Values) -> None:
        layers = len(np.unique(speakers[:, 2]))
        self._flat_floor = layers < 3
        grid = np.linspace(-1.0, 1.0, _POINTS)
        heights = np.linspace(0.0, 1.0, _POINTS // 2) if self._flat_floor else grid
        self._grids = (grid, grid, heights)
        self._axes = tuple(axis_gains(speakers, axis, each) for axis, each in enumerate(self._grids))
        self._dimensions = max(1, int(np.sum(np.any(speakers != speakers[0], axis=0))))
        self._speakers = speakers

    def gains(self, position: Values, sizes: tuple[float, float, float], point: Values) -> Values:
        """Gains ``(loudspeakers,)``; their squares sum to 1.

        Parameters
        ----------
        position
            X, Y, Z, each from -1 to 1.
        sizes
            Along X, Y and Z, 0 to 1.
        point
            Gains of a source without size there, ``(loudspeakers,)``.
        """
        place = np.array(position)
        if self._flat_floor:
            place[2] = max(0.0, place[2])
        least = [2.0 / (len(grid) - 1) for grid in self._grids]
        scaled = np.maximum(np.interp(np.minimum(sizes, 1.0), _STEPS, _SCALED), least)
        ordered = np.sort(scaled[: self._dimensions])[::-1]
        effective = float(np.dot(_SHARES[self._dimensions], ordered))
        exponent = 6.0 if effective <= 0.5 else 6.0 - 4.0 * (effective - 0.5) / (_SCALED[-1] - 0.5)
        powered = [
            np.power(gains * _window(grid, centre, size, upright=axis == 2), exponent)
            for axis, (gains, grid, centre, size) in enumerate(zip(self._axes, self._grids, place, scaled, strict=True))
        ]
        sums = [each.sum(axis=1) for each in powered]
        across, along, upright = (np.where(each < _LEAST, 0.0, each) for each in sums)
        walls = [each[:, 0] + each[:, -1] for each in powered]
        inside = _unit(across * along * upright)
        bound = walls[0] * along * upright + across * walls[1] * upright + across * along * walls[2]
        sized = _unit(np.power(bound + self._inner_share(place, scaled) * inside, 1.0 / exponent))
        turn = 0.5 * np.pi * min(1.0, effective / _FADE_SIZE)
        return _unit(np.cos(turn) * point + np.sin(turn) * sized)

    def _inner_share(self, place: Values, sizes: Values) -> float:
        """How much what lies within the cube counts beside its walls: less, the nearer the source is to one."""
        dimensions = self._dimensions
        wall = float(np.min(1.0 - np.abs(place[:dimensions])))
        cubes = []
        for size in sizes[:dimensions]:
            if wall >= 2.0 * size and wall >= _WALL:
                cubes.append(max(2.0 * size, _WALL) ** 3 / (0.16 * 2.0 * size))
            else:
                cubes.append(0.5 * wall * (wall / _WALL) ** 2)
        return float(np.prod(cubes) ** (1.0 / dimensions))


def _window(grid: Values, centre: float, size: float, *, upright: bool) -> Values:
    """Weight of each point of a grid for a source; above the listener it falls with height besides."""
    reach = size if upright else 2.0 * size
    weights = np.power(10.0, -np.minimum(np.power(1.5 * (grid - centre) / reach, 4.0), _LEAST_DECADES))
    return np.asarray(weights * np.cos(grid * np.pi * 3.0 / 7.0) if upright else weights)


def _unit(values: Values) -> Values:
    length = float(np.linalg.norm(values))
    return np.asarray(values / length if length > 1e-16 else np.zeros_like(values))
