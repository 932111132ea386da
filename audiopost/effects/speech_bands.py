"""A voice on another sound.

Notes
-----
Latency: none. Realtime: one compiled pass over 22 bands.

Source: H. Dudley, "Remaking speech", JASA 11 (1939), 169-177.
"""

from __future__ import annotations

import math

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.vocoder import BANDS, HIGHEST_HZ, LOWEST_HZ, run_vocoder
from audiopost.effects.smoothed import SmoothedNode
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter
from audiopost.units import db_to_linear

__all__ = ["Vocoder"]

GLIDE_MS = 40.0
ATTACK_S = 0.002
MAKE_UP = 50.0
"""Noise on the carrier and a voice of ordinary level then come out about as loud as the voice."""


class Vocoder(SmoothedNode):
    """The main input speaks with the voice on the side input `modulator`.

    Levels of 22 bands of the voice (90 Hz to 9 kHz) drive the same bands of the main input; `formant_semitones` moves
    those up or down, so that the speaker grows smaller or larger. With noise as the main input the voice whispers.
    """

    name = "vocoder"
    summary = "Lets a sound speak with a voice from the side input."
    side_inputs = ("modulator",)
    parameters = (
        Parameter(
            "formant_semitones",
            0.0,
            -12.0,
            12.0,
            unit="semitones",
            smoothing_ms=GLIDE_MS,
            summary="size of the speaker",
        ),
        Parameter(
            "release_ms",
            25.0,
            2.0,
            1_000.0,
            unit="ms",
            taper="log",
            smoothing_ms=GLIDE_MS,
            summary="how long a band lasts",
        ),
        Parameter("gain_db", 0.0, -24.0, 24.0, unit="dB", smoothing_ms=GLIDE_MS, summary="level of what speaks"),
        Parameter("mix_percent", 100.0, 0.0, 100.0, unit="%", smoothing_ms=GLIDE_MS, summary="share of what speaks"),
    )
    glide_ms = GLIDE_MS
    _sample_rate = 48_000.0

    def targets(self) -> tuple[float, ...]:
        """Shift in octaves, what a falling level keeps, dry, wet."""
        value, mix = self.values, self.values["mix_percent"] / 100.0
        kept = math.exp(-1000.0 / (value["release_ms"] * self._sample_rate))
        return (value["formant_semitones"] / 12.0, kept, 1.0 - mix, mix * MAKE_UP * db_to_linear(value["gain_db"]))

    def prepare(self, stream: StreamFormat) -> None:
        """Make the bands."""
        self._sample_rate = float(stream.sample_rate)
        super().prepare(stream)
        highest_hz = min(HIGHEST_HZ, 0.4 * self._sample_rate)
        self._centres_hz = np.geomspace(LOWEST_HZ, highest_hz, BANDS)
        ratio = (highest_hz / LOWEST_HZ) ** (1.0 / (BANDS - 1))
        self._damping = 1.3 * (math.sqrt(ratio) - 1.0 / math.sqrt(ratio))
        self._attack = math.exp(-1.0 / (ATTACK_S * self._sample_rate))
        self._analysis = np.zeros((BANDS, 2, 2))
        self._synthesis = np.zeros((stream.layout.channels, BANDS, 2, 2))
        self._levels = np.zeros(BANDS)
        self._corners = np.zeros(BANDS)
        self._run = run_vocoder.ready()
        self.tail_frames = math.ceil(0.6 * self._sample_rate)

    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        """Speak."""
        self._run(
            block, side[0], out, self._centres_hz, self._analysis, self._synthesis, self._levels, self._corners,
            self._damping, self._attack, self._sample_rate, self.ramp_state,
        )  # fmt: skip

    def reset(self) -> None:
        """Forget all sound."""
        super().reset()
        if self._ramps is not None:
            for memory in (self._analysis, self._synthesis, self._levels, self._corners):
                memory.fill(0.0)
