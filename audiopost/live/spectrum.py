"""A spectrum for the eye: third-octave levels of the newest sixth of a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.live.meter_board import BAND_CENTRES_HZ

__all__ = ["FFT_FRAMES", "Spectrum"]

FFT_FRAMES = 8192
HALF_BAND = 2.0 ** (1.0 / 6.0)


class Spectrum:
    """Band powers of a stream. Push blocks, look when you like.

    Notes
    -----
    Accuracy: a Hann window of 8192 frames; a tone at a band's centre reads within 0.1 dB from 100 Hz up. Below that,
    bands are narrower than the window's main lobe and share it with their neighbours.

    >>> time_s = np.arange(48_000) / 48_000
    >>> spectrum = Spectrum(1, 48_000)
    >>> spectrum.process(np.sin(2 * np.pi * 1000 * time_s)[np.newaxis].astype(np.float32))
    >>> loudest = int(np.argmax(spectrum.powers))
    >>> BAND_CENTRES_HZ[loudest], round(10 * float(np.log10(spectrum.powers[loudest])), 1)
    (1000.0, -3.0)
    """

    def __init__(self, channels: int, sample_rate: int) -> None:
        self._newest: AudioBlock = np.zeros((channels, FFT_FRAMES), np.float32)
        self._window = np.hanning(FFT_FRAMES).astype(np.float32)
        # One-sided power of a windowed block: the mean square of what was under the window.
        self._scale = 2.0 / (FFT_FRAMES * float(np.sum(self._window.astype(np.float64) ** 2)))
        self._shares = _band_shares(sample_rate)

    def process(self, block: AudioBlock) -> None:
        """Take in a block of any length."""
        frames = min(block.shape[1], FFT_FRAMES)
        if frames < FFT_FRAMES:
            self._newest[:, :-frames] = self._newest[:, frames:].copy()
        self._newest[:, FFT_FRAMES - frames :] = block[:, block.shape[1] - frames :]

    @property
    def powers(self) -> NDArray[np.float64]:
        """Mean square in each band, the mean of the channels; shape ``(bands,)``."""
        bins = np.abs(np.fft.rfft(self._newest * self._window, axis=1)) ** 2
        return np.asarray(self._shares @ bins.mean(axis=0)) * self._scale


def _band_shares(sample_rate: int) -> NDArray[np.float64]:
    """How much of each bin belongs to each band, ``(bands, bins)``: a bin on a border is divided."""
    width = sample_rate / FFT_FRAMES
    centres = np.arange(FFT_FRAMES // 2 + 1) * width
    shares = np.zeros((len(BAND_CENTRES_HZ), centres.size))
    for band, centre in enumerate(BAND_CENTRES_HZ):
        low, high = centre / HALF_BAND, centre * HALF_BAND
        overlap = np.minimum(centres + width / 2, high) - np.maximum(centres - width / 2, low)
        shares[band] = np.clip(overlap / width, 0.0, 1.0)
    return shares
