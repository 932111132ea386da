"""The ledger on the disk: SQLite, one row a group, written by the process that submits the work and by no other.

Why a lock of its own: the ledger may be read while a run is at work (any SQLite tool will do), but a second run on it
would do the same groups again. The lock is SQLite's own, on a file beside the ledger, so that it works wherever
SQLite does, and ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from audiopost.batch.ledger import Row
from audiopost.batch.ledger_place import LedgerPlace
from audiopost.batch.storage import FileState
from audiopost.errors import FileError, UsageError
from audiopost.media.file_faults import fault

__all__ = ["LedgerFile", "LedgerReader"]

FORM = 1
"""Of the tables; a ledger of another form is refused, not guessed at."""

_WAIT_STEP_S = 0.5

_TABLES = """
CREATE TABLE IF NOT EXISTS groups (
    key TEXT PRIMARY KEY, settings TEXT NOT NULL, inputs TEXT NOT NULL, status TEXT NOT NULL,
    attempts INTEGER NOT NULL, outputs TEXT NOT NULL, passed INTEGER, error TEXT NOT NULL, error_kind TEXT NOT NULL,
    result TEXT NOT NULL, worker TEXT NOT NULL, seconds REAL NOT NULL, changed_at TEXT NOT NULL
) WITHOUT ROWID;
"""

_COLUMNS = (
    "key", "settings", "inputs", "status", "attempts", "outputs", "passed", "error", "error_kind", "result", "worker",
    "seconds",
)  # fmt: skip
_SAVE = (
    f"INSERT OR REPLACE INTO groups ({', '.join(_COLUMNS)}, changed_at) "  # noqa: S608 - names of our own columns
    f"VALUES ({', '.join('?' * len(_COLUMNS))}, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"
)
_LOAD = f"SELECT {', '.join(_COLUMNS)} FROM groups WHERE key = ?"  # noqa: S608 - as above
_OUTPUTS = "SELECT json_extract(value, '$.place') FROM groups, json_each(outputs)"
_PACE = (
    "SELECT sum(seconds), sum((SELECT sum(json_extract(value, '$.size')) FROM json_each(inputs))) "
    "FROM groups WHERE status = 'done' AND seconds > 0"
)


class LedgerReader:
    """What earlier runs left, read without taking the ledger; where there is none, nothing is known.

    Raises
    ------
    FileError
        If it is no ledger of this form; also later, if it cannot be read.
    """

    def __init__(self, place: LedgerPlace) -> None:
        self.path = place.path
        self._book: sqlite3.Connection | None = self._opened() if place.path.exists() else None

    def row(self, key: str) -> Row | None:
        """What is known of a group."""
        found = self._rows(_LOAD, (key,))
        return _row_of(found[0]) if found else None

    def outputs(self) -> frozenset[str]:
        """The places that earlier runs wrote."""
        return frozenset(found for (found,) in self._rows(_OUTPUTS))

    def seconds_per_byte(self) -> float | None:
        """How long a byte of input took in what was done so far; None where nothing was."""
        found = self._rows(_PACE)
        seconds, size = found[0] if found else (None, None)
        return float(seconds) / float(size) if seconds and size else None

    def close(self) -> None:
        """Let go of the ledger."""
        if self._book is not None:
            self._book.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        if self._book is None:
            return []
        try:
            return self._book.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise self._broken(error) from error

    def _opened(self) -> sqlite3.Connection:
        try:
            book = sqlite3.connect(self.path, isolation_level=None)
            form = book.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as error:
            raise self._broken(error) from error
        if form not in (0, FORM):
            book.close()
            raise FileError(str(self.path), f"a ledger of form {form}, not {FORM}", "use the version that made it")
        return book

    def _broken(self, error: sqlite3.Error) -> FileError:
        return FileError(str(self.path), f"the ledger cannot be used: {error}", "see to the disk, or move it away")


class LedgerFile(LedgerReader):
    """The ledger taken for a run: read and written by this process alone; close it by ``with``.

    Parameters
    ----------
    place
        Where it lies; made where it is missing.
    wait
        What to do while another run has it: None leaves, else it is called with the words about the other run, and
        the ledger is waited for.

    Raises
    ------
    UsageError
        If another run has it.
    FileError
        If it cannot be made, or is no ledger of this form.
    """

    def __init__(self, place: LedgerPlace, wait: Callable[[str], None] | None = None) -> None:
        try:
            place.path.parent.mkdir(parents=True, exist_ok=True)
            if place.pointer is not None:
                place.pointer.parent.mkdir(parents=True, exist_ok=True)
                place.pointer.write_text(f"{socket.gethostname()}:{place.path}\n", encoding="utf-8")
            place.path.touch()
        except OSError as error:
            raise fault(place.path.parent, error) from error
        self.path = place.path
        self._owner = place.path.with_suffix(".owner")
        self._lock = self._locked(place.path.with_suffix(".lock"), wait)
        try:
            super().__init__(place)
        except BaseException:
            self._lock.close()
            raise

    def save(self, rows: Iterable[Row]) -> None:
        """Write rows in one transaction.

        Raises
        ------
        FileError
            If the disk fails.
        """
        assert self._book is not None, "the file was made"
        try:
            with self._book:
                self._book.execute("BEGIN IMMEDIATE")
                self._book.executemany(_SAVE, map(_values_of, rows))
        except sqlite3.Error as error:
            raise self._broken(error) from error

    def close(self) -> None:
        """Let go of the ledger."""
        super().close()
        self._owner.unlink(missing_ok=True)
        self._lock.close()

    def _opened(self) -> sqlite3.Connection:
        book = super()._opened()
        try:
            book.execute("PRAGMA journal_mode = WAL")
            # A power cut may take the last rows, never the ledger: then those groups are done once more.
            book.execute("PRAGMA synchronous = NORMAL")
            book.executescript(_TABLES)
            book.execute(f"PRAGMA user_version = {FORM}")
        except sqlite3.Error as error:
            book.close()
            raise self._broken(error) from error
        return book

    def _locked(self, path: Path, wait: Callable[[str], None] | None) -> sqlite3.Connection:
        told = False
        while True:
            lock = sqlite3.connect(path, isolation_level=None, timeout=0.0)
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                lock.close()
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise self._broken(error) from error
                words = f"another run is at work on this ledger{self._owner_in_words()}"
                if wait is None:
                    raise UsageError(words, where=str(self.path), mend="wait for its end, or give --wait") from error
                if not told:
                    wait(words)
                    told = True
                time.sleep(_WAIT_STEP_S)
                continue
            except sqlite3.Error as error:
                lock.close()
                raise self._broken(error) from error
            self._owner.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
            return lock

    def _owner_in_words(self) -> str:
        try:
            return f" ({self._owner.read_text(encoding='utf-8')})"
        except OSError:
            return ""


def _values_of(row: Row) -> tuple[Any, ...]:
    texts: dict[str, Any] = {name: [vars(state) for state in getattr(row, name)] for name in ("inputs", "outputs")}
    texts["result"] = row.result
    return tuple(json.dumps(texts[name]) if name in texts else getattr(row, name) for name in _COLUMNS)


def _row_of(values: Sequence[Any]) -> Row:
    found = dict(zip(_COLUMNS, values, strict=True))
    found["inputs"], found["outputs"] = (tuple(_states(found[name])) for name in ("inputs", "outputs"))
    found["result"] = json.loads(found["result"])
    found["passed"] = None if found["passed"] is None else bool(found["passed"])
    return Row(**found)


def _states(text: str) -> Iterator[FileState]:
    return (FileState(**state) for state in json.loads(text))
