"""The one shape of audio inside the house, and the turning of outside shapes into it.

Conventions
-----------
A *block* is ``(channels, frames)``, float32, C-contiguous, full scale 1.0. Libraries that want
``(frames, channels)`` are served at their doors with the two turns below and nowhere else.

A block that is shorter than the largest one is never a slice of a wider array: its rows would lie apart and
a kernel compiled for contiguous arrays would be compiled again while playing. `BlockMemory` lends blocks
of any length from flat memory instead, without allocating.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audiopost.errors import UsageError

__all__ = [
    "SMALL_SAMPLES",
    "AudioBlock",
    "BlockMemory",
    "as_block",
    "clear_non_finite",
    "from_interleaved",
    "to_interleaved",
]

AudioBlock = NDArray[np.float32]
"""``(channels, frames)``, float32, C-contiguous."""


def as_block(samples: ArrayLike) -> AudioBlock:
    """Samples of shape ``(channels, frames)`` or ``(frames,)`` (mono) as a block, copied only where needed.

    Raises
    ------
    UsageError
        If the array has more than two dimensions, no channel, or samples that are not real numbers.

    >>> as_block([0.0, 0.5]).shape
    (1, 2)
    """
    array = np.asarray(samples)
    if array.dtype.kind not in "fiub":
        raise UsageError(f"samples of type {array.dtype} are not audio", mend="give real numbers, full scale 1.0")
    if array.ndim == 1:
        array = array[np.newaxis, :]
    if array.ndim != 2 or array.shape[0] == 0:
        raise UsageError(
            f"an array of shape {array.shape} is not audio", mend="give (channels, frames) with at least one channel"
        )
    return np.ascontiguousarray(array, dtype=np.float32)


def from_interleaved(samples: NDArray[np.floating]) -> AudioBlock:
    """``(frames, channels)`` or ``(frames,)`` from a library's door, turned into a block (always a copy)."""
    array = samples[:, np.newaxis] if samples.ndim == 1 else samples
    return np.array(array.T, dtype=np.float32, order="C", copy=True)


def to_interleaved(block: AudioBlock) -> AudioBlock:
    """A block turned into ``(frames, channels)``, C-contiguous, for a library's door (always a copy)."""
    return np.array(block.T, dtype=np.float32, order="C", copy=True)


class BlockMemory:
    """Flat memory for one block of at most `maximum_frames`, lent at any shorter length without allocating.

    >>> memory = BlockMemory(2, 512)
    >>> memory.block(100).shape, memory.block(100).flags.c_contiguous
    ((2, 100), True)
    """

    def __init__(self, channels: int, maximum_frames: int) -> None:
        self.channels = channels
        self.maximum_frames = maximum_frames
        self._flat = np.zeros(channels * maximum_frames, dtype=np.float32)
        self._last = self.view(maximum_frames)

    def block(self, frames: int) -> AudioBlock:
        """The memory as ``(channels, frames)``; what it held at another length is scrambled."""
        if self._last.shape[1] != frames:
            self._last = self.view(frames)
        return self._last

    def view(self, frames: int) -> AudioBlock:
        """A new array over the memory, to be kept by the caller (`block` makes one only when the length changes)."""
        return self._flat[: self.channels * frames].reshape(self.channels, frames)

    def clear(self) -> None:
        """Fill the whole memory with silence."""
        self._flat.fill(0.0)


def clear_non_finite(block: NDArray[np.floating]) -> tuple[int, int]:
    """Replace NaN and infinity by 0 in place; return ``(how many, frame of the first)``, ``(0, -1)`` if none.

    Notes
    -----
    Realtime: a clean block costs one sum and allocates nothing; only a dirty block is looked at sample by sample.
    """
    if _looks_finite(block):
        return 0, -1
    bad = ~np.isfinite(block)
    count = int(np.count_nonzero(bad))
    if count == 0:
        return 0, -1
    block[bad] = 0.0
    return count, int(np.argmax(bad.any(axis=0)))


SMALL_SAMPLES = 8192
"""Up to so many samples the linear algebra behind `numpy.vdot` stays on the calling thread."""


def _looks_finite(block: NDArray[np.floating]) -> bool:
    """True only if every sample is finite; may be False for huge ones that are."""
    if block.size <= SMALL_SAMPLES:
        # A sum of squares is finite when every term is, save for overflow. vdot, for it neither warns of that nor
        # needs a flat view, and is the cheapest look there is at a block of live size.
        return math.isfinite(np.vdot(block, block))
    return math.isfinite(block.max()) and math.isfinite(block.min())
