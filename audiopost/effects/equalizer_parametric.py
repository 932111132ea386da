"""An equaliser of eight parametric bands, and a tilt of the whole spectrum.

Notes
-----
Latency: none. Realtime: one compiled pass for every four sections. Frequencies, gains and Qs glide over 20 ms,
recomputed at every frame. A frequency above 0.49 of the sample rate acts there. Source of the designs:
`audiopost.dsp.matched_sections`.
"""

from __future__ import annotations

from abc import abstractmethod

from audiopost.blocks import AudioBlock
from audiopost.dsp.biquad import Section
from audiopost.dsp.matched_sections import MATCHED_HIGH_SHELF, MATCHED_LOW_SHELF
from audiopost.dsp.section_chain import SectionChain
from audiopost.effects.equalizer_bands import BAND_PARAMETERS, BAND_SETTINGS, sections_of_bands
from audiopost.effects.smoothed import SMOOTHING_MS
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import Parameter

__all__ = ["ChainNode", "ParametricEqualizer", "Tilt"]


class ChainNode(Node):
    """A node that is sections in series."""

    _chain: SectionChain | None = None

    @abstractmethod
    def sections(self) -> tuple[Section, ...]:
        """The sections for the present `values`; their number and kinds never change."""

    def prepare(self, stream: StreamFormat) -> None:
        """Make the sections and load their kernel."""
        self._chain = SectionChain(
            self.sections(), stream.layout.channels, stream.sample_rate, SMOOTHING_MS, stream.maximum_frames
        )
        self.tail_frames = self._chain.tail_frames

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Filter."""
        assert self._chain is not None, "prepare comes before process"
        self._chain.process(block, out)

    def parameter_changed(self, name: str) -> None:  # noqa: ARG002 - the sections are quickly told
        """Glide."""
        if self._chain is not None:
            self._chain.aim(self.sections())
            self.tail_frames = self._chain.tail_frames

    def reset(self) -> None:
        """Silence all states."""
        if self._chain is not None:
            self._chain.reset()


class ParametricEqualizer(ChainNode):
    """Eight bands in series, each a bell, a shelf, a cut of 6 to 96 dB per octave, a notch, a band pass, or off.

    The response is that of the analogue filter up to the highest frequencies: from 20 Hz to 20 kHz at 48 kHz, a bell
    or a cut at up to 12 kHz with a Q of 0.7 or more is off by at most 1 dB, where the bilinear transform would be off
    by 10. At 0 dB a bell or shelf returns its samples to the last bit.
    """

    name = "parametric_equalizer"
    summary = "Eight bands of any kind: bells, shelves, cuts to 96 dB per octave, notches; true to analogue at the top."
    parameters = BAND_PARAMETERS
    settings = BAND_SETTINGS

    def sections(self) -> tuple[Section, ...]:
        """The sections of all bands."""
        return sections_of_bands(self.setting_values, self.values)


TILT_Q = 0.35
"""A shelf so wide that it is nearly a straight line over the octaves that are heard."""


class Tilt(ChainNode):
    """Turns the spectrum about one frequency: at +6 dB the highs rise by 3 dB and the lows fall by as much."""

    name = "tilt"
    summary = "Tips the whole spectrum: brighter and thinner, or darker and fuller, about one frequency."
    parameters = (
        Parameter(
            "tilt_db", 0.0, -18.0, 18.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="highs over lows"
        ),
        Parameter(
            "pivot_frequency_hz", 650.0, 100.0, 5_000.0, unit="Hz", taper="log", smoothing_ms=SMOOTHING_MS,
            summary="frequency that keeps its level",
        ),
    )  # fmt: skip

    def sections(self) -> tuple[Section, ...]:
        """A shelf for either side: at the pivot their halves cancel."""
        half_db, pivot_hz = self.values["tilt_db"] / 2.0, self.values["pivot_frequency_hz"]
        return (
            Section(MATCHED_LOW_SHELF, pivot_hz, -half_db, TILT_Q),
            Section(MATCHED_HIGH_SHELF, pivot_hz, half_db, TILT_Q),
        )
