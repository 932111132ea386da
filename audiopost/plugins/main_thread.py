"""What plug-ins want done on the thread that made them, for a main thread that does not play itself.

Formats with such wishes register how they are answered; whoever owns the main thread (the engine of a live session)
calls `do_main_thread_work` now and then. Nothing is loaded by this module.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["do_main_thread_work", "on_main_thread"]

_answers: list[Callable[[], None]] = []


def on_main_thread(answer: Callable[[], None]) -> None:
    """Register what answers the wishes of a format's plug-ins; it looks after the calling thread's own alone."""
    _answers.append(answer)


def do_main_thread_work() -> None:
    """Answer all wishes that the plug-ins of this thread have."""
    for answer in _answers:
        answer()
