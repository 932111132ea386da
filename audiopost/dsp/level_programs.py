"""Levels to reductions and reductions to gains, eight frames at once: logarithm and exponential without branches.

Why not the library's functions: they take a frame at a time, some 20 ns each, and make four fifths of a compressor's
cost. Here both are polynomials in float32, the same for every lane, so a frame has the same gain wherever a block
begins; the static curve is a parabola and a line that are each held to their own part.

Accuracy: against the curve in float64 a gain is off by less than `GAIN_ERROR_DB`; a level below the knee gives a gain
of exactly 1 (tests/unit/dsp/test_level_programs.py).
"""

from __future__ import annotations

from audiopost.dsp.vector_code import (
    FLOAT,
    FLOATS,
    INDEX,
    POINTER,
    REAL,
    WORDS,
    Code,
    Symbol,
    vector_program,
)
from audiopost.units import linear_to_db

__all__ = ["GAIN_ERROR_DB", "gains_of_reductions", "reductions_of_levels"]

GAIN_ERROR_DB = 2e-5
"""Bound of what the polynomials and their float32 add to a gain of -60 to +36 dB."""

_DB_PER_OCTAVE = linear_to_db(2.0)

_LOGARITHM = (
    1.442694902420044, -0.7213471531867981, 0.4809224307537079, -0.3607211410999298, 0.2876587510108948,
    -0.23852120339870453, 0.2173657864332199, -0.21028965711593628, 0.12542761862277985,
)  # fmt: skip
"""log2(1 + x) / x from sqrt(1/2) - 1 to sqrt(2) - 1: least largest error, 7e-9, found by reweighted least squares."""

_EXPONENTIAL = (
    0.6931471824645996, 0.24022650718688965, 0.055503278970718384, 0.009618003852665424, 0.0013400234747678041,
    0.00015476279077120125,
)  # fmt: skip
"""(2^x - 1) / x from -1/2 to 1/2: least largest error, 2e-9, found the same way."""

_ONE = 0x3F800000
_ROOT_OF_HALF = 0x3F3504F3
"""1 and sqrt(1/2) as the bits of float32."""

_MANTISSA_BITS = 23
_LOWEST_EXPONENT = -126.0


@vector_program(POINTER, POINTER, INDEX, REAL, REAL, REAL)
def reductions_of_levels(
    code: Code,
    levels: Symbol,
    reductions: Symbol,
    vectors: Symbol,
    threshold_db: Symbol,
    slope: Symbol,
    knee_db: Symbol,
) -> None:
    """The static curve: levels as amplitudes, 0 or more, to the reductions in dB that it asks for.

    `slope` is ``1 - 1 / ratio``; if it is given with a minus, so are the reductions.
    """
    half_knee = code.spread((knee_db * 0.5).cast(FLOAT))
    knee = half_knee + half_knee
    threshold, steepness = code.spread(threshold_db.cast(FLOAT)), code.spread(slope.cast(FLOAT))
    bend = code.spread(code.reciprocal(knee_db.larger(code.constant(REAL, 1e-9)) * 2.0).cast(FLOAT))
    zero = code.constant(FLOATS, 0.0)
    with code.loop(0, vectors) as index:
        over = _logarithm(code, code.load(FLOATS, levels, index)) * _DB_PER_OCTAVE - threshold
        in_knee = (over + half_knee).larger(zero)
        in_knee = (in_knee < knee).choose(in_knee, knee)
        beyond = (over - half_knee).larger(zero)
        code.store(reductions, index, steepness * (in_knee * in_knee * bend + beyond))


@vector_program(POINTER, POINTER, INDEX, REAL, REAL)
def gains_of_reductions(
    code: Code, reductions: Symbol, gains: Symbol, vectors: Symbol, makeup_db: Symbol, forgotten_db: Symbol
) -> None:
    """Reductions in dB to gains as amplitudes; one smaller than `forgotten_db` is none."""
    makeup = code.spread(makeup_db.cast(FLOAT))
    least = code.spread(forgotten_db.cast(FLOAT))
    with code.loop(0, vectors) as index:
        reduction = code.load(FLOATS, reductions, index)
        reduction = (reduction < least).choose(code.constant(FLOATS, 0.0), reduction)
        code.store(gains, index, _exponential(code, (makeup - reduction) * (1.0 / _DB_PER_OCTAVE)))


def _logarithm(code: Code, values: Symbol) -> Symbol:
    """Base 2, of positive numbers; -127 for 0."""
    bits = code.reinterpret(values, WORDS)
    exponent = (bits + (_ONE - _ROOT_OF_HALF)) >> _MANTISSA_BITS
    mantissa = code.reinterpret(bits - ((exponent - 127) << _MANTISSA_BITS), FLOATS) - 1.0
    return mantissa.times_plus(_polynomial(code, _LOGARITHM, mantissa), (exponent - 127).cast(FLOATS))


def _exponential(code: Code, values: Symbol) -> Symbol:
    """Two to the power of values from -126, below which they count as that, to 127."""
    lowest = code.constant(FLOATS, _LOWEST_EXPONENT)
    values = values.larger(lowest)
    whole = code.intrinsic("llvm.floor", values + 0.5)
    rest = values - whole
    power = rest.times_plus(_polynomial(code, _EXPONENTIAL, rest), code.constant(FLOATS, 1.0))
    return code.reinterpret(code.reinterpret(power, WORDS) + (whole.cast(WORDS) << _MANTISSA_BITS), FLOATS)


def _polynomial(code: Code, coefficients: tuple[float, ...], at: Symbol) -> Symbol:
    value = code.constant(FLOATS, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        value = value.times_plus(at, code.constant(FLOATS, coefficient))
    return value
