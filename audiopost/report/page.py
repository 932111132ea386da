"""What a report says of one programme, as plain words and numbers: pure, without pictures.

Conventions
-----------
- Times are those of the file, as time code where the number of frames a second is given.
- A verdict is a word and a sign, never a colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audiopost.delivery.measures import MEASURES, in_words
from audiopost.delivery.target import DeliveryTarget, Rule
from audiopost.delivery.verdict import Outcome, RuleVerdict
from audiopost.jobs.check import CheckResult
from audiopost.jobs.course import Course
from audiopost.jobs.measure import FileMeasurement
from audiopost.report.parts import PartLine
from audiopost.timecode import timecode_of_seconds

if TYPE_CHECKING:
    from audiopost.jobs.file_info import FileInfo
    from audiopost.jobs.preview import PreviewResult

__all__ = [
    "OUTCOMES",
    "Band",
    "GainCourse",
    "Page",
    "RuleLine",
    "failed_page",
    "measures_of",
    "page_of",
    "rule_name",
    "worst_first",
]

OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "passed": ("✓", "passes"),
    "failed": ("✗", "fails"),
    "indicative": ("≈", "passes, as far as an open detector of speech can tell,"),
    "not judged": ("?", "cannot be judged whole against"),
}
"""Sign and words of a verdict."""

OUTCOME_CLASSES: dict[Outcome, str] = {
    "passed": "passes", "failed": "fails", "indicative": "indicative", "not judged": "cannot be judged whole",
}  # fmt: skip

MOST_EVENTS = 50
"""Peaks listed one by one; what is over that is counted."""


@dataclass(frozen=True)
class RuleLine:
    """One rule in words."""

    sign: str
    outcome: str
    rule: str
    measured: str
    limit: str
    advice: str
    """What to do, or why it could not be judged."""


@dataclass(frozen=True)
class Band:
    """What a target asks of a level: drawn as an area from `lowest` to `highest`; infinite where there is no edge."""

    lowest: float
    highest: float


@dataclass(frozen=True)
class GainCourse:
    """The gain that a delivered file got over time, in dB, every 0.1 s from `start_s` on, each of shape ``(steps,)``.

    `riding_db` is what level mode rode, `limiting_db` what the limiter took: 0 or less.
    """

    riding_db: NDArray[np.float64]
    limiting_db: NDArray[np.float64]
    start_s: float = 0.0


@dataclass(frozen=True)
class Page:
    """One programme's page. `passed` is None without a target, and where something could not be judged."""

    path: Path
    title: str
    outcome: str
    """``passes``, ``fails``, ``indicative``, ``cannot be judged whole``; ``measured``, ``refused`` or
    ``cannot be read``.
    """
    sign: str
    sentence: str
    """The verdict in a mixer's words."""
    measures: tuple[tuple[str, str], ...] = ()
    rules: tuple[RuleLine, ...] = ()
    target: DeliveryTarget | None = None
    about: tuple[tuple[str, str], ...] = ()
    """What the file is."""
    notes: tuple[str, ...] = ()
    peaks: tuple[tuple[str, str, str], ...] = ()
    """Start, end and level of each passage over the ceiling."""
    peaks_left_out: int = 0
    course: Course | None = None
    measurement: FileMeasurement | None = None
    loudness_band: Band | None = None
    ceiling_dbtp: float | None = None
    distance: float = 0.0
    """How far the worst rule lies from its limit; what the overview is sorted by."""
    changes: tuple[tuple[str, str, str], ...] = ()
    """Of a delivered file: each measure before and after."""
    work: tuple[tuple[str, str], ...] = ()
    """Of a delivered file: what was done to it."""
    gain: GainCourse | None = None
    parts: tuple[PartLine, ...] = ()
    """The files, where the programme is more than one: stems, or the tracks of an album."""
    info: FileInfo | None = None
    """What the file says of itself."""
    preview: PreviewResult | None = None
    """What services will do to it."""


def page_of(
    found: CheckResult | FileMeasurement,
    course: Course | None,
    target: DeliveryTarget | None = None,
    *,
    frames_per_second: float | None = None,
) -> Page:
    """The page of one programme.

    Parameters
    ----------
    found
        The verdict, or without a target the measurement.
    course
        What its pictures are drawn from; None where there shall be none.
    target
        The target of the verdict.
    frames_per_second
        Of the time code; None for clock times.
    """

    def time(seconds: float) -> str:
        return timecode_of_seconds(seconds, frames_per_second)

    measurement = found.measurement if isinstance(found, CheckResult) else found
    ceiling = None if target is None else _highest(target, "true_peak_dbtp")
    events = () if course is None or ceiling is None else course.peaks_over(ceiling)
    listed = tuple((time(each.start_s), time(each.end_s), f"{each.true_peak_dbtp:.2f} dBTP") for each in events)
    page = Page(
        path=measurement.path,
        title=measurement.path.name,
        outcome="measured",
        sign="",
        sentence=_in_one_sentence(measurement),
        measures=tuple(measures_of(measurement)),
        target=target,
        about=tuple(_about(measurement, time)),
        notes=measurement.notes,
        peaks=listed[:MOST_EVENTS],
        peaks_left_out=max(0, len(listed) - MOST_EVENTS),
        course=course,
        measurement=measurement,
        loudness_band=None if target is None else _band(target, "integrated_lufs"),
        ceiling_dbtp=ceiling,
    )
    return page if isinstance(found, FileMeasurement) else _judged(page, found)


def failed_page(path: Path, error: str) -> Page:
    """The page of a file that could not be read."""
    return Page(path, path.name, "cannot be read", "!", error, distance=math.inf)


def worst_first(pages: Sequence[Page]) -> list[Page]:
    """Unreadable files, then failures by their distance from the limit, then the doubtful, then the rest by name."""
    ranks = {"cannot be read": 0, "refused": 1, "fails": 2, "cannot be judged whole": 3, "indicative": 4}
    return sorted(pages, key=lambda page: (ranks.get(page.outcome, 5), -page.distance, str(page.path)))


def _judged(page: Page, result: CheckResult) -> Page:
    sign, words = OUTCOMES[result.outcome]
    name = result.target if page.target is None else page.target.name
    failures = [rule for rule in result.rules if rule.passed is False and not rule.advice]
    sentence = f"{words[0].upper()}{words[1:]} {name}."
    if failures:
        sentence += " " + " ".join(f"{rule_name(rule)} {_measured(rule)}, limit {_limit(rule)}." for rule in failures)
    fix = result.fix.removeprefix(f"{result.target}: ")
    if fix:
        sentence += f" {fix[0].upper()}{fix[1:]}."
    return replace(
        page,
        outcome=OUTCOME_CLASSES[result.outcome],
        sign=sign,
        sentence=sentence,
        rules=tuple(_line(rule) for rule in result.rules),
        distance=max((_distance(rule, page.target) for rule in failures), default=0.0),
    )


def rule_name(rule: RuleVerdict) -> str:
    """The rule's measure in words.

    >>> rule_name(RuleVerdict("true_peak_dbtp", -0.4, "≤ -1.0", "dBTP", False))
    'True peak'
    """
    if rule.rule.startswith("format."):
        words = rule.rule.removeprefix("format.").replace("_hz", "").replace("_", " ")
        return {"bits": "Word length"}.get(words, words.capitalize())
    names = [MEASURES[name].words if name in MEASURES else name for name in rule.rule.split("|")]
    text = " or ".join(names)
    return text[0].upper() + text[1:]


def _line(rule: RuleVerdict) -> RuleLine:
    sign, word = {True: ("✓", "pass"), False: ("✗", "fail"), None: ("?", "not judged")}[rule.passed]
    if rule.advice and rule.passed is False:
        sign, word = "i", "advice"
    elif rule.evidence == "approximate" and rule.passed:
        sign, word = "≈", "indicative"
    return RuleLine(sign, word, rule_name(rule), _measured(rule), _limit(rule), rule.fix or rule.reason)


def _measured(rule: RuleVerdict) -> str:
    if rule.measured is None:
        return "n/a"
    if isinstance(rule.measured, str):
        return rule.measured
    return f"{in_words(rule.measured, 2)} {rule.unit}".rstrip()


def _limit(rule: RuleVerdict) -> str:
    return f"{rule.limit} {rule.unit}".rstrip()


def _distance(rule: RuleVerdict, target: DeliveryTarget | None) -> float:
    """How far a failed rule lies outside its limits; rules about the file's form count as far as 0."""
    if target is None or not isinstance(rule.measured, float) or not math.isfinite(rule.measured):
        return 0.0
    for one in target.rules:
        if isinstance(one, Rule) and one.measure == rule.rule:
            return max(one.lowest - rule.measured, rule.measured - one.highest, 0.0)
    return 0.0


def _band(target: DeliveryTarget, measure: str) -> Band | None:
    for rule in target.rules:
        if isinstance(rule, Rule) and rule.measure == measure:
            return Band(rule.lowest, rule.highest)
    return None


def _highest(target: DeliveryTarget, measure: str) -> float | None:
    band = _band(target, measure)
    return band.highest if band is not None and math.isfinite(band.highest) else None


def _in_one_sentence(measurement: FileMeasurement) -> str:
    loudness = measurement.loudness
    if loudness.integrated_lufs is None:
        return "Integrated loudness is undefined: the programme is silent, or shorter than 0.4 s."
    peak = in_words(loudness.true_peak_dbtp)
    return f"Integrated loudness {in_words(loudness.integrated_lufs)} LUFS, true peak {peak} dBTP."


def measures_of(measurement: FileMeasurement) -> list[tuple[str, str]]:
    """Every measure that was made, by its name in words."""
    loudness, further = measurement.loudness, measurement.further
    rows: list[tuple[str, float | None, str]] = [
        ("Integrated loudness", loudness.integrated_lufs, "LUFS"),
        ("Loudness range", loudness.loudness_range_lu, "LU"),
        ("Maximum momentary loudness", loudness.momentary_max_lufs, "LUFS"),
        ("Maximum short-term loudness", loudness.short_term_max_lufs, "LUFS"),
        ("True peak", loudness.true_peak_dbtp, "dBTP"),
        ("Sample peak", loudness.sample_peak_dbfs, "dBFS"),
        ("Peak-to-loudness ratio", loudness.plr_lu, "LU"),
    ]
    for words, value, unit in (
        ("RMS level", further.rms_dbfs, "dBFS"),
        ("Noise floor", further.noise_floor_dbfs, "dBFS"),
        ("Leq(m)", None if further.leq_m is None else further.leq_m.level_db, "dB"),
        ("Dialogue loudness", None if further.dialogue is None else further.dialogue.loudness_lkfs, "LKFS"),
        ("Share of speech", None if further.dialogue is None else 100.0 * further.dialogue.share, "%"),
    ):
        if value is not None:
            rows.append((words, value, unit))
    return [(words, "n/a" if value is None else f"{in_words(value)} {unit}") for words, value, unit in rows]


def _about(measurement: FileMeasurement, time: Callable[[float], str]) -> list[tuple[str, str]]:
    word = measurement.bits if not measurement.bits.isdigit() else f"{measurement.bits} bit"
    rows = [
        ("Duration", time(measurement.duration_s)),
        ("Layout", f"{measurement.layout} ({measurement.channels} channels)"),
        ("Sample rate", f"{measurement.sample_rate_hz} Hz"),
        ("Word length", word),
        ("Container", measurement.container),
    ]
    if measurement.start_s:
        rows.insert(0, ("From", time(measurement.start_s)))
    return [(name, value) for name, value in rows if value]
