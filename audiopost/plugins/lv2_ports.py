"""The memory that the ports of an LV2 plug-in are told once, and read and write from then on.

::

    audio    a row of samples: the main inputs, the side-chains, the outputs
    control  one number
    cv       a row that holds the knob's value; of an output, a row that nobody reads
    atom     a sequence of events

Source: LV2 ``lv2core`` (ports), ``atom`` (sequences), ``midi``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from audiopost.plugins.lv2_abi import Uri, ffi
from audiopost.plugins.lv2_callbacks import number_of
from audiopost.plugins.lv2_world import PortDescription

__all__ = ["PortMemory"]

EVENT_BYTES = 65_536
"""Memory for the events of one port in one block, at least."""

SEQUENCE_BYTES = 8
"""What an empty sequence holds: its unit, and four bytes without meaning."""


class PortMemory:
    """Memory for every port of one instance.

    Attributes
    ----------
    mains, sides, outputs : list of PortDescription
        The audio ports by their meaning.
    given, played : ndarray of float32
        Rows of the inputs, main ones first, and of the outputs: ``(channels, largest_frames)``.
    values : ndarray of float32
        What each control and CV input holds, and what each control output was given, by the port's index.
    """

    def __init__(self, ports: Sequence[PortDescription], sample_rate: int, largest_frames: int) -> None:
        audio = [port for port in ports if port.kind == "audio"]
        self.outputs = [port for port in audio if not port.is_input]
        self.mains, self.sides = _told_apart([port for port in audio if port.is_input], len(self.outputs))
        self.given = np.zeros((len(self.mains) + len(self.sides), largest_frames), dtype=np.float32)
        self.played = np.zeros((len(self.outputs), largest_frames), dtype=np.float32)
        self.values = np.zeros(len(ports), dtype=np.float32)
        self._rows: dict[int, Any] = {}
        self._rows.update((port.index, self.given[row]) for row, port in enumerate((*self.mains, *self.sides)))
        self._rows.update((port.index, self.played[row]) for row, port in enumerate(self.outputs))
        self._rate, self._largest_frames = sample_rate, largest_frames
        self._held: dict[int, Any] = {}
        self._event_inputs: list[Any] = []
        self._event_outputs: list[Any] = []
        self._note_inputs: list[Any] = []
        self._chunk = number_of(f"{Uri.ATOM}Chunk")
        self.addresses = [self._address_for(port) for port in ports]
        """For ``connect_port``, in the order of the ports; ``NULL`` for a kind that is not known."""

    def turn(self, index: int, value: float) -> None:
        """Have a control or a CV input hold a value from the next block on."""
        self.values[index] = value
        held = self._held.get(index)
        if held is not None:
            held.fill(value)

    def send_midi(self, message: bytes, frame: int) -> None:
        """Have a message at a frame of the next block; dropped where the memory is full."""
        for memory in self._note_inputs:
            end = 8 + int(memory[0])
            size = 16 + (len(message) + 7) // 8 * 8
            if end + size <= memory.nbytes:
                raw = memory.view(np.uint8)
                memory[end // 4 : end // 4 + 4] = frame, 0, len(message), number_of(Uri.MIDI_EVENT)
                raw[end + 16 : end + 16 + len(message)] = list(message)
                memory[0] += size

    def before_block(self) -> None:
        """Empty what the plug-in writes its events into."""
        for memory in self._event_outputs:
            memory[0], memory[1] = memory.nbytes - 8, self._chunk

    def after_block(self) -> None:
        """Forget the events that were heard."""
        for memory in self._event_inputs:
            memory[0] = SEQUENCE_BYTES

    def _address_for(self, port: PortDescription) -> Any:
        if port.kind == "audio":
            memory = self._rows[port.index]
        elif port.kind == "control":
            self.values[port.index] = port.default * (self._rate if port.by_rate else 1)
            if port.role == "enabled" and port.is_input:
                self.values[port.index] = 1.0
            memory = self.values[port.index :]
        elif port.kind == "cv":
            memory = self._held[port.index] = np.zeros(self._largest_frames, dtype=np.float32)
            self.turn(port.index, port.default)
        elif port.kind == "atom":
            memory = self._event_memory(port)
        else:
            return ffi.NULL
        return ffi.cast("void *", int(memory.ctypes.data))

    def _event_memory(self, port: PortDescription) -> Any:
        memory = np.zeros((max(EVENT_BYTES, port.least_bytes) + 7) // 8 * 2, dtype=np.uint32)
        if not port.is_input:
            self._event_outputs.append(memory)
            return memory
        memory[:4] = SEQUENCE_BYTES, number_of(f"{Uri.ATOM}Sequence"), 0, 0
        self._event_inputs.append(memory)
        if port.takes_notes:
            self._note_inputs.append(memory)
        return memory


def _told_apart(inputs: list[PortDescription], outputs: int) -> tuple[list[PortDescription], list[PortDescription]]:
    """Main inputs and side-chains: as described; where nothing is, what comes after as many inputs as outputs."""
    sides = [port for port in inputs if port.is_side]
    mains = [port for port in inputs if not port.is_side]
    if sides or not 0 < outputs < len(mains):
        return mains, sides
    return mains[:outputs], mains[outputs:]
