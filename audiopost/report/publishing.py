"""A report written to the disk: the page, and beside it the same for programs. Each appears whole or not at all."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from audiopost.delivery.target import DeliveryTarget
from audiopost.media.file_faults import fault
from audiopost.media.new_file import Exists, NewFile
from audiopost.report.document import html_of, pdf_of
from audiopost.report.page import Page
from audiopost.report.parts import PartLine
from audiopost.report.tables import write_json, write_readings

__all__ = ["FORMATS", "publish"]

FORMATS = (".html", ".pdf")
_AT_ONCE = 1 << 20


def publish(
    output: Path,
    pages: Sequence[Page],
    target: DeliveryTarget | None = None,
    *,
    title: str | None = None,
    frames_per_second: float | None = None,
    exists: Exists = "fail",
    inputs: Iterable[Path] = (),
    with_json: bool = True,
) -> tuple[Path, ...]:
    """Write a report, and its JSON and CSV beside it.

    Parameters
    ----------
    output
        ``.html`` or ``.pdf``; the others are named after it.
    pages, target, title, frames_per_second
        As in `html_of`.
    exists
        ``"fail"``, ``"replace"`` or ``"number"``.
    inputs
        Files that are never overwritten.
    with_json
        False where a JSON file of that name tells more already.

    Returns
    -------
    tuple of Path
        What was written, the page first.

    Raises
    ------
    FileError
        If a file cannot be written.
    UsageError
        If a library that it needs is missing.
    """
    protected = tuple(inputs)
    pages = [replace(page, parts=tuple(_with_digest(part) for part in page.parts)) for page in pages]
    digests = ["" if page.parts else _digest(page.path) for page in pages]
    html = html_of(
        pages,
        title=title,
        target=target,
        digests=digests,
        frames_per_second=frames_per_second,
        folder=output.absolute().parent,
    )
    content = pdf_of(html) if output.suffix.lower() == ".pdf" else html.encode()
    document = io.StringIO()
    write_json(document, pages, target, digests)
    readings = io.StringIO()
    write_readings(readings, pages)
    contents = {output: content}
    if with_json:
        contents[output.with_suffix(".json")] = document.getvalue().encode()
    contents[output.with_suffix(".csv")] = readings.getvalue().encode()
    # All are on the disk before the first gets its name: a full disk leaves nothing, not a page without its numbers.
    with ExitStack() as unfinished:
        files = []
        for path, data in contents.items():
            file = NewFile(path, exists, protected)
            unfinished.callback(file.discard)
            try:
                file.temporary.write_bytes(data)
            except OSError as error:
                raise fault(path, error) from error
            files.append(file)
        return tuple(file.publish() for file in files)


def _with_digest(part: PartLine) -> PartLine:
    return part if part.digest else replace(part, digest=_digest(part.path))


def _digest(path: Path) -> str:
    """SHA-256 of a file; empty for a programme of several files, and for one that cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_AT_ONCE):
                digest.update(piece)
    except OSError:
        return ""
    return digest.hexdigest()
