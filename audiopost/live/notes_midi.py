"""A MIDI keyboard, or a sequencer, that plays the instruments and effects of a chain.

::

    driver's thread ──▶ LiveHost.play_midi ──▶ engine: at the start of its next block, to every node that hears notes

Everything of a channel passes: notes, controllers, bends, pressure. Clock and system exclusive do not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from audiopost.errors import AudiopostError
from audiopost.live.midi_map import is_channel_message
from audiopost.live.midi_ports import MidiPorts
from audiopost.live.service import Service

__all__ = ["NoteInput", "Played"]

OWN_PORT = "notes"


class Played(Protocol):
    """What is asked of the host."""

    def play_midi(self, message: bytes) -> None:
        """Send a message to the nodes that hear notes."""


class NoteInput(Service):
    """Plays what comes in at a port.

    Parameters
    ----------
    host
        Is played.
    port
        See `MidiPorts`.
    on_problem
        Told a sentence, on the driver's thread.

    Attributes
    ----------
    name : str
        Of the port.

    Raises
    ------
    DeviceError
        If there is no such port.
    """

    def __init__(self, host: Played, port: str, *, on_problem: Callable[[str], None] = lambda _sentence: None) -> None:
        self._host = host
        self._on_problem = on_problem
        self._ports = MidiPorts(port, self._heard, OWN_PORT)
        self.name = self._ports.name

    def stop(self) -> None:
        """Listen no more."""
        self._ports.close()

    def _heard(self, message: tuple[int, ...]) -> None:
        if not is_channel_message(message):
            return
        try:
            self._host.play_midi(bytes(message))
        except AudiopostError as error:
            self._on_problem(f"MIDI: {error}")
