"""The compressor.

Notes
-----
Latency: the look-ahead; none without it. Realtime: one compiled pass, or up to five. All channels move by one gain, so
nothing shifts in the picture. The side input ``sidechain`` is what the detector hears; unconnected, it is the main
input. Sources: `audiopost.dsp.gain_computer`, `audiopost.dsp.feedback_compression`.
"""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp.biquad import HIGHPASS, LOWPASS, Section, SectionCascade
from audiopost.dsp.delay_line import DelayedProduct
from audiopost.dsp.detector import Detector, MeanSquare, PeakHold
from audiopost.dsp.feedback_compression import PEAK_FALL_MS, blend_gains, compress_by_feedback
from audiopost.dsp.gain import multiply
from audiopost.dsp.gain_computer import compress_by_peaks, compressor_gain, time_constant
from audiopost.dsp.smoothing import Ramps
from audiopost.effects.dynamics import Dynamics, level_parameter, time_parameter
from audiopost.effects.smoothed import SMOOTHING_MS
from audiopost.errors import UsageError
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.units import ms_to_frames

__all__ = ["Compressor"]

LOOKAHEAD_RANGE_MS = (0.0, 50.0)

FILTERS = {"highpass": HIGHPASS, "lowpass": LOWPASS}


class Compressor(Dynamics):
    """Lowers what is above the threshold.

    ::

        key ─▶ filter ─▶ detector ─▶ gain computer ─▶ ballistics ─▶ make-up ─▶ gain ─▶ mix with the dry sound
                         (peak       (threshold,      (attack,
                         or rms)     ratio, knee)     release)

    What the times mean: when the level jumps, the reduction in dB covers 63 % (1 - 1/e) of its way to the new value in
    `attack_ms` (more reduction) or `release_ms` (less). With the peak detector the release begins 10 ms after the last
    peak; the rms detector adds its own 10 ms to both. With look-ahead the gain moves before the peak that it is for.

    With ``topology = "feed_back"`` the detector hears the output: softer attacks, releases that depend on what was
    reduced. It then takes neither a side-chain, nor a filter, nor look-ahead, nor the rms detector.
    """

    name = "compressor"
    summary = "Evens out levels above a threshold; can be steered by another signal (side-chain)."
    parameters = (
        level_parameter("threshold_db", -18.0, -60.0, 0.0, "level at which the reduction begins, dBFS"),
        Parameter(
            "ratio",
            3.0,
            1.0,
            100.0,
            taper="log",
            smoothing_ms=SMOOTHING_MS,
            summary="dB in for one dB out, above the threshold",
        ),
        time_parameter("attack_ms", 10.0, 0.05, 500.0, "time to 63 % of more reduction"),
        time_parameter("release_ms", 120.0, 5.0, 5_000.0, "time to 63 % of less reduction"),
        level_parameter("knee_db", 6.0, 0.0, 24.0, "width of the bend around the threshold"),
        level_parameter("makeup_db", 0.0, -12.0, 36.0, "gain behind the reduction"),
        Parameter(
            "mix_percent", 100.0, 0.0, 100.0, unit="%", smoothing_ms=SMOOTHING_MS,
            summary="share of the compressed sound: less is parallel compression",
        ),
        Parameter(
            "sidechain_frequency_hz", 120.0, 20.0, 20_000.0, unit="Hz", taper="log", smoothing_ms=SMOOTHING_MS,
            summary="corner of the side-chain filter, if there is one",
        ),
    )  # fmt: skip
    settings = (
        Setting("detector", "text", "peak", choices=("peak", "rms"), summary="what the level is taken from"),
        Setting(
            "topology", "text", "feed_forward", choices=("feed_forward", "feed_back"),
            summary="whether the detector hears the input or the output",
        ),
        Setting(
            "sidechain_filter", "text", "off", choices=("off", "highpass", "lowpass"),
            summary="what the detector does not hear: lows, highs, or all is heard",
        ),
        Setting("lookahead_ms", "number", 0.0, summary="time by which a peak is known ahead, 0 to 50 ms"),
    )  # fmt: skip

    def targets(self) -> tuple[float, ...]:
        """Threshold, slope, knee, make-up."""
        value = self.values
        return (value["threshold_db"], 1.0 - 1.0 / value["ratio"], value["knee_db"], value["makeup_db"])

    def prepare(self, stream: StreamFormat) -> None:
        """Load the gain computer, make filter and delay.

        Raises
        ------
        UsageError
            If the look-ahead is out of its range, or the settings do not go together.
        """
        lookahead_ms = self._checked_lookahead_ms()
        self._compute, self._compress = compressor_gain.ready(), compress_by_peaks.ready()
        self._blend, self._multiply = blend_gains.ready(), multiply.ready()
        self._feed_back = compress_by_feedback.ready() if self._feeds_back else None
        self._mix = Ramps.lasting(1, SMOOTHING_MS, stream.sample_rate)
        self._mix.jump(0, self.values["mix_percent"] / 100.0)
        self._fall = time_constant(PEAK_FALL_MS, stream.sample_rate)
        self._blended = np.ones(stream.maximum_frames, dtype=np.float64)
        key = stream.side_layouts[0] if stream.side_layouts else stream.layout
        self._key = BlockMemory(key.channels, stream.maximum_frames)
        self._filter = (
            SectionCascade(self._filter_sections(), key.channels, stream.sample_rate, SMOOTHING_MS)
            if self.setting_values["sidechain_filter"] in FILTERS
            else None
        )
        self.latency_frames = ms_to_frames(lookahead_ms, stream.sample_rate)
        self._delay = DelayedProduct(stream.layout.channels, self.latency_frames) if self.latency_frames else None
        super().prepare(stream)

    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        """Detect, compute the gain, multiply."""
        if self._feed_back is not None:
            self._feed_back(
                block, out, self.ramp_state, self._mix.state, self._attack, self._release, self._fall, self._state
            )
        elif self._delay is None and isinstance(self._detector, PeakHold) and self._is_wet():
            self._compress(
                self._heard(block, *side), block, out, *self._detector.maximum, self.ramp_state, self._attack,
                self._release, self._state, self._rows,
            )  # fmt: skip
        else:
            self._detector.process(self._heard(block, *side), self._level)
            self._follow(block.shape[1])
            self._blend(self._gain, block.shape[1], self._mix.state, self._blended)
            if self._delay is None:
                self._multiply(block, self._blended, out)
            else:
                self._delay.process(block, self._blended, out)
        self.gain_reduction_db = float(self._state[1])

    def parameter_changed(self, name: str) -> None:
        """Glide to levels, take times at once."""
        super().parameter_changed(name)
        if self._ramps is not None:
            self._mix.aim(0, self.values["mix_percent"] / 100.0)
            if self._filter is not None:
                self._filter.aim(self._filter_sections())

    def reset(self) -> None:
        """Forget the level and what is held back."""
        super().reset()
        if self._ramps is not None:
            self._mix.finish()
            if self._filter is not None:
                self._filter.reset()
            if self._delay is not None:
                self._delay.reset()

    @property
    def _feeds_back(self) -> bool:
        return self.setting_values["topology"] == "feed_back"

    def _is_wet(self) -> bool:
        return bool(self._mix.state[0, 0] == 1.0 and self._mix.state[0, 3] == 0.0)

    def _heard(self, block: AudioBlock, *side: AudioBlock) -> AudioBlock:
        """What the detector hears."""
        key = side[0] if side else block
        if self._filter is None:
            return key
        filtered = self._key.block(key.shape[1])
        self._filter.process(key, filtered)
        return filtered

    def _filter_sections(self) -> tuple[Section, ...]:
        kind = FILTERS[str(self.setting_values["sidechain_filter"])]
        return (Section(kind, self.values["sidechain_frequency_hz"]),)

    def _make_detector(self, sample_rate: int, channels: int) -> Detector:
        if self.setting_values["detector"] == "rms":
            return MeanSquare(sample_rate, channels)
        return PeakHold(sample_rate)

    def _take_times(self) -> None:
        self._attack = time_constant(self.values["attack_ms"], self._sample_rate)
        self._release = time_constant(self.values["release_ms"], self._sample_rate)

    def _follow(self, frames: int) -> None:
        self._compute(
            self._level, frames, self.ramp_state, self._attack, self._release, self._state, self._work, self._gain
        )

    def _checked_lookahead_ms(self) -> float:
        setting = self.setting_values
        lookahead_ms = float(setting["lookahead_ms"])
        shortest, longest = LOOKAHEAD_RANGE_MS
        if not shortest <= lookahead_ms <= longest:
            raise UsageError(
                f"lookahead_ms = {lookahead_ms:g} is out of range",
                where=self.name,
                mend=f"give {shortest:g} to {longest:g} ms",
            )
        alone = setting["detector"] == "peak" and setting["sidechain_filter"] == "off" and lookahead_ms == 0.0
        if self._feeds_back and not alone:
            raise UsageError(
                "a compressor that feeds back takes no rms detector, no side-chain filter and no look-ahead",
                where=self.name,
                mend='leave them at their defaults, or give topology = "feed_forward"',
            )
        return lookahead_ms
