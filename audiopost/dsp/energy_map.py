"""From which directions a scene sounds: the power that max-rE beams hear on a grid over the sphere.

::

    scene ─▶ covariance of its channels, over some tenths of a second ─▶ beam · covariance · beam, for each direction

A plane wave from a direction of the grid reads its own power there. How sharp the picture is depends on the order: the
beam of a source is 115 degrees wide at order 1, 56 at order 3, 38 at order 5 (between its points at -3 dB).

Notes
-----
Latency: none. Memory: the covariance, 36 x 36 numbers at order 5. Realtime: not made for the sound's own process.
Source: F. Zotter and M. Frank, Ambisonics (Springer 2019), section 4.6 (max-rE weights); the covariance is that of
steered-response power mapping.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.spherical import channels_of, degree_weights, degrees_of, harmonics, unit_vectors

__all__ = ["MAP_AZIMUTHS_DEG", "MAP_ELEVATIONS_DEG", "MAP_SIZE", "EnergyMap", "beams"]

Values = NDArray[np.float64]

MAP_AZIMUTHS_DEG = tuple(float(angle) for angle in range(180, -180, -15))
"""Columns: from behind over the left, ahead and the right."""
MAP_ELEVATIONS_DEG = tuple(float(angle) for angle in range(75, -90, -15))
"""Rows: from above downwards."""
MAP_SIZE = len(MAP_AZIMUTHS_DEG) * len(MAP_ELEVATIONS_DEG)

MEAN_S = 0.2


class EnergyMap:
    """The powers of a scene by direction.

    Parameters
    ----------
    order
        Of the scene, 1 to 5: ambiX (ACN, SN3D).
    sample_rate
        In Hz.

    Examples
    --------
    >>> front = EnergyMap(1, 48_000)
    >>> front.process(np.array([[1.0], [0.0], [0.0], [1.0]]) * np.ones(48_000))
    >>> loudest = int(np.argmax(front.powers))
    >>> MAP_AZIMUTHS_DEG[loudest % 24], MAP_ELEVATIONS_DEG[loudest // 24], round(float(front.powers[loudest]), 2)
    (0.0, 0.0, 0.99)
    """

    def __init__(self, order: int, sample_rate: int) -> None:
        self.channels = channels_of(order)
        self._sample_rate = sample_rate
        azimuths, elevations = np.meshgrid(MAP_AZIMUTHS_DEG, MAP_ELEVATIONS_DEG)
        self._beams = beams(order, azimuths.ravel(), elevations.ravel())
        self._covariance = np.zeros((self.channels, self.channels))

    def process(self, block: AudioBlock | Values) -> None:
        """Take in a block ``(channels or more, frames)``; channels beside the scene are left alone."""
        scene = np.asarray(block[: self.channels], np.float64)
        kept = math.exp(-scene.shape[1] / (MEAN_S * self._sample_rate))
        self._covariance *= kept
        self._covariance += (1.0 - kept) / scene.shape[1] * (scene @ scene.T)

    @property
    def powers(self) -> Values:
        """Mean square by direction, row by row, ``(MAP_SIZE,)``."""
        return np.asarray(np.einsum("dc,ce,de->d", self._beams, self._covariance, self._beams, optimize=True))


def beams(order: int, azimuths_deg: Values, elevations_deg: Values) -> Values:
    """What weighs the channels of a scene to listen in directions, ``(directions, channels)``."""
    weights = degree_weights(order, "max-re") * (2.0 * np.arange(order + 1) + 1.0)
    weights = (weights / weights.sum())[degrees_of(order)]
    return np.asarray(harmonics(order, unit_vectors(azimuths_deg, elevations_deg)) * weights)
