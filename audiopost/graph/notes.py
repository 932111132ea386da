"""Notes and controllers played to a graph: what a node that hears them has beside the contract of every node."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

__all__ = ["NoteListener"]


@runtime_checkable
class NoteListener(Protocol):
    """A node that can be played: an instrument, or an effect that follows notes."""

    @property
    def hears_notes(self) -> bool:
        """Whether this one does, as it was set up."""

    def play_midi(self, message: bytes) -> None:
        """Take a MIDI message of a channel (2 or 3 bytes) at the frame that the next block begins with.

        Audio thread; what is too much is dropped.
        """
