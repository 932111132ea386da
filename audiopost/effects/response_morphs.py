"""From one room, or one thing that is struck, to another.

Notes
-----
Latency: none. Realtime: three partitioned convolutions and a compiled pass. Source: `audiopost.dsp.response_morphing`.
"""

from __future__ import annotations

import math

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp.convolution import PartitionedConvolution
from audiopost.dsp.response_morphing import likeness, middle_response, mix_three
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.effects.space import read_response
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.units import db_to_linear

__all__ = ["ConvolutionMorph"]


class ConvolutionMorph(SmoothedNode):
    """Leads a sound from one impulse response to another while it plays, and stops wherever it is told to.

    Half way stands a response of its own, whose level is in every moment and at every frequency midway in dB: a room of
    another size, not two rooms at once. Between it and either end two responses are mixed, so that noise stays as loud
    all the way. Both files are treated as by `convolution`: resampled, trimmed to their direct sound, at unit energy.
    """

    name = "convolution_morph"
    summary = "Leads a sound from one impulse response to another, through what lies between."
    parameters = (
        Parameter(
            "morph_percent", 50.0, 0.0, 100.0, unit="%", smoothing_ms=SMOOTHING_MS, summary="how far it has come"
        ),
        Parameter(
            "mix_percent", 100.0, 0.0, 100.0, unit="%", smoothing_ms=SMOOTHING_MS, summary="share of the convolved"
        ),
        Parameter(
            "gain_db", 0.0, -60.0, 24.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="level of the convolved sound"
        ),
    )
    settings = (
        Setting("impulse_response", "path", summary="an audio file with the response at 0 %"),
        Setting("other_response", "path", summary="one with the response at 100 %"),
    )
    _likeness = (0.0, 0.0)

    def targets(self) -> tuple[float, ...]:
        """Dry, and the shares of the first, the middle and the other response."""
        mix, way = self.values["mix_percent"] / 100.0, self.values["morph_percent"] / 50.0
        near = way if way <= 1.0 else 2.0 - way
        end, middle = math.cos(0.5 * math.pi * near), math.sin(0.5 * math.pi * near)
        alike = self._likeness[0] if way <= 1.0 else self._likeness[1]
        wet = mix * db_to_linear(self.values["gain_db"]) / math.sqrt(1.0 + 2.0 * alike * end * middle)
        first, other = (end, 0.0) if way <= 1.0 else (0.0, end)
        return (1.0 - mix, wet * first, wet * middle, wet * other)

    def prepare(self, stream: StreamFormat) -> None:
        """Read both responses, find what lies between.

        Raises
        ------
        FileError, LayoutError, UsageError
            As `convolution`, of either file.
        """
        first, other = (
            read_response(str(self.setting_values[name]), stream, normalize=True, trim=True)
            for name in ("impulse_response", "other_response")
        )
        rows, taps = max(first.shape[0], other.shape[0]), max(first.shape[1], other.shape[1])
        ends = [
            np.pad(np.broadcast_to(each, (rows, each.shape[1])), ((0, 0), (0, taps - each.shape[1])))
            for each in (first, other)
        ]
        middle = middle_response(*ends)
        self._likeness = (likeness(ends[0], middle), likeness(middle, ends[1]))
        super().prepare(stream)
        channels = stream.layout.channels
        self._responses = [PartitionedConvolution(each, channels) for each in (ends[0], middle, ends[1])]
        self._memories = [BlockMemory(channels, stream.maximum_frames) for _ in self._responses]
        self._mix = mix_three.ready()
        self.tail_frames = taps

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Convolve three times and mix."""
        first, middle, other = (memory.block(block.shape[1]) for memory in self._memories)
        for response, wet in zip(self._responses, (first, middle, other), strict=True):
            response.process(block, wet)
        self._mix(block, first, middle, other, out, self.ramp_state)

    def reset(self) -> None:
        """Forget all sound."""
        super().reset()
        if self._ramps is not None:
            for response in self._responses:
                response.reset()
