"""Tones that go on: a drone of beating partials, and a tone that rises for ever.

Sources: R. N. Shepard, "Circularity in judgments of relative pitch", JASA 36 (1964), 2346-2353; J.-C. Risset's
continuous form of it, "Pitch control and pitch paradoxes demonstrated with computer-synthesized sounds", JASA 46
(1969).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.chance import wandering
from audiopost.dsp.compiled import compiled
from audiopost.dsp.oscillator import step_of, turns_at
from audiopost.dsp.smoothing import advance

__all__ = ["OCTAVES", "VOICES", "run_drone", "run_shepard"]

VOICES = 16
LEVEL, PITCH, DETUNE, BRIGHTNESS, MOTION = range(5)


@compiled("void(float32[:, ::1], uint64, int64[::1], uint64[:, ::1], float64[::1], float64, float64[:, ::1])")
def run_drone(
    out: AudioBlock,
    weather: np.uint64,
    start: NDArray[np.int64],
    phases: NDArray[np.uint64],
    ratios: NDArray[np.float64],
    sample_rate: float,
    ramps: NDArray[np.float64],
) -> None:
    """Sines at given ratios of a pitch, each a little out of tune and swelling at its own pace in each channel.

    Ramps: level, logarithm of the pitch in Hz, detuning in cents, brightness (0 to 1), motion (0 to 1). Phases,
    (channels, voices).
    """
    voices = ratios.shape[0]
    for n in range(out.shape[1]):
        seconds = (start[0] + n) / sample_rate
        level, pitch_hz, detune, brightness, motion = (
            advance(ramps, LEVEL), math.exp(advance(ramps, PITCH)), advance(ramps, DETUNE), advance(ramps, BRIGHTNESS),
            advance(ramps, MOTION),
        )  # fmt: skip
        slope = 2.2 - 1.9 * brightness
        for channel in range(out.shape[0]):
            total = 0.0
            for voice in range(voices):
                own = weather + np.uint64(1 + 2 * voice + 64 * channel)
                swell = 1.0 - motion * wandering(own, (0.11 + 0.013 * voice) * seconds)
                drift = detune * (2.0 * wandering(own + np.uint64(1), 0.23 * seconds) - 1.0) / 1200.0
                frequency = pitch_hz * ratios[voice] * math.exp(math.log(2.0) * drift) / sample_rate
                if frequency < 0.45:
                    loud = math.exp(-slope * math.log(max(ratios[voice], 1.0)))
                    total += loud * swell * math.sin(2.0 * math.pi * turns_at(phases[channel, voice]))
                phases[channel, voice] += step_of(min(frequency, 0.49))
            out[channel, n] = level * total
    start[0] += out.shape[1]


OCTAVES = 10
SHEPARD_LEVEL, RATE, CENTRE, WIDTH = range(4)


@compiled("void(float32[:, ::1], uint64[::1], uint64[::1], float64, float64, float64[:, ::1])")
def run_shepard(
    out: AudioBlock,
    phases: NDArray[np.uint64],
    risen: NDArray[np.uint64],
    lowest_hz: float,
    sample_rate: float,
    ramps: NDArray[np.float64],
) -> None:
    """Sines an octave apart that rise (or fall) under a bell over the logarithm of the pitch.

    A sine that leaves at one end is silent there, and comes in again at the other. Ramps: level, octaves a second as
    turns a frame, logarithm of the middle of the bell in Hz, its width in octaves. `risen`: the common place of all
    sines in their octave, as a turn; phases: one a sine, counted in whole octaves from the lowest.
    """
    for n in range(out.shape[1]):
        level, rate, centre, width = (
            advance(ramps, SHEPARD_LEVEL), advance(ramps, RATE), advance(ramps, CENTRE), advance(ramps, WIDTH)
        )  # fmt: skip
        place = turns_at(risen[0])
        total = 0.0
        power = 0.0
        for octave in range(OCTAVES):
            frequency_hz = lowest_hz * math.exp(math.log(2.0) * (octave + place))
            away = (math.log(frequency_hz) - centre) / math.log(2.0) / width
            edge = min(1.0, octave + place) * min(1.0, OCTAVES - octave - place)
            gain = math.exp(-0.5 * away * away) * edge if frequency_hz < 0.45 * sample_rate else 0.0
            power += gain * gain
            total += gain * math.sin(2.0 * math.pi * turns_at(phases[octave]))
            phases[octave] += step_of(min(frequency_hz / sample_rate, 0.49))
        before = risen[0]
        risen[0] += step_of(rate)
        if rate > 0.0 and risen[0] < before:  # every sine is now the one an octave above
            for octave in range(OCTAVES - 1, 0, -1):
                phases[octave] = phases[octave - 1]
        elif rate < 0.0 and risen[0] > before:
            for octave in range(OCTAVES - 1):
                phases[octave] = phases[octave + 1]
        value = level * total / math.sqrt(max(power, 1e-12))
        for channel in range(out.shape[0]):
            out[channel, n] = value
