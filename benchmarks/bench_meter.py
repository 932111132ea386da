"""How fast is the meter? Whole processes in turn, start-up included, on six kinds of material; then a live block.

The programmes are made here: speech (the recordings of alsa-utils where they are installed), struck notes, a beat and
hi-hats, each at levels that change every ten seconds, louder in the second half. The brick-walled master is the
same, 22 dB louder and clipped: the worst that music does to the skipping of true-peak interpolation.

`soundfile` only decodes: the floor of all. Ratios are of medians; > 1 means that audiopost takes less.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import soundfile
from compare import arguments

from audiopost.loudness import LoudnessMeter
from audiopost.loudness.lane_path import LanePath
from audiopost.loudness.lane_scan import programs
from audiopost.media.audio_file import open_audio

SPEECH = Path("/usr/share/sounds/alsa")
SCENE_S = 10
Result = TypeVar("Result")
OURS = "audiopost measure"
DECODE = """
import sys, soundfile
for path in sys.argv[1:]:
    with soundfile.SoundFile(path) as file:
        for block in file.blocks(65536, dtype="float32"):
            pass
"""
PYLOUDNORM = """
import sys, soundfile, pyloudnorm
for path in sys.argv[1:]:
    samples, rate = soundfile.read(path)
    pyloudnorm.Meter(rate).integrated_loudness(samples[:, :5])
"""
PYAV = """
import sys, av
for path in sys.argv[1:]:
    with av.open(path) as container:
        stream = container.streams.audio[0]
        graph = av.filter.Graph()
        graph.link_nodes(graph.add_abuffer(template=stream), graph.add("ebur128", "peak=true"),
                         graph.add("abuffersink")).configure()
        for frame in container.decode(stream):
            graph.push(frame)
            while True:
                try:
                    graph.pull()
                except (av.BlockingIOError, av.EOFError):
                    break
"""


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds on the clock, seconds of processors, most memory in MB."""

    wall_s: float
    cpu_s: float
    memory_mb: float


@dataclass(frozen=True)
class Case:
    """One kind of material."""

    name: str
    paths: tuple[Path, ...]


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
    with soundfile.SoundFile(path, "w", sample_rate, channels, "PCM_24") as file:
        for scene in scenes(seconds, sample_rate, channels):
            file.write(np.clip(drive * scene, -0.98, 0.98) if drive else np.clip(scene, -1.0, 1.0))
    return path


def cases(folder: Path, *, quick: bool) -> Iterator[Case]:
    long_s, short_s, files = (300, 60, 20) if quick else (3_600, 600, 200)

    def made(name: str, seconds: int, **how: float) -> tuple[Path]:
        return (apart(write, folder / name, seconds, **how),)

    yield Case(f"{long_s} s WAV, 48 kHz 24-bit stereo", made("long.wav", long_s))
    yield Case(f"{short_s} s WAV, 48 kHz 24-bit 5.1", made("surround.wav", short_s, channels=6))
    yield Case(f"{short_s} s FLAC, 48 kHz 24-bit stereo", made("coded.flac", short_s))
    yield Case(f"{short_s} s WAV, 96 kHz 24-bit stereo", made("fine.wav", short_s, sample_rate=96_000))
    many = tuple(made(f"{number:03}.wav", SCENE_S)[0] for number in range(files))
    yield Case(f"{files} WAVs of {SCENE_S} s, 48 kHz 24-bit stereo", many)
    yield Case(f"{short_s} s WAV, brick-walled master", made("master.wav", short_s, drive=12.0))
    yield Case("one WAV of 1 s, 48 kHz 24-bit stereo", made("one.wav", 1))


def apart(work: Callable[..., Result], *arguments: object, **named: object) -> Result:
    """Do it in a process of its own: the memory of this one would be counted as that of every process it starts."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments, **named).result()


def contenders(case: Case) -> Mapping[str, Sequence[str]]:
    paths = [str(path) for path in case.paths]
    commands: dict[str, list[str]] = {
        OURS: [str(Path(sys.executable).with_name("audiopost")), "measure", *paths, "--json"],
        "soundfile, decoding only": [sys.executable, "-c", DECODE, *paths],
    }
    if shutil.which("loudgain"):
        commands["loudgain (libebur128)"] = ["loudgain", "-q", "-O", *paths]
    if shutil.which("ffmpeg"):
        measure = 'for file; do ffmpeg -nostdin -v quiet -i "$file" -af ebur128=peak=true -f null - ; done'
        commands["ffmpeg ebur128=peak=true"] = ["sh", "-c", measure, "sh", *paths]
    if importlib.util.find_spec("av"):
        commands["PyAV ebur128=peak=true"] = [sys.executable, "-c", PYAV, *paths]
    if importlib.util.find_spec("pyloudnorm") and "3600" not in case.name:  # an hour in float64 is 2.8 GB of memory
        commands["pyloudnorm, no true peak"] = [sys.executable, "-c", PYLOUDNORM, *paths]
    return commands


def cost(command: Sequence[str]) -> Cost:
    """Run one process to its end; a failure stops the benchmark."""
    begin = time.perf_counter()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed with {process.returncode}")
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def bench_case(case: Case, rounds: int) -> None:
    commands = contenders(case)
    for command in commands.values():
        cost(command)  # the files come into the cache of the system
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            costs[name].append(cost(command))
    median = {
        name: Cost(
            *(
                statistics.median(figures)
                for figures in zip(*((c.wall_s, c.cpu_s, c.memory_mb) for c in each), strict=True)
            )
        )
        for name, each in costs.items()
    }
    print(f"\n{case.name}; {apart(interpolated, case.paths[0]):.2%} of the frames interpolated for true peak")
    print(f"  {'':28}  wall s   ratio   CPU s   ratio      MB")
    for name, found in median.items():
        wall, cpu = found.wall_s / median[OURS].wall_s, found.cpu_s / median[OURS].cpu_s
        print(
            f"  {name:28} {found.wall_s:7.2f} {wall:7.2f} {found.cpu_s:7.2f} {cpu:7.2f} {found.memory_mb:7.0f}",
            flush=True,
        )


def interpolated(path: Path) -> float:
    """The share of frames, of all channels, whose waveform was looked at between the samples."""
    compiled = programs()
    if compiled is None:
        return 1.0
    with open_audio(path) as reader:
        road = LanePath(compiled, reader.sample_rate, reader.layout)
        for block in reader.blocks():
            road.push(block)
        return road.interpolated_frames / (road.frames * road.channels)


def bench_live_block(programme: np.ndarray, kind: str, frames: int) -> None:
    meter = LoudnessMeter(48_000, "stereo")
    costs_us = []
    for begin in range(0, programme.shape[1] - frames, frames):
        block = np.ascontiguousarray(programme[:, begin : begin + frames])
        start = time.perf_counter_ns()
        meter.process(block)
        costs_us.append((time.perf_counter_ns() - start) / 1e3)
    figures = ", ".join(f"{name} {np.percentile(costs_us, at):.1f} us" for name, at in
                        (("median", 50), ("p99", 99), ("p99.9", 99.9), ("worst", 100)))  # fmt: skip
    print(f"  {kind:12} {frames:5} frames: {figures}")


def main() -> None:
    options = arguments(__doc__ or "")
    rounds = min(options.rounds, 5)
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(Path(folder), quick=options.quick):
            bench_case(case, rounds)
            for path in case.paths:
                path.unlink()
    seconds = 10 if options.quick else 60
    music = np.concatenate(list(scenes(seconds, 48_000, 2))).T.astype(np.float32)
    noise = np.random.default_rng(2).uniform(-0.5, 0.5, (2, 48_000 * seconds)).astype(np.float32)
    print("\nmeter alone, live, stereo, everything on")
    for frames in (64, 128, 1024):
        bench_live_block(music, "programme", frames)
        bench_live_block(noise, "white noise", frames)


if __name__ == "__main__":
    main()
