"""A controller at a desk, at the level of mido's bytes. Virtual ports: ``tests/live/test_midi.py``."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import mido
import pytest

from audiopost import effects as fx
from audiopost.errors import UnknownNameError
from audiopost.graph.recall import ControllerSpec
from audiopost.library.chains import load_chain
from audiopost.live.controls_midi import MidiControl
from audiopost.live.desk import Desk
from audiopost.live.midi_ports import MidiPorts
from tests.desks import Noted
from tests.tolerances import LIVE_PATIENCE_S

CHAIN = (fx.highpass() >> fx.delay()).macro("Far", delay__mix_percent=(0.0, 80.0))


class Controller(MidiPorts):
    """Ports without a driver: what is pressed here goes through mido's own parser."""

    def __init__(self, name: str, on_message: Callable[[tuple[int, ...]], None]) -> None:
        self.name = name
        self._on_message = on_message
        self.shown: queue.Queue[tuple[int, ...]] = queue.Queue()

    def press(self, *messages: mido.Message) -> None:
        for message in messages:
            self._heard(mido.Message.from_bytes(message.bytes()))

    def send(self, messages) -> None:
        for message in messages:
            self.shown.put(message)

    def close(self) -> None:
        pass


class Words:
    def __init__(self) -> None:
        self.host = Noted()
        self.desk = Desk(self.host, CHAIN)
        self.turned: queue.Queue[dict[str, float]] = queue.Queue()
        self.desk.listen(lambda turns: self.turned.put(dict(turns)))

    def listen(self, changed: Callable[[Mapping[str, float]], None]) -> None:
        self.desk.listen(changed)


@pytest.fixture
def words() -> Words:
    return Words()


@pytest.fixture
def learned() -> queue.Queue[str]:
    return queue.Queue()


@pytest.fixture
def midi(words: Words, learned: queue.Queue[str]) -> Iterator[MidiControl]:
    with MidiControl(words, "faders", on_problem=learned.put, on_learned=learned.put, ports=Controller) as midi:
        yield midi


def ports(midi: MidiControl) -> Controller:
    assert isinstance(midi._ports, Controller)
    return midi._ports


def control(number: int, value: int) -> mido.Message:
    return mido.Message("control_change", channel=0, control=number, value=value)


def test_learned_controls_turn_knobs_and_are_saved_with_the_chain(
    words: Words, midi: MidiControl, learned: queue.Queue[str], tmp_path: Path
) -> None:
    midi.learn("highpass.frequency_hz")
    assert midi.learning == "highpass.frequency_hz"
    ports(midi).press(*[control(21, value) for value in (1, 3, 4, 5, 6, 7)])
    assert learned.get(timeout=LIVE_PATIENCE_S) == "control 21 on channel 1 (7bit) turns highpass.frequency_hz"
    assert midi.learning == ""
    midi.learn("macro.Far")
    ports(midi).press(mido.Message("note_on", channel=9, note=36, velocity=100))
    assert learned.get(timeout=LIVE_PATIENCE_S) == "note 36 on channel 10 (toggle) turns macro.Far"
    assert words.host.turned == []
    ports(midi).press(control(21, 127), mido.Message("note_on", channel=9, note=36, velocity=1))
    while words.desk.values["macro.Far"] != 1.0:
        words.turned.get(timeout=LIVE_PATIENCE_S)
    assert words.host.turned == [("highpass.frequency_hz", 20_000.0), ("macro.Far", 1.0)]
    words.desk.save(tmp_path / "c.toml")
    assert load_chain(tmp_path / "c.toml").controllers == words.desk.drawing.controllers
    assert midi.forget("macro.Far") == 1
    assert len(words.desk.drawing.controllers) == 1


def test_a_control_learned_again_turns_the_new_knob_only_by_the_old_and_the_new(
    words: Words, midi: MidiControl, learned: queue.Queue[str]
) -> None:
    for _ in range(2):
        midi.learn("delay.mix_percent")
        ports(midi).press(mido.Message("pitchwheel", channel=1, pitch=0))
        learned.get(timeout=LIVE_PATIENCE_S)
    assert words.desk.drawing.controllers == (ControllerSpec("delay.mix_percent", "pitchwheel", 0, 2, "14bit"),)
    with pytest.raises(UnknownNameError):
        midi.learn("delay.mix")


def test_a_fader_follows_what_others_turn(words: Words, midi: MidiControl) -> None:
    words.desk.set_controllers((ControllerSpec("delay.mix_percent", "control", 7, 1),))
    assert ports(midi).shown.get(timeout=LIVE_PATIENCE_S) == (0xB0, 7, 38)
    words.desk.turn("delay.mix_percent", 100.0)
    assert ports(midi).shown.get(timeout=LIVE_PATIENCE_S) == (0xB0, 7, 127)
    words.desk.undo()
    assert ports(midi).shown.get(timeout=LIVE_PATIENCE_S) == (0xB0, 7, 38)
    ports(midi).press(control(7, 0))
    while words.desk.values["delay.mix_percent"] != 0.0:
        words.turned.get(timeout=LIVE_PATIENCE_S)
    assert ports(midi).shown.empty(), "a fader that is being moved is not moved back"
