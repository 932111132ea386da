"""What a page says besides its programme's verdict: the files that it is made of, what they say of themselves, and what
services will do to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from audiopost.delivery.measures import in_words

if TYPE_CHECKING:
    from audiopost.jobs.file_info import FileInfo
    from audiopost.jobs.measure import FileMeasurement
    from audiopost.jobs.preview import PreviewResult

__all__ = ["MOST_FIELDS", "PartLine", "PreviewLine", "metadata_lines", "part_of", "preview_lines"]

MOST_FIELDS = 60
"""Of metadata; what is over that stands in the JSON."""

LONGEST_VALUE = 400
SURE = ("primary", "own")
"""Codings that a service publishes, or that were asked for by name."""


@dataclass(frozen=True)
class PartLine:
    """One file of a programme of several."""

    path: Path
    integrated: str
    range: str
    true_peak: str
    note: str = ""
    digest: str = ""


@dataclass(frozen=True)
class PreviewLine:
    """What one service does to the programme."""

    service: str
    gain: str
    codec: str
    decoded_peak: str
    played_loudness: str
    played_peak: str
    sign: str
    clips: str


def part_of(path: Path, measured: FileMeasurement | None, note: str = "", digest: str = "") -> PartLine:
    """A file of a programme, with what was measured on it, if anything was."""
    if measured is None:
        return PartLine(path, "", "", "", note, digest)
    loudness = measured.loudness
    return PartLine(
        path,
        _level(loudness.integrated_lufs, "LUFS"),
        _level(loudness.loudness_range_lu, "LU"),
        _level(loudness.true_peak_dbtp, "dBTP"),
        note,
        digest,
    )


def metadata_lines(info: FileInfo) -> tuple[tuple[tuple[str, str, str], ...], int]:
    """Kind, field and value of what a file says of itself, at most `MOST_FIELDS`, and how many are left out."""
    lines = [(kind, name, _short(value)) for kind, name, value in info.lines()]
    return tuple(lines[:MOST_FIELDS]), max(0, len(lines) - MOST_FIELDS)


def preview_lines(result: PreviewResult) -> tuple[PreviewLine, ...]:
    """A line for every service and coding."""
    return tuple(
        PreviewLine(
            service=each.name,
            gain=f"{in_words(each.gain.gain_db, 1, signed=True)} dB" + (", limited" if each.gain.limited else ""),
            codec=each.coding.in_words + ("" if each.coding.confidence in SURE else ", assumed"),
            decoded_peak=_level(each.decoded.true_peak_dbtp, "dBTP"),
            played_loudness=_level(each.played.integrated_lufs, "LUFS"),
            played_peak=_level(each.played.true_peak_dbtp, "dBTP"),
            sign="✗" if each.clips else "✓",
            clips=f"{each.clipped_samples} samples clip" if each.clipped_samples else "clips" if each.clips else "no",
        )
        for each in result.services
    )


def _level(value: float | None, unit: str) -> str:
    return "n/a" if value is None else f"{in_words(value)} {unit}"


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]} …"
