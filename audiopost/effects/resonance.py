"""Sound through things that ring: a string, a body of tuned modes.

Notes
-----
Latency: none. Realtime: one compiled pass. Both are set so that white noise keeps its level; a steady tone on a mode
rises far above that while it lasts.
"""

from __future__ import annotations

import math

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.modulated_delay import NEAREST_FRAMES
from audiopost.dsp.resonators import run_modes, run_string
from audiopost.effects.smoothed import SmoothedNode
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter
from audiopost.units import ms_to_frames

__all__ = ["Comb", "Resonator"]

GLIDE_MS = 100.0

MODES = 12
BODIES: dict[str, tuple[float, ...]] = {
    "string": tuple(float(n) for n in range(1, MODES + 1)),
    "tube": tuple(2.0 * n - 1.0 for n in range(1, MODES + 1)),
    "bar": tuple(((2.0 * n + 1.0) / 3.0112) ** 2 for n in range(1, MODES + 1)),
    "membrane": (1.0, 1.593, 2.136, 2.295, 2.653, 2.917, 3.155, 3.500, 3.598, 3.652, 4.059, 4.150),
    "bell": (0.5, 1.0, 1.2, 1.5, 2.0, 2.5, 2.667, 3.0, 4.0, 5.333, 6.667, 8.0),
}
"""Pitches of the modes against the nominal pitch. N. H. Fletcher, T. D. Rossing, "The Physics of Musical Instruments",
2nd ed. (1998): free bar (section 2.17), ideal membrane (3.6: zeros of the Bessel functions), tuned church bell (21)."""

HIGHEST = 0.45
"""Of the sample rate: modes above are silent."""


def _parameters(lowest_hz: float, highest_hz: float, default_hz: float) -> tuple[Parameter, ...]:
    return (
        Parameter(
            "frequency_hz", default_hz, lowest_hz, highest_hz, unit="Hz", taper="log", smoothing_ms=GLIDE_MS,
            summary="pitch",
        ),
        Parameter(
            "decay_s", 1.0, 0.05, 10.0, unit="s", taper="log", smoothing_ms=GLIDE_MS, summary="time of decay by 60 dB"
        ),
        Parameter(
            "damping_percent", 30.0, 0.0, 100.0, unit="%", smoothing_ms=GLIDE_MS, summary="how much faster highs decay"
        ),
        Parameter(
            "mix_percent", 50.0, 0.0, 100.0, unit="%", smoothing_ms=GLIDE_MS, summary="share of what rings"
        ),
    )  # fmt: skip


class _Ringing(SmoothedNode):
    glide_ms = GLIDE_MS
    _sample_rate = 48_000.0

    def prepare(self, stream: StreamFormat) -> None:
        """Know the rate."""
        self._sample_rate = float(stream.sample_rate)
        super().prepare(stream)
        self.tail_frames = self._tail()

    def parameter_changed(self, name: str) -> None:
        """Glide to the new tuning."""
        super().parameter_changed(name)
        if self._ramps is not None:
            self.tail_frames = self._tail()

    def _tail(self) -> int:
        """A decay by 120 dB, and by as much as a tone may have built up."""
        return math.ceil((2.6 * self.values["decay_s"] + GLIDE_MS / 1000.0) * self._sample_rate)


class Comb(_Ringing):
    """A string that the sound drives: a tuned loop, the highs of which fade first."""

    name = "comb"
    summary = "Rings at a pitch and all its harmonics, like a string beside the sound."
    parameters = _parameters(20.0, 4_000.0, 110.0)

    def targets(self) -> tuple[float, ...]:
        """Loop gain, pole of the damping, drive, dry, wet: decaying as asked for at the pitch itself."""
        _, pole, filter_gain, kept = self._loop()
        mix = self.values["mix_percent"] / 100.0
        return (min(kept / filter_gain, 0.9999), pole, math.sqrt(1.0 - kept * kept), 1.0 - mix, mix)

    def prepare(self, stream: StreamFormat) -> None:
        """Make the loop."""
        super().prepare(stream)
        longest = math.ceil(self._sample_rate / self.parameters[0].minimum) + 4
        self._ring = np.zeros((stream.layout.channels, longest), dtype=np.float32)
        self._damped = np.zeros(stream.layout.channels)
        self._cursor = np.zeros(1, dtype=np.int64)
        self._delays = np.zeros(4)
        self._fade_frames = max(1.0, float(ms_to_frames(GLIDE_MS, self._sample_rate)))
        self._run = run_string.ready()
        self._delays[2] = self._loop()[0]
        self.reset()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Ring."""
        self._run(block, out, self._ring, self._damped, self._cursor, self._delays, self._fade_frames, self.ramp_state)

    def parameter_changed(self, name: str) -> None:
        """Fade to the new tuning."""
        super().parameter_changed(name)
        if self._ramps is not None:
            self._delays[2] = self._loop()[0]

    def reset(self) -> None:
        """Be still; the pitch is the wanted one."""
        super().reset()
        if self._ramps is not None:
            for memory in (self._ring, self._damped, self._cursor):
                memory.fill(0)
            self._delays[:2] = self._delays[2]

    def _loop(self) -> tuple[float, float, float, float]:
        """Delay in frames, pole of the damping, its gain at the pitch, and what one pass keeps there."""
        value, rate = self.values, self._sample_rate
        angle = 2.0 * math.pi * min(value["frequency_hz"], rate / 8.0) / rate
        pole = 0.9 * (value["damping_percent"] / 100.0) ** 2
        filter_delay = math.atan2(pole * math.sin(angle), 1.0 - pole * math.cos(angle)) / angle
        filter_gain = (1.0 - pole) / math.sqrt(1.0 - 2.0 * pole * math.cos(angle) + pole * pole)
        period = 2.0 * math.pi / angle
        kept = math.pow(10.0, -3.0 * period / (rate * value["decay_s"]))
        return max(NEAREST_FRAMES, period - filter_delay), pole, filter_gain, kept


class Resonator(_Ringing):
    """Twelve tuned modes that the sound drives: strings, tubes, bars, skins and bells.

    `decay_s` is that of the lowest mode; at full damping a mode an octave above decays four times as fast.
    """

    name = "resonator"
    summary = "Rings like a string, a tube, a bar, a skin or a bell that the sound strikes."
    parameters = (
        *_parameters(20.0, 4_000.0, 220.0),
        Parameter(
            "body", 0.0, 0.0, len(BODIES) - 1.0, choices=tuple(BODIES), smoothing_ms=GLIDE_MS, summary="what rings"
        ),
    )

    def targets(self) -> tuple[float, ...]:
        """Pole (real, imaginary) and gain of each mode, dry, wet."""
        value, rate = self.values, self._sample_rate
        ratios = tuple(BODIES.values())[int(value["body"])]
        told: list[float] = []
        for ratio in ratios:
            frequency_hz = value["frequency_hz"] * ratio
            faster = (ratio / ratios[0]) ** (2.0 * value["damping_percent"] / 100.0)
            radius = 10.0 ** (-3.0 * faster / (rate * value["decay_s"]))
            if frequency_hz > HIGHEST * rate:
                told += (0.0, 0.0, 0.0)
                continue
            angle = 2.0 * math.pi * frequency_hz / rate
            gain = math.sqrt(2.0 * (1.0 - radius * radius) / MODES)
            told += (radius * math.cos(angle), radius * math.sin(angle), gain)
        mix = value["mix_percent"] / 100.0
        return (*told, 1.0 - mix, mix)

    def prepare(self, stream: StreamFormat) -> None:
        """Make the modes."""
        super().prepare(stream)
        self._state = np.zeros((stream.layout.channels, 2, MODES))
        self._run = run_modes.ready()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Ring."""
        self._run(block, out, self._state, self.ramp_state)

    def reset(self) -> None:
        """Be still."""
        super().reset()
        if self._ramps is not None:
            self._state.fill(0.0)
