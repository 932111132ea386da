"""The page of a programme of several files, from what a batch run recorded when it delivered them.

What was found then is not measured again with less: a verdict may rest on a stem of dialogue, a null on the mix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from audiopost.delivery.measures import in_words
from audiopost.delivery.target import DeliveryTarget
from audiopost.delivery.verdict import RuleVerdict
from audiopost.jobs.check import CheckResult
from audiopost.jobs.course import Course
from audiopost.jobs.measure import FileMeasurement
from audiopost.report.page import Page, page_of
from audiopost.report.parts import PartLine

__all__ = ["recorded_page"]

_KEYS = {
    "Integrated loudness": "integrated_lufs", "Loudness range": "loudness_range_lu",
    "Maximum momentary loudness": "momentary_max_lufs", "Maximum short-term loudness": "short_term_max_lufs",
    "True peak": "true_peak_dbtp", "Sample peak": "sample_peak_dbfs", "Peak-to-loudness ratio": "plr_lu",
}  # fmt: skip
"""Measures of a page by their names in the JSON of `measure`."""


def recorded_page(
    title: str,
    recorded: Mapping[str, Any],
    measurement: FileMeasurement,
    course: Course | None,
    target: DeliveryTarget | None,
    parts: Sequence[PartLine],
) -> Page:
    """The page of stems or of an album.

    Parameters
    ----------
    title
        What people call the programme.
    recorded
        The group's object of ``audiopost normalize --json``; empty where nothing was recorded.
    measurement, course
        Of the programme as it lies on the disk.
    target
        What it was delivered to.
    parts
        Its files.
    """
    rules = tuple(RuleVerdict(**rule) for rule in recorded.get("rules", ()))
    found: CheckResult | FileMeasurement = measurement
    if target is not None and rules:
        found = CheckResult(
            measurement.path, target.id, recorded.get("passed"), rules, "", measurement, recorded["outcome"]
        )
    page = replace(page_of(found, course, target), title=title, parts=tuple(parts), work=tuple(_work(recorded)))
    before = (recorded.get("sum") or {}).get("before")
    if before is None:
        return page
    changes = tuple((name, _level_before(before, name, value), value) for name, value in page.measures)
    return replace(page, changes=changes, measures=())


def _level_before(before: Mapping[str, Any], name: str, after: str) -> str:
    """What a measure was, in words as those that it is in now."""
    value = before.get(_KEYS.get(name, ""))
    return "" if value is None else f"{in_words(value)} {after.rpartition(' ')[2]}"


def _work(recorded: Mapping[str, Any]) -> list[tuple[str, str]]:
    if "mode" not in recorded:
        return []
    rows = [("Mode", str(recorded["mode"]))]
    if recorded.get("copied"):
        rows.append(("Gain", "none: it met the target, and was copied as it was"))
    elif recorded.get("gain_db") is not None:
        rows.append(("Gain", f"{in_words(recorded['gain_db'], 2, signed=True)} dB"))
    if recorded.get("limiting_max_db"):
        rows.append(("Limiting, deepest", f"{recorded['limiting_max_db']:.1f} dB"))
    if recorded.get("sum") is not None:
        null = recorded["sum"]["null_dbfs"]
        rows.append(("Null of the stems", f"{'-inf' if null is None else in_words(null)} dBFS"))
    return rows
