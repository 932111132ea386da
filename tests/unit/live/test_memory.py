"""Shared memory of a session."""

import sys
from pathlib import Path

import pytest

from audiopost.live.memory import Segment

PAGE_KIB = 4
SIZE = 256 * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_pages_are_there_before_anybody_writes() -> None:
    segment = Segment()
    segment.resize(SIZE)
    segment.map()
    assert resident_kib() == 0
    if segment.page_in(10 * 4096 + 64, 20 * 4096):
        assert resident_kib() == 21 * PAGE_KIB
    segment.samples(0, SIZE // 4)[:] = 1.0
    assert resident_kib() == SIZE // 1024
    segment.close()


def resident_kib() -> int:
    """Of the mapping of this process, by its name."""
    lines = iter(Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines())
    for line in lines:
        if "audiopost-live" in line:
            return next(int(each.split()[1]) for each in lines if each.startswith("Rss:"))
    raise AssertionError("the segment is not mapped")
