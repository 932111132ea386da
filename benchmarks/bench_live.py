"""Live playing against a bare pass-through, in turn, on the null device's clock and on JACK's dummy driver.

The bare pass-through is a process of its own whose callback only copies: what the machine can do at best. Ours is a
session with five effects; the sound goes device -> engine -> device in every block. Counted for both: xruns. Of ours
besides: the round trip, blocks whose answer came too late, and how soon a killed engine's sound is back.

    python benchmarks/bench_live.py [--quick]
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from compare import arguments

from audiopost import effects as fx
from audiopost.graph.spec import GraphSpec
from audiopost.layouts import layout_named
from audiopost.live.host import LiveHost, list_devices
from audiopost.media.audio_writer import AudioWriter

RATE = 48_000
BLOCK = 128
SERVER = f"audiopost-bench-{os.getpid()}"

CLOCK = """
import gc, os, sys, time
period, seconds = 128 / 48000, float(sys.argv[1])
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

PASS_THROUGH = """
import gc, os, sys, time
import sounddevice
api = next(index for index, api in enumerate(sounddevice.query_hostapis()) if "JACK" in api["name"])
counts = [0, 0]
def callback(indata, outdata, frames, _time, status):
    counts[0] += 1
    counts[1] += bool(status.output_underflow or status.input_overflow)
    outdata[:] = indata
gc.disable()
info = sounddevice.query_hostapis(api)
device = (info["default_input_device"], info["default_output_device"])
with sounddevice.Stream(device=device, channels=2, samplerate=48000, blocksize=128, callback=callback):
    time.sleep(float(sys.argv[1]))
print(*counts, flush=True)
os._exit(0)
"""


def main() -> None:
    options = arguments(__doc__ or "")
    seconds = 4.0 if options.quick else 20.0
    with TemporaryDirectory() as folder:
        source = write_noise(Path(folder) / "noise.wav")
        print(f"48 kHz, {BLOCK} frames (2667 us), five effects, {seconds:g} s each; deadline at 70 % of the period")
        print(
            f"{'':34}{'blocks':>8}{'xruns':>7}{'late':>6}{'p50':>7}{'p99':>7}{'p99.9':>7}{'max us':>8}{'priority':>10}"
        )
        compare("null", CLOCK, source, seconds)
        if shutil.which("jackd"):
            with jack_server():
                compare("jack", PASS_THROUGH, source, seconds)
        else:
            print("JACK: left out, jackd is missing (Debian: jackd2)")
        recovery(source, 2 if options.quick else 5)
        swaps(source, 3 if options.quick else 10)


def write_noise(path: Path) -> Path:
    block = np.random.default_rng(1).uniform(-0.2, 0.2, (2, 5 * RATE)).astype(np.float32)
    with AudioWriter(path, RATE, layout_named("stereo"), bits="24") as writer:
        writer.write(block)
    return path


def five_effects() -> GraphSpec:
    return (
        fx.highpass(frequency_hz=80)
        >> fx.peak(frequency_hz=2500, gain_db=3)
        >> fx.compressor(threshold_db=-24)
        >> fx.reverb(mix_percent=20)
        >> fx.gain(gain_db=-3)
    )


def compare(device: str, bare: str, source: Path, seconds: float) -> None:
    """Bare, ours, bare again, and ours while control spins and turns parameters."""
    for turn in ("before", "after"):
        done = subprocess.run([sys.executable, "-c", bare, str(seconds)], capture_output=True, text=True, check=True)
        blocks, xruns = done.stdout.split()[-2:]
        print(f"{f'{device}: bare pass-through, {turn}':34}{blocks:>8}{xruns:>7}")
        if turn == "before":
            row(f"{device}: ours", play(device, source, seconds))
            row(f"{device}: ours, control busy", play(device, source, seconds, busy=True))


def play(device: str, source: Path, seconds: float, *, busy: bool = False) -> dict[str, object]:
    with LiveHost(five_effects(), source=source, device=device, block_frames=BLOCK) as host:
        over = threading.Event()
        threads = [threading.Thread(target=work, args=(host, over)) for work in (spin, turn) if busy]
        for thread in threads:
            thread.start()
        host.wait(seconds)
        over.set()
        for thread in threads:
            thread.join()
        return host.statistics()


def spin(_host: LiveHost, over: threading.Event) -> None:
    while not over.is_set():
        sum(range(1000))


def turn(host: LiveHost, over: threading.Event) -> None:
    """About a thousand parameter changes a second."""
    step = 0
    while not over.wait(0.01):
        for _ in range(10):
            step += 1
            host.set_parameter("gain.gain_db", -3.0 - step % 12, wait=False)


def row(name: str, counted: dict) -> None:
    trip = counted["round_trip_us"]
    priority = "real-time" if counted["realtime_priority"] else "normal"
    figures = "".join(f"{trip[key] or 0:>7}" for key in ("p50", "p99", "p999"))
    counts = f"{counted['blocks']:>8}{counted['xruns']:>7}{counted['deadline_misses']:>6}"
    print(f"{name:34}{counts}{figures}{trip['max'] or 0:>8}{priority:>10}")


def recovery(source: Path, times: int) -> None:
    """From the kill of the engine that is heard to the end of the fade to its successor."""
    took_s = []
    with LiveHost(five_effects(), source=source, device="null", block_frames=BLOCK) as host:
        for kill in range(times):
            wait_for(lambda: len(host.statistics()["pids"]["engines"]) == 2)
            time.sleep(0.5)
            # The chain that plays runs in the engine that the last death did not take: slots alternate.
            victim = host.statistics()["pids"]["engines"][kill % 2]
            swaps_before = host.statistics()["swaps"]
            begun = time.monotonic()
            os.kill(victim, signal.SIGKILL)
            wait_for(lambda before=swaps_before: host.statistics()["swaps"] > before)
            took_s.append(time.monotonic() - begun)
    print(f"killed engine: sound of the chain back after {min(took_s):.2f} to {max(took_s):.2f} s ({times} times)")


def swaps(source: Path, times: int) -> None:
    """From the call to the end of the crossfade."""
    took_s = []
    with LiveHost(five_effects(), source=source, device="null", block_frames=BLOCK) as host:
        wait_for(lambda: len(host.statistics()["pids"]["engines"]) == 2)
        time.sleep(1.0)
        for _ in range(times):
            begun = time.monotonic()
            host.swap(five_effects())
            took_s.append(time.monotonic() - begun)
    print(f"swap: heard alone after {min(took_s):.2f} to {max(took_s):.2f} s ({times} times)")


def wait_for(fact: object) -> None:
    assert callable(fact)
    limit = time.monotonic() + 30.0
    while not fact():
        if time.monotonic() > limit:
            raise SystemExit("not within 30 s")
        time.sleep(0.002)


@contextmanager
def jack_server() -> Iterator[None]:
    os.environ["JACK_DEFAULT_SERVER"] = SERVER
    os.environ["JACK_NO_START_SERVER"] = "1"
    command = ["jackd", "-R", "-P", "70", "-n", SERVER, "-d", "dummy", "-r", str(RATE), "-p", str(BLOCK)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: any("JACK" in each["host_api"] for each in list_devices()))
        yield
    finally:
        server.terminate()
        server.wait(10)


if __name__ == "__main__":
    main()
