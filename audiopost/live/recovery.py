"""When to try again and when to give up: decided from times and names alone."""

from __future__ import annotations

from collections import deque

__all__ = ["CRASHES", "WITHIN_S", "CrashLog"]

CRASHES = 3
WITHIN_S = 60.0
"""So many crashes within this time, and what caused them is taken out."""


class CrashLog:
    """Crashes by culprit: a node's name, or the chain's where no node is to blame.

    >>> log = CrashLog()
    >>> log.crashed("room", 1.0), log.crashed("room", 2.0), log.crashed("hp", 3.0), log.crashed("room", 4.0)
    (False, False, False, True)
    """

    def __init__(self) -> None:
        self._times: dict[str, deque[float]] = {}

    def crashed(self, culprit: str, now_s: float) -> bool:
        """Note a crash; True if the culprit has crashed too often and should be taken out."""
        times = self._times.setdefault(culprit, deque(maxlen=CRASHES))
        times.append(now_s)
        return len(times) == CRASHES and now_s - times[0] <= WITHIN_S
