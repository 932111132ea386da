"""Sounds that are made for a moment: impact, whoosh, beep. Each plays once, from the beginning of the stream.

Notes
-----
Latency: none. Realtime: one compiled pass. Level: `level_dbfs` is the peak of an impact and of a beep within 3 dB, and
the loudest stretch of a whoosh (50 ms, AES17) within 3 dB.

Sources: A. Farnell, "Designing Sound" (MIT Press, 2010); W. W. Gaver, "How do we hear in the world?", Ecological
Psychology 5 (1993).
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.noise import channel_keys
from audiopost.dsp.one_shots import run_beeps, run_impact, run_whoosh
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.errors import UsageError
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting, SettingValue
from audiopost.units import db_to_linear, seconds_to_frames

__all__ = ["Beep", "Impact", "Whoosh"]

SEED = Setting("seed", "integer", 1, summary="another seed is another sound of the same kind")
MODES = 14
TAIL_DECAYS = 13.8
"""Time constants of a decay by 120 dB."""


def _number(values: dict[str, SettingValue], name: str, lowest: float, highest: float, where: str) -> float:
    """A setting within its range; raises UsageError."""
    number = float(values[name])
    if not lowest <= number <= highest:
        raise UsageError(
            f"{name} = {number:g} is out of range", where=where, mend=f"give a number from {lowest:g} to {highest:g}"
        )
    return number


def _share(name: str, default: float, summary: str) -> Setting:
    return Setting(f"{name}_percent", "number", default, summary=f"{summary}, 0 to 100")


class _OneShot(SmoothedNode):
    generates = True
    parameters = (
        Parameter(
            "level_dbfs", -12.0, -80.0, 0.0, unit="dBFS", smoothing_ms=SMOOTHING_MS, summary="level where it is loudest"
        ),
    )

    def targets(self) -> tuple[float, ...]:
        """Amplitude."""
        return (db_to_linear(self.values["level_dbfs"]),)

    def prepare(self, stream: StreamFormat) -> None:
        """Seed, and form the sound.

        Raises
        ------
        UsageError
            If a setting is out of its range.
        """
        super().prepare(stream)
        self._sample_rate = float(stream.sample_rate)
        seed = int(self.setting_values.get("seed", 0))
        keys = channel_keys(seed, stream.layout.channels + 1)
        self._weather, self._keys = keys[0], np.ascontiguousarray(keys[1:])
        self._frame = np.zeros(1, dtype=np.int64)
        length_s = self.form(stream.layout.channels, np.random.default_rng(abs(seed) * 2 + (seed < 0)))
        self.tail_frames = seconds_to_frames(length_s, self._sample_rate) + 2

    @abstractmethod
    def form(self, channels: int, chance: np.random.Generator) -> float:
        """Make the memory and load the kernel; the length of the sound in s."""

    @abstractmethod
    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Fill `out`; the input is ignored."""

    def reset(self) -> None:
        """Begin again."""
        super().reset()
        if self._ramps is not None:
            self._frame.fill(0)

    def share(self, name: str) -> float:
        """A setting in percent, from 0 to 1."""
        return _number(self.setting_values, f"{name}_percent", 0.0, 100.0, self.name) / 100.0


class Impact(_OneShot):
    """A blow: modes that ring down, a thump whose pitch falls, a burst of dust.

    `size_percent` makes it deeper and longer, `hardness_percent` from felt to metal, `thump_percent` and `dust_percent`
    set the low end and the noise.
    """

    name = "impact"
    summary = "A blow, from a tap on wood to a trailer's boom."
    settings = (
        _share("size", 60.0, "how big the struck thing is"),
        _share("hardness", 40.0, "from felt to metal"),
        _share("thump", 70.0, "the low end"),
        _share("dust", 30.0, "the noise of the blow"),
        SEED,
    )

    def form(self, channels: int, chance: np.random.Generator) -> float:
        """The modes of a body of that size, in places of chance."""
        size, hardness = self.share("size"), self.share("hardness")
        lowest_hz = 900.0 * math.exp(-math.log(900.0 / 55.0) * size)
        decay_s = (0.04 + 0.5 * size) * (0.35 + 2.0 * hardness * hardness)
        self._modes = np.zeros((MODES, 4))
        for k in range(MODES):
            ratio = 1.0 + k * (0.55 + 0.25 * chance.uniform()) + 0.12 * k * k * hardness * chance.uniform()
            frequency_hz = lowest_hz * ratio
            if frequency_hz > 0.45 * self._sample_rate:
                break
            fading = math.exp(-1.0 / (decay_s / (1.0 + 0.35 * k * (1.2 - hardness)) * self._sample_rate))
            angle = 2.0 * math.pi * frequency_hz / self._sample_rate
            level = chance.uniform(0.4, 1.0) * math.pow(ratio, -1.6 + 1.1 * hardness)
            place = chance.uniform(-1.0, 1.0) * min(1.0, k / 4.0)
            self._modes[k] = (level, fading * math.cos(angle), fading * math.sin(angle), place)
        thump, dust = self.share("thump"), self.share("dust")
        thump_s, dust_s = 0.06 + 0.55 * size, 0.01 + 0.12 * size
        thump_hz = 90.0 - 55.0 * size
        loudest = float(self._modes[:, 0].sum()) * 0.55 + thump + dust
        norm = 1.0 / max(loudest, 1e-6)
        self._modes[:, 0] *= norm
        self._thump = np.array(
            [
                norm * thump, 4.0 * thump_hz, thump_hz, 0.02 + 0.03 * size, thump_s, norm * dust * 0.5, dust_s,
                1500.0 + 9000.0 * hardness,
            ]
        )  # fmt: skip
        self._now = np.zeros((MODES, 2))
        self._state = np.zeros((channels, 2))
        self._now[:, 0] = 1.0
        self._run = run_impact.ready()
        return TAIL_DECAYS * max(decay_s, thump_s, dust_s)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:  # noqa: ARG002 - a source
        """Strike."""
        self._run(
            out, self._keys, self._frame, self._modes, self._now, self._state, self._thump, self._sample_rate,
            self.ramp_state,
        )  # fmt: skip

    def reset(self) -> None:
        """Strike again."""
        super().reset()
        if self._ramps is not None:
            self._state.fill(0.0)
            self._now[:] = (1.0, 0.0)


class Whoosh(_OneShot):
    """Something that passes through the air: a band of noise that rises, is loudest where it is nearest, and falls."""

    name = "whoosh"
    summary = "A pass-by of air: sword, cape, arrow, title card."
    exceptions: ClassVar[Mapping[str, str]] = {"smoothing": "it is loud for a moment only, with noise's own steps"}
    settings = (
        Setting("duration_s", "number", 1.2, summary="length, 0.1 to 20 s"),
        _share("peak", 60.0, "where in its time it is loudest"),
        Setting("low_hz", "number", 180.0, summary="pitch at its ends, 20 to 5000 Hz"),
        Setting("high_hz", "number", 2_200.0, summary="pitch at its loudest, 50 to 16000 Hz"),
        _share("sharpness", 40.0, "from a broad wind to a whistle"),
        _share("turbulence", 40.0, "unevenness"),
        Setting(
            "direction", "text", "left to right", choices=("left to right", "right to left", "centre"), summary="way"
        ),
        SEED,
    )

    def form(self, channels: int, chance: np.random.Generator) -> float:  # noqa: ARG002 - its noise is in the kernel
        """The course of pitch and level."""
        given = self.setting_values
        length_s = _number(given, "duration_s", 0.1, 20.0, self.name)
        low_hz = _number(given, "low_hz", 20.0, 5_000.0, self.name)
        high_hz = _number(given, "high_hz", 50.0, 16_000.0, self.name)
        peak = min(max(self.share("peak"), 0.02), 0.98)
        damping = math.exp(math.log(1.4) + self.share("sharpness") * math.log(0.05 / 1.4))
        side = {"left to right": 1.0, "right to left": -1.0, "centre": 0.0}[str(given["direction"])]
        self._shape = np.array(
            [length_s, peak, low_hz, high_hz, damping, self.share("turbulence"), -0.8 * side, 0.8 * side]
        )
        self._state = np.zeros((channels, 2, 2))
        self._run = run_whoosh.ready()
        return length_s

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:  # noqa: ARG002 - a source
        """Pass."""
        self._run(
            out, self._keys, self._weather, self._frame, self._state, self._shape, self._sample_rate, self.ramp_state
        )

    def reset(self) -> None:
        """Pass again."""
        super().reset()
        if self._ramps is not None:
            self._state.fill(0.0)


class Beep(_OneShot):
    """The sound of a machine that answers: one beep or several, steady or gliding, round or bright."""

    name = "beep"
    summary = "Beeps of machines and screens: one or several, steady or gliding."
    settings = (
        Setting("start_hz", "number", 880.0, summary="pitch at its beginning, 20 to 16000 Hz"),
        Setting("end_hz", "number", 880.0, summary="pitch at its end, 20 to 16000 Hz"),
        Setting("beep_ms", "number", 90.0, summary="length of a beep, 2 to 10000 ms"),
        Setting("gap_ms", "number", 60.0, summary="silence behind each, 0 to 10000 ms"),
        Setting("count", "integer", 2, summary="how many, 1 to 1000"),
        _share("timbre", 20.0, "from a sine to bright"),
        _share("fade", 30.0, "how far each fades"),
    )

    def form(self, channels: int, chance: np.random.Generator) -> float:  # noqa: ARG002 - nothing of it is chance
        """The beeps, and the gaps between."""
        given = self.setting_values
        first_hz = _number(given, "start_hz", 20.0, 16_000.0, self.name)
        last_hz = _number(given, "end_hz", 20.0, 16_000.0, self.name)
        beep_s = _number(given, "beep_ms", 2.0, 10_000.0, self.name) / 1000.0
        gap_s = _number(given, "gap_ms", 0.0, 10_000.0, self.name) / 1000.0
        count = _number(given, "count", 1, 1000, self.name)
        attack_s = min(0.004, beep_s / 2.0)
        self._shape = np.array(
            [first_hz, last_hz, beep_s, gap_s, count, self.share("timbre"), attack_s, self.share("fade")]
        )
        self._phase = np.zeros(1, dtype=np.uint64)
        self._run = run_beeps.ready()
        return count * (beep_s + gap_s)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:  # noqa: ARG002 - a source
        """Beep."""
        self._run(out, self._phase, self._frame, self._shape, self._sample_rate, self.ramp_state)

    def reset(self) -> None:
        """Beep again."""
        super().reset()
        if self._ramps is not None:
            self._phase.fill(0)
