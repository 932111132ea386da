"""A measured head: responses at both ears from the directions of any grid, brought to any other direction.

::

    responses of the grid ─▶ delay of each ┬▶ what is left, aligned ─▶ between three neighbours ─┬─▶ put together
                                           └▶ delays ─────────────▶ between the same three ──────┘

Responses that come at different times cancel where they are mixed, so their delays are taken off first and are mixed
by themselves. The delay of a response is where it is most like the shortest filter with its magnitudes.

Sources: J. Nam, J. S. Abel, J. O. Smith, "A method for estimating interaural time difference for binaural synthesis",
AES 125th Convention (2008); E. M. Wenzel, S. H. Foster, "Perceptual consequences of interpolating head-related transfer
functions during spatial synthesis", IEEE WASPAA (1993) (alignment before interpolation); C. Schoerkhuber,
M. Zaunschirm, R. Hoeldrich, "Binaural rendering of Ambisonic signals via magnitude least squares", DAGA 2018.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp import spherical
from audiopost.dsp.resampling import resample
from audiopost.dsp.spherical_head import HEAD_RADIUS_M, SPEED_OF_SOUND_M_S, fit_magnitudes

__all__ = ["Between", "MeasuredHead", "loudspeaker_filters", "scene_filters"]

Values = NDArray[np.float64]
Between = Literal["interpolated", "nearest"]

_GRID_DIRECTIONS = 800
"""Even ones, at which a scene is fitted: more than ten for each harmonic of the highest order."""

_BEFORE_S = 0.0015
"""Of a filter, before the sound comes to the ears on average; the near ear hears it up to 0.4 ms earlier."""

_LONGEST_S = 0.0213
"""Of a filter: 1024 taps at 48 kHz. What a head answers later is the room that it was measured in."""

_FADE_S = 0.0008
_LEVEL_BAND_HZ = (100.0, 700.0)
"""Where a head is small against the wave, so that what it hears is what is there: 0 dB."""

_QUIETEST = 1e-7
_INSIDE = 1e-9


@dataclass(frozen=True)
class MeasuredHead:
    """Responses to clicks from around.

    Attributes
    ----------
    directions
        Unit vectors to the sources, ahead, left and up, ``(measurements, 3)``.
    responses
        ``(measurements, 2, taps)``: left ear, right ear.
    sample_rate
        In Hz.
    """

    directions: Values
    responses: Values
    sample_rate: int


def scene_filters(
    head: MeasuredHead, order: int, sample_rate: int, between: Between
) -> tuple[NDArray[np.float32], int]:
    """Filters from the channels of a scene (ACN, SN3D) to both ears.

    Parameters
    ----------
    head
        Whose ears.
    order
        Of the scene, 1 to 5.
    sample_rate
        Of the filters, in Hz.
    between
        ``interpolated``, or ``nearest`` of the directions that were measured.

    Returns
    -------
    tuple
        Filters ``(2, channels, taps)``, and the frames by which they come late.
    """
    directions = spherical.even_directions(_GRID_DIRECTIONS)
    responses, before = _responses_at(head, directions, sample_rate, between)
    points = 1 << math.ceil(math.log2(2 * responses.shape[2]))
    # Phases that go on smoothly are those of a sound that has just come to the middle of the head.
    targets = np.moveaxis(np.fft.rfft(np.roll(_padded(responses, points), -before, axis=2), axis=2), 2, 0)
    own = spherical.harmonics(order, directions)
    exact_hz = order * SPEED_OF_SOUND_M_S / (2.0 * np.pi * HEAD_RADIUS_M)
    first_fitted = math.floor(exact_hz * points / sample_rate) + 1
    project = np.asarray(np.linalg.pinv(own), dtype=np.float64)
    fitted = np.zeros((targets.shape[0], own.shape[1], 2), dtype=np.complex128)
    fitted[:first_fitted] = project @ targets[:first_fitted]
    fit_magnitudes(fitted, np.abs(targets), own, project, first_fitted)
    taps = np.roll(np.fft.irfft(np.moveaxis(fitted, 0, 2), points, axis=2), before, axis=2)[:, :, : responses.shape[2]]
    return _faded(np.swapaxes(taps, 0, 1), sample_rate), before


def loudspeaker_filters(
    head: MeasuredHead, directions: Values, sample_rate: int, between: Between
) -> tuple[NDArray[np.float32], int]:
    """Filters from loudspeakers in these directions, unit vectors ``(loudspeakers, 3)``, to both ears; as above."""
    responses, before = _responses_at(head, directions, sample_rate, between)
    return _faded(np.swapaxes(responses, 0, 1), sample_rate), before


def _responses_at(head: MeasuredHead, directions: Values, sample_rate: int, between: Between) -> tuple[Values, int]:
    """``(directions, 2, taps)`` at another rate and at 0 dB, and the frames after which they come on average."""
    rate, taps = head.sample_rate, head.responses.shape[2]
    points = 1 << math.ceil(math.log2(2 * taps + 4 * _BEFORE_S * rate))
    corners, shares = _neighbours(head.directions, directions, between)
    used, places = np.unique(corners, return_inverse=True)
    spectra = np.fft.rfft(head.responses[used], points, axis=2)
    delays = _delays(spectra, points)
    turns = 2j * np.pi * np.fft.rfftfreq(points)
    aligned = spectra * np.exp(turns * delays[:, :, np.newaxis])
    places = places.reshape(corners.shape)
    mixed = np.einsum("dc,dcef->def", shares, aligned[places])
    late = np.einsum("dc,dce->de", shares, delays[places]) - delays.mean() + _BEFORE_S * rate
    found = np.fft.irfft(mixed * np.exp(-turns * late[:, :, np.newaxis]), points, axis=2)
    length = min(taps + round(2 * _BEFORE_S * rate), round(_LONGEST_S * rate))
    flat = resample(np.ascontiguousarray(found[:, :, :length].reshape(-1, length), dtype=np.float32), rate, sample_rate)
    responses = flat.astype(np.float64).reshape(len(directions), 2, -1)
    return responses / _level(responses, sample_rate), round(_BEFORE_S * sample_rate)


def _padded(responses: Values, points: int) -> Values:
    return np.pad(responses, ((0, 0), (0, 0), (0, points - responses.shape[2])))


def _level(responses: Values, sample_rate: int) -> float:
    """Of all of them together, where a head is small."""
    points = 8192
    frequencies_hz = np.fft.rfftfreq(points, 1.0 / sample_rate)
    band = (frequencies_hz > _LEVEL_BAND_HZ[0]) & (frequencies_hz < _LEVEL_BAND_HZ[1])
    powers = np.abs(np.fft.rfft(responses, points, axis=2)[:, :, band]) ** 2
    return math.sqrt(float(powers.mean()))


def _delays(spectra: NDArray[np.complex128], points: int) -> Values:
    """In frames and parts of one, ``(measurements, 2)``."""
    magnitudes = np.abs(spectra)
    logarithms = np.log(np.maximum(magnitudes, _QUIETEST * magnitudes.max(axis=2, keepdims=True)))
    fold = np.zeros(points)
    fold[0] = fold[points // 2] = 1.0
    fold[1 : points // 2] = 2.0
    shortest = np.exp(np.fft.rfft(np.fft.irfft(logarithms, points, axis=2) * fold, axis=2))
    likeness = np.fft.irfft(spectra * np.conj(shortest), points, axis=2)
    top = np.argmax(likeness, axis=2)
    before, at, after = (
        np.take_along_axis(likeness, ((top + step) % points)[:, :, np.newaxis], axis=2)[:, :, 0] for step in (-1, 0, 1)
    )
    bend = before - 2.0 * at + after
    part = np.where(bend < 0.0, 0.5 * (before - after) / np.where(bend < 0.0, bend, 1.0), 0.0)
    frames = np.where(top > points // 2, top - points, top)
    return np.asarray(frames + np.clip(part, -0.5, 0.5))


def _neighbours(grid: Values, wanted: Values, between: Between) -> tuple[NDArray[np.int64], Values]:
    """For each wanted direction measurements around it ``(directions, 1 or 3)``, and their shares."""
    triangles = _triangles(grid) if between == "interpolated" else None
    if triangles is None:
        nearest = np.argmax(wanted @ grid.T, axis=1)
        return nearest[:, np.newaxis], np.ones((len(wanted), 1))
    inverses = np.linalg.inv(grid[triangles])
    corners, shares = np.zeros((len(wanted), 3), np.int64), np.zeros((len(wanted), 3))
    for row, direction in enumerate(wanted):
        amounts = direction @ inverses
        # The one that it lies in has the largest least share: on an edge two are as good.
        best = int(np.argmax(amounts.min(axis=1) / np.abs(amounts).sum(axis=1)))
        corners[row], shares[row] = triangles[best], np.clip(amounts[best], 0.0, None)
    return corners, shares / shares.sum(axis=1, keepdims=True)


def _triangles(grid: Values) -> NDArray[np.int64] | None:
    """Between neighbours on the sphere, all around; None where the grid does not surround the head."""
    from scipy.spatial import ConvexHull, QhullError  # late: scipy takes its time to load

    try:
        hull = ConvexHull(grid)
    except (QhullError, ValueError):
        return None
    if np.any(hull.equations[:, 3] > -_INSIDE):
        return None  # the middle of the head does not lie inside
    return np.asarray(hull.simplices, dtype=np.int64)


def _faded(taps: Values, sample_rate: int) -> NDArray[np.float32]:
    fade = min(round(_FADE_S * sample_rate), taps.shape[2] // 2)
    slope = np.sin(0.5 * np.pi * (np.arange(fade) + 0.5) / fade) ** 2
    taps = taps.copy()
    taps[:, :, :fade] *= slope
    taps[:, :, -fade:] *= slope[::-1]
    return taps.astype(np.float32)
