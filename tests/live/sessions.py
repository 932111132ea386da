"""What the tests of live sessions share: a programme, patience, and a look at the system's processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.layouts import default_layout
from audiopost.live.host import LiveHost
from audiopost.media.audio_writer import AudioWriter
from tests import tolerances

RATE_HZ = 48_000
TONE_HZ = 1000.0
TONE_PEAK = 0.25

__all__ = [
    "RATE_HZ", "TONE_HZ", "TONE_PEAK", "alive", "level_db", "longest_run", "play_on", "play_undisturbed", "until",
    "write_tone",
]  # fmt: skip


def write_tone(path: Path, channels: int = 2, seconds: int = 1) -> Path:
    """A tone of whole periods, so that it loops without a seam."""
    phase = 2 * np.pi * TONE_HZ * np.arange(seconds * RATE_HZ) / RATE_HZ
    block = np.ascontiguousarray(np.tile(TONE_PEAK * np.sin(phase), (channels, 1)), np.float32)
    with AudioWriter(path, RATE_HZ, default_layout(channels), bits="32f") as writer:
        writer.write(block)
    return path


def until(fact: Callable[[], bool], patience_s: float = tolerances.LIVE_PATIENCE_S) -> None:
    """Wait for a fact about other processes; fail when it does not come."""
    limit = time.monotonic() + patience_s
    pause = threading.Event()
    while not fact():
        assert time.monotonic() < limit, f"not within {patience_s:g} s"
        pause.wait(0.01)


def alive(pid: int) -> bool:
    """Whether a process runs (one that has ended but was not waited for does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # it may end between opening and reading
        return False
    return state not in "ZX"


def level_db(block: AudioBlock) -> float:
    """Level of a tone against the programme's, over whole periods."""
    period = int(RATE_HZ / TONE_HZ)
    whole = block[:, : block.shape[1] // period * period].astype(np.float64)
    return float(20 * np.log10(np.sqrt(np.mean(whole**2)) / (TONE_PEAK / np.sqrt(2))))


def longest_run(facts: NDArray[np.bool_]) -> tuple[int, int]:
    """Start and end of the longest stretch where all facts hold: a block missed on a busy machine makes a short one."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], facts, [False])).astype(int)))
    starts, ends = edges[::2], edges[1::2]
    place = int(np.argmax(ends - starts))
    return int(starts[place]), int(ends[place])


def play_undisturbed(host: LiveHost, frames: int) -> int:
    """Wait until so many frames were played in a row without a block that an engine missed; the frame after them.

    A missed block is heard, as it must be: what is looked at for something else lies between two of them.
    """

    def undisturbed() -> bool:
        missed = host.statistics()["deadline_misses"]
        play_on(host, frames)
        return bool(host.statistics()["deadline_misses"] == missed)

    until(undisturbed)
    return int(host.statistics()["frames"])


def play_on(host: LiveHost, frames: int) -> None:
    """Wait until so many more frames were played."""
    end = host.statistics()["frames"] + frames
    until(lambda: host.statistics()["frames"] >= end)
