"""Hum, offset, clicks and clipped peaks: what is not the sound's own, taken out of it.

Notes
-----
Realtime: one compiled pass each. Sources: `audiopost.dsp.hum_cancelling`, `audiopost.dsp.damage_repair`.
"""

from __future__ import annotations

import math
from abc import abstractmethod

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp.biquad import Section
from audiopost.dsp.damage_repair import CLICKS, CLIPPING, LINE, DamageRepair
from audiopost.dsp.gain import scale
from audiopost.dsp.hum_cancelling import HumCanceller
from audiopost.dsp.matched_sections import LOW_CUT_6
from audiopost.effects.equalizer_parametric import ChainNode
from audiopost.effects.smoothed import SMOOTHING_MS, SmoothedNode
from audiopost.errors import UsageError
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting
from audiopost.units import db_to_linear

__all__ = ["DcRemoval", "Declick", "Declip", "Dehum"]

MOST_HARMONICS = 32


class Dehum(SmoothedNode):
    """Takes out mains hum and its harmonics by notches that follow the mains' frequency.

    Each notch is as wide as `width_hz`: narrow ones take less of the sound and longer to find the hum (about a third of
    a second at 1 Hz, to 63 %). With ``track`` the frequency is followed within 2 % of the one given.

    Attributes
    ----------
    hum_frequency_hz : float
        The frequency that is cancelled now.
    """

    name = "dehum"
    summary = "Takes out mains hum and its harmonics, following the mains."
    parameters = (
        Parameter(
            "frequency_hz", 50.0, 20.0, 500.0, unit="Hz", taper="log", smoothing_ms=SMOOTHING_MS,
            summary="fundamental: 50 Hz, or 60 Hz in the Americas",
        ),
        Parameter(
            "width_hz", 0.5, 0.2, 10.0, unit="Hz", taper="log", smoothing_ms=SMOOTHING_MS, summary="width of each notch"
        ),
    )  # fmt: skip
    settings = (
        Setting(
            "harmonics", "integer", 12, summary=f"how many are cancelled, with the fundamental: 1 to {MOST_HARMONICS}"
        ),
        Setting("track", "flag", True, summary="follow the hum's frequency"),
    )

    def targets(self) -> tuple[float, ...]:
        """Frequency, width."""
        return (self.values["frequency_hz"], self.values["width_hz"])

    def prepare(self, stream: StreamFormat) -> None:
        """Make the notches.

        Raises
        ------
        UsageError
            If the number of harmonics is out of its range.
        """
        super().prepare(stream)
        harmonics = int(self.setting_values["harmonics"])
        if not 1 <= harmonics <= MOST_HARMONICS:
            raise UsageError(
                f"harmonics = {harmonics} is out of range", where=self.name, mend=f"give 1 to {MOST_HARMONICS}"
            )
        self._canceller = HumCanceller(stream.layout.channels, stream.sample_rate, harmonics)
        self._sample_rate = stream.sample_rate
        self.tail_frames = self._tail()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Cancel."""
        self._canceller.process(block, out, self.ramp_state, track=bool(self.setting_values["track"]))

    def parameter_changed(self, name: str) -> None:
        """Glide."""
        super().parameter_changed(name)
        if self._ramps is not None:
            self.tail_frames = self._tail()

    def reset(self) -> None:
        """Forget the hum."""
        super().reset()
        if self._ramps is not None:
            self._canceller.reset()

    @property
    def hum_frequency_hz(self) -> float:
        """The frequency that is cancelled now."""
        return self.values["frequency_hz"] * (1.0 + self._canceller.deviation)

    def _tail(self) -> int:
        """A notch of that width decays by 120 dB."""
        return math.ceil(math.log(1e6) * self._sample_rate / (math.pi * self.values["width_hz"]))


class DcRemoval(ChainNode):
    """Takes away an offset: a cut of first order, far below what is heard."""

    name = "dc_removal"
    summary = "Takes away an offset (direct current) and nothing that is heard."
    parameters = (
        Parameter(
            "frequency_hz", 5.0, 1.0, 20.0, unit="Hz", taper="log", smoothing_ms=SMOOTHING_MS,
            summary="corner frequency, -3 dB",
        ),
    )  # fmt: skip

    def sections(self) -> tuple[Section, ...]:
        """The one section."""
        return (Section(LOW_CUT_6, self.values["frequency_hz"]),)


class _Repair(SmoothedNode):
    """A node that finds damage and interpolates over it."""

    kind: int
    _repair: DamageRepair

    def targets(self) -> tuple[float, ...]:
        """Amplitude of the gain behind the repair."""
        return (1.0,)

    def prepare(self, stream: StreamFormat) -> None:
        """Make the memory for a window."""
        super().prepare(stream)
        self._repair = DamageRepair(stream.layout.channels, self.kind)
        self._repaired = BlockMemory(stream.layout.channels, stream.maximum_frames)
        self._scale = scale.ready()
        self.latency_frames = self._repair.latency_frames
        self.tail_frames = LINE

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Find and repair."""
        repaired = self._repaired.block(block.shape[1])
        self._repair.process(block, repaired, self.level())
        self._scale(repaired, out, self.ramp_state)

    def reset(self) -> None:
        """Forget all sound."""
        super().reset()
        if self._ramps is not None:
            self._repair.reset()

    @property
    def repaired_frames(self) -> int:
        """Frames of all channels that were replaced since the last reset."""
        return self._repair.repaired_frames

    @abstractmethod
    def level(self) -> float:
        """What the kernel compares with."""


class Declick(_Repair):
    """Finds clicks and crackle and replaces them by what the sound around them foretells.

    A click is what cannot be foretold, neither from what came before nor from what comes after, by `threshold` times
    the usual error. Lower finds fainter crackle and mouth noise, and more of the sound's own edges; those are then
    foretold so well that little is lost.
    """

    name = "declick"
    summary = "Repairs clicks and crackle: vinyl, digital errors, mouth noise."
    parameters = (
        Parameter(
            "threshold", 8.0, 2.5, 40.0, taper="log", smoothing_ms=0.0,
            summary="how unusual a click must be: 4 for crackle, 8 for clicks, 20 for the coarsest alone",
        ),
    )  # fmt: skip
    kind = CLICKS

    def level(self) -> float:
        """How many times the usual error."""
        return self.values["threshold"]


class Declip(_Repair):
    """Draws clipped peaks anew, from what the sound before and behind them foretells.

    What reaches `ceiling_dbfs` for two samples or more is clipped. The peaks that come out are higher than what came
    in; `gain_db` makes room for them.
    """

    name = "declip"
    summary = "Draws clipped peaks anew; leave room for them with the gain."
    parameters = (
        Parameter(
            "ceiling_dbfs", -0.1, -30.0, 0.0, unit="dBFS", smoothing_ms=0.0, summary="level at which the peaks were cut"
        ),
        Parameter(
            "gain_db", -6.0, -24.0, 0.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="gain behind the repair"
        ),
    )  # fmt: skip
    kind = CLIPPING

    def targets(self) -> tuple[float, ...]:
        """Amplitude of the gain behind the repair."""
        return (db_to_linear(self.values["gain_db"]),)

    def level(self) -> float:
        """Amplitude of the ceiling, less what a float32 and a converter's last step take from it."""
        return 0.9999 * db_to_linear(self.values["ceiling_dbfs"])
