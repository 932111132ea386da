"""Sections whose response is that of the analogue filter up to the highest frequencies.

The bilinear transform squeezes everything up to infinity below half of the sample rate: a bell at 12 kHz becomes
narrow and lopsided at 48 kHz. Here the poles are those of the analogue filter (impulse invariance), and the zeros are
chosen so that the magnitude is the analogue one at 0 Hz, at half of the sample rate and at the filter's own frequency.

Where the analogue poles lie above the zeros, and perhaps above half of the sample rate, the inverse filter is designed
and turned over: a cut is the exact inverse of the boost.

A design ends as a trapezoidal state-variable section (`audiopost.dsp.biquad`), which stays quiet while its knobs turn:
every stable biquad is one, by comparing coefficients.

Source: M. Vicanek, "Matched Second Order Digital Filters" (2016), sections 2 to 5, for poles, zeros and the low, high,
band and peak filters; the shelves match the prototypes of R. Bristow-Johnson's Audio EQ Cookbook in the same way.
The width of the notch: S. J. Orfanidis, "Introduction to Signal Processing" (1996), section 11.3.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import inlined

__all__ = [
    "BAND_PASS",
    "HIGH_CUT",
    "HIGH_CUT_6",
    "LOW_CUT",
    "LOW_CUT_6",
    "MATCHED",
    "MATCHED_BELL",
    "MATCHED_HIGH_SHELF",
    "MATCHED_LOW_SHELF",
    "NOTCH",
    "design_matched",
]

MATCHED = 5
"""Kinds from here on are designed in this module; the first five are those of `audiopost.dsp.biquad`."""

(
    MATCHED_BELL, MATCHED_LOW_SHELF, MATCHED_HIGH_SHELF, LOW_CUT, HIGH_CUT, LOW_CUT_6, HIGH_CUT_6, NOTCH, BAND_PASS,
) = range(MATCHED, MATCHED + 9)  # fmt: skip
"""The cuts of 6 dB per octave are of first order and have no Q; all others are of second order."""

FARTHEST_MATCH = 2.2
"""Radians a frame. Closer to half of the sample rate a match there no longer says anything of the zeros."""

WIDEST_NOTCH = 0.9 * math.pi

STEEPEST_SHELF = 1.0
"""Q of a shelf, at most. A higher one rings at both of its ends, which three places cannot describe."""


@inlined
def design_matched(kind: int, frequency: float, gain_db: float, q: float, coefficients: NDArray[np.float64]) -> None:
    """Fill the six coefficients of one section (kernel); `frequency` in radians a frame, below pi."""
    if kind == NOTCH:
        g = math.tan(frequency / 2.0)
        k = math.tan(min(frequency / q, WIDEST_NOTCH) / 2.0) * (1.0 + g * g) / g
        fill_section(g, k, 1.0, -k, 0.0, coefficients)
    elif kind in (LOW_CUT_6, HIGH_CUT_6):
        first_order(kind == HIGH_CUT_6, frequency, coefficients)
    elif kind in (MATCHED_BELL, MATCHED_LOW_SHELF, MATCHED_HIGH_SHELF):
        shaped(kind, frequency, math.pow(10.0, gain_db / 40.0), q, coefficients)
    else:
        passing(kind, frequency, q, coefficients)


@inlined
def fill_section(g: float, k: float, m0: float, m1: float, m2: float, coefficients: NDArray[np.float64]) -> None:
    """The coefficients as `audiopost.dsp.biquad.step` takes them (kernel)."""
    a1 = 1.0 / (1.0 + g * (g + k))
    coefficients[0], coefficients[1], coefficients[2] = a1, g * a1, g * g * a1
    coefficients[3], coefficients[4], coefficients[5] = m0, m1, m2


@inlined
def fill_biquad(b0: float, b1: float, b2: float, a1: float, a2: float, coefficients: NDArray[np.float64]) -> None:
    """The section whose response is (b0 + b1/z + b2/z²) / (1 + a1/z + a2/z²) (kernel)."""
    at_nyquist = 1.0 - a1 + a2
    g = math.sqrt((1.0 + a1 + a2) / at_nyquist)
    k = 2.0 * (1.0 - a2) / (at_nyquist * g)
    scale = 4.0 / at_nyquist
    m0 = (b0 - b1 + b2) / at_nyquist
    m1 = (b0 - b2 - m0 * (1.0 - a2)) * scale / (2.0 * g)
    m2 = (b1 - m0 * a1) * scale / (2.0 * g * g)
    fill_section(g, k, m0, m1, m2, coefficients)


@inlined
def poles(frequency: float, q: float) -> tuple[float, float]:
    """a1 and a2 of the poles of 1 / (s² + s/q + 1) at that frequency, by impulse invariance (kernel)."""
    damping = 0.5 / q
    decay = math.exp(-damping * frequency)
    if damping <= 1.0:
        return -2.0 * decay * math.cos(math.sqrt(1.0 - damping * damping) * frequency), decay * decay
    # Both real poles by themselves: the product of a decay and a hyperbolic cosine would overflow.
    slower = math.exp((math.sqrt(damping * damping - 1.0) - damping) * frequency)
    faster = math.exp((-math.sqrt(damping * damping - 1.0) - damping) * frequency)
    return -(slower + faster), slower * faster


@inlined
def first_order(low_pass: bool, frequency: float, coefficients: NDArray[np.float64]) -> None:
    """One pole and one zero, matched at the corner, where the level is -3.01 dB (kernel)."""
    a1 = -math.exp(-frequency)
    sine = math.sin(frequency / 2.0) ** 2
    power = 0.5 * ((1.0 + a1) ** 2 * (1.0 - sine) + (1.0 - a1) ** 2 * sine)
    if low_pass:
        at_nyquist = math.sqrt(max(0.0, (power - (1.0 + a1) ** 2 * (1.0 - sine)) / sine))
        b0, b1 = 0.5 * (1.0 + a1 + at_nyquist), 0.5 * (1.0 + a1 - at_nyquist)
    else:
        b0 = 0.5 * math.sqrt(power / sine)
        b1 = -b0
    fill_biquad(b0, b1, 0.0, a1, 0.0, coefficients)


@inlined
def passing(kind: int, frequency: float, q: float, coefficients: NDArray[np.float64]) -> None:
    """Low cut, high cut or band pass (kernel)."""
    a1, a2 = poles(frequency, q)
    sine = math.sin(frequency / 2.0) ** 2
    cosine, both = 1.0 - sine, 4.0 * sine * (1.0 - sine)
    at_zero, at_nyquist, bend = (1.0 + a1 + a2) ** 2, (1.0 - a1 + a2) ** 2, -4.0 * a2
    power = at_zero * cosine + at_nyquist * sine + bend * both
    if kind == LOW_CUT:
        b0 = q * math.sqrt(power) / (4.0 * sine)
        b1, b2 = -2.0 * b0, b0
    elif kind == HIGH_CUT:
        zero = math.sqrt(at_zero)
        nyquist = math.sqrt(max(0.0, (power * q * q - at_zero * cosine) / sine))
        b0, b1, b2 = 0.5 * (zero + nyquist), 0.5 * (zero - nyquist), 0.0
    else:
        slope = at_nyquist - at_zero + 4.0 * (cosine - sine) * bend
        curve = (power - slope * sine) / (4.0 * sine * sine)
        b1 = -0.5 * math.sqrt(max(0.0, slope + 4.0 * (sine - cosine) * curve))
        b0 = 0.5 * (math.sqrt(max(0.0, curve + b1 * b1)) - b1)
        b2 = -b0 - b1
    fill_biquad(b0, b1, b2, a1, a2, coefficients)


@inlined
def shaped(kind: int, frequency: float, amplitude: float, q: float, coefficients: NDArray[np.float64]) -> None:
    """Bell or shelf; `amplitude` is the root of its gain. Designed with the poles below the zeros (kernel)."""
    if amplitude == 1.0:
        # Exactly nothing, so that a band at 0 dB returns its samples.
        fill_section(math.tan(frequency / 2.0), 1.0 / q, 1.0, 0.0, 0.0, coefficients)
        return
    if kind != MATCHED_BELL:
        q = min(q, STEEPEST_SHELF)
    turned = amplitude > 1.0 if kind == MATCHED_HIGH_SHELF else amplitude < 1.0
    root = 1.0 / amplitude if turned else amplitude
    if kind == MATCHED_BELL:
        a1, a2 = poles(frequency, q * root)
    elif kind == MATCHED_LOW_SHELF:
        a1, a2 = poles(frequency / math.sqrt(root), q)
    else:
        a1, a2 = poles(frequency * math.sqrt(root), q)
    matched = min(frequency, FARTHEST_MATCH)
    sine = math.sin(matched / 2.0) ** 2
    zero, nyquist = (1.0 + a1 + a2) ** 2, (1.0 - a1 + a2) ** 2
    power = zero * (1.0 - sine) + nyquist * sine - 16.0 * a2 * sine * (1.0 - sine)
    zero *= prototype_power(kind, 0.0, root, q)
    nyquist *= prototype_power(kind, (math.pi / frequency) ** 2, root, q)
    power *= prototype_power(kind, (matched / frequency) ** 2, root, q)
    bend = (power - zero * (1.0 - sine) - nyquist * sine) / (4.0 * sine * (1.0 - sine))
    at_zero, at_nyquist = math.sqrt(zero), math.sqrt(nyquist)
    half = 0.5 * (at_zero + at_nyquist)
    b0 = 0.5 * (half + math.sqrt(max(0.0, half * half + bend)))
    b1, b2 = 0.5 * (at_zero - at_nyquist), -bend / (4.0 * b0)
    if turned:
        fill_biquad(1.0 / b0, a1 / b0, a2 / b0, b1 / b0, b2 / b0, coefficients)
    else:
        fill_biquad(b0, b1, b2, a1, a2, coefficients)


@inlined
def prototype_power(kind: int, square: float, root: float, q: float) -> float:
    """Squared magnitude of the analogue filter where (frequency / its own frequency)² is `square` (kernel)."""
    if kind == MATCHED_BELL:
        near = (1.0 - square) ** 2
        return (near + square * (root / q) ** 2) / (near + square / (root * q) ** 2)
    middle = root * square / (q * q)
    upper, lower = (root - square) ** 2 + middle, (1.0 - root * square) ** 2 + middle
    return root * root * (upper / lower if kind == MATCHED_LOW_SHELF else lower / upper)
