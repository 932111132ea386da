"""A ring of audio between two processes: one writes, one reads, nobody locks.

Invariants
----------
- Only the writer changes `written`, only the reader changes `taken`; both count frames from the beginning and
  never turn back. ``0 <= written - taken <= capacity``.
- Samples are in place before `written` says so, and copied out before `taken` says so. Processors of the x86
  family keep that order by themselves; for others a private lock is taken and given back in between, which is
  a full memory barrier and never waits, because nobody else knows the lock.
"""

from __future__ import annotations

import platform
import threading

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock

__all__ = ["LONGEST_BLOCK_FRAMES", "RING_HEADER_INTEGERS", "AudioRing", "PastRing", "fence"]

RING_HEADER_INTEGERS = 24
"""Three cache lines: `written`, `taken`, `ended` and `refused`."""
_WRITTEN, _TAKEN, _ENDED, _REFUSED = 0, 8, 16, 17

LONGEST_BLOCK_FRAMES = 8192
"""Of a device."""

_BARRIER = threading.Lock()
_KEEPS_ORDER = platform.machine().lower() in ("x86_64", "amd64", "i686")


def fence() -> None:
    """Order the stores before it ahead of those after it, for an observer in another process."""
    if not _KEEPS_ORDER:
        with _BARRIER:
            pass


class AudioRing:
    """Frames of `channels` in shared memory.

    Parameters
    ----------
    header
        `RING_HEADER_INTEGERS` int64, zeroed before first use.
    samples
        Flat float32; the capacity is as many whole frames as fit.
    channels
        Both ends must say the same.

    >>> ring = AudioRing(np.zeros(RING_HEADER_INTEGERS, np.int64), np.zeros(8, np.float32), channels=2)
    >>> ring.write(np.ones((2, 6), np.float32)), ring.capacity, ring.readable
    (4, 4, 4)
    """

    def __init__(self, header: NDArray[np.int64], samples: NDArray[np.float32], channels: int) -> None:
        self._header = header
        self.channels = channels
        self.capacity = samples.size // channels
        self._samples = samples[: channels * self.capacity].reshape(channels, self.capacity)
        self._silence: AudioBlock = np.zeros((channels, LONGEST_BLOCK_FRAMES), np.float32)

    @property
    def written(self) -> int:
        """Frames written since the beginning."""
        return int(self._header[_WRITTEN])

    @property
    def taken(self) -> int:
        """Frames read since the beginning."""
        return int(self._header[_TAKEN])

    @property
    def readable(self) -> int:
        """Frames waiting to be read."""
        return int(self._header[_WRITTEN] - self._header[_TAKEN])

    @property
    def writable(self) -> int:
        """Frames that fit now."""
        return self.capacity - self.readable

    @property
    def ended(self) -> bool:
        """Whether the writer has said that nothing follows."""
        return bool(self._header[_ENDED])

    @property
    def refused(self) -> int:
        """Frames that were to be written and did not fit."""
        return int(self._header[_REFUSED])

    def end(self) -> None:
        """Writer: nothing follows what is written."""
        fence()
        self._header[_ENDED] = 1

    def clear(self) -> None:
        """Begin again. Only while neither end is in use."""
        self._header[:] = 0

    def silence(self, frames: int) -> AudioBlock:
        """A block of silence for this ring, at most the longest block of a device."""
        return self._silence[:, :frames]

    def skip(self, frames: int) -> None:
        """Reader: pass over frames; at most what is there."""
        fence()
        self._header[_TAKEN] = self.taken + frames

    def skip_all(self) -> None:
        """Reader: pass over all that is there."""
        self.skip(self.readable)

    def write(self, block: AudioBlock) -> int:
        """Writer: put in as many frames of `block` as fit; return how many."""
        written = self.written
        frames: int = min(block.shape[1], self.writable)
        start = written % self.capacity
        first = min(frames, self.capacity - start)
        self._samples[:, start : start + first] = block[:, :first]
        if first < frames:
            self._samples[:, : frames - first] = block[:, first:frames]
        fence()
        self._header[_WRITTEN] = written + frames
        if frames < block.shape[1]:
            self._header[_REFUSED] += block.shape[1] - frames
        return frames

    def read(self, out: AudioBlock) -> int:
        """Reader: fill the beginning of `out` with what is there; return how many frames. The rest is untouched."""
        taken = self.taken
        frames: int = min(out.shape[1], self.readable)
        fence()
        start = taken % self.capacity
        first = min(frames, self.capacity - start)
        out[:, :first] = self._samples[:, start : start + first]
        if first < frames:
            out[:, first:frames] = self._samples[:, : frames - first]
        fence()
        self._header[_TAKEN] = taken + frames
        return frames


class PastRing:
    """The newest frames of a stream, overwritten for ever: one writes and never waits, others copy what is behind.

    A copy is whole if the writer did not come round to it meanwhile, which `copy` checks afterwards; the block that is
    being written just then is not counted yet, so ask for less than the capacity.

    >>> past = PastRing(np.zeros(RING_HEADER_INTEGERS, np.int64), np.zeros(4, np.float32), channels=1)
    >>> for number in range(3):
    ...     past.write(np.full((1, 2), number, np.float32))
    >>> past.copy(2, 6), past.copy(0, 4)
    (array([[1., 1., 2., 2.]], dtype=float32), None)
    """

    def __init__(self, header: NDArray[np.int64], samples: NDArray[np.float32], channels: int) -> None:
        self._header = header
        self.channels = channels
        self.capacity = samples.size // channels
        self._samples = samples[: channels * self.capacity].reshape(channels, self.capacity)

    @property
    def written(self) -> int:
        """Frames written since the beginning."""
        return int(self._header[_WRITTEN])

    def write(self, block: AudioBlock) -> None:
        """Writer: add a block, over the oldest."""
        written, frames = self.written, block.shape[1]
        start = written % self.capacity
        first = min(frames, self.capacity - start)
        self._samples[:, start : start + first] = block[:, :first]
        if first < frames:
            self._samples[:, : frames - first] = block[:, first:]
        fence()
        self._header[_WRITTEN] = written + frames

    def copy(self, start: int, end: int) -> AudioBlock | None:
        """The frames `start` to `end`, counted since the beginning; None where they are overwritten."""
        if end > self.written or end - start > self.capacity:
            return None
        out = np.empty((self.channels, end - start), np.float32)
        first = min(end - start, self.capacity - start % self.capacity)
        out[:, :first] = self._samples[:, start % self.capacity : start % self.capacity + first]
        out[:, first:] = self._samples[:, : end - start - first]
        fence()
        return out if self.written <= start + self.capacity else None
