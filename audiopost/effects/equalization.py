"""Filters of tone: high and low pass, shelves, peak, and a parametric equaliser of four bands.

Notes
-----
Latency: none. Realtime: one compiled pass. Frequencies, gains and Qs glide over 20 ms, recomputed at every frame.
A frequency above 0.49 of the sample rate acts there. Source of the designs: `audiopost.dsp.biquad`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Literal

from audiopost.blocks import AudioBlock
from audiopost.dsp.biquad import HIGH_SHELF, HIGHPASS, LOW_SHELF, LOWPASS, PEAK, Section, SectionCascade, butterworth_qs
from audiopost.effects.smoothed import SMOOTHING_MS
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import Parameter, Setting

__all__ = ["Equalizer", "HighPass", "HighShelf", "LowPass", "LowShelf", "Peak"]

SLOPE = Setting(
    "slope_db_per_octave", "integer", 12, summary="steepness: 12, 24 or 48 dB per octave (Butterworth)",
    choices=("12", "24", "48"),
)  # fmt: skip


def _frequency(default_hz: float, name: str = "frequency_hz", summary: str = "corner frequency") -> Parameter:
    return Parameter(
        name, default_hz, 10.0, 20_000.0, unit="Hz", taper="log", smoothing_ms=SMOOTHING_MS, summary=summary
    )


def _gain(name: str = "gain_db") -> Parameter:
    return Parameter(name, 0.0, -30.0, 30.0, unit="dB", smoothing_ms=SMOOTHING_MS, summary="boost or cut")


def _q(name: str = "q", default: float = 0.7071, summary: str = "width: higher is narrower") -> Parameter:
    return Parameter(name, default, 0.1, 20.0, taper="log", smoothing_ms=SMOOTHING_MS, summary=summary)


class _SectionNode(Node):
    """A node that is a cascade of sections."""

    _cascade: SectionCascade | None = None

    @abstractmethod
    def sections(self) -> tuple[Section, ...]:
        """The sections for the present `values`."""

    def prepare(self, stream: StreamFormat) -> None:
        """Make the cascade and load its kernel."""
        self._cascade = SectionCascade(self.sections(), stream.layout.channels, stream.sample_rate, SMOOTHING_MS)
        self.tail_frames = self._cascade.tail_frames

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Filter."""
        assert self._cascade is not None, "prepare comes before process"
        self._cascade.process(block, out)

    def parameter_changed(self, name: str) -> None:  # noqa: ARG002 - a cascade of at most four sections is quickly told
        """Glide."""
        if self._cascade is not None:
            self._cascade.aim(self.sections())
            self.tail_frames = self._cascade.tail_frames

    def reset(self) -> None:
        """Silence all states."""
        if self._cascade is not None:
            self._cascade.reset()


class _Butterworth(_SectionNode):
    """High or low pass: maximally flat, -3.01 dB at the corner frequency at every slope."""

    settings = (SLOPE,)
    kind: int

    def sections(self) -> tuple[Section, ...]:
        """One section for each 12 dB per octave."""
        order = int(self.setting_values["slope_db_per_octave"]) // 6
        return tuple(Section(self.kind, self.values["frequency_hz"], q=q) for q in butterworth_qs(order))


class HighPass(_Butterworth):
    """Takes away what lies below the corner frequency."""

    name = "highpass"
    summary = "Removes rumble: Butterworth high pass, 12, 24 or 48 dB per octave."
    parameters = (_frequency(80.0),)
    kind = HIGHPASS


class LowPass(_Butterworth):
    """Takes away what lies above the corner frequency."""

    name = "lowpass"
    summary = "Removes hiss and edge: Butterworth low pass, 12, 24 or 48 dB per octave."
    parameters = (_frequency(12_000.0),)
    kind = LOWPASS


class _Band(_SectionNode):
    kind: int

    def sections(self) -> tuple[Section, ...]:
        """The one section."""
        return (Section(self.kind, self.values["frequency_hz"], self.values["gain_db"], self.values["q"]),)


class LowShelf(_Band):
    """Lifts or lowers everything below the frequency, where half of the gain in dB is reached."""

    name = "low_shelf"
    summary = "Lifts or lowers the bass."
    parameters = (
        _frequency(120.0, summary="frequency of half the gain"),
        _gain(),
        _q(summary="steepness of the shelf"),
    )
    kind = LOW_SHELF


class HighShelf(_Band):
    """Lifts or lowers everything above the frequency, where half of the gain in dB is reached."""

    name = "high_shelf"
    summary = "Lifts or lowers the treble."
    parameters = (
        _frequency(8_000.0, summary="frequency of half the gain"),
        _gain(),
        _q(summary="steepness of the shelf"),
    )
    kind = HIGH_SHELF


class Peak(_Band):
    """Lifts or lowers a band; the full gain is reached at its centre."""

    name = "peak"
    summary = "Lifts or lowers a band around a frequency."
    parameters = (_frequency(1_000.0, summary="centre"), _gain(), _q(default=1.0))
    kind = PEAK


def _mid_band(prefix: Literal["mid1", "mid2"], default_hz: float) -> tuple[Parameter, ...]:
    return (
        _frequency(default_hz, f"{prefix}_frequency_hz", "centre"), _gain(f"{prefix}_gain_db"), _q(f"{prefix}_q", 1.0),
    )  # fmt: skip


class Equalizer(_SectionNode):
    """Low shelf, two peaks, high shelf, in series."""

    name = "equalizer"
    summary = "Parametric equaliser: low shelf, two peaks, high shelf."
    parameters = (
        _frequency(120.0, "low_frequency_hz", "frequency of half the gain"),
        _gain("low_gain_db"),
        *_mid_band("mid1", 500.0),
        *_mid_band("mid2", 3_000.0),
        _frequency(8_000.0, "high_frequency_hz", "frequency of half the gain"),
        _gain("high_gain_db"),
    )

    def sections(self) -> tuple[Section, ...]:
        """The four bands, low to high."""
        value = self.values
        return (
            Section(LOW_SHELF, value["low_frequency_hz"], value["low_gain_db"]),
            Section(PEAK, value["mid1_frequency_hz"], value["mid1_gain_db"], value["mid1_q"]),
            Section(PEAK, value["mid2_frequency_hz"], value["mid2_gain_db"], value["mid2_q"]),
            Section(HIGH_SHELF, value["high_frequency_hz"], value["high_gain_db"]),
        )
