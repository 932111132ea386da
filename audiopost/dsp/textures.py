"""Weather and earth out of noise: wind, rain, rumble.

Each is noise through filters that wander by chance; every sample is a function of its seed and its frame (and, in
filters, of those before it). Filters are state-variable ones by trapezoidal integration, whose corner may move in
every frame (V. Zavalishin, "The Art of VA Filter Design", 2012, chapter 4).

Source of the methods: A. Farnell, "Designing Sound" (MIT Press, 2010), practicals 18 (wind), 14 (rain), 22 (thunder's
rumble): noise bands that follow a gust, drops as short noise at random times, noise far below.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.chance import uniform_at, wandering
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.noise import white_sample
from audiopost.dsp.smoothing import advance

__all__ = ["DROPS", "run_rain", "run_rumble", "run_wind"]

LOW, BAND = 0, 1


@inlined
def tune(frequency_hz: float, sample_rate: float) -> float:
    """What `band_pass` and `low_pass` take as their corner; at most 0.45 of the sample rate (kernel)."""
    return math.tan(math.pi * min(frequency_hz, 0.45 * sample_rate) / sample_rate)


@inlined
def band_pass(x: float, g: float, damping: float, state: NDArray[np.float64]) -> float:
    """A second-order band pass with a gain of 1 in its middle; `damping` is 1/Q (kernel)."""
    high = (x - (damping + g) * state[0] - state[1]) / (1.0 + g * (damping + g))
    band = g * high + state[0]
    low = g * band + state[1]
    state[0], state[1] = g * high + band, g * band + low
    return damping * band  # type: ignore[no-any-return]


@inlined
def low_pass(x: float, g: float, damping: float, state: NDArray[np.float64]) -> float:
    """A second-order low pass (kernel)."""
    high = (x - (damping + g) * state[0] - state[1]) / (1.0 + g * (damping + g))
    band = g * high + state[0]
    low = g * band + state[1]
    state[0], state[1] = g * high + band, g * band + low
    return low  # type: ignore[no-any-return]


@inlined
def gust_at(key: np.uint64, seconds: float, gusts: float) -> float:
    """The strength of the wind, 0 to 1: slow weather, gusts and flutter over each other (kernel)."""
    slow = wandering(key, 0.09 * seconds)
    gusty = wandering(key + np.uint64(1), 0.37 * seconds)
    flutter = wandering(key + np.uint64(2), 2.1 * seconds)
    moving = 0.45 * slow + 0.4 * gusty + 0.15 * flutter
    return 0.5 + gusts * (moving - 0.5) * 1.8


WIND_LEVEL, STRENGTH, GUSTS, HOWL = range(4)


@compiled("void(float32[:, ::1], uint64[::1], uint64, int64[::1], float64[:, :, ::1], float64, float64[:, ::1])")
def run_wind(
    out: AudioBlock,
    keys: NDArray[np.uint64],
    weather: np.uint64,
    start: NDArray[np.int64],
    state: NDArray[np.float64],
    sample_rate: float,
    ramps: NDArray[np.float64],
) -> None:
    """A broad band that follows the gusts, and two narrow ones that howl around edges.

    Ramps: level, strength, gusts, howl (all 0 to 1 but the level). The gusts are one weather for all channels, the
    noise is each channel's own. State, (channels, 4, 2).
    """
    for n in range(out.shape[1]):
        frame = start[0] + n
        level, strength, gusts, howl = (
            advance(ramps, WIND_LEVEL), advance(ramps, STRENGTH), advance(ramps, GUSTS), advance(ramps, HOWL)
        )  # fmt: skip
        seconds = frame / sample_rate
        gust = min(max(gust_at(weather, seconds, gusts), 0.02), 1.4)
        blows = gust * (0.35 + 0.9 * strength)
        body = tune(120.0 + 900.0 * blows * blows, sample_rate)
        hiss = tune(2200.0 + 2500.0 * blows, sample_rate)
        pitch_hz = 380.0 * (0.6 + blows) * (0.9 + 0.2 * wandering(weather + np.uint64(3), 0.8 * seconds))
        first, second = tune(pitch_hz, sample_rate), tune(1.62 * pitch_hz, sample_rate)
        for channel in range(out.shape[0]):
            x = white_sample(keys[channel], frame)
            y = 2.2 * low_pass(x, body, 1.2, state[channel, 0]) * blows
            y += 0.5 * band_pass(x, hiss, 1.5, state[channel, 1]) * blows * blows * strength
            if howl > 0.0:
                y += 3.0 * howl * blows * blows * band_pass(x, first, 0.035, state[channel, 2])
                y += 1.8 * howl * blows * blows * band_pass(x, second, 0.03, state[channel, 3])
            out[channel, n] = level * y
    start[0] += out.shape[1]


DROPS = 12
"""Drops that sound at once in a channel; the oldest gives way to the newest."""

RAIN_LEVEL, DENSITY, SIZE, HISS = range(4)
SINE_PART, COSINE_PART, TURN_A, TURN_B = range(4)


@compiled(
    "void(float32[:, ::1], uint64[::1], int64[::1], int64[::1], float64[:, :, ::1], float64[:, :, ::1], float64,"
    " float64[:, ::1])"
)
def run_rain(
    out: AudioBlock,
    keys: NDArray[np.uint64],
    start: NDArray[np.int64],
    newest: NDArray[np.int64],
    drops: NDArray[np.float64],
    state: NDArray[np.float64],
    sample_rate: float,
    ramps: NDArray[np.float64],
) -> None:
    """Drops at random times, each a damped tone with a noisy beginning, over a hiss of those too many to hear apart.

    Ramps: level, drops a second, size (0 fine to 1 heavy), hiss (0 to 1). Drops, (channels, `DROPS`, 4): both parts of
    a turning number, and by what it turns and fades. State, (channels, 2, 2): filters of the hiss.
    """
    for n in range(out.shape[1]):
        frame = start[0] + n
        level, density, size, hiss = (
            advance(ramps, RAIN_LEVEL), advance(ramps, DENSITY), advance(ramps, SIZE), advance(ramps, HISS)
        )  # fmt: skip
        chance = density / sample_rate
        bright = tune(5200.0 - 2600.0 * size, sample_rate)
        low = tune(900.0 - 500.0 * size, sample_rate)
        for channel in range(out.shape[0]):
            key = keys[channel]
            if uniform_at(key, frame) < chance:
                newest[channel] = newest[channel] + 1 if newest[channel] + 1 < DROPS else 0
                drop = drops[channel, newest[channel]]
                first, second, third = (
                    uniform_at(key + np.uint64(5), frame), uniform_at(key + np.uint64(6), frame),
                    uniform_at(key + np.uint64(7), frame),
                )  # fmt: skip
                pitch_hz = min((6500.0 - 4800.0 * size) * (0.5 + 1.2 * first), 0.45 * sample_rate)
                fading = math.exp(-1.0 / ((0.0008 + 0.006 * size * second) * sample_rate))
                angle = 2.0 * math.pi * pitch_hz / sample_rate
                drop[SINE_PART], drop[COSINE_PART] = 0.0, 0.15 + third * third * third
                drop[TURN_A], drop[TURN_B] = fading * math.cos(angle), fading * math.sin(angle)
            total = 0.0
            x = white_sample(key, frame)
            for k in range(DROPS):
                drop = drops[channel, k]
                s, c = drop[SINE_PART], drop[COSINE_PART]
                if abs(s) + abs(c) > 1e-7:
                    drop[SINE_PART] = drop[TURN_A] * s + drop[TURN_B] * c
                    drop[COSINE_PART] = drop[TURN_A] * c - drop[TURN_B] * s
                    total += drop[SINE_PART] * (1.0 + 0.35 * x)
                else:
                    drop[SINE_PART] = drop[COSINE_PART] = 0.0
            far = 0.6 * band_pass(x, bright, 1.8, state[channel, 0]) + 0.25 * band_pass(x, low, 1.5, state[channel, 1])
            out[channel, n] = level * (0.6 * total + hiss * far)
    start[0] += out.shape[1]


RUMBLE_LEVEL, CORNER, MOTION, GRIT = range(4)


@compiled("void(float32[:, ::1], uint64[::1], uint64, int64[::1], float64[:, :, ::1], float64, float64[:, ::1])")
def run_rumble(
    out: AudioBlock,
    keys: NDArray[np.uint64],
    weather: np.uint64,
    start: NDArray[np.int64],
    state: NDArray[np.float64],
    sample_rate: float,
    ramps: NDArray[np.float64],
) -> None:
    """Noise far below, whose level and corner wander, with a band of grit above it.

    Ramps: level, logarithm of the corner in Hz, motion, grit (both 0 to 1). State, (channels, 3, 2). The noise is set
    to the same level at every corner.
    """
    for n in range(out.shape[1]):
        frame = start[0] + n
        level, corner, motion, grit = (
            advance(ramps, RUMBLE_LEVEL), advance(ramps, CORNER), advance(ramps, MOTION), advance(ramps, GRIT)
        )  # fmt: skip
        seconds = frame / sample_rate
        moves = motion * (2.0 * wandering(weather, 0.7 * seconds) - 1.0)
        shakes = motion * (wandering(weather + np.uint64(1), 5.3 * seconds) - 0.5)
        corner_hz = math.exp(corner + 0.5 * moves)
        g = tune(corner_hz, sample_rate)
        gritty = tune(6.0 * corner_hz, sample_rate)
        even = math.sqrt(0.25 * sample_rate / corner_hz)
        swell = math.exp(0.9 * moves + 0.8 * shakes)
        for channel in range(out.shape[0]):
            x = even * white_sample(keys[channel], frame)
            y = low_pass(low_pass(x, g, 1.8478, state[channel, 0]), g, 0.7654, state[channel, 1])
            y += 0.25 * grit * band_pass(x, gritty, 0.8, state[channel, 2]) * swell
            out[channel, n] = level * swell * y
    start[0] += out.shape[1]
