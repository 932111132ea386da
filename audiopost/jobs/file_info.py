"""What a file is, and what it says of itself besides its sound: for people in lines, for programs as data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from audiopost.media.described import described
from audiopost.media.joined_files import open_programme
from audiopost.media.programme_files import as_programme, files_of
from audiopost.timecode import timecode_of_seconds

__all__ = ["FileInfo", "file_info"]


@dataclass(frozen=True)
class FileInfo:
    """A file's form and its metadata (see `audiopost.media.described`)."""

    path: Path
    sample_rate_hz: int
    channels: int
    layout: str
    bits: str
    container: str
    duration_s: float
    notes: tuple[str, ...]
    metadata: dict[str, Any]
    timecode: str | None
    """Of the first frame, where the file has a time reference; frames where their rate is known, else milliseconds."""

    @property
    def form_in_words(self) -> str:
        """Container, layout, rate, word length and length."""
        words = self.bits if self.bits == "lossy" else f"{self.bits} bit"
        return f"{self.container}, {self.layout}, {self.sample_rate_hz} Hz, {words}, {self.duration_s:.3f} s"

    def to_json(self) -> dict[str, Any]:
        """The file's object in the document of ``audiopost info --json``."""
        return {
            "path": str(self.path),
            "sample_rate_hz": self.sample_rate_hz,
            "channels": self.channels,
            "layout": self.layout,
            "bits": self.bits,
            "container": self.container,
            "duration_s": self.duration_s,
            "timecode": self.timecode,
            "notes": list(self.notes),
            **self.metadata,
            "error": None,
        }

    def lines(self) -> list[tuple[str, str, str]]:
        """Kind, field and value of everything that is said."""
        start = [("start", "time code", self.timecode)] if self.timecode else []
        return [*start, *_lines(self.metadata)]


def file_info(path: str | os.PathLike[str], frames_per_second: float | None = None) -> FileInfo:
    """Read what a file, or the first file of a programme, says of itself.

    Parameters
    ----------
    path
        Any file that `open_audio` reads, the `ChannelFiles` of one programme, or `VideoTracks`.
    frames_per_second
        For the time code of the first frame; that of iXML where it is left out.

    Raises
    ------
    FileError
        If the file cannot be read.
    UsageError
        If there is no time code of such a rate.
    """
    source = as_programme(path)
    with open_programme(source) as reader:
        metadata = described(reader, files_of(source)[0])
        return FileInfo(
            reader.path,
            reader.sample_rate,
            reader.channels,
            reader.layout.name,
            reader.stored_bits,
            reader.container_name,
            reader.duration_s,
            reader.notes,
            metadata,
            _start(metadata, reader.sample_rate, frames_per_second),
        )


def _start(metadata: dict[str, Any], sample_rate: int, frames_per_second: float | None) -> str | None:
    if metadata["film"] is not None:
        found = metadata["film"]["timecode"]
        return None if found is None else str(found)
    if metadata["bext"] is None:
        return None
    rate = frames_per_second
    if rate is None and metadata["ixml"]:
        rate = _rate_in(metadata["ixml"]["timecode_rate"] or "")
    return timecode_of_seconds(metadata["bext"]["time_reference_samples"] / sample_rate, rate)


def _rate_in(text: str) -> float | None:
    """Frames a second of a fraction such as ``24000/1001``; None where it is none."""
    try:
        rate = float(Fraction(text))
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    nearest = round(rate)
    known = 1 <= rate <= 240 and (rate == nearest or abs(rate * 1001 / 1000 - round(rate * 1001 / 1000)) < 1e-6)
    return rate if known else None


def _lines(metadata: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for kind, what in metadata.items():
        if kind == "chunks":
            words = ", ".join(f"{each['id'].strip()} ({each['bytes']})" for each in what)
            if words:
                yield kind, "bytes", words
        elif kind == "markers":
            for each in what:
                length = "" if each["length_s"] is None else f" ({each['length_s']:.3f} s)"
                yield kind, f"{each['time_s']:.3f} s", each["label"] + length
        else:
            yield from ((kind, name, words) for name, words in _fields(what or {}))


def _fields(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if value in (None, "", [], 0):
            continue
        values = value if isinstance(value, list) else [value]
        for each in values:
            inner = each.values() if isinstance(each, dict) else (each,)
            yield name.replace("_", " "), " ".join(str(part) for part in inner if part not in (None, ""))
