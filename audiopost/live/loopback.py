"""The measured round trip: a burst of noise goes out, and is looked for in what comes in.

Needs a way from the output back to the input: a cable, or on JACK a connection of ports. What is found is the latency
of everything between `audiopost` and itself: buffers, converters, cable. What PortAudio claims stands beside it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.errors import DeviceError
from audiopost.layouts import layout_named
from audiopost.live.crew import child_environment
from audiopost.live.session import SessionPlan
from audiopost.live.statistics import STATISTICS_INTEGERS, Statistics
from audiopost.units import linear_to_db

__all__ = ["LoopProbe", "Loopback", "find_burst", "measure_loopback"]

BURST_S = 0.25
SILENCE_S = 0.4
"""Before the burst, until a stream has settled; and the longest round trip that is looked for."""
PEAK = 0.1
"""Of the noise: -20 dBFS, heard but harmless."""
CLEAR = 8.0
"""So many times above the mean of all lags the right one must stand."""
PATIENCE_S = 20.0


@dataclass(frozen=True)
class Loopback:
    """What was measured. `round_trip_frames` from a sample's leaving to its coming back; `claimed_ms` by PortAudio."""

    device: str
    sample_rate_hz: int
    block_frames: int
    round_trip_frames: int
    round_trip_ms: float
    claimed_ms: float
    level_db: float
    """Of what came back against what went out."""


class LoopProbe:
    """Plays the burst and keeps what comes in; the device calls `process` for each block.

    >>> probe = LoopProbe(SessionPlan(8000, 100, layout_named("mono"), 1, 1, 0, False, True, 1.0))
    >>> delayed, out = np.zeros((1, 100), np.float32), np.zeros((1, 100), np.float32)
    >>> while not probe.done.is_set():
    ...     probe.process(delayed, out)
    ...     delayed = out.copy()
    >>> find_burst(probe.sent, probe.heard)[0]
    100
    """

    def __init__(self, plan: SessionPlan) -> None:
        self.plan = plan
        self.statistics = Statistics(np.zeros(STATISTICS_INTEGERS, np.int64))
        self.done = threading.Event()
        burst, silence = round(BURST_S * plan.sample_rate), round(SILENCE_S * plan.sample_rate)
        self.sent = np.zeros(silence + burst + silence, np.float32)
        self.sent[silence : silence + burst] = np.random.default_rng(20).uniform(-PEAK, PEAK, burst)
        self.heard = np.zeros_like(self.sent)
        self._frame = 0

    def process(self, live_input: AudioBlock | None, out: AudioBlock) -> None:
        """Take in a block and give one."""
        frames = min(out.shape[1], self.sent.size - self._frame)
        out.fill(0.0)
        piece = slice(self._frame, self._frame + frames)
        out[:, :frames] = self.sent[piece]
        if live_input is not None:
            self.heard[piece] = live_input[0, :frames]
        self._frame += frames
        if self._frame >= self.sent.size:
            self.done.set()


def find_burst(sent: AudioBlock, heard: AudioBlock) -> tuple[int, float] | None:
    """By how many frames what was heard lies behind what was sent, and its level in dB; None if it is not in there."""
    size = 2 * sent.size
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sent, size))
    agreement = np.abs(np.fft.irfft(spectrum, size))[: sent.size]
    lag = int(np.argmax(agreement))
    if agreement[lag] < CLEAR * (agreement.mean() + 1e-12):
        return None
    power = float(np.sum(sent.astype(np.float64) ** 2))
    return lag, linear_to_db(float(agreement[lag]) / power)


def measure_loopback(
    output: str | int | None = None, input: str | int | None = None, sample_rate: int = 48_000, block_frames: int = 128
) -> Loopback:
    """Measure the round trip of a device, in a process of its own.

    Raises
    ------
    DeviceError
        If a device is missing, or nothing of the burst comes back.
    """
    request = json.dumps([output, input, sample_rate, block_frames])
    command = [sys.executable, "-P", "-m", "audiopost.live.child", "loopback", request]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command, capture_output=True, timeout=PATIENCE_S, check=True, env=child_environment()
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise DeviceError("loopback", f"it cannot be measured: {error}") from error
    document = json.loads(done.stdout)
    if "error" in document:
        raise DeviceError(*document["error"])
    return Loopback(**document)


def probe_devices(request: str) -> Loopback:
    """The child's side of `measure_loopback`. Raises DeviceError."""
    from audiopost.live.device import look_up
    from audiopost.live.messages import OpenDevice
    from audiopost.live.statistics import Count

    output, entry, sample_rate, block_frames = json.loads(request)
    opened, make = look_up(OpenDevice(0, output, entry, True, sample_rate, 1))
    if opened.name == "null" or not opened.input_channels:
        what = opened.note or "it has no input that could hear its output"
        raise DeviceError(opened.name, what, "give --output-device and --input-device")
    plan = SessionPlan(
        sample_rate, block_frames, layout_named("mono"), opened.output_channels, opened.input_channels,
        engines=0, has_source=False, live_input=True, speed=1.0,
    )  # fmt: skip
    probe = LoopProbe(plan)
    device = make(plan)  # kept until the end of the process: PortAudio calls into it
    device.start(probe)
    if not probe.done.wait(PATIENCE_S / 2):
        raise DeviceError(opened.name, "it does not ask for sound")
    found = find_burst(probe.sent, probe.heard)
    if found is None:
        raise DeviceError(
            opened.name, "nothing of what it played came back",
            "connect the output to the input (a cable; on JACK: jack_connect PortAudio:out_0 PortAudio:in_0)",
        )  # fmt: skip
    frames, level_db = found
    claimed_ms = probe.statistics[Count.DEVICE_LATENCY_US] / 1000.0
    return Loopback(opened.name, sample_rate, block_frames, frames, 1000.0 * frames / sample_rate, claimed_ms, level_db)
