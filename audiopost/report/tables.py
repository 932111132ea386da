"""What a report shows, as tables for other programs: JSON with the verdicts, CSV with the readings and the peaks."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, TextIO

from audiopost.delivery.target import DeliveryTarget
from audiopost.report.page import Page

__all__ = ["document_of", "write_json", "write_readings"]


def document_of(
    pages: Sequence[Page], target: DeliveryTarget | None = None, digests: Sequence[str] = ()
) -> dict[str, Any]:
    """Plain data: what was measured, every rule's verdict, where the peaks lie, and what the files say of themselves.

    `digests` are the SHA-256 of the pages' files, in their order.
    """
    return {
        "schema": 1,
        "audiopost": version("audiopost"),
        "target": None if target is None else target.to_json(),
        "files": [_entry(page, digest) for page, digest in zip(pages, digests or [""] * len(pages), strict=True)],
    }


def _entry(page: Page, digest: str) -> dict[str, Any]:
    return {
        "path": str(page.path),
        "title": page.title,
        "sha256": digest or None,
        "outcome": page.outcome,
        "sentence": page.sentence,
        "measurement": None if page.measurement is None else page.measurement.to_json(),
        "rules": [rule.__dict__ for rule in page.rules],
        "peaks_over_ceiling": [
            {"start_s": peak.start_s, "end_s": peak.end_s, "true_peak_dbtp": peak.true_peak_dbtp}
            for peak in _peaks(page)
        ],
        "parts": [{"path": str(part.path), "sha256": part.digest or None} for part in page.parts],
        "info": None if page.info is None else page.info.to_json(),
        "preview": None if page.preview is None else page.preview.to_json()["services"],
    }


def write_json(
    text: TextIO, pages: Sequence[Page], target: DeliveryTarget | None = None, digests: Sequence[str] = ()
) -> None:
    """`document_of` as JSON."""
    json.dump(document_of(pages, target, digests), text, indent=2, allow_nan=False)
    text.write("\n")


def write_readings(text: TextIO, pages: Sequence[Page]) -> None:
    """Ten readings a second of every programme; a cell is empty where a window is not yet whole, or silent."""
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("path", "time_s", "momentary_lufs", "short_term_lufs", "true_peak_dbtp", "over_ceiling"))
    for page in pages:
        if page.course is None:
            continue
        history = page.course.history
        ceiling = math.inf if page.ceiling_dbtp is None else page.ceiling_dbtp
        columns = (history.time_s, history.momentary_lufs, history.short_term_lufs, history.true_peak_dbtp)
        for time_s, *levels in zip(*columns, strict=True):
            cells = ("" if not math.isfinite(level) else f"{level:.2f}" for level in levels)
            over = int(round(levels[2], 2) > ceiling) if math.isfinite(levels[2]) else 0
            lines.writerow((page.path, f"{page.course.start_s + time_s:.3f}", *cells, over))


def _peaks(page: Page) -> tuple[Any, ...]:
    return () if page.course is None or page.ceiling_dbtp is None else page.course.peaks_over(page.ceiling_dbtp)
