"""Files watched while they are edited: told on a thread when one was saved. The door to watchfiles.

What is watched is the folder: most editors write a new file and put it in the place of the old one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from audiopost.errors import FileError
from audiopost.live.service import Service

__all__ = ["FileWatch"]

SETTLED_MS = 100
"""An editor may write in several pieces; so long after the last one the file is whole."""


class FileWatch(Service):
    """Calls `on_saved` with the path (as it was given) of each file that was saved; one call at a time.

    Raises
    ------
    FileError
        If a folder cannot be watched.
    """

    def __init__(self, paths: Iterable[str | Path], on_saved: Callable[[Path], None]) -> None:
        self._paths = {Path(path).resolve(): Path(path) for path in paths}
        for path in self._paths:
            if not path.parent.is_dir():
                raise FileError(str(path), "its folder is not there, so it cannot be watched")
        self._on_saved = on_saved
        self._stop = threading.Event()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="audiopost file watch", daemon=True)

    def start(self) -> None:
        """Watch from now on."""
        self._thread.start()
        self._begun.wait(1.0)

    def stop(self) -> None:
        """Watch no more; returns when a call of `on_saved` that runs is over."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        from watchfiles import Change, watch

        folders = {path.parent for path in self._paths}
        wanted = set(self._paths)
        changes = watch(
            *folders,
            watch_filter=lambda _change, path: Path(path) in wanted,
            debounce=SETTLED_MS,
            step=20,
            stop_event=self._stop,
            rust_timeout=100,
            yield_on_timeout=True,
            recursive=False,
            raise_interrupt=False,
        )
        for found in changes:
            self._begun.set()
            saved = {Path(path) for change, path in found if change is not Change.deleted}
            for path in sorted(saved):
                self._on_saved(self._paths[path])
