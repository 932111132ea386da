"""Curves between sounds, and the ring of the past that aligns them.

Which curve
-----------
- Between two chains: equal power. Two chains make different sound of one input, so their powers add.
- Between a chain and its own dry input: straight lines. They are nearly the same sound, so their amplitudes add,
  and equal power would be 3 dB too loud in the middle.
- When the sound has to change at once, without the old sound to fade from: from the last frame that was heard, held,
  to the new sound, within one block. The curve leaves fast and arrives slowly: where the new sound is nearly there
  and at its steepest, the fade adds next to nothing to its slope (0.3 % at 1 kHz and 128 frames, at the worst phase;
  half a cosine would add 2 %, and the held frame on top of the whole new sound 5 %).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock

__all__ = ["History", "equal_power", "let_go", "straight"]

Curve = NDArray[np.float32]


def equal_power(frames: int, beyond: int = 0) -> tuple[Curve, Curve]:
    """Weights ``(out, in)``, each ``(frames + beyond,)``; squares sum to 1. After `frames` they rest at (0, 1)."""
    angle = np.minimum(np.arange(1, frames + beyond + 1) / frames, 1.0) * (np.pi / 2)
    falling = np.where(angle < np.pi / 2, np.cos(angle), 0.0)
    return falling.astype(np.float32), np.sin(angle).astype(np.float32)


def straight(frames: int, beyond: int = 0) -> tuple[Curve, Curve]:
    """Weights ``(out, in)`` of shape ``(frames + beyond,)`` that sum to 1; after `frames` they rest at (0, 1)."""
    rising = np.minimum(np.arange(1, frames + beyond + 1) / frames, 1.0)
    return (1.0 - rising).astype(np.float32), rising.astype(np.float32)


def let_go(frames: int) -> Curve:
    """Weights of the held frame, ``(frames,)``: a cubic fall from just below 1 to 0, flat at its end.

    >>> [round(float(weight), 3) for weight in let_go(4)]
    [0.422, 0.125, 0.016, 0.0]
    """
    return ((1.0 - np.arange(1, frames + 1) / frames) ** 3).astype(np.float32)


class History:
    """The last `capacity` frames of a stream, readable at any delay. Silence before the beginning.

    >>> history = History(1, capacity=8, maximum_frames=2)
    >>> out = np.zeros((1, 2), np.float32)
    >>> history.write(np.array([[1, 2]], np.float32)); history.write(np.array([[3, 4]], np.float32))
    >>> history.read(out, delay_frames=1)
    >>> out
    array([[2., 3.]], dtype=float32)
    """

    def __init__(self, channels: int, capacity: int, maximum_frames: int) -> None:
        self.capacity = capacity
        self._size = capacity + maximum_frames
        self._samples = np.zeros((channels, self._size), np.float32)
        self._end = 0

    def write(self, block: AudioBlock) -> None:
        """Add a block at the end."""
        frames = block.shape[1]
        first = min(frames, self._size - self._end)
        self._samples[:, self._end : self._end + first] = block[:, :first]
        if first < frames:
            self._samples[:, : frames - first] = block[:, first:]
        self._end = (self._end + frames) % self._size

    def read(self, out: AudioBlock, delay_frames: int) -> None:
        """Fill `out` with the frames that ended `delay_frames` before the newest; at most `capacity`."""
        frames = out.shape[1]
        start = (self._end - delay_frames - frames) % self._size
        first = min(frames, self._size - start)
        out[:, :first] = self._samples[:, start : start + first]
        if first < frames:
            out[:, first:] = self._samples[:, : frames - first]
