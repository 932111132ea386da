"""Zones whose loudspeakers do not play: what they would have played goes to the next ones.

Source: ITU-R BS.2127-1, section 7.3.12.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.spherical import unit_vectors
from audiopost.media.adm.model import Zone

__all__ = ["excluded_in_cube", "excluded_speakers", "without_excluded"]

Values = NDArray[np.float64]

_NEAR = 1e-6
_LAYERS_DEG = (-10.0, 10.0, 75.0)
_LAYER_ORDER = ((0, 1, 2, 3), (3, 0, 1, 2), (3, 2, 0, 1), (3, 2, 1, 0))
"""From a layer (bottom, middle, upper, top) to the others: up before down."""


def excluded_speakers(zones: Sequence[Zone], places_deg: Values) -> NDArray[np.bool_]:
    """Which loudspeakers ``(n, 2)``, azimuth and elevation, lie in one of the zones."""
    azimuths, elevations = places_deg.T
    vectors = unit_vectors(azimuths, elevations)
    right_ahead_up = np.stack((-vectors[:, 1], vectors[:, 0], vectors[:, 2]), axis=1)
    found = np.zeros(len(places_deg), bool)
    for zone in zones:
        lows, highs = np.array(zone.ranges).T
        if zone.cartesian:
            found |= np.all((right_ahead_up - _NEAR < highs) & (right_ahead_up + _NEAR > lows), axis=1)
            continue
        width = highs[0] - lows[0] if highs[0] - lows[0] == 360.0 else (highs[0] - lows[0]) % 360.0
        around = (azimuths - lows[0] + _NEAR) % 360.0 <= width + 2.0 * _NEAR
        around |= np.abs(elevations) > 90.0 - _NEAR
        found |= around & (elevations - _NEAR < highs[1]) & (elevations + _NEAR > lows[1])
    return found


def excluded_in_cube(zones: Sequence[Zone], places_deg: Values, cubic: Values) -> NDArray[np.bool_]:
    """The same for sources in the cube, ``cubic`` its loudspeakers: a row that loses its end at a side wall goes whole.

    None is excluded where none would be left.
    """
    found = excluded_speakers(zones, places_deg)
    for speaker in np.flatnonzero(found & (np.abs(cubic[:, 0]) == 1.0) & (np.abs(cubic[:, 1]) != 1.0)):
        found |= np.all(cubic[:, 1:] == cubic[speaker, 1:], axis=1)
    return np.zeros_like(found) if np.all(found) else found


def without_excluded(powers: Values, excluded: NDArray[np.bool_], places_deg: Values) -> Values:
    """Powers ``(loudspeakers,)`` with those of excluded ones moved to the nearest that play."""
    if not np.any(excluded) or np.all(excluded):
        return powers
    vectors = unit_vectors(*places_deg.T)
    layers = np.searchsorted(_LAYERS_DEG, places_deg[:, 1], side="right")
    moved = np.where(excluded, 0.0, powers)
    front = np.where(np.abs(vectors[:, 0]) < _NEAR, 0.0, np.sign(vectors[:, 0]))
    for speaker in np.flatnonzero(excluded):
        keys = np.stack(
            (
                np.array([_LAYER_ORDER[layers[speaker]][layer] for layer in layers], float),
                np.abs(front - front[speaker]),
                np.linalg.norm(vectors - vectors[speaker], axis=1),
                np.abs(vectors[:, 0] - vectors[speaker, 0]),
            ),
            axis=1,
        )
        keys[excluded] = np.inf
        first = min(range(len(keys)), key=lambda index, keys=keys: tuple(np.round(keys[index], 6)))  # type: ignore[misc]
        group = np.all(np.abs(keys - keys[first]) < 2.0 * _NEAR, axis=1)
        moved[group] += powers[speaker] / np.count_nonzero(group)
    return moved
