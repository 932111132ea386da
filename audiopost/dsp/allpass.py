"""All-pass filters: the swept cascade of a phaser, and the pair that turns one channel by 90 degrees against another.

The pair (a Hilbert transformer of recursive filters) is a half-band filter of two all-pass branches, turned by a
quarter of the sample rate: its pass band of half the frequencies becomes the positive ones. Both branches keep every
level; between them lie 90 degrees, within a ripple that falls as the sections grow in number. Nothing is late, but
every frequency is turned by an angle of its own that both share.

Sources: R. A. Valenzuela, A. G. Constantinides, "Digital signal processing schemes for efficient interpolation and
decimation", IEE Proc. G 130 (1983), 225-235 (the coefficients); S. Disch, U. Zölzer, "Modulation and delay line based
digital audio effects", DAFx-99 (the effects made with it).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.delay_line import SILENCE
from audiopost.dsp.oscillator import step_of, turns_at
from audiopost.dsp.smoothing import advance

__all__ = ["half_band_sections", "quadrature_sections", "run_phaser", "run_quadrature"]

QUADRATURE_SECTIONS = 16
LOWEST_QUADRATURE_HZ = 15.0
"""From here to as far below half the sample rate the two branches are 90 degrees apart within 0.01 degrees."""


def half_band_sections(sections: int, transition: float) -> NDArray[np.float64]:
    """Coefficients of an elliptic half-band filter of two all-pass branches, in rising order.

    Taken in turn they belong to the one branch and the other; the filter is half the sum of the first and of the
    second, which is one frame late. A section is ``(c + z^-2) / (1 + c z^-2)``.

    Parameters
    ----------
    sections
        How many, 1 or more.
    transition
        Width between pass and stop band as a share of the sample rate, 0 to 0.5 (exclusive); its middle is a quarter.

    >>> [round(float(each), 4) for each in half_band_sections(2, 0.25)]
    [0.138, 0.5847]
    """
    selectivity = math.tan((1.0 - 2.0 * transition) * math.pi / 4.0) ** 2
    nome = math.exp(-math.pi * _mean(math.sqrt(1.0 - selectivity**2)) / _mean(selectivity))
    order = 2 * sections + 1
    terms = np.arange(40)
    signs = (-1.0) ** terms
    coefficients = np.empty(sections)
    for index in range(sections):
        angle = (index + 1) * math.pi / order
        above = nome**0.25 * np.sum(signs * nome ** (terms * (terms + 1)) * np.sin((2 * terms + 1) * angle))
        below = 0.5 + np.sum((signs * nome ** (terms**2) * np.cos(2 * terms * angle))[1:])
        place = float(above / below) ** 2
        reach = math.sqrt((1.0 - place * selectivity) * (1.0 - place / selectivity)) / (1.0 + place)
        coefficients[index] = (1.0 - reach) / (1.0 + reach)
    return coefficients


def _mean(number: float) -> float:
    """The arithmetic-geometric mean of 1 and a number between 0 and 1: elliptic integrals are quotients of it."""
    other = 1.0
    while abs(other - number) > 1e-15:
        number, other = math.sqrt(number * other), (number + other) / 2.0
    return number


def quadrature_sections(sample_rate: float) -> NDArray[np.float64]:
    """The same for a pair that is 90 degrees apart from `LOWEST_QUADRATURE_HZ` on."""
    return half_band_sections(QUADRATURE_SECTIONS, 2.0 * LOWEST_QUADRATURE_HZ / sample_rate)


SHIFT, TURN_BY, DRY, WET = range(4)


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float64[::1], float64[:, :, ::1], float64[:, ::1], uint64[::1],"
    " float64[:, ::1])"
)
def run_quadrature(
    block: AudioBlock,
    out: AudioBlock,
    sections: NDArray[np.float64],
    state: NDArray[np.float64],
    late: NDArray[np.float64],
    phase: NDArray[np.uint64],
    ramps: NDArray[np.float64],
) -> None:
    """Every frequency moved by the same number of Hz and turned by the same angle.

    Ramps: shift in turns a frame, turn in turns, dry, wet. State, (channels, sections + 2, 2): the last two inputs of
    every section, and the outputs of both branches behind them; late, (channels, 1): the second branch one frame ago.
    """
    count = sections.shape[0]
    for n in range(block.shape[1]):
        shift, turn_by, dry, wet = (
            advance(ramps, SHIFT), advance(ramps, TURN_BY), advance(ramps, DRY), advance(ramps, WET)
        )  # fmt: skip
        angle = 2.0 * math.pi * (turns_at(phase[0]) + turn_by)
        cosine, sine = math.cos(angle), math.sin(angle)
        for channel in range(block.shape[0]):
            x = np.float64(block[channel, n])
            ahead = run_branch(x, sections, 0, state[channel], count)
            behind = run_branch(x, sections, 1, state[channel], count + 1)
            out[channel, n] = dry * x + wet * (cosine * ahead - sine * late[channel, 0])
            late[channel, 0] = behind
        phase[0] += step_of(shift)


@inlined
def run_branch(x: float, sections: NDArray[np.float64], first: int, state: NDArray[np.float64], end: int) -> float:
    """One frame through every second section, ``(c - z^-2) / (1 - c z^-2)`` each, state in rows (kernel).

    Row k holds the last two inputs of section k, which are the last two outputs of the one before it; row `end` those
    of the last.
    """
    count = sections.shape[0]
    for k in range(first, count, 2):
        following = k + 2 if k + 2 < count else end
        y = sections[k] * (x + state[following, 1]) - state[k, 1]
        state[k, 1], state[k, 0] = state[k, 0], x
        x = y if abs(y) > SILENCE else 0.0
    state[end, 1], state[end, 0] = state[end, 0], x
    return x


PHASER_RATE, CENTRE, OCTAVES, PHASER_SPREAD, FEEDBACK, PHASER_DRY, PHASER_WET = range(7)


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float64[:, ::1], float64[::1], uint64[::1], float64, float64[:, ::1])"
)
def run_phaser(
    block: AudioBlock,
    out: AudioBlock,
    state: NDArray[np.float64],
    last: NDArray[np.float64],
    phase: NDArray[np.uint64],
    sample_rate: float,
    ramps: NDArray[np.float64],
) -> None:
    """A cascade of first-order all-passes that swing together, mixed with the dry sound.

    Ramps: rate in turns a frame, logarithm of the centre in Hz, octaves to either side, spread of the channels in
    turns, feedback, dry, wet. State, (channels, stages): one number each; last, (channels,): last output.
    """
    for n in range(block.shape[1]):
        rate, centre, octaves, spread = (
            advance(ramps, PHASER_RATE), advance(ramps, CENTRE), advance(ramps, OCTAVES), advance(ramps, PHASER_SPREAD)
        )  # fmt: skip
        feedback, dry, wet = advance(ramps, FEEDBACK), advance(ramps, PHASER_DRY), advance(ramps, PHASER_WET)
        turns = turns_at(phase[0])
        for channel in range(block.shape[0]):
            swing = math.sin(2.0 * math.pi * (turns + channel * spread))
            break_hz = min(math.exp(centre + math.log(2.0) * octaves * swing), 0.45 * sample_rate)
            warped = math.tan(math.pi * break_hz / sample_rate)
            pole = (warped - 1.0) / (warped + 1.0)
            x = np.float64(block[channel, n])
            y = x + feedback * last[channel]
            for stage in range(state.shape[1]):
                passed = pole * y + state[channel, stage]
                kept = y - pole * passed
                state[channel, stage] = kept if abs(kept) > SILENCE else 0.0
                y = passed
            last[channel] = y
            out[channel, n] = dry * x + wet * y
        phase[0] += step_of(rate)
