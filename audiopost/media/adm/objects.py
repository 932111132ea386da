"""Gains of an object's blocks: position, size, divergence, channel lock, zones, diffuse share.

::

    place ─▶ channel lock ─▶ divergence ─▶ point or extent ─▶ zones ─▶ gain ─▶ direct and diffuse

Positions in the cube are played by balance between its layers, rows and columns.

Source: ITU-R BS.2127-1, section 7.3.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.source_extent import ExtentPanner
from audiopost.dsp.spherical import unit_vectors
from audiopost.media.adm.cartesian import balance
from audiopost.media.adm.cube_extent import CubeExtent
from audiopost.media.adm.model import ObjectBlock
from audiopost.media.adm.systems import System
from audiopost.media.adm.zones import excluded_in_cube, excluded_speakers, without_excluded

__all__ = ["ObjectPanner"]

Values = NDArray[np.float64]

_DIVERGED_DEG = 45.0
_NEAR = 1e-5
_LOCK_WEIGHTS = np.array([1.0 / 16.0, 4.0, 32.0])
"""Of X, Y and Z where the nearest loudspeaker in the cube is looked for."""


class ObjectPanner:
    """Gains for blocks of objects on one system."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._extent = ExtentPanner(system.panner)
        self._places_deg = system.places_deg[system.heard]
        self._cubic = system.cubic[system.heard]
        self._cube_extents: dict[bytes, CubeExtent] = {}
        azimuths, elevations = self._places_deg.T
        self._lock_order = np.lexsort((azimuths, np.abs(azimuths), elevations, np.abs(elevations)))

    def gains(self, blocks: Sequence[ObjectBlock]) -> Values:
        """Direct gains, then diffuse ones, ``(blocks, 2 * channels)``."""
        channels = len(self._system.labels)
        out = np.zeros((len(blocks), 2 * channels))
        polar = [index for index, block in enumerate(blocks) if not block.cartesian]
        cubic = [index for index, block in enumerate(blocks) if block.cartesian]
        heard = np.zeros((len(blocks), len(self._system.heard)))
        if polar:
            heard[polar] = self._polar([blocks[index] for index in polar])
        for index in cubic:
            heard[index] = self._cartesian(blocks[index])
        heard *= np.array([block.gain for block in blocks])[:, np.newaxis]
        diffuse = np.array([block.diffuse for block in blocks])[:, np.newaxis]
        out[:, self._system.heard] = heard * np.sqrt(1.0 - diffuse)
        out[:, channels + self._system.heard] = heard * np.sqrt(diffuse)
        return out

    def _polar(self, blocks: Sequence[ObjectBlock]) -> Values:
        places, sizes, shares, owners = [], [], [], []
        for index, block in enumerate(blocks):
            for share, place in self._diverged(block, self._locked(block)):
                places.append(place)
                sizes.append((block.width, block.height, block.depth))
                shares.append(share)
                owners.append(index)
        powers = np.square(self._extent.gains(np.array(places), np.array(sizes)))
        total = np.zeros((len(blocks), powers.shape[1]))
        np.add.at(total, owners, powers * np.array(shares)[:, np.newaxis])
        for index, block in enumerate(blocks):
            if block.zones:
                excluded = excluded_speakers(block.zones, self._places_deg)
                total[index] = without_excluded(total[index], excluded, self._places_deg)
        return np.sqrt(total)

    def _locked(self, block: ObjectBlock) -> tuple[float, float, float]:
        if not block.channel_lock:
            return block.position
        vector = block.position[2] * unit_vectors(*np.array(block.position[:2]))
        distances = np.linalg.norm(unit_vectors(*self._places_deg.T) - vector, axis=1)
        nearest = self._nearest(distances, distances, block.lock_distance)
        return block.position if nearest is None else (*self._places_deg[nearest].tolist(), 1.0)

    def _nearest(self, distances: Values, weighted: Values, reach: float | None) -> int | None:
        """The nearest loudspeaker within reach; of several, the one nearest to the ear's height and the front."""
        possible = np.ones(len(distances), bool) if reach is None else distances < reach + _NEAR
        if not np.any(possible):
            return None
        least = weighted[possible].min() + _NEAR
        return int(next(index for index in self._lock_order if possible[index] and weighted[index] < least))

    def _diverged(
        self, block: ObjectBlock, place: tuple[float, float, float]
    ) -> list[tuple[float, tuple[float, float, float]]]:
        """The places that a source is played at, with their shares of the power."""
        divergence = block.divergence
        if divergence is None or divergence.value == 0.0:
            return [(1.0, place)]
        share = divergence.value / (divergence.value + 1.0)
        reach_deg = _DIVERGED_DEG if divergence.azimuth_range_deg is None else divergence.azimuth_range_deg
        azimuth, elevation, distance = place
        ahead = unit_vectors(*np.array([azimuth, elevation]))
        left = unit_vectors(*np.array([azimuth + 90.0, 0.0]))
        turn = np.radians(reach_deg)
        found = [((1.0 - divergence.value) / (divergence.value + 1.0), place)]
        for side in (1.0, -1.0):
            x, y, z = np.cos(turn) * ahead + side * np.sin(turn) * left
            found.append(
                (
                    share,
                    (float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arcsin(np.clip(z, -1, 1)))), distance),
                )
            )
        return found

    def _cartesian(self, block: ObjectBlock) -> Values:
        excluded = excluded_in_cube(block.zones, self._places_deg, self._cubic)
        position = np.clip(np.array(block.position), -1.0, 1.0)
        if block.channel_lock:
            away = self._cubic - position
            distances = np.where(excluded, np.inf, np.linalg.norm(away, axis=1))
            weighted = np.where(excluded, np.inf, np.sqrt(np.square(away) @ _LOCK_WEIGHTS))
            nearest = self._nearest(distances, weighted, block.lock_distance)
            position = position if nearest is None else self._cubic[nearest]
        points, shares = [position], [1.0]
        if block.divergence is not None and block.divergence.value > 0.0:
            value, reach = block.divergence.value, block.divergence.position_range or 0.0
            aside = np.array([reach, 0.0, 0.0])
            points = [np.clip(position + side * aside, -1.0, 1.0) for side in (-1.0, 0.0, 1.0)]
            shares = [value / (value + 1.0), (1.0 - value) / (value + 1.0), value / (value + 1.0)]
        playing = self._cubic[~excluded]
        gains = balance(np.array(points), playing)
        if block.width or block.height or block.depth:
            extent, sizes = self._cube_extent(excluded), (block.width, block.depth, block.height)
            pairs = zip(points, gains, strict=True)
            gains = np.array([extent.gains(place, sizes, alone) for place, alone in pairs])
        out = np.zeros(len(self._cubic))
        out[~excluded] = np.sqrt(shares @ np.square(gains))
        return out

    def _cube_extent(self, excluded: NDArray[np.bool_]) -> CubeExtent:
        """For the loudspeakers that play; kept, because its tables are those of every block."""
        key = excluded.tobytes()
        if key not in self._cube_extents:
            self._cube_extents[key] = CubeExtent(self._cubic[~excluded])
        return self._cube_extents[key]
