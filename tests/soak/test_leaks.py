"""Ten thousand renderers made, played and let go: memory, threads and descriptors stay where they were."""

from __future__ import annotations

import ctypes
import gc
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from audiopost import effects as fx
from audiopost.graph.algebra import Graph
from audiopost.plugins.scan import plugin_info, require_ok
from tests.cycles import branching_graph, circling_graph, play_cycle
from tests.system import absent, require_path
from tests.tolerances import LEAK_MIB, PLUGIN_LEAK_MIB, SCAN_PATIENCE_S

pytestmark = pytest.mark.soak

WARM_UP_CYCLES = 200
CYCLES = 10_000
PLUGIN_CYCLES = 60


def resident_mib() -> float:
    """What the process holds in memory now, all libraries' own allocations too.

    What was freed goes back to the system first: glibc keeps some 80 MiB of a plug-in's pages for later, more or fewer
    by chance, and a leak would hide behind them.
    """
    if not Path("/proc/self/statm").exists():
        absent("/proc/self/statm is missing: resident memory is read on Linux only")
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def growth_mib(cycle: Callable[[int], None], warm_up: int, cycles: int) -> float:
    """Growth of resident memory from the end of the warm-up; threads and descriptors are compared on the way."""
    for index in range(warm_up):
        cycle(index)
    gc.collect()
    before, threads, descriptors = resident_mib(), threading.active_count(), open_descriptors()
    for index in range(cycles):
        cycle(index)
    gc.collect()
    assert threading.active_count() == threads
    assert open_descriptors() == descriptors
    return resident_mib() - before


def test_ten_thousand_renderers_leave_nothing_behind() -> None:
    graphs = (branching_graph(), circling_graph())
    grown = growth_mib(lambda index: play_cycle(index, graphs), WARM_UP_CYCLES, CYCLES)
    assert grown <= LEAK_MIB


def test_plugin_files_loaded_again_and_again_leave_little_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIOPOST_CACHE_DIR", str(tmp_path))
    path = str(require_path("/usr/lib/vst3/ZamEQ2.vst3", package="zam-plugins"))
    require_ok(plugin_info(path, timeout_s=SCAN_PATIENCE_S))
    graph = Graph.of("plugin", settings={"path": path}) >> fx.gain()
    grown = growth_mib(lambda index: play_cycle(index, (graph,)), 30, PLUGIN_CYCLES)
    assert grown <= PLUGIN_LEAK_MIB
