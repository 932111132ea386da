"""Waking another process within microseconds.

On Linux a wake-up is a POSIX semaphore in shared memory: posting is one system call at most and the waiter may
give a deadline of the monotonic clock. Elsewhere it is a pipe and `select`: slower, but correct everywhere
(macOS has no semaphore with a deadline).

A wake-up says only "look again". What there is to see stands in the memory beside it, so that an early, late or
doubled wake-up does no harm.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import select
import sys
import time
from typing import Protocol

__all__ = ["SEMAPHORE_BYTES", "PipeWake", "SemaphoreWake", "Wake", "semaphores_work"]

SEMAPHORE_BYTES = 64
"""Room for one ``sem_t`` (32 bytes on 64-bit Linux), a cache line of its own."""


class Wake(Protocol):
    """One waiter, any number of posters."""

    def post(self) -> None:
        """Wake the waiter, now or when it waits next. Never blocks."""

    def wait_until(self, deadline_s: float) -> bool:
        """Wait for a post until `deadline_s` (`time.monotonic`); False when it passed."""


class _TimeSpec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


def semaphores_work() -> bool:
    """Whether this system has semaphores in shared memory with a monotonic deadline (glibc 2.30 and later)."""
    return sys.platform == "linux" and hasattr(ctypes.CDLL(None), "sem_clockwait")


class SemaphoreWake:
    """A POSIX semaphore at an offset of a mapped segment.

    Notes
    -----
    Realtime: no allocation but Python's small numbers; the interpreter lock is free while waiting.
    Source: POSIX.1-2024 ``sem_post``, ``sem_clockwait``.
    """

    def __init__(self, memory: mmap.mmap, offset_bytes: int, *, first: bool = False) -> None:
        self._library = ctypes.CDLL(None, use_errno=True)
        # The reference keeps the mapping alive as long as the semaphore may be used.
        self._place = (ctypes.c_char * SEMAPHORE_BYTES).from_buffer(memory, offset_bytes)
        self._address = ctypes.c_void_p(ctypes.addressof(self._place))
        self._limit = _TimeSpec()
        self._limit_reference = ctypes.byref(self._limit)
        self._clock = ctypes.c_int(time.CLOCK_MONOTONIC)
        if first and self._library.sem_init(self._address, 1, 0) != 0:
            raise OSError(ctypes.get_errno(), "sem_init")

    def post(self) -> None:
        """Wake the waiter."""
        self._library.sem_post(self._address)

    def wait_until(self, deadline_s: float) -> bool:
        """Wait for a post until `deadline_s`."""
        seconds = int(deadline_s)
        self._limit.seconds = seconds
        self._limit.nanoseconds = int((deadline_s - seconds) * 1e9)
        while self._library.sem_clockwait(self._address, self._clock, self._limit_reference) != 0:
            if ctypes.get_errno() != errno.EINTR:
                return False
        return True


class PipeWake:
    """A pipe whose bytes are posts."""

    def __init__(self, read_descriptor: int, write_descriptor: int) -> None:
        self._read = read_descriptor
        self._write = write_descriptor
        os.set_blocking(read_descriptor, False)
        os.set_blocking(write_descriptor, False)

    def post(self) -> None:
        """Wake the waiter; a full pipe wakes it anyway."""
        try:
            os.write(self._write, b"\0")
        except BlockingIOError:
            return

    def wait_until(self, deadline_s: float) -> bool:
        """Wait for a post until `deadline_s`."""
        remaining_s = max(0.0, deadline_s - time.monotonic())
        if not select.select([self._read], [], [], remaining_s)[0]:
            return False
        try:
            os.read(self._read, 1)
        except BlockingIOError:
            return False
        return True
