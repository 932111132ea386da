"""What is turned in the windows of plug-ins, brought to the desks that work on their chains.

The host tells of it on a thread that must not wait, and a desk may be busy for seconds while a chain is swapped: so
between them there is a queue, emptied by a thread that lives while there is something in it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping

from audiopost.errors import AudiopostError
from audiopost.live.desk import Desk

__all__ = ["EditorTurns"]


class EditorTurns:
    """Takes turns by ``turns(path, value, side)``; `desks` are those of the sides."""

    def __init__(self, desks: Mapping[str, Desk]) -> None:
        self._desks = desks
        self._turns: deque[tuple[str, float, str]] = deque()
        self._guard = threading.Lock()
        self._working = False

    def __call__(self, path: str, value: float, side: str) -> None:
        """Keep a turn for the desk; waits for nothing."""
        with self._guard:
            self._turns.append((path, value, side))
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="audiopost editor turns", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._guard:
                if not self._turns:
                    self._working = False
                    return
                path, value, side = self._turns.popleft()
            desk = self._desks.get(side)
            if desk is None:
                continue
            try:
                desk.heard_turn(path, value)
            except AudiopostError:
                continue  # the node has gone from the chain meanwhile
