"""Delays: one that multiplies what it held back, and one whose time may change while it plays.

Every delay here is a whole number of frames, so a delayed sample is the sample itself, to the last bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled
from audiopost.dsp.smoothing import advance

__all__ = ["CrossfadingDelay", "DelayedProduct"]

SILENCE = 1e-20
"""Echoes below this are 0: under every noise, above the denormal numbers that would stall the processor."""

WRITE, CURRENT, NEXT, WANTED, FADED = range(5)


class DelayedProduct:
    """Holds a signal back for `delay_frames`, at least one, and multiplies it by a curve known only then.

    Between calls the ring holds the last `delay_frames` frames; the oldest stands at the cursor.
    """

    def __init__(self, channels: int, delay_frames: int) -> None:
        self._ring = np.zeros((channels, delay_frames), dtype=np.float32)
        self._cursor = np.zeros(1, dtype=np.int64)
        self._run = delay_and_multiply.ready()

    def process(self, block: AudioBlock, gain_linear: NDArray[np.float64], out: AudioBlock) -> None:
        """``out[n] = block[n - delay_frames] * gain_linear[n]``; gains of shape (frames,)."""
        self._run(block, gain_linear, out, self._ring, self._cursor)

    def reset(self) -> None:
        """Forget all sound."""
        self._ring.fill(0.0)
        self._cursor.fill(0)


class CrossfadingDelay:
    """A delay with feedback whose time changes by a crossfade between the old and the new tap.

    Between calls the ring holds the last frames of input plus feedback, the newest before the write position. A new
    time that is wanted during a crossfade waits for its end, so every fade runs whole and no step is heard.

    Why not a tap that glides: it would shift the pitch, which a delay that a knob or a scene changes must not do.

    Parameters
    ----------
    channels
        Channels.
    maximum_frames
        Longest delay.
    fade_frames
        Length of a crossfade.
    """

    def __init__(self, channels: int, maximum_frames: int, fade_frames: int, delay_frames: int) -> None:
        self._fade_frames = max(1, fade_frames)
        self._ring = np.zeros((channels, maximum_frames + 1), dtype=np.float32)
        self._state = np.zeros(5, dtype=np.int64)
        self._run = run_delay.ready()
        self.aim(delay_frames)
        self.reset()

    def aim(self, delay_frames: int) -> None:
        """Crossfade to another delay, 0 to the longest. Less than one frame back there is no feedback."""
        self._state[WANTED] = delay_frames

    def process(self, block: AudioBlock, out: AudioBlock, ramps: NDArray[np.float64]) -> None:
        """``out = dry * block + wet * tap``, ring gets ``block + feedback * tap``; ramps: feedback, dry, wet."""
        self._run(block, out, self._ring, self._state, ramps, self._fade_frames)

    def reset(self) -> None:
        """Forget all sound; the delay is the wanted one."""
        self._ring.fill(0.0)
        wanted = self._state[WANTED]
        self._state[:] = (0, wanted, wanted, wanted, 0)


@compiled("void(float32[:, ::1], float64[::1], float32[:, ::1], float32[:, ::1], int64[::1])")
def delay_and_multiply(
    block: AudioBlock,
    gain_linear: NDArray[np.float64],
    out: AudioBlock,
    ring: NDArray[np.float32],
    cursor: NDArray[np.int64],
) -> None:
    """See `DelayedProduct`."""
    channels, frames = block.shape
    length = ring.shape[1]
    for channel in range(channels):
        at = cursor[0]
        for n in range(frames):
            out[channel, n] = ring[channel, at] * gain_linear[n]
            ring[channel, at] = block[channel, n]
            at += 1
            if at == length:
                at = 0
    cursor[0] = (cursor[0] + frames) % length


@compiled("void(float32[:, ::1], float32[:, ::1], float32[:, ::1], int64[::1], float64[:, ::1], int64)")
def run_delay(
    block: AudioBlock,
    out: AudioBlock,
    ring: NDArray[np.float32],
    state: NDArray[np.int64],
    ramps: NDArray[np.float64],
    fade_frames: int,
) -> None:
    """See `CrossfadingDelay`."""
    channels, frames = block.shape
    length = ring.shape[1]
    for n in range(frames):
        if state[CURRENT] == state[NEXT] and state[WANTED] != state[CURRENT]:
            state[NEXT], state[FADED] = state[WANTED], 0
        feedback, dry, wet = advance(ramps, 0), advance(ramps, 1), advance(ramps, 2)
        write = state[WRITE]
        fading = state[CURRENT] != state[NEXT]
        if fading:
            state[FADED] += 1
        share = state[FADED] / fade_frames
        near = write - state[CURRENT] if write >= state[CURRENT] else write - state[CURRENT] + length
        newer = write - state[NEXT] if write >= state[NEXT] else write - state[NEXT] + length
        for channel in range(channels):
            x = np.float64(block[channel, n])
            ring[channel, write] = x
            tap = np.float64(ring[channel, near])
            if fading:
                tap += share * (ring[channel, newer] - tap)
            kept = x + feedback * tap
            ring[channel, write] = kept if abs(kept) > SILENCE else 0.0
            out[channel, n] = dry * x + wet * tap
        if fading and state[FADED] == fade_frames:
            state[CURRENT] = state[NEXT]
        state[WRITE] = write + 1 if write + 1 < length else 0
