"""Sounds between loudspeakers: vector base amplitude panning on any layout, for points and for wide sources.

The loudspeakers are corners of a hull around the listener; a direction is played by the three corners of the triangle
that it passes through. Where the hull would have a hole, below or above a layout, behind a stereo pair, an imaginary
loudspeaker closes it; what it would play goes to its neighbours in equal parts.

Sources: V. Pulkki, "Virtual sound source positioning using vector base amplitude panning", JAES 45 (1997), 456-466;
V. Pulkki, "Uniform spreading of amplitude panned virtual sources", WASPAA 1999 (wide sources); F. Zotter, M. Frank,
"All-round Ambisonic panning and decoding", JAES 60 (2012), 807-820 (imaginary loudspeakers).
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.spherical import unit_vectors

__all__ = ["AmplitudePanning"]

Values = NDArray[np.float64]

WIDEST_GAP_DEG = 150.0
"""Of azimuth between neighbours near the horizon: a wider one gets an imaginary loudspeaker in its middle."""

_POLE_DEG = 60.0
_NEAR_HORIZON_DEG = 20.0
_INSIDE = -1e-9
_SPREAD_RINGS = 3
_SPREAD_POINTS = 12


class AmplitudePanning:
    """Gains of the loudspeakers of a layout for any direction.

    Parameters
    ----------
    azimuths_deg, elevations_deg
        Of each loudspeaker, two or more, no two alike.

    Notes
    -----
    Gains are 0 or more; their squares sum to 1. At a loudspeaker's own direction it plays alone. They change
    continuously with the direction.
    """

    def __init__(self, azimuths_deg: Values, elevations_deg: Values) -> None:
        self.speakers = len(azimuths_deg)
        real = unit_vectors(azimuths_deg, elevations_deg)
        corners = np.concatenate([real, _imaginary(azimuths_deg, elevations_deg)])
        triangles = _hull(corners)
        self._shares = _shares(triangles, self.speakers, len(corners))
        self._triangles = np.array(triangles)
        self._inverses = np.linalg.inv(corners[self._triangles].transpose(0, 2, 1))

    def gains(self, vectors: Values) -> Values:
        """Gains for each direction, ``(directions, loudspeakers)``, from unit vectors ``(directions, 3)``."""
        weights = np.einsum("tij,dj->dti", self._inverses, vectors)
        best = np.argmax(weights.min(axis=2), axis=1)
        chosen = np.clip(weights[np.arange(len(vectors)), best], 0.0, None)
        played = np.zeros((len(vectors), len(self._shares)))
        np.put_along_axis(played, self._triangles[best], chosen, axis=1)
        gains = played @ self._shares
        return np.asarray(gains / np.linalg.norm(gains, axis=1, keepdims=True))

    def wide_gains(self, vector: Values, half_angle_deg: float) -> Values:
        """Gains for one direction ``(3,)`` of a source as wide as a cap of this half angle; ``(loudspeakers,)``."""
        if half_angle_deg <= 0.0:
            return np.asarray(self.gains(vector[np.newaxis])[0])
        powers = np.square(self.gains(_cap(vector, half_angle_deg))).mean(axis=0)
        return np.asarray(np.sqrt(powers))


def _imaginary(azimuths_deg: Values, elevations_deg: Values) -> Values:
    """Unit vectors of the imaginary loudspeakers that close the hull."""
    needed: list[tuple[float, float]] = []
    needed += [(0.0, 90.0)] if np.max(elevations_deg) < _POLE_DEG else []
    needed += [(0.0, -90.0)] if np.min(elevations_deg) > -_POLE_DEG else []
    around = np.sort(azimuths_deg[np.abs(elevations_deg) <= _NEAR_HORIZON_DEG] % 360.0)
    gaps = np.diff(around, append=around[:1] + 360.0)
    needed += [(float(start + 0.5 * gap), 0.0) for start, gap in zip(around, gaps, strict=True) if gap > WIDEST_GAP_DEG]
    return unit_vectors(np.array([each[0] for each in needed]), np.array([each[1] for each in needed]))


def _hull(corners: Values) -> list[tuple[int, int, int]]:
    """Triangles of the convex hull: three corners that have no other beyond them.

    Four corners and more in one plane (the four heights of a layout) would make triangles that overlap; a small lift
    by their number makes the choice, always the same one.
    """
    lifted = corners * (1.0 + 1e-7 * np.sqrt(np.arange(1, len(corners) + 1)))[:, np.newaxis]
    found = []
    for triangle in itertools.combinations(range(len(corners)), 3):
        a, b, c = lifted[list(triangle)]
        normal = np.cross(b - a, c - a)
        if np.linalg.norm(normal) < 1e-9:
            continue
        beyond = (lifted - a) @ normal
        beyond[list(triangle)] = 0.0
        if np.all(beyond <= 1e-15) or np.all(beyond >= -1e-15):
            flat = abs(np.linalg.det(corners[list(triangle)])) < 1e-6
            if not flat:
                found.append(triangle)
    return found


def _shares(triangles: list[tuple[int, int, int]], speakers: int, corners: int) -> Values:
    """What each corner gives to each loudspeaker: itself, or for an imaginary one equal parts of its neighbours."""
    shares = np.eye(corners, speakers)
    for corner in range(speakers, corners):
        neighbours = sorted({each for triangle in triangles if corner in triangle for each in triangle} - {corner})
        real = [each for each in neighbours if each < speakers] or list(range(speakers))
        shares[corner, real] = 1.0 / np.sqrt(len(real))
    return shares


def _cap(vector: Values, half_angle_deg: float) -> Values:
    """Directions over a cap around a direction: the middle, and rings out to its edge, each for an equal area."""
    across = np.cross(vector, [0.0, 0.0, 1.0] if abs(vector[2]) < 0.9 else [1.0, 0.0, 0.0])
    across /= np.linalg.norm(across)
    upright = np.cross(vector, across)
    edge = np.cos(np.radians(half_angle_deg))
    found = [vector]
    for ring in range(1, _SPREAD_RINGS + 1):
        along = 1.0 - (1.0 - edge) * ring / _SPREAD_RINGS
        away = np.sqrt(max(0.0, 1.0 - along**2))
        turns = 2.0 * np.pi * (np.arange(_SPREAD_POINTS) + 0.5 * (ring % 2)) / _SPREAD_POINTS
        found += [along * vector + away * (np.cos(turn) * across + np.sin(turn) * upright) for turn in turns]
    return np.array(found)
