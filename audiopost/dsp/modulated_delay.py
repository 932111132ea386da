"""A delay whose taps swing: chorus, flanger and vibrato are settings of it.

::

    in ─┬───────────────▶(+)──▶ line ──┬─ tap of voice 1 ─┐
        │                 ▲            ├─ tap of voice 2 ─┼─▶ wet
        │                 └─ feedback ─┴─ ...            ─┘

Each tap stands between two frames and is read by a third-order polynomial through four of them. It swings as a raised
cosine, from `delay` to `delay + depth`, so it begins at its nearest point; voices share one turn equally, and each
channel is `spread` of a turn ahead of the one before.

Source: J. Dattorro, "Effect design, part 2: delay-line modulation and chorus", JAES 45 (1997), 764-788.
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

__all__ = ["NEAREST_FRAMES", "ModulatedDelay", "read_between"]

NEAREST_FRAMES = 2.0
"""The four frames around a tap must have been written; with feedback the newest is still being made."""

RATE, DELAY, DEPTH, SPREAD, FEEDBACK, DRY, WET = range(7)


class ModulatedDelay:
    """Swinging taps on one line a channel.

    Parameters
    ----------
    channels
        Channels.
    voices
        Taps a channel; together they have the power of one.
    maximum_frames
        The farthest that a tap may stand: delay and depth together.
    """

    def __init__(self, channels: int, voices: int, maximum_frames: float) -> None:
        self._voices = voices
        self._ring = np.zeros((channels, math.ceil(maximum_frames) + 4), dtype=np.float32)
        self._cursor = np.zeros(1, dtype=np.int64)
        self._phase = np.zeros(1, dtype=np.uint64)
        self._run = run_modulated_delay.ready()

    def process(self, block: AudioBlock, out: AudioBlock, ramps: NDArray[np.float64]) -> None:
        """Fill `out`, (channels, frames).

        Ramps: rate in turns a frame, delay in frames (`NEAREST_FRAMES` or more), depth in frames, spread in turns,
        feedback (-1 to 1, exclusive), dry, wet.
        """
        self._run(block, out, self._ring, self._cursor, self._phase, self._voices, ramps)

    def reset(self) -> None:
        """Forget all sound; the taps begin their swing."""
        self._ring.fill(0.0)
        self._cursor.fill(0)
        self._phase.fill(0)


@inlined
def read_between(ring: NDArray[np.float32], write: int, delay: float) -> float:
    """What stood in a ring `delay` frames before `write`, which is to be written next (kernel)."""
    length = ring.shape[0]
    whole = int(delay)
    part = delay - whole
    at = write - whole
    if at < 0:
        at += length
    newer = at + 1 if at + 1 < length else 0
    older = at - 1 if at > 0 else length - 1
    oldest = older - 1 if older > 0 else length - 1
    above, below = part + 1.0, part - 1.0
    far = part - 2.0
    return (  # type: ignore[no-any-return]
        -part * below * far / 6.0 * ring[newer]
        + above * below * far / 2.0 * ring[at]
        - above * part * far / 2.0 * ring[older]
        + above * part * below / 6.0 * ring[oldest]
    )


@compiled("void(float32[:, ::1], float32[:, ::1], float32[:, ::1], int64[::1], uint64[::1], int64, float64[:, ::1])")
def run_modulated_delay(
    block: AudioBlock,
    out: AudioBlock,
    ring: NDArray[np.float32],
    cursor: NDArray[np.int64],
    phase: NDArray[np.uint64],
    voices: int,
    ramps: NDArray[np.float64],
) -> None:
    """See `ModulatedDelay`."""
    channels, frames = block.shape
    length = ring.shape[1]
    level = 1.0 / math.sqrt(voices)
    for n in range(frames):
        rate, delay, depth, spread = (
            advance(ramps, RATE), advance(ramps, DELAY), advance(ramps, DEPTH), advance(ramps, SPREAD)
        )  # fmt: skip
        feedback, dry, wet = advance(ramps, FEEDBACK), advance(ramps, DRY), advance(ramps, WET)
        turns = turns_at(phase[0])
        write = cursor[0]
        for channel in range(channels):
            x = np.float64(block[channel, n])
            tap = 0.0
            for voice in range(voices):
                angle = 2.0 * math.pi * (turns + voice / voices + channel * spread)
                tap += level * read_between(ring[channel], write, delay + depth * (0.5 - 0.5 * math.cos(angle)))
            kept = x + feedback * tap
            ring[channel, write] = kept if abs(kept) > SILENCE else 0.0
            out[channel, n] = dry * x + wet * tap
        phase[0] += step_of(rate)
        cursor[0] = write + 1 if write + 1 < length else 0
