"""All frequencies of a channel turned by 90 degrees (a Hilbert transformer), in a stream.

Notes
-----
The filter is odd about its middle, so that the turn is 90 degrees at every frequency exactly; only its level falls off,
by 0.1 dB at 50 Hz and 0.5 dB at 30 Hz, and within as much of half the sample rate. Latency: `latency_frames`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.convolution import PartitionedConvolution

__all__ = ["Quadrature", "quadrature_filter"]

_REACH_S = 0.04
"""Half the length of the filter: a longer one reaches lower and smears the attack of a sound more."""

_KAISER_BETA = 4.0


def quadrature_filter(sample_rate: int) -> NDArray[np.float64]:
    """The taps, an odd number, the middle one 0: 2 / (pi k) at every odd distance k from it, under a Kaiser window."""
    reach = round(_REACH_S * sample_rate) | 1
    distance = np.arange(-reach, reach + 1)
    odd = distance % 2 == 1
    taps = np.where(odd, 2.0 / (np.pi * np.where(odd, distance, 1)), 0.0)
    turned: NDArray[np.float64] = taps * np.kaiser(2 * reach + 1, _KAISER_BETA)
    return turned


class Quadrature:
    """Turns one channel; what comes out is `latency_frames` late.

    Attributes
    ----------
    latency_frames : int
        The middle of the filter.
    """

    def __init__(self, sample_rate: int) -> None:
        taps = quadrature_filter(sample_rate)
        self.latency_frames = len(taps) // 2
        self._filter = PartitionedConvolution(taps.astype(np.float32)[np.newaxis], 1)

    def process(self, block: AudioBlock) -> AudioBlock:
        """The turned sound of a block ``(1, frames)``."""
        out = np.empty_like(block)
        self._filter.process(block, out)
        return out
