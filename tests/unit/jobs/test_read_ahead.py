import threading
from collections.abc import Iterator

import pytest

from audiopost.jobs.read_ahead import read_ahead


def test_items_come_in_order_however_many_there_are() -> None:
    assert list(read_ahead(iter(range(1_000)))) == list(range(1_000))
    assert list(read_ahead(iter([]))) == []


def test_an_item_may_be_none() -> None:
    assert list(read_ahead(iter([None, None]))) == [None, None]


def test_what_the_source_raises_comes_after_the_items_before_it() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise OSError(5, "the disk failed")

    ahead = read_ahead(source())
    assert next(ahead) == 1
    with pytest.raises(OSError, match="the disk failed"):
        next(ahead)


def test_giving_up_leaves_the_source_and_no_thread_behind() -> None:
    taken = []

    def source() -> Iterator[int]:
        for number in range(1_000_000):
            taken.append(number)
            yield number

    before = threading.active_count()
    ahead = read_ahead(source())
    next(ahead)
    ahead.close()
    assert len(taken) < 100
    assert threading.active_count() == before
