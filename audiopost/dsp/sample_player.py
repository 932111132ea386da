"""Recorded sounds played again, several at a time, each at its own pitch and level.

::

    frame ─▶ is a sound due? ─▶ which (by turns or by chance), how high, how loud ─▶ a free voice
                                                                  voices ─▶ read between the samples ─▶ sum

What is chance is drawn from the seed and the number of the sound, so it is the same on any road and in any block.
Between samples a cubic through four of them is read. A sound that comes while every voice is busy is dropped: to cut
another one would click.

Source of the cubic: J. O. Niemitalo, "Polynomial interpolators for high-quality resampling of oversampled audio"
(2001), 4-point Hermite.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.chance import uniform_at
from audiopost.dsp.compiled import compiled, inlined
from audiopost.dsp.noise import channel_keys
from audiopost.dsp.smoothing import advance

__all__ = ["SamplePlayer"]

VOICES = 32
MOST_NOTES = 64
"""Notes that one block can begin with."""

START, LENGTH, PLACE, STEP, LEVEL = range(5)
"""What a voice holds; a length of 0 is a voice that is free."""

DUE, COUNT, LAST = range(3)
"""Frames until the next sound by itself, how many sounds have begun, the last one."""

EVERY, STRAY, PITCH, PITCH_SPREAD, LEVEL_SPREAD = range(5)
"""What is chosen for a sound when it begins."""


class SamplePlayer:
    """Plays a pool of sounds.

    Parameters
    ----------
    sounds
        Each ``(channels, frames)`` at the sample rate of the stream.
    sample_rate, seed
        Of the stream; any whole number.
    by_turns
        Whether sounds come in their order; else by chance, never the same twice running.

    Attributes
    ----------
    chosen : array, (5,)
        Seconds between sounds that come by themselves (0: none do), the share of it that they stray, pitch in
        semitones and its spread to both sides, spread of the level downwards in dB.
    """

    def __init__(self, sounds: list[AudioBlock], sample_rate: float, seed: int, *, by_turns: bool) -> None:
        lengths = [sound.shape[1] for sound in sounds]
        self._pool = np.ascontiguousarray(np.concatenate(sounds, axis=1), dtype=np.float32)
        self._places = np.array([np.cumsum([0, *lengths[:-1]]), lengths], dtype=np.int64)
        self._key = channel_keys(seed, 1)[0]
        self._by_turns = int(by_turns)
        self._sample_rate = sample_rate
        self.chosen = np.zeros(5)
        self._notes = np.zeros((MOST_NOTES, 2))
        self._waiting = 0
        self._voices = np.zeros((VOICES, 5))
        self._counters = np.zeros(3)
        self._run = run_samples.ready()
        self.reset()

    def play(self, semitones: float, level_linear: float) -> None:
        """Have one more sound at the next frame; one too many is dropped."""
        if self._waiting < MOST_NOTES:
            self._notes[self._waiting] = semitones, level_linear
            self._waiting += 1

    def process(self, out: AudioBlock, ramps: NDArray[np.float64]) -> None:
        """Fill `out`; ramp 0 is the amplitude of all."""
        self._run(
            out, self._pool, self._places, self._voices, self._counters, self._notes[: self._waiting], self.chosen,
            self._key, self._by_turns, self._sample_rate, ramps,
        )  # fmt: skip
        if out.shape[1]:
            self._waiting = 0

    def reset(self) -> None:
        """Silence, and the first sound at once."""
        self._voices.fill(0.0)
        self._counters[:] = 0.0, 0.0, -1.0
        self._waiting = 0


@inlined
def begin(
    places: NDArray[np.int64],
    voices: NDArray[np.float64],
    counters: NDArray[np.float64],
    chosen: NDArray[np.float64],
    key: np.uint64,
    by_turns: int,
    semitones: float,
    level_linear: float,
) -> None:
    """Give a sound to a free voice (kernel)."""
    number, sounds = int(counters[COUNT]), places.shape[1]
    counters[COUNT] += 1.0
    if by_turns:
        which = number % sounds
    elif counters[LAST] < 0.0 or sounds == 1:
        which = int(uniform_at(key, 4 * number) * sounds)
    else:  # any but the last
        which = (int(counters[LAST]) + 1 + int(uniform_at(key, 4 * number) * (sounds - 1))) % sounds
    counters[LAST] = which
    for v in range(voices.shape[0]):
        voice = voices[v]
        if voice[LENGTH] == 0.0:
            pitch = semitones + chosen[PITCH] + chosen[PITCH_SPREAD] * (2.0 * uniform_at(key, 4 * number + 1) - 1.0)
            voice[START], voice[LENGTH], voice[PLACE] = places[0, which], places[1, which], 0.0
            voice[STEP] = math.pow(2.0, pitch / 12.0)
            lower_db = chosen[LEVEL_SPREAD] * uniform_at(key, 4 * number + 2)
            voice[LEVEL] = level_linear * math.pow(10.0, -lower_db / 20.0)
            return


@inlined
def sample_at(sound: NDArray[np.float32], start: int, length: int, place: float) -> float:
    """The sound between two samples (kernel); silence before and behind it."""
    k = int(place)
    x = place - k
    a = sound[start + k - 1] if k >= 1 else 0.0
    b = sound[start + k]
    c = sound[start + k + 1] if k + 1 < length else 0.0
    d = sound[start + k + 2] if k + 2 < length else 0.0
    slope = 0.5 * (c - a)
    bend = a - 2.5 * b + 2.0 * c - 0.5 * d
    turn = 0.5 * (d - a) + 1.5 * (b - c)
    return float(((turn * x + bend) * x + slope) * x + b)


@compiled(
    "void(float32[:, ::1], float32[:, ::1], int64[:, ::1], float64[:, ::1], float64[::1], float64[:, ::1],"
    " float64[::1], uint64, int64, float64, float64[:, ::1])"
)
def run_samples(
    out: AudioBlock,
    pool: NDArray[np.float32],
    places: NDArray[np.int64],
    voices: NDArray[np.float64],
    counters: NDArray[np.float64],
    notes: NDArray[np.float64],
    chosen: NDArray[np.float64],
    key: np.uint64,
    by_turns: int,
    sample_rate: float,
    ramps: NDArray[np.float64],
) -> None:
    """See `SamplePlayer`."""
    channels, frames = out.shape
    for frame in range(frames):
        if frame == 0:
            for note in range(notes.shape[0]):
                begin(places, voices, counters, chosen, key, by_turns, notes[note, 0], notes[note, 1])
        if counters[DUE] <= 0.0:
            if chosen[EVERY] > 0.0:
                stray = chosen[STRAY] * (uniform_at(key, 4 * int(counters[COUNT]) + 3) - 0.5)
                counters[DUE] += chosen[EVERY] * (1.0 + stray) * sample_rate
                begin(places, voices, counters, chosen, key, by_turns, 0.0, 1.0)
            else:
                counters[DUE] = 0.0
        counters[DUE] -= 1.0 if counters[DUE] > 0.0 else 0.0
        level = advance(ramps, 0)
        for channel in range(channels):
            out[channel, frame] = 0.0
        for v in range(voices.shape[0]):
            voice = voices[v]
            if voice[LENGTH] == 0.0:
                continue
            amplitude = level * voice[LEVEL]
            for channel in range(channels):
                heard = sample_at(pool[channel], int(voice[START]), int(voice[LENGTH]), voice[PLACE])
                out[channel, frame] += amplitude * heard
            voice[PLACE] += voice[STEP]
            if voice[PLACE] > voice[LENGTH] - 1.0:
                voice[LENGTH] = 0.0
