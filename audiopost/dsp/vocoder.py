"""A voice laid upon another sound: the level of each band of the one drives the same band of the other.

Bands are band passes of fourth order (two state-variable filters by trapezoidal integration, V. Zavalishin, "The Art of
VA Filter Design", 2012), a third of an octave apart in the middle of the range.

Source: H. Dudley, "Remaking speech", JASA 11 (1939), 169-177.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled
from audiopost.dsp.smoothing import advance
from audiopost.dsp.textures import band_pass

__all__ = ["BANDS", "HIGHEST_HZ", "LOWEST_HZ", "run_vocoder"]

BANDS = 22
LOWEST_HZ, HIGHEST_HZ = 90.0, 9_000.0
SILENCE = 1e-20

SHIFT, RELEASE, DRY, WET = range(4)


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float32[:, ::1], float64[::1], float64[:, :, ::1], float64[:, :, :, ::1],"
    " float64[::1], float64[::1], float64, float64, float64, float64[:, ::1])"
)
def run_vocoder(
    block: AudioBlock,
    voice: AudioBlock,
    out: AudioBlock,
    centres_hz: NDArray[np.float64],
    analysis: NDArray[np.float64],
    synthesis: NDArray[np.float64],
    levels: NDArray[np.float64],
    corners: NDArray[np.float64],
    damping: float,
    attack: float,
    sample_rate: float,
    ramps: NDArray[np.float64],
) -> None:
    """The bands of `block`, driven by those of the mean of `voice`.

    Ramps: shift of the bands of `block` in octaves, what a level keeps of itself in a frame while it falls, dry, wet.
    Analysis, (bands, 2, 2); synthesis, (channels, bands, 2, 2); levels and corners, (bands,).
    """
    bands = centres_hz.shape[0]
    for n in range(block.shape[1]):
        before = ramps[SHIFT, 0]
        shift = advance(ramps, SHIFT)
        release, dry, wet = advance(ramps, RELEASE), advance(ramps, DRY), advance(ramps, WET)
        if shift != before or corners[0] == 0.0:
            for band in range(bands):
                centre_hz = centres_hz[band] * math.exp(math.log(2.0) * shift)
                corners[band] = math.tan(math.pi * min(centre_hz, 0.45 * sample_rate) / sample_rate)
        x = 0.0
        for channel in range(voice.shape[0]):
            x += voice[channel, n]
        x /= voice.shape[0]
        for band in range(bands):
            g = math.tan(math.pi * centres_hz[band] / sample_rate)
            y = abs(band_pass(band_pass(x, g, damping, analysis[band, 0]), g, damping, analysis[band, 1]))
            keep = attack if y > levels[band] else release
            level = y + keep * (levels[band] - y)
            levels[band] = level if level > SILENCE else 0.0
        for channel in range(block.shape[0]):
            carrier = np.float64(block[channel, n])
            total = 0.0
            for band in range(bands):
                state = synthesis[channel, band]
                y = band_pass(band_pass(carrier, corners[band], damping, state[0]), corners[band], damping, state[1])
                total += levels[band] * y
            out[channel, n] = dry * carrier + wet * total
