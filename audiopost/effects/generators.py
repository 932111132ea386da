"""Test signals: noise, tone, sweep.

Levels are those of AES17: 0 dBFS is the level of a sine that just reaches full scale. So a tone of -18 dBFS peaks at
-18 dB, and noise of -18 dBFS has the RMS of that tone. Every sample is a function of its frame (counted from the
start or the last `reset`), never of block sizes. The input is ignored.
"""

from __future__ import annotations

import math
from abc import abstractmethod

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.noise import NoiseSource
from audiopost.dsp.oscillator import run_sweep, run_tone
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.errors import UsageError
from audiopost.graph.node import INFINITE_TAIL, StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.units import db_to_linear, ms_to_frames, seconds_to_frames

__all__ = ["Noise", "Sweep", "Tone"]

LEVEL = Parameter(
    "level_dbfs",
    -20.0,
    -120.0,
    0.0,
    unit="dBFS",
    smoothing_ms=SMOOTHING_MS,
    summary="level, AES17: a full-scale sine is 0",
)
FADE_MS = 5.0


class _Generator(SmoothedNode):
    generates = True

    def targets(self) -> tuple[float, ...]:
        """Amplitude of a sine of this level."""
        return (db_to_linear(self.values["level_dbfs"]),)

    @abstractmethod
    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Fill `out`; the input is ignored."""


class Noise(_Generator):
    """White or pink noise, different in every channel, the same for the same seed."""

    name = "noise"
    summary = "White or pink noise, repeatable by its seed."
    parameters = (LEVEL,)
    settings = (
        Setting("colour", "text", "white", choices=("white", "pink"), summary="white or pink (-3 dB an octave)"),
        Setting("seed", "integer", 1, summary="another seed is another noise"),
    )

    def targets(self) -> tuple[float, ...]:
        """RMS: that of a sine of this level."""
        return (db_to_linear(self.values["level_dbfs"]) * math.sqrt(0.5),)

    def prepare(self, stream: StreamFormat) -> None:
        """Seed and warm up."""
        super().prepare(stream)
        pink = self.setting_values["colour"] == "pink"
        self._source = NoiseSource(
            stream.layout.channels, stream.sample_rate, int(self.setting_values["seed"]), pink=pink
        )
        self.tail_frames = INFINITE_TAIL

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:  # noqa: ARG002 - a source
        """Fill `out`; the input is ignored."""
        self._source.process(out, self.ramp_state)

    def reset(self) -> None:
        """Begin again."""
        super().reset()
        if self._ramps is not None:
            self._source.reset()


class Tone(_Generator):
    """A sine in all channels; it begins at phase 0."""

    name = "tone"
    summary = "A sine: line-up tone, test tone."
    parameters = (
        Parameter(
            "frequency_hz", 1_000.0, 1.0, 20_000.0, unit="Hz", taper="log", smoothing_ms=SMOOTHING_MS, summary="pitch"
        ),
        LEVEL,
    )

    def targets(self) -> tuple[float, ...]:
        """Amplitude, logarithm of the frequency (0.49 of the sample rate at most)."""
        highest_hz = 0.49 * getattr(self, "_sample_rate", math.inf)
        return (*super().targets(), math.log(min(self.values["frequency_hz"], highest_hz)))

    def prepare(self, stream: StreamFormat) -> None:
        """Start at phase 0."""
        self._sample_rate = float(stream.sample_rate)
        super().prepare(stream)
        self._phase = np.zeros(1, dtype=np.uint64)
        self._run = run_tone.ready()
        self.tail_frames = INFINITE_TAIL

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:  # noqa: ARG002 - a source
        """Fill `out`; the input is ignored."""
        self._run(out, self._phase, self._sample_rate, self.ramp_state)

    def reset(self) -> None:
        """Begin again at phase 0."""
        super().reset()
        if self._ramps is not None:
            self._phase.fill(0)


class Sweep(_Generator):
    """A sine that sweeps once from one pitch to another, an equal interval in equal time, then silence.

    Its ends are faded over 5 ms. Source: A. Farina, "Simultaneous measurement of impulse response and distortion with a
    swept-sine technique", AES 108th Convention (2000), preprint 5093.
    """

    name = "sweep"
    summary = "A logarithmic sine sweep, once, for measuring rooms and devices."
    parameters = (LEVEL,)
    settings = (
        Setting("start_hz", "number", 20.0, summary="first pitch"),
        Setting("end_hz", "number", 20_000.0, summary="last pitch"),
        Setting("duration_s", "number", 5.0, summary="length"),
    )

    def prepare(self, stream: StreamFormat) -> None:
        """Check the settings against the sample rate and start at frame 0.

        Raises
        ------
        UsageError
            If a pitch is not between 0 and half the sample rate, or the duration is not positive.
        """
        super().prepare(stream)
        self._sample_rate = float(stream.sample_rate)
        self._start_hz, self._end_hz = (float(self.setting_values[name]) for name in ("start_hz", "end_hz"))
        duration_s = float(self.setting_values["duration_s"])
        if not (0.0 < self._start_hz < self._sample_rate / 2 and 0.0 < self._end_hz < self._sample_rate / 2):
            raise UsageError(
                f"no sweep from {self._start_hz:g} Hz to {self._end_hz:g} Hz at {stream.sample_rate} Hz",
                where=self.name,
                mend="give pitches above 0 and below half the sample rate",
            )
        if not duration_s > 0.0:
            raise UsageError(f"no sweep lasts {duration_s:g} s", where=self.name, mend="give a duration above 0")
        self._length = max(1, seconds_to_frames(duration_s, self._sample_rate))
        self._fade = max(1, min(ms_to_frames(FADE_MS, self._sample_rate), self._length // 2))
        self._frame = np.zeros(1, dtype=np.int64)
        self._run = run_sweep.ready()
        self.tail_frames = self._length

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:  # noqa: ARG002 - a source
        """Fill `out`; the input is ignored."""
        self._run(
            out, self._frame, self._start_hz, self._end_hz, self._length, self._fade, self._sample_rate, self.ramp_state
        )

    def reset(self) -> None:
        """Sweep again."""
        super().reset()
        if self._ramps is not None:
            self._frame.fill(0)
