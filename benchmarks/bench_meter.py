"""How fast is the meter? One file, every program a whole process, in turn; then the cost of a live block.

The file is 48 kHz, 24 bits, stereo: noise whose level wanders over 40 dB, a beat on top. `soundfile` is reading alone,
the floor of all.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from compare import arguments, process, table, take_turns

from audiopost.loudness import LoudnessMeter

SAMPLE_RATE = 48_000
READ_ALONE = """
import sys, soundfile
with soundfile.SoundFile(sys.argv[1]) as file:
    for block in file.blocks(65536, dtype="float32"):
        pass
"""


def write_programme(path: Path, seconds: int) -> None:
    source = np.random.default_rng(1)
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 2, "PCM_24") as file:
        level_db = -25.0
        for _ in range(seconds):
            level_db = float(np.clip(level_db + source.normal(0.0, 4.0), -45.0, -12.0))
            second = source.standard_normal((SAMPLE_RATE, 2)) * 10.0 ** (level_db / 20.0) / 2.0
            beat = np.exp(-np.arange(SAMPLE_RATE // 2) / 3_000.0) * np.sin(np.arange(SAMPLE_RATE // 2) * 0.013)
            second += 0.4 * np.tile(beat, 2)[:, np.newaxis]
            file.write(np.clip(second, -1.0, 1.0))


def bench_files(seconds: int, rounds: int) -> None:
    ours = Path(sys.executable).with_name("audiopost")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "programme.wav"
        write_programme(path, seconds)
        contenders = {
            "audiopost measure": process(str(ours), "measure", str(path), "--json"),
            "soundfile, reading only": process(sys.executable, "-c", READ_ALONE, str(path)),
        }
        if shutil.which("loudgain"):
            contenders["loudgain (libebur128)"] = process("loudgain", "-q", "-O", str(path))
        if shutil.which("ffmpeg"):
            contenders["ffmpeg ebur128=peak=true"] = process(
                "ffmpeg", "-nostdin", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"
            )
        print(f"{seconds} s of 48 kHz 24-bit stereo, {rounds} turns each")
        reference = "loudgain (libebur128)" if "loudgain (libebur128)" in contenders else "audiopost measure"
        print(table(take_turns(contenders, rounds), reference))


def bench_live_block(frames: int, seconds: int) -> None:
    block = np.random.default_rng(2).uniform(-0.5, 0.5, (2, frames)).astype(np.float32)
    meter = LoudnessMeter(SAMPLE_RATE, "stereo")
    costs_us = []
    for _ in range(seconds * SAMPLE_RATE // frames):
        start = time.perf_counter_ns()
        meter.process(block)
        costs_us.append((time.perf_counter_ns() - start) / 1e3)
    median, high = np.percentile(costs_us, [50, 99])
    load = np.mean(costs_us) * SAMPLE_RATE / frames / 1e6
    print(f"{frames:5} frames: median {median:6.1f} us, p99 {high:6.0f} us, {100 * load:.2f} % of real time")


def main() -> None:
    options = arguments(__doc__ or "")
    bench_files(60 if options.quick else 600, options.rounds)
    print("\nmeter alone, live, white noise (a tile of 100 ms is worked out at once: that is the p99)")
    for frames in (64, 128, 1024):
        bench_live_block(frames, 5 if options.quick else 20)


if __name__ == "__main__":
    main()
