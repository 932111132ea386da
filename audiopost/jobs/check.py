"""One file against a delivery target: a verdict for every rule, with the fix in dB."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiopost.delivery.gain_plan import plan_gain
from audiopost.delivery.target import DeliveryTarget
from audiopost.delivery.verdict import RuleVerdict, judge
from audiopost.errors import TargetUnreachableError
from audiopost.jobs.job import Progress, Stage
from audiopost.jobs.measure import FileMeasurement
from audiopost.jobs.programme import Programme
from audiopost.jobs.programme_level import facts_of, measure_files, measure_programme
from audiopost.layouts import Layout
from audiopost.library.targets import load_target

__all__ = ["CheckResult", "check"]


@dataclass(frozen=True)
class CheckResult:
    """The verdict on one file.

    `passed` is None where no rule failed but some could not be judged; those rules say why. `fix` brings the rules
    together: the one gain that meets all of them, or why there is none.
    """

    path: Path
    target: str
    passed: bool | None
    rules: tuple[RuleVerdict, ...]
    fix: str
    measurement: FileMeasurement

    def to_json(self) -> dict[str, Any]:
        """The file's object in the document of ``audiopost check --json``."""
        return {
            "path": str(self.path),
            "target": self.target,
            "passed": self.passed,
            "rules": [rule.to_json() for rule in self.rules],
            "fix": self.fix,
            "error": None,
        }


def check(
    path: str | os.PathLike[str],
    target: DeliveryTarget | str | Path,
    *,
    layout: str | Layout | None = None,
    dual_mono: bool = False,
    progress: Progress | None = None,
) -> CheckResult:
    """Judge a file.

    Parameters
    ----------
    path
        Any file that `open_audio` reads.
    target
        A target, its id, or the path of a target file.
    layout, dual_mono
        As in `audiopost.jobs.measure.measure`.
    progress
        See `audiopost.jobs.job`.

    Raises
    ------
    FileError
        If the file cannot be read.
    UnknownNameError, PresetError
        If the target does not exist or its file is wrong.
    """
    wanted = target if isinstance(target, DeliveryTarget) else load_target(target)
    with Programme([path], layout=layout, dual_mono=dual_mono) as programme:
        stage = Stage(progress, f"measuring {programme.first.path.name}")
        level = measure_programme(programme, wanted, stage)
        (measurement,) = measure_files(programme, level, stage)
    facts = level.with_facts(facts_of(measurement))
    verdict = judge(wanted, level.loudness, facts)
    fix = ""
    if any(rule.passed is False and not rule.rule.startswith("format.") for rule in verdict.rules):
        try:
            plan = plan_gain(wanted, level.loudness, facts=facts, in_tolerance="process")
            fix = f"{plan.gain_db:+.1f} dB of linear gain meets every rule that a gain can meet"
        except TargetUnreachableError as error:
            fix = str(error)
    return CheckResult(Path(path), wanted.id, verdict.passed, verdict.rules, fix, measurement)
