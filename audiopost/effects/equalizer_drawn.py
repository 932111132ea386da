"""Equalisers that convolve: eight bands without any phase shift, and thirty-one fixed bands of a third of an octave.

Notes
-----
Realtime: one partitioned convolution, two for 25 ms behind a turn, which itself costs some 0.6 ms of the block where it
begins. Source of the filter: `audiopost.dsp.drawn_response`.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.drawn_response import FADE_MS, DrawnResponse, draw_levels
from audiopost.dsp.section_magnitudes import SectionMagnitudes
from audiopost.effects.equalizer_bands import BAND_PARAMETERS, BAND_SETTINGS, sections_of_bands
from audiopost.graph.node import Node, StreamFormat
from audiopost.graph.parameter import Parameter, Setting

__all__ = ["THIRD_OCTAVES_HZ", "GraphicEqualizer", "LinearPhaseEqualizer", "graphic_band"]

THIRD_OCTAVES_HZ = (
    20.0, 25.0, 31.5, 40.0, 50.0, 63.0, 80.0, 100.0, 125.0, 160.0, 200.0, 250.0, 315.0, 400.0, 500.0, 630.0, 800.0,
    1000.0, 1250.0, 1600.0, 2000.0, 2500.0, 3150.0, 4000.0, 5000.0, 6300.0, 8000.0, 10_000.0, 12_500.0, 16_000.0,
    20_000.0,
)  # fmt: skip
"""Nominal centres: ISO 266 (1997), table 1."""


class _DrawnNode(Node):
    """A node that filters by a drawn magnitude."""

    _response: DrawnResponse | None = None
    _turned = False

    def prepare(self, stream: StreamFormat) -> None:
        """Make the filter and draw the first response."""
        self._response = DrawnResponse(
            stream.layout.channels, stream.sample_rate, stream.maximum_frames, linear_phase=self.is_linear_phase()
        )
        self.latency_frames = self._response.latency_frames
        self.tail_frames = self._response.taps - self._response.latency_frames
        self.prepare_drawing(stream, self._response.frequencies_hz)
        self.reset()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Draw if a knob was turned, then filter."""
        assert self._response is not None, "prepare comes before process"
        if self._turned:
            self.draw(self._response.magnitudes)
            self._response.change()
            self._turned = False
        self._response.process(block, out)

    def parameter_changed(self, name: str) -> None:  # noqa: ARG002 - any of them changes the drawing
        """Draw anew before the next block."""
        self._turned = True

    def reset(self) -> None:
        """Forget all sound, and be where the knobs stand."""
        if self._response is not None:
            self.draw(self._response.magnitudes)
            self._response.begin()
            self._turned = False

    @abstractmethod
    def is_linear_phase(self) -> bool:
        """Whether no phase is shifted, at the price of latency."""

    @abstractmethod
    def prepare_drawing(self, stream: StreamFormat, frequencies_hz: NDArray[np.float64]) -> None:
        """Allocate what `draw` needs."""

    @abstractmethod
    def draw(self, magnitudes: NDArray[np.float64]) -> None:
        """Fill the amplitude of each frequency from `values`."""


class LinearPhaseEqualizer(_DrawnNode):
    """The eight bands of `parametric_equalizer` without their phase shift: every frequency is late by the same time.

    For what must stay in phase with an untreated copy (parallel paths, several microphones). Before a hard sound it
    rings as long as behind it, which steep cuts at low frequencies may let be heard.
    """

    name = "linear_phase_equalizer"
    summary = "Eight bands of any kind without phase shift; late by 85 ms at 48 kHz."
    parameters = BAND_PARAMETERS
    settings = BAND_SETTINGS

    def is_linear_phase(self) -> bool:
        """Always."""
        return True

    def prepare_drawing(self, stream: StreamFormat, frequencies_hz: NDArray[np.float64]) -> None:
        """Make room for the sections of all bands."""
        count = len(sections_of_bands(self.setting_values, self.values))
        self._magnitudes = SectionMagnitudes(count, frequencies_hz.size, stream.sample_rate)

    def draw(self, magnitudes: NDArray[np.float64]) -> None:
        """The product of all bands."""
        self._magnitudes.fill(sections_of_bands(self.setting_values, self.values), magnitudes)


def graphic_band(centre_hz: float) -> str:
    """Name of the parameter of a band.

    >>> graphic_band(31.5)
    'band_31_5_hz_db'
    """
    return f"band_{centre_hz:g}_hz_db".replace(".", "_")


class GraphicEqualizer(_DrawnNode):
    """A slider for every third of an octave; between them the level goes straight over the logarithm of frequency.

    The response at each centre is that of its slider alone, whatever its neighbours do. With minimum phase nothing is
    late; with linear phase nothing is shifted. This is what `audiopost match-eq` sets.
    """

    name = "graphic_equalizer"
    summary = "Thirty-one sliders, one for each third of an octave; minimum or linear phase."
    parameters = tuple(
        Parameter(
            graphic_band(hz), 0.0, -24.0, 24.0, unit="dB", smoothing_ms=FADE_MS, summary=f"level around {hz:g} Hz"
        )
        for hz in THIRD_OCTAVES_HZ
    )
    settings = (
        Setting(
            "phase", "text", "minimum", choices=("minimum", "linear"),
            summary="minimum: not late; linear: no phase shift, late by 85 ms at 48 kHz",
        ),
    )  # fmt: skip

    def is_linear_phase(self) -> bool:
        """As the setting says."""
        return self.setting_values["phase"] == "linear"

    def prepare_drawing(self, stream: StreamFormat, frequencies_hz: NDArray[np.float64]) -> None:  # noqa: ARG002
        """Find between which sliders each frequency lies."""
        octaves = np.log2(np.maximum(frequencies_hz, 1e-3))
        places = np.interp(octaves, np.log2(np.array(THIRD_OCTAVES_HZ)), np.arange(len(THIRD_OCTAVES_HZ)))
        self._places = places
        self._levels_db = np.zeros(len(THIRD_OCTAVES_HZ) + 1)
        self._names = tuple(graphic_band(hz) for hz in THIRD_OCTAVES_HZ)
        self._draw_levels = draw_levels.ready()

    def draw(self, magnitudes: NDArray[np.float64]) -> None:
        """Straight lines between the sliders, level beyond them."""
        for index, name in enumerate(self._names):
            self._levels_db[index] = self.values[name]
        self._draw_levels(self._levels_db, self._places, magnitudes)
