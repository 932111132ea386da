"""Head trackers that speak MIDI, as turns of the scene's rotation.

::

    driver's thread ──▶ TrackerMessages ──▶ the newest turn ──▶ our thread ──▶ Desk.turn

Two kinds are known by what they send:

- system exclusive of Supperware's Head Tracker 1: yaw, pitch, roll or a rotation of the head. It is switched on when
  the port is opened, and off when it is closed;
- controllers 16 to 19 with 48 to 51 (14 bits each), as the MrHeadTracker of the IEM sends them to its SceneRotator: a
  rotation, or yaw, pitch and roll, as the device is set up.

They turn what `audiopost.live.head_tracking` turns.

Notes
-----
Source: the makers' published MIDI protocols; for the directions of angles the SceneRotator of the IEM Plug-in Suite,
whose pitch is positive downwards.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from audiopost.errors import AudiopostError, UsageError
from audiopost.live.desk import Desk
from audiopost.live.head_tracking import ROTATION, angles_of_rotation, around
from audiopost.live.midi_ports import MidiPorts
from audiopost.live.service import Service

__all__ = ["HeadInput", "HeadWords", "TrackerMessages"]

OWN_PORT = "head"

_SUPPERWARE = (0xF0, 0x00, 0x21, 0x42)
_ORIENTATION = 0x40
_ANGLES, _ROTATION = 0, 1
_STEP = 1.0 / 2048.0
"""Of 14 bits with a sign: radians, and components of a rotation."""
SWITCH_ON = (*_SUPPERWARE, 0x00, 0x00, 0x68, 0x01, 0x05, 0xF7)
"""Sensors at 100 Hz; orientation as a rotation."""
SWITCH_OFF = (*_SUPPERWARE, 0x00, 0x01, 0x00, 0xF7)

_CONTROL_CHANGE = 0xB0
_COARSE, _FINE = 16, 48
_NUMBERS = 4
_OF_ANGLES = 3


class TrackerMessages:
    """What a tracker says, message by message; angles in degrees when one is whole. Pure."""

    def __init__(self) -> None:
        self._halves: dict[int, int] = {}
        self._as_angles = False

    def heard(self, message: Sequence[int]) -> Mapping[str, float] | None:
        """Where the axes shall stand, as `head_angles` gives it; None for what is no tracker's, and for a part."""
        if tuple(message[:4]) == _SUPPERWARE:
            return self._exclusive(message)
        if len(message) == 3 and message[0] & 0xF0 == _CONTROL_CHANGE:
            return self._controller(message[1], message[2])
        return None

    @staticmethod
    def _exclusive(message: Sequence[int]) -> Mapping[str, float] | None:
        if len(message) < 7 or message[4] != _ORIENTATION:
            return None
        numbers = [_signed(high, low) * _STEP for high, low in zip(message[6:-1:2], message[7:-1:2], strict=False)]
        if message[5] == _ANGLES and len(numbers) == _OF_ANGLES:
            return _turn(*(math.degrees(number) for number in numbers))
        if message[5] == _ROTATION and len(numbers) == _NUMBERS and any(numbers):
            w, right, ahead, up = numbers
            return _turn(*angles_of_rotation(w, ahead, -right, up))
        return None

    def _controller(self, number: int, value: int) -> Mapping[str, float] | None:
        places = (range(_COARSE, _COARSE + _NUMBERS), range(_FINE, _FINE + _NUMBERS))
        if not any(number in each for each in places):
            return None
        if number in self._halves:  # the next turn begins: had the last one three numbers, or four?
            whole = {first + axis for first in (_COARSE, _FINE) for axis in range(_OF_ANGLES)}
            self._as_angles = set(self._halves) == whole
            self._halves.clear()
        elif number in (_COARSE + _OF_ANGLES, _FINE + _OF_ANGLES):
            self._as_angles = False
        self._halves[number] = value
        wanted = _OF_ANGLES if self._as_angles else _NUMBERS
        if len(self._halves) < 2 * wanted:
            return None
        numbers = [
            (128 * self._halves[_COARSE + axis] + self._halves[_FINE + axis]) / 8192.0 - 1.0 for axis in range(wanted)
        ]
        self._halves.clear()
        if self._as_angles:
            yaw, pitch, roll = (180.0 * each for each in numbers)
            return _turn(yaw, -pitch, roll)
        return _turn(*angles_of_rotation(*numbers)) if any(numbers) else None


class HeadWords(Protocol):
    """What a tracker works on."""

    @property
    def desk(self) -> Desk:
        """The desk of the chain that is heard."""


class HeadInput(Service):
    """Turns every `ROTATION` of the chain that is heard by what comes in at a port.

    Parameters
    ----------
    words
        What is worked on.
    port
        See `MidiPorts`.
    on_problem
        Told a sentence, on a thread of ours.

    Attributes
    ----------
    name : str
        Of the port.

    Raises
    ------
    DeviceError
        If there is no such port.
    """

    def __init__(
        self,
        words: HeadWords,
        port: str,
        *,
        on_problem: Callable[[str], None] = lambda _sentence: None,
        ports: Callable[[str, Callable[[tuple[int, ...]], None], str], MidiPorts] = MidiPorts,
    ) -> None:
        self._words = words
        self._on_problem = on_problem
        self._messages = TrackerMessages()
        self._changed = threading.Condition()
        self._newest: Mapping[str, float] | None = None
        self._over = False
        self._told = False
        self._ports = ports(port, self._heard, OWN_PORT)
        self.name = self._ports.name
        self._thread = threading.Thread(target=self._run, name="audiopost head tracker", daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        self._ports.send([SWITCH_ON])

    def stop(self) -> None:
        """Listen no more."""
        self._ports.send([SWITCH_OFF])
        self._ports.close()
        with self._changed:
            self._over = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    # -- threads ---------------------------------------------------------------------------------------------------

    def _heard(self, message: tuple[int, ...]) -> None:
        angles = self._messages.heard(message)
        if angles is not None:
            with self._changed:
                self._newest = angles  # where a head was before is nothing that anybody wants
                self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._over or self._newest is not None)
                angles, self._newest = self._newest, None
                if self._over:
                    return
            assert angles is not None
            try:
                self._turn(angles)
            except AudiopostError as error:
                self._on_problem(f"head tracker: {error}")

    def _turn(self, angles: Mapping[str, float]) -> None:
        desk = self._words.desk
        rotations = [name for name, node in desk.drawing.nodes if node.effect == ROTATION]
        if not rotations and not self._told:  # once: a tracker speaks a hundred times a second
            self._told = True
            raise UsageError(f"it turns a scene, and this chain has no {ROTATION}", mend="put one in")
        self._told = self._told and not rotations
        for name in rotations:
            for axis, angle in angles.items():
                desk.turn(f"{name}.{axis}", angle)


def _signed(high: int, low: int) -> int:
    number = 128 * high + low
    return number - 16384 if number >= 8192 else number


def _turn(yaw_deg: float, pitch_deg: float, roll_deg: float) -> Mapping[str, float]:
    return {"yaw_deg": around(yaw_deg), "pitch_deg": around(pitch_deg), "roll_deg": around(roll_deg)}
