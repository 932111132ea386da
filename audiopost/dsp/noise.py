"""Noise that is a function of its seed, channel and frame, so the same frame is the same sample on any road.

White: each sample is the sum of four 16-bit numbers out of one mixed 64-bit counter: nearly Gaussian, never beyond 3.47
times its RMS, the same on every processor (integers and exact sums only).

Pink: white through first-order sections whose poles lie an octave apart, each with its zero half an octave above:
-3.01 dB an octave within 0.3 dB from 20 Hz to 0.4 of the sample rate.

Source of the mixing function: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators",
OOPSLA 2014 (SplitMix64).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.smoothing import advance

__all__ = ["NoiseSource", "channel_keys"]

LOWEST_HZ = 5.0
"""The lowest pole of the pink filter: below it the noise is white, so that its level is finite."""

HIGHEST_ZERO = -0.08
"""A last zero: without it a sampled slope flattens towards half the sample rate, by 1.3 dB at 0.4 of the rate.
Chosen for the smallest error at 44.1 to 96 kHz."""

WARM_UP_S = 2.0
"""Pink noise begins as if it had been running for this long."""

UNIT_RMS = 1.0 / math.sqrt(4.0 * (65536.0**2 - 1.0) / 12.0)
"""Makes the sum of four uniform 16-bit numbers, less its mean, of RMS 1."""

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST_MIX, SECOND_MIX = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
S16, S27, S30, S31, S32, S48 = (np.uint64(shift) for shift in (16, 27, 30, 31, 32, 48))
LOW_16 = np.uint64(0xFFFF)


class NoiseSource:
    """White or pink noise of RMS 1, different in every channel.

    Parameters
    ----------
    channels, sample_rate
        Of the stream.
    seed
        Any integer; another seed is another noise.
    pink
        False: white.
    """

    def __init__(self, channels: int, sample_rate: float, seed: int, *, pink: bool) -> None:
        self._keys = channel_keys(seed, channels)
        self._sections = _pink_sections(sample_rate) if pink else np.zeros((0, 2))
        self._level = 1.0 / _gain_of(self._sections)
        self._state = np.zeros((channels, self._sections.shape[0], 2), dtype=np.float64)
        self._frame = np.zeros(1, dtype=np.int64)
        self._run = run_noise.ready()
        self._warm = self._warmed_up(math.ceil(WARM_UP_S * sample_rate)) if pink else self._state.copy()
        self.reset()

    def process(self, out: AudioBlock, ramps: NDArray[np.float64]) -> None:
        """Fill `out`, (channels, frames), with noise of the RMS that ramp 0 says."""
        self._run(out, self._keys, self._sections, self._state, self._frame, self._level, ramps)

    def reset(self) -> None:
        """Begin again with frame 0."""
        self._frame[0] = 0
        self._state[:] = self._warm

    def _warmed_up(self, frames: int) -> NDArray[np.float64]:
        self._frame[0] = -frames
        self._run(
            np.empty((self._keys.size, frames), dtype=np.float32), self._keys, self._sections, self._state,
            self._frame, self._level, np.zeros((1, 4)),
        )  # fmt: skip
        return self._state.copy()


def channel_keys(seed: int, channels: int) -> NDArray[np.uint64]:
    """One well-mixed key a channel, from numpy's own seeding."""
    return np.asarray(np.random.SeedSequence(abs(seed) * 2 + (seed < 0)).generate_state(channels, np.uint64), np.uint64)


def _pink_sections(sample_rate: float) -> NDArray[np.float64]:
    """(pole, zero) of each section in the z plane: an octave apart, the zero half an octave above its pole."""
    sections = []
    pole_hz = LOWEST_HZ
    while pole_hz < sample_rate / 2.0:
        zero_hz = pole_hz * math.sqrt(2.0)
        sections.append([math.exp(-2.0 * math.pi * hz / sample_rate) for hz in (pole_hz, zero_hz)])
        pole_hz *= 2.0
    sections.append([0.0, HIGHEST_ZERO])
    return np.array(sections)


def _gain_of(sections: NDArray[np.float64]) -> float:
    """RMS of the filtered noise for white noise of RMS 1: the root of the mean of the power response."""
    angles = np.pi * (np.arange(1 << 18) + 0.5) / (1 << 18)
    turn = np.exp(-1j * angles)
    response = np.ones_like(turn)
    for pole, zero in sections:
        response *= (1.0 - zero * turn) / (1.0 - pole * turn)
    return float(np.sqrt(np.mean(np.abs(response) ** 2)))


@inlined
def white_sample(key: np.uint64, frame: int) -> float:
    """The sample of one channel at a frame, RMS 1 (kernel)."""
    z = key + np.uint64(frame) * GOLDEN
    z = (z ^ (z >> S30)) * FIRST_MIX
    z = (z ^ (z >> S27)) * SECOND_MIX
    z = z ^ (z >> S31)
    total = (z & LOW_16) + ((z >> S16) & LOW_16) + ((z >> S32) & LOW_16) + (z >> S48)
    return (np.float64(total) - 131070.0) * UNIT_RMS


@compiled(
    "void(float32[:, ::1], uint64[::1], float64[:, ::1], float64[:, :, ::1], int64[::1], float64, float64[:, ::1])"
)
def run_noise(
    out: AudioBlock,
    keys: NDArray[np.uint64],
    sections: NDArray[np.float64],
    state: NDArray[np.float64],
    start: NDArray[np.int64],
    level: float,
    ramps: NDArray[np.float64],
) -> None:
    """See `NoiseSource`. State: last input and last output of each section."""
    for n in range(out.shape[1]):
        amplitude = advance(ramps, 0) * level
        for channel in range(out.shape[0]):
            x = white_sample(keys[channel], start[0] + n)
            for s in range(sections.shape[0]):
                y = x - sections[s, 1] * state[channel, s, 0] + sections[s, 0] * state[channel, s, 1]
                state[channel, s, 0], state[channel, s, 1] = x, y
                x = y
            out[channel, n] = amplitude * x
    start[0] += out.shape[1]
