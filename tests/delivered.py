"""A hundred programmes to deliver: voices, music and effects, sparse ones, dense masters, 5.1; each another one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from audiopost.blocks import AudioBlock, as_block
from audiopost.media.audio_file import open_audio, read_audio
from tests.programmes import speech, write_sound
from tests.recordings import recording
from tests.signals import noise_with_bursts
from tests.system import require_path

__all__ = ["KINDS", "write_programme"]

RATE = 48_000
KINDS = ("voice", "voice-over-noise", "effects", "sparse", "dense", "surround")
GAMES = Path("/usr/share/games")
PACKAGES = {
    "parsec47/sounds": "parsec47-data", "rrootage/sounds": "rrootage-data",
    "torus-trooper/sounds/musics": "torus-trooper-data", "frozen-bubble/snd": "frozen-bubble-data",
}  # fmt: skip


def write_programme(folder: Path, number: int, *, seconds: float = 8.0, music: bool = False) -> tuple[Path, Path]:
    """The programme of that number as a 24-bit file, and its dialogue stem.

    With `music`, pieces of game soundtracks that Debian packages take the place of noise.
    """
    random = np.random.default_rng(number)
    frames = round(seconds * RATE)
    kind = KINDS[number % len(KINDS)]
    voice = _looped(speech(), frames, random)
    bed = _piece(frames, random) if music else _noise(frames, random)
    level = np.float32(10 ** (random.uniform(-24.0, 0.0) / 20.0))
    silent = np.zeros_like(voice)
    stems = {
        "voice": (np.repeat(voice, 2, axis=0), voice),
        "voice-over-noise": (voice + bed * np.float32(0.2), voice),
        "effects": (noise_with_bursts(2, seconds, seed=number)[:, :frames], silent),
        "sparse": (np.repeat(voice, 2, axis=0) * _rare(frames, random), voice * _rare(frames, random)),
        "dense": (np.clip((voice + bed) * np.float32(8.0), -0.95, 0.95), voice),
        "surround": (_surround(voice, bed), voice),
    }
    mix, dialogue = stems[kind]
    layout = "5.1" if kind == "surround" else "stereo"
    mix = mix * level / max(1.0, float(np.abs(mix).max()))
    return (
        write_sound(folder / f"{number:03d}-{kind}.wav", mix, layout=layout),
        write_sound(folder / f"{number:03d}-dialogue.wav", np.clip(dialogue, -1.0, 1.0)),
    )


def _looped(block: AudioBlock, frames: int, random: np.random.Generator) -> AudioBlock:
    """A recording from somewhere in it, again and again."""
    start = int(random.integers(block.shape[1]))
    times = -(-(frames + start) // block.shape[1])
    return np.ascontiguousarray(np.tile(block, times)[:, start : start + frames])


def _noise(frames: int, random: np.random.Generator) -> AudioBlock:
    pink, _ = read_audio(recording("Noise"))
    return np.concatenate([_looped(pink, frames, random) for _ in range(2)])


def _piece(frames: int, random: np.random.Generator) -> AudioBlock:
    """Somewhere in a real piece of music, as if its rate were 48 kHz: its pitch does not matter here."""
    files = [
        path
        for folder, package in PACKAGES.items()
        for path in sorted(require_path(GAMES / folder, package=package).glob("*.ogg"))
        if path.stat().st_size > 500_000
    ]
    with open_audio(files[int(random.integers(len(files)))]) as reader:
        reader.seek(int(random.integers(reader.frames - frames)))
        samples = reader.read(frames)
    return as_block(np.repeat(samples, 2, axis=0) if samples.shape[0] == 1 else samples[:2])


def _rare(frames: int, random: np.random.Generator) -> AudioBlock:
    """One passage of sound, the rest silence."""
    gate = np.zeros((1, frames), np.float32)
    start = int(random.integers(frames // 2))
    gate[:, start : start + frames // 3] = 1.0
    return gate


def _surround(voice: AudioBlock, bed: AudioBlock) -> AudioBlock:
    block = np.zeros((6, voice.shape[1]), np.float32)
    block[2] = voice[0]
    block[:2] = bed * np.float32(0.3)
    block[4:] = bed[::-1] * np.float32(0.15)
    block[3] = bed[0] * np.float32(0.1)
    return block
