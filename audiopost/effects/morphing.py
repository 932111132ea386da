"""One sound on its way to another, spectrum by spectrum.

Notes
-----
Latency: one spectrum, 43 ms at 48 kHz. Realtime: three transforms for each pair of channels in every 11 ms. Source:
`audiopost.dsp.spectral_morphing`.
"""

from __future__ import annotations

from audiopost.blocks import AudioBlock
from audiopost.dsp.spectral_morphing import cross_gains, morph_gains
from audiopost.dsp.stft import PowerSpectra, ShortTimeSpectra
from audiopost.effects.spectral_node import SpectralNode
from audiopost.graph.node import StreamFormat
from audiopost.graph.parameter import Parameter, Setting

__all__ = ["SpectralMorph"]

GLIDE_MS = 45.0
"""A new value is heard by and by as spectra made with it come in: four of them overlap."""


class SpectralMorph(SpectralNode):
    """Leads a sound to the one at its side input ``other``, which may have any layout.

    With ``how = "morph"`` every partial and every noise goes from its level in the first to that in the second, under
    the phases of the first: engine to roar, wind to voice. With ``"cross"`` the second is a filter for the first, as if
    the one were played through the other, moment by moment. At 0 % the first sound passes.
    """

    name = "spectral_morph"
    summary = "Leads a sound to another one, or plays it through the other, spectrum by spectrum."
    parameters = (
        Parameter("morph_percent", 50.0, 0.0, 100.0, unit="%", smoothing_ms=GLIDE_MS, summary="how far it has come"),
    )
    settings = (
        Setting(
            "how", "text", "morph", choices=("morph", "cross"), summary="to the other sound, or through it as a filter"
        ),
    )
    side_inputs = ("other",)

    def prepare_gains(self, stream: StreamFormat, spectra: ShortTimeSpectra) -> None:  # noqa: ARG002 - its own rate
        """Make the spectra of the other sound."""
        other = stream.side_layouts[0] if stream.side_layouts else stream.layout
        self._other = PowerSpectra(other.channels, stream.sample_rate)
        self._fill = (cross_gains if self.setting_values["how"] == "cross" else morph_gains).ready()

    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        """Take both apart, weight the first, put it together."""
        self.spectra.process(block, out, self.set_gains, (self._other, side[0]))

    def set_gains(self) -> None:
        """Lead the one to the other."""
        spectra = self.spectra
        self._fill(spectra.powers, self._other.powers, spectra.gains, self.values["morph_percent"] / 100.0)

    def reset_gains(self) -> None:
        """Forget the other sound."""
        self._other.reset()
