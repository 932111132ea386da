"""Second opinions: what loudgain (libebur128) and FFmpeg read on a file, where they are installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["OtherReading", "second_opinions"]


@dataclass(frozen=True)
class OtherReading:
    """What another program measured. `meter` names it; a value that it does not give is None."""

    meter: str
    integrated_lufs: float | None
    true_peak_dbtp: float | None


def second_opinions(path: Path) -> tuple[OtherReading, ...]:
    """The readings of every other meter that this machine has; one that fails is left out."""
    readings = (_loudgain(path), _ffmpeg(path))
    return tuple(reading for reading in readings if reading is not None)


def _loudgain(path: Path) -> OtherReading | None:
    """A header line and a line of values, separated by tabs."""
    lines = _printed_by("loudgain", "-O", str(path)).splitlines()
    if len(lines) < 2:
        return None
    values = dict(zip(lines[0].split("\t"), lines[1].split("\t"), strict=False))
    return OtherReading("loudgain", _number(values.get("Loudness", "")), _number(values.get("True_Peak_dBTP", "")))


def _ffmpeg(path: Path) -> OtherReading | None:
    """The summary of the filter ebur128 at the end of what FFmpeg tells."""
    options = ("-hide_banner", "-nostats", "-nostdin", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-")
    told = _printed_by("ffmpeg", *options)
    summary = told[told.rfind("Summary:") :]
    integrated = re.search(r"\bI:\s+(\S+) LUFS", summary)
    peak = re.search(r"\bPeak:\s+(\S+) dBFS", summary)
    if integrated is None or peak is None:
        return None
    return OtherReading("ffmpeg", _number(integrated[1]), _number(peak[1]))


def _printed_by(program: str, *arguments: str) -> str:
    found = shutil.which(program)
    if found is None:
        return ""
    run = subprocess.run(  # noqa: S603 - a program of the user's own path, named by us
        [found, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False
    )
    return run.stdout + run.stderr if run.returncode == 0 else ""


def _number(text: str) -> float | None:
    """The first word as a number.

    >>> _number("-21.82 LUFS"), _number("")
    (-21.82, None)
    """
    try:
        return float(text.split()[0])
    except (ValueError, IndexError):
        return None
