"""What the meters are given: speech, struck notes, a beat and hi-hats, at levels that change every ten seconds.

The second half is louder. The brick-walled master is the same, 22 dB louder and clipped: the worst that music does to
the skipping of true-peak interpolation.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from audiopost.media.wave_chunks import wave_header

__all__ = ["SCENE_S", "denormals", "scenes", "sparse", "write"]

SPEECH = Path("/usr/share/sounds/alsa")
SCENE_S = 10


def speech(sample_rate: int) -> np.ndarray:
    files = [path for path in sorted(SPEECH.glob("*.wav")) if path.stem != "Noise"]
    if not files:
        pitch = np.sin(2 * np.pi * 140 * np.arange(5 * sample_rate) / sample_rate)
        return 0.3 * np.sign(pitch) * np.abs(np.sin(np.arange(5 * sample_rate) * 9.0 / sample_rate))
    recorded = np.concatenate([soundfile.read(path)[0] for path in files])
    return np.repeat(recorded, max(1, sample_rate // 48_000))


def scenes(seconds: int, sample_rate: int, channels: int) -> Iterator[np.ndarray]:
    """Ten seconds at a time, ``(frames, channels)``."""
    source = np.random.default_rng(1)
    voice = speech(sample_rate)
    frames = SCENE_S * sample_rate
    time_s = np.arange(frames) / sample_rate
    strike = np.exp(-3.0 * (2.0 * time_s % 1.0))
    notes = 0.08 * strike * sum(np.sin(2 * np.pi * pitch * time_s) for pitch in (110, 220, 331, 1_760, 3_520))
    beat = 0.3 * strike**3 * np.sin(2 * np.pi * 55 * (2.0 * time_s % 1.0))
    for begin_s in range(0, seconds, SCENE_S):
        hats = 0.15 * source.standard_normal(frames) * np.exp(-12.0 * (4.0 * time_s % 1.0))
        spoken = np.resize(np.roll(voice, -begin_s * 480), frames)
        gains = 10.0 ** (source.uniform(-20.0, 0.0, (3, channels)) / 20.0)
        mixed = gains[0] * spoken[:, np.newaxis] + gains[1] * (notes + beat)[:, np.newaxis]
        mixed += gains[2] * hats[:, np.newaxis]
        mixed = mixed[: (seconds - begin_s) * sample_rate]
        yield mixed * 10.0 ** (source.uniform(-10.0, 0.0) / 20.0) * (0.6 if begin_s < 0.55 * seconds else 0.8)


def write(path: Path, seconds: int, sample_rate: int = 48_000, channels: int = 2, drive: float = 0.0) -> Path:
    """A file in the format of its suffix; of 24 bits where it has words."""
    subtype = {".mp3": "MPEG_LAYER_III", ".ogg": "VORBIS"}.get(path.suffix, "PCM_24")
    with soundfile.SoundFile(path, "w", sample_rate, channels, subtype) as file:
        for scene in scenes(seconds, sample_rate, channels):
            file.write(np.clip(drive * scene, -0.98, 0.98) if drive else np.clip(scene, -1.0, 1.0))
    return path


def denormals(path: Path, seconds: int) -> Path:
    """Silence as some programs leave it: numbers too small for a processor's usual pace."""
    source = np.random.default_rng(1)
    with soundfile.SoundFile(path, "w", 48_000, 2, "FLOAT") as file:
        for _ in range(seconds):
            file.write(np.float32(1e-40) * source.standard_normal((48_000, 2)).astype(np.float32))
    return path


def sparse(path: Path, seconds: int) -> Path:
    """A WAVE file of noise of 3 s twenty times, and silence between that takes no room on the disk."""
    frame_bytes, rate = 6, 48_000
    header = wave_header("s24", 2, rate, 0, seconds * rate * frame_bytes)
    noise = np.random.default_rng(1).integers(0, 256, 3 * rate * frame_bytes, dtype=np.uint8).tobytes()
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + seconds * rate * frame_bytes)
        for place in range(20):
            file.seek(len(header) + seconds * rate * place // 20 * frame_bytes)
            file.write(noise)
    return path
