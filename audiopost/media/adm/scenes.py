"""The decoder of a scene: AllRAD over the 5 200 directions that the Recommendation names.

Why these and no others: a decoder by the exact integral differs from the Recommendation's by -76 to -91 dB, as the
panning has edges that no sum of 5 200 directions follows. ``even_directions.bin`` holds them as azimuth and distance
from the zenith in 16 bits each: 4 mm at 50 m, and -127 dB in a decoder.

Source: ITU-R BS.2127-1, section 9. The directions, a spherical design of degree 100: M. Graf, D. Potts, "On the
computation of spherical designs by a new optimization approach based on fast spherical Fourier transforms", Numerische
Mathematik 119 (2011), 699-724; taken from the EBU ADM Renderer, whose licence stands in ``even_directions.LICENSE``.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.spherical import FUMA_ORDER, fuma_gains, harmonics, n3d_gains, unit_vectors
from audiopost.media.adm.model import SceneBlock
from audiopost.media.adm.systems import System

__all__ = ["decoder_of_scene", "design_directions"]

Values = NDArray[np.float64]


@cache
def design_directions() -> Values:
    """The directions as unit vectors, ``(5200, 3)``."""
    words = np.frombuffer(files(__package__).joinpath("even_directions.bin").read_bytes(), "<u2").reshape(-1, 2)
    return unit_vectors(360.0 / 65_536 * words[:, 0], 90.0 - 180.0 / 65_535 * words[:, 1])


def decoder_of_scene(blocks: list[SceneBlock], system: System) -> Values:
    """Gains ``(channels, components)`` from the components of a scene to the channels of a system.

    Notes
    -----
    Of the same mean power in all directions as the scene; no weights for the degrees (basic decoding).
    """
    order = max(block.order for block in blocks)
    wanted = np.array([block.order * (block.order + 1) + block.degree for block in blocks])
    directions = design_directions()
    sn3d = harmonics(order, directions)[:, wanted]
    own = sn3d * _over_sn3d(blocks[0].normalization, order)[wanted]
    panned = system.panner.gains(directions)
    # Projection on N3D components; a component written in another normalisation is brought to N3D first.
    to_n3d = n3d_gains(order)[wanted]
    matrix = panned.T @ (sn3d * to_n3d) * (to_n3d / _over_sn3d(blocks[0].normalization, order)[wanted])
    matrix /= np.sqrt(np.mean(np.sum(np.square(own @ matrix.T), axis=1)))
    out = np.zeros((len(system.labels), len(blocks)))
    out[system.heard] = matrix
    return out


def _over_sn3d(normalization: str, order: int) -> Values:
    """What a component of each ACN number is, as a multiple of SN3D."""
    if normalization == "N3D":
        return n3d_gains(order)
    gains = np.ones((order + 1) ** 2)
    if normalization == "FuMa":
        gains[list(FUMA_ORDER[: len(gains)])] = fuma_gains(order)
    return gains
