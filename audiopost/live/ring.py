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

__all__ = ["RING_HEADER_INTEGERS", "AudioRing", "fence"]

RING_HEADER_INTEGERS = 24
"""Three cache lines: `written`, `taken`, `ended`."""
_WRITTEN, _TAKEN, _ENDED = 0, 8, 16

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

    def end(self) -> None:
        """Writer: nothing follows what is written."""
        fence()
        self._header[_ENDED] = 1

    def clear(self) -> None:
        """Begin again. Only while neither end is in use."""
        self._header[:] = 0

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
