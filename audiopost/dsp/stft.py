"""Short-time spectra: a sound taken apart in overlapping frames, each frequency weighted, and put together again.

::

    x ─▶ last N frames ─▶ window ─▶ transform ─▶ × gain of each frequency ─▶ back ─▶ window ─▶ overlap and add

Every quarter of N a spectrum is due; the square of the window adds up to 2 over four overlapping frames, so with gains
of 1 the sound comes back. All channels have one set of gains, from their mean power, so nothing shifts in the picture;
gains are real, so two channels go through one complex transform as its real and its imaginary part.

Frames are counted on the stream, never on blocks.

Source: J. B. Allen, L. R. Rabiner, "A unified approach to short-time Fourier analysis and synthesis", Proceedings of
the IEEE 65 (1977), 1558-1564.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled
from audiopost.dsp.convolution import bit_reversed, transform, twiddles_of

__all__ = ["OVERLAP", "PowerSpectra", "ShortTimeSpectra"]

SPAN_S = 0.035
"""A spectrum looks at least at so much time: two periods of a low voice."""

OVERLAP = 4

SILENCE = 1e-20


class ShortTimeSpectra:
    """Weights the frequencies of a stream.

    Attributes
    ----------
    size, hop : int
        Frames of a spectrum, and from one to the next.
    latency_frames : int
        `size`.
    powers, gains : array, (bins,), float64
        Mean over the channels of the squared magnitude; and the weights, which `set_gains` fills from them.

    Notes
    -----
    Accuracy: transforms in float64; with gains of 1 the sound comes back within 1e-7. Latency: `size`. Realtime: one
    transform back and forth for each pair of channels in every hop.
    """

    def __init__(self, channels: int, sample_rate: float) -> None:
        self.size = size_of(sample_rate)
        self.hop = self.size // OVERLAP
        self.latency_frames = self.size
        bins = self.size // 2 + 1
        self.powers: NDArray[np.float64] = np.zeros(bins)
        self.gains: NDArray[np.float64] = np.ones(bins)
        self.frequencies_hz: NDArray[np.float64] = np.fft.rfftfreq(self.size, 1.0 / sample_rate).astype(np.float64)
        # The root of a periodic Hann window, applied twice.
        self._window = np.sin(np.pi * np.arange(self.size) / self.size)
        self._line = np.zeros((channels, self.size), dtype=np.float32)
        self._sums = np.zeros((channels, self.size), dtype=np.float64)
        self._spectra = np.zeros(((channels + 1) // 2, 2, self.size), dtype=np.float64)
        self._twiddles, self._order = twiddles_of(self.size), bit_reversed(self.size)
        self._filled = 0
        self._exchange, self._analyse, self._synthesise = exchange.ready(), analyse.ready(), synthesise.ready()

    def process(
        self,
        block: AudioBlock,
        out: AudioBlock,
        set_gains: Callable[[], None],
        beside: tuple[PowerSpectra, AudioBlock] | None = None,
    ) -> None:
        """Fill `out` with the weighted `block` of `latency_frames` ago; `set_gains` is called for every spectrum.

        `beside` is another sound of as many frames, whose powers stand at the same moments.
        """
        frames, at = block.shape[1], 0
        while at < frames:
            length = min(frames - at, self.hop - self._filled)
            self._exchange(block, out, at, length, self._line, self._sums, self._filled)
            if beside is not None:
                beside[0].take(beside[1], at, length, self._filled)
            self._filled += length
            at += length
            if self._filled == self.hop:
                self._filled = 0
                self._analyse(
                    self._line, self._window, self._spectra, self._twiddles, self._order, self.powers, self.hop
                )
                if beside is not None:
                    beside[0].analyse()
                set_gains()
                self._synthesise(
                    self._spectra, self.gains, self._window, self._twiddles, self._order, self._sums, self.hop
                )

    @property
    def values(self) -> NDArray[np.float64]:
        """The spectra of this hop, ``(pairs, 2, size)``: of each pair of channels the sum of the first and i times the
        second, as real and imaginary part. What `set_gains` changes there is heard.
        """
        return self._spectra

    def reset(self) -> None:
        """Forget all sound."""
        for memory in (self._line, self._sums, self._spectra, self.powers):
            memory.fill(0.0)
        self._filled = 0


def size_of(sample_rate: float) -> int:
    """Frames of a spectrum at a rate in Hz."""
    return 1 << math.ceil(math.log2(SPAN_S * sample_rate))


class PowerSpectra:
    """The powers of a sound that is only listened to, at the moments at which a `ShortTimeSpectra` has its own.

    Attributes
    ----------
    size, hop : int
        Frames of a spectrum, and from one to the next.
    powers : array, (bins,), float64
        Mean over the channels of the squared magnitude.
    """

    def __init__(self, channels: int, sample_rate: float) -> None:
        self.size = size = size_of(sample_rate)
        self.hop = size // OVERLAP
        self.powers: NDArray[np.float64] = np.zeros(size // 2 + 1)
        self._window = np.sin(np.pi * np.arange(size) / size)
        self._line = np.zeros((channels, size), dtype=np.float32)
        self._spectra = np.zeros(((channels + 1) // 2, 2, size), dtype=np.float64)
        self._twiddles, self._order = twiddles_of(size), bit_reversed(size)
        self._take, self._analyse = take.ready(), analyse.ready()

    def take(self, block: AudioBlock, at: int, length: int, filled: int) -> None:
        """Hear `length` frames of a block from `at` on; `filled` frames of the hop are there already."""
        self._take(block, at, length, self._line, filled)

    def analyse(self) -> None:
        """Take the powers: the hop is full."""
        self._analyse(self._line, self._window, self._spectra, self._twiddles, self._order, self.powers, self.hop)

    def reset(self) -> None:
        """Forget all sound."""
        for memory in (self._line, self._spectra, self.powers):
            memory.fill(0.0)


@compiled("void(float32[:, ::1], int64, int64, float32[:, ::1], int64)")
def take(block: AudioBlock, at: int, length: int, line: NDArray[np.float32], filled: int) -> None:
    """Put `length` frames into the newest hop of the line."""
    newest = line.shape[1] - line.shape[1] // OVERLAP + filled
    for channel in range(block.shape[0]):
        for n in range(length):
            line[channel, newest + n] = block[channel, at + n]


@compiled("void(float32[:, ::1], float32[:, ::1], int64, int64, float32[:, ::1], float64[:, ::1], int64)")
def exchange(
    block: AudioBlock,
    out: AudioBlock,
    at: int,
    length: int,
    line: NDArray[np.float32],
    sums: NDArray[np.float64],
    filled: int,
) -> None:
    """Put `length` frames into the newest hop of the line, and take as many finished ones from the sums."""
    size = line.shape[1]
    newest = size - size // OVERLAP + filled
    for channel in range(block.shape[0]):
        for n in range(length):
            line[channel, newest + n] = block[channel, at + n]
            out[channel, at + n] = sums[channel, filled + n]


@compiled("void(float32[:, ::1], float64[::1], float64[:, :, ::1], float64[:, ::1], int64[::1], float64[::1], int64)")
def analyse(
    line: NDArray[np.float32],
    window: NDArray[np.float64],
    spectra: NDArray[np.float64],
    twiddles: NDArray[np.float64],
    order: NDArray[np.int64],
    powers: NDArray[np.float64],
    hop: int,
) -> None:
    """Spectra of the line, pair by pair, and their mean power; then the line moves on by a hop."""
    channels, size = line.shape
    for k in range(powers.shape[0]):
        powers[k] = 0.0
    for pair in range(spectra.shape[0]):
        re, im = spectra[pair, 0], spectra[pair, 1]
        first, second = 2 * pair, 2 * pair + 1
        for n in range(size):
            re[n] = window[n] * line[first, n]
            im[n] = window[n] * line[second, n] if second < channels else 0.0
        transform(re, im, twiddles, order)
        for k in range(powers.shape[0]):
            mirror = size - k if k > 0 else 0
            both = re[k] * re[k] + im[k] * im[k] + re[mirror] * re[mirror] + im[mirror] * im[mirror]
            powers[k] += 0.5 * both / channels
    for channel in range(channels):
        for n in range(size - hop):
            line[channel, n] = line[channel, n + hop]


@compiled("void(float64[:, :, ::1], float64[::1], float64[::1], float64[:, ::1], int64[::1], float64[:, ::1], int64)")
def synthesise(
    spectra: NDArray[np.float64],
    gains: NDArray[np.float64],
    window: NDArray[np.float64],
    twiddles: NDArray[np.float64],
    order: NDArray[np.int64],
    sums: NDArray[np.float64],
    hop: int,
) -> None:
    """The sums move on by a hop, and the weighted spectra are added."""
    channels, size = sums.shape
    for channel in range(channels):
        for n in range(size - hop):
            sums[channel, n] = sums[channel, n + hop]
        for n in range(size - hop, size):
            sums[channel, n] = 0.0
    scale = 2.0 / (OVERLAP * size)
    for pair in range(spectra.shape[0]):
        re, im = spectra[pair, 0], spectra[pair, 1]
        for k in range(size):
            gain = gains[k if k <= size // 2 else size - k]
            re[k], im[k] = gain * re[k], gain * im[k]
        transform(im, re, twiddles, order)
        for n in range(size):
            sums[2 * pair, n] += scale * window[n] * re[n]
            if 2 * pair + 1 < channels:
                sums[2 * pair + 1, n] += scale * window[n] * im[n]
    for channel in range(channels):
        for n in range(hop):
            if abs(sums[channel, n]) < SILENCE:
                sums[channel, n] = 0.0
