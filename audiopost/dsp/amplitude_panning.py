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
import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.spherical import unit_vectors

__all__ = ["AmplitudePanning", "pan_cap", "pan_source"]

Values = NDArray[np.float64]

WIDEST_GAP_DEG = 150.0
"""Of azimuth between neighbours near the horizon: a wider one gets an imaginary loudspeaker in its middle."""

_POLE_DEG = 60.0
_NEAR_HORIZON_DEG = 20.0
SPREAD_RINGS = 3
SPREAD_POINTS = 12


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
        self._triangles = np.array(triangles, dtype=np.int64)
        self._inverses = np.ascontiguousarray(np.linalg.inv(corners[self._triangles].transpose(0, 2, 1)))

    @property
    def tables(self) -> tuple[NDArray[np.int64], Values, Values]:
        """What `pan_source` needs: corners of each triangle, inverses of their vectors, shares of each corner."""
        return self._triangles, self._inverses, self._shares

    def gains(self, vectors: Values) -> Values:
        """Gains for each direction, ``(directions, loudspeakers)``, from unit vectors ``(directions, 3)``."""
        weights = np.einsum("tij,dj->dti", self._inverses, vectors)
        best = np.argmax(weights.min(axis=2), axis=1)
        chosen = np.clip(weights[np.arange(len(vectors)), best], 0.0, None)
        played = np.zeros((len(vectors), len(self._shares)))
        np.put_along_axis(played, self._triangles[best], chosen, axis=1)
        gains = played @ self._shares
        return np.asarray(gains / np.linalg.norm(gains, axis=1, keepdims=True))


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


@inlined
def pan_cap(
    azimuth: float,
    elevation: float,
    half_angle: float,
    triangles: NDArray[np.int64],
    inverses: Values,
    shares: Values,
    work: Values,
    out: Values,
) -> None:
    """Fill `out`, ``(loudspeakers,)``, with the gains of a source as wide as a cap (angles in radians).

    A wide one is panned to its middle and to rings out to its edge, each point for an equal area, and the powers are
    averaged. `work` is memory, ``(loudspeakers,)`` (kernel).
    """
    out[:] = 0.0
    points = 1 + SPREAD_RINGS * SPREAD_POINTS if half_angle > 0.0 else 1
    ce, se, ca, sa = math.cos(elevation), math.sin(elevation), math.cos(azimuth), math.sin(azimuth)
    edge = math.cos(half_angle)
    for point in range(points):
        along, sideways, upwards = 1.0, 0.0, 0.0
        if point > 0:
            ring = 1 + (point - 1) // SPREAD_POINTS
            turn = 2.0 * math.pi * ((point - 1) % SPREAD_POINTS + 0.5 * (ring % 2)) / SPREAD_POINTS
            along = 1.0 - (1.0 - edge) * ring / SPREAD_RINGS
            away = math.sqrt(max(0.0, 1.0 - along * along))
            sideways, upwards = away * math.cos(turn), away * math.sin(turn)
        # Ahead, left and up of the source's own direction, turned to where it is.
        x = along * ce * ca - sideways * sa - upwards * se * ca
        y = along * ce * sa + sideways * ca - upwards * se * sa
        z = along * se + upwards * ce
        best, least = 0, -math.inf
        for triangle in range(triangles.shape[0]):
            lowest = math.inf
            for corner in range(3):
                row = inverses[triangle, corner]
                lowest = min(lowest, row[0] * x + row[1] * y + row[2] * z)
            if lowest > least:
                best, least = triangle, lowest
        work[:] = 0.0
        for corner in range(3):
            row = inverses[best, corner]
            weight = max(0.0, row[0] * x + row[1] * y + row[2] * z)
            for speaker in range(out.shape[0]):
                work[speaker] += weight * shares[triangles[best, corner], speaker]
        power = 0.0
        for speaker in range(out.shape[0]):
            power += work[speaker] * work[speaker]
        for speaker in range(out.shape[0]):
            out[speaker] += work[speaker] * work[speaker] / (power * points)
    for speaker in range(out.shape[0]):
        out[speaker] = math.sqrt(out[speaker])


@compiled(
    "void(float64, float64, float64, int64[:, ::1], float64[:, :, ::1], float64[:, ::1], float64[::1], float64[::1])"
)
def pan_source(
    azimuth: float,
    elevation: float,
    half_angle: float,
    triangles: NDArray[np.int64],
    inverses: Values,
    shares: Values,
    work: Values,
    out: Values,
) -> None:
    """See `pan_cap`."""
    pan_cap(azimuth, elevation, half_angle, triangles, inverses, shares, work, out)
