"""Events for a CLAP plug-in in memory of fixed size: what to turn and play, and at which frame of the block.

The plug-in reads the list through two functions of machine code (`audiopost.dsp.foreign_calls`); Python only writes it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from audiopost.dsp.foreign_calls import foreign_calls
from audiopost.plugins.clap_abi import EventType, ffi

__all__ = ["EventList"]

EVENT_BYTES = 64
"""More than the largest event that is sent here (56 bytes)."""

MIDI_NOTE_ON, MIDI_NOTE_OFF = 0x90, 0x80


class EventList:
    """At most `capacity` events, in order of time.

    Attributes
    ----------
    count : int
        How many there are.
    native
        Pointer to the ``clap_input_events`` that a plug-in is given.
    ignored
        Pointer to a ``clap_output_events`` that takes what a plug-in tells, and forgets it.

    Notes
    -----
    Realtime: nothing is allocated after it is made.
    """

    def __init__(self, capacity: int) -> None:
        calls = foreign_calls()
        self.count = 0
        self._capacity = capacity
        self._slots = np.zeros((capacity, EVENT_BYTES), dtype=np.uint8)
        first = int(self._slots.ctypes.data)
        addresses = [first + EVENT_BYTES * index for index in range(capacity)]
        self._turns = [ffi.cast("clap_event_param_value *", each) for each in addresses]
        self._midi = [ffi.cast("clap_event_midi *", each) for each in addresses]
        self._notes = [ffi.cast("clap_event_note *", each) for each in addresses]
        # What the machine code reads: how many, then the address of each.
        self._memory = np.array([0, *addresses], dtype=np.uint64)
        context = ffi.cast("void *", int(self._memory.ctypes.data))
        self.native: Any = ffi.new("clap_input_events *")
        self.native.context, self.native.size = context, ffi.cast("void *", calls.count_of)
        self.native.get = ffi.cast("void *", calls.item_of)
        self.ignored: Any = ffi.new("clap_output_events *")
        self.ignored.context, self.ignored.try_push = context, ffi.cast("void *", calls.take_nothing)

    @property
    def is_full(self) -> bool:
        """Whether no event can be added."""
        return self.count == self._capacity

    def turn(self, parameter: int, cookie: Any, value: float, frame: int) -> None:
        """Add a parameter's new value at a frame of the next block, not before any event that is there."""
        self._turn(EventType.PARAM_VALUE, parameter, cookie, value, frame)

    def modulate(self, parameter: int, cookie: Any, amount: float, frame: int) -> None:
        """Add by how much a parameter is heard away from where it stands, likewise."""
        self._turn(EventType.PARAM_MOD, parameter, cookie, amount, frame)

    def _turn(self, kind: int, parameter: int, cookie: Any, value: float, frame: int) -> None:
        """Both events have one form: ``clap_event_param_mod`` has its amount where the other has its value."""
        event = self._turns[self.count]
        self._begin(event.header, kind, "clap_event_param_value", frame)
        event.param_id, event.cookie, event.value = parameter, cookie, value
        event.note_id = event.port_index = event.channel = event.key = -1
        self._end()

    def midi(self, message: bytes, frame: int, port: int = 0) -> None:
        """Add a MIDI message of up to three bytes at a frame of the next block."""
        event = self._midi[self.count]
        self._begin(event.header, EventType.MIDI, "clap_event_midi", frame)
        event.port_index = port
        for index in range(3):
            event.data[index] = message[index] if index < len(message) else 0
        self._end()

    def note(self, message: bytes, frame: int, port: int = 0) -> None:
        """Add a MIDI message that begins or ends a note as CLAP's own event; any other is passed over."""
        kind, velocity = message[0] & 0xF0, message[2] / 127.0 if len(message) > 2 else 0.0
        if kind not in (MIDI_NOTE_ON, MIDI_NOTE_OFF):
            return
        begins = kind == MIDI_NOTE_ON and velocity > 0.0
        event = self._notes[self.count]
        self._begin(event.header, EventType.NOTE_ON if begins else EventType.NOTE_OFF, "clap_event_note", frame)
        event.note_id, event.port_index, event.channel, event.key = -1, port, message[0] & 0x0F, message[1]
        event.velocity = velocity
        self._end()

    def hasten(self) -> None:
        """Have all of them come at the first frame: they are of several blocks."""
        for turn in self._turns[: self.count]:
            turn.header.time = 0

    def clear(self) -> None:
        """Forget all events."""
        self.count = 0
        self._memory[0] = 0

    def _begin(self, header: Any, kind: int, type_name: str, frame: int) -> None:
        header.size = ffi.sizeof(type_name)
        header.time, header.space_id, header.type, header.flags = frame, 0, kind, 0

    def _end(self) -> None:
        self.count += 1
        self._memory[0] = self.count
