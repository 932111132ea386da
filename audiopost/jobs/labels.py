"""Which part of a recording is what: a table of seconds and labels, as a live session writes it, read and written."""

from __future__ import annotations

import csv
import math
import os
from pathlib import Path
from typing import TextIO

from audiopost.errors import FileError
from audiopost.media.file_faults import fault

__all__ = ["HEADINGS", "LabelWriter", "read_labels"]

HEADINGS = ("start_s", "label")
MOST_LABELS = 100_000


def read_labels(path: str | os.PathLike[str]) -> tuple[tuple[float, str], ...]:
    """From which second on which label holds.

    Parameters
    ----------
    path
        A CSV file of two columns, in order of time; a first line of headings is passed over.

    Raises
    ------
    FileError
        If it cannot be read, a line is no time and label, or times go back.
    """
    found: list[tuple[float, str]] = []
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.reader(file), start=1):
                if not row or (number == 1 and tuple(cell.strip() for cell in row) == HEADINGS):
                    continue
                start_s = _seconds(row[0])
                if len(row) != 2 or start_s is None or not row[1].strip():
                    what = f"line {number} is no time and label"
                    raise FileError(str(path), what, mend="write lines as 12.5,combat")
                if found and start_s < found[-1][0]:
                    raise FileError(str(path), f"line {number} goes back in time", mend="sort the lines")
                found.append((start_s, row[1].strip()))
                if len(found) > MOST_LABELS:
                    raise FileError(str(path), f"has more than {MOST_LABELS} labels", mend="give another file")
    except OSError as error:
        raise fault(str(path), error) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileError(str(path), "is no table of labels", mend="write lines as 12.5,combat") from error
    if not found:
        raise FileError(str(path), "holds no label", mend="write lines as 12.5,combat")
    return tuple(found)


class LabelWriter:
    """Writes labels as they come, so that none is lost with the session. Raises FileError if that fails."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = path
        try:
            self._file: TextIO = Path(path).open("w", encoding="utf-8", newline="")  # noqa: SIM115 - closed by `close`
        except OSError as error:
            raise fault(str(path), error) from error
        self._write(HEADINGS)

    def add(self, start_s: float, label: str) -> None:
        """One more, which holds from there on."""
        self._write((f"{start_s:.3f}", label))

    def close(self) -> None:
        """No more."""
        self._file.close()

    def _write(self, row: tuple[str, ...]) -> None:
        try:
            csv.writer(self._file, lineterminator="\n").writerow(row)
            self._file.flush()
        except OSError as error:
            raise fault(str(self._path), error) from error


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0.0 else None
