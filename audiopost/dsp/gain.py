"""Multiplication by gains: one for all, a matrix of channels, or one a frame.

A gain of exactly 1 returns the samples to the last bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.smoothing import advance, ramping

__all__ = ["apply_curve", "apply_matrix", "mix", "multiply", "scale", "scale_by_curve"]


@compiled("void(float32[:, ::1], float32[:, ::1], float64[:, ::1])")
def scale(block: AudioBlock, out: AudioBlock, ramps: NDArray[np.float64]) -> None:
    """``out = block * ramp 0``."""
    if ramping(ramps):
        for frame in range(block.shape[1]):
            gain = advance(ramps, 0)
            for channel in range(block.shape[0]):
                out[channel, frame] = block[channel, frame] * gain
    else:
        gain = advance(ramps, 0)
        for channel in range(block.shape[0]):
            for frame in range(block.shape[1]):
                out[channel, frame] = block[channel, frame] * gain


@compiled("void(float32[:, ::1], float32[:, ::1], float64[:, ::1])")
def apply_matrix(block: AudioBlock, out: AudioBlock, ramps: NDArray[np.float64]) -> None:
    """``out = matrix @ block``; ramp ``o * inputs + i`` is the gain from input i to output o."""
    inputs = block.shape[0]
    for frame in range(block.shape[1]):
        for o in range(out.shape[0]):
            total = 0.0
            for i in range(inputs):
                total += advance(ramps, o * inputs + i) * block[i, frame]
            out[o, frame] = total


@compiled("void(float32[:, ::1], float32[::1], float32[:, ::1])")
def apply_curve(block: AudioBlock, gain_linear: NDArray[np.float32], out: AudioBlock) -> None:
    """``out[c, n] = block[c, n] * gain_linear[n]``, in float32."""
    scale_by_curve(block, gain_linear, out)


@inlined
def scale_by_curve(block: AudioBlock, gain_linear: NDArray[np.float32], out: AudioBlock) -> None:
    """``out[c, n] = block[c, n] * gain_linear[n]``, in float32 (kernel)."""
    for channel in range(block.shape[0]):
        given, scaled = block[channel], out[channel]
        for frame in range(given.shape[0]):
            scaled[frame] = given[frame] * gain_linear[frame]


@compiled("void(float32[:, ::1], float32[:, ::1], float32[:, ::1], float64[:, ::1])")
def mix(dry: AudioBlock, wet: AudioBlock, out: AudioBlock, ramps: NDArray[np.float64]) -> None:
    """``out = dry * ramp 0 + wet * ramp 1``."""
    for frame in range(dry.shape[1]):
        dry_gain = advance(ramps, 0)
        wet_gain = advance(ramps, 1)
        for channel in range(dry.shape[0]):
            out[channel, frame] = dry[channel, frame] * dry_gain + wet[channel, frame] * wet_gain


@compiled("void(float32[:, ::1], float64[::1], float32[:, ::1])")
def multiply(block: AudioBlock, gain_linear: NDArray[np.float64], out: AudioBlock) -> None:
    """``out[c, n] = block[c, n] * gain_linear[n]``, in float64, rounded once."""
    for channel in range(block.shape[0]):
        for frame in range(block.shape[1]):
            out[channel, frame] = block[channel, frame] * gain_linear[frame]
