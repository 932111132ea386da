"""Shared memory that cannot leak: a file without a name, passed to children by descriptor.

Where the system has `memfd_create` (Linux) the memory never has a name, so there is nothing to unlink and
nothing left behind when every process that holds it has died, however it died. Elsewhere a temporary file is
unlinked before anybody sees it, which gives the same promise.
"""

from __future__ import annotations

import mmap
import os
import tempfile

import numpy as np
from numpy.typing import NDArray

__all__ = ["ALIGNMENT_BYTES", "Segment", "aligned"]

_MADV_POPULATE_WRITE = 23
"""Source: madvise(2)."""

ALIGNMENT_BYTES = 64
"""Every region begins on a cache line of its own, so that two writers never share one."""


def aligned(size_bytes: int) -> int:
    """`size_bytes` rounded up to whole cache lines.

    >>> aligned(1), aligned(64), aligned(65)
    (64, 64, 128)
    """
    return -(-size_bytes // ALIGNMENT_BYTES) * ALIGNMENT_BYTES


class Segment:
    """A piece of memory that several processes map.

    The descriptor exists from the beginning, so that children can inherit it; the size is set later, when the
    formats of source and device are known. Pages that nobody touches cost nothing.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        self.descriptor = _unnamed_file() if descriptor is None else descriptor
        self._map: mmap.mmap | None = None

    def resize(self, size_bytes: int) -> None:
        """Set the size; all bytes are 0. Done once, by control, before anybody maps."""
        os.ftruncate(self.descriptor, size_bytes)

    def map(self) -> None:
        """Map the whole segment into this process."""
        self._map = mmap.mmap(self.descriptor, 0)

    @property
    def buffer(self) -> mmap.mmap:
        """The mapped bytes."""
        assert self._map is not None, "map() first"
        return self._map

    def integers(self, offset_bytes: int, count: int) -> NDArray[np.int64]:
        """A view of `count` int64 at an offset."""
        return np.frombuffer(self.buffer, np.int64, count, offset_bytes)

    def samples(self, offset_bytes: int, count: int) -> NDArray[np.float32]:
        """A view of `count` float32 at an offset."""
        return np.frombuffer(self.buffer, np.float32, count, offset_bytes)

    def page_in(self, offset_bytes: int, size_bytes: int) -> bool:
        """Have these pages in memory and mapped here, so that writing them is no work for the system later on.

        False where the system cannot do that (Linux before 5.14, others): then each page is made when it is touched.
        """
        start = offset_bytes // mmap.PAGESIZE * mmap.PAGESIZE
        try:
            self.buffer.madvise(_MADV_POPULATE_WRITE, start, offset_bytes + size_bytes - start)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Give the descriptor back; the mapping goes with the last view of it."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1
        self._map = None


def _unnamed_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("audiopost-live", os.MFD_CLOEXEC)
    descriptor, path = tempfile.mkstemp(prefix="audiopost-live-")
    os.unlink(path)
    return descriptor
