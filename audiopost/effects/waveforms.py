"""Waveforms that are bent, rounded and held: saturation, bit and rate reduction.

Notes
-----
Latency: none in the crusher; in the saturation that of its filters, 5 frames at eightfold oversampling. Realtime: one
compiled pass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.decimation import run_crusher
from audiopost.dsp.waveshaper import BLOCKER_HZ, CURVES, Waveshaper
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.units import db_to_linear

__all__ = ["BitCrusher", "Saturation"]


def _mix(default: float) -> Parameter:
    return Parameter(
        "mix_percent", default, 0.0, 100.0, unit="%", smoothing_ms=SMOOTHING_MS, summary="share of the effect"
    )


class Saturation(SmoothedNode):
    """A curve that bends loud parts of the wave, at a multiple of the sample rate.

    ``tanh`` is round, ``soft`` a cubic that ends level, ``hard`` clips, ``fold`` turns back beyond its crest, ``diode``
    is of another form above zero than below. `bias_percent` moves the sound along the curve: even harmonics. What
    constant that adds is taken away. Small sounds come out at their level plus `drive_db` plus `output_db`.

    Notes
    -----
    Accuracy: what folds back of a full-scale 5 kHz sine driven 18 dB into ``tanh`` lies more than 80 dB under it at
    eightfold oversampling, 24 dB at sixteenfold; ``hard`` bends so sharply that sixteenfold serves up to 6 dB. Below
    0.4535 of the sample rate a small sound keeps its level within 0.01 dB. The filters ring: a hard edge
    overshoots the bound of its curve by up to 3 dB.
    """

    name = "saturation"
    summary = "Warms or tears a sound by a curve, oversampled so that nothing folds back."
    parameters = (
        Parameter("drive_db", 12.0, 0.0, 48.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="level into the curve"),
        Parameter("curve", 0.0, 0.0, len(CURVES) - 1.0, smoothing_ms=0.0, choices=CURVES, summary="form of the curve"),
        Parameter(
            "bias_percent",
            0.0,
            -100.0,
            100.0,
            unit="%",
            smoothing_ms=SMOOTHING_MS,
            summary="place on it: even harmonics",
        ),
        Parameter("output_db", -6.0, -48.0, 12.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="level behind it"),
        _mix(100.0),
    )
    exceptions: ClassVar[Mapping[str, str]] = {
        "latency": "its filters spread an onset over some frames; declared is the delay of low frequencies"
    }
    settings = (
        Setting(
            "oversampling", "integer", 8, choices=("1", "2", "4", "8", "16"), summary="times the sample rate it runs at"
        ),
    )

    def targets(self) -> tuple[float, ...]:
        """Logarithm of the drive, bias, dry, wet with its level."""
        value, mix = self.values, self.values["mix_percent"] / 100.0
        wet = mix * db_to_linear(value["output_db"])
        return (math.log(db_to_linear(value["drive_db"])), value["bias_percent"] / 100.0, 1.0 - mix, wet)

    def prepare(self, stream: StreamFormat) -> None:
        """Design the filters."""
        super().prepare(stream)
        doublings = int(self.setting_values["oversampling"]).bit_length() - 1
        self._shaper = Waveshaper(stream.layout.channels, stream.sample_rate, doublings)
        self.latency_frames = self._shaper.latency_frames
        self.tail_frames = math.ceil(2.2 / BLOCKER_HZ * stream.sample_rate)  # 120 dB of its decay

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Bend."""
        self._shaper.process(block, out, int(self.values["curve"]), self.ramp_state)

    def reset(self) -> None:
        """Forget all sound."""
        super().reset()
        if self._ramps is not None:
            self._shaper.reset()


class BitCrusher(SmoothedNode):
    """Fewer bits (rounded to the nearest step, without dither) and fewer samples (each held until the next).

    At 24 bits and a rate above the stream's, nothing is changed but the 25th bit.
    """

    name = "bit_crusher"
    summary = "Fewer bits and a lower sample rate, unfiltered: early samplers, toys, broken links."
    parameters = (
        Parameter("bits", 8.0, 1.0, 24.0, smoothing_ms=SMOOTHING_MS, summary="word length"),
        Parameter(
            "rate_hz", 12_000.0, 200.0, 192_000.0, unit="Hz", taper="log", smoothing_ms=SMOOTHING_MS,
            summary="samples a second; the stream's own rate at most",
        ),
        _mix(100.0),
    )  # fmt: skip
    exceptions: ClassVar[Mapping[str, str]] = {"smoothing": "steps of the wave are the effect"}
    _sample_rate = 48_000.0

    def targets(self) -> tuple[float, ...]:
        """Bits, samples a frame, dry, wet."""
        value, mix = self.values, self.values["mix_percent"] / 100.0
        return (value["bits"], min(1.0, value["rate_hz"] / self._sample_rate), 1.0 - mix, mix)

    def prepare(self, stream: StreamFormat) -> None:
        """Take the first sample at once."""
        self._sample_rate = float(stream.sample_rate)
        super().prepare(stream)
        self._held = np.zeros(stream.layout.channels)
        self._place = np.ones(1)
        self._run = run_crusher.ready()
        self.tail_frames = math.ceil(self._sample_rate / self.parameters[1].minimum)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Round and hold."""
        self._run(block, out, self._held, self._place, self.ramp_state)

    def reset(self) -> None:
        """Take the next sample at once."""
        super().reset()
        if self._ramps is not None:
            self._held.fill(0.0)
            self._place.fill(1.0)
