"""The gain of a downward expander: the further below the threshold, the more it lowers.

Source of the static curve: D. Giannoulis, M. Massberg, J. D. Reiss, JAES 60 (2012), 399-408, section 2 (the expander as
the compressor turned over); of hold and hysteresis: the gate of `audiopost.dsp.gain_computer`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.compiled import compiled
from audiopost.dsp.gain_computer import static_reduction_db
from audiopost.dsp.smoothing import advance
from audiopost.units import db_to_linear, linear_to_db

__all__ = ["expander_gain"]

NOW_DB, LARGEST_DB, HOLD_LEFT, OPEN = range(4)

LOWEST_DB = -200.0
FORGOTTEN_DB = 1e-7


@compiled("void(float32[::1], int64, float64[:, ::1], float64, float64, float64, float64[::1], float32[::1])")
def expander_gain(
    level_linear: NDArray[np.float32],
    frames: int,
    ramps: NDArray[np.float64],
    attack: float,
    hold_frames: float,
    release: float,
    state: NDArray[np.float64],
    gain_linear: NDArray[np.float32],
) -> None:
    """From levels to gains, one a frame.

    Ramps: threshold in dB, ratio less 1, range in dB, knee in dB, hysteresis in dB. Once the level has reached the
    threshold, the threshold lies lower by the hysteresis until the level has been below that for the hold time.
    `attack` and `release` are factors a frame, towards less and towards more reduction. `state`: reduction in dB, the
    largest of this block, frames of hold left, whether it is open.
    """
    now_db, largest_db = state[NOW_DB], 0.0
    for n in range(frames):
        threshold_db, slope, range_db = advance(ramps, 0), advance(ramps, 1), advance(ramps, 2)
        knee_db, hysteresis_db = advance(ramps, 3), advance(ramps, 4)
        level_db = linear_to_db(np.float64(level_linear[n])) if level_linear[n] > 0.0 else LOWEST_DB
        level_db = max(level_db, LOWEST_DB)
        if level_db >= threshold_db or (state[OPEN] > 0.0 and level_db >= threshold_db - hysteresis_db):
            state[OPEN], state[HOLD_LEFT] = 1.0, hold_frames
        elif state[HOLD_LEFT] > 0.0:
            state[HOLD_LEFT] -= 1.0
        else:
            state[OPEN] = 0.0
        bend_db = threshold_db - hysteresis_db if state[OPEN] > 0.0 else threshold_db
        wanted_db = static_reduction_db(-level_db, -bend_db, slope, knee_db)
        wanted_db = 0.0 if state[OPEN] > 0.0 and state[HOLD_LEFT] > 0.0 else min(wanted_db, range_db)
        keep = release if wanted_db > now_db else attack
        now_db = wanted_db + keep * (now_db - wanted_db)
        if now_db < FORGOTTEN_DB:
            now_db = 0.0
        largest_db = max(largest_db, now_db)
        gain_linear[n] = db_to_linear(-now_db)
    state[NOW_DB], state[LARGEST_DB] = now_db, largest_db
