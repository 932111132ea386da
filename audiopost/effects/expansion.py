"""Expander and transient shaper: more difference between loud and quiet, and between beginnings and what follows.

Notes
-----
Latency: none. Realtime: two compiled passes. All channels move by one gain, so nothing shifts in the picture.
Sources: `audiopost.dsp.expansion`, `audiopost.dsp.transients`.
"""

from __future__ import annotations

from audiopost.blocks import AudioBlock
from audiopost.dsp.expansion import expander_gain
from audiopost.dsp.gain_computer import time_constant
from audiopost.dsp.transients import TransientEnvelopes
from audiopost.effects.dynamics import Dynamics, level_parameter, time_parameter
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter

__all__ = ["Expander", "TransientShaper"]


class Expander(Dynamics):
    """Lowers what is below the threshold, the more the further below: gentler than a gate.

    At a ratio of 2 a sound that is 10 dB below the threshold leaves 20 dB below it, at most lowered by `range_db`. Once
    open it stays open until the level has been more than `hysteresis_db` under the threshold for `hold_ms` (and the
    detector's 10 ms). The times are those to 63 % of a change in dB.
    """

    name = "expander"
    summary = (
        "Lowers what lies below a threshold by a ratio: spill, room and hiss between words, without a gate's switch."
    )
    parameters = (
        level_parameter("threshold_db", -40.0, -90.0, 0.0, "level below which it lowers, dBFS"),
        Parameter(
            "ratio", 2.0, 1.0, 20.0, taper="log", smoothing_ms=SMOOTHING_MS,
            summary="dB out for one dB in, below the threshold",
        ),
        level_parameter("range_db", 24.0, 0.0, 100.0, "how far it lowers at most"),
        level_parameter("knee_db", 6.0, 0.0, 24.0, "width of the bend around the threshold"),
        level_parameter("hysteresis_db", 3.0, 0.0, 24.0, "how far below the threshold it begins to close"),
        time_parameter("attack_ms", 2.0, 0.05, 200.0, "time to 63 % of opening"),
        time_parameter("hold_ms", 50.0, 0.1, 2_000.0, "time for which it stays open below the threshold"),
        time_parameter("release_ms", 150.0, 1.0, 5_000.0, "time to 63 % of closing"),
    )  # fmt: skip

    def targets(self) -> tuple[float, ...]:
        """Threshold, slope, range, knee, hysteresis."""
        value = self.values
        return (
            value["threshold_db"], value["ratio"] - 1.0, value["range_db"], value["knee_db"], value["hysteresis_db"],
        )  # fmt: skip

    def prepare(self, stream: StreamFormat) -> None:
        """Load the curve."""
        self._compute = expander_gain.ready()
        super().prepare(stream)

    def _take_times(self) -> None:
        self._attack = time_constant(self.values["attack_ms"], self._sample_rate)
        self._release = time_constant(self.values["release_ms"], self._sample_rate)
        self._hold = float(round(self.values["hold_ms"] * self._sample_rate / 1000.0))

    def _follow(self, frames: int) -> None:
        self._compute(
            self._level, frames, self.ramp_state, self._attack, self._hold, self._release, self._state, self._gain
        )
        self.gain_reduction_db = float(self._state[1])


class TransientShaper(SmoothedNode):
    """Raises or lowers beginnings and decays, whatever their level: there is no threshold.

    A beginning is where the level has just risen, a decay is where it has fallen; each counts in full from 12 dB on.
    A steady sound passes unchanged.
    """

    name = "transient_shaper"
    summary = "More or less attack and sustain, at any level: drums, footsteps, impacts, room on a recording."
    parameters = (
        level_parameter("attack_db", 0.0, -24.0, 24.0, "gain of beginnings"),
        level_parameter("sustain_db", 0.0, -24.0, 24.0, "gain of what follows them"),
    )

    def targets(self) -> tuple[float, ...]:
        """Both gains."""
        return (self.values["attack_db"], self.values["sustain_db"])

    def prepare(self, stream: StreamFormat) -> None:
        """Make the followers."""
        super().prepare(stream)
        self._envelopes = TransientEnvelopes(stream.sample_rate)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Follow and multiply."""
        self._envelopes.process(block, out, self.ramp_state)

    def reset(self) -> None:
        """Forget all levels."""
        super().reset()
        if self._ramps is not None:
            self._envelopes.reset()
