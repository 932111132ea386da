"""The long-term average spectrum of a programme, in bands of a sixth of an octave.

::

    blocks ── frames of 8192, half overlapped, Hann ── |FFT|² ── mean over time and channels ── sums in bands

Conventions
-----------
- Bands are centred on 1000 Hz times whole powers of the sixth root of two, from 20 Hz to the last below half the
  sample rate.
- A band's level is the power of all that lies in it, averaged over channels: a full-scale sine in every channel gives
  -3.01 dB in its band.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.units import powers_to_db

__all__ = ["OctaveSpectrum", "band_centres_hz"]

FRAME_LENGTH = 8192
BANDS_PER_OCTAVE = 6
LOWEST_BAND_HZ = 20.0
_REFERENCE_HZ = 1000.0


def band_centres_hz(sample_rate: int) -> NDArray[np.float64]:
    """Centres of the bands between 20 Hz and half the sample rate, shape ``(bands,)``.

    >>> band_centres_hz(48_000)[[0, -1]].round(1).tolist()
    [22.1, 22627.4]
    """
    ratio = 2.0 ** (1.0 / BANDS_PER_OCTAVE)
    numbers = np.arange(-12 * BANDS_PER_OCTAVE, 12 * BANDS_PER_OCTAVE)
    centres: NDArray[np.float64] = _REFERENCE_HZ * ratio**numbers
    below_half = centres * ratio**0.5 <= sample_rate / 2
    return np.asarray(centres[(centres >= LOWEST_BAND_HZ) & below_half])


class OctaveSpectrum:
    """Push blocks of any size; ask for the bands of all of it.

    Parameters
    ----------
    sample_rate
        In Hz.

    Notes
    -----
    - Accuracy: bands narrower than a bin of the transform (5.9 Hz at 48 kHz, below some 50 Hz) share their bin's power
      by width.
    - The last frame that is not full is not counted, save where it is the only one: it is then followed by silence.
    """

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        window = np.hanning(FRAME_LENGTH + 1)[:-1].astype(np.float32)
        self._window = window / np.float32(np.sqrt(np.mean(window.astype(np.float64) ** 2)))
        self._powers = np.zeros(FRAME_LENGTH // 2 + 1)
        self._frames = 0
        self._rest: AudioBlock | None = None

    def process(self, block: AudioBlock) -> None:
        """Take in a block, ``(channels, frames)``; it is not changed."""
        joined = block if self._rest is None else np.concatenate([self._rest, block], axis=1)
        for frame in _frames_of(joined):
            self._add(frame)
        used = max(0, (joined.shape[1] - FRAME_LENGTH) // (FRAME_LENGTH // 2) + 1) * (FRAME_LENGTH // 2)
        self._rest = joined[:, used:].copy()

    def levels_db(self) -> NDArray[np.float64]:
        """Level of every band of `band_centres_hz`, in dB; ``-inf`` for silence."""
        if not self._frames and self._rest is not None and self._rest.shape[1]:
            self._add(np.pad(self._rest, ((0, 0), (0, FRAME_LENGTH - self._rest.shape[1]))))
        mean = self._powers / max(1, self._frames)
        # One side of the spectrum stands for both; the ends of the axis have no twin.
        mean[1:-1] *= 2.0
        edges = np.concatenate([[0.0], np.cumsum(mean)])
        bin_hz = self._sample_rate / FRAME_LENGTH
        centres = band_centres_hz(self._sample_rate)
        half = 2.0 ** (0.5 / BANDS_PER_OCTAVE)
        # Bin k spreads from k - 1/2 to k + 1/2 bins.
        at = [np.interp(side / bin_hz + 0.5, np.arange(edges.size), edges) for side in (centres / half, centres * half)]
        return powers_to_db(at[1] - at[0])

    def _add(self, frame: AudioBlock) -> None:
        spectrum = np.fft.rfft(frame * self._window)
        self._powers += np.mean(spectrum.real**2 + spectrum.imag**2, axis=0) / FRAME_LENGTH**2
        self._frames += 1


def _frames_of(block: AudioBlock) -> Iterator[AudioBlock]:
    for begin in range(0, block.shape[1] - FRAME_LENGTH + 1, FRAME_LENGTH // 2):
        yield block[:, begin : begin + FRAME_LENGTH]
