"""Breaths between words, made softer.

Notes
-----
Latency: one spectrum, 43 ms at 48 kHz. Realtime: two transforms for each pair of channels in every 11 ms. All channels
move by one gain. Source: `audiopost.dsp.breath_detection`.
"""

from __future__ import annotations

from audiopost.dsp.breath_detection import BreathDetection
from audiopost.dsp.stft import ShortTimeSpectra
from audiopost.effects.dynamics import level_parameter
from audiopost.effects.spectral_node import SpectralNode
from audiopost.graph.node import StreamFormat

__all__ = ["BreathControl"]


class BreathControl(SpectralNode):
    """Lowers breaths between words; vowels, sibilants and the noise of the room stay as they are.

    A breath is noise between 0.4 and 5 kHz that lies `softer_db` under the voice and over the noise of the room, and
    lasts: its first 50 ms pass. Ticks of lips and tongue are `declick`'s.

    Attributes
    ----------
    gain_reduction_db : float
        How far is lowered at the end of the last block, in dB, 0 or more: for meters.
    """

    name = "breath_control"
    summary = "Lowers breaths between words; vowels, s sounds and room tone stay."
    parameters = (
        level_parameter("reduction_db", 12.0, 0.0, 40.0, "how far a breath is lowered"),
        level_parameter("softer_db", 12.0, 3.0, 40.0, "how far a breath lies under the voice, at least"),
    )

    def prepare_gains(self, stream: StreamFormat, spectra: ShortTimeSpectra) -> None:
        """Make the detector."""
        self._breaths = BreathDetection(spectra.frequencies_hz, spectra.hop / stream.sample_rate)

    def set_gains(self) -> None:
        """Listen and weigh."""
        self._breaths.set_gains(
            self.spectra.powers, self.spectra.gains,
            softer_db=self.values["softer_db"], reduction_db=self.values["reduction_db"],
        )  # fmt: skip

    def reset_gains(self) -> None:
        """Forget the voice and the room."""
        self._breaths.reset()

    @property
    def gain_reduction_db(self) -> float:
        """How far is lowered now."""
        return self._breaths.reduction_db if self._spectra is not None else 0.0
