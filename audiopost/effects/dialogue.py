"""For speech: the leveller, and the ducker that keeps music under it.

Notes
-----
Latency: the look-ahead of the ducker; else none. Realtime: one or two compiled passes. All channels move by one gain.
Source: `audiopost.dsp.loudness_rides`.
"""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.delay_line import DelayedProduct
from audiopost.dsp.gain import multiply
from audiopost.dsp.gain_computer import time_constant
from audiopost.dsp.loudness_rides import LoudnessFollower, duck_under, ride_to_target
from audiopost.effects.dynamics import level_parameter, time_parameter
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.errors import UsageError
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.layouts import Layout
from audiopost.loudness.k_weighting import k_weighting_sections
from audiopost.units import ms_to_frames

__all__ = ["DialogueLeveler", "Ducker"]


def _loudness(name: str, default: float, low: float, high: float, summary: str) -> Parameter:
    return Parameter(name, default, low, high, unit="LUFS", smoothing_ms=SMOOTHING_MS, summary=summary)


def _follower(layout: Layout, average_ms: float, sample_rate: int) -> LoudnessFollower:
    return LoudnessFollower(k_weighting_sections(sample_rate), layout.loudness_weights, average_ms, sample_rate)


LEVELER_AVERAGE_MS = 400.0
"""About a momentary loudness (EBU Tech 3341): a word, not a syllable."""


class DialogueLeveler(SmoothedNode):
    """Rides the level of speech to a loudness, as a hand on a fader would, and waits in the pauses.

    The gain glides towards the target with `response_s` as its time constant, four times as fast downwards. Below
    `gate_lufs` it stays where it is, so noise between sentences is not drawn up.

    Attributes
    ----------
    gain_db : float
        The gain at the end of the last block.
    """

    name = "dialogue_leveler"
    summary = "Rides speech to one loudness and waits in the pauses."
    parameters = (
        _loudness("target_lufs", -23.0, -40.0, -10.0, "loudness that speech is brought to"),
        level_parameter("range_db", 12.0, 0.0, 30.0, "gain at most, up and down"),
        _loudness("gate_lufs", -50.0, -80.0, -20.0, "what is quieter is no speech: the gain waits"),
        Parameter(
            "response_s", 2.0, 0.1, 20.0, unit="s", taper="log", smoothing_ms=0.0, summary="time to 63 % of a rise"
        ),
    )
    gain_db = 0.0

    def targets(self) -> tuple[float, ...]:
        """Target, range, gate."""
        return (self.values["target_lufs"], self.values["range_db"], self.values["gate_lufs"])

    def prepare(self, stream: StreamFormat) -> None:
        """Make the loudness follower."""
        super().prepare(stream)
        self._sample_rate = stream.sample_rate
        self._loudness = _follower(stream.layout, LEVELER_AVERAGE_MS, stream.sample_rate)
        self._state = np.zeros(1, dtype=np.float64)
        self._gain = np.ones(stream.maximum_frames, dtype=np.float64)
        self._ride, self._multiply = ride_to_target.ready(), multiply.ready()
        self._take_times()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Listen, ride."""
        self._ride(block, *self._loudness.memory, self.ramp_state, self._up, self._down, self._state, self._gain)
        self._multiply(block, self._gain, out)
        self.gain_db = float(self._state[0])

    def reset(self) -> None:
        """Forget all sound; the gain is 0 dB."""
        super().reset()
        if self._ramps is not None:
            self._loudness.reset()
            self._state.fill(0.0)
            self.gain_db = 0.0

    def _take_times(self) -> None:
        response_ms = 1000.0 * self.values["response_s"]
        self._up = time_constant(response_ms, self._sample_rate)
        self._down = time_constant(response_ms / 4.0, self._sample_rate)


SPEECH_AVERAGE_MS = 100.0
"""Speech is known after some 50 ms, and does not flutter with its syllables."""

BED_AVERAGE_MS = 1_000.0
"""The bed is judged by its course, not by its beats."""

LOOKAHEAD_RANGE_MS = (0.0, 1_000.0)


class Ducker(SmoothedNode):
    """Lowers music or atmosphere under speech by as much as is needed to keep a distance in LU, and no more.

    Speech comes in as ``sidechain``; both are measured as loudness. A bed that lies low enough already is left alone.
    With look-ahead the bed is down when the first word comes; speech and bed are then late alike, which the graph sees
    to. Without a side-chain it hears itself. Where the side-chain holds more than speech, put `speech_gate` before it.

    Attributes
    ----------
    gain_reduction_db : float
        The largest reduction in the last block, in dB, 0 or more: for meters.
    """

    name = "ducker"
    summary = "Keeps music a distance in LU under speech, down before the first word."
    side_inputs = ("sidechain",)
    parameters = (
        Parameter(
            "distance_lu", 10.0, 0.0, 30.0, unit="LU", smoothing_ms=SMOOTHING_MS,
            summary="how far the bed lies under speech, at least",
        ),
        level_parameter("depth_db", 18.0, 0.0, 60.0, "how far it is lowered at most"),
        _loudness("speech_gate_lufs", -45.0, -80.0, -20.0, "a side-chain that is quieter is no speech"),
        time_parameter("attack_ms", 80.0, 1.0, 2_000.0, "time to 63 % of more reduction"),
        time_parameter("hold_ms", 400.0, 0.1, 5_000.0, "pauses that are passed over"),
        time_parameter("release_ms", 600.0, 5.0, 10_000.0, "time to 63 % of less reduction"),
    )  # fmt: skip
    settings = (Setting("lookahead_ms", "number", 200.0, summary="time by which speech is known ahead, 0 to 1000 ms"),)
    gain_reduction_db = 0.0

    def targets(self) -> tuple[float, ...]:
        """Distance, depth, gate."""
        return (self.values["distance_lu"], self.values["depth_db"], self.values["speech_gate_lufs"])

    def prepare(self, stream: StreamFormat) -> None:
        """Make both followers and the delay.

        Raises
        ------
        UsageError
            If the look-ahead is out of its range.
        """
        super().prepare(stream)
        self._sample_rate = stream.sample_rate
        key = stream.side_layouts[0] if stream.side_layouts else stream.layout
        self._bed = _follower(stream.layout, BED_AVERAGE_MS, stream.sample_rate)
        self._speech = _follower(key, SPEECH_AVERAGE_MS, stream.sample_rate)
        self._state = np.zeros(4, dtype=np.float64)
        self._gain = np.ones(stream.maximum_frames, dtype=np.float64)
        self.latency_frames = ms_to_frames(self._lookahead_ms(), stream.sample_rate)
        self.tail_frames = 0
        self._delay = DelayedProduct(stream.layout.channels, self.latency_frames) if self.latency_frames else None
        self._duck, self._multiply = duck_under.ready(), multiply.ready()
        self._take_times()

    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        """Compare loudness, multiply what was held back."""
        self._duck(
            block, *self._bed.memory, side[0] if side else block, *self._speech.memory, self.ramp_state, self._attack,
            self._release, self._hold, self._state, self._gain,
        )  # fmt: skip
        if self._delay is None:
            self._multiply(block, self._gain, out)
        else:
            self._delay.process(block, self._gain, out)
        self.gain_reduction_db = float(self._state[3])

    def reset(self) -> None:
        """Forget all sound."""
        super().reset()
        if self._ramps is not None:
            self._bed.reset()
            self._speech.reset()
            self._state.fill(0.0)
            if self._delay is not None:
                self._delay.reset()
            self.gain_reduction_db = 0.0

    def _take_times(self) -> None:
        self._attack = time_constant(self.values["attack_ms"], self._sample_rate)
        self._release = time_constant(self.values["release_ms"], self._sample_rate)
        self._hold = float(round(self.values["hold_ms"] * self._sample_rate / 1000.0))

    def _lookahead_ms(self) -> float:
        wanted = float(self.setting_values["lookahead_ms"])
        shortest, longest = LOOKAHEAD_RANGE_MS
        if not shortest <= wanted <= longest:
            raise UsageError(
                f"lookahead_ms = {wanted:g} is out of range",
                where=self.name,
                mend=f"give {shortest:g} to {longest:g} ms",
            )
        return wanted
