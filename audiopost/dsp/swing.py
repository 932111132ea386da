"""Multiplication by something periodic: a level that swings (tremolo), a carrier (ring modulation)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.oscillator import step_of, turns_at
from audiopost.dsp.smoothing import advance

__all__ = ["run_ring_modulator", "run_tremolo", "swing_at"]

SINE, TRIANGLE, SQUARE = 0, 1, 2

EDGE = 0.1
"""Share of the period that each edge of the square takes."""


@inlined
def swing_at(turns: float, shape: int) -> float:
    """How far a swing is from its beginning, 0 to 1, at 0 first and at 1 half a turn later (kernel)."""
    place = turns - math.floor(turns)
    if shape == TRIANGLE:
        return 1.0 - abs(2.0 * place - 1.0)
    if shape == SQUARE:
        half = min(place, 1.0 - place) - 0.25
        place = 0.5 * min(max(0.5 + half / EDGE, 0.0), 1.0)
    return 0.5 - 0.5 * math.cos(2.0 * math.pi * place)


@compiled("void(float32[:, ::1], float32[:, ::1], uint64[::1], int64, float64[:, ::1])")
def run_tremolo(
    block: AudioBlock, out: AudioBlock, phase: NDArray[np.uint64], shape: int, ramps: NDArray[np.float64]
) -> None:
    """``out = block * (1 - depth * swing)``. Ramps: rate in turns a frame, depth, spread of the channels in turns."""
    for n in range(block.shape[1]):
        rate, depth, spread = advance(ramps, 0), advance(ramps, 1), advance(ramps, 2)
        turns = turns_at(phase[0])
        for channel in range(block.shape[0]):
            out[channel, n] = block[channel, n] * (1.0 - depth * swing_at(turns + channel * spread, shape))
        phase[0] += step_of(rate)


@compiled("void(float32[:, ::1], float32[:, ::1], uint64[::1], float64, float64[:, ::1])")
def run_ring_modulator(
    block: AudioBlock, out: AudioBlock, phase: NDArray[np.uint64], sample_rate: float, ramps: NDArray[np.float64]
) -> None:
    """``out = block * (dry + wet * carrier)``. Ramps: logarithm of the carrier in Hz, dry, wet."""
    for n in range(block.shape[1]):
        frequency_hz = math.exp(advance(ramps, 0))
        dry, wet = advance(ramps, 1), advance(ramps, 2)
        gain = dry + wet * math.cos(2.0 * math.pi * turns_at(phase[0]))
        for channel in range(block.shape[0]):
            out[channel, n] = block[channel, n] * gain
        phase[0] += step_of(frequency_hz / sample_rate)
