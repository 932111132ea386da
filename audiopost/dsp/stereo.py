"""Two channels against each other: the level of their difference, and one later than the other."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.delay_line import SILENCE
from audiopost.dsp.smoothing import advance

__all__ = ["run_haas", "run_width"]

DAMPING = math.sqrt(2.0)
FADING = 0.999


@compiled("void(float32[:, ::1], float32[:, ::1], float64[::1], float64[:, ::1])")
def run_width(block: AudioBlock, out: AudioBlock, state: NDArray[np.float64], ramps: NDArray[np.float64]) -> None:
    """The difference of two channels, high-passed, at another level. Ramps: level, tangent of half the corner's angle.

    A state-variable filter by trapezoidal integration (V. Zavalishin, "The Art of VA Filter Design", 2012, chapter 4):
    its corner may move in every frame. At a tangent of 0 its high pass is the sound itself, and what it held fades.
    """
    for n in range(block.shape[1]):
        width, g = advance(ramps, 0), advance(ramps, 1)
        mid = 0.5 * (np.float64(block[0, n]) + block[1, n])
        side = 0.5 * (np.float64(block[0, n]) - block[1, n])
        high = (side - (DAMPING + g) * state[0] - state[1]) / (1.0 + g * (DAMPING + g))
        band = g * high + state[0]
        low = g * band + state[1]
        kept = 1.0 if g > 0.0 else FADING
        first, second = kept * (g * high + band), kept * (g * band + low)
        state[0] = first if abs(first) > SILENCE else 0.0
        state[1] = second if abs(second) > SILENCE else 0.0
        out[0, n], out[1, n] = mid + width * high, mid - width * high


WRITE, CURRENT, NEXT, WANTED, FADED = range(5)


@inlined
def late_sample(ring: NDArray[np.float32], write: int, late: int) -> float:
    """What was written `late` frames ago, now for 0 and below (kernel)."""
    at = write - max(late, 0)
    return ring[at if at >= 0 else at + ring.shape[0]]  # type: ignore[no-any-return]


@compiled("void(float32[:, ::1], float32[:, ::1], float32[:, ::1], int64[::1], int64, float64[:, ::1])")
def run_haas(
    block: AudioBlock,
    out: AudioBlock,
    ring: NDArray[np.float32],
    state: NDArray[np.int64],
    fade_frames: int,
    ramps: NDArray[np.float64],
) -> None:
    """Right is late by a positive number of frames, left by a negative one. Ramps: level of left, of right.

    A changed time fades in whole, as in `delay_line.CrossfadingDelay`.
    """
    length = ring.shape[1]
    last = block.shape[0] - 1
    for n in range(block.shape[1]):
        if state[CURRENT] == state[NEXT] and state[WANTED] != state[CURRENT]:
            state[NEXT], state[FADED] = state[WANTED], 0
        left, right = advance(ramps, 0), advance(ramps, 1)
        write = state[WRITE]
        ring[0, write], ring[1, write] = block[0, n], block[last, n]
        near = late_sample(ring[0], write, -state[CURRENT])
        far = late_sample(ring[1], write, state[CURRENT])
        if state[CURRENT] != state[NEXT]:
            state[FADED] += 1
            share = state[FADED] / fade_frames
            near += share * (late_sample(ring[0], write, -state[NEXT]) - near)
            far += share * (late_sample(ring[1], write, state[NEXT]) - far)
            if state[FADED] == fade_frames:
                state[CURRENT] = state[NEXT]
        out[0, n], out[1, n] = left * near, right * far
        state[WRITE] = write + 1 if write + 1 < length else 0
