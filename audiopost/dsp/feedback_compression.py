"""A compressor that hears its own output, and the blend of a compressed sound with the dry one.

::

    x ─▶ × ──┬─▶ make-up, mix ─▶ out
         ▲   ▼
       gain ◀─ attack / release ◀─ curve ◀─ falling peak

What comes out above the threshold, times ``ratio - 1``, is the reduction: the loop settles where the output has risen
by one dB for `ratio` dB of input. Because a reduction makes its own cause smaller, attacks are gentler at first and
releases depend on how much was reduced, which is what such compressors are liked for.

Why the loop's gain is limited: a loop that answers within a frame by more than it heard would swing. The limit is
reached only where a high ratio meets an attack of a few tenths of a millisecond.

Source: D. Giannoulis, M. Massberg, J. D. Reiss, "Digital Dynamic Range Compressor Design - A Tutorial and Analysis",
JAES 60 (2012), 399-408, section 1.1 (feedback design).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.gain_computer import FORGOTTEN_DB, static_reduction_db
from audiopost.dsp.smoothing import advance
from audiopost.units import db_to_linear, linear_to_db

__all__ = ["PEAK_FALL_MS", "blend_gains", "compress_by_feedback"]

PEAK_FALL_MS = 20.0
"""Time constant of the falling peak: a voice at 100 Hz loses 2 dB of it from one period to the next."""

MOST_LOOP_GAIN = 0.5
"""Within one frame."""

SILENCE = 1e-20


@compiled("void(float32[::1], int64, float64[:, ::1], float64[::1])")
def blend_gains(
    gain_linear: NDArray[np.float32], frames: int, mix: NDArray[np.float64], blended: NDArray[np.float64]
) -> None:
    """Gains of the sum of ``1 - mix`` parts dry and ``mix`` parts compressed; at a mix of 1 the gains themselves."""
    for n in range(frames):
        share = advance(mix, 0)
        blended[n] = blend(np.float64(gain_linear[n]), share)


@inlined
def blend(gain: float, share: float) -> float:
    """See `blend_gains` (kernel)."""
    return gain if share == 1.0 else 1.0 + share * (gain - 1.0)


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float64[:, ::1], float64[:, ::1], float64, float64, float64, float64[::1])"
)
def compress_by_feedback(
    block: AudioBlock,
    out: AudioBlock,
    ramps: NDArray[np.float64],
    mix: NDArray[np.float64],
    attack: float,
    release: float,
    fall: float,
    state: NDArray[np.float64],
) -> None:
    """See the module. Ramps: threshold in dB, slope (1 - 1 / ratio), knee in dB, make-up in dB.

    `state`: reduction in dB, the largest of this block, the falling peak of the output.
    """
    now_db, largest_db, peak = state[0], 0.0, state[2]
    most = MOST_LOOP_GAIN / (1.0 - min(attack, release))
    for n in range(block.shape[1]):
        threshold_db, slope, knee_db = advance(ramps, 0), advance(ramps, 1), advance(ramps, 2)
        makeup_db, share = advance(ramps, 3), advance(mix, 0)
        loop = min(most, slope / (1.0 - slope))
        wanted_db = static_reduction_db(linear_to_db(peak), threshold_db, loop, knee_db) if peak > SILENCE else 0.0
        keep = attack if wanted_db > now_db else release
        now_db = wanted_db + keep * (now_db - wanted_db)
        if now_db < FORGOTTEN_DB:
            now_db = 0.0
        largest_db = max(largest_db, now_db)
        reduction = db_to_linear(-now_db)
        gain = blend(db_to_linear(makeup_db - now_db), share)
        peak *= fall
        for channel in range(block.shape[0]):
            x = np.float64(block[channel, n])
            peak = max(peak, abs(reduction * x))
            out[channel, n] = gain * x
    state[0], state[1], state[2] = now_db, largest_db, peak if peak > SILENCE else 0.0
