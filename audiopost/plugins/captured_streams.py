"""The standard streams of the process kept from code in C that prints where it likes."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterator
from typing import IO

__all__ = ["captured_streams"]


_one_at_a_time = threading.RLock()
"""Two at once would each take the other's file for the real stream, and leave it there."""


@contextlib.contextmanager
def captured_streams() -> Iterator[IO[bytes]]:
    """Descriptors 1 and 2 lead into a temporary file meanwhile; the file is yielded, to be read before it goes."""
    with _one_at_a_time, tempfile.TemporaryFile() as file:
        kept = {descriptor: os.dup(descriptor) for descriptor in (1, 2) if _is_open(descriptor)}
        try:
            for descriptor in kept:
                os.dup2(file.fileno(), descriptor)
            yield file
        finally:
            for descriptor, copy in kept.items():
                os.dup2(copy, descriptor)
                os.close(copy)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
