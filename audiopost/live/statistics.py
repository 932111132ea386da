"""What a live session counts, and the document that `live --stats` writes.

The device process alone writes the numbers, in shared memory, one store each; anybody may read them at any
time. Round trips go into a histogram of whole microseconds, so that percentiles are exact to one and nothing
grows however long it plays.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["STATISTICS_INTEGERS", "Count", "Statistics", "percentile_us", "statistics_document", "write_document"]

HISTOGRAM_BINS = 32_768
"""Round trips up to 32.8 ms one by one; longer ones share the last bin."""


class Count(IntEnum):
    """The counters."""

    BLOCKS = 0
    FRAMES = 1
    XRUNS = 2
    """Underflows and overflows that the device reported, or periods that the null device's clock missed."""
    DEADLINE_MISSES = 3
    """Blocks for which the engine that is heard had no answer in time."""
    SWAPS = 4
    NON_FINITE_BLOCKS = 5
    SOURCE_UNDERRUNS = 6
    """Blocks for which the file had not been read in time."""
    LOST_RECORD_FRAMES = 7
    BUSY_SUM_NS = 8
    BUSY_MAX_NS = 9
    ROUND_TRIP_MAX_US = 10
    PATH_LATENCY_FRAMES = 11
    REALTIME_DEVICE = 12
    """1 when the thread of the callback runs under a real-time schedule."""
    CEILING_BLOCKS = 13
    """Blocks that the ceiling guard turned down."""
    ANSWERED_BLOCKS = 14
    CALLBACK_MAX_US = 15
    DEVICE_LATENCY_US = 16
    REEL = 17
    """Which of the two reels is heard."""
    ROLLING = 18
    """0 while the transport pauses."""
    CAPPED_BLOCKS = 19
    """Blocks that the hearing-safe cap turned down."""


_COUNTERS = 64
STATISTICS_INTEGERS = _COUNTERS + HISTOGRAM_BINS


class Statistics:
    """Counters and histogram over shared memory.

    >>> statistics = Statistics(np.zeros(STATISTICS_INTEGERS, np.int64))
    >>> for microseconds in (100, 100, 100, 400):
    ...     statistics.round_trip(microseconds * 1000, busy_ns=50_000)
    >>> percentile_us(statistics.histogram, 0.5), statistics[Count.ROUND_TRIP_MAX_US]
    (100, 400)
    """

    def __init__(self, integers: NDArray[np.int64]) -> None:
        self._counts = integers[:_COUNTERS]
        self.histogram = integers[_COUNTERS:]

    def __getitem__(self, count: Count) -> int:
        return int(self._counts[count])

    def add(self, count: Count, amount: int = 1) -> None:
        """Device: count."""
        self._counts[count] += amount

    def put(self, count: Count, value: int) -> None:
        """Device: set."""
        self._counts[count] = value

    def highest(self, count: Count, value: int) -> None:
        """Device: keep the largest."""
        if value > self._counts[count]:
            self._counts[count] = value

    def round_trip(self, round_trip_ns: int, busy_ns: int) -> None:
        """Device: one answer came after `round_trip_ns`, of which the engine computed `busy_ns`."""
        microseconds = round_trip_ns // 1000
        self.histogram[min(microseconds, HISTOGRAM_BINS - 1)] += 1
        self.highest(Count.ROUND_TRIP_MAX_US, microseconds)
        self.add(Count.ANSWERED_BLOCKS)
        self.add(Count.BUSY_SUM_NS, busy_ns)
        self.highest(Count.BUSY_MAX_NS, busy_ns)


def percentile_us(histogram: NDArray[np.int64], share: float) -> int | None:
    """The smallest round trip in us that at least `share` (0 to 1) of all do not exceed; None of nothing."""
    total = int(histogram.sum())
    if total == 0:
        return None
    return int(np.searchsorted(np.cumsum(histogram), share * total))


def statistics_document(
    statistics: Statistics,
    *,
    sample_rate: int,
    block_frames: int,
    control: Mapping[str, Any],
    pids: Mapping[str, Any],
) -> dict[str, Any]:
    """The document of ``audiopost live --stats``; `control` adds what only control knows."""
    histogram = np.array(statistics.histogram)
    answered = statistics[Count.ANSWERED_BLOCKS]
    period_ns = 1e9 * block_frames / sample_rate
    device_ms = statistics[Count.DEVICE_LATENCY_US] / 1000.0
    graph_ms = 1000.0 * statistics[Count.PATH_LATENCY_FRAMES] / sample_rate
    mean_load = statistics[Count.BUSY_SUM_NS] / answered / period_ns if answered else None
    return {
        "schema": 1,
        "sample_rate_hz": sample_rate,
        "block_frames": block_frames,
        "blocks": statistics[Count.BLOCKS],
        "frames": statistics[Count.FRAMES],
        "xruns": statistics[Count.XRUNS],
        "deadline_misses": statistics[Count.DEADLINE_MISSES],
        "source_underruns": statistics[Count.SOURCE_UNDERRUNS],
        "lost_record_frames": statistics[Count.LOST_RECORD_FRAMES],
        "swaps": statistics[Count.SWAPS],
        "round_trip_us": {
            "p50": percentile_us(histogram, 0.5),
            "p99": percentile_us(histogram, 0.99),
            "p999": percentile_us(histogram, 0.999),
            "max": statistics[Count.ROUND_TRIP_MAX_US] if answered else None,
        },
        "load": {
            "mean": mean_load,
            "max": statistics[Count.BUSY_MAX_NS] / period_ns if answered else None,
        },
        "latency_ms": {"device": device_ms, "graph": graph_ms, "total": device_ms + graph_ms},
        "non_finite_blocks": statistics[Count.NON_FINITE_BLOCKS],
        "ceiling_blocks": statistics[Count.CEILING_BLOCKS],
        "capped_blocks": statistics[Count.CAPPED_BLOCKS],
        "realtime_priority": bool(statistics[Count.REALTIME_DEVICE]),
        **control,
        "pids": dict(pids),
    }


def write_document(path: Path, document: Mapping[str, Any]) -> None:
    """Write the document so that a reader sees the old or the new one, never half of one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(document) + "\n", encoding="utf-8")
    temporary.replace(path)
