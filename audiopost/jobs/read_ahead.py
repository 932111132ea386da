"""Reading and working at the same time: a thread fetches the next blocks while the last one is worked on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Full, Queue
from typing import TypeVar

__all__ = ["read_ahead"]

Item = TypeVar("Item")

_BLOCKS_AHEAD = 4
_PATIENCE_S = 0.1


def read_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items in the same order, each fetched while the one before is used.

    What `items` raises is raised here. When this iterator is closed, `items` is left where it is.

    >>> list(read_ahead(iter([1, 2, 3])))
    [1, 2, 3]
    """
    fetched: Queue[tuple[Item] | BaseException | None] = Queue(_BLOCKS_AHEAD)
    stop = threading.Event()

    def hand_over(what: tuple[Item] | BaseException | None) -> None:
        while not stop.is_set():
            try:
                fetched.put(what, timeout=_PATIENCE_S)
            except Full:
                continue
            break

    def fetch() -> None:
        try:
            for item in items:
                hand_over((item,))
                if stop.is_set():
                    return
            hand_over(None)
        except BaseException as error:  # noqa: BLE001 - it is raised where the items are used
            hand_over(error)

    thread = threading.Thread(target=fetch, name="read ahead")
    thread.start()
    try:
        while (found := fetched.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            yield found[0]
    finally:
        stop.set()
        thread.join()
