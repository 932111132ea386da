"""Positions in a cube, as Dolby's masters have them: X to the right, Y ahead, Z up, each from -1 to 1.

A source is balanced along each axis in turn: between the layers above and below it, in each between the rows before
and behind it, in each row between the loudspeakers left and right of it.

Source: ITU-R BS.2127-1, section 7.3.10 (allocentric panner).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["axis_gains", "balance"]

Values = NDArray[np.float64]


def balance(positions: Values, speakers: Values) -> Values:
    """Gains ``(positions, loudspeakers)`` for points in the cube, both ``(n, 3)``; squares sum to 1.

    >>> balance(np.array([[0.0, 1.0, 0.0]]), np.array([[-1.0, 1.0, 0.0], [1.0, 1.0, 0.0]])).round(3).tolist()
    [[0.707, 0.707]]
    """
    inside = np.clip(positions, -1.0, 1.0)
    gains = np.prod([axis_gains(speakers, axis, inside[:, axis]) for axis in range(3)], axis=0)
    return np.ascontiguousarray(gains.T)


def axis_gains(speakers: Values, axis: int, values: Values) -> Values:
    """What one axis gives to each loudspeaker, ``(loudspeakers, values)``, for coordinates along it.

    Loudspeakers compete with those that share all later coordinates with them: rows of a layer, places of a row.
    """
    gains = np.ones((len(speakers), len(values)))
    for members in _sharing(speakers[:, axis + 1 :]):
        gains[members] = _between(values, speakers[members, axis]).T
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
