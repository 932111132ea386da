"""Watching code in C while it is loaded: what it changes is put back, what it prints is kept, what it takes is told."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from audiopost.plugins.captured_streams import captured_streams
from audiopost.plugins.surroundings import surroundings_kept

__all__ = ["Loading", "threads", "watched_loading"]

MUCH_PRINTED_BYTES = 100_000
"""More than any greeting or warning."""

MUCH_MEMORY_BYTES = 1 << 30

STATM = Path("/proc/self/statm")
"""Linux: the first number is the size of the address space, in pages."""

THREADS = Path("/proc/self/task")


@dataclass
class Loading:
    """What is known of one loading.

    Attributes
    ----------
    remarks
        Once it is over: what a person should know, as predicates of the plug-in's name.
    printed
        What the plug-in prints meanwhile.
    """

    printed: IO[bytes]
    remarks: list[str] = field(default_factory=list)


@contextlib.contextmanager
def watched_loading() -> Iterator[Loading]:
    """Load within: the surroundings are put back, the standard streams kept, and what was remarkable is told."""
    before = _address_space_bytes()
    with surroundings_kept() as changed, captured_streams() as printed:
        loading = Loading(printed)
        yield loading
        printed_bytes = os.fstat(printed.fileno()).st_size
    taken_bytes = _address_space_bytes() - before
    loading.remarks += [f"changed {each} while it was loaded; it was put back" for each in changed]
    if printed_bytes > MUCH_PRINTED_BYTES:
        loading.remarks.append(f"printed {printed_bytes / 1e6:.1f} MB while it was loaded, which is left out")
    if taken_bytes > MUCH_MEMORY_BYTES:
        loading.remarks.append(f"takes {taken_bytes / (1 << 30):.1f} GiB of memory when it is loaded")


def threads() -> int:
    """How many threads this process has; 0 where the system does not say."""
    return len(list(THREADS.iterdir())) if THREADS.is_dir() else 0


def _address_space_bytes() -> int:
    """Of this process; 0 where the system does not say."""
    try:
        return int(STATM.read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
