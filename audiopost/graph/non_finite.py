"""NaN and infinity: kept out of a graph, and remembered by where they were met."""

from __future__ import annotations

from typing import NamedTuple

from audiopost.blocks import AudioBlock, clear_non_finite

__all__ = ["NonFinite", "NonFiniteGuard"]

MOST_ENTRIES = 1000


class NonFinite(NamedTuple):
    """NaN or infinity that was replaced by 0: at which node (or ``input``), first at which frame, how many samples."""

    node: str
    frame: int
    samples: int


class NonFiniteGuard:
    """Replaces what is no number by 0.

    Attributes
    ----------
    entries : list of NonFinite
        What was met since the last `forget`, at most `MOST_ENTRIES` of it.
    samples : int
        All of it.
    """

    def __init__(self) -> None:
        self.entries: list[NonFinite] = []
        self.samples = 0

    def clear(self, name: str, block: AudioBlock, frame: int) -> bool:
        """Clean a block that begins at `frame`, in place; whether there was anything."""
        count, first = clear_non_finite(block)
        if count == 0:
            return False
        self.samples += count
        if len(self.entries) < MOST_ENTRIES:
            self.entries.append(NonFinite(name, frame + first, count))
        return True

    def forget(self) -> None:
        """As if nothing had been met."""
        self.entries.clear()
        self.samples = 0
