"""One file against a delivery target: a verdict for every rule, with the fix in dB."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from audiopost.delivery.gain_plan import plan_gain
from audiopost.delivery.programme import ProgrammeFacts
from audiopost.delivery.target import DeliveryTarget
from audiopost.delivery.verdict import Outcome, RuleVerdict, judge
from audiopost.errors import TargetUnreachableError, UsageError
from audiopost.jobs.extent import WHOLE, Extent
from audiopost.jobs.further_measures import NOTHING_FURTHER, Further
from audiopost.jobs.job import Progress
from audiopost.jobs.measure import FileMeasurement, measure
from audiopost.jobs.programme_level import ProgrammeLevel, pooled
from audiopost.jobs.target_facts import asked_by, facts_of
from audiopost.layouts import Layout
from audiopost.library.targets import load_target
from audiopost.media.adm_choice import as_heard

__all__ = ["CheckResult", "check", "check_as_one"]


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
    outcome: Outcome = "not judged"
    """``indicative``: nothing failed, but an approximate detector decided; `passed` is None then too."""

    def to_json(self) -> dict[str, Any]:
        """The file's object in the document of ``audiopost check --json``."""
        return {
            "path": str(self.path),
            "target": self.target,
            "passed": self.passed,
            "outcome": self.outcome,
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
    extent: Extent = WHOLE,
    further: Further = NOTHING_FURTHER,
    around: str | os.PathLike[str] | None = None,
) -> CheckResult:
    """Judge a file.

    Parameters
    ----------
    path
        Any file that `open_audio` reads, or the `ChannelFiles` of one programme.
    target
        A target, its id, or the path of a target file.
    layout, dual_mono
        As in `audiopost.jobs.measure.measure`.
    progress
        See `audiopost.jobs.job`.
    extent
        The part of the file to judge, as if it were all.
    further
        What to measure besides loudness; what the target asks about (Leq(m) by its usual convention, ``peak``) is
        measured unasked, dialogue is not.
    around
        The programme that an advert interrupts, for targets that compare the two.

    Raises
    ------
    FileError
        If the file cannot be read.
    UnknownNameError, PresetError
        If the target does not exist or its file is wrong.
    UsageError
        If the target asks for Leq(m) and the layout has none.
    """
    wanted = target if isinstance(target, DeliveryTarget) else load_target(target)
    around_lufs = None if around is None else measure(around, layout=None).loudness.integrated_lufs
    asked = asked_by(wanted, further)
    path = as_heard(path, layout, wanted.measured_on)
    measurement = measure(path, layout=layout, dual_mono=dual_mono, progress=progress, extent=extent, further=asked)
    return _judged(wanted, measurement, facts_of(measurement, around_lufs))


def check_as_one(
    results: Sequence[CheckResult], target: DeliveryTarget | str | Path, around_lufs: float | None = None
) -> CheckResult:
    """Judge files that were checked as one programme: its reels or acts, or an album.

    Parameters
    ----------
    results
        Of `check`, one or more, in order.
    target
        The target that they were checked against.
    around_lufs
        Loudness of the programme that an advert interrupts.

    Raises
    ------
    UsageError
        If there is none.
    """
    wanted = target if isinstance(target, DeliveryTarget) else load_target(target)
    parts = [each.measurement for each in results]
    if not parts:
        raise UsageError("an album of no files has no verdict")
    levels = [
        ProgrammeLevel(each.loudness, (each.programme,), each.further, each.duration_s)
        for each in parts
        if each.programme is not None
    ]
    whole = pooled(levels)
    names = ",".join(part.path.stem for part in parts)
    measurement = replace(
        parts[0], path=Path(f"{{{names}}}"), loudness=whole.loudness, further=whole.further,
        duration_s=whole.duration_s, programme=None,
    )  # fmt: skip
    return _judged(wanted, measurement, facts_of(measurement, around_lufs))


def _judged(wanted: DeliveryTarget, measurement: FileMeasurement, facts: ProgrammeFacts) -> CheckResult:
    verdict = judge(wanted, measurement.loudness, facts)
    fix = ""
    if any(not rule.rule.startswith("format.") for rule in verdict.failures):
        try:
            plan = plan_gain(wanted, measurement.loudness, facts=facts, in_tolerance="process")
            fix = f"{plan.gain_db:+.1f} dB of linear gain meets every rule that a gain can meet"
        except TargetUnreachableError as error:
            fix = str(error)
    return CheckResult(measurement.path, wanted.id, verdict.passed, verdict.rules, fix, measurement, verdict.outcome)
