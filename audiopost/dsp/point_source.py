"""Point sources between loudspeakers as the ITU renderer for object audio plays them: triangles, quadrilaterals, rings.

::

    three loudspeakers    vector base amplitude panning
    four in one plane     two coordinates across the quadrilateral: the four heights of a layout are such
    above and below       a ring around an imaginary loudspeaker, which gives its part to the ring in equal powers
    layers that are open  loudspeakers imagined above or below those of the ear's layer, played by those
    stereo                panned on five loudspeakers and folded down: a source behind is 3 dB softer

Why beside `amplitude_panning`: that one is for any set of loudspeakers and cuts quadrilaterals into two triangles. This
one gives the gains that the Recommendation states, so that a master sounds, and measures, as in other renderers.

Source: ITU-R BS.2127-1, "Audio Definition Model renderer for advanced sound systems", section 6.1.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.spherical import unit_vectors

__all__ = ["PointSourcePanner", "convex_facets", "point_source_panner"]

Values = NDArray[np.float64]
Indices = NDArray[np.int64]

_INSIDE = 1e-11
"""A direction on the edge of a region belongs to it."""

_FLAT = 1e-5
"""Corners that lie so near to one plane make one facet."""

_LAYERS_DEG = ((-30.0, -70.0, -10.0), (30.0, 10.0, 70.0))
"""Lower and upper layer: the elevation of what is imagined there, and which loudspeakers belong to it."""

_LAYER_REACH_DEG = 40.0
"""So far behind the last loudspeaker of a layer it is taken to be open (section 6.1.3.1)."""

_FIVE = (30.0, -30.0, 0.0, 110.0, -110.0)
"""The loudspeakers on which stereo is panned (BS.2051 system B), left and right first."""

_FIVE_TO_TWO = np.array(
    [[1.0, 0.0, np.sqrt(3.0) / 3.0, np.sqrt(0.5), 0.0], [0.0, 1.0, np.sqrt(3.0) / 3.0, 0.0, np.sqrt(0.5)]]
)


class PointSourcePanner(Protocol):
    """Gains for directions."""

    def gains(self, vectors: Values) -> Values:
        """Gains ``(directions, loudspeakers)`` for vectors ``(directions, 3)`` of any length but 0."""


class _Region(Protocol):
    corners: Indices

    def play(self, vectors: Values) -> tuple[NDArray[np.bool_], Values]:
        """Which directions lie inside, and the gains of the corners for each."""


class _Triangle:
    def __init__(self, corners: Indices, positions: Values) -> None:
        self.corners = corners
        self._inverse = np.linalg.inv(positions)

    def play(self, vectors: Values) -> tuple[NDArray[np.bool_], Values]:
        gains = vectors @ self._inverse
        inside = np.all(gains >= -_INSIDE, axis=1)
        return inside, _of_unit_power(np.clip(gains, 0.0, None))


class _Ring:
    """Loudspeakers around an imaginary one."""

    def __init__(self, corners: Indices, positions: Values, middle: Values) -> None:
        order = _around(positions)
        self.corners = corners[order]
        around = positions[order]
        following = np.roll(np.arange(len(order)), -1)
        self._triangles = [
            _Triangle(np.array([one, other]), np.stack((around[one], around[other], middle)))
            for one, other in enumerate(following)
        ]

    def play(self, vectors: Values) -> tuple[NDArray[np.bool_], Values]:
        inside = np.zeros(len(vectors), bool)
        gains = np.zeros((len(vectors), len(self.corners)))
        for triangle in self._triangles:
            here, three = triangle.play(vectors)
            here &= ~inside
            gains[here] = three[here, 2:] / np.sqrt(len(self.corners))
            gains[np.ix_(here, triangle.corners)] += three[here, :2]
            inside |= here
        return inside, _of_unit_power(gains)


class _Quadrilateral:
    """Four loudspeakers in one plane, through which a source moves in two coordinates from 0 to 1."""

    def __init__(self, corners: Indices, positions: Values) -> None:
        order = _around(positions)
        self.corners = corners[order]
        self._positions = positions[order]
        self._across = _sweep(self._positions)
        self._along = _sweep(self._positions[[1, 2, 3, 0]])

    def play(self, vectors: Values) -> tuple[NDArray[np.bool_], Values]:
        x, y = _share(vectors @ self._across.T), _share(vectors @ self._along.T)
        inside = ~(np.isnan(x) | np.isnan(y))
        x, y = np.nan_to_num(x), np.nan_to_num(y)
        gains = np.stack(((1 - x) * (1 - y), x * (1 - y), x * y, (1 - x) * y), axis=1)
        inside &= np.sum((gains @ self._positions) * vectors, axis=1) > 0.0
        return inside, _of_unit_power(gains)


def _sweep(corners: Values) -> Values:
    """The plane through the listener that sweeps from the side d a to the side c b, as a quadratic in its share.

    A direction p lies in it where ``(p . rows)`` as a polynomial is zero.
    """
    a, b, c, d = corners
    return np.stack((np.cross(b - a, c - d), np.cross(a, c - d) + np.cross(b - a, d), np.cross(a, d)))


def _share(polynomials: Values) -> Values:
    """A root from 0 to 1 of each quadratic ``(n, 3)``; NaN where there is none."""
    square, linear, constant = polynomials.T
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(linear * linear - 4.0 * square * constant)
        steady = -0.5 * (linear + np.copysign(root, linear))
        candidates = np.stack((constant / steady, steady / square))
    near = (candidates > -1e-10) & (candidates < 1.0 + 1e-10)
    chosen = np.where(near[0], candidates[0], np.where(near[1], candidates[1], np.nan))
    return np.asarray(np.clip(chosen, 0.0, 1.0))


def _of_unit_power(gains: Values) -> Values:
    norms = np.linalg.norm(gains, axis=1, keepdims=True)
    return np.asarray(gains / np.where(norms > 0.0, norms, 1.0))


def _around(positions: Values) -> Indices:
    """The order in which corners stand around their middle."""
    middle = positions.mean(axis=0)
    away = positions - middle
    normal = np.linalg.svd(away)[2][2]
    first = away[0] / np.linalg.norm(away[0])
    second = np.cross(normal, first)
    return np.argsort(np.arctan2(away @ second, away @ first), kind="stable")


def convex_facets(corners: Values) -> list[tuple[int, ...]]:
    """The facets of the convex hull of points ``(points, 3)``: their corners, ascending; coplanar ones are one."""
    triples = np.array(list(itertools.combinations(range(len(corners)), 3)))
    a, b, c = corners[triples].transpose(1, 0, 2)
    normals = np.cross(b - a, c - a)
    lengths = np.linalg.norm(normals, axis=1)
    real = lengths > _FLAT
    normals, a = normals[real] / lengths[real, np.newaxis], a[real]
    beyond = normals @ corners.T - np.sum(normals * a, axis=1, keepdims=True)
    outer = np.all(beyond <= _FLAT, axis=1) | np.all(beyond >= -_FLAT, axis=1)
    return sorted({tuple(np.flatnonzero(row).tolist()) for row in np.abs(beyond[outer]) < _FLAT})


@dataclass(frozen=True)
class _Full:
    """Regions tried one after the other, and what is imagined folded into what is there."""

    regions: tuple[_Region, ...]
    fold: Values
    """``(real and imagined loudspeakers, real loudspeakers)``."""

    def gains(self, vectors: Values) -> Values:
        """See `PointSourcePanner`."""
        gains = np.zeros((len(vectors), len(self.fold)))
        left = np.arange(len(vectors))
        for region in self.regions:
            inside, found = region.play(vectors[left])
            gains[np.ix_(left[inside], region.corners)] = found[inside]
            left = left[~inside]
        return _of_unit_power(gains @ self.fold)


@dataclass(frozen=True)
class _Stereo:
    """Two loudspeakers: five, folded down."""

    inner: PointSourcePanner
    order: Indices

    def gains(self, vectors: Values) -> Values:
        """See `PointSourcePanner`."""
        five = self.inner.gains(vectors)
        two = _of_unit_power(five @ _FIVE_TO_TWO.T)
        front, back = five[:, :3].max(axis=1), five[:, 3:].max(axis=1)
        return np.asarray((two * 0.5 ** (0.5 * back / (front + back))[:, np.newaxis])[:, self.order])


def _imagined(azimuths_deg: Values, elevations_deg: Values) -> tuple[Values, list[int]]:
    """Directions imagined above and below the ear's layer, ``(n, 2)``, and the loudspeaker that plays each."""
    directions, players = [], []
    level = np.flatnonzero(np.abs(elevations_deg) <= 10.0)
    for elevation, lowest, highest in _LAYERS_DEG:
        layer = (elevations_deg >= lowest) & (elevations_deg <= highest)
        limit = np.max(np.abs(azimuths_deg[layer])) + _LAYER_REACH_DEG if np.any(layer) else 0.0
        at = float(np.mean(elevations_deg[layer])) if np.any(layer) else elevation
        for speaker in level[np.abs(azimuths_deg[level]) >= limit - 1e-5]:
            directions.append((float(azimuths_deg[speaker]), at))
            players.append(int(speaker))
    return np.array(directions).reshape(-1, 2), players


def point_source_panner(azimuths_deg: Values, elevations_deg: Values) -> PointSourcePanner:
    """The panner for a layout without its LFE.

    Parameters
    ----------
    azimuths_deg, elevations_deg
        Of each loudspeaker: two at +30 and -30 degrees, or a ring around the listener with or without other layers.

    Notes
    -----
    Accuracy: gains are 0 or more, and their squares sum to 1 but in stereo, where that is 0.5 behind. At the direction
    of a loudspeaker it plays alone.

    >>> panner = point_source_panner(np.array([30.0, -30.0, 0.0, 110.0, -110.0]), np.zeros(5))
    >>> np.round(panner.gains(np.array([[1.0, 0.0, 0.0]])), 3).tolist()
    [[0.0, 0.0, 1.0, 0.0, 0.0]]
    """
    if len(azimuths_deg) == 2:
        order = np.array([0, 1]) if azimuths_deg[0] > azimuths_deg[1] else np.array([1, 0])
        return _Stereo(point_source_panner(np.array(_FIVE), np.zeros(len(_FIVE))), order)
    directions, players = _imagined(azimuths_deg, elevations_deg)
    poles = [-90.0] if np.max(elevations_deg) > 80.0 else [-90.0, 90.0]
    positions = unit_vectors(
        np.concatenate((azimuths_deg, directions[:, 0], np.zeros(len(poles)))),
        np.concatenate((elevations_deg, directions[:, 1], poles)),
    )
    played = len(positions) - len(poles)
    facets = convex_facets(positions)
    regions: list[_Region] = []
    for pole in range(played, len(positions)):
        ring = np.array(sorted({corner for facet in facets if pole in facet for corner in facet} - {pole}))
        regions.append(_Ring(ring, positions[ring], positions[pole]))
    for facet in facets:
        if facet[-1] < played:
            corners = np.array(facet)
            kind = _Triangle if len(facet) == 3 else _Quadrilateral
            regions.append(kind(corners, positions[corners]))
    fold = np.eye(played, len(azimuths_deg))
    fold[np.arange(len(azimuths_deg), played), players] = 1.0
    return _Full(tuple(regions), fold)
