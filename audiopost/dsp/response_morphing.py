"""What lies in the middle between two impulse responses, and three sounds mixed to a fourth.

The middle has in every moment and at every frequency the mean of both levels in dB: between a room of half a second and
one of two it decays in 0.8 s, where a mixture would have both tails. Its phases point midway between theirs, so it
is as much like the one as like the other.

Source: J. B. Allen, L. R. Rabiner, "A unified approach to short-time Fourier analysis and synthesis", Proceedings of
the IEEE 65 (1977), 1558-1564.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled
from audiopost.dsp.smoothing import advance
from audiopost.dsp.stft import OVERLAP
from audiopost.units import db_to_linear

__all__ = ["likeness", "middle_response", "mix_three"]

SIZE = 1024
"""21 ms at 48 kHz: short against a decay, long against a period of its lowest tones."""

FLOOR_DB = -100.0
"""Under the loudest of a response: where one has ended already, its level is taken to be this."""

TINY = 1e-9
"""Of a sum of two directions: less points nowhere."""


def middle_response(first: AudioBlock, second: AudioBlock) -> AudioBlock:
    """The middle between two responses of one shape (channels, frames), at unit energy in its loudest channel."""
    frames, hop = first.shape[1], SIZE // OVERLAP
    window = np.sin(np.pi * (np.arange(SIZE) + 0.5) / SIZE)
    around = ((0, 0), (SIZE, SIZE + -frames % hop))
    both = [np.pad(each.astype(np.float64), around) for each in (first, second)]
    least = [db_to_linear(FLOOR_DB) * np.abs(np.fft.rfft(each, axis=1)).max() for each in both]
    middle = np.zeros_like(both[0])
    for start in range(0, middle.shape[1] - SIZE + 1, hop):
        span = slice(start, start + SIZE)
        spectra = [np.fft.rfft(each[:, span] * window, axis=1) for each in both]
        levels = [np.maximum(np.abs(each), floor) for each, floor in zip(spectra, least, strict=True)]
        aim = spectra[0] / levels[0] + spectra[1] / levels[1]
        aim /= np.maximum(np.abs(aim), TINY)
        middle[:, span] += window * np.fft.irfft(np.sqrt(levels[0] * levels[1]) * aim, SIZE, axis=1)
    found = middle[:, SIZE : SIZE + frames]
    return np.asarray(found / math.sqrt((found**2).sum(axis=1).max()), dtype=np.float32)


def likeness(first: AudioBlock, second: AudioBlock) -> float:
    """From -1 to 1, 0 for two that have nothing in common."""
    a, b = first.astype(np.float64), second.astype(np.float64)
    return float((a * b).sum() / math.sqrt((a**2).sum() * (b**2).sum()))


@compiled("void(float32[:, ::1], float32[:, ::1], float32[:, ::1], float32[:, ::1], float32[:, ::1], float64[:, ::1])")
def mix_three(
    dry: AudioBlock, first: AudioBlock, second: AudioBlock, third: AudioBlock, out: AudioBlock,
    ramps: NDArray[np.float64],
) -> None:  # fmt: skip
    """``out = dry * ramp 0 + first * ramp 1 + second * ramp 2 + third * ramp 3``."""
    for frame in range(dry.shape[1]):
        share, a, b, c = advance(ramps, 0), advance(ramps, 1), advance(ramps, 2), advance(ramps, 3)
        for channel in range(dry.shape[0]):
            wet = a * first[channel, frame] + b * second[channel, frame] + c * third[channel, frame]
            out[channel, frame] = share * dry[channel, frame] + wet
