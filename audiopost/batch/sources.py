"""The inputs of a job, one by one: globs and URLs opened out, lists and tables read."""

from __future__ import annotations

import csv
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from audiopost.batch.storage import expanded, is_url, place_of
from audiopost.errors import FileError
from audiopost.library.presets import is_path
from audiopost.media.file_faults import fault

if TYPE_CHECKING:
    from audiopost.library.job_file import JobFile

__all__ = ["Problem", "Source", "sources_of"]

LISTS = (".txt", ".m3u", ".m3u8")
"""Suffixes of lists: a file a line; empty lines and lines that begin with # say nothing."""

TABLE = ".csv"
"""Suffix of tables: a column ``path``, perhaps ``target``, and columns of any name for the template of the outputs."""


@dataclass(frozen=True)
class Source:
    """One input: its place, the folders between it and the fixed part of its glob, and what a table says of it."""

    place: str
    tree: str = ""
    target: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """An input that cannot be part of any group, and why."""

    place: str
    what: str


def sources_of(job: JobFile, root: str, known_outputs: Collection[str] = ()) -> tuple[list[Source], list[Problem]]:
    """Every input of a job, once for every target, in the order of the job file; and what is named but not there.

    Parameters
    ----------
    job
        The job.
    root
        The folder of its outputs: what lies in it is no input, unless the job looks for inputs just there.
    known_outputs
        Places that earlier runs wrote.

    Raises
    ------
    FileError
        If a list or table cannot be read.
    """
    own = set(known_outputs)
    sources: dict[tuple[str, str | None], Source] = {}
    problems: list[Problem] = []
    for word in job.inputs:
        found = False
        for source in _of_entry(word, job.folder):
            found = True
            if source.place in own or _excluded(job, source.place) or _lies_among_outputs(word, source, job, root):
                continue
            if not is_url(source.place) and not os.path.isfile(source.place):
                problems.append(Problem(source.place, _what_is_wrong(source.place)))
            elif (target := source.target or job.target) is None and job.chain is None:
                problems.append(Problem(source.place, "the table names no target for it, and the job has none"))
            else:
                sources.setdefault((source.place, target), source)
        if not found:
            problems.append(Problem(place_of(word, job.folder), "nothing matches"))
    return list(sources.values()), problems


def _of_entry(word: str, folder: Path) -> Iterator[Source]:
    place = place_of(word, folder)
    suffix = os.path.splitext(word)[1].lower()
    if suffix == TABLE:
        yield from _of_table(Path(place))
    elif suffix in LISTS:
        yield from _of_list(Path(place))
    else:
        yield from (Source(found, tree) for found, tree in expanded(place))


def _of_list(path: Path) -> Iterator[Source]:
    for line in _text(path).splitlines():
        if (word := line.strip()) and not word.startswith("#"):
            yield Source(place_of(word, path.parent))


def _of_table(path: Path) -> Iterator[Source]:
    table = csv.DictReader(_text(path).splitlines())
    if "path" not in (table.fieldnames or ()):
        raise FileError(str(path), "the table has no column 'path'", "name the columns in its first line")
    for row in table:
        cells = {name: (value or "").strip() for name, value in row.items() if name is not None}
        place, target = cells.pop("path"), cells.pop("target", "")
        if place:
            wanted = str(path.parent / target) if target and is_path(target) else target
            yield Source(place_of(place, path.parent), target=wanted or None, fields=cells)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(str(path), "is not UTF-8 text", "save it as UTF-8") from error
    except OSError as error:
        raise fault(path, error) from error


def _excluded(job: JobFile, place: str) -> bool:
    name = os.path.basename(place)
    return any(fnmatch(name, each) or fnmatch(place, place_of(each, job.folder)) for each in job.exclude)


def _lies_among_outputs(word: str, source: Source, job: JobFile, root: str) -> bool:
    """Whether a glob came upon the folder of the outputs; what is named by itself is meant."""
    looked_in = source.place[: len(source.place) - len(os.path.join(source.tree, os.path.basename(source.place)))]
    return (
        source.place != place_of(word, job.folder)
        and source.place.startswith(root.rstrip("/") + "/")
        and not looked_in.startswith(root.rstrip("/") + "/")
        and looked_in.rstrip("/") != root.rstrip("/")
    )


def _what_is_wrong(place: str) -> str:
    return "this is a folder; write such as folder/**/*.wav" if os.path.isdir(place) else "no such file"
