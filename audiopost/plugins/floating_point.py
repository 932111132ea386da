"""The processor's floating-point settings kept from libraries that change them when they are loaded.

A plug-in that was linked with fast mathematics sets its loader's thread, and with it every thread begun later, to
flush denormal numbers to zero. From then on our own samples would differ from those of a process without the plug-in.

Source: C11 7.6.4, ``fegetenv`` and ``fesetenv``; on x86 the environment of the C library holds MXCSR too.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from functools import cache

__all__ = ["floating_point_kept"]

_LARGEST_ENVIRONMENT_BYTES = 256
"""More than any C library's ``fenv_t`` (32 bytes on x86-64 Linux)."""


@contextlib.contextmanager
def floating_point_kept() -> Iterator[None]:
    """Put the thread's floating-point environment back afterwards; on Windows nothing is done."""
    if sys.platform == "win32":
        yield
        return
    library = _c_library()
    environment = ctypes.create_string_buffer(_LARGEST_ENVIRONMENT_BYTES)
    library.fegetenv(environment)
    try:
        yield
    finally:
        library.fesetenv(environment)


@cache
def _c_library() -> ctypes.CDLL:
    """Opened once: ctypes makes classes of its own for each opening, and they hold memory (0.2 MiB a plug-in)."""
    return ctypes.CDLL(None)
