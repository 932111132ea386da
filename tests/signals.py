"""Every signal of the tests, synthesised from its definition."""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock


def white_noise(channels: int, frames: int, *, peak_linear: float = 0.5, seed: int = 1) -> AudioBlock:
    """Uniform noise from `-peak_linear` to `peak_linear`, every channel its own; ``(channels, frames)``."""
    source = np.random.default_rng(seed)
    return source.uniform(-peak_linear, peak_linear, (channels, frames)).astype(np.float32)


# --- Loudness and true peak: the signals of EBU Tech 3341 and 3342 (tables 1) and of ITU-R BS.2217 -------------------

SILENCE_DBFS = float("-inf")


def tones(
    *steps: tuple[float, float], frequency_hz: float = 1000.0, sample_rate: int = 48_000, channels: int = 2
) -> AudioBlock:
    """A sine that goes on through steps of ``(peak level in dBFS, seconds)``, the same in every channel."""
    ends = np.round(np.cumsum([seconds for _, seconds in steps]) * sample_rate).astype(int)
    amplitudes = np.repeat([10.0 ** (level / 20.0) for level, _ in steps], np.diff(ends, prepend=0))
    angles = 2.0 * np.pi * frequency_hz / sample_rate * np.arange(ends[-1])
    return np.tile((amplitudes * np.sin(angles)).astype(np.float32), (channels, 1))


def faded(block: AudioBlock, sample_rate: int, fade_s: float = 0.01) -> AudioBlock:
    """The block with a linear fade at both ends."""
    frames = round(fade_s * sample_rate)
    envelope = np.ones(block.shape[1], dtype=np.float32)
    envelope[:frames] = np.arange(frames) / frames
    envelope[-frames:] = envelope[:frames][::-1]
    return block * envelope


def true_peak_tone(divisor: int, amplitude: float, phase_deg: float, sample_rate: int = 48_000) -> AudioBlock:
    """Signals 15 to 19 of Tech 3341: one second of a sine at a fraction of the rate, faded, stereo."""
    angles = 2.0 * np.pi * np.arange(sample_rate) / divisor + np.radians(phase_deg)
    return faded(np.tile((amplitude * np.sin(angles)).astype(np.float32), (2, 1)), sample_rate)


def true_peak_burst(offset: int, sample_rate: int = 48_000) -> AudioBlock:
    """Signals 20 to 23 of Tech 3341: a sine at a sixth of the rate with one period of a quarter, twice as high, in it.

    Made at four times the rate, low-passed, and every fourth sample taken from `offset` on. The document does not
    name the low-pass; this one is a Kaiser-windowed sinc with its middle at half the rate and 80 dB beyond 0.55 of it.
    """
    half = 2 * sample_rate
    increments = np.full(4 * sample_rate, 2.0 * np.pi / 24.0)
    amplitudes = np.full(4 * sample_rate, 0.5)
    start = half - half % 24  # the quiet sine is at phase 0 here
    increments[start : start + 16] = 2.0 * np.pi / 16.0
    amplitudes[start : start + 16] = 1.0
    signal = amplitudes * np.sin(np.cumsum(increments) - increments[0])
    reach = 200
    places = np.arange(-reach, reach + 1) / 4.0
    low_pass = np.sinc(places) * np.kaiser(2 * reach + 1, 7.86) / 4.0
    taken = np.convolve(signal, low_pass, mode="same")[offset::4]
    return faded(np.tile(taken.astype(np.float32), (2, 1)), sample_rate)


def exponential_sweep(
    amplitude: float, start_hz: float, end_hz: float, seconds: float, sample_rate: int = 48_000
) -> AudioBlock:
    """A mono sine whose frequency rises by equal ratios in equal times."""
    time_s = np.arange(round(seconds * sample_rate)) / sample_rate
    growth = np.log(end_hz / start_hz) / seconds
    angles = 2.0 * np.pi * start_hz / growth * np.expm1(growth * time_s)
    return (amplitude * np.sin(angles)).astype(np.float32)[np.newaxis]


# --- Delivery --------------------------------------------------------------------------------------------------------


def noise_with_bursts(channels: int, seconds: float, *, seed: int = 1, sample_rate: int = 48_000) -> AudioBlock:
    """Quiet noise (peak -20 dBFS) with bursts of 5 ms at -2 dBFS every half second: loudness low, peaks high."""
    noise = white_noise(channels, round(seconds * sample_rate), peak_linear=0.1, seed=seed)
    times = np.arange(noise.shape[1]) % (sample_rate // 2)
    in_burst = (times > sample_rate // 4) & (times <= sample_rate // 4 + sample_rate // 200)
    return np.where(in_burst, noise * np.float32(8.0), noise).astype(np.float32)


# --- Measures besides loudness ---------------------------------------------------------------------------------------


def plucked_music(frames: int, *, peak_linear: float = 0.1, seed: int = 1, sample_rate: int = 48_000) -> AudioBlock:
    """Four plucked strings of A minor on every half second, each its own place between the loudspeakers; stereo."""
    source = np.random.default_rng(seed)
    music = np.zeros((2, frames))
    for start in range(0, frames, sample_rate // 2):
        time_s = np.arange(min(frames - start, 2 * sample_rate)) / sample_rate
        envelope = np.exp(-3.0 * time_s) * np.minimum(1.0, time_s / 0.005)
        for frequency_hz in source.choice([110, 147, 165, 220, 277, 330, 440, 554, 659, 880], 4, replace=False):
            overtones = sum(np.sin(2.0 * np.pi * number * frequency_hz * time_s) / number for number in (1, 2, 3))
            place = source.uniform(0.2, 0.8)
            music[:, start : start + len(time_s)] += np.outer((1.0 - place, place), overtones * envelope)
    return (peak_linear * music / np.abs(music).max()).astype(np.float32)
