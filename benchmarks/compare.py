"""Take several ways of doing one thing in turn, in one run, and compare them by their medians.

In turn, because a machine is never equally fast twice: a disturbance then meets every contender. Only the ratios
are results; the seconds belong to the machine. Used by the other programs here::

    times = take_turns({"ours": process("audiopost", "measure", path), "theirs": process("loudgain", path)}, rounds=5)
    print(table(times, reference="theirs"))
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

__all__ = ["Times", "arguments", "process", "table", "take_turns"]

Times = Mapping[str, Sequence[float]]
"""Seconds of every round, by contender."""


def arguments(description: str, parser: argparse.ArgumentParser | None = None) -> argparse.Namespace:
    """The options that every benchmark has: ``--quick``, and ``--rounds N``; a parser may bring further ones."""
    parser = parser or argparse.ArgumentParser()
    parser.description = description
    parser.add_argument("--quick", action="store_true", help="less material and fewer rounds, for a first look")
    parser.add_argument("--rounds", type=int, default=0, metavar="N", help="turns of each contender")
    parsed = parser.parse_args()
    parsed.rounds = parsed.rounds or (3 if parsed.quick else 7)
    return parsed


def process(*command: str) -> Callable[[], object]:
    """A whole process as a contender: started, waited for, its output thrown away; a failure stops the benchmark."""
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def take_turns(contenders: Mapping[str, Callable[[], object]], rounds: int, repeats: int = 1) -> Times:
    """Run every contender once to warm up, then all of them `rounds` times, one after the other.

    Each turn calls the contender `repeats` times; the times are for one call.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for round_number in range(rounds + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            for _ in range(repeats):
                run()
            if round_number:
                times[name].append((time.perf_counter() - start) / repeats)
    return times


def table(times: Times, reference: str) -> str:
    """One line a contender: median, spread, and how many times as fast as the reference."""
    base = statistics.median(times[reference])
    width = max(map(len, times))
    lines = [f"{'':{width}}  {'median':>10}  {'fastest':>10}  {'slowest':>10}  speed"]
    for name, seconds in times.items():
        median = statistics.median(seconds)
        figures = "  ".join(f"{_duration(each):>10}" for each in (median, min(seconds), max(seconds)))
        mark = "= 1" if name == reference else f"{base / median:.2f} x"
        lines.append(f"{name:{width}}  {figures}  {mark}")
    return "\n".join(lines)


def _duration(seconds: float) -> str:
    for factor, unit in ((1.0, "s"), (1e3, "ms")):
        if seconds * factor >= 1.0:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} us"
