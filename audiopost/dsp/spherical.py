"""Spherical harmonics as Ambisonics uses them: their values, their rotation, their weights.

Conventions
-----------
- Channels in ACN order: number ``l (l + 1) + m`` for degree l and index m; SN3D (ambiX) unless said otherwise.
- Azimuth in degrees, positive to the left; elevation in degrees, positive upwards; x is ahead, y left, z up.
- A rotation turns the scene: a source at azimuth a is heard at a + yaw. Roll (about x, the left side up), then pitch
  (about y, the front up), then yaw (about z, to the left).

Sources: C. Nachbar, F. Zotter, E. Deleflie, A. Sontacchi, "ambiX - a suggested Ambisonics format", Ambisonics
Symposium 2011 (order and normalisation); J. Ivanic, K. Ruedenberg, "Rotation matrices for real spherical harmonics",
J. Phys. Chem. 100 (1996), 6342-6347, with its correction in 102 (1998), 9099-9100 (the recursion); J. Daniel,
"Representation de champs acoustiques", thesis, Paris 6 (2000) (max-rE and in-phase weights); F. Zotter, M. Frank,
"Ambisonics", Springer (2019), section 4 (a source as wide as a cap).
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import compiled, inlined

__all__ = [
    "FUMA_ORDER",
    "Weighting",
    "channels_of",
    "degree_weights",
    "degrees_of",
    "even_directions",
    "fuma_gains",
    "harmonics",
    "n3d_gains",
    "place_caps",
    "place_sources",
    "unit_vectors",
    "write_rotation",
]

Weighting = Literal["basic", "max-re", "in-phase"]

Values = NDArray[np.float64]

FUMA_ORDER = (0, 3, 1, 2, 6, 7, 5, 8, 4, 12, 13, 11, 14, 10, 15, 9)
"""ACN number of each channel of a B-format after Furse and Malham, W X Y Z R S T U V K L M N O P Q."""

_FUMA_OVER_SN3D = (
    math.sqrt(1 / 2), 1.0, 1.0, 1.0, 1.0, *[2 / math.sqrt(3)] * 4, 1.0, *[math.sqrt(45 / 32)] * 2,
    *[3 / math.sqrt(5)] * 2, *[math.sqrt(8 / 5)] * 2,
)  # fmt: skip


def channels_of(order: int) -> int:
    """Channels of an Ambisonics order.

    >>> [channels_of(order) for order in (1, 3, 5)]
    [4, 16, 36]
    """
    return (order + 1) ** 2


def degrees_of(order: int) -> NDArray[np.int64]:
    """Degree of each channel.

    >>> degrees_of(1).tolist()
    [0, 1, 1, 1]
    """
    return np.repeat(np.arange(order + 1), 2 * np.arange(order + 1) + 1)


def unit_vectors(azimuths_deg: Values, elevations_deg: Values) -> Values:
    """Directions as unit vectors, ``(directions, 3)``: ahead, left, up."""
    azimuths, elevations = np.radians(azimuths_deg), np.radians(elevations_deg)
    flat = np.cos(elevations)
    return np.stack((flat * np.cos(azimuths), flat * np.sin(azimuths), np.sin(elevations)), axis=-1)


def harmonics(order: int, vectors: Values) -> Values:
    """Spherical harmonics (SN3D) of each direction.

    Parameters
    ----------
    order
        0 or more.
    vectors
        Unit vectors, ``(directions, 3)``.

    Returns
    -------
    NDArray[np.float64]
        ``(directions, channels)``: what a source from there of full scale 1 gives in each channel.

    >>> harmonics(1, np.array([[0.0, 1.0, 0.0]])).tolist()
    [[1.0, 1.0, 0.0, 0.0]]
    """
    x, y, z = vectors.T
    # (x + iy)^m = cos^m(elevation) e^(i m azimuth): no angle is needed.
    circular = [(x + 1j * y) ** index for index in range(order + 1)]
    out = np.empty((len(vectors), channels_of(order)))
    for index in range(order + 1):
        before, now = np.zeros_like(z), np.full_like(z, float(math.prod(range(1, 2 * index, 2))))
        for degree in range(index, order + 1):
            if degree > index:
                raised = ((2 * degree - 1) * z * now - (degree + index - 1) * before) / (degree - index)
                before, now = now, raised
            scale = math.sqrt((2 if index else 1) * math.factorial(degree - index) / math.factorial(degree + index))
            middle = degree * (degree + 1)
            out[:, middle + index] = scale * now * circular[index].real
            if index:
                out[:, middle - index] = scale * now * circular[index].imag
    return out


def n3d_gains(order: int) -> Values:
    """What each SN3D channel is multiplied by to be N3D: the square root of ``2 l + 1``."""
    return np.asarray(np.sqrt(2.0 * degrees_of(order) + 1.0))


def fuma_gains(order: int) -> Values:
    """What each channel of `FUMA_ORDER`, taken from SN3D, is multiplied by; orders 1 to 3."""
    return np.array(_FUMA_OVER_SN3D[: channels_of(order)])


def degree_weights(order: int, weighting: Weighting) -> Values:
    """Weight of each degree in a decoder, ``(order + 1,)``, 1 for degree 0.

    ``basic``: all 1, the velocity vector of a source is exact. ``max-re``: the energy vector is as long as it can be.
    ``in-phase``: no loudspeaker on the far side plays at all.

    >>> np.round(degree_weights(1, "max-re"), 3).tolist(), np.round(degree_weights(1, "in-phase"), 3).tolist()
    ([1.0, 0.577], [1.0, 0.333])
    """
    degrees = np.arange(order + 1)
    if weighting == "basic":
        return np.ones(order + 1)
    if weighting == "in-phase":
        top = math.factorial(order) * math.factorial(order + 1)
        return np.array(
            [top / (math.factorial(order + degree + 1) * math.factorial(order - degree)) for degree in degrees]
        )
    # The largest root of the Legendre polynomial of the next degree is the longest energy vector.
    longest = float(np.max(np.polynomial.legendre.legroots([0.0] * (order + 1) + [1.0])))
    return np.array([np.polynomial.legendre.legval(longest, [0.0] * degree + [1.0]) for degree in degrees])


def even_directions(count: int) -> Values:
    """So many directions spread evenly over the sphere (a Fibonacci lattice), unit vectors, ``(count, 3)``."""
    heights = 1.0 - (2.0 * np.arange(count) + 1.0) / count
    turns = np.pi * (3.0 - math.sqrt(5.0)) * np.arange(count)
    flat = np.sqrt(1.0 - heights**2)
    return np.stack((flat * np.cos(turns), flat * np.sin(turns), heights), axis=-1)


@inlined
def place_caps(azimuths: Values, elevations: Values, half_angle: float, order: int, out: Values) -> None:
    """Fill `out`, ``(channels, sources)``, with what sources from these directions give (kernel; angles in radians).

    Each is as wide as a cap of `half_angle`: 0 is a point, pi is everywhere.
    """
    edge = math.cos(half_angle)
    for source in range(azimuths.shape[0]):
        flat, z = math.cos(elevations[source]), math.sin(elevations[source])
        for index in range(order + 1):
            before, now = 0.0, 1.0
            for odd in range(1, 2 * index, 2):
                now *= odd * flat
            real, imaginary = math.cos(index * azimuths[source]), math.sin(index * azimuths[source])
            for degree in range(index, order + 1):
                if degree > index:
                    before, now = now, ((2 * degree - 1) * z * now - (degree + index - 1) * before) / (degree - index)
                ratio = 2.0 if index else 1.0
                for factor in range(degree - index + 1, degree + index + 1):
                    ratio /= factor
                value = math.sqrt(ratio) * now * cap_weight(degree, edge)
                out[degree * (degree + 1) + index, source] = value * real
                if index:
                    out[degree * (degree + 1) - index, source] = value * imaginary


@compiled("void(float64[::1], float64[::1], float64, int64, float64[:, ::1])")
def place_sources(azimuths: Values, elevations: Values, half_angle: float, order: int, out: Values) -> None:
    """See `place_caps`."""
    place_caps(azimuths, elevations, half_angle, order, out)


@inlined
def cap_weight(degree: int, edge: float) -> float:
    """Weight of a degree for a source as wide as a cap whose half angle has the cosine `edge` (kernel).

    >>> cap_weight(0, 0.5), cap_weight(1, 1.0), cap_weight(1, -1.0)
    (1.0, 1.0, 0.0)
    """
    if degree == 0 or edge > 1.0 - 1e-9:
        return 1.0
    before, now, after = 0.0, 1.0, edge
    for step in range(1, degree + 1):
        before, now, after = now, after, ((2 * step + 1) * edge * after - step * now) / (step + 1)
    return (before - after) / ((2 * degree + 1) * (1.0 - edge))


@inlined
def write_rotation(yaw: float, pitch: float, roll: float, order: int, out: Values) -> None:
    """Fill `out`, ``(channels, channels)``, with the matrix that turns a scene by these angles, in radians (kernel)."""
    out[:, :] = 0.0
    out[0, 0] = 1.0
    cy, sy = math.cos(yaw), math.sin(yaw)
    cp, sp = math.cos(pitch), math.sin(pitch)
    cr, sr = math.cos(roll), math.sin(roll)
    # Rz(yaw) Ry(-pitch) Rx(roll), rows and columns x y z; degree 1 stands in the order y z x.
    xx, xy, xz = cy * cp, -sy * cr - cy * sp * sr, sy * sr - cy * sp * cr
    yx, yy, yz = sy * cp, cy * cr - sy * sp * sr, -cy * sr - sy * sp * cr
    zx, zy, zz = sp, cp * sr, cp * cr
    out[1, 1], out[1, 2], out[1, 3] = yy, yz, yx
    out[2, 1], out[2, 2], out[2, 3] = zy, zz, zx
    out[3, 1], out[3, 2], out[3, 3] = xy, xz, xx
    for degree in range(2, order + 1):
        for m in range(-degree, degree + 1):
            for n in range(-degree, degree + 1):
                out[degree * (degree + 1) + m, degree * (degree + 1) + n] = _rotated(out, degree, m, n)


@inlined
def _rotated(matrix: Values, degree: int, m: int, n: int) -> float:
    """One entry of a degree from the entries of the degree below (kernel; table 1 of the source)."""
    span = float((degree + n) * (degree - n)) if abs(n) < degree else 2.0 * degree * (2 * degree - 1)
    zero = 1.0 if m == 0 else 0.0
    u = math.sqrt((degree + m) * (degree - m) / span)
    v = 0.5 * math.sqrt((1.0 + zero) * (degree + abs(m) - 1) * (degree + abs(m)) / span) * (1.0 - 2.0 * zero)
    w = -0.5 * math.sqrt((degree - abs(m) - 1) * (degree - abs(m)) / span) * (1.0 - zero) if abs(m) < degree else 0.0
    total = 0.0
    sign = 1 if m >= 0 else -1
    # U, V and W of the source are one or two products each; one loop, for the compiler's sake.
    for term in range(5):
        if term == 0:
            factor, i, of = u, 0, m
        elif term == 1:
            factor, i, of = v, sign, abs(m) - 1 if m else 1
            if abs(m) == 1:
                factor *= math.sqrt(2.0)
        elif term == 2:
            factor, i, of = -sign * v, -sign, 1 - abs(m) if m else -1
            if m == 0:
                factor = v
            elif abs(m) == 1:
                factor = 0.0
        elif term == 3:
            factor, i, of = w, 1, m + sign
        else:
            factor, i, of = sign * w, -1, -m - sign
        if factor != 0.0:
            total += factor * _product(matrix, i, degree, of, n)
    return total


@inlined
def _product(matrix: Values, i: int, degree: int, m: int, n: int) -> float:
    """The function P of the source: an entry of degree 1 times entries of the degree below (kernel)."""
    middle = (degree - 1) * degree
    if n == degree:
        return (  # type: ignore[no-any-return]
            matrix[2 + i, 3] * matrix[middle + m, middle + degree - 1]
            - matrix[2 + i, 1] * matrix[middle + m, middle - degree + 1]
        )
    if n == -degree:
        return (  # type: ignore[no-any-return]
            matrix[2 + i, 3] * matrix[middle + m, middle - degree + 1]
            + matrix[2 + i, 1] * matrix[middle + m, middle + degree - 1]
        )
    return matrix[2 + i, 2] * matrix[middle + m, middle + n]  # type: ignore[no-any-return]
