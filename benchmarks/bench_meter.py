"""How fast is the meter? Whole processes in turn, start-up included, on several kinds of material; then alone.

`soundfile` only decodes: the floor of all. Ratios are of medians; > 1 means that audiopost takes less. Where other
programs took more than a twentieth of the machine during a turn, the turn is taken again, up to a limit; what they took
of the turns that count is printed.

    python benchmarks/bench_meter.py [--quick] [--rounds N] [--case WORD]...
"""

from __future__ import annotations

import argparse
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
from compare import arguments
from meter_material import SCENE_S, denormals, scenes, sparse, write

from audiopost.cli.each_file import for_each_file
from audiopost.jobs.measure import measure
from audiopost.loudness import LoudnessMeter
from audiopost.loudness.lane_path import LanePath
from audiopost.loudness.lane_scan import programs
from audiopost.loudness.segments import measure_segments, usual_threads
from audiopost.media.audio_file import open_audio

Result = TypeVar("Result")
AUDIOPOST = str(Path(sys.executable).with_name("audiopost"))
OURS = "audiopost measure"
DISTURBED = 0.05
"""Share of the machine that others may take during a turn that counts."""

HOUR_OF_FLOAT64_GB = 14.0
"""Memory that must be free for pyloudnorm to take an hour of stereo, 2.8 GB in float64 and several times copied."""

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
    """What one process took: seconds on the clock and of processors, most memory in MB; what share others took."""

    wall_s: float
    cpu_s: float
    memory_mb: float
    others: float


@dataclass(frozen=True)
class Case:
    """One kind of material: how it is made in a folder, and who measures it."""

    name: str
    make: Callable[[Path], Sequence[Path]]
    alone: bool = False
    """Nobody else is asked."""


def cases(*, quick: bool) -> Iterator[Case]:
    long_s, short_s, files = (300, 60, 20) if quick else (3_600, 600, 200)

    def one(name: str, seconds: int, **how: float) -> Callable[[Path], Sequence[Path]]:
        return lambda folder: (apart(write, folder / name, seconds, **how),)

    def many(folder: Path) -> Sequence[Path]:
        first = apart(write, folder / "000.wav", SCENE_S)
        return [first, *(Path(shutil.copy(first, folder / f"{number:03}.wav")) for number in range(1, files))]

    yield Case(f"{long_s} s WAV, 48 kHz 24-bit stereo", one("long.wav", long_s))
    yield Case(f"{short_s} s WAV, 48 kHz 24-bit 5.1", one("surround.wav", short_s, channels=6))
    yield Case(f"{short_s} s FLAC, 48 kHz 24-bit stereo", one("coded.flac", short_s))
    yield Case(f"{short_s} s MP3, 48 kHz stereo", one("coded.mp3", short_s))
    yield Case(f"{short_s} s Ogg Vorbis, 48 kHz stereo", one("coded.ogg", short_s))
    yield Case(f"{short_s} s WAV, 96 kHz 24-bit stereo", one("fine.wav", short_s, sample_rate=96_000))
    yield Case(f"{files} WAVs of {SCENE_S} s, 48 kHz 24-bit stereo", many)
    yield Case(f"{short_s} s WAV, brick-walled master", one("master.wav", short_s, drive=12.0))
    yield Case("1 s WAV, 48 kHz 24-bit stereo", one("one.wav", 1))
    yield Case(f"{short_s} s WAV, 32-bit float, plain", one("plain.wav", short_s), alone=True)
    yield Case(
        f"{short_s} s WAV, 32-bit float, denormals", lambda at: (denormals(at / "tiny.wav", short_s),), alone=True
    )
    yield Case("1 min WAV, mostly silent", lambda folder: (sparse(folder / "minute.wav", 60),), alone=True)
    yield Case("10 h WAV, mostly silent", lambda folder: (sparse(folder / "hours.wav", 36_000),), alone=True)


def apart(work: Callable[..., Result], *arguments: object, **named: object) -> Result:
    """Do it in a process of its own: the memory of this one would be counted as that of every process it starts."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments, **named).result()


def contenders(case: Case, paths: Sequence[str]) -> Mapping[str, Sequence[str]]:
    commands: dict[str, list[str]] = {OURS: [AUDIOPOST, "measure", *paths, "--json"]}
    if case.alone:
        return commands
    commands["soundfile, decoding only"] = [sys.executable, "-c", DECODE, *paths]
    if shutil.which("loudgain"):
        commands["loudgain (libebur128)"] = ["loudgain", "-q", "-O", *paths]
    if shutil.which("ffmpeg"):
        each = 'for file; do ffmpeg -nostdin -v quiet -i "$file" -af ebur128=peak=true -f null - ; done'
        commands["ffmpeg ebur128=peak=true"] = ["sh", "-c", each, "sh", *paths]
    if importlib.util.find_spec("av"):
        commands["PyAV ebur128=peak=true"] = [sys.executable, "-c", PYAV, *paths]
    if importlib.util.find_spec("pyloudnorm") and ("3600" not in case.name or free_memory_gb() > HOUR_OF_FLOAT64_GB):
        commands["pyloudnorm, no true peak"] = [sys.executable, "-c", PYLOUDNORM, *paths]
    return commands


def free_memory_gb() -> float:
    """Memory that is free now; 0 where that is not told."""
    if "SC_AVPHYS_PAGES" not in os.sysconf_names:
        return 0.0
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30


def busy_s() -> float:
    """Seconds that all processors have worked since the machine started; 0 where that is not told."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _, _, irq, soft, stolen = map(int, file.readline().split()[1:9])
    except OSError:
        return 0.0
    return (user + nice + system + irq + soft + stolen) / os.sysconf("SC_CLK_TCK")


def cost(command: Sequence[str], **variables: str) -> Cost:
    """Run one process to its end; a failure stops the benchmark."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, begin = busy_s(), time.perf_counter()
    process = subprocess.Popen(
        command, env=environment | variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall_s, busy = time.perf_counter() - begin, busy_s() - before
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed with {process.returncode}")
    cpu_s = usage.ru_utime + usage.ru_stime
    others = max(0.0, busy - cpu_s) / (wall_s * (os.cpu_count() or 1))
    return Cost(wall_s, cpu_s, usage.ru_maxrss / 1024, others)


def bench_case(case: Case, paths: Sequence[Path], rounds: int) -> None:
    commands = contenders(case, [str(path) for path in paths])
    cost(commands[OURS])  # the files come into the cache of the system
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    spare = rounds
    for _ in range(rounds):
        for name, command in commands.items():
            while (found := cost(command)).others > DISTURBED and spare:
                spare -= 1
            costs[name].append(found)
    median = {name: median_of(each) for name, each in costs.items()}
    print(f"\n{case.name}; {apart(interpolated, paths[0]):.2%} of the frames interpolated for true peak")
    print(f"  {'':28}  wall s   ratio   CPU s   ratio      MB  others")
    for name, found in median.items():
        wall, cpu = found.wall_s / median[OURS].wall_s, found.cpu_s / median[OURS].cpu_s
        print(
            f"  {name:28} {found.wall_s:7.2f} {wall:7.2f} {found.cpu_s:7.2f} {cpu:7.2f} {found.memory_mb:7.0f}"
            f" {found.others:6.0%}",
            flush=True,
        )


def median_of(costs: Sequence[Cost]) -> Cost:
    figures = zip(*((each.wall_s, each.cpu_s, each.memory_mb, each.others) for each in costs), strict=True)
    return Cost(*map(statistics.median, figures))


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


def bench_first_run(folder: Path, rounds: int) -> None:
    """The first run ever, which makes the machine code, in a cache folder that is empty each time."""
    path = str(write(folder / "one.wav", 1))
    found = [cost([AUDIOPOST, "measure", path], NUMBA_CACHE_DIR=tempfile.mkdtemp(dir=folder)) for _ in range(rounds)]
    print(f"\nfirst run ever, of a 1 s WAV: {median_of(found).wall_s:.2f} s, {median_of(found).others:.0%} others")


def bench_many(folder: Path, files: int, rounds: int) -> None:
    """Files on threads, start-up excluded, beside the measuring of the same open files on one thread."""
    first = write(folder / "000.wav", SCENE_S)
    paths = [first, *(Path(shutil.copy(first, folder / f"{number:03}.wav")) for number in range(1, files))]
    measure(first)
    opened = [open_audio(path) for path in paths]

    def pure() -> None:
        for reader in opened:
            words = reader.words()
            assert words is not None
            measure_segments(words, reader.sample_rate, reader.layout, threads=1)

    def on_threads() -> None:
        for_each_file(paths, lambda path, progress: measure(path, progress=progress), quiet=True)

    costs = {work: [in_process(work) for _ in range(4 * rounds)] for work in (pure, on_threads)}
    alone, together = (min(costs[work], key=lambda each: (each[1] > DISTURBED, each[0])) for work in (pure, on_threads))
    cores = usual_threads()
    print(f"\n{files} WAVs of {SCENE_S} s, start-up excluded, {cores} cores, the least disturbed of {4 * rounds} turns")
    print(
        f"  measuring alone, one thread {alone[0]:.3f} s ({alone[1]:.0%} others), / {cores} = {alone[0] / cores:.3f} s"
    )
    ratio = together[0] / (alone[0] / cores)
    print(f"  all files on threads        {together[0]:.3f} s ({together[1]:.0%} others), ratio {ratio:.2f}")


def in_process(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds on the clock, and the share of the machine that others took."""
    before, own, begin = busy_s(), time.process_time(), time.perf_counter()
    work()
    wall_s, others = time.perf_counter() - begin, busy_s() - before - (time.process_time() - own)
    return wall_s, max(0.0, others) / (wall_s * (os.cpu_count() or 1))


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


def bench_live(seconds: int) -> None:
    music = np.concatenate(list(scenes(seconds, 48_000, 2))).T.astype(np.float32)
    noise = np.random.default_rng(2).uniform(-0.5, 0.5, (2, 48_000 * seconds)).astype(np.float32)
    print("\nmeter alone, live, stereo, everything on")
    for frames in (64, 128, 1024):
        bench_live_block(music, "programme", frames)
        bench_live_block(noise, "white noise", frames)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--case",
        action="append",
        metavar="WORD",
        help="only what has this in its name: FLAC, 5.1, first, threads, live",
    )
    options = arguments(__doc__ or "", parser)
    rounds = min(options.rounds, 5)

    def wanted(name: str) -> bool:
        return not options.case or any(word.lower() in name.lower() for word in options.case)

    for case in cases(quick=options.quick):
        if wanted(case.name):
            with tempfile.TemporaryDirectory() as folder:
                bench_case(case, case.make(Path(folder)), rounds)
    with tempfile.TemporaryDirectory() as folder:
        if wanted("first run ever"):
            bench_first_run(Path(folder), rounds)
        if wanted("many files on threads"):
            bench_many(Path(folder), 20 if options.quick else 200, rounds)
    if wanted("live"):
        bench_live(10 if options.quick else 60)


if __name__ == "__main__":
    main()
