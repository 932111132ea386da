"""A sound smeared in time: its spectrum decays slowly, or is held, under phases of chance.

::

    x ─▶ last N frames ─▶ window ─▶ powers ─▶ smoothed in time ─▶ phases of chance ─▶ window ─▶ overlap and add

Every quarter of N a spectrum is due, counted on the stream's own frames. The phase of a bin is drawn from the seed, the
number of the spectrum, the channel and the bin, so the sound is the same on any road. Four overlapping frames whose
phases have nothing to do with each other add in power; the window, applied twice, makes that power even.

Source of the method: N. O. Paul, "Paul's Extreme Sound Stretch" (2006), for phases of chance; J. B. Allen, L. R.
Rabiner, "A unified approach to short-time Fourier analysis and synthesis", Proceedings of the IEEE 65 (1977),
1558-1564.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.chance import uniform_at
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.convolution import bit_reversed, transform, twiddles_of
from audiopost.dsp.noise import channel_keys
from audiopost.dsp.smoothing import advance

__all__ = ["SpectralBlur"]

SPAN_S = 0.08
OVERLAP = 4
SILENT_POWER = 1e-16


class SpectralBlur:
    """Smears every channel by itself.

    Parameters
    ----------
    channels, sample_rate, seed
        Of the stream; any whole number.

    Notes
    -----
    Latency: none of the dry sound; the smear of a sound begins with its first spectrum, at most `hop` frames later, and
    is whole after `size`. Realtime: one transform back and forth a channel in every hop.
    """

    def __init__(self, channels: int, sample_rate: float, seed: int) -> None:
        self.size = 1 << round(math.log2(SPAN_S * sample_rate))
        self.hop = self.size // OVERLAP
        self._keys = channel_keys(seed, channels)
        self._window = np.hanning(self.size + 1)[:-1].copy()
        self._line = np.zeros((channels, self.size), dtype=np.float32)
        self._sums = np.zeros((channels, self.size))
        self._powers = np.zeros((channels, self.size // 2 + 1))
        self._work = np.zeros((2, self.size))
        self._twiddles, self._order = twiddles_of(self.size), bit_reversed(self.size)
        self._counters = np.zeros(2, dtype=np.int64)
        self._run = run_blur.ready()

    def process(self, block: AudioBlock, out: AudioBlock, kept: float, ramps: NDArray[np.float64]) -> None:
        """``out = dry * block + wet * smear``. Of its powers a spectrum keeps the share `kept` (1: all, and takes no
        more). Ramps: dry, wet.
        """
        self._run(
            block, out, self._keys, self._window, self._line, self._sums, self._powers, self._work, self._twiddles,
            self._order, self._counters, kept, ramps,
        )  # fmt: skip

    def reset(self) -> None:
        """Forget all sound; the first spectrum is number 0."""
        for memory in (self._line, self._sums, self._powers, self._counters):
            memory.fill(0)


@inlined
def smear(
    line: NDArray[np.float32],
    window: NDArray[np.float64],
    powers: NDArray[np.float64],
    sums: NDArray[np.float64],
    work: NDArray[np.float64],
    twiddles: NDArray[np.float64],
    order: NDArray[np.int64],
    key: np.uint64,
    number: int,
    kept: float,
) -> None:
    """One spectrum of one channel: its powers join the smoothed ones, and their smear is added to the sums (kernel)."""
    size = line.shape[0]
    half = size // 2
    re, im = work[0], work[1]
    if kept < 1.0:
        for n in range(size):
            re[n], im[n] = window[n] * line[n], 0.0
        transform(re, im, twiddles, order)
        for k in range(half + 1):
            power = kept * powers[k] + (1.0 - kept) * (re[k] * re[k] + im[k] * im[k])
            powers[k] = power if power > SILENT_POWER else 0.0
    for k in range(half + 1):
        magnitude = math.sqrt(powers[k])
        angle = 2.0 * math.pi * uniform_at(key, number * (half + 1) + k)
        a, b = magnitude * math.cos(angle), magnitude * math.sin(angle)
        if k == 0 or k == half:
            b = 0.0
        re[k], im[k] = a, b
        if 0 < k < half:
            re[size - k], im[size - k] = a, -b
    transform(im, re, twiddles, order)
    # Hann windows: the mean square of one is 3/8, and the squares of four that overlap add up to 3/2.
    scale = 1.0 / (size * math.sqrt(0.375 * 1.5))
    for n in range(size):
        sums[n] += scale * window[n] * re[n]


@compiled(
    "void(float32[:, ::1], float32[:, ::1], uint64[::1], float64[::1], float32[:, ::1], float64[:, ::1],"
    " float64[:, ::1], float64[:, ::1], float64[:, ::1], int64[::1], int64[::1], float64, float64[:, ::1])"
)
def run_blur(
    block: AudioBlock,
    out: AudioBlock,
    keys: NDArray[np.uint64],
    window: NDArray[np.float64],
    line: NDArray[np.float32],
    sums: NDArray[np.float64],
    powers: NDArray[np.float64],
    work: NDArray[np.float64],
    twiddles: NDArray[np.float64],
    order: NDArray[np.int64],
    counters: NDArray[np.int64],
    kept: float,
    ramps: NDArray[np.float64],
) -> None:
    """See `SpectralBlur`. Counters: frames of the hop that are filled, number of the next spectrum."""
    channels, frames = block.shape
    size = line.shape[1]
    hop = size // OVERLAP
    for n in range(frames):
        dry, wet = advance(ramps, 0), advance(ramps, 1)
        filled = counters[0]
        for channel in range(channels):
            line[channel, size - hop + filled] = block[channel, n]
            out[channel, n] = dry * block[channel, n] + wet * sums[channel, filled]
        counters[0] = filled + 1
        if counters[0] == hop:
            counters[0] = 0
            for channel in range(channels):
                for k in range(size - hop):
                    sums[channel, k] = sums[channel, k + hop]
                for k in range(size - hop, size):
                    sums[channel, k] = 0.0
                smear(
                    line[channel], window, powers[channel], sums[channel], work, twiddles, order, keys[channel],
                    counters[1], kept,
                )  # fmt: skip
                for k in range(size - hop):
                    line[channel, k] = line[channel, k + hop]
            counters[1] += 1
