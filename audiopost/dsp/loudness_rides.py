"""Gains that follow loudness: one that brings speech to a target, one that keeps music under speech.

Loudness here is that of ITU-R BS.1770 (K-weighting, channel weights) with a one-pole mean instead of a rectangular
window: it can be known at every frame. Its time constant stands at each user.

Source of loudness: ITU-R BS.1770-5, Annex 1. Source of the law of the ducker, a distance in LU between speech and what
lies under it: EBU Tech 3343 (2023), chapter on speech intelligibility, and the measurements that it cites.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.biquad import step
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.gain_computer import time_constant
from audiopost.dsp.matched_sections import fill_biquad
from audiopost.dsp.smoothing import advance
from audiopost.units import db_to_linear, power_to_db

__all__ = ["LoudnessFollower", "duck_under", "ride_to_target"]

OFFSET_LU = -0.691
"""ITU-R BS.1770-5, Annex 1: what makes a full-scale 1 kHz tone in one channel -3.01 LKFS."""

SILENCE_LUFS = -120.0
SILENT_POWER = 1e-12
SILENT_STATE = 1e-25

FORGOTTEN_DB = 1e-7


class LoudnessFollower:
    """Memory of one K-weighted level; kernels take its arrays.

    Parameters
    ----------
    sections
        Both biquads of K-weighting, ``(b0, b1, b2, a1, a2)``.
    weights
        Of each channel in the loudness sum.
    average_ms
        Time constant of the mean.
    """

    def __init__(
        self, sections: Sequence[Sequence[float]], weights: Sequence[float], average_ms: float, sample_rate: float
    ) -> None:
        self.coefficients = np.zeros((len(sections), 6), dtype=np.float64)
        for row, (b0, b1, b2, a1, a2) in zip(self.coefficients, sections, strict=True):
            fill_biquad(b0, b1, b2, a1, a2, row)
        self.weights = np.array(weights, dtype=np.float64)
        self.states = np.zeros((len(weights), 2 * len(sections)), dtype=np.float64)
        self.power = np.zeros(1, dtype=np.float64)
        self.keep = time_constant(average_ms, sample_rate)

    @property
    def memory(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]:
        """What `follow_loudness` takes."""
        return (self.coefficients, self.weights, self.states, self.power, self.keep)

    def reset(self) -> None:
        """Forget all sound."""
        self.states.fill(0.0)
        self.power.fill(0.0)


@inlined
def follow_loudness(
    block: AudioBlock,
    frame: int,
    coefficients: NDArray[np.float64],
    weights: NDArray[np.float64],
    states: NDArray[np.float64],
    power: NDArray[np.float64],
    keep: float,
) -> float:
    """Loudness in LUFS behind one more frame (kernel)."""
    now = 0.0
    for channel in range(block.shape[0]):
        own = states[channel]
        y = step(np.float64(block[channel, frame]), coefficients, own, coefficients.shape[0])
        for index in range(own.shape[0]):
            if abs(own[index]) < SILENT_STATE:
                own[index] = 0.0
        now += weights[channel] * y * y
    power[0] = now + keep * (power[0] - now)
    if power[0] < SILENT_POWER:
        if power[0] < SILENT_STATE:
            power[0] = 0.0
        return SILENCE_LUFS
    return OFFSET_LU + power_to_db(power[0])


@compiled(
    "void(float32[:, ::1], float64[:, ::1], float64[::1], float64[:, ::1], float64[::1], float64, float64[:, ::1],"
    " float64, float64, float64[::1], float64[::1])"
)
def ride_to_target(
    block: AudioBlock,
    coefficients: NDArray[np.float64],
    weights: NDArray[np.float64],
    states: NDArray[np.float64],
    power: NDArray[np.float64],
    keep: float,
    ramps: NDArray[np.float64],
    up: float,
    down: float,
    state: NDArray[np.float64],
    gain_linear: NDArray[np.float64],
) -> None:
    """The gain that brings what is louder than the gate to the target, one a frame.

    Ramps: target in LUFS, range in dB, gate in LUFS. `up` and `down`: factors a frame of the gain's glide. Below the
    gate the gain stays. `state`: gain in dB.
    """
    gain_db = state[0]
    for n in range(block.shape[1]):
        target_lufs, range_db, gate_lufs = advance(ramps, 0), advance(ramps, 1), advance(ramps, 2)
        loudness_lufs = follow_loudness(block, n, coefficients, weights, states, power, keep)
        if loudness_lufs > gate_lufs:
            wanted_db = min(range_db, max(-range_db, target_lufs - loudness_lufs))
            gain_db = wanted_db + (up if wanted_db > gain_db else down) * (gain_db - wanted_db)
        gain_linear[n] = db_to_linear(gain_db)
    state[0] = gain_db


@compiled(
    "void(float32[:, ::1], float64[:, ::1], float64[::1], float64[:, ::1], float64[::1], float64, float32[:, ::1],"
    " float64[:, ::1], float64[::1], float64[:, ::1], float64[::1], float64, float64[:, ::1], float64, float64,"
    " float64, float64[::1], float64[::1])"
)
def duck_under(
    block: AudioBlock,
    coefficients: NDArray[np.float64],
    weights: NDArray[np.float64],
    states: NDArray[np.float64],
    power: NDArray[np.float64],
    keep: float,
    key: AudioBlock,
    key_coefficients: NDArray[np.float64],
    key_weights: NDArray[np.float64],
    key_states: NDArray[np.float64],
    key_power: NDArray[np.float64],
    key_keep: float,
    ramps: NDArray[np.float64],
    attack: float,
    release: float,
    hold_frames: float,
    state: NDArray[np.float64],
    gain_linear: NDArray[np.float64],
) -> None:
    """The gain that keeps `block` a distance in LU under `key` while the key is louder than its gate.

    Ramps: distance in LU, depth in dB, gate in LUFS. `state`: reduction in dB, frames of hold left, reduction that is
    wanted, the largest of this block. While the key pauses, the reduction stays for the hold time.
    """
    now_db, largest_db = state[0], 0.0
    for n in range(block.shape[1]):
        distance_lu, depth_db, gate_lufs = advance(ramps, 0), advance(ramps, 1), advance(ramps, 2)
        under_lufs = follow_loudness(block, n, coefficients, weights, states, power, keep)
        key_lufs = follow_loudness(key, n, key_coefficients, key_weights, key_states, key_power, key_keep)
        if key_lufs > gate_lufs:
            state[1] = hold_frames
            state[2] = min(depth_db, max(0.0, distance_lu - (key_lufs - under_lufs)))
        elif state[1] > 0.0:
            state[1] -= 1.0
        else:
            state[2] = 0.0
        wanted_db = min(state[2], depth_db)
        now_db = wanted_db + (attack if wanted_db > now_db else release) * (now_db - wanted_db)
        if now_db < FORGOTTEN_DB:
            now_db = 0.0
        largest_db = max(largest_db, now_db)
        gain_linear[n] = db_to_linear(-now_db)
    state[0], state[3] = now_db, largest_db
