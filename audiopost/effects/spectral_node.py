"""What effects that change short-time spectra are built on: `SpectralNode`."""

from __future__ import annotations

from abc import abstractmethod

from audiopost.blocks import AudioBlock
from audiopost.dsp.stft import ShortTimeSpectra
from audiopost.graph.node import Node, StreamFormat

__all__ = ["SpectralNode"]

SPREAD = "a weighted spectrum spreads an onset over its frame: what is left of it may begin up to 43 ms early"


class SpectralNode(Node):
    """A node that changes short-time spectra, all channels alike.

    Notes
    -----
    Latency: one spectrum, 43 ms at 48 kHz. Realtime: two transforms for each pair of channels in every 11 ms.
    """

    exceptions = {"latency": SPREAD}  # noqa: RUF012 - read only
    _spectra: ShortTimeSpectra | None = None

    def prepare(self, stream: StreamFormat) -> None:
        """Make the transforms."""
        self._spectra = ShortTimeSpectra(stream.layout.channels, stream.sample_rate)
        self.latency_frames = self._spectra.latency_frames
        self.tail_frames = self._spectra.size
        self.prepare_gains(stream, self._spectra)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Take apart, change, put together."""
        assert self._spectra is not None, "prepare comes before process"
        self._spectra.process(block, out, self.set_gains)

    def reset(self) -> None:
        """Forget all sound."""
        if self._spectra is not None:
            self._spectra.reset()
            self.reset_gains()

    @property
    def spectra(self) -> ShortTimeSpectra:
        """The transforms. Valid after `prepare`."""
        assert self._spectra is not None, "prepare comes before process"
        return self._spectra

    @abstractmethod
    def prepare_gains(self, stream: StreamFormat, spectra: ShortTimeSpectra) -> None:
        """Allocate what `set_gains` needs."""

    @abstractmethod
    def set_gains(self) -> None:
        """Fill the gains of this spectrum from its powers, or change the spectrum itself."""

    def reset_gains(self) -> None:
        """Forget all spectra."""
