"""A renderer that is let go takes its memory and its threads along; ten thousand of them are in tests/soak."""

from __future__ import annotations

import gc
import threading
import tracemalloc
import weakref
from collections.abc import Callable

import numpy as np

from audiopost.graph.renderer import GraphRenderer
from tests.cycles import STREAM, branching_graph, circling_graph, play_cycle
from tests.tolerances import LEAK_BYTES_PER_CYCLE

CYCLES = 120


def bytes_grown(cycle: Callable[[int], None], cycles: int) -> int:
    """Python's and numpy's memory that is held after so many cycles more."""
    for index in range(8):
        cycle(index)
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for index in range(cycles):
            cycle(index)
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


def test_renderers_that_were_let_go_hold_no_memory_and_no_threads() -> None:
    graphs, threads = (branching_graph(), circling_graph()), threading.active_count()
    assert bytes_grown(lambda index: play_cycle(index, graphs), CYCLES) <= LEAK_BYTES_PER_CYCLE * CYCLES
    assert threading.active_count() == threads


def test_a_single_block_kept_in_each_cycle_would_be_seen() -> None:
    kept: list[object] = []
    block = np.zeros((2, STREAM.maximum_frames), dtype=np.float32)
    assert bytes_grown(lambda _: kept.append(block.copy()), CYCLES) > LEAK_BYTES_PER_CYCLE * CYCLES


def test_a_renderer_goes_without_the_collector_having_to_find_it() -> None:
    graph = branching_graph()
    gc.collect()
    gc.disable()
    try:
        renderer = GraphRenderer(graph, STREAM)
        gone: list[bool] = []
        node = renderer.nodes["own/highpass"]
        weakref.finalize(node, gone.append, True)
        del renderer, node
        assert gone == [True]
    finally:
        gc.enable()
