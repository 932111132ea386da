"""Levels and places: gain, dry/wet, pan, mid/side.

Notes
-----
Latency: none. Realtime: one compiled pass. Accuracy: products in float64, rounded once; a gain of 0 dB returns
its input to the last bit.
"""

from __future__ import annotations

import math

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp import gain as gains
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.errors import LayoutError
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter
from audiopost.layouts import Layout, layout_named
from audiopost.units import db_to_linear

__all__ = ["Blend", "Gain", "MidSide", "Pan"]

SILENT_DB = -120.0
"""The lower end of a gain knob: there the gain is exactly 0, as at the bottom of a fader."""


def _gain_parameter(name: str, summary: str) -> Parameter:
    return Parameter(name, 0.0, SILENT_DB, 48.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary=summary)


def _amplitude(gain_db: float) -> float:
    return 0.0 if gain_db <= SILENT_DB else db_to_linear(gain_db)


class Gain(SmoothedNode):
    """Level of all channels, from silence to +48 dB; glides in amplitude."""

    name = "gain"
    summary = "Changes the level of all channels alike."
    parameters = (_gain_parameter("gain_db", "level change; -120 dB is silence"),)

    def targets(self) -> tuple[float, ...]:
        """Amplitude."""
        return (_amplitude(self.values["gain_db"]),)

    def prepare(self, stream: StreamFormat) -> None:
        """Load the kernel."""
        super().prepare(stream)
        self._scale = gains.scale.ready()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Multiply."""
        self._scale(block, out, self.ramp_state)


class Blend(SmoothedNode):
    """Dry/wet around whatever stands before it: a share of its input, the rest of the side input ``dry``.

    The graph aligns both in time, so a blend of an effect with latency has no comb filter. Amplitudes add up to 1:
    what is equal on both sides passes unchanged, and all wet is the wet sound to the last bit.
    """

    name = "blend"
    summary = "Mixes a sound (wet) with what it was before (dry), aligned in time: dry/wet for any effect or chain."
    parameters = (
        Parameter(
            "mix_percent", 100.0, 0.0, 100.0, unit="%", smoothing_ms=SMOOTHING_MS, summary="share of the wet sound"
        ),
    )
    side_inputs = ("dry",)

    def targets(self) -> tuple[float, ...]:
        """Amplitudes of dry and wet."""
        wet = self.values["mix_percent"] / 100.0
        return (1.0 - wet, wet)

    def prepare(self, stream: StreamFormat) -> None:
        """Load the kernel; a mono dry sound is spread over the channels of the wet one."""
        wet, dry = stream.layout, stream.side_layouts[0] if stream.side_layouts else stream.layout
        if dry.channels not in (1, wet.channels):
            raise LayoutError(
                f"{dry.name} is no dry sound for {wet.name}",
                where=self.name,
                mend="blend where both have one layout, or the dry one is mono",
            )
        super().prepare(stream)
        self._mix = gains.mix.ready()
        spread = dry.channels != wet.channels
        self._spread = np.zeros(wet.channels * stream.maximum_frames, dtype=np.float32) if spread else None

    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        """Weigh dry and wet."""
        dry = side[0]
        if self._spread is not None:
            dry = self._spread[: block.size].reshape(block.shape)
            np.copyto(dry, side[0])
        self._mix(dry, block, out, self.ramp_state)


class Pan(SmoothedNode):
    """Place of a mono sound between two loudspeakers, or balance of a stereo sound.

    Mono is panned at constant power (sine and cosine of the angle): -3.01 dB on both sides in the centre, 0 dB on
    one side at the ends. Stereo is balanced by the same law against its centre: unity in the centre, the far side
    fades, the near side never rises.
    """

    name = "pan"
    summary = "Places a mono sound in stereo at constant power, or balances a stereo sound."
    parameters = (
        Parameter("position", 0.0, -1.0, 1.0, smoothing_ms=SMOOTHING_MS, summary="-1 left, 0 centre, 1 right"),
    )

    _inputs = 2

    def output_layout(self, layout: Layout) -> Layout:
        """Stereo; raises LayoutError unless the input is mono or stereo."""
        if layout.channels > 2:
            raise LayoutError(f"{layout.name} cannot be panned", where=self.name, mend="give it mono or stereo")
        return layout_named("stereo")

    def targets(self) -> tuple[float, ...]:
        """The gains from each input to left, then to right."""
        angle = (self.values["position"] + 1.0) * math.pi / 4.0
        left, right = math.cos(angle), math.sin(angle)
        if self._inputs == 1:
            return (left, right)
        return (min(1.0, math.sqrt(2.0) * left), 0.0, 0.0, min(1.0, math.sqrt(2.0) * right))

    def prepare(self, stream: StreamFormat) -> None:
        """Choose the law by the number of input channels and load the kernel."""
        self.output_layout(stream.layout)
        self._inputs = stream.layout.channels
        super().prepare(stream)
        self._apply = gains.apply_matrix.ready()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Weigh the inputs into left and right."""
        self._apply(block, out, self.ramp_state)


class MidSide(SmoothedNode):
    """Level of what both channels share (mid) and of what they differ in (side)."""

    name = "mid_side"
    summary = "Sets the levels of the mid and the side of a stereo sound: width without a change of tone."
    parameters = (
        _gain_parameter("mid_gain_db", "level of left + right"),
        _gain_parameter("side_gain_db", "level of left - right; -120 dB makes mono"),
    )

    def output_layout(self, layout: Layout) -> Layout:
        """Stereo; raises LayoutError for anything else."""
        if layout.channels != 2:
            raise LayoutError(f"{layout.name} has no mid and side", where=self.name, mend="give it stereo")
        return layout

    def targets(self) -> tuple[float, ...]:
        """The matrix that makes, weighs and undoes mid and side."""
        mid, side = _amplitude(self.values["mid_gain_db"]), _amplitude(self.values["side_gain_db"])
        same, cross = (mid + side) / 2.0, (mid - side) / 2.0
        return (same, cross, cross, same)

    def prepare(self, stream: StreamFormat) -> None:
        """Load the kernel."""
        self.output_layout(stream.layout)
        super().prepare(stream)
        self._apply = gains.apply_matrix.ready()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Weigh mid and side."""
        self._apply(block, out, self.ramp_state)
