"""Ears on a rigid sphere: head-related transfer functions from a formula, fitted to Ambisonic scenes.

A sphere as large as a head shadows, delays and diffracts as a head does, without an ear's own folds: left and right,
near and far are right, front and back differ little, and height is not heard. What it does depends on the angle between
ear and source alone, so in a scene each degree of the harmonics has one filter.

Below the frequency up to which a scene of this order is exact, the filters are the formula's own terms. Above, no
scene of the order can have the right phase; there only the magnitudes are fitted, and the phase goes on smoothly.

Sources: R. O. Duda, W. L. Martens, "Range dependence of the response of a spherical head model", JASA 104 (1998),
3048-3058; C. Schoerkhuber, M. Zaunschirm, R. Hoeldrich, "Binaural rendering of Ambisonic signals via magnitude least
squares", DAGA 2018.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.spherical import unit_vectors

__all__ = [
    "EAR_AZIMUTH_DEG", "HEAD_RADIUS_M", "SPEED_OF_SOUND_M_S", "degree_filters", "ear_directions", "fit_magnitudes",
    "head_response", "loudspeaker_filters",
]  # fmt: skip

HEAD_RADIUS_M = 0.0875
"""Of the average head (Duda and Martens)."""

EAR_AZIMUTH_DEG = 100.0
"""Of the ears: a little behind the middle (Duda and Martens)."""

SPEED_OF_SOUND_M_S = 343.0

_DESIGN_POINTS = 4096
_ANGLES = 64
_MOST_TERMS = 80
_BEFORE_S = 0.0015
"""Of a filter, before the sound would reach the middle of the head: the near ear hears it 0.26 ms earlier."""

_LENGTH_S = 0.0053
_FADE_S = 0.0008

Complex = NDArray[np.complex128]
Values = NDArray[np.float64]


def head_response(wave_numbers: NDArray[np.float64], order: int) -> Complex:
    """Coefficients of the Legendre polynomials of the pressure at the ear, by the angle to the source.

    Parameters
    ----------
    wave_numbers
        Wave number times head radius, above 0, ``(frequencies,)``.
    order
        Highest degree.

    Returns
    -------
    NDArray[np.complex128]
        ``(frequencies, order + 1)``, relative to the pressure at the middle of the head if it were not there.
    """
    from scipy.special import spherical_jn, spherical_yn  # late: scipy takes its time to load

    x = wave_numbers[:, np.newaxis]
    degrees = np.arange(order + 1)
    # At low frequencies the slopes of high degrees are beyond all numbers, and their terms nothing.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        slope = spherical_jn(degrees, x, derivative=True) - 1j * spherical_yn(degrees, x, derivative=True)
        terms = -1j / x**2 * (1j**degrees) * (2 * degrees + 1) / slope
    return np.asarray(np.nan_to_num(terms, nan=0.0, posinf=0.0, neginf=0.0))


def degree_filters(order: int, sample_rate: int, radius_m: float = HEAD_RADIUS_M) -> tuple[NDArray[np.float32], int]:
    """One filter for each degree, for both ears.

    Parameters
    ----------
    order
        Of the scene, 1 to 5.
    sample_rate
        In Hz.
    radius_m
        Of the head, in m.

    Returns
    -------
    tuple
        Filters ``(order + 1, taps)``, for harmonics (SN3D) weighed by those of the ear's direction, and the frames by
        which they come late.
    """
    frequencies = np.fft.rfftfreq(_DESIGN_POINTS, 1.0 / sample_rate)
    wave_numbers = np.asarray(2.0 * np.pi * frequencies[1:] * radius_m / SPEED_OF_SOUND_M_S, dtype=np.float64)
    fitted = np.zeros((len(frequencies), order + 1), dtype=np.complex128)
    fitted[0, 0] = 1.0
    terms = min(_MOST_TERMS, math.ceil(float(wave_numbers[-1])) + 12)
    exact = head_response(wave_numbers, terms)
    cosines, weights = np.polynomial.legendre.leggauss(_ANGLES)
    polynomials = np.asarray(np.polynomial.legendre.legvander(cosines, terms), dtype=np.float64)
    magnitudes = np.abs(exact @ polynomials.T)
    own = polynomials[:, : order + 1]
    project = (weights[:, np.newaxis] * own) * (2.0 * np.arange(order + 1) + 1.0) / 2.0
    first_fitted = int(np.searchsorted(wave_numbers, float(order)))
    fitted[1 : first_fitted + 1] = exact[:first_fitted, : order + 1]
    fit_magnitudes(fitted[1:], np.asarray(magnitudes, dtype=np.float64), own, project.T, first_fitted)
    return _short(np.fft.irfft(fitted, n=_DESIGN_POINTS, axis=0).T, sample_rate)


def fit_magnitudes(fitted: Complex, targets: Values, own: Values, project: Values, first: int) -> None:
    """Fill coefficients from the frequency `first` on, so that magnitudes are met and phases go on smoothly.

    Parameters
    ----------
    fitted
        ``(frequencies, coefficients)`` or with further axes; all below `first` are given.
    targets
        Magnitudes, ``(frequencies, directions)`` with the same further axes.
    own, project
        From coefficients to directions ``(directions, coefficients)``, and back.
    first
        At least 1.
    """
    for index in range(first, len(fitted)):
        before = own @ fitted[index - 1]
        fitted[index] = project @ (targets[index] * np.exp(1j * np.angle(before)))
    fitted[-1] = fitted[-1].real


def loudspeaker_filters(
    directions: Values, sample_rate: int, radius_m: float = HEAD_RADIUS_M
) -> tuple[NDArray[np.float32], int]:
    """Filters from loudspeakers in these directions to both ears.

    Parameters
    ----------
    directions
        Unit vectors ``(loudspeakers, 3)``.
    sample_rate, radius_m
        As in `degree_filters`.

    Returns
    -------
    tuple
        Filters ``(2, loudspeakers, taps)``, left ear first, and the frames by which they come late.
    """
    frequencies = np.fft.rfftfreq(_DESIGN_POINTS, 1.0 / sample_rate)
    wave_numbers = np.asarray(2.0 * np.pi * frequencies[1:] * radius_m / SPEED_OF_SOUND_M_S, dtype=np.float64)
    terms = min(_MOST_TERMS, math.ceil(float(wave_numbers[-1])) + 12)
    exact = head_response(wave_numbers, terms)
    filters = []
    for ear in ear_directions():
        spectra = np.ones((len(frequencies), len(directions)), dtype=np.complex128)
        spectra[1:] = exact @ np.polynomial.legendre.legvander(directions @ ear, terms).T
        spectra[-1] = spectra[-1].real
        taps, before = _short(np.fft.irfft(spectra, n=_DESIGN_POINTS, axis=0).T, sample_rate)
        filters.append(taps)
    return np.stack(filters), before


def ear_directions() -> Values:
    """Unit vectors to the left and to the right ear."""
    return unit_vectors(np.array([EAR_AZIMUTH_DEG, -EAR_AZIMUTH_DEG]), np.zeros(2))


def _short(responses: NDArray[np.float64], sample_rate: int) -> tuple[NDArray[np.float32], int]:
    """The part of the responses around the middle, faded at its ends."""
    before, length, fade = (round(each_s * sample_rate) for each_s in (_BEFORE_S, _LENGTH_S, _FADE_S))
    taps = np.roll(responses, before, axis=1)[:, :length].copy()
    slope = np.sin(0.5 * np.pi * (np.arange(fade) + 0.5) / fade) ** 2
    taps[:, :fade] *= slope
    taps[:, -fade:] *= slope[::-1]
    return taps.astype(np.float32), before
