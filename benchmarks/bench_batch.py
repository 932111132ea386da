"""Batch runs: how they grow with files and workers, what scheduling costs, and how fast others are.

- Growth: 1, 10, 100 and 1000 files of 5 s on one worker and on two, whole commands, start-up included.
- Two workers against one: the time between the 100th and the 1000th file, when all workers are warm.
- The ledger: a transaction when it is small, and when it holds 10 000 groups.
- Scheduling: what a file takes beyond the work itself, by the ledger, on one worker and in the same stretch.
- ffmpeg-normalize, one process a file under GNU parallel as its documentation advises, on the same 100 files: same
  target (-23 LUFS, -1 dBTP), same word length, two at a time. (`apt install parallel`, `pip install ffmpeg-normalize`;
  FFMPEG_NORMALIZE names the program where it is not on the path.)
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from compare import arguments

from audiopost.batch.ledger import Row
from audiopost.batch.ledger_file import LedgerFile
from audiopost.batch.ledger_place import LedgerPlace
from audiopost.batch.storage import FileState
from audiopost.layouts import layout_named
from audiopost.media.audio_writer import AudioWriter

SECONDS = 5.0
SAMPLE_RATE = 48_000
DIFFERENT = 20
"""Different sounds; the others are copies of them under names of their own."""

PEERS = 100


@dataclass(frozen=True)
class Run:
    """One run of the command: its wall time, and what the workers spent on the files by the ledger, in seconds."""

    wall_s: float
    work_s: float


def make_library(folder: Path, files: int) -> None:
    """Files of noise with a slow swell, stereo, 24 bits."""
    folder.mkdir()
    time_s = np.arange(round(SAMPLE_RATE * SECONDS)) / SAMPLE_RATE
    for number in range(files):
        path = folder / f"{number:05d}.wav"
        if number >= DIFFERENT:
            shutil.copyfile(folder / f"{number % DIFFERENT:05d}.wav", path)
            continue
        noise = np.random.default_rng(number).standard_normal((2, time_s.size))
        swell = 0.6 + 0.4 * np.sin(2.0 * np.pi * 0.5 * time_s + number)
        with AudioWriter(path, SAMPLE_RATE, layout_named("stereo"), bits="24") as writer:
            writer.write((0.05 * noise * swell).astype(np.float32))


def run_batch(library: Path, files: int, workers: int) -> Run:
    """`audiopost batch` on the first files of the library, into an empty folder."""
    folder = library.parent / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "list.txt").write_text("\n".join(str(library / f"{number:05d}.wav") for number in range(files)))
    (folder / "job.toml").write_text('inputs = ["list.txt"]\ntarget = "ebu-r128"\noutput = "out"\n')
    command = [sys.executable, "-m", "audiopost", "batch", str(folder / "job.toml"), "--jobs", str(workers)]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall_s = time.perf_counter() - start
    with closing(sqlite3.connect(folder / "out" / ".audiopost" / "job.ledger")) as book:
        ((done, work_s),) = book.execute("SELECT count(*), sum(seconds) FROM groups WHERE status = 'done'")
    assert done == files
    return Run(wall_s, work_s)


def growth(library: Path, counts: list[int]) -> dict[tuple[int, int], Run]:
    """Every number of files on one worker and on two, in turn; printed as a table."""
    runs: dict[tuple[int, int], Run] = {}
    print("| files | one worker | two workers | ratio | a file, on two |\n|---|---|---|---|---|")
    for files in counts:
        for workers in (1, 2):
            runs[files, workers] = run_batch(library, files, workers)
        one, two = (runs[files, workers].wall_s for workers in (1, 2))
        print(f"| {files} | {one:.1f} s | {two:.1f} s | {one / two:.2f} | {1000 * two / files:.0f} ms |", flush=True)
    return runs


def tell_constants(runs: dict[tuple[int, int], Run], few: int, many: int) -> None:
    """What the stretch between two counts says of warm workers and of scheduling."""
    stretch = {workers: runs[many, workers].wall_s - runs[few, workers].wall_s for workers in (1, 2)}
    work_s = runs[many, 1].work_s - runs[few, 1].work_s
    files = many - few
    print(f"warm workers, file {few} to {many}: two are {stretch[1] / stretch[2]:.2f} x as fast as one")
    print(f"a file takes {1000 * work_s / files:.1f} ms of work; ", end="")
    print(f"scheduling adds {1000 * (stretch[1] - work_s) / files:.1f} ms a file")


def against_peer(library: Path, files: int) -> None:
    """The same files by ffmpeg-normalize under GNU parallel, and by us, two at a time."""
    program = os.environ.get("FFMPEG_NORMALIZE") or shutil.which("ffmpeg-normalize")
    if program is None or shutil.which("parallel") is None:
        print("ffmpeg-normalize or GNU parallel is missing: not compared")
        return
    out = library.parent / "peer"
    out.mkdir()
    names = "\n".join(str(library / f"{number:05d}.wav") for number in range(files))
    options = ["-t", "-23", "-tp", "-1", "-c:a", "pcm_s24le", "-ar", str(SAMPLE_RATE), "-ext", "wav", "-q", "-f"]
    command = ["parallel", "-j2", program, "{}", "-o", f"{out}/{{/}}", *options]
    start = time.perf_counter()
    subprocess.run(command, input=names, text=True, check=True, capture_output=True)
    theirs = time.perf_counter() - start
    assert len(list(out.iterdir())) == files
    ours = run_batch(library, files, 2).wall_s
    print(f"{files} files, two at a time: ffmpeg-normalize under GNU parallel {theirs:.1f} s, ", end="")
    print(f"audiopost batch {ours:.1f} s: {theirs / ours:.1f} x")


def ledger_transactions(folder: Path, rows: int) -> None:
    """What a transaction takes when the ledger is small, and when it holds all rows."""
    result = {"gain_db": -3.0, "files": [{"before": dict.fromkeys(map(str, range(20)), -23.0)}] * 2}
    times_ms = []
    with LedgerFile(LedgerPlace(folder / "many.ledger", folder)) as book:
        for number in range(rows):
            place = f"/library/{number:07d}.wav"
            inputs = (FileState(place, 1_000_000, f"{number}:{number}", "0" * 64),)
            start = time.perf_counter()
            book.save([Row(place, "0" * 64, inputs, "done", outputs=inputs, passed=True, result=result, seconds=0.1)])
            times_ms.append(1000.0 * (time.perf_counter() - start))
    for name, part in (("first", times_ms[:1000]), ("last", times_ms[-1000:])):
        median, p99 = np.percentile(part, [50, 99])
        print(f"ledger, {name} 1000 of {rows} transactions: median {median:.2f} ms, ", end="")
        print(f"p99 {p99:.2f} ms, longest {max(part):.1f} ms")


def main() -> None:
    quick = arguments(__doc__ or "").quick
    counts = [1, 10, 100] if quick else [1, 10, 100, 1000]
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        ledger_transactions(Path(folder), 10_000)
        make_library(library, counts[-1])
        runs = growth(library, counts)
        tell_constants(runs, counts[-2], counts[-1])
        against_peer(library, 20 if quick else PEERS)


if __name__ == "__main__":
    main()
