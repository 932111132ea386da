"""A filter whose magnitude is drawn, point by point, and that changes while it plays without a click.

::

    magnitudes ─▶ taps ─▶ idle convolution ─┐
                                            ├─ crossfade ─▶ out
                         present convolution ┘

The taps follow from the magnitudes at once, in one of two ways. Linear phase: the transform of the magnitudes
themselves, centred, under a window; every frequency is late by half of the taps, so no waveform is bent. Minimum
phase: the folded cepstrum of their logarithm; nothing is late.

A new response is put into the idle convolution, which takes over the past of the present one; one partition later it
has nothing of its own old response left, and a crossfade goes over to it. All this is counted in frames. A response
that is wanted meanwhile waits.

Source: A. V. Oppenheim, R. W. Schafer, "Discrete-Time Signal Processing", 3rd ed. (2010), sections 7.5 (windows) and
13.5 (minimum phase by the cepstrum).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp.compiled import compiled
from audiopost.dsp.convolution import PARTITION_FRAMES, PartitionedConvolution, bit_reversed, transform, twiddles_of
from audiopost.units import db_to_linear, ms_to_frames

__all__ = ["FADE_MS", "DrawnResponse", "draw_levels"]

SPAN_S = 0.16
"""At least so long is the response: bends of 10 Hz can be drawn."""

FADE_MS = 20.0

WINDOW_SHAPE = 6.0
"""Kaiser's beta: what the window spreads beyond two points of the grid is 60 dB down."""

LOWEST_MAGNITUDE = 1e-6


class DrawnResponse:
    """Filters any number of channels by magnitudes that are given anew at any time.

    Parameters
    ----------
    channels, sample_rate, maximum_frames
        Of the stream.
    linear_phase
        Else minimum phase.

    Attributes
    ----------
    frequencies_hz : array, (points,), float64
        Where `magnitudes` are drawn, 0 Hz to half of the sample rate.
    magnitudes : array, (points,), float64
        Amplitudes: fill them, then call `begin` or `change`.
    latency_frames, taps : int
        Half of the taps for linear phase, else 0.

    Notes
    -----
    Accuracy: float32 convolution, -110 dB. Realtime: one compiled pass, two during a crossfade; a change costs some
    0.6 ms in the block where it begins.
    """

    def __init__(self, channels: int, sample_rate: float, maximum_frames: int, *, linear_phase: bool) -> None:
        self.taps = 1 << math.ceil(math.log2(SPAN_S * sample_rate))
        half = self.taps // 2
        self.latency_frames = half if linear_phase else 0
        self.frequencies_hz: NDArray[np.float64] = np.fft.rfftfreq(self.taps, 1.0 / sample_rate).astype(np.float64)
        self.magnitudes: NDArray[np.float64] = np.ones(half + 1)
        self._linear_phase = linear_phase
        self._window = _window(self.taps, linear_phase=linear_phase)
        self._work = np.zeros((2, self.taps), dtype=np.float64)
        self._response = np.zeros(self.taps, dtype=np.float64)
        self._twiddles, self._order = twiddles_of(self.taps), bit_reversed(self.taps)
        empty = np.zeros((1, self.taps), dtype=np.float32)
        self._present, self._idle = (PartitionedConvolution(empty, channels) for _ in range(2))
        self._given, self._heard, self._other = (BlockMemory(channels, maximum_frames) for _ in range(3))
        self._fade_frames = ms_to_frames(FADE_MS, sample_rate)
        self._left = 0
        self._waiting = False
        self._draw, self._fade = draw_taps.ready(), crossfade.ready()

    def begin(self) -> None:
        """Be at `magnitudes`, and forget all sound."""
        self._make_taps()
        self._present.replace(self._response)
        self._present.reset()
        self._left, self._waiting = 0, False

    def change(self) -> None:
        """Go over to `magnitudes`; they must stay as they are until then, or be given anew."""
        self._waiting = True

    def process(self, block: AudioBlock, out: AudioBlock) -> None:
        """Filter `block` into `out`, both (channels, frames)."""
        frames, at = block.shape[1], 0
        while at < frames:
            if self._waiting and self._left == 0:
                self._make_taps()
                self._idle.replace(self._response)
                self._idle.take_past(self._present)
                self._left, self._waiting = PARTITION_FRAMES + self._fade_frames, False
            length = min(frames - at, self._left) if self._left else frames - at
            if length == frames:
                self._run(block, out)
            else:
                given, heard = self._given.block(length), self._heard.block(length)
                np.copyto(given, block[:, at : at + length])
                self._run(given, heard)
                np.copyto(out[:, at : at + length], heard)
            at += length

    def _run(self, block: AudioBlock, out: AudioBlock) -> None:
        self._present.process(block, out)
        if self._left == 0:
            return
        other = self._other.block(block.shape[1])
        self._idle.process(block, other)
        self._fade(out, other, self._fade_frames - self._left, self._fade_frames)
        self._left -= block.shape[1]
        if self._left == 0:
            self._present, self._idle = self._idle, self._present

    def _make_taps(self) -> None:
        self._draw(
            self.magnitudes, self._window, self._linear_phase, self._work, self._twiddles, self._order, self._response
        )


def _window(taps: int, *, linear_phase: bool) -> NDArray[np.float64]:
    """A whole window around the middle, or its second half spread over all taps, flat at first."""
    if linear_phase:
        return np.kaiser(taps + 1, WINDOW_SHAPE)[:-1]
    fade = taps // 4
    return np.concatenate([np.ones(taps - fade), np.kaiser(2 * fade, WINDOW_SHAPE)[fade:]])


@compiled("void(float64[::1], float64[::1], boolean, float64[:, ::1], float64[:, ::1], int64[::1], float64[::1])")
def draw_taps(
    magnitudes: NDArray[np.float64],
    window: NDArray[np.float64],
    linear_phase: bool,
    work: NDArray[np.float64],
    twiddles: NDArray[np.float64],
    order: NDArray[np.int64],
    response: NDArray[np.float64],
) -> None:
    """The taps whose spectrum has these magnitudes; see the module."""
    re, im = work[0], work[1]
    taps = response.shape[0]
    half = taps // 2
    for k in range(taps):
        value = magnitudes[k] if k <= half else magnitudes[taps - k]
        re[k] = value if linear_phase else math.log(max(value, LOWEST_MAGNITUDE))
        im[k] = 0.0
    transform(im, re, twiddles, order)
    if linear_phase:
        for n in range(taps):
            response[n] = window[n] * re[n - half if n >= half else n + half] / taps
        return
    for n in range(taps):
        share = 1.0 if n in (0, half) else (2.0 if n < half else 0.0)
        re[n], im[n] = share * re[n] / taps, 0.0
    transform(re, im, twiddles, order)
    for k in range(taps):
        size = math.exp(re[k])
        re[k], im[k] = size * math.cos(im[k]), size * math.sin(im[k])
    transform(im, re, twiddles, order)
    for n in range(taps):
        response[n] = window[n] * re[n] / taps


@compiled("void(float32[:, ::1], float32[:, ::1], int64, int64)")
def crossfade(out: AudioBlock, other: AudioBlock, faded: int, fade_frames: int) -> None:
    """Go over from what is in `out` to `other`; `faded` frames are behind, less than none before the fade begins."""
    for channel in range(out.shape[0]):
        for n in range(out.shape[1]):
            share = min(1.0, max(0.0, (faded + n + 1) / fade_frames))
            out[channel, n] += share * (np.float64(other[channel, n]) - out[channel, n])


@compiled("void(float64[::1], float64[::1], float64[::1])")
def draw_levels(levels_db: NDArray[np.float64], places: NDArray[np.float64], magnitudes: NDArray[np.float64]) -> None:
    """Amplitude at each place between the levels, the last of which is never reached."""
    for point in range(places.shape[0]):
        index = int(places[point])
        share = places[point] - index
        magnitudes[point] = db_to_linear(levels_db[index] + share * (levels_db[index + 1] - levels_db[index]))
