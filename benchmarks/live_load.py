"""What goes on around the sound while it is measured, and the bare pass-throughs that show what the machine can do.

The same threads run in the control process of our session and, for the bare pass-through, in a process beside it.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["CLOCK", "PASS_THROUGH", "ROUND_TRIP", "around", "at_rate", "litter", "load_process", "spin"]

GARBAGE_BYTES = 2 * 2**30
PIECE_BYTES = 2**20

CLOCK = """
import gc, os, sys, time
seconds, frames, urgent = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
period = frames / 48000
if urgent:
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(60))
    except OSError:
        pass
gc.disable()
blocks = xruns = 0
due = time.monotonic() + period
end = due + seconds
while due < end:
    late = time.monotonic() - due
    if late > period:
        missed = int(late / period)
        xruns += missed
        due += missed * period
    elif late < 0:
        time.sleep(-late)
    blocks += 1
    due += period
print(blocks, xruns)
"""
"""The null device's clock alone."""

PASS_THROUGH = """
import gc, os, sys, time
import sounddevice
api = next(index for index, api in enumerate(sounddevice.query_hostapis()) if "JACK" in api["name"])
counts = [0, 0]
def callback(indata, outdata, frames, _time, status):
    counts[0] += 1
    counts[1] += bool(status.output_underflow or status.input_overflow or status.input_underflow)
    outdata[:] = indata
gc.disable()
info = sounddevice.query_hostapis(api)
device = (info["default_input_device"], info["default_output_device"])
frames = int(sys.argv[2])
with sounddevice.Stream(device=device, channels=2, samplerate=48000, blocksize=frames, callback=callback):
    time.sleep(float(sys.argv[1]))
print(*counts, flush=True)
os._exit(0)
"""
"""A callback that only copies."""

ROUND_TRIP = """
import gc, mmap, os, sys, time
import numpy as np
from audiopost.live.wake import SemaphoreWake
seconds, frames, urgent = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
memory = mmap.mmap(-1, 4096)
there, back = SemaphoreWake(memory, 0, first=True), SemaphoreWake(memory, 64, first=True)
gc.disable()
child = os.fork()
if urgent:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(60))
blocks = int(seconds * 48000 / frames)
if child == 0:
    for _ in range(blocks):
        there.wait_until(time.monotonic() + 5)
        until = time.perf_counter_ns() + 90_000
        while time.perf_counter_ns() < until:
            pass
        back.post()
    os._exit(0)
trips = np.zeros(blocks)
due = time.monotonic() + 0.1
for block in range(blocks):
    due += frames / 48000
    time.sleep(max(0.0, due - time.monotonic()))
    begun = time.perf_counter_ns()
    there.post()
    back.wait_until(time.monotonic() + 5)
    trips[block] = (time.perf_counter_ns() - begun) / 1000
print(*(int(each) for each in np.percentile(trips, (50, 99, 99.9, 100))))
"""
"""Two processes that wake each other once a block, of which one computes for as long as the five effects do (90 us)."""


class Node:
    """Something that garbage is made of: in circles, so that only the collector finds it."""

    def __init__(self) -> None:
        self.myself = self
        self.piece = bytearray(PIECE_BYTES)


def spin(over: threading.Event) -> None:
    while not over.is_set():
        sum(range(1000))


def litter(over: threading.Event) -> None:
    """2 GB of garbage in circles, made and collected again and again, with a second between."""
    while not over.is_set():
        for _ in range(GARBAGE_BYTES // PIECE_BYTES // 16):
            _pile = [Node() for _ in range(16)]
            if over.is_set():
                break
        del _pile
        gc.collect()
        over.wait(1.0)


def at_rate(work: Callable[[], object], hz: float) -> Callable[[threading.Event], None]:
    """A thread's work that does something so many times a second, in bursts every 10 ms at most."""

    def run(over: threading.Event) -> None:
        due = time.monotonic()
        while not over.wait(max(0.0, min(0.01, due - time.monotonic()))):
            while due <= time.monotonic() and not over.is_set():
                work()
                due += 1.0 / hz

    return run


@contextmanager
def around(*works: Callable[[threading.Event], None]) -> Iterator[None]:
    """The works as threads, as long as the block lasts."""
    over = threading.Event()
    threads = [threading.Thread(target=work, args=(over,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


@contextmanager
def load_process() -> Iterator[None]:
    """A process that computes as the control process of our session does, for a bare pass-through beside it."""
    process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def main() -> None:
    board = bytearray(4096)

    def turn() -> None:
        board[:] = bytes(board)

    readers = [at_rate(turn, 30.0)] * 4
    with around(spin, litter, at_rate(turn, 1000.0), *readers):
        sys.stdin.read()


if __name__ == "__main__":
    main()
