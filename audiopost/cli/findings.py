"""What `measure` and `check` have found, for people and for programs."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audiopost.cli.each_file import Outcome
from audiopost.cli.output import print_table, print_text, quantity

if TYPE_CHECKING:
    from audiopost.delivery.verdict import RuleVerdict
    from audiopost.jobs.album import AlbumMeasurement
    from audiopost.jobs.check import CheckResult
    from audiopost.jobs.measure import FileMeasurement
    from audiopost.loudness.labelled import LabelLoudness
    from audiopost.loudness.result import Loudness

__all__ = [
    "VERDICT_WORDS",
    "Finding",
    "entry_of",
    "print_csv",
    "print_labels",
    "print_measurements",
    "print_verdicts",
    "verdict_entry_of",
]

VERDICT_WORDS = {
    "passed": "passes", "failed": "fails", "indicative": "passes by an approximate measure (indicative only):",
    "not judged": "cannot be judged whole:",
}  # fmt: skip
"""What a verdict is called before the name of its target."""

_COLUMNS = (
    ("integrated_lufs", "I LUFS"),
    ("loudness_range_lu", "LRA LU"),
    ("momentary_max_lufs", "M max"),
    ("short_term_max_lufs", "S max"),
    ("true_peak_dbtp", "TP dBTP"),
    ("sample_peak_dbfs", "SP dBFS"),
)
"""Field of a measurement, heading of its column."""

_FIELDS = (
    "path", "sample_rate_hz", "channels", "layout", "renderer", "duration_s", "integrated_lufs", "loudness_range_lu",
    "momentary_max_lufs", "short_term_max_lufs", "true_peak_dbtp", "true_peak_per_channel_dbtp", "sample_peak_dbfs",
    "plr_lu", "psr_min_lu", "relative_threshold_lufs", "rms_dbfs", "noise_floor_dbfs", "leq_m_db", "leq_m_convention",
    "replaygain", "dialogue", "labels", "start_s", "parts", "non_finite", "notes", "error",
)  # fmt: skip
"""Every file's entry in the JSON has these, be the file right or wrong."""

_IN_FIELDS = {
    "replaygain": ("track_gain_db", "track_peak_linear", "album_gain_db", "album_peak_linear"),
    "dialogue": ("share", "loudness_lkfs", "detector", "method"),
    "non_finite": ("samples", "first_s"),
}
"""Fields that hold fields; in a CSV file each is a column of its own, ``dialogue_share``."""


@dataclass(frozen=True)
class Finding:
    """What was found on one file; the verdict only where a target was named."""

    measurement: FileMeasurement
    verdict: CheckResult | None = None


def entry_of(outcome: Outcome[Finding], album: Loudness | None) -> dict[str, Any]:
    """The object of one file in the JSON of `measure`."""
    if outcome.result is None:
        return {**dict.fromkeys(_FIELDS), "path": str(outcome.path), "error": outcome.error}
    verdict = {} if outcome.result.verdict is None else outcome.result.verdict.to_json()
    return {**outcome.result.measurement.to_json(album), **verdict}


def verdict_entry_of(outcome: Outcome[Finding], target: str) -> dict[str, Any]:
    """The object of one file in the JSON of `check`."""
    if outcome.result is None or outcome.result.verdict is None:
        return {
            "path": str(outcome.path),
            "target": target,
            "passed": None,
            "outcome": None,
            "rules": [],
            "error": outcome.error,
        }
    return outcome.result.verdict.to_json()


def print_measurements(outcomes: list[Outcome[Finding]], album: AlbumMeasurement | None) -> None:
    """The table of `measure`: a line a file, and one for the album."""
    measurements = [outcome.result.measurement for outcome in outcomes if outcome.result is not None]
    if not measurements:
        return
    further = list(_further_columns(measurements[0]))
    rows = [
        [str(each.path), each.layout, *_levels(each.loudness), *_further_columns(each).values()]
        for each in measurements
    ]
    if album is not None:
        rows.append(["album", "", *_levels(album.loudness), *("" for _ in further)])
    headings = ("file", "layout", *(heading for _, heading in _COLUMNS), *further)
    print_table(headings, rows, numbers=range(2, len(headings)))
    for each in measurements:
        print_labels(each.labels)
    for sentence in dict.fromkeys(sentence for each in measurements for sentence in _how_measured(each)):
        print_text(sentence)


def print_labels(labels: Sequence[LabelLoudness]) -> None:
    """The table of loudness by label, if there are labels."""
    if not labels:
        return
    rows = [
        [
            each.label, quantity(each.duration_s, 1), str(each.times), quantity(each.integrated_lufs),
            quantity(each.loudness_range_lu), quantity(each.momentary_max_lufs), quantity(each.short_term_max_lufs),
            quantity(each.true_peak_dbtp),
        ]
        for each in labels
    ]  # fmt: skip
    headings = ("label", "s", "times", *(heading for _, heading in _COLUMNS[:5]))
    print_table(headings, rows, numbers=range(1, len(headings)))


def _levels(loudness: Loudness) -> list[str]:
    return [quantity(getattr(loudness, field)) for field, _ in _COLUMNS]


def _how_measured(measurement: FileMeasurement) -> Iterator[str]:
    """What a reading says nothing without."""
    further = measurement.further
    if further.leq_m is not None:
        yield f"Leq(m): {further.leq_m.convention_in_words}"
    if further.dialogue is not None:
        yield f"dialogue: {further.dialogue.detector}; {further.dialogue.to_json()['method']}"
    if further.rms_dbfs is not None:
        yield "RMS: all frames and channels, unweighted; floor: the quietest half second of it"


def _further_columns(measurement: FileMeasurement) -> dict[str, str]:
    """Heading and number of what was asked for besides loudness."""
    further = measurement.further
    columns = {}
    if further.rms_dbfs is not None:
        columns["RMS dBFS"] = quantity(further.rms_dbfs)
        columns["floor dBFS"] = quantity(further.noise_floor_dbfs)
    if further.leq_m is not None:
        columns["Leq(m) dB"] = quantity(further.leq_m.level_db)
    if further.dialogue is not None:
        columns["speech %"] = quantity(100.0 * further.dialogue.share)
        columns["dialogue LKFS"] = quantity(further.dialogue.loudness_lkfs)
    return columns


def print_csv(entries: list[dict[str, Any]]) -> None:
    """The entries of all files, a line each."""
    columns = [column for field in _FIELDS for column in _columns_of(field)]
    writer = csv.DictWriter(sys.stdout, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for entry in entries:
        flat = dict(entry)
        for field, inner in _IN_FIELDS.items():
            flat |= {f"{field}_{name}": (entry[field] or {}).get(name) for name in inner}
        peaks = entry["true_peak_per_channel_dbtp"] or ()
        flat["true_peak_per_channel_dbtp"] = " ".join("" if peak is None else str(peak) for peak in peaks)
        flat["parts"] = " ".join(entry["parts"] or ())
        flat["notes"] = "; ".join(entry["notes"] or ())
        writer.writerow(flat)


def _columns_of(field: str) -> list[str]:
    if field == "labels":
        return []  # a table of their own: in JSON, and for people
    return [f"{field}_{name}" for name in _IN_FIELDS[field]] if field in _IN_FIELDS else [field]


def print_verdicts(outcomes: list[Outcome[Finding]]) -> None:
    """A table of rules for every file that was judged."""
    for outcome in outcomes:
        verdict = outcome.result.verdict if outcome.result is not None else None
        if verdict is None:
            continue
        print_text(f"{verdict.path}: {VERDICT_WORDS[verdict.outcome]} {verdict.target}")
        print_table(("", "rule", "measured", "limit", "fix"), [_rule_row(rule) for rule in verdict.rules])
        if verdict.fix:
            print_text(verdict.fix)


def _rule_row(rule: RuleVerdict) -> list[str]:
    fails = "advice" if rule.advice else "FAIL"
    passes = "pass" if rule.evidence == "measured" else "pass?"
    word = {True: passes, False: fails, None: "?"}[rule.passed]
    measured = rule.measured if isinstance(rule.measured, str) else quantity(rule.measured, 2)
    return [word, rule.rule, measured, f"{rule.limit} {rule.unit}".rstrip(), rule.fix or rule.reason]
