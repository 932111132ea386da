"""Sound smeared and held by its spectrum: blur and freeze.

Notes
-----
Latency: none; the dry sound passes at once, the smear follows as it grows. Realtime: one transform back and forth a
channel in every 21 ms (48 kHz).

Source: N. O. Paul, "Paul's Extreme Sound Stretch" (2006), for phases of chance.
"""

from __future__ import annotations

import math

from audiopost.blocks import AudioBlock
from audiopost.dsp.spectral_blur import SpectralBlur
from audiopost.effects.smoothed import SmoothedNode
from audiopost.graph.node import INFINITE_TAIL, StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.units import db_to_linear

__all__ = ["Blur", "Freeze"]

GLIDE_MS = 80.0
TAIL_DB = 120.0
HELD_S = 0.12
"""What a freeze holds is the mean over about this long."""

SEED = Setting("seed", "integer", 1, summary="another seed is another shimmer")


class _Smeared(SmoothedNode):
    glide_ms = GLIDE_MS
    settings = (SEED,)

    def prepare(self, stream: StreamFormat) -> None:
        """Make the spectra."""
        super().prepare(stream)
        self._sample_rate = float(stream.sample_rate)
        self._blur = SpectralBlur(stream.layout.channels, self._sample_rate, int(self.setting_values["seed"]))
        self._turned()

    def parameter_changed(self, name: str) -> None:
        """Glide to the new mix; the next spectrum is smeared anew."""
        super().parameter_changed(name)
        if self._ramps is not None:
            self._turned()

    def reset(self) -> None:
        """Forget all sound."""
        super().reset()
        if self._ramps is not None:
            self._blur.reset()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Smear."""
        self._blur.process(block, out, self._kept, self.ramp_state)

    def _keep_over(self, time_s: float) -> float:
        """The share of its powers that a spectrum keeps, for a decay to 1/e in that time."""
        return math.exp(-self._blur.hop / (time_s * self._sample_rate))

    def _turned(self) -> None:
        self._kept = 1.0
        self.tail_frames = INFINITE_TAIL


class Blur(_Smeared):
    """The sound as a cloud of itself: its spectrum lingers and loses every attack, like a room without walls.

    `decay_s` is the time of decay by 60 dB; channels shimmer apart.
    """

    name = "blur"
    summary = "Smears a sound into a cloud of its own spectrum."
    parameters = (
        Parameter(
            "decay_s", 2.0, 0.1, 30.0, unit="s", taper="log", smoothing_ms=GLIDE_MS, summary="time of decay by 60 dB"
        ),
        Parameter("mix_percent", 50.0, 0.0, 100.0, unit="%", smoothing_ms=GLIDE_MS, summary="share of the cloud"),
    )

    def targets(self) -> tuple[float, ...]:
        """Dry, wet."""
        mix = self.values["mix_percent"] / 100.0
        return (1.0 - mix, mix)

    def _turned(self) -> None:
        # Powers fall by 60 dB in 6.9 of their time constants.
        self._kept = self._keep_over(self.values["decay_s"] / math.log(1e6))
        self.tail_frames = math.ceil(
            (TAIL_DB + 10.0) / 60.0 * self.values["decay_s"] * self._sample_rate + 2 * self._blur.size
        )


class Freeze(_Smeared):
    """Holds the sound of a moment for as long as `freeze` is on.

    What is held is the mean spectrum of the last tenth of a second; it shimmers, without a loop to be heard. While it
    is on the sound that comes in does not change it, and passes by `dry_percent` of its level.
    """

    name = "freeze"
    summary = "Holds the sound of a moment, without a loop."
    parameters = (
        Parameter(
            "freeze", 0.0, 0.0, 1.0, choices=("off", "on"), smoothing_ms=GLIDE_MS, summary="hold what sounds now"
        ),
        Parameter("level_db", 0.0, -60.0, 12.0, unit="dB", smoothing_ms=GLIDE_MS, summary="level of what is held"),
        Parameter(
            "dry_percent", 0.0, 0.0, 100.0, unit="%", smoothing_ms=GLIDE_MS, summary="what passes while it is held"
        ),
    )

    def targets(self) -> tuple[float, ...]:
        """Dry, wet."""
        if self.values["freeze"] < 0.5:
            return (1.0, 0.0)
        return (self.values["dry_percent"] / 100.0, db_to_linear(self.values["level_db"]))

    def _turned(self) -> None:
        held = self.values["freeze"] >= 0.5
        self._kept = 1.0 if held else self._keep_over(HELD_S)
        self.tail_frames = INFINITE_TAIL if held else math.ceil(GLIDE_MS / 1000.0 * self._sample_rate)
