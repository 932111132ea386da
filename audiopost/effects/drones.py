"""Tones that go on: a drone, and a tone that rises or falls for ever.

Notes
-----
Latency: none. Realtime: one compiled pass. Level: `level_dbfs` is that of the sound over half a minute (AES17), within
2 dB at the default macros for the drone, within 0.1 dB for the rising tone.
"""

from __future__ import annotations

import math

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.drones import OCTAVES, VOICES, run_drone, run_shepard
from audiopost.dsp.noise import channel_keys
from audiopost.effects.smoothed import SmoothedNode
from audiopost.effects.textures import GLIDE_MS, SEED, level, macro
from audiopost.graph.node import INFINITE_TAIL, StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.units import db_to_linear

__all__ = ["Drone", "ShepardTone"]

CHORDS: dict[str, tuple[float, ...]] = {
    "octaves": (0.5, 1.0, 2.0, 4.0),
    "fifths": (0.5, 1.0, 1.5, 2.0, 3.0),
    "minor": (0.5, 1.0, 1.2, 1.5, 2.0),
    "harmonic": (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0),
    "cluster": (0.5, 1.0, 1.059, 1.335, 1.414, 2.0),
}
LOWEST_HZ = 12.5


class Drone(SmoothedNode):
    """Sixteen sines around a chord, each a little out of tune and swelling at its own pace.

    `detune_cents` lets them beat, `brightness_percent` lifts the upper ones, `motion_percent` lets them come and go.
    """

    name = "drone"
    summary = "A dark bed of beating tones that never stands still."
    generates = True
    parameters = (
        Parameter("frequency_hz", 55.0, 20.0, 880.0, unit="Hz", taper="log", smoothing_ms=GLIDE_MS, summary="pitch"),
        Parameter(
            "detune_cents", 12.0, 0.0, 100.0, unit="cents", smoothing_ms=GLIDE_MS, summary="how far the voices drift"
        ),
        macro("brightness", 40.0, "level of the upper voices"),
        macro("motion", 60.0, "how far voices come and go"),
        level(-22.0),
    )
    settings = (Setting("chord", "text", "fifths", choices=tuple(CHORDS), summary="pitches of the voices"), SEED)
    glide_ms = GLIDE_MS

    _norm = 1.0

    def targets(self) -> tuple[float, ...]:
        """Level, logarithm of the pitch, detuning, brightness, motion."""
        value = self.values
        brightness, motion = value["brightness_percent"] / 100.0, value["motion_percent"] / 100.0
        amplitude = db_to_linear(value["level_dbfs"]) * self._norm
        return (amplitude, math.log(value["frequency_hz"]), value["detune_cents"], brightness, motion)

    def prepare(self, stream: StreamFormat) -> None:
        """Tune the voices: the chord, and the chord again an octave above with half the weight of its own height."""
        chord = CHORDS[str(self.setting_values["chord"])]
        voices = [chord[k % len(chord)] * 2.0 ** (k // len(chord)) for k in range(VOICES)]
        self._ratios = np.array(voices)
        slope = 2.2 - 1.9 * self.parameters[2].default / 100.0
        powers = np.maximum(self._ratios, 1.0) ** (-2.0 * slope)
        swell = 1.0 - self.parameters[3].default / 100.0 / 2.0
        self._norm = 1.0 / (math.sqrt(float(powers.sum())) * swell * 1.05)
        super().prepare(stream)
        self._sample_rate = float(stream.sample_rate)
        channels = stream.layout.channels
        keys = channel_keys(int(self.setting_values["seed"]), channels * VOICES + 1)
        self._weather = keys[0]
        self._first = np.ascontiguousarray(keys[1:].reshape(channels, VOICES))
        self._phases = self._first.copy()
        self._frame = np.zeros(1, dtype=np.int64)
        self._run = run_drone.ready()
        self.tail_frames = INFINITE_TAIL

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:  # noqa: ARG002 - a source
        """Sound on."""
        self._run(out, self._weather, self._frame, self._phases, self._ratios, self._sample_rate, self.ramp_state)

    def reset(self) -> None:
        """Begin again."""
        super().reset()
        if self._ramps is not None:
            self._phases[:] = self._first
            self._frame.fill(0)


class ShepardTone(SmoothedNode):
    """Ten sines an octave apart that rise together under a bell: a tone that rises for ever and never gets higher.

    Source: R. N. Shepard, "Circularity in judgments of relative pitch", JASA 36 (1964), 2346-2353; the continuous form
    is J.-C. Risset's.
    """

    name = "shepard_tone"
    summary = "A tone that rises, or falls, for ever."
    generates = True
    parameters = (
        Parameter("rate_octaves", 0.1, -1.0, 1.0, smoothing_ms=GLIDE_MS, summary="octaves a second; below 0 it falls"),
        Parameter(
            "centre_hz",
            400.0,
            100.0,
            2_000.0,
            unit="Hz",
            taper="log",
            smoothing_ms=GLIDE_MS,
            summary="middle of the bell",
        ),
        Parameter("width_octaves", 1.4, 0.5, 3.0, smoothing_ms=GLIDE_MS, summary="half width of the bell"),
        level(-22.0),
    )
    glide_ms = GLIDE_MS
    _sample_rate = 48_000.0

    def targets(self) -> tuple[float, ...]:
        """Amplitude, octaves a frame, logarithm of the centre, width."""
        value = self.values
        amplitude = db_to_linear(value["level_dbfs"])
        return (
            amplitude,
            value["rate_octaves"] / self._sample_rate,
            math.log(value["centre_hz"]),
            value["width_octaves"],
        )

    def prepare(self, stream: StreamFormat) -> None:
        """Begin in the middle of an octave."""
        self._sample_rate = float(stream.sample_rate)
        super().prepare(stream)
        self._phases = np.zeros(OCTAVES, dtype=np.uint64)
        self._risen = np.zeros(1, dtype=np.uint64)
        self._run = run_shepard.ready()
        self.tail_frames = INFINITE_TAIL

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:  # noqa: ARG002 - a source
        """Rise."""
        self._run(out, self._phases, self._risen, LOWEST_HZ, self._sample_rate, self.ramp_state)

    def reset(self) -> None:
        """Begin again."""
        super().reset()
        if self._ramps is not None:
            self._phases.fill(0)
            self._risen.fill(0)
