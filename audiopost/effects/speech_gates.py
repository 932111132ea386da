"""Speech and nothing else: a gate that a voice opens and a door does not, for the side-chain of what must make room.

Notes
-----
Latency: the look-ahead. Realtime: one transform for each pair of channels and one back in every 11 ms, one compiled
pass. All channels move by one gain. Source: `audiopost.dsp.speech_detection`.
"""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.delay_line import DelayedProduct
from audiopost.dsp.gain_computer import time_constant
from audiopost.dsp.speech_detection import NOW_DB, SpeechDetection, glide_to_range
from audiopost.dsp.stft import PowerSpectra
from audiopost.effects.dynamics import level_parameter, time_parameter
from audiopost.errors import UsageError
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.units import ms_to_frames

__all__ = ["SpeechGate"]

LOOKAHEAD_RANGE_MS = (10.0, 1_000.0)


class SpeechGate(Node):
    """Opens where somebody speaks, and closes for noise, knocks and drums.

    Speech is told by its voiced sounds. They are known some 100 ms late, so what is heard is held back by
    `lookahead_ms`: the consonant before a vowel passes too. Its output is a side-chain for `ducker`, `gate` or
    `compressor` that no slamming door trips. A melody instrument or a singer opens it as well.

    Attributes
    ----------
    gain_reduction_db : float
        How far it is closed at the end of the last block, in dB, 0 or more: for meters.
    """

    name = "speech_gate"
    summary = "Lets speech through and nothing else: a side-chain that no door trips."
    parameters = (
        Parameter(
            "over_noise_db", 6.0, 0.0, 40.0, unit="dB", smoothing_ms=0.0,
            summary="how far speech lies over the noise of the room, at least",
        ),
        Parameter(
            "voiced_percent", 40.0, 10.0, 90.0, unit="%", smoothing_ms=0.0,
            summary="how voiced a sound must be: 20 for noise, 60 to 90 for vowels",
        ),
        level_parameter("range_db", 60.0, 0.0, 100.0, "how far it closes"),
        time_parameter("attack_ms", 10.0, 0.1, 500.0, "time to 63 % of opening"),
        time_parameter("hold_ms", 500.0, 50.0, 5_000.0, "pauses that are passed over"),
        time_parameter("release_ms", 80.0, 1.0, 5_000.0, "time to 63 % of closing"),
    )  # fmt: skip
    settings = (Setting("lookahead_ms", "number", 200.0, summary="time by which speech is known ahead, 10 to 1000 ms"),)
    gain_reduction_db = 0.0
    _detection: SpeechDetection | None = None
    _filled = 0
    _speaks = False

    def prepare(self, stream: StreamFormat) -> None:
        """Make the detector and the delay.

        Raises
        ------
        UsageError
            If the look-ahead is out of its range.
        """
        wanted = float(self.setting_values["lookahead_ms"])
        shortest, longest = LOOKAHEAD_RANGE_MS
        if not shortest <= wanted <= longest:
            raise UsageError(
                f"lookahead_ms = {wanted:g} is out of range",
                where=self.name,
                mend=f"give {shortest:g} to {longest:g} ms",
            )
        self._sample_rate = stream.sample_rate
        self.latency_frames = ms_to_frames(wanted, stream.sample_rate)
        self._powers = PowerSpectra(stream.layout.channels, stream.sample_rate)
        self._hop_s = self._powers.hop / stream.sample_rate
        self._detection = SpeechDetection(self._powers.size, stream.sample_rate, self._hop_s)
        self._delay = DelayedProduct(stream.layout.channels, self.latency_frames)
        self._gain = np.ones(stream.maximum_frames, dtype=np.float64)
        self._state = np.zeros(1)
        self._glide = glide_to_range.ready()
        self.reset()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Listen; open and close what was held back."""
        assert self._detection is not None, "prepare comes before process"
        value, frames, at = self.values, block.shape[1], 0
        while at < frames:
            length = min(frames - at, self._powers.hop - self._filled)
            self._powers.take(block, at, length, self._filled)
            wanted_db = 0.0 if self._speaks else value["range_db"]
            keep_ms = value["attack_ms"] if self._speaks else value["release_ms"]
            self._glide(self._gain, at, length, wanted_db, time_constant(keep_ms, self._sample_rate), self._state)
            self._filled += length
            at += length
            if self._filled == self._powers.hop:
                self._filled = 0
                self._powers.analyse()
                self._speaks = self._detection.speaks(
                    self._powers.powers,
                    over_noise_db=value["over_noise_db"],
                    voiced=value["voiced_percent"] / 100.0,
                    hold_s=value["hold_ms"] / 1000.0,
                )
        self._delay.process(block, self._gain, out)
        self.gain_reduction_db = float(self._state[NOW_DB])

    def reset(self) -> None:
        """Forget all sound; it is closed."""
        self._filled, self._speaks = 0, False
        if self._detection is not None:
            self._powers.reset()
            self._detection.reset()
            self._delay.reset()
            self._state[NOW_DB] = self.gain_reduction_db = self.values["range_db"]
