"""Sample rate conversion: the door to the SoX resampler (package soxr).

Notes
-----
Quality is libsoxr's "very high": linear phase, pass-band to 0.91 of the lower Nyquist frequency or more, aliasing
below the resolution of float32. Output and input begin at the same instant: the resampler's delay is taken out.
"""

from __future__ import annotations

import numpy as np
import soxr

from audiopost.blocks import AudioBlock, from_interleaved, to_interleaved
from audiopost.errors import UsageError

__all__ = ["Resampler", "resample"]

_QUALITY = "VHQ"


def resample(block: AudioBlock, from_hz: int, to_hz: int) -> AudioBlock:
    """A whole block at another sample rate.

    Parameters
    ----------
    block
        ``(channels, frames)``.
    from_hz, to_hz
        Sample rates in Hz.

    Returns
    -------
    AudioBlock
        ``(channels, round(frames * to_hz / from_hz))``; the block itself where the rates are equal.

    Raises
    ------
    UsageError
        If a rate is not positive.

    >>> resample(np.zeros((2, 480), np.float32), 48_000, 44_100).shape
    (2, 441)
    """
    _check(from_hz, to_hz)
    if from_hz == to_hz:
        return block
    return from_interleaved(soxr.resample(to_interleaved(block), from_hz, to_hz, _QUALITY))


class Resampler:
    """The same conversion block by block: the outputs joined are `resample` of the inputs joined.

    Notes
    -----
    Latency: output lags behind input by the filter's length and catches up in `finish`. Not for the audio thread.
    """

    def __init__(self, channels: int, from_hz: float, to_hz: float) -> None:
        _check(from_hz, to_hz)
        self._channels = channels
        self._stream = None if from_hz == to_hz else soxr.ResampleStream(from_hz, to_hz, channels, "float32", _QUALITY)

    def process(self, block: AudioBlock) -> AudioBlock:
        """The output that `block` makes possible, ``(channels, any number of frames)``."""
        if self._stream is None:
            return block
        return from_interleaved(self._stream.resample_chunk(to_interleaved(block)))

    def finish(self) -> AudioBlock:
        """The rest of the output; the resampler is then spent."""
        nothing = np.empty((self._channels, 0), np.float32)
        if self._stream is None:
            return nothing
        return from_interleaved(self._stream.resample_chunk(to_interleaved(nothing), last=True))


def _check(from_hz: float, to_hz: float) -> None:
    for rate in (from_hz, to_hz):
        if rate <= 0:
            raise UsageError(f"{rate:g} Hz is no sample rate", mend="give a rate above 0")
