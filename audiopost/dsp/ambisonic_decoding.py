"""Decoders: from an Ambisonic scene to the loudspeakers of a layout, as a matrix.

Sources: F. Zotter, M. Frank, "All-round Ambisonic panning and decoding", JAES 60 (2012), 807-820 (AllRAD); J. Daniel,
"Representation de champs acoustiques", thesis, Paris 6 (2000) (mode matching, sampling, max-rE); M. A. Gerzon, "General
metatheory of auditory localisation", AES preprint 3306 (1992) (energy vector).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.amplitude_panning import AmplitudePanning
from audiopost.dsp.spherical import (
    Weighting,
    channels_of,
    degree_weights,
    degrees_of,
    even_directions,
    harmonics,
    n3d_gains,
    unit_vectors,
)

__all__ = ["Method", "decoder_matrix", "energy_vectors", "velocity_matrix"]

Method = Literal["allrad", "mode-matching", "sampling"]

Values = NDArray[np.float64]

_VIRTUAL_LOUDSPEAKERS = 1000
"""Of AllRAD: so many that the harmonics up to order 5 are orthogonal over them within 0.2 %."""

_REGION = even_directions(100)
_HORIZON = unit_vectors(np.arange(0.0, 360.0, 5.0), np.zeros(72))

_LEAST_SINGULAR = 0.05
"""Of mode matching, as a share of the largest: what a layout cannot play is not forced out of it at high gain."""


def decoder_matrix(
    azimuths_deg: Values, elevations_deg: Values, order: int, method: Method = "allrad", weighting: Weighting = "max-re"
) -> Values:
    """Gains from an SN3D scene in ACN order to loudspeakers, ``(loudspeakers, channels)``.

    Scaled so that sources from all directions together come out at the power that they went in with.

    Parameters
    ----------
    azimuths_deg, elevations_deg
        Of each loudspeaker.
    order
        Of the scene, 1 to 5.
    method
        ``allrad``: a dense ring of virtual loudspeakers, each panned to the real ones; right for any layout.
        ``mode-matching``: the scene at the listener's place is rebuilt; for even layouts. ``sampling``: each
        loudspeaker plays what a microphone that looks there would hear.
    weighting
        See `audiopost.dsp.spherical.degree_weights`.
    """
    vectors = unit_vectors(azimuths_deg, elevations_deg)
    to_n3d = n3d_gains(order)
    matrix: Values
    if method == "allrad":
        virtual = even_directions(_VIRTUAL_LOUDSPEAKERS)
        panned = AmplitudePanning(azimuths_deg, elevations_deg).gains(virtual)
        matrix = panned.T @ (harmonics(order, virtual) * to_n3d) / len(virtual)
    elif method == "mode-matching":
        matrix = np.asarray(np.linalg.pinv((harmonics(order, vectors) * to_n3d).T, rcond=_LEAST_SINGULAR), np.float64)
    else:
        matrix = harmonics(order, vectors) * to_n3d / len(vectors)
    weighted = matrix * to_n3d * degree_weights(order, weighting)[degrees_of(order)]
    everywhere = harmonics(order, even_directions(_VIRTUAL_LOUDSPEAKERS)) @ weighted.T
    return np.asarray(weighted / np.sqrt(np.square(everywhere).sum(axis=1).mean()))


def velocity_matrix(azimuths_deg: Values, elevations_deg: Values, order: int) -> Values | None:
    """Gains with which pressure and velocity at the listener's place are those of the scene.

    Scaled as those of `decoder_matrix`. Both are what the four channels of degrees 0 and 1 hold, so no other channel
    is played; of all gains that rebuild them these have the least power. None where the loudspeakers do not surround
    the listener: no gains do.

    Source: M. A. Gerzon (1992): Makita's velocity vector of a source, length 1, where waves are long.
    """
    first, there = channels_of(1), harmonics(1, unit_vectors(azimuths_deg, elevations_deg)).T
    gains = np.linalg.pinv(there, rcond=_LEAST_SINGULAR)
    directions = _REGION if np.ptp(elevations_deg) > 0.0 else _HORIZON
    rebuilt = harmonics(1, directions) @ (there @ gains).T
    if np.ptp(elevations_deg) == 0.0:
        rebuilt[:, 2] = 0.0  # no loudspeaker above or below: no velocity there either
    if not np.allclose(rebuilt, harmonics(1, directions), atol=1e-6):
        return None
    matrix = np.zeros((len(azimuths_deg), channels_of(order)))
    matrix[:, :first] = gains
    everywhere = harmonics(order, even_directions(_VIRTUAL_LOUDSPEAKERS)) @ matrix.T
    return np.asarray(matrix / np.sqrt(np.square(everywhere).sum(axis=1).mean()))


def energy_vectors(gains: Values, azimuths_deg: Values, elevations_deg: Values) -> tuple[Values, Values]:
    """Power and energy vector (Gerzon's rE) of each row of gains.

    Parameters
    ----------
    gains
        ``(directions, loudspeakers)``.

    Returns
    -------
    tuple of array
        Powers ``(directions,)`` and vectors ``(directions, 3)``: where it is heard, and by its length how sharply.
    """
    powers = np.square(gains)
    total = powers.sum(axis=1)
    return total, powers @ unit_vectors(azimuths_deg, elevations_deg) / total[:, np.newaxis]
