"""What plug-ins want done on the thread that made them, for a main thread that does not play itself.

Formats with such wishes register how they are answered; whoever owns the main thread (the engine of a live session)
calls `do_main_thread_work` now and then. Nothing is loaded by this module.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import get_ident

__all__ = ["do_main_thread_work", "is_looked_after", "on_main_thread"]

LOOKED_AFTER_S = 1.0

_answers: list[Callable[[], None]] = []
_looked_at_s: dict[int, float] = {}
"""When each thread last did its work, by `time.monotonic`."""


def on_main_thread(answer: Callable[[], None]) -> None:
    """Register what answers the wishes of a format's plug-ins; it looks after the calling thread's own alone."""
    _answers.append(answer)


def do_main_thread_work() -> None:
    """Answer all wishes that the plug-ins of this thread have."""
    _looked_at_s[get_ident()] = time.monotonic()
    for answer in _answers:
        answer()


def is_looked_after(thread: int) -> bool:
    """Whether a thread has answered wishes within the last second, and so is likely to answer the next."""
    return time.monotonic() - _looked_at_s.get(thread, -LOOKED_AFTER_S) < LOOKED_AFTER_S
