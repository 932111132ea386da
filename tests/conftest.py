"""What holds for the whole test run."""

import gc
import signal
from pathlib import Path

import pytest

# A shell's background job ignores Ctrl-C, and so would every program that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

CLOCKED = ("live/", "surface/test_live.py", "equivalence/test_live")
"""Tests that play against the clock: a machine that is kept busy for a moment misses a block, which is heard, as it
must be. So they run alone."""

IN_A_BROWSER = ("surface/test_console", "surface/test_demo")
"""Tests of a live session, and a browser beside it, with patience for a busy machine but not for every one. They, and
those against the clock, are given a second chance, which the summary counts; one that fails twice has failed."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        place = item.path.relative_to(here).as_posix() if item.path.is_relative_to(here) else ""
        if place.startswith(CLOCKED):
            item.add_marker(pytest.mark.clocked)
        if place.startswith((*CLOCKED, *IN_A_BROWSER)):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish() -> None:
    """Twelve thousand tests are in memory until the end: the collector need not go through them again and again."""
    gc.collect()
    gc.freeze()
