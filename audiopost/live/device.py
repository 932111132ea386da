"""Devices: the door to sounddevice (PortAudio), and a clocked device that needs no hardware.

Only the device process imports this module's `sounddevice`; control asks it by message or by a child of its own.
PortAudio talks on standard error while it looks for devices, and its ``abort`` hangs for ever when the JACK
server has died: in a process of its own neither matters.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.errors import DeviceError, UnknownNameError
from audiopost.live.messages import OpenDevice, OpenedDevice
from audiopost.live.playback import Playback
from audiopost.live.priority import DEVICE_PRIORITY, run_in_real_time
from audiopost.live.session import MAXIMUM_CHANNELS, SessionPlan
from audiopost.live.statistics import Count, Statistics

__all__ = ["DeviceInfo", "NullDevice", "PortAudioDevice", "SoundDevice", "choose_device", "device_table", "look_up"]

NULL = "null"
PORTAUDIO_MEND = "install PortAudio: sudo apt-get install libportaudio2"


@dataclass(frozen=True)
class DeviceInfo:
    """One device as PortAudio lists it. Latencies in ms are the device's defaults for interactive use."""

    index: int
    name: str
    host_api: str
    input_channels: int
    output_channels: int
    default_sample_rate_hz: float
    input_latency_ms: float
    output_latency_ms: float
    default_input: bool = False
    default_output: bool = False


class Player(Protocol):
    """What a device asks for blocks: `Playback`, or a probe."""

    plan: SessionPlan
    statistics: Statistics

    def process(self, live_input: AudioBlock | None, out: AudioBlock) -> None:
        """Fill `out` with the next block."""


class SoundDevice(Protocol):
    """What plays."""

    def start(self, playback: Player) -> None:
        """Begin to call `playback.process` for each block."""

    def stop(self) -> None:
        """Call it no more."""


def device_table() -> tuple[DeviceInfo, ...]:
    """Every device that PortAudio finds.

    Raises
    ------
    DeviceError
        If PortAudio is missing.
    """
    sounddevice = _sounddevice()
    apis = sounddevice.query_hostapis()
    inputs = {api["default_input_device"] for api in apis}
    outputs = {api["default_output_device"] for api in apis}
    return tuple(
        DeviceInfo(
            index,
            device["name"],
            apis[device["hostapi"]]["name"],
            device["max_input_channels"],
            device["max_output_channels"],
            device["default_samplerate"],
            1000.0 * device["default_low_input_latency"],
            1000.0 * device["default_low_output_latency"],
            index in inputs,
            index in outputs,
        )
        for index, device in enumerate(sounddevice.query_devices())
    )


def choose_device(devices: Sequence[DeviceInfo], wanted: str | int | None, *, recording: bool = False) -> DeviceInfo:
    """The device that a person means.

    Parameters
    ----------
    wanted
        None: the default of the first host API that has one. A number: the index. A text: a host API's name
        ("jack": its default device), or a part of a device's name, first fit.
    recording
        True for an input.

    Raises
    ------
    UnknownNameError, DeviceError
        If nothing fits, or nothing is there.
    """
    kind = "input" if recording else "output"
    fitting = [each for each in devices if (each.input_channels if recording else each.output_channels)]
    by_default = [each for each in fitting if (each.default_input if recording else each.default_output)]
    if wanted is None:
        if not fitting:
            raise DeviceError("default", f"no {kind} device was found", "use the device 'null'")
        return (by_default or fitting)[0]
    if isinstance(wanted, int) or wanted.isdecimal():
        found = [each for each in fitting if each.index == int(wanted)]
    else:
        text = wanted.casefold()
        of_api = [each for each in by_default + fitting if text in each.host_api.casefold()]
        found = of_api + [each for each in fitting if text in each.name.casefold()]
    if not found:
        names = tuple(dict.fromkeys(each.name for each in fitting))
        mend = "is the JACK server running?" if str(wanted).casefold() == "jack" else "see `audiopost devices`"
        raise UnknownNameError(kind=f"{kind} device", name=str(wanted), known=(*names, NULL), mend=mend)
    return found[0]


def look_up(request: OpenDevice) -> tuple[OpenedDevice, Callable[[SessionPlan], SoundDevice]]:
    """What will be played on, and what makes it once the formats are known.

    Raises
    ------
    DeviceError, UnknownNameError
        If the device asked for is not there.
    """
    if request.output == NULL:
        return _null(request, "")
    try:
        devices = device_table()
        output = choose_device(devices, request.output)
    except DeviceError as error:
        if request.output is None and request.input is None:
            return _null(request, f"playing on the null device: {error.what}")
        raise
    entry, note = None, ""
    if request.live_input:
        try:
            entry = choose_device(devices, request.input, recording=True)
        except DeviceError as error:
            note = f"the input is silence: {error.what}"
    channels = min(request.channels, output.output_channels)
    inputs = min(request.channels, entry.input_channels) if entry else 0
    opened = OpenedDevice(0, f"{output.host_api}: {output.name}", channels, inputs, note, output.default_sample_rate_hz)
    return opened, lambda plan: PortAudioDevice(plan, output, entry)


def _null(request: OpenDevice, note: str) -> tuple[OpenedDevice, Callable[[SessionPlan], SoundDevice]]:
    channels = min(request.channels, MAXIMUM_CHANNELS)
    opened = OpenedDevice(0, NULL, channels, channels if request.live_input else 0, note)
    return opened, NullDevice


class NullDevice:
    """A device without hardware: its clock asks for blocks, nobody hears them; its input is silence.

    `speed` 1 keeps time like a sound card, 2 runs twice as fast; 0 takes blocks as fast as they come and drops
    none, so that what is played does not depend on the machine.
    """

    def __init__(self, plan: SessionPlan) -> None:
        self._plan = plan
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, playback: Player) -> None:
        """Begin."""
        assert isinstance(playback, Playback), "a probe needs a way back, which the null device has not"
        run = self._run_clocked if self._plan.realtime else self._run_free
        self._thread = threading.Thread(target=run, args=(playback,), name="null device", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the present block."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(1.0)

    def _run_clocked(self, playback: Playback) -> None:
        statistics = playback.statistics
        statistics.put(Count.REALTIME_DEVICE, int(self._plan.urgent and run_in_real_time(DEVICE_PRIORITY)))
        period_s = self._plan.period_s / self._plan.speed
        statistics.put(Count.DEVICE_LATENCY_US, int(self._plan.period_s * 1e6))
        out, silence = self._blocks()
        due = time.monotonic() + period_s
        while not self._over.is_set():
            late = time.monotonic() - due
            if late > period_s:
                # A sound card would have run dry: it goes on from now, and the lost periods are counted.
                missed = int(late / period_s)
                statistics.add(Count.XRUNS, missed)
                due += missed * period_s
            elif late < 0.0:
                time.sleep(-late)
            playback.process(silence, out)
            due += period_s

    def _run_free(self, playback: Playback) -> None:
        out, silence = self._blocks()
        while not self._over.is_set():
            if playback.finished or playback.silent:
                playback.obey()
                self._over.wait(0.01)
            else:
                playback.process(silence, out)

    def _blocks(self) -> tuple[Any, Any]:
        frames = self._plan.block_frames
        out = np.zeros((self._plan.output_channels, frames), np.float32)
        return out, np.zeros((self._plan.layout.channels, frames), np.float32) if self._plan.live_input else None


class PortAudioDevice:
    """A stream of PortAudio whose callback is one block of `Playback`."""

    def __init__(self, plan: SessionPlan, output: DeviceInfo, entry: DeviceInfo | None) -> None:
        self._plan = plan
        self._output = output
        self._input = entry
        self._stream: Any = None

    def start(self, playback: Player) -> None:
        """Open and start the stream.

        Raises
        ------
        DeviceError
            If the device cannot run so.
        """
        sounddevice = _sounddevice()
        plan, entry = self._plan, self._input
        options: dict[str, Any] = {
            "samplerate": plan.sample_rate, "blocksize": plan.block_frames, "dtype": "float32", "latency": "low",
        }  # fmt: skip
        try:
            if entry is not None:
                self._stream = sounddevice.Stream(
                    device=(entry.index, self._output.index),
                    channels=(plan.input_channels, plan.output_channels),
                    callback=self._duplex(playback),
                    **options,
                )
            else:
                self._stream = sounddevice.OutputStream(
                    device=self._output.index, channels=plan.output_channels, callback=self._output_only(playback),
                    **options,
                )  # fmt: skip
            latency = self._stream.latency
            total_s = sum(latency) if isinstance(latency, tuple) else latency
            playback.statistics.put(Count.DEVICE_LATENCY_US, int(total_s * 1e6))
            self._stream.start()
        except sounddevice.PortAudioError as error:
            what = str(error.args[0]) if error.args else str(error)
            mend = f"its usual rate is {self._output.default_sample_rate_hz:g} Hz"
            raise DeviceError(self._output.name, f"cannot play at {plan.sample_rate} Hz: {what}", mend) from error

    def stop(self) -> None:
        """Stop and close the stream. May hang when the server has died; control then kills this process."""
        if self._stream is not None:
            self._stream.close()

    def _output_only(self, playback: Player) -> Callable[..., None]:
        block = np.zeros((self._plan.output_channels, self._plan.block_frames), np.float32)
        first = [True]

        def callback(outdata: Any, frames: int, _time: Any, status: Any) -> None:
            if first:
                _enter(playback, first)
            if status.output_underflow or status.output_overflow:
                playback.statistics.add(Count.XRUNS)
            if frames == block.shape[1]:
                playback.process(None, block)
                outdata[:] = block.T
            else:
                outdata.fill(0.0)

        return callback

    def _duplex(self, playback: Player) -> Callable[..., None]:
        block = np.zeros((self._plan.output_channels, self._plan.block_frames), np.float32)
        heard = np.zeros((self._plan.layout.channels, self._plan.block_frames), np.float32)
        shared = min(self._plan.layout.channels, self._plan.input_channels)
        first = [True]

        def callback(indata: Any, outdata: Any, frames: int, _time: Any, status: Any) -> None:
            if first:
                _enter(playback, first)
            if status.output_underflow or status.output_overflow or status.input_underflow or status.input_overflow:
                playback.statistics.add(Count.XRUNS)
            if frames == block.shape[1]:
                heard[:shared] = indata.T[:shared]
                playback.process(heard, block)
                outdata[:] = block.T
            else:
                outdata.fill(0.0)

        return callback


def _enter(playback: Player, first: list[bool]) -> None:
    """The first call on PortAudio's thread: give it a real-time schedule unless it has one (JACK's has)."""
    first.clear()
    policy = os.sched_getscheduler(0) if hasattr(os, "sched_getscheduler") else None
    realtime = policy in (getattr(os, "SCHED_FIFO", None), getattr(os, "SCHED_RR", None)) and policy is not None
    playback.statistics.put(
        Count.REALTIME_DEVICE, int(realtime or (playback.plan.urgent and run_in_real_time(DEVICE_PRIORITY)))
    )


def _sounddevice() -> ModuleType:
    # A client of JACK must not start a server of its own.
    os.environ.setdefault("JACK_NO_START_SERVER", "1")
    try:
        import sounddevice
    except OSError as error:
        raise DeviceError("PortAudio", "the library is not installed", PORTAUDIO_MEND) from error
    return sounddevice  # type: ignore[no-any-return]


def as_data(device: DeviceInfo) -> dict[str, object]:
    """A device as plain data, for JSON."""
    return asdict(device)
