"""De-esser and plosive control: a band at either end of the spectrum, lowered where it stands out.

Notes
-----
Latency: none. Realtime: one compiled pass. All channels move by one gain. Source: `audiopost.dsp.standing_band`.
"""

from __future__ import annotations

import math

from audiopost.blocks import AudioBlock
from audiopost.dsp.gain_computer import time_constant
from audiopost.dsp.standing_band import StandingBand
from audiopost.effects.dynamics import level_parameter, time_parameter
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting

__all__ = ["DeEsser", "PlosiveControl"]


class _StandingOut(SmoothedNode):
    """A node that lowers a band where it stands out."""

    low: bool
    average_ms: float
    slope: float
    gain_reduction_db = 0.0

    def targets(self) -> tuple[float, ...]:
        """Split, threshold, range."""
        return (math.log(self.values["split_frequency_hz"]), self.values["threshold_db"], self.values["range_db"])

    def prepare(self, stream: StreamFormat) -> None:
        """Make the split and the detector."""
        super().prepare(stream)
        self._sample_rate = stream.sample_rate
        self._band = StandingBand(
            stream.layout.channels, stream.sample_rate, low=self.low, average_ms=self.average_ms, slope=self.slope
        )
        self._take_times()
        # Three sections in a row; a Butterworth section decays by 120 dB within 20 / (2 pi f).
        self.tail_frames = 1 + int(3 * 20.0 * stream.sample_rate / (2.0 * math.pi * self.parameters[0].minimum))

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Split, compare, lower."""
        wide = self.setting_values.get("mode") == "wide"
        self._band.process(block, out, self.ramp_state, self._attack, self._release, wide=wide)
        self.gain_reduction_db = self._band.reduction_db

    def reset(self) -> None:
        """Forget all sound."""
        super().reset()
        if self._ramps is not None:
            self._band.reset()
            self.gain_reduction_db = 0.0

    def _take_times(self) -> None:
        self._attack = time_constant(self.values["attack_ms"], self._sample_rate)
        self._release = time_constant(self.values["release_ms"], self._sample_rate)


def _standing_out(split_hz: tuple[float, float, float], threshold_db: float, range_db: float) -> tuple[Parameter, ...]:
    return (
        Parameter(
            "split_frequency_hz", *split_hz, unit="Hz", taper="log", smoothing_ms=SMOOTHING_MS,
            summary="border of the band",
        ),
        level_parameter("threshold_db", threshold_db, -40.0, 0.0, "level of the band over all that it may have"),
        level_parameter("range_db", range_db, 0.0, 30.0, "how far it is lowered at most"),
    )  # fmt: skip


class DeEsser(_StandingOut):
    """Lowers the high band where it stands out: s, sh, cymbals, string noise.

    The threshold is the level of the high band over that of the whole sound, so it fits a whisper and a shout. What is
    lowered is the high band alone, or with ``mode = "wide"`` all. Unlowered, the sound passes an all-pass at the split.

    Attributes
    ----------
    gain_reduction_db : float
        The largest reduction in the last block, in dB, 0 or more: for meters.
    """

    name = "de_esser"
    summary = "Softens sharp s and sh sounds, at any level of the voice."
    parameters = (
        *_standing_out((5_500.0, 1_000.0, 16_000.0), -9.0, 10.0),
        time_parameter("attack_ms", 1.0, 0.05, 50.0, "time to 63 % of more reduction"),
        time_parameter("release_ms", 40.0, 5.0, 500.0, "time to 63 % of less reduction"),
    )
    settings = (
        Setting("mode", "text", "split", choices=("split", "wide"), summary="lower the high band, or the whole sound"),
    )
    low = False
    average_ms = 4.0
    slope = 1.0


class PlosiveControl(_StandingOut):
    """Lowers the low band where it stands out: the p and b of a voice too near, wind, handling.

    A vowel has its power above `split_frequency_hz`, the burst of breath on a microphone has it below. Unlowered, the
    sound passes an all-pass at the split.

    Attributes
    ----------
    gain_reduction_db : float
        The largest reduction in the last block, in dB, 0 or more: for meters.
    """

    name = "plosive_control"
    summary = "Lowers pops of p and b, wind and handling noise; vowels keep their lows."
    parameters = (
        *_standing_out((120.0, 40.0, 400.0), -3.0, 18.0),
        time_parameter("attack_ms", 2.0, 0.05, 50.0, "time to 63 % of more reduction"),
        time_parameter("release_ms", 60.0, 5.0, 500.0, "time to 63 % of less reduction"),
    )
    low = True
    average_ms = 10.0
    slope = 6.0
    """A pop has hardly more than the whole sound below the split: its last 3 dB are the whole way."""
