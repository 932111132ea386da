"""Beginnings and decays of a sound, told apart by followers of different speed, and a gain for each.

::

    |x| ─▶ fast ─┬─▶ slow:  fast over slow, in dB: how much of a beginning this is
                 └─▶ held:  held over fast, in dB: how much of a decay this is

Only ratios of levels count, so no threshold is needed and a quiet beginning is treated like a loud one.

Why the slow follower is fed by the fast one and not by the sound: on a steady sound both then agree, and nothing is
changed. The method is the differential envelope of the hardware of the 1990s (SPL Transient Designer); its times here
are our own, chosen so that a footstep or a drum of 10 to 50 ms is one beginning.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled
from audiopost.dsp.gain_computer import time_constant
from audiopost.dsp.smoothing import advance
from audiopost.units import db_to_linear, linear_to_db

__all__ = ["FULL_DB", "TransientEnvelopes"]

FULL_DB = 12.0
"""A rise, or a fall, of so much counts in full."""

FLOOR = 1e-4
"""-80 dBFS: what is quieter neither begins nor ends."""

FAST_RELEASE_MS = 25.0
SLOW_MS = 25.0
HELD_MS = 500.0
GAIN_MS = 0.5
"""The gain itself glides for so long, else it would be heard as a click of its own."""

FORGOTTEN_DB = 1e-6


class TransientEnvelopes:
    """Followers of the loudest channel; all channels get one gain."""

    def __init__(self, sample_rate: float) -> None:
        self._keep = np.array(
            [time_constant(each, sample_rate) for each in (FAST_RELEASE_MS, SLOW_MS, HELD_MS, GAIN_MS)]
        )
        self._state = np.zeros(4, dtype=np.float64)
        self._run = shape_transients.ready()
        self.reset()

    def process(self, block: AudioBlock, out: AudioBlock, ramps: NDArray[np.float64]) -> None:
        """``out = block * gain``; ramps: gain of beginnings and of decays, in dB."""
        self._run(block, out, ramps, self._keep, self._state)

    def reset(self) -> None:
        """Silence has been heard."""
        self._state[:] = (FLOOR, FLOOR, FLOOR, 0.0)


@compiled("void(float32[:, ::1], float32[:, ::1], float64[:, ::1], float64[::1], float64[::1])")
def shape_transients(
    block: AudioBlock,
    out: AudioBlock,
    ramps: NDArray[np.float64],
    keep: NDArray[np.float64],
    state: NDArray[np.float64],
) -> None:
    """See `TransientEnvelopes`. State: fast, slow, held, gain in dB."""
    fast, slow, held, gain_db = state[0], state[1], state[2], state[3]
    for n in range(block.shape[1]):
        attack_db, sustain_db = advance(ramps, 0), advance(ramps, 1)
        level = FLOOR
        for channel in range(block.shape[0]):
            level = max(level, np.float64(abs(block[channel, n])))
        fast = max(level, level + keep[0] * (fast - level))
        slow = fast + keep[1] * (slow - fast)
        held = max(fast, fast + keep[2] * (held - fast))
        rise = min(1.0, max(0.0, linear_to_db(fast / slow) / FULL_DB))
        fall = min(1.0, max(0.0, linear_to_db(held / fast) / FULL_DB))
        wanted_db = attack_db * rise + sustain_db * fall
        gain_db = wanted_db + keep[3] * (gain_db - wanted_db)
        if abs(gain_db) < FORGOTTEN_DB:
            gain_db = 0.0
        gain = db_to_linear(gain_db)
        for channel in range(block.shape[0]):
            out[channel, n] = block[channel, n] * gain
    state[0], state[1], state[2], state[3] = fast, slow, held, gain_db
