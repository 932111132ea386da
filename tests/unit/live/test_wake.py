import os
import threading
import time
from collections.abc import Iterator

import pytest

from audiopost.live.memory import Segment
from audiopost.live.wake import SEMAPHORE_BYTES, PipeWake, SemaphoreWake, Wake, semaphores_work
from tests import tolerances


@pytest.fixture(params=["semaphore", "pipe"])
def wake(request: pytest.FixtureRequest) -> Iterator[Wake]:
    if request.param == "pipe":
        ends = os.pipe()
        yield PipeWake(*ends)
        for end in ends:
            os.close(end)
        return
    if not semaphores_work():
        pytest.skip("this system has no semaphores with a monotonic deadline")
    segment = Segment()
    segment.resize(SEMAPHORE_BYTES)
    segment.map()
    yield SemaphoreWake(segment.buffer, 0, first=True)
    segment.close()


def test_a_post_before_the_wait_is_not_lost(wake: Wake) -> None:
    wake.post()
    assert wake.wait_until(time.monotonic() + tolerances.LIVE_PATIENCE_S)


def test_without_a_post_the_deadline_ends_the_wait(wake: Wake) -> None:
    assert not wake.wait_until(time.monotonic() + 0.01)


def test_a_deadline_in_the_past_does_not_wait(wake: Wake) -> None:
    assert not wake.wait_until(time.monotonic() - 1.0)


def test_another_thread_is_woken(wake: Wake) -> None:
    woken: list[bool] = []
    waiter = threading.Thread(
        target=lambda: woken.append(wake.wait_until(time.monotonic() + tolerances.LIVE_PATIENCE_S))
    )
    waiter.start()
    wake.post()
    waiter.join(tolerances.LIVE_PATIENCE_S)
    assert woken == [True]


def test_a_flood_of_posts_never_blocks_the_poster(wake: Wake) -> None:
    for _ in range(70_000):
        wake.post()
    assert wake.wait_until(time.monotonic() + tolerances.LIVE_PATIENCE_S)
