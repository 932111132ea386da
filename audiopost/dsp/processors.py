"""How many processors this process may use: what every part that spreads over threads asks.

One of many worker processes works on one thread, so that they do not stand in each other's way. No sample depends
on it: work is cut the same way however many threads do it.
"""

from __future__ import annotations

import os

__all__ = ["available_processors", "use_processors"]

_allowed: int | None = None


def available_processors() -> int:
    """Processors that this process may use, at least 1."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return there if _allowed is None else min(there, _allowed)


def use_processors(most: int | None) -> None:
    """Let this process use so many at most; None lifts the limit.

    Raises
    ------
    ValueError
        If it is less than 1.
    """
    global _allowed
    if most is not None and most < 1:
        raise ValueError(f"{most} processors are none")
    _allowed = most
