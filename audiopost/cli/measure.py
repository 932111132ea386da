"""``measure`` and ``check``: what files hold, and whether that is what is asked."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audiopost.cli.each_file import Outcome, for_each_file
from audiopost.cli.exit_codes import DONE, FAILED, first_of
from audiopost.cli.options import DualMono, Files, Jobs, Json, LayoutName, Target
from audiopost.cli.output import Progress, print_json, print_table, print_text, quantity, tell_notes
from audiopost.errors import UsageError

if TYPE_CHECKING:
    from audiopost.delivery.verdict import RuleVerdict
    from audiopost.jobs.check import CheckResult
    from audiopost.jobs.measure import FileMeasurement

__all__ = ["add_commands"]

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
    "path", "sample_rate_hz", "channels", "layout", "duration_s", "integrated_lufs", "loudness_range_lu",
    "momentary_max_lufs", "short_term_max_lufs", "true_peak_dbtp", "true_peak_per_channel_dbtp", "sample_peak_dbfs",
    "plr_lu", "psr_min_lu", "relative_threshold_lufs", "dialogue", "error",
)  # fmt: skip
"""Every file's entry in the JSON has these, be the file right or wrong."""


@dataclass(frozen=True)
class Finding:
    """What was found on one file; the verdict only where a target was named."""

    measurement: FileMeasurement
    verdict: CheckResult | None = None


def add_commands(app: typer.Typer) -> None:
    """Give the program the commands of this family."""
    app.command()(measure)
    app.command()(check)


def measure(
    files: Files,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    target: Annotated[
        str | None, typer.Option("--target", metavar="ID", help="Judge against this target too: an id, or a TOML file.")
    ] = None,
    layout: LayoutName = None,
    dual_mono: DualMono = False,
    history: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Write the course of the loudness, ten lines a second.")
    ] = None,
    jobs: Jobs = None,
) -> int:
    """Measure loudness, loudness range, true peak and sample peak.

    After ITU-R BS.1770-5, EBU Tech 3341 and EBU Tech 3342.
    """
    from audiopost.jobs.measure import measure as measure_file

    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other", mend="choose one")
    if history is not None and (len(files) > 1 or target is not None):
        raise UsageError("--history holds the course of one file", mend="give one file at a time, without --target")

    def work(path: Path, progress: Progress | None) -> Finding:
        return Finding(measure_file(path, layout=layout, dual_mono=dual_mono, progress=progress, history=history))

    judged = None if target is None else _judging(target, layout, dual_mono)
    outcomes = for_each_file(files, judged or work, jobs=jobs)
    _tell_notes(outcomes)
    if as_json:
        print_json({"schema": 1, "files": [_entry(outcome) for outcome in outcomes]})
    elif as_csv:
        _print_csv([_entry(outcome) for outcome in outcomes])
    else:
        _print_measurements(outcomes)
        _print_verdicts(outcomes)
    return first_of(_code(outcome) for outcome in outcomes)


def check(
    files: Files,
    target: Target,
    as_json: Json = False,
    layout: LayoutName = None,
    dual_mono: DualMono = False,
    jobs: Jobs = None,
) -> int:
    """Judge files against a delivery target.

    Rule by rule, with the fix in dB; the exit code is 1 if any file fails.
    """
    outcomes = for_each_file(files, _judging(target, layout, dual_mono), jobs=jobs)
    _tell_notes(outcomes)
    if as_json:
        print_json({"schema": 1, "files": [_verdict_entry(outcome, target) for outcome in outcomes]})
    else:
        _print_verdicts(outcomes)
    return first_of(_code(outcome) for outcome in outcomes)


def _judging(target: str, layout: str | None, dual_mono: bool) -> Callable[[Path, Progress | None], Finding]:
    """The work of measuring and judging; a wrong target is found before the first file is opened."""
    from audiopost.jobs.check import check as check_file
    from audiopost.library.targets import load_target

    wanted = load_target(target)

    def work(path: Path, progress: Progress | None) -> Finding:
        verdict = check_file(path, wanted, layout=layout, dual_mono=dual_mono, progress=progress)
        return Finding(verdict.measurement, verdict)

    return work


def _code(outcome: Outcome[Finding]) -> int:
    if outcome.result is None or outcome.result.verdict is None:
        return outcome.code
    # A rule that could not be judged has not passed: a script that delivers on exit code 0 must hear of it.
    return DONE if outcome.result.verdict.passed else FAILED


def _tell_notes(outcomes: list[Outcome[Finding]]) -> None:
    for outcome in outcomes:
        if outcome.result is None:
            continue
        notes = outcome.result.measurement.notes
        if outcome.result.measurement.loudness.integrated_lufs is None:
            notes += ("integrated loudness is undefined: silent, or shorter than a gating block of 0.4 s",)
        tell_notes(outcome.path, notes)


def _entry(outcome: Outcome[Finding]) -> dict[str, Any]:
    if outcome.result is None:
        return {**dict.fromkeys(_FIELDS), "path": str(outcome.path), "error": outcome.error}
    verdict = {} if outcome.result.verdict is None else outcome.result.verdict.to_json()
    return {**outcome.result.measurement.to_json(), **verdict}


def _verdict_entry(outcome: Outcome[Finding], target: str) -> dict[str, Any]:
    if outcome.result is None or outcome.result.verdict is None:
        return {"path": str(outcome.path), "target": target, "passed": None, "rules": [], "error": outcome.error}
    return outcome.result.verdict.to_json()


def _print_measurements(outcomes: list[Outcome[Finding]]) -> None:
    measurements = [outcome.result.measurement for outcome in outcomes if outcome.result is not None]
    if not measurements:
        return
    rows = [
        [str(each.path), each.layout, *(quantity(getattr(each.loudness, field)) for field, _ in _COLUMNS)]
        for each in measurements
    ]
    headings = ("file", "layout", *(heading for _, heading in _COLUMNS))
    print_table(headings, rows, numbers=range(2, len(headings)))


def _print_csv(entries: list[dict[str, Any]]) -> None:
    writer = csv.DictWriter(sys.stdout, _FIELDS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for entry in entries:
        peaks = entry["true_peak_per_channel_dbtp"] or ()
        writer.writerow({**entry, "true_peak_per_channel_dbtp": " ".join("" if p is None else str(p) for p in peaks)})


def _print_verdicts(outcomes: list[Outcome[Finding]]) -> None:
    for outcome in outcomes:
        verdict = outcome.result.verdict if outcome.result is not None else None
        if verdict is None:
            continue
        word = {True: "passes", False: "fails", None: "cannot be judged whole:"}[verdict.passed]
        print_text(f"{verdict.path}: {word} {verdict.target}")
        print_table(("", "rule", "measured", "limit", "fix"), [_rule_row(rule) for rule in verdict.rules])
        if verdict.fix:
            print_text(verdict.fix)


def _rule_row(rule: RuleVerdict) -> list[str]:
    word = {True: "pass", False: "FAIL", None: "?"}[rule.passed]
    measured = rule.measured if isinstance(rule.measured, str) else quantity(rule.measured, 2)
    return [word, rule.rule, measured, f"{rule.limit} {rule.unit}".rstrip(), rule.fix or rule.reason]
