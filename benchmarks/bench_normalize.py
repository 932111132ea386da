"""Normalising beside ffmpeg-normalize: how near the target, what it does to the dynamics, and how long it takes.

Twenty real programmes (voices, music, effects) of 30 s, brought to -23 LUFS under -1 dBTP: by audiopost in linear mode;
by ffmpeg-normalize as it comes (its loudnorm turns dynamic where the loudness range is wide); and by its linear
settings. Each tool gets all files in one call; the calls take turns. Judged by libebur128 (loudgain), not by us.

Spread is the largest less the smallest gain over a file, in windows of 400 ms that hold sound: 0 where nothing but the
level was changed. Needs ffmpeg, loudgain and ffmpeg-normalize (pip), and for music the Debian packages
frozen-bubble-data, parsec47-data, rrootage-data and torus-trooper-data; without them there are fewer programmes.
"""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from audiopost.dsp.resampling import Resampler

RATE = 48_000
EXCERPT_S = 30
PROGRAMMES = 20
TARGET_LUFS, CEILING_DBTP = -23.0, -1.0
ROUNDS = 2
SPEECH = Path("/usr/share/sounds/alsa")
GAMES = Path("/usr/share/games")
MUSIC = (
    "frozen-bubble/snd/*zik*.ogg",
    "parsec47/sounds/ptn*.ogg",
    "rrootage/sounds/stg_*.ogg",
    "torus-trooper/sounds/musics/*.ogg",
)
EFFECTS = ("parsec47/sounds/*.wav", "rrootage/sounds/*.wav", "torus-trooper/sounds/chunks/*.wav")

Samples = NDArray[np.float32]
"""``(frames, 2)``"""


@dataclass(frozen=True)
class Tool:
    """A program that brings files to the target, and the words that it takes for it."""

    name: str
    command: tuple[str, ...]


OWN = Tool(
    "audiopost, linear",
    (sys.executable, "-m", "audiopost", "normalize", "--target", "ebu-r128", "--in-tolerance", "process"),
)
_THEIRS = (
    "ffmpeg-normalize",
    "-t",
    str(TARGET_LUFS),
    "-tp",
    str(CEILING_DBTP),
    "-c:a",
    "pcm_s24le",
    "-ext",
    "wav",
    "-ar",
    str(RATE),
    "-f",
    "-q",
)
PEERS = (
    Tool("ffmpeg-normalize, default", _THEIRS),
    Tool("ffmpeg-normalize, linear", (*_THEIRS, "--keep-loudness-range-target", "--auto-lower-loudness-target")),
)


def main() -> None:
    missing = [name for name in ("ffmpeg", "loudgain", "ffmpeg-normalize") if find(name) is None]
    if missing:
        print(f"not run: {', '.join(missing)} is not installed")
        return
    with tempfile.TemporaryDirectory(prefix="audiopost-bench-") as folder:
        files = write_programmes(Path(folder))
        print(f"{len(files)} programmes, {sum(soundfile.info(file).duration for file in files):.0f} s in all\n")
        times: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for tool in (OWN, *PEERS):
                times.setdefault(tool.name, []).append(run(tool, files, Path(folder) / tool.name))
        print("| | off target, LU: mean | worst | over -1 dBTP, dB | spread of gain, dB: mean | worst | time, s | |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        own_s = statistics.median(times[OWN.name])
        for tool in (OWN, *PEERS):
            seconds = statistics.median(times[tool.name])
            print(
                f"| {tool.name} | {verdict(files, Path(folder) / tool.name)} | {seconds:.1f} | {seconds / own_s:.1f}x |"
            )


def run(tool: Tool, files: list[Path], out: Path) -> float:
    """Bring all files to the target in one call; returns the seconds that it took."""
    shutil.rmtree(out, ignore_errors=True)
    command = [find(tool.command[0]) or tool.command[0], *tool.command[1:], *map(str, files)]
    command += ["--output", str(out)] if tool is OWN else ["-of", str(out)]
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin


def find(program: str) -> str | None:
    """A program beside this Python, or on the path."""
    return shutil.which(program, path=str(Path(sys.executable).parent)) or shutil.which(program)


def verdict(files: list[Path], out: Path) -> str:
    """Distance from the target, true peak over the ceiling and spread of the gain, as cells of the table."""
    readings = [libebur128(out / file.name) for file in files]
    off = [abs(loudness - TARGET_LUFS) for loudness, _ in readings]
    over = max(0.0, max(peak for _, peak in readings) - CEILING_DBTP)
    spreads = [spread_db(file, out / file.name) for file in files]
    return (
        f"{statistics.fmean(off):.2f} | {max(off):.2f} | {over:.2f} | "
        f"{statistics.fmean(spreads):.3f} | {max(spreads):.3f}"
    )


def libebur128(path: Path) -> tuple[float, float]:
    """Loudness in LUFS and true peak in dBTP."""
    text = subprocess.run(["loudgain", str(path)], capture_output=True, text=True, check=True).stdout
    loudness, peak = re.search(r"Loudness:\s+(-?[\d.]+) LUFS", text), re.search(r"\((-?[\d.]+) dBTP\)", text)
    assert loudness is not None, text
    assert peak is not None, text
    return float(loudness[1]), float(peak[1])


def spread_db(before: Path, after: Path) -> float:
    """Largest less smallest gain over the windows of 400 ms that hold sound (above -50 dBFS)."""
    levels = [window_levels(soundfile.read(path, dtype="float64", always_2d=True)[0]) for path in (before, after)]
    windows = min(map(len, levels))
    heard = levels[0][:windows] > -50.0
    gains = levels[1][:windows][heard] - levels[0][:windows][heard]
    return float(np.ptp(gains))


def window_levels(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    hop = RATE * 4 // 10
    whole = samples[: len(samples) // hop * hop].reshape(-1, hop * samples.shape[1])
    return np.asarray(10 * np.log10(np.maximum((whole**2).mean(axis=1), 1e-20)))


def write_programmes(folder: Path) -> list[Path]:
    """The programmes as 24-bit WAV files in stereo."""
    (folder / "in").mkdir()
    files = []
    for name, samples in programmes():
        if len(files) < PROGRAMMES:
            path = folder / "in" / f"{len(files):02d}-{name}.wav"
            soundfile.write(path, samples, RATE, subtype="PCM_24")
            files.append(path)
    return files


def programmes() -> Iterator[tuple[str, Samples]]:
    """Voices, effects, voices over music, then music: what there is of them on this machine."""
    voice = np.concatenate([read(path) for path in sorted(SPEECH.glob("*_*.wav"))]) if SPEECH.is_dir() else None
    music = [path for pattern in MUSIC for path in sorted(GAMES.glob(pattern))]
    effects = [path for pattern in EFFECTS for path in sorted(GAMES.glob(pattern))]
    if voice is not None:
        spoken = np.tile(voice, (3, 1))[: EXCERPT_S * RATE]
        yield "voice", spoken
        fading = np.linspace(1.0, 0.1, len(spoken), dtype=np.float32)[:, np.newaxis]
        yield "voice-going-away", spoken * fading
        if music:
            bed = excerpt(music[0])[: len(spoken)]
            yield "voice-over-music", spoken[: len(bed)] * np.float32(0.7) + bed * np.float32(0.15)
    if effects:
        row = np.concatenate([np.pad(read(path), ((0, RATE // 2), (0, 0))) for path in effects])
        yield "effects", row[: EXCERPT_S * RATE]
        yield "sparse-effects", np.concatenate([np.pad(read(path), ((0, 3 * RATE), (0, 0))) for path in effects[:8]])
    if music:
        yield "brick-walled", np.clip(excerpt(music[-1]) * np.float32(4.0), -0.95, 0.95)
    for path in music:
        yield path.stem, excerpt(path)


def excerpt(path: Path) -> Samples:
    """The second half minute of a piece."""
    samples = read(path)
    return samples[EXCERPT_S * RATE : 2 * EXCERPT_S * RATE] if len(samples) > 2 * EXCERPT_S * RATE else samples


def read(path: Path) -> Samples:
    """A file in stereo at the rate of all."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if rate != RATE:
        resampler = Resampler(samples.shape[1], rate, RATE)
        block = np.ascontiguousarray(samples.T)
        samples = np.concatenate([resampler.process(block), resampler.finish()], axis=1).T
    return np.ascontiguousarray(np.repeat(samples, 2, axis=1) if samples.shape[1] == 1 else samples[:, :2])


if __name__ == "__main__":
    main()
