"""Sounds that happen once: an impact, a whoosh, a beep.

Every sample is a function of its seed and of the frames since the beginning.

Sources: A. Farnell, "Designing Sound" (MIT Press, 2010), practicals 1 and 17 (beeps, impacts of modes and noise);
W. W. Gaver, "How do we hear in the world?", Ecological Psychology 5 (1993) (what size and material do to
a struck thing).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.chance import wandering
from audiopost.dsp.compiled import compiled
from audiopost.dsp.noise import white_sample
from audiopost.dsp.oscillator import step_of, turns_at
from audiopost.dsp.smoothing import advance
from audiopost.dsp.textures import band_pass, low_pass, tune

__all__ = ["run_beeps", "run_impact", "run_whoosh"]


@compiled(
    "void(float32[:, ::1], uint64[::1], int64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1],"
    " float64[::1], float64, float64[:, ::1])"
)
def run_impact(
    out: AudioBlock,
    keys: NDArray[np.uint64],
    start: NDArray[np.int64],
    modes: NDArray[np.float64],
    now: NDArray[np.float64],
    state: NDArray[np.float64],
    thump: NDArray[np.float64],
    sample_rate: float,
    ramps: NDArray[np.float64],
) -> None:
    """Modes that ring down, a thump whose pitch falls, and a burst of noise.

    Modes, (modes, 4): level, real and imaginary part of what each turns and fades by in a frame, place between the
    channels (-1 to 1); now, (modes, 2): where they are. Thump: level, first and last pitch in Hz, time of its fall and
    of its decay in s, level of the noise, its decay in s, its brightness in Hz. Ramp 0: level.
    """
    channels = out.shape[0]
    for n in range(out.shape[1]):
        frame = start[0] + n
        level = advance(ramps, 0)
        seconds = frame / sample_rate
        attack = min(1.0, seconds / 0.0005)
        for channel in range(channels):
            out[channel, n] = 0.0
        for k in range(modes.shape[0]):
            real, imaginary = now[k, 0], now[k, 1]
            now[k, 0] = modes[k, 1] * real - modes[k, 2] * imaginary
            now[k, 1] = modes[k, 2] * real + modes[k, 1] * imaginary
            if abs(now[k, 0]) + abs(now[k, 1]) < 1e-12:
                now[k, 0] = now[k, 1] = 0.0
            for channel in range(channels):
                side = -1.0 if channel % 2 == 0 else 1.0
                gain = 1.0 + 0.6 * side * modes[k, 3] if channels > 1 else 1.0
                out[channel, n] += level * attack * gain * modes[k, 0] * imaginary
        # The phase of a pitch that falls exponentially, integrated.
        fallen = thump[3] * (1.0 - math.exp(-seconds / thump[3]))
        turns = thump[2] * seconds + (thump[1] - thump[2]) * fallen
        low = thump[0] * math.exp(-seconds / thump[4]) * math.sin(2.0 * math.pi * turns)
        burst = thump[5] * math.exp(-seconds / thump[6])
        g = tune(thump[7] * (0.15 + 0.85 * math.exp(-seconds / thump[6])), sample_rate)
        for channel in range(channels):
            dust = low_pass(white_sample(keys[channel], frame), g, 1.4, state[channel]) if burst > 1e-9 else 0.0
            out[channel, n] += level * attack * (low + burst * dust)
    start[0] += out.shape[1]


USUAL_DAMPING = 0.37
LENGTH, PEAK, LOWEST_HZ, HIGHEST_HZ, SHARPNESS, TURBULENCE, FROM, TO = range(8)


@compiled(
    "void(float32[:, ::1], uint64[::1], uint64, int64[::1], float64[:, :, ::1], float64[::1], float64, float64[:, ::1])"
)
def run_whoosh(
    out: AudioBlock,
    keys: NDArray[np.uint64],
    weather: np.uint64,
    start: NDArray[np.int64],
    state: NDArray[np.float64],
    shape: NDArray[np.float64],
    sample_rate: float,
    ramps: NDArray[np.float64],
) -> None:
    """Noise whose band and level rise to a peak and fall again while it crosses the channels.

    Shape: length in s, place of the peak (0 to 1), lowest and highest pitch in Hz, damping of the band, turbulence,
    place where it begins and ends (-1 left to 1 right). Ramp 0: level.
    """
    channels = out.shape[0]
    narrow = math.sqrt(USUAL_DAMPING / shape[SHARPNESS])  # a narrow band lets less noise through
    for n in range(out.shape[1]):
        frame = start[0] + n
        level = advance(ramps, 0)
        seconds = frame / sample_rate
        place = seconds / shape[LENGTH]
        if place >= 1.0:
            for channel in range(channels):
                out[channel, n] = 0.0
            continue
        rising = place / shape[PEAK] if place < shape[PEAK] else (1.0 - place) / (1.0 - shape[PEAK])
        nearness = rising * rising * (3.0 - 2.0 * rising)
        flutter = 1.0 + shape[TURBULENCE] * (wandering(weather, 14.0 * seconds) - 0.5)
        pitch_hz = shape[LOWEST_HZ] * math.exp(nearness * math.log(shape[HIGHEST_HZ] / shape[LOWEST_HZ]))
        g = tune(pitch_hz * (0.85 + 0.3 * flutter * 0.5), sample_rate)
        body = tune(0.35 * pitch_hz, sample_rate)
        even = math.sqrt(0.25 * sample_rate / pitch_hz)  # one level at every pitch
        amplitude = level * even * nearness * nearness * flutter
        across = shape[FROM] + (shape[TO] - shape[FROM]) * place
        for channel in range(channels):
            x = white_sample(keys[channel], frame)
            y = narrow * band_pass(x, g, shape[SHARPNESS], state[channel, 0]) + 0.5 * band_pass(
                x, body, 0.9, state[channel, 1]
            )
            side = -1.0 if channel % 2 == 0 else 1.0
            gain = math.sqrt(max(0.0, 1.0 + side * across)) if channels > 1 else 1.0
            out[channel, n] = amplitude * gain * y
    start[0] += out.shape[1]


FIRST_HZ, SECOND_HZ, BEEP_S, GAP_S, COUNT, TIMBRE, ATTACK_S, DECAY = range(8)


@compiled("void(float32[:, ::1], uint64[::1], int64[::1], float64[::1], float64, float64[:, ::1])")
def run_beeps(
    out: AudioBlock,
    phase: NDArray[np.uint64],
    start: NDArray[np.int64],
    shape: NDArray[np.float64],
    sample_rate: float,
    ramps: NDArray[np.float64],
) -> None:
    """Beeps one after another, each gliding from one pitch to another.

    Shape: first and last pitch in Hz, length of a beep and of the gap behind it in s, how many, timbre (0 sine to 1
    bright), attack in s, and how far a beep fades while it lasts (0 to 1). Ramp 0: level.
    """
    for n in range(out.shape[1]):
        frame = start[0] + n
        level = advance(ramps, 0)
        seconds = frame / sample_rate
        period = shape[BEEP_S] + shape[GAP_S]
        number = math.floor(seconds / period)
        within = seconds - number * period
        value = 0.0
        if number < shape[COUNT] and within < shape[BEEP_S]:
            share = within / shape[BEEP_S]
            pitch_hz = shape[FIRST_HZ] * math.exp(share * math.log(shape[SECOND_HZ] / shape[FIRST_HZ]))
            angle = 2.0 * math.pi * turns_at(phase[0])
            # Modulation of the phase by the tone itself: harmonics that fade as the beep does.
            bright = 2.0 * shape[TIMBRE] * (1.0 - 0.7 * share)
            edge = min(within, shape[BEEP_S] - within)
            window = 0.5 - 0.5 * math.cos(math.pi * edge / shape[ATTACK_S]) if edge < shape[ATTACK_S] else 1.0
            value = level * window * math.exp(-5.0 * shape[DECAY] * share) * math.sin(angle + bright * math.sin(angle))
            phase[0] += step_of(min(pitch_hz / sample_rate, 0.49))
        else:
            phase[0] = np.uint64(0)
        for channel in range(out.shape[0]):
            out[channel, n] = value
    start[0] += out.shape[1]
