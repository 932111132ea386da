"""The file of ``audiopost live --stats``: written at the start, once a second, and at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from audiopost.errors import AudiopostError
from audiopost.live.statistics import write_document

__all__ = ["STATISTICS_EVERY_S", "StatisticsFile"]

STATISTICS_EVERY_S = 1.0


class StatisticsFile:
    """Writes what `read` gives, on a thread of its own, until `end`; `tell` gets a sentence if that cannot be done."""

    def __init__(self, path: Path, read: Callable[[], Mapping[str, Any]], tell: Callable[[str], None]) -> None:
        self._path = path
        self._read = read
        self._tell = tell
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep_writing, name="audiopost live statistics", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Write it once more, and no more."""
        self._over.set()
        self._thread.join()

    def _keep_writing(self) -> None:
        while True:
            over = self._over.is_set()
            try:
                write_document(self._path, self._read())
            except OSError as error:
                self._tell(f"{self._path}: the statistics cannot be written: {error.strerror}")
                return
            except AudiopostError:
                pass  # a session that goes on at another rate has none for a moment
            if over:
                return
            self._over.wait(STATISTICS_EVERY_S)
