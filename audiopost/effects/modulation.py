"""Sound that swings: chorus, flanger, vibrato, phaser, tremolo, and carriers that multiply it.

Notes
-----
Latency: none; what is late in chorus, flanger and vibrato is the effect. Realtime: one compiled pass. Every swing
begins at frame 0 (or at the last `reset`) and is counted in frames, so the same frame always sounds the same.
`spread_deg` is how far the swing of a channel is ahead of that of the channel before it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.allpass import quadrature_sections, run_phaser, run_quadrature
from audiopost.dsp.modulated_delay import NEAREST_FRAMES, ModulatedDelay
from audiopost.dsp.swing import run_ring_modulator, run_tremolo
from audiopost.effects.smoothed import SmoothedNode
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.units import linear_to_db

__all__ = ["Chorus", "Flanger", "FrequencyShifter", "Phaser", "RingModulator", "Tremolo", "Vibrato"]

GLIDE_MS = 100.0
"""Taps that glide bend the pitch, so their knobs take longer."""

TAIL_DB = 120.0


def _rate(default: float, highest: float, glide_ms: float = GLIDE_MS, lowest: float = 0.02) -> Parameter:
    return Parameter(
        "rate_hz", default, lowest, highest, unit="Hz", taper="log", smoothing_ms=glide_ms, summary="swings a second"
    )


def _percent(
    name: str, default: float, summary: str, glide_ms: float, lowest: float = 0.0, highest: float = 100.0
) -> Parameter:
    return Parameter(name, default, lowest, highest, unit="%", smoothing_ms=glide_ms, summary=summary)


def _mix(default: float, glide_ms: float = GLIDE_MS) -> Parameter:
    return _percent("mix_percent", default, "share of the effect, in amplitude", glide_ms)


def _spread(default: float, glide_ms: float = GLIDE_MS) -> Parameter:
    return Parameter(
        "spread_deg", default, 0.0, 180.0, unit="deg", smoothing_ms=glide_ms, summary="swing from channel to channel"
    )


def _repeats(feedback: float) -> int:
    """Passes through a loop until nothing is heard any more."""
    return math.ceil(TAIL_DB / -linear_to_db(abs(feedback))) if abs(feedback) > 1e-6 else 0


class _Swinging(SmoothedNode):
    """What a `ModulatedDelay` makes of the knobs."""

    glide_ms = GLIDE_MS
    voices = 1
    farthest_ms = 0.0
    """Delay and depth at the ends of their ranges."""

    _sample_rate = 48_000.0

    def prepare(self, stream: StreamFormat) -> None:
        """Make the line."""
        self._sample_rate = float(stream.sample_rate)
        super().prepare(stream)
        longest = self.farthest_ms / 1000.0 * self._sample_rate + NEAREST_FRAMES
        self._delay = ModulatedDelay(stream.layout.channels, self.voices, longest)
        self.tail_frames = self._tail()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Delay by swinging taps."""
        self._delay.process(block, out, self.ramp_state)

    def parameter_changed(self, name: str) -> None:
        """Glide to the new sound."""
        super().parameter_changed(name)
        if self._ramps is not None:
            self.tail_frames = self._tail()

    def reset(self) -> None:
        """Forget all sound and begin the swing anew."""
        super().reset()
        if self._ramps is not None:
            self._delay.reset()

    def swing(self, delay_ms: float, depth_ms: float, feedback: float, mix: float) -> tuple[float, ...]:
        """The ramps of the line."""
        frames = self._sample_rate / 1000.0
        return (
            self.values["rate_hz"] / self._sample_rate, max(NEAREST_FRAMES, delay_ms * frames), depth_ms * frames,
            self.values["spread_deg"] / 360.0 if "spread_deg" in self.values else 0.0, feedback, 1.0 - mix, mix,
        )  # fmt: skip

    def _tail(self) -> int:
        _, delay, depth, _, feedback, _, _ = self.targets()
        farthest = max(delay + depth, self.farthest_ms / 1000.0 * self._sample_rate)  # taps may still be gliding
        return math.ceil(farthest) * (1 + _repeats(feedback)) + 4


class Chorus(_Swinging):
    """Several voices, each a little late and a little out of tune.

    Source: J. Dattorro, "Effect design, part 2", JAES 45 (1997), 764-788.
    """

    name = "chorus"
    summary = "Thickens a sound by voices that drift in time and pitch."
    parameters = (
        _rate(0.6, 5.0),
        Parameter("delay_ms", 12.0, 1.0, 40.0, unit="ms", smoothing_ms=GLIDE_MS, summary="delay of the nearest voice"),
        Parameter("depth_ms", 4.0, 0.0, 10.0, unit="ms", smoothing_ms=GLIDE_MS, summary="how far a voice swings"),
        _spread(90.0),
        _mix(50.0),
    )
    settings = (Setting("voices", "integer", 3, choices=("1", "2", "3", "4", "6"), summary="voices a channel"),)
    farthest_ms = 50.0

    def targets(self) -> tuple[float, ...]:
        """The swing of the voices, without feedback."""
        value = self.values
        return self.swing(value["delay_ms"], value["depth_ms"], 0.0, value["mix_percent"] / 100.0)

    def prepare(self, stream: StreamFormat) -> None:
        """Make the voices."""
        self.voices = int(self.setting_values["voices"])
        super().prepare(stream)


class Flanger(_Swinging):
    """A comb that sweeps: the sound and itself, some milliseconds late. Negative feedback makes the comb hollow.

    Source: B. Bartlett, "A scientific explanation of phasing (flanging)", JAES 18 (1970), 674-675.
    """

    name = "flanger"
    summary = "Sweeps a comb through the sound: the jet of two tapes."
    parameters = (
        _rate(0.25, 5.0),
        Parameter(
            "delay_ms", 0.5, 0.1, 10.0, unit="ms", taper="log", smoothing_ms=GLIDE_MS, summary="delay where it is least"
        ),
        Parameter("depth_ms", 3.0, 0.0, 10.0, unit="ms", smoothing_ms=GLIDE_MS, summary="how far the delay swings"),
        _percent("feedback_percent", 40.0, "share that goes round again", GLIDE_MS, -95.0, 95.0),
        _spread(0.0),
        _mix(50.0),
    )
    farthest_ms = 20.0

    def targets(self) -> tuple[float, ...]:
        """The swing of the comb."""
        value = self.values
        feedback, mix = value["feedback_percent"] / 100.0, value["mix_percent"] / 100.0
        return self.swing(value["delay_ms"], value["depth_ms"], feedback, mix)


class Vibrato(_Swinging):
    """Pitch that swings by `depth_cents` to either side.

    The tap's delay swings by ``(2^(cents/1200) - 1) / (pi rate)`` in all: its speed is the change of pitch.
    """

    name = "vibrato"
    summary = "Swings the pitch."
    parameters = (
        _rate(5.0, 14.0, lowest=0.5),
        Parameter(
            "depth_cents", 25.0, 0.0, 100.0, unit="cents", smoothing_ms=GLIDE_MS, summary="swing of the pitch each way"
        ),
        _spread(0.0),
    )
    exceptions: ClassVar[Mapping[str, str]] = {
        "latency": "the pitch is bent by a delay from 2 frames to 38 ms, which is a part of the effect"
    }
    farthest_ms = 1000.0 * (2.0 ** (100.0 / 1200.0) - 1.0) / (math.pi * 0.5)

    def targets(self) -> tuple[float, ...]:
        """The swing that bends the pitch so far."""
        speed = 2.0 ** (self.values["depth_cents"] / 1200.0) - 1.0
        return self.swing(0.0, 1000.0 * speed / (math.pi * self.values["rate_hz"]), 0.0, 1.0)


class Phaser(SmoothedNode):
    """Notches that sweep: a cascade of all-pass filters beside the dry sound, two stages a notch.

    Source: W. M. Hartmann, "Flanging and phasers", JAES 26 (1978), 439-443.
    """

    name = "phaser"
    summary = "Sweeps notches through the sound, two stages for each."
    parameters = (
        _rate(0.4, 8.0),
        Parameter(
            "centre_hz",
            800.0,
            50.0,
            8_000.0,
            unit="Hz",
            taper="log",
            smoothing_ms=GLIDE_MS,
            summary="middle of the sweep",
        ),
        Parameter("depth_octaves", 1.5, 0.0, 3.0, smoothing_ms=GLIDE_MS, summary="how far it sweeps each way"),
        _percent("feedback_percent", 30.0, "sharpens the peaks between the notches", GLIDE_MS, -90.0, 90.0),
        _spread(0.0),
        _mix(50.0),
    )
    settings = (Setting("stages", "integer", 6, choices=("2", "4", "6", "8", "12"), summary="all-pass filters"),)
    glide_ms = GLIDE_MS
    _sample_rate = 48_000.0
    _state: NDArray[np.float64]

    def targets(self) -> tuple[float, ...]:
        """Rate, centre (as logarithm), depth, spread, feedback, dry, wet."""
        value, mix = self.values, self.values["mix_percent"] / 100.0
        return (
            value["rate_hz"] / self._sample_rate, math.log(value["centre_hz"]), value["depth_octaves"],
            value["spread_deg"] / 360.0, value["feedback_percent"] / 100.0, 1.0 - mix, mix,
        )  # fmt: skip

    def prepare(self, stream: StreamFormat) -> None:
        """Make the cascade."""
        self._sample_rate = float(stream.sample_rate)
        super().prepare(stream)
        stages = int(self.setting_values["stages"])
        self._state = np.zeros((stream.layout.channels, stages))
        self._last = np.zeros(stream.layout.channels)
        self._phase = np.zeros(1, dtype=np.uint64)
        self._run = run_phaser.ready()
        self.tail_frames = self._tail()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Sweep."""
        self._run(block, out, self._state, self._last, self._phase, self._sample_rate, self.ramp_state)

    def parameter_changed(self, name: str) -> None:
        """Glide to the new sound."""
        super().parameter_changed(name)
        if self._ramps is not None:
            self.tail_frames = self._tail()

    def reset(self) -> None:
        """Forget all sound and begin the sweep anew."""
        super().reset()
        if self._ramps is not None:
            for memory in (self._state, self._last, self._phase):
                memory.fill(0)

    def _tail(self) -> int:
        """The slowest stage falls by 120 dB in 2.2 periods of its lowest break; the loop repeats that."""
        lowest_hz = self.values["centre_hz"] * math.exp2(-self.values["depth_octaves"])
        passes = int(self._state.shape[1]) + _repeats(self.values["feedback_percent"] / 100.0)
        periods_s = 2.2 / lowest_hz * (2 + passes)
        return math.ceil((periods_s + GLIDE_MS / 1000.0) * float(self._sample_rate))


class Tremolo(SmoothedNode):
    """Level that swings; with a spread of 180 degrees it wanders from side to side.

    `depth_percent` is how far the level falls at its least: at 100 % to silence. The square's edges take a tenth of
    its period, so that they do not click.
    """

    name = "tremolo"
    summary = "Swings the level, in all channels together or from side to side."
    parameters = (
        _rate(5.0, 20.0),
        _percent("depth_percent", 60.0, "how far the level falls", GLIDE_MS),
        Parameter(
            "shape",
            0.0,
            0.0,
            2.0,
            smoothing_ms=0.0,
            choices=("sine", "triangle", "square"),
            summary="form of the swing",
        ),
        _spread(0.0),
    )
    glide_ms = GLIDE_MS
    _sample_rate = 48_000.0

    def targets(self) -> tuple[float, ...]:
        """Rate, depth, spread."""
        value = self.values
        return (value["rate_hz"] / self._sample_rate, value["depth_percent"] / 100.0, value["spread_deg"] / 360.0)

    def prepare(self, stream: StreamFormat) -> None:
        """Begin at the loudest point."""
        self._sample_rate = float(stream.sample_rate)
        super().prepare(stream)
        self._phase = np.zeros(1, dtype=np.uint64)
        self._run = run_tremolo.ready()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Multiply by the swing."""
        self._run(block, out, self._phase, int(self.values["shape"]), self.ramp_state)

    def reset(self) -> None:
        """Begin at the loudest point."""
        super().reset()
        if self._ramps is not None:
            self._phase.fill(0)


class RingModulator(SmoothedNode):
    """The sound times a sine: every partial becomes two, as far above and below the carrier, 6 dB down.

    Source: H. Bode, "The multiplier-type ring modulator", Electronic Music Review 1 (1967).
    """

    name = "ring_modulator"
    summary = "Multiplies the sound by a sine: robots, bells, broken radios."
    parameters = (
        Parameter(
            "frequency_hz", 140.0, 1.0, 8_000.0, unit="Hz", taper="log", smoothing_ms=20.0, summary="of the carrier"
        ),
        _mix(100.0, 20.0),
    )
    _sample_rate = 48_000.0

    def targets(self) -> tuple[float, ...]:
        """Logarithm of the carrier (0.49 of the sample rate at most), dry, wet."""
        mix = self.values["mix_percent"] / 100.0
        return (math.log(min(self.values["frequency_hz"], 0.49 * self._sample_rate)), 1.0 - mix, mix)

    def prepare(self, stream: StreamFormat) -> None:
        """Begin at the carrier's crest."""
        self._sample_rate = float(stream.sample_rate)
        super().prepare(stream)
        self._phase = np.zeros(1, dtype=np.uint64)
        self._run = run_ring_modulator.ready()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Multiply."""
        self._run(block, out, self._phase, self._sample_rate, self.ramp_state)

    def reset(self) -> None:
        """Begin at the carrier's crest."""
        super().reset()
        if self._ramps is not None:
            self._phase.fill(0)


class _Quadrature(SmoothedNode):
    """A node on two branches that lie 90 degrees apart."""

    _sample_rate = 48_000.0

    def prepare(self, stream: StreamFormat) -> None:
        """Design the branches."""
        self._sample_rate = float(stream.sample_rate)
        super().prepare(stream)
        channels = stream.layout.channels
        self._sections = quadrature_sections(self._sample_rate)
        self._state = np.zeros((channels, self._sections.size + 2, 2))
        self._late = np.zeros((channels, 1))
        self._phase = np.zeros(1, dtype=np.uint64)
        self._run = run_quadrature.ready()
        self.tail_frames = math.ceil(0.6 * self._sample_rate)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Turn."""
        self._run(block, out, self._sections, self._state, self._late, self._phase, self.ramp_state)

    def reset(self) -> None:
        """Forget all sound; the carrier is at phase 0."""
        super().reset()
        if self._ramps is not None:
            for memory in (self._state, self._late, self._phase):
                memory.fill(0)


class FrequencyShifter(_Quadrature):
    """Every partial moved by the same number of Hz, so that harmonics are harmonics no more.

    What is left of the other side band is 80 dB down from 15 Hz on (48 kHz).

    Source: S. Wardle, "A Hilbert-transformer frequency shifter for audio", DAFx-98.
    """

    name = "frequency_shifter"
    summary = "Moves every partial by the same number of Hz: metallic, out of tune, or slowly rotating."
    parameters = (
        Parameter("shift_hz", 40.0, -2_000.0, 2_000.0, unit="Hz", smoothing_ms=20.0, summary="up, or below 0 down"),
        _mix(100.0, 20.0),
    )

    def targets(self) -> tuple[float, ...]:
        """Shift in turns a frame, no fixed turn, dry, wet."""
        mix = self.values["mix_percent"] / 100.0
        shift_hz = max(-0.45 * self._sample_rate, min(self.values["shift_hz"], 0.45 * self._sample_rate))
        return (shift_hz / self._sample_rate, 0.0, 1.0 - mix, mix)


class PhaseRotation(_Quadrature):
    """Every frequency turned by the same angle; the level of each stays.

    A voice whose peaks lie on one side of zero gets even peaks at some angle, and so a little headroom. The dry sound
    has no place in it: mixed with itself, a turned sound has holes.
    """

    name = "phase_rotation"
    summary = "Turns all frequencies by the same angle: evens out the peaks of a voice, mends a pair of microphones."
    parameters = (Parameter("angle_deg", 45.0, -180.0, 180.0, unit="deg", smoothing_ms=20.0, summary="180 inverts"),)

    def targets(self) -> tuple[float, ...]:
        """No shift; the turn; all wet."""
        return (0.0, self.values["angle_deg"] / 360.0, 0.0, 1.0)
