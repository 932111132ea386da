"""MIDI through virtual ports of a JACK server, which needs no hardware and no kernel module."""

from __future__ import annotations

import os
import queue
import subprocess
from collections.abc import Callable, Iterator, Mapping

import mido
import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.errors import DeviceError
from audiopost.live.controls_midi import MidiControl
from audiopost.live.desk import Desk
from audiopost.live.head_midi import SWITCH_OFF, SWITCH_ON, HeadInput
from audiopost.live.midi_ports import MidiPorts, list_midi_ports
from audiopost.live.notes_midi import NoteInput
from tests import tolerances
from tests.desks import Noted
from tests.live.sessions import until
from tests.system import require_system

SERVER = f"audiopost-midi-{os.getpid()}"
JACK = mido.Backend("mido.backends.rtmidi/UNIX_JACK")


@pytest.fixture(scope="module")
def jack() -> Iterator[None]:
    require_system("jackd", package="jackd2")
    before = os.environ.get("JACK_DEFAULT_SERVER")
    os.environ["JACK_DEFAULT_SERVER"] = SERVER
    command = ["jackd", "-r", "-n", SERVER, "-d", "dummy", "-r", "48000", "-p", "256"]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(has_ports)
        yield
    finally:
        server.terminate()
        try:
            server.wait(tolerances.LIVE_STOP_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(tolerances.LIVE_STOP_S)
        if before is None:
            del os.environ["JACK_DEFAULT_SERVER"]
        else:
            os.environ["JACK_DEFAULT_SERVER"] = before


def has_ports() -> bool:
    try:
        list_midi_ports()
    except DeviceError:
        return False
    return True


class Words:
    def __init__(self) -> None:
        self.desk = Desk(Noted(), fx.highpass() >> fx.delay())
        self.listeners: list[Callable[[Mapping[str, float]], None]] = []

    def listen(self, changed: Callable[[Mapping[str, float]], None]) -> None:
        self.desk.listen(changed)


@pytest.mark.usefixtures("jack")
def test_a_controller_learns_turns_and_is_shown_over_virtual_ports() -> None:
    words, said = Words(), queue.Queue[str]()
    faders = JACK.open_output("faders", virtual=True, client_name="box")
    lights = JACK.open_input("faders", virtual=True, client_name="box")
    with MidiControl(words, "box", on_problem=said.put, on_learned=said.put) as midi:
        assert "box" in midi.name
        midi.learn("delay.mix_percent")
        for value in (10, 11, 12, 13, 14, 15):
            faders.send(mido.Message("control_change", channel=2, control=7, value=value))
        assert said.get(timeout=tolerances.LIVE_PATIENCE_S) == "control 7 on channel 3 (7bit) turns delay.mix_percent"
        faders.send(mido.Message("control_change", channel=2, control=7, value=127))
        until(lambda: words.desk.values["delay.mix_percent"] == 100.0)
        words.desk.turn("delay.mix_percent", 0.0)
        shown = mido.Message("control_change", channel=2, control=7, value=0)
        until(lambda: shown in list(lights.iter_pending()))
    faders.close()
    lights.close()


@pytest.mark.usefixtures("jack")
def test_a_virtual_port_of_ours_is_found_by_others() -> None:
    heard: queue.Queue[tuple[int, ...]] = queue.Queue()
    ours = MidiPorts("virtual", heard.put)
    sending = JACK.open_output(next(name for name in JACK.get_output_names() if "audiopost" in name))
    sending.send(mido.Message("note_on", note=60, velocity=1))
    assert heard.get(timeout=tolerances.LIVE_PATIENCE_S) == (0x90, 60, 1)
    sending.close()
    ours.close()


class Instrument:
    def __init__(self) -> None:
        self.heard: queue.Queue[bytes] = queue.Queue()

    def play_midi(self, message: bytes) -> None:
        self.heard.put(message)


@pytest.mark.usefixtures("jack")
def test_a_keyboard_plays_through_a_port_of_ours_and_its_clock_does_not() -> None:
    instrument = Instrument()
    with NoteInput(instrument, "virtual") as notes:
        assert notes.name == "audiopost"
        sending = JACK.open_output(next(name for name in JACK.get_output_names() if name.endswith("notes")))
        sent = [
            mido.Message("clock"), mido.Message("note_on", channel=4, note=60, velocity=1),
            mido.Message("sysex", data=(1, 2)), mido.Message("pitchwheel", pitch=-8192),
            mido.Message("aftertouch", value=9), mido.Message("control_change", control=64, value=127),
        ]  # fmt: skip
        for message in sent:
            sending.send(message)
        heard = [instrument.heard.get(timeout=tolerances.LIVE_PATIENCE_S) for _ in range(4)]
        sending.close()
    assert heard == [b"\x94\x3c\x01", b"\xe0\x00\x00", b"\xd0\x09", b"\xb0\x40\x7f"]


@pytest.mark.usefixtures("jack")
def test_a_head_tracker_is_switched_on_turns_the_scene_and_is_switched_off() -> None:
    words = Words()
    words.desk = Desk(Noted(), fx.ambisonic_rotate(follow_head=True).named("head") >> fx.binaural())
    head = JACK.open_output("head", virtual=True, client_name="tracker")
    told = JACK.open_input("head", virtual=True, client_name="tracker")
    with HeadInput(words, "tracker") as tracker:
        assert "tracker" in tracker.name
        until(lambda: mido.Message.from_bytes(SWITCH_ON) in list(told.iter_pending()))
        head.send(mido.Message("sysex", data=(0x00, 0x21, 0x42, 0x40, 0, 12, 72, 124, 92, 0, 0)))
        until(lambda: words.desk.values["head.pitch_deg"] != 0.0)
        assert words.desk.values["head.yaw_deg"] == pytest.approx(np.degrees(1608 / 2048))
        assert words.desk.values["head.pitch_deg"] == pytest.approx(np.degrees(-420 / 2048))
    until(lambda: mido.Message.from_bytes(SWITCH_OFF) in list(told.iter_pending()))
    head.close()
    told.close()


@pytest.mark.usefixtures("jack")
def test_a_port_that_is_not_there_is_told_with_those_that_are() -> None:
    lights = JACK.open_output("lights", virtual=True, client_name="lamps")
    with pytest.raises(DeviceError, match=r"no port is called 'nowhere'; there are 0: lamps:lights"):
        MidiPorts("nowhere", print)
    lights.close()
