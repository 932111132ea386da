"""The time between going back and recording: what lies before is heard first."""

from __future__ import annotations

import threading
from collections.abc import Callable

__all__ = ["LONGEST_PRE_ROLL_S", "PreRoll"]

LONGEST_PRE_ROLL_S = 30.0


class PreRoll:
    """The time between going back and recording."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._timer: threading.Timer | None = None

    @property
    def waits(self) -> bool:
        """Whether a recording is about to begin."""
        return self._timer is not None

    def begin(self, wait_s: float, then: Callable[[], None]) -> None:
        """Have `then` called so much later."""
        self._timer = threading.Timer(wait_s, then)
        self._timer.daemon = True
        self._timer.start()

    def give_up(self) -> None:
        """Nothing will begin."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
