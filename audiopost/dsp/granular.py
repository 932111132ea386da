"""A sound cut into grains and scattered: short windowed pieces of the last seconds, each at its own pitch and place.

What a grain is (when it begins, how far back it looks, its pitch, its place) is drawn from the seed and the grain's
number, so the same frame is the same sample on any road.

Sources: C. Roads, "Microsound" (MIT Press, 2001); B. Truax, "Real-time granular synthesis with a digital signal
processor", Computer Music Journal 12 (1988), 14-26.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.chance import uniform_at
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.modulated_delay import NEAREST_FRAMES, read_between
from audiopost.dsp.smoothing import advance

__all__ = ["GRAINS", "run_granular"]

GRAINS = 64
"""Grains that sound at once; one more takes the place of the oldest."""

DENSITY, BACK, SPRAY, LENGTH, PITCH, SPREAD, WIDTH, DRY, WET = range(9)
AGE, LASTS, DELAY, SPEED, PLACE = range(5)
NUMBER, WRITE = range(2)


@inlined
def sow(grain: NDArray[np.float64], key: np.uint64, number: int, ramps: NDArray[np.float64], longest: float) -> None:
    """A new grain from the present state of the knobs (kernel)."""
    first = 5 * number
    length = ramps[LENGTH, 0]
    octaves = (ramps[PITCH, 0] + ramps[SPREAD, 0] * (2.0 * uniform_at(key, first) - 1.0)) / 12.0
    speed = math.exp(math.log(2.0) * octaves)
    back = ramps[BACK, 0] + ramps[SPRAY, 0] * uniform_at(key, first + 1)
    # A grain that runs faster than the present must begin so far back that it does not catch up with it.
    nearest = NEAREST_FRAMES + max(0.0, (speed - 1.0) * length)
    grain[AGE] = 0.0
    grain[LASTS] = length
    grain[DELAY] = min(max(back, nearest), longest - max(0.0, (1.0 - speed) * length))
    grain[SPEED] = speed
    grain[PLACE] = ramps[WIDTH, 0] * (2.0 * uniform_at(key, first + 2) - 1.0)


@compiled(
    "void(float32[:, ::1], float32[:, ::1], float32[:, ::1], float64[:, ::1], int64[::1], float64[::1], uint64,"
    " float64, float64[:, ::1])"
)
def run_granular(
    block: AudioBlock,
    out: AudioBlock,
    ring: NDArray[np.float32],
    grains: NDArray[np.float64],
    counters: NDArray[np.int64],
    due: NDArray[np.float64],
    key: np.uint64,
    sample_rate: float,
    ramps: NDArray[np.float64],
) -> None:
    """Grains beside the dry sound.

    Ramps: logarithm of the grains a second; how far back they look, how much farther by chance, and their length, all
    in frames; pitch and its spread in semitones; width (0 to 1); dry, wet. Grains, (`GRAINS`, 5): age, length, delay
    at the beginning in frames, speed, place (-1 to 1). Due: frames until the next grain.
    """
    channels, frames = block.shape
    length = ring.shape[1]
    for n in range(frames):
        for k in range(DRY):
            advance(ramps, k)
        dry, wet = advance(ramps, DRY), advance(ramps, WET)
        density = math.exp(ramps[DENSITY, 0]) / sample_rate
        if due[0] <= 0.0:
            number = counters[NUMBER]
            sow(grains[number % GRAINS], key, number, ramps, length - 8.0)
            due[0] += (0.5 + uniform_at(key, 5 * number + 3)) / density
            counters[NUMBER] = number + 1
        due[0] = min(due[0] - 1.0, 1.5 / density)
        write = counters[WRITE]
        for channel in range(channels):
            ring[channel, write] = block[channel, n]
            out[channel, n] = dry * block[channel, n]
        level = wet / math.sqrt(max(1.0, 0.375 * density * ramps[LENGTH, 0]))
        for k in range(GRAINS):
            grain = grains[k]
            if grain[AGE] < grain[LASTS]:
                window = 0.5 - 0.5 * math.cos(2.0 * math.pi * (grain[AGE] + 0.5) / grain[LASTS])
                delay = max(NEAREST_FRAMES, grain[DELAY] + (1.0 - grain[SPEED]) * grain[AGE])
                for channel in range(channels):
                    side = -1.0 if channel % 2 == 0 else 1.0
                    gain = math.sqrt(1.0 + side * grain[PLACE]) if channels > 1 else 1.0
                    out[channel, n] += level * window * gain * read_between(ring[channel], write, delay)
                grain[AGE] += 1.0
        counters[WRITE] = write + 1 if write + 1 < length else 0
