from __future__ import annotations

import threading
from contextlib import closing

import numpy as np
import pytest

from audiopost.errors import EffectError
from audiopost.graph.algebra import Graph
from audiopost.graph.node import StreamFormat
from audiopost.graph.non_finite import NonFinite
from audiopost.graph.offline import render
from audiopost.graph.renderer import GraphRenderer
from audiopost.graph.threads import BranchThreads, Task, TaskRow, chain_tasks
from audiopost.layouts import layout_named
from tests.nodes import catalogue


def branches(count: int) -> Graph:
    graph = Graph.of("late", settings={"frames": 7})
    for index in range(1, count):
        branch = Graph.of("scale", {"factor": index / 7}) >> Graph.of("echo", settings={"frames": index})
        graph = graph & branch
    return graph >> Graph.of("scale", {"factor": 0.5})


def test_branches_on_threads_give_the_same_samples():
    samples = np.random.default_rng(0).uniform(-1, 1, (2, 20_000)).astype(np.float32)
    one = render(branches(9), samples, 48_000, catalogue=catalogue(), threads=1)
    for threads in (2, 5):
        for _ in range(3):
            many = render(branches(9), samples, 48_000, catalogue=catalogue(), threads=threads, block_frames=1000)
            assert np.array_equal(one, many)


@pytest.mark.parametrize("block_frames", [64, 1000, None])
def test_blocks_under_way_together_give_the_same_samples_and_name_the_same_frames(block_frames: int | None):
    samples = np.random.default_rng(1).uniform(-1, 1, (1, 5_000)).astype(np.float32)
    samples[0, 777] = 2.5  # makes NaN of it
    graph = (Graph.of("faulty") & Graph.of("echo", settings={"frames": 70})) >> Graph.of("late", settings={"frames": 9})
    out, met = {}, {}
    for threads in (1, 3):
        stream = StreamFormat(48_000, layout_named("mono"), block_frames or 4096)
        renderer = GraphRenderer(graph, stream, catalogue(), threads=threads)
        out[threads] = np.empty_like(samples)
        with closing(renderer):
            renderer.process(samples, out[threads])
        met[threads] = renderer.non_finite
    assert np.array_equal(out[1], out[3])
    assert met[1] == met[3] == [NonFinite("faulty", 777, 1)]


def test_nothing_begins_before_what_it_waits_for():
    done: list[int] = []
    lock = threading.Lock()

    def note(index: int, waits_for: tuple[int, ...]) -> Task:
        def work() -> None:
            with lock:
                assert set(waits_for) <= set(done)
                done.append(index)

        return Task(work, waits_for)

    waiting = [(), (), (0, 1), (0,), (2, 3), (4,), ()]
    with BranchThreads(3) as threads:
        for _ in range(200):
            done.clear()
            threads.run(TaskRow(note(index, waits_for) for index, waits_for in enumerate(waiting)))
            assert sorted(done) == list(range(7))


def test_what_a_task_raises_reaches_the_caller_and_the_threads_live_on():
    def fail() -> None:
        raise ValueError("no")

    begun: list[int] = []
    with BranchThreads(2) as threads:
        with pytest.raises(ValueError, match="no"):
            threads.run(TaskRow([Task(fail, ()), Task(lambda: begun.append(1), (0,))]))
        assert begun == []
        threads.run(TaskRow([Task(lambda: begun.append(2), ())]))
        assert begun == [2]


def test_closing_ends_the_threads():
    before = threading.active_count()
    threads = BranchThreads(4)
    assert threading.active_count() == before + 3
    threads.close()
    assert threading.active_count() == before


def test_an_effect_that_raises_on_a_thread_is_named():
    loud = np.full((1, 100), 3.5, dtype=np.float32)
    graph = Graph.of("faulty") & Graph.of("scale")
    with pytest.raises(EffectError, match="faulty: ZeroDivisionError"):
        render(graph, loud, 48_000, catalogue=catalogue(), threads=2)


def test_steps_in_a_row_are_one_task():
    assert chain_tasks([(), (0,), (1,)]) == [([0, 1, 2], [])]
    assert chain_tasks([(), (0,), (0,), (1, 2)]) == [([0], []), ([1], [0]), ([2], [0]), ([3], [1, 2])]
