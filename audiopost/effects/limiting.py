"""The true-peak limiter.

Notes
-----
Latency: the look-ahead and 24 frames of the interpolator. Realtime: four compiled passes.
Source of what a true peak is: ITU-R BS.1770-5, Annex 2. The curve: `audiopost.dsp.limiter`.
"""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp import gain as gains
from audiopost.dsp.delay_line import DelayedProduct
from audiopost.dsp.limiter import CEILING_SMOOTHING_MS, LimiterGain
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.errors import UsageError
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.units import db_to_linear

__all__ = ["Limiter"]

LOOKAHEAD_RANGE_MS = (0.1, 10.0)
"""Shorter clicks; longer overflows the exact sums of the curve at the highest sample rates."""


class Limiter(SmoothedNode):
    """Keeps the true peak under a ceiling; all channels move together, so nothing shifts in the picture.

    Attributes
    ----------
    gain_reduction_db : float
        The largest reduction heard in the last block, in dB, 0 or more.
    """

    name = "limiter"
    summary = "Keeps the true peak under a ceiling, with look-ahead and without distortion below it."
    parameters = (
        Parameter(
            "ceiling_dbtp",
            -1.0,
            -30.0,
            0.0,
            unit="dBTP",
            smoothing_ms=CEILING_SMOOTHING_MS,
            summary="highest true peak",
        ),
        Parameter(
            "release_ms",
            100.0,
            1.0,
            2_000.0,
            unit="ms",
            taper="log",
            smoothing_ms=0.0,
            summary="time to 37 % of a reduction in dB",
        ),
        Parameter(
            "input_gain_db", 0.0, -24.0, 36.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="gain ahead of the limiter"
        ),
    )
    settings = (Setting("lookahead_ms", "number", 2.0, summary="time in which the gain moves to a peak, 0.1 to 10 ms"),)

    gain_reduction_db = 0.0

    def targets(self) -> tuple[float, ...]:
        """Amplitude of the input gain."""
        return (db_to_linear(self.values["input_gain_db"]),)

    def prepare(self, stream: StreamFormat) -> None:
        """Make the curve and the delay that waits for it.

        Raises
        ------
        UsageError
            If the look-ahead is out of its range.
        """
        super().prepare(stream)
        channels, frames = stream.layout.channels, stream.maximum_frames
        self._curve = LimiterGain(
            channels,
            stream.sample_rate,
            frames,
            lookahead_ms=self._lookahead_ms(),
            ceiling_dbtp=self.values["ceiling_dbtp"],
            release_ms=self.values["release_ms"],
        )
        self.latency_frames = self._curve.latency_frames
        self.tail_frames = self._curve.latency_frames
        self._delay = DelayedProduct(channels, self.latency_frames)
        self._driven = BlockMemory(channels, frames)
        self._gain = np.ones(frames, dtype=np.float64)
        self._scale = gains.scale.ready()
        self.gain_reduction_db = 0.0

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

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Drive, look ahead, multiply what was held back."""
        frames = block.shape[1]
        driven, gain = self._driven.block(frames), self._gain[:frames]
        self._scale(block, driven, self.ramp_state)
        self._curve.process(driven, gain)
        self._delay.process(driven, gain, out)
        self.gain_reduction_db = self._curve.reduction_db

    def parameter_changed(self, name: str) -> None:
        """Pass the ceiling and the release on to the curve."""
        super().parameter_changed(name)
        if self._ramps is not None:
            self._curve.set_ceiling(self.values["ceiling_dbtp"])
            self._curve.set_release(self.values["release_ms"])

    def reset(self) -> None:
        """Forget all sound."""
        super().reset()
        if self._ramps is not None:
            self._curve.reset()
            self._delay.reset()
            self.gain_reduction_db = 0.0
