"""Granular: the last seconds of a sound, cut into grains and scattered.

Notes
-----
Latency: none; grains begin at once. Realtime: one compiled pass, its cost rises with the grains that sound at once (64
at most).

Source: C. Roads, "Microsound" (MIT Press, 2001).
"""

from __future__ import annotations

import math

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.granular import GRAINS, run_granular
from audiopost.dsp.noise import channel_keys
from audiopost.effects.smoothed import SmoothedNode
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting

__all__ = ["Granular"]

GLIDE_MS = 60.0

LONGEST_S = 5.0
"""Both times at their ends are 4 s and half a grain; the longest grain, three octaves up, begins 3.5 s back."""


def _time(name: str, default: float, lowest: float, highest: float, summary: str) -> Parameter:
    return Parameter(name, default, lowest, highest, unit="ms", smoothing_ms=GLIDE_MS, summary=summary)


def _pitch(name: str, default: float, lowest: float, highest: float, summary: str) -> Parameter:
    return Parameter(name, default, lowest, highest, unit="semitones", smoothing_ms=GLIDE_MS, summary=summary)


class Granular(SmoothedNode):
    """Short pieces of what was heard in the last seconds, many at once, each at its own time, pitch and place.

    A knob is heard in the grains that begin after it was turned. The level stays as grains become more: they add in
    power.
    """

    name = "granular"
    summary = "Scatters a sound into grains of its last seconds: clouds, shimmers, stutters."
    parameters = (
        Parameter(
            "density_hz", 40.0, 0.5, 200.0, unit="Hz", taper="log", smoothing_ms=GLIDE_MS, summary="grains a second"
        ),
        _time("grain_ms", 90.0, 5.0, 500.0, "length of a grain"),
        _time("position_ms", 100.0, 0.0, 2_000.0, "how far back grains look"),
        _time("spray_ms", 300.0, 0.0, 2_000.0, "how much farther, by chance"),
        _pitch("pitch_semitones", 0.0, -24.0, 24.0, "pitch of the grains"),
        _pitch("spread_semitones", 0.1, 0.0, 12.0, "how far their pitch strays, by chance"),
        Parameter("width_percent", 70.0, 0.0, 100.0, unit="%", smoothing_ms=GLIDE_MS, summary="place of the grains"),
        Parameter("mix_percent", 60.0, 0.0, 100.0, unit="%", smoothing_ms=GLIDE_MS, summary="share of the grains"),
    )
    settings = (Setting("seed", "integer", 1, summary="another seed scatters otherwise"),)
    glide_ms = GLIDE_MS
    _sample_rate = 48_000.0

    def targets(self) -> tuple[float, ...]:
        """Logarithm of the density; times in frames; pitches; width, dry, wet."""
        value, frames_a_ms = self.values, self._sample_rate / 1000.0
        mix = value["mix_percent"] / 100.0
        return (
            math.log(value["density_hz"]), value["position_ms"] * frames_a_ms, value["spray_ms"] * frames_a_ms,
            value["grain_ms"] * frames_a_ms, value["pitch_semitones"], value["spread_semitones"],
            value["width_percent"] / 100.0, 1.0 - mix, mix,
        )  # fmt: skip

    def prepare(self, stream: StreamFormat) -> None:
        """Make the memory of the last seconds."""
        self._sample_rate = float(stream.sample_rate)
        super().prepare(stream)
        longest = math.ceil(LONGEST_S * self._sample_rate)
        self._ring = np.zeros((stream.layout.channels, longest), dtype=np.float32)
        self._grains = np.zeros((GRAINS, 5))
        self._counters = np.zeros(2, dtype=np.int64)
        self._due = np.zeros(1)
        self._key = channel_keys(int(self.setting_values["seed"]), 1)[0]
        self._run = run_granular.ready()
        self._measure_tail()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Scatter."""
        self._run(
            block, out, self._ring, self._grains, self._counters, self._due, self._key, self._sample_rate,
            self.ramp_state,
        )  # fmt: skip

    def parameter_changed(self, name: str) -> None:
        """Heard in the next grains."""
        super().parameter_changed(name)
        if self._ramps is not None:
            self._measure_tail()

    def reset(self) -> None:
        """Forget all sound; grains are counted anew."""
        super().reset()
        if self._ramps is not None:
            for memory in (self._ring, self._grains, self._counters, self._due):
                memory.fill(0)

    def _measure_tail(self) -> None:
        value = self.values
        fastest = math.exp2((value["pitch_semitones"] + value["spread_semitones"]) / 12.0)
        back_ms = max(value["position_ms"] + value["spray_ms"], fastest * value["grain_ms"])
        self.tail_frames = math.ceil((back_ms + 2.0 * value["grain_ms"] + GLIDE_MS) / 1000.0 * self._sample_rate)
