"""How the command line speaks: tables for people, plain text for pipes, one JSON document for programs.

Conventions
-----------
- Results go to standard output, messages to standard error: one line each, with the cause and the mend.
- An undefined value is ``n/a`` in a table and ``null`` in JSON; the level of silence is ``-inf`` and ``null``.
- Colour, frames and progress bars appear only on a terminal.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from audiopost.errors import AudiopostError

__all__ = [
    "Progress",
    "in_words",
    "message",
    "print_json",
    "print_table",
    "print_text",
    "progress_bar",
    "quantity",
    "tell_notes",
]

Progress = Callable[[float, str], None]
"""Told the fraction that is done (0 to 1) and what is being done."""


def print_text(text: str = "") -> None:
    """One line on standard output."""
    print(text)


def message(text: str) -> None:
    """One line on standard error, with the program's name."""
    print("audiopost: " + " ".join(text.splitlines()), file=sys.stderr)


def tell_notes(path: Path, notes: Sequence[str]) -> None:
    """What is worth knowing of a file that was used all the same, in one line."""
    if notes:
        message(f"{path}: {'; '.join(notes)}")


def in_words(error: AudiopostError | OSError) -> str:
    """The sentence of a foreseen failure.

    >>> in_words(FileNotFoundError(2, "No such file or directory", "mix.wav"))
    'mix.wav: no such file or directory'
    """
    if isinstance(error, OSError) and error.strerror:
        what = f"{error.strerror[:1].lower()}{error.strerror[1:]}"
        return f"{error.filename}: {what}" if error.filename else what
    return str(error)


def print_json(document: Mapping[str, Any]) -> None:
    """The one JSON document of a run. Values that JSON does not have become null."""
    # Escaped to ASCII: a pipe's encoding is not known, and every reader of JSON reads escapes.
    print(json.dumps(_plain(document), indent=2, allow_nan=False))


def quantity(value: float | None, digits: int = 1, unit: str = "") -> str:
    """A number for a person.

    >>> quantity(-23.04, unit="LUFS"), quantity(None), quantity(-math.inf, unit="dBTP")
    ('-23.0 LUFS', 'n/a', '-inf dBTP')
    """
    if value is None or math.isnan(value):
        return "n/a"
    text = f"{value:.{digits}f}"
    # what rounds to zero has no sign
    text = text.lstrip("-") if float(text) == 0.0 else text
    return f"{text} {unit}".rstrip()


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int] = ()) -> None:
    """A table: framed on a terminal, aligned plain text in a pipe. `numbers` are the columns set flush right."""
    if sys.stdout.isatty():
        _print_framed(columns, rows, numbers)
        return
    widths = [max(len(row[index]) for row in (columns, *rows)) for index in range(len(columns))]
    for row in (columns, *rows):
        cells = (
            cell.rjust(width) if index in numbers else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(cells).rstrip())


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Progress | None]:
    """A bar with the time left on standard error for the body of a ``with``; None where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def advance(fraction: float, words: str) -> None:
            bar.update(task, completed=fraction, description=words)

        yield advance


def _print_framed(columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for index, column in enumerate(columns):
        # Where the terminal is narrow, words are folded; a number never is.
        is_number = index in numbers
        table.add_column(column, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    for row in rows:
        # Text, since a file name may hold what rich takes for markup
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def _plain(value: Any) -> Any:
    """The value with tuples as lists, paths as text, and null for numbers that are not finite."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
