"""MIDI turned into turns of knobs, and back into what lights and moves on a controller. Pure.

::

    control 7 = 100  ─▶ position 100/127 of the way from `low` to `high`, even in the knob's taper
    control 7 = 50, control 39 = 3  ─▶ position (50 * 128 + 3) / 16383          14bit
    control 16 = 1 or 127  ─▶ one step up or down from where the knob stands    relative
    note 60 on, velocity 90  ─▶ 90/127; note off ─▶ back where it was           momentary
    note 60 on  ─▶ the other end                                                toggle
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from audiopost.graph.parameter import Parameter
from audiopost.graph.recall import ControllerKind, ControllerSource, ControllerSpec

__all__ = ["Learning", "MidiEvent", "MidiMap", "event_of", "is_channel_message"]

NOTE_OFF, NOTE_ON, CONTROL, PITCH_WHEEL = 0x80, 0x90, 0xB0, 0xE0
FINE = 32
"""From a coarse control to its fine half."""

HIGHEST_COARSE = 31
TOP_7, TOP_14 = 127, 16_383


@dataclass(frozen=True)
class MidiEvent:
    """What a controller did: `value` 0 to 127, of a pitch wheel 0 to 16383, of a note its velocity, 0 for let go."""

    source: ControllerSource
    channel: int
    number: int
    value: int


def event_of(message: Sequence[int]) -> MidiEvent | None:
    """The event of a MIDI message's bytes; None for one that turns nothing (clock, aftertouch, system exclusive).

    >>> event_of((0xB0, 7, 100))
    MidiEvent(source='control', channel=1, number=7, value=100)
    """
    if len(message) != 3:
        return None
    status, first, second = message
    channel = (status & 0x0F) + 1
    match status & 0xF0:
        case 0xB0:
            return MidiEvent("control", channel, first, second)
        case 0x90:
            return MidiEvent("note", channel, first, second)
        case 0x80:
            return MidiEvent("note", channel, first, 0)
        case 0xE0:
            return MidiEvent("pitchwheel", channel, 0, second << 7 | first)
    return None


def is_channel_message(message: Sequence[int]) -> bool:
    """Whether these bytes are one whole message of a channel: a note, a controller, pressure, a program, a bend.

    >>> is_channel_message((0x90, 60, 100)), is_channel_message((0xF8,))
    (True, False)
    """
    if not message or not 0x80 <= message[0] < 0xF0:
        return False
    size = 2 if message[0] & 0xE0 == 0xC0 else 3  # program change and channel pressure have one byte of data
    return len(message) == size and all(0 <= each < 0x80 for each in message[1:])


class MidiMap:
    """What each controller of a chain turns. Remembers what 14-bit controls and held keys need."""

    def __init__(self, controllers: Sequence[ControllerSpec], knobs: Mapping[str, Parameter]) -> None:
        self.controllers = tuple(controllers)
        self._knobs = knobs
        self._coarse: dict[ControllerSpec, int] = {}
        self._has_fine: set[ControllerSpec] = set()
        self._held: dict[ControllerSpec, float] = {}
        self._pressed: set[ControllerSpec] = set()

    def heard(self, event: MidiEvent, values: Mapping[str, float]) -> list[tuple[str, float]]:
        """``(path, value)`` of every knob that the event turns. `values`: how the knobs stand."""
        turns = []
        for controller in self.controllers:
            if controller.channel in (0, event.channel) and controller.parameter in values:
                value = self._value(controller, event, values[controller.parameter])
                if value is not None:
                    turns.append((controller.parameter, value))
        return turns

    def told(self, values: Mapping[str, float]) -> list[tuple[int, ...]]:
        """MIDI messages that put motor faders, rings and lights where the knobs stand; relative ones need none."""
        messages: list[tuple[int, ...]] = []
        for each in self.controllers:
            if each.parameter in values:
                messages += _shown(each, self._position(each, values[each.parameter]))
        return messages

    def _value(self, controller: ControllerSpec, event: MidiEvent, stands: float) -> float | None:
        fine = (
            controller.kind == "14bit" and controller.source == "control" and event.number == controller.number + FINE
        )
        if event.source != controller.source or not (fine or event.number == controller.number):
            return None
        match controller.kind:
            case "7bit":
                return self._at(controller, event.value / TOP_7)
            case "14bit":
                position = self._position_of_14_bits(controller, event, fine=fine)
                return None if position is None else self._at(controller, position)
            case "momentary":
                return self._momentary(controller, event.value, stands)
            case "toggle":
                return self._toggle(controller, event.value, stands)
            case _:
                return self._stepped(controller, _steps(controller.kind, event.value), stands)

    def _position_of_14_bits(self, controller: ControllerSpec, event: MidiEvent, *, fine: bool) -> float | None:
        if controller.source == "pitchwheel":
            return event.value / TOP_14
        if fine:
            self._has_fine.add(controller)
            return (self._coarse.get(controller, 0) << 7 | event.value) / TOP_14
        self._coarse[controller] = event.value
        # Where the fine half follows the knob waits for it: it would go back by up to 1 % for a moment.
        return None if controller in self._has_fine else (event.value << 7) / TOP_14

    def _stepped(self, controller: ControllerSpec, steps: int, stands: float) -> float | None:
        parameter, _, _ = self._ends(controller)
        way = parameter.maximum - parameter.minimum if parameter.choices else TOP_7
        return self._at(controller, self._position(controller, stands) + steps / way) if steps and way else None

    def _momentary(self, controller: ControllerSpec, value: int, stands: float) -> float | None:
        if value:
            self._held.setdefault(controller, stands)
            return self._at(controller, value / TOP_7)
        return self._held.pop(controller, None)

    def _toggle(self, controller: ControllerSpec, value: int, stands: float) -> float | None:
        pressed = value > 0 if controller.source == "note" else value >= 64
        before = controller in self._pressed
        (self._pressed.add if pressed else self._pressed.discard)(controller)
        if not pressed or before:
            return None
        return self._at(controller, 0.0 if self._position(controller, stands) >= 0.5 else 1.0)

    def _ends(self, controller: ControllerSpec) -> tuple[Parameter, float, float]:
        parameter = self._knobs.get(controller.parameter)
        if parameter is None:  # a plug-in's knob of unknown range: `low` and `high` are all that is known
            low, high = controller.low or 0.0, 1.0 if controller.high is None else controller.high
            parameter = Parameter(controller.parameter, min(low, high), min(low, high), max(low, high))
        low = parameter.minimum if controller.low is None else controller.low
        high = parameter.maximum if controller.high is None else controller.high
        return parameter, parameter.position_of(low), parameter.position_of(high)

    def _at(self, controller: ControllerSpec, position: float) -> float:
        parameter, low, high = self._ends(controller)
        return parameter.value_at(low + min(max(position, 0.0), 1.0) * (high - low))

    def _position(self, controller: ControllerSpec, value: float) -> float:
        parameter, low, high = self._ends(controller)
        if low == high:
            return 0.0
        return min(max((parameter.position_of(value) - low) / (high - low), 0.0), 1.0)


def _steps(kind: ControllerKind, value: int) -> int:
    """By how many steps a knob without ends was turned."""
    if kind == "offset":
        return value - 64
    if kind == "sign-bit":
        return -(value & 0x3F) if value & 0x40 else value
    return value - 128 if value >= 64 else value


def _shown(controller: ControllerSpec, position: float) -> list[tuple[int, ...]]:
    channel = max(controller.channel, 1) - 1
    coarse_and_fine = divmod(round(position * TOP_14), 128)
    if controller.source == "pitchwheel":
        return [(PITCH_WHEEL | channel, coarse_and_fine[1], coarse_and_fine[0])]
    if controller.source == "note":
        return [(NOTE_ON | channel, controller.number, round(position * TOP_7))]
    if controller.kind == "14bit":
        numbers = (controller.number, controller.number + FINE)
        return [(CONTROL | channel, number, half) for number, half in zip(numbers, coarse_and_fine, strict=True)]
    if controller.kind in ("7bit", "momentary", "toggle"):
        return [(CONTROL | channel, controller.number, round(position * TOP_7))]
    return []


class Learning:
    """Finds out which control a person moves, and how it speaks, from what comes in.

    A knob with ends never sends one value twice in a row, one without ends does; a fine half follows its coarse one; a
    button sends 127 and then 0.
    """

    ENOUGH = 6
    """Messages of one control after which it is known."""

    def __init__(self, parameter: str) -> None:
        self.parameter = parameter
        self._events: list[MidiEvent] = []

    def heard(self, event: MidiEvent) -> ControllerSpec | None:
        """Take an event; the controller once it is known."""
        if event.source == "note":
            return (
                ControllerSpec(self.parameter, "note", event.number, event.channel, "toggle") if event.value else None
            )
        if event.source == "pitchwheel":
            return ControllerSpec(self.parameter, "pitchwheel", 0, event.channel, "14bit")
        self._events.append(event)
        numbers = {each.number for each in self._events if each.channel == event.channel}
        coarse = event.number - FINE
        if coarse in numbers and 0 <= coarse <= HIGHEST_COARSE:
            return ControllerSpec(self.parameter, "control", coarse, event.channel, "14bit")
        same = [each.value for each in self._events if (each.channel, each.number) == (event.channel, event.number)]
        if same[-2:] == [TOP_7, 0] and set(same) == {TOP_7, 0}:
            return ControllerSpec(self.parameter, "control", event.number, event.channel, "toggle")
        if len(same) < self.ENOUGH:
            return None
        return ControllerSpec(self.parameter, "control", event.number, event.channel, _kind_of(same))


def _kind_of(values: Sequence[int]) -> ControllerKind:
    repeats = any(first == second for first, second in pairwise(values))
    if not repeats:
        return "7bit"
    if all(abs(value - 64) < 16 and value != 64 for value in values):
        return "offset"
    if all(value < 16 or 64 < value < 80 for value in values) and any(value > 64 for value in values):
        return "sign-bit"
    return "twos-complement" if all(value < 16 or value > 112 for value in values) else "7bit"
