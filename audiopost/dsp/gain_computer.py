"""The static curve of a compressor, and the ballistics by which a gain follows it.

::

    level ─▶ static curve ─▶ reduction wanted, dB ─▶ attack / release ─▶ reduction, dB ─▶ gain

While no knob moves, everything but the ballistics goes eight frames at a time (`level_programs`); during a glide, frame
by frame in float64.

Why the ballistics have no branch: the branching smoother chooses, at each frame, between two straight lines through the
same point; with the faster attack that is always the upper of the two, with the slower one the lower. So a frame waits
for one product, one sum and one comparison of the frame before.

Source of the curve (soft knee as a parabola) and of smoothing the reduction, in dB, behind the curve: D. Giannoulis,
M. Massberg, J. D. Reiss, "Digital Dynamic Range Compressor Design - A Tutorial and Analysis", JAES 60 (2012), 399-408,
equations 4 and 16 (the branching smoother).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.detector import held_peaks
from audiopost.dsp.gain import scale_by_curve
from audiopost.dsp.level_programs import gains_of_reductions, reductions_of_levels
from audiopost.dsp.smoothing import advance, ramping
from audiopost.dsp.vector_code import FLOAT, INDEX, LANES, POINTER, REAL, Code, Symbol, vector_program
from audiopost.units import db_to_linear, linear_to_db

__all__ = ["compress_by_peaks", "compressor_gain", "gate_gain", "static_reduction_db", "time_constant"]

FORGOTTEN_DB = 1e-7
"""A reduction below this is none, so that a quiet programme passes at a gain of exactly 1."""


DENORMAL_GUARD_DB = 1e-40
"""Added at every frame, so that a reduction that fades never becomes a denormal number, which stalls the processor."""


def time_constant(time_ms: float, sample_rate: float) -> float:
    """Factor a frame of a one-pole smoother that covers 63 % (1 - 1/e) of a step in `time_ms`."""
    return math.exp(-1000.0 / (max(time_ms, 1e-3) * sample_rate))


@inlined
def static_reduction_db(level_db: float, threshold_db: float, slope: float, knee_db: float) -> float:
    """Reduction in dB, 0 or more, that the static curve asks for; `slope` is ``1 - 1 / ratio``.

    >>> static_reduction_db(-10.0, threshold_db=-20.0, slope=0.75, knee_db=0.0)
    7.5
    >>> static_reduction_db(-20.0, threshold_db=-20.0, slope=0.75, knee_db=8.0)
    0.75
    """
    over_db = level_db - threshold_db
    if 2.0 * abs(over_db) < knee_db:
        return slope * (over_db + knee_db / 2.0) ** 2 / (2.0 * knee_db)
    return slope * over_db if over_db > 0.0 else 0.0


@compiled("void(float32[::1], int64, float64[:, ::1], float64, float64, float64[::1], float32[::1], float32[::1])")
def compressor_gain(
    level_linear: NDArray[np.float32],
    frames: int,
    ramps: NDArray[np.float64],
    attack: float,
    release: float,
    state: NDArray[np.float64],
    reduction_db: NDArray[np.float32],
    gain_linear: NDArray[np.float32],
) -> None:
    """See `compressed_gain`."""
    compressed_gain(level_linear, frames, ramps, attack, release, state, reduction_db, gain_linear)


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float32[:, ::1], int64, float32[:, ::1], float64[:, ::1], float64, float64,"
    " float64[::1], float32[:, ::1])"
)
def compress_by_peaks(
    key: AudioBlock,
    block: AudioBlock,
    out: AudioBlock,
    window: int,
    held: NDArray[np.float32],
    ramps: NDArray[np.float64],
    attack: float,
    release: float,
    state: NDArray[np.float64],
    rows: NDArray[np.float32],
) -> None:
    """Detector, gain computer and product in one call; `rows` has room for level, reduction and gain."""
    level, reduction, gain = rows[0], rows[1], rows[2]
    held_peaks(key, window, held, level)
    compressed_gain(level, block.shape[1], ramps, attack, release, state, reduction, gain)
    scale_by_curve(block, gain, out)


@inlined
def compressed_gain(
    level_linear: NDArray[np.float32],
    frames: int,
    ramps: NDArray[np.float64],
    attack: float,
    release: float,
    state: NDArray[np.float64],
    reduction_db: NDArray[np.float32],
    gain_linear: NDArray[np.float32],
) -> None:
    """From levels to gains, one a frame (kernel).

    Every row has room for `LANES` more than `frames`; `reduction_db` is scratch.

    Ramps: threshold in dB, slope, knee in dB, make-up gain in dB. `state`: reduction in dB; the largest of this block.
    """
    now_db, largest_db, n = state[0], 0.0, 0
    while n < frames and ramping(ramps):
        threshold_db, slope, knee_db = advance(ramps, 0), advance(ramps, 1), advance(ramps, 2)
        makeup_db = advance(ramps, 3)
        level = np.float64(level_linear[n])
        wanted_db = static_reduction_db(linear_to_db(level), threshold_db, slope, knee_db) if level > 0.0 else 0.0
        keep = attack if wanted_db > now_db else release
        now_db = wanted_db + keep * (now_db - wanted_db)
        largest_db = max(largest_db, now_db)
        gain_linear[n] = db_to_linear(makeup_db - (now_db if now_db >= FORGOTTEN_DB else 0.0))
        n += 1
    if n < frames:
        vectors = (frames - n + LANES - 1) // LANES
        wanted = reduction_db[n:]
        # With the slower attack the curve is turned over, for the lower of two lines is then the upper.
        sign = 1.0 if attack <= release else -1.0
        reductions_of_levels(level_linear[n:], wanted, vectors, ramps[0, 0], sign * ramps[1, 0], ramps[2, 0])
        state[0], state[1] = sign * now_db, 0.0
        follow(wanted, frames - n, attack, release, sign, state)
        gains_of_reductions(wanted, gain_linear[n:], vectors, ramps[3, 0], FORGOTTEN_DB)
        now_db, largest_db = sign * state[0], max(largest_db, state[1])
    state[0], state[1] = now_db, largest_db


@vector_program(POINTER, INDEX, REAL, REAL, REAL, POINTER)
def follow(
    code: Code, reductions: Symbol, frames: Symbol, attack: Symbol, release: Symbol, sign: Symbol, state: Symbol
) -> None:
    """From the reductions that are wanted, times `sign`, to those that are there, in place.

    `state`: the last reduction times `sign`; the largest.
    """
    one = code.constant(REAL, 1.0)
    floor = code.constant(REAL, DENORMAL_GUARD_DB)
    now, largest = code.variable(REAL, code.load(REAL, state, 0)), code.variable(REAL, 0.0)
    with code.loop(0, frames) as frame:
        wanted = code.load(FLOAT, reductions, frame).cast(REAL)
        upper = attack.times_plus(now.value, wanted.times_plus(one - attack, floor))
        lower = release.times_plus(now.value, wanted.times_plus(one - release, floor))
        now.value = upper.larger(lower)
        reduction = now.value * sign
        largest.value = largest.value.larger(reduction)
        code.store(reductions, frame, reduction.cast(FLOAT))
    code.store(state, 0, now.value)
    code.store(state, 1, largest.value)


OPEN, HOLD_LEFT, GAIN_DB, LARGEST_DB = range(4)


@compiled("void(float32[::1], int64, float64[:, ::1], float64, float64, float64, float64[::1], float32[::1])")
def gate_gain(
    level_linear: NDArray[np.float32],
    frames: int,
    ramps: NDArray[np.float64],
    attack_frames: float,
    hold_frames: float,
    release_frames: float,
    state: NDArray[np.float64],
    gain_linear: NDArray[np.float32],
) -> None:
    """From levels to gains of a gate that opens at one level and closes at a lower one.

    Ramps: threshold in dB, hysteresis in dB, range in dB. The gate opens in a straight line of amplitude and closes
    in a straight line of dB. `state`: open or not, frames of hold left, gain in dB, largest reduction of this block.
    """
    gain_db, largest_db = state[GAIN_DB], 0.0
    for n in range(frames):
        threshold_db, hysteresis_db, range_db = advance(ramps, 0), advance(ramps, 1), advance(ramps, 2)
        level_db = linear_to_db(np.float64(level_linear[n])) if level_linear[n] > 0.0 else -1e3
        if level_db >= threshold_db or (state[OPEN] > 0.0 and level_db >= threshold_db - hysteresis_db):
            state[OPEN], state[HOLD_LEFT] = 1.0, hold_frames
        elif state[HOLD_LEFT] > 0.0:
            state[HOLD_LEFT] -= 1.0
        else:
            state[OPEN] = 0.0
        if state[OPEN] > 0.0:
            closed = db_to_linear(-range_db)
            opened = db_to_linear(gain_db) + (1.0 - closed) / attack_frames
            gain_db = linear_to_db(opened) if opened < 1.0 else 0.0
        else:
            gain_db = max(-range_db, gain_db - range_db / release_frames)
        largest_db = max(largest_db, -gain_db)
        gain_linear[n] = db_to_linear(gain_db)
    state[GAIN_DB], state[LARGEST_DB] = gain_db, largest_db
