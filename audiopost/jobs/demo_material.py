"""The material of the demo: a short scene of a film as three stereo stems that sum to its mix.

::

    0 s      3        6        9        12       15       18       21       24 s
    dialogue ── lines spoken one after the other ──────────────────
    music    ══ four chords of a pad, a bass and a plucked melody ═══════════════
    effects  ~~ wind ~~ . . steps . . ~~ BANG ~~~~ car goes by ~~~~~~~~~~~~~~~~~~~

Dialogue is real speech where alsa-utils' recordings are installed, else a synthesised voice. Everything else is
synthesised, from fixed seeds: the same stems on every run.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiopost import effects as fx
from audiopost.blocks import AudioBlock
from audiopost.dsp.resampling import resample
from audiopost.library.chains import load_chain
from audiopost.media.audio_file import read_audio
from audiopost.units import db_to_linear, linear_to_db, seconds_to_frames

__all__ = ["DURATION_S", "SAMPLE_RATE", "dialogue_stem", "effects_stem", "music_stem", "recorded_lines"]

SAMPLE_RATE = 48_000
DURATION_S = 24.0

Mono = NDArray[np.float64]
"""``(frames,)`` while a sound is being made; a stem is a block."""

RECORDINGS = Path("/usr/share/sounds/alsa")
"""Where Debian's alsa-utils keeps a speaker's voice naming loudspeakers, one file each."""
_LINES = ("Front_Center", "Front_Left", "Front_Right", "Side_Left", "Side_Right", "Rear_Center")
_LINE_TIMES_S = (2.0, 5.0, 8.0, 14.0, 16.5, 19.0)
_LINE_POSITIONS = (0.0, -0.15, 0.15, -0.1, 0.1, 0.0)
_STEP_TIMES_S = tuple(3.0 + 0.58 * step for step in range(14))


def recorded_lines() -> tuple[Path, ...]:
    """The speech recordings that this machine has, in the order of the scene; empty if any is missing."""
    paths = tuple(RECORDINGS / f"{name}.wav" for name in _LINES)
    return paths if all(path.is_file() for path in paths) else ()


def dialogue_stem(recordings: tuple[Path, ...] | None = None) -> AudioBlock:
    """Six lines of speech with pauses, ``(2, frames)``. `recordings` None: this machine's; empty: synthesised."""
    found = recorded_lines() if recordings is None else recordings
    lines = [_recorded(path) for path in found] if found else [_spoken(seed) for seed in range(len(_LINES))]
    stem = _silence()
    for line, time_s, position in zip(lines, _LINE_TIMES_S, _LINE_POSITIONS, strict=True):
        _place(stem, _at_level(line, -24.0), time_s, position)
    return np.ascontiguousarray(stem, dtype=np.float32)


def music_stem() -> AudioBlock:
    """A slow pad, a bass and a plucked melody in A minor, in a hall; ``(2, frames)``."""
    chords_hz = ((220.0, 261.63, 329.63), (174.61, 220.0, 349.23), (196.0, 261.63, 329.63), (196.0, 246.94, 293.66))
    melody_hz = (659.26, 523.25, 587.33, 493.88, 440.0, 523.25, 659.26, 587.33)
    stem = _silence()
    length_s = DURATION_S / len(chords_hz)
    for index, chord in enumerate(chords_hz):
        start_s = index * length_s
        for voice, frequency_hz in enumerate(chord):
            _place(stem, _pad(frequency_hz, length_s + 1.5), start_s, (voice - 1) * 0.6, -30.0)
        _place(stem, _pad(min(chord) / 4.0, length_s + 0.5), start_s, 0.0, -24.0)
    for index, frequency_hz in enumerate(melody_hz * 2):
        _place(stem, _pluck(frequency_hz), 0.75 + 1.5 * index, 0.4 if index % 2 else -0.4, -22.0)
    hall = fx.reverb(room_size_percent=70, decay_s=2.2, damping_percent=40, predelay_ms=25, mix_percent=25)
    fade = np.interp(np.arange(stem.shape[1]) / SAMPLE_RATE, (0.0, 2.0, DURATION_S - 2.5, DURATION_S), (0, 1, 1, 0))
    return hall.render(stem * fade, SAMPLE_RATE)


def effects_stem() -> AudioBlock:
    """Wind, steps, a slammed door and a passing car, through the shipped chains; ``(2, frames)``."""
    rng = np.random.default_rng(1770)
    frames = seconds_to_frames(DURATION_S, SAMPLE_RATE)
    gusts = 0.6 + 0.4 * np.sin(2 * np.pi * np.arange(frames) / SAMPLE_RATE / 7.0)
    wind = _coloured(rng, frames, low_hz=80.0, high_hz=900.0) * gusts
    atmosphere = load_chain("ambience-wide").render(_at_level(wind, -48.0), SAMPLE_RATE)

    hits = _silence()
    for index, time_s in enumerate(_STEP_TIMES_S):
        step = _coloured(rng, 5760, 120.0, 2600.0) * np.exp(-np.arange(5760) / 700.0)
        _place(hits, _at_level(step, -36.0 - 2.0 * (index % 2)), time_s, -0.7 + 0.1 * index)
    slam = _coloured(rng, 28_800, 35.0, 1800.0) * np.exp(-np.arange(28_800) / 2600.0)
    door = _silence()
    _place(door, _at_level(slam, -35.0), 12.0, 0.3)
    shut = load_chain("sfx-impact").render(door, SAMPLE_RATE)

    return np.ascontiguousarray(atmosphere + hits + shut + _car(rng), dtype=np.float32)


def _silence() -> NDArray[np.float64]:
    return np.zeros((2, seconds_to_frames(DURATION_S, SAMPLE_RATE)))


def _place(stem: NDArray[np.float64], sound: Mono, time_s: float, position: float, gain_db: float = 0.0) -> None:
    """Add a mono sound to a stem at a time and a place between -1 (left) and 1 (right), at constant power."""
    start = seconds_to_frames(time_s, SAMPLE_RATE)
    fitting = sound[: max(0, stem.shape[1] - start)] * db_to_linear(gain_db)
    angle = (position + 1.0) * np.pi / 4.0
    stem[0, start : start + fitting.size] += np.cos(angle) * fitting
    stem[1, start : start + fitting.size] += np.sin(angle) * fitting


def _at_level(sound: Mono, level_dbfs: float) -> Mono:
    """The sound at an RMS level."""
    present_dbfs = linear_to_db(float(np.sqrt(np.mean(np.square(sound)))))
    return sound * db_to_linear(level_dbfs - present_dbfs)


def _coloured(rng: np.random.Generator, frames: int, low_hz: float, high_hz: float) -> Mono:
    """Noise that falls by 3 dB an octave between two frequencies, and by 12 dB an octave outside them."""
    spectrum = np.fft.rfft(rng.standard_normal(frames))
    frequency_hz = np.maximum(np.fft.rfftfreq(frames, 1.0 / SAMPLE_RATE), 1.0)
    shape = (
        frequency_hz**-0.5 / (1.0 + (low_hz / frequency_hz) ** 4) ** 0.5 / (1.0 + (frequency_hz / high_hz) ** 4) ** 0.5
    )
    return np.asarray(np.fft.irfft(spectrum * shape, frames))


def _pad(frequency_hz: float, duration_s: float) -> Mono:
    """A soft sustained tone of two detuned voices, six partials each, that swells and fades."""
    time_s = np.arange(seconds_to_frames(duration_s, SAMPLE_RATE)) / SAMPLE_RATE
    tone = np.zeros(time_s.size)
    for detune in (0.9985, 1.0015):
        # Powers of one rotation: a partial each, without a sine each.
        rotation = np.exp(2j * np.pi * frequency_hz * detune * time_s)
        partial = np.ones(time_s.size, dtype=complex)
        for number in range(1, 7):
            partial *= rotation
            tone += (partial * np.exp(1j * number)).imag / number**1.8
    swell = np.interp(time_s, (0.0, 0.9, duration_s - 1.4, duration_s), (0.0, 1.0, 1.0, 0.0))
    return tone * swell


def _pluck(frequency_hz: float) -> Mono:
    """A plucked string: partials that die the sooner the higher they are."""
    time_s = np.arange(seconds_to_frames(1.8, SAMPLE_RATE)) / SAMPLE_RATE
    tone = sum(
        np.sin(2 * np.pi * frequency_hz * partial * time_s) * np.exp(-time_s * (2.0 + 1.6 * partial)) / partial
        for partial in range(1, 9)
    )
    return np.asarray(tone * np.minimum(time_s / 0.004, 1.0))


def _car(rng: np.random.Generator) -> NDArray[np.float64]:
    """An engine and its tyres, from left to right, lower in pitch once it has passed."""
    frames = seconds_to_frames(8.0, SAMPLE_RATE)
    time_s = np.arange(frames) / SAMPLE_RATE
    distance_m = (time_s - 4.0) * 14.0
    away_m = np.hypot(distance_m, 6.0)
    # Doppler: 14 m/s past a listener 6 m from the road, sound at 343 m/s
    pitch = 1.0 / (1.0 + 14.0 / 343.0 * distance_m / away_m)
    phase = 2 * np.pi * np.cumsum(62.0 * pitch) / SAMPLE_RATE
    engine = sum(np.sin(partial * phase + partial**2) / partial for partial in range(1, 12))
    tyres = _coloured(rng, frames, 200.0, 2500.0)
    sound = _at_level(np.asarray(engine), -9.0) + _at_level(tyres, -6.0)
    sound *= 6.0 / away_m * np.interp(time_s, (0.0, 1.5, 6.5, 8.0), (0.0, 1.0, 1.0, 0.0))
    angle = (np.clip(distance_m / away_m, -1.0, 1.0) + 1.0) * np.pi / 4.0
    stem = _silence()
    start = seconds_to_frames(15.5, SAMPLE_RATE)
    stem[:, start : start + frames] = db_to_linear(-22.0) * sound * np.stack((np.cos(angle), np.sin(angle)))
    return stem


def _recorded(path: Path) -> Mono:
    samples, sample_rate = read_audio(path)
    return np.asarray(resample(samples, sample_rate, SAMPLE_RATE)[0], dtype=np.float64)


def _spoken(seed: int) -> Mono:
    """A line of five syllables: a voice's harmonics under the formants of vowels, with hissed consonants between."""
    vowels_hz = np.array(
        ((730, 1090, 2440), (270, 2290, 3010), (570, 840, 2410), (530, 1840, 2480), (300, 870, 2240)), dtype=float
    )  # a, i, o, e, u: mean formants of men's voices, Peterson and Barney, JASA 24 (1952), table II
    rng = np.random.default_rng(seed)
    frames = seconds_to_frames(1.5, SAMPLE_RATE)
    time_s = np.arange(frames) / SAMPLE_RATE
    order = rng.permutation(5)
    knots_s = 0.15 + 0.3 * np.arange(5)
    formants_hz = [np.interp(time_s, knots_s, vowels_hz[order, index]) for index in range(3)]
    fundamental_hz = 118.0 - 14.0 * time_s + 5.0 * np.sin(2 * np.pi * 1.7 * time_s + seed)
    phase = 2 * np.pi * np.cumsum(fundamental_hz) / SAMPLE_RATE
    voice = np.zeros(frames)
    for harmonic in range(1, 33):
        tone_hz = harmonic * fundamental_hz
        heard = sum(
            gain / (1.0 + ((tone_hz - formant_hz) / 90.0) ** 2)
            for gain, formant_hz in zip((1.0, 0.5, 0.25), formants_hz, strict=True)
        )
        voice += (heard + 0.01) * np.sin(harmonic * phase) / harmonic**0.5
    syllables = np.clip(1.6 * np.sin(np.pi * ((time_s % 0.3) / 0.3)), 0.0, 1.0)
    hiss = _coloured(rng, frames, 3500.0, 9000.0)
    consonants = np.clip(0.25 - syllables, 0.0, 0.25) * 4.0
    return _at_level(voice, 0.0) * syllables + _at_level(hiss, -14.0) * consonants
