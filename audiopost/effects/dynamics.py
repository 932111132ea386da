"""What all dynamics are made of, and the gate.

Notes
-----
Latency: none. Realtime: three compiled passes. All channels move by one gain, so nothing shifts in the picture.
The side input ``sidechain`` is what the detector hears; unconnected, it is the main input.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp import gain as gains
from audiopost.dsp.detector import Detector, PeakHold
from audiopost.dsp.gain_computer import GAIN_DB, gate_gain
from audiopost.dsp.vector_code import LANES
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter

__all__ = ["Dynamics", "Gate", "level_parameter", "time_parameter"]


def level_parameter(name: str, default: float, low: float, high: float, summary: str) -> Parameter:
    """A level or a gain that glides."""
    return Parameter(name, default, low, high, unit="dB", smoothing_ms=SMOOTHING_MS, summary=summary)


def time_parameter(name: str, default: float, low: float, high: float, summary: str) -> Parameter:
    """A time, taken at once."""
    return Parameter(name, default, low, high, unit="ms", taper="log", smoothing_ms=0.0, summary=summary)


class Dynamics(SmoothedNode):
    """Detector -> gain -> product."""

    side_inputs = ("sidechain",)
    gain_reduction_db = 0.0
    """The largest reduction in the last block, in dB, 0 or more: for meters."""

    _detector: Detector

    def prepare(self, stream: StreamFormat) -> None:
        """Make the detector for the key's channels, and the curve's memory."""
        super().prepare(stream)
        self._sample_rate = stream.sample_rate
        key = stream.side_layouts[0] if stream.side_layouts else stream.layout
        self._detector = self._make_detector(stream.sample_rate, key.channels)
        self._rows = np.zeros((3, stream.maximum_frames + LANES), dtype=np.float32)
        self._level, self._work, self._gain = self._rows
        self._state = np.zeros(4, dtype=np.float64)
        self._apply = gains.apply_curve.ready()
        self._take_times()

    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        """Detect, compute the gain, multiply."""
        self._detector.process(side[0] if side else block, self._level)
        self._follow(block.shape[1])
        self._apply(block, self._gain, out)

    def reset(self) -> None:
        """Forget the level."""
        super().reset()
        if self._ramps is not None:
            self._detector.reset()
            self._state.fill(0.0)
            self.gain_reduction_db = 0.0

    def _make_detector(self, sample_rate: int, channels: int) -> Detector:  # noqa: ARG002 - for those that need it
        return PeakHold(sample_rate)

    @abstractmethod
    def _take_times(self) -> None:
        """Turn the times of the knobs into what the kernel counts with."""

    @abstractmethod
    def _follow(self, frames: int) -> None:
        """Fill the gain of each frame from the level of each frame."""


class Gate(Dynamics):
    """Lowers what is below the threshold.

    Closed it lowers by `range_db`. It opens when the level (peak over 10 ms) reaches the threshold: the gain rises in
    a straight line of amplitude and is at 0 dB after `attack_ms`. It stays open until the level has been more than
    `hysteresis_db` under the threshold for `hold_ms` (and the detector's 10 ms); then the gain falls in a straight
    line of dB and is at the bottom after `release_ms`.
    """

    name = "gate"
    summary = "Lowers what lies below a threshold: spill, hiss, breath between words."
    parameters = (
        level_parameter("threshold_db", -40.0, -90.0, 0.0, "level at which it opens, dBFS"),
        level_parameter("range_db", 60.0, 0.0, 100.0, "how far it lowers when closed"),
        time_parameter("attack_ms", 1.0, 0.05, 200.0, "time to open"),
        time_parameter("hold_ms", 50.0, 0.1, 2_000.0, "time for which it stays open below the threshold"),
        time_parameter("release_ms", 150.0, 1.0, 5_000.0, "time to close"),
        level_parameter("hysteresis_db", 4.0, 0.0, 24.0, "how far below the threshold it closes"),
    )

    def targets(self) -> tuple[float, ...]:
        """Threshold, hysteresis, range."""
        return (self.values["threshold_db"], self.values["hysteresis_db"], self.values["range_db"])

    def prepare(self, stream: StreamFormat) -> None:
        """Load the gate; it begins closed."""
        self._compute = gate_gain.ready()
        super().prepare(stream)
        self._state[GAIN_DB] = -self.values["range_db"]

    def reset(self) -> None:
        """Close."""
        super().reset()
        if self._ramps is not None:
            self._state[GAIN_DB] = -self.values["range_db"]

    def _take_times(self) -> None:
        frames_a_ms = self._sample_rate / 1000.0
        self._times = tuple(
            max(1.0, self.values[name] * frames_a_ms) for name in ("attack_ms", "hold_ms", "release_ms")
        )

    def _follow(self, frames: int) -> None:
        attack, hold, release = self._times
        self._compute(
            self._level, frames, self.ramp_state, attack, float(round(hold)), release, self._state, self._gain
        )
        self.gain_reduction_db = float(self._state[3])
