"""Level mode: the riding is planned, tried on the programme, and planned again where it missed its goals.

Nothing is written while trying: the programme is read with the curve and measured, true peak and all, so that the gain
behind the riding is planned like any other.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiopost.delivery.gain_plan import GainPlan, plan_gain
from audiopost.delivery.measures import in_words
from audiopost.delivery.programme import ProgrammeFacts
from audiopost.delivery.ride import STEP_S, Ride, RideGoals, RideLimits, goals_of, plan_ride
from audiopost.delivery.target import AnyOf, DeliveryTarget
from audiopost.errors import TargetUnreachableError, UsageError
from audiopost.jobs.further_measures import Further
from audiopost.jobs.job import Stage
from audiopost.jobs.programme import Programme
from audiopost.jobs.programme_level import ProgrammeLevel, measure_programme
from audiopost.media.file_faults import fault

__all__ = ["CURVE_SUFFIX", "Levelling", "plan_level", "write_curve"]

CURVE_SUFFIX = ".gain.csv"
"""Ends the name of the file with the riding, beside the output."""

_TRIES = 5

_MISSED_LU = 0.005
"""What judging at 0.01 LU does not see."""


@dataclass(frozen=True)
class Levelling:
    """What was asked of level mode: the range wished for, else the target's; how far and how fast."""

    range_lu: float | None
    limits: RideLimits


def plan_level(
    programme: Programme,
    before: ProgrammeLevel,
    target: DeliveryTarget,
    levelling: Levelling,
    further: Further,
    form: ProgrammeFacts,
    max_limiting_db: float,
    *,
    clips: bool,
    stage: Stage,
) -> GainPlan:
    """The gentlest riding that meets the goals, and the gain behind it.

    Parameters
    ----------
    programme, before
        One programme, and its measurement with its course.
    further
        What to measure of it besides.

    Raises
    ------
    UsageError
        If neither the target nor the user names a range or a cap.
    TargetUnreachableError
        If the goals are not met within the limits, or no gain meets the target behind the riding.
    """
    course, dialogue = before.further.course, before.further.dialogue
    goals = goals_of(target, levelling.range_lu, of_dialogue=dialogue is not None)
    if goals.nothing:
        mend = "say how narrow it shall be: --max-range LU"
        raise UsageError(f"{target.id} names no loudness range and no short-term cap", "--mode level", mend)
    assert course is not None, "measured for this mode"
    speech = None if dialogue is None or dialogue.speech is None else _of_steps(dialogue.speech, len(course))
    start_s = 0.0 if programme.trim else float(programme.extent.start_s)
    aim_lufs, spare_lu = _aim(target), 0.0
    for number in range(_TRIES):
        ride = plan_ride(
            target.id, course, goals, aim_lufs, levelling.limits, speech=speech, start_s=start_s, spare_lu=spare_lu
        )
        own = stage.part(number / _TRIES, (number + 1) / _TRIES)
        level = measure_programme(programme, own, replace(further, speech=dialogue, dialogue=False), ride)
        plan = plan_gain(
            target, level.loudness, "level", max_limiting_db,
            facts=level.with_facts(form), in_tolerance="process", clips=clips,
        )  # fmt: skip
        missed_lu = _missed_lu(goals, level, aim_lufs)
        if missed_lu <= _MISSED_LU:
            return replace(plan, ride=ride, notes=(*plan.notes, _in_words(ride)))
        spare_lu += missed_lu + _MISSED_LU
    raise TargetUnreachableError(
        target.id, f"riding the gain missed its goal by {in_words(missed_lu, 2)} LU", shortfall_db=missed_lu
    )


def write_curve(path: Path, plan: GainPlan) -> None:
    """The gain over time as comma-separated values: the riding, and with the gain behind it, ten lines a second.

    Raises FileError if the disk fails.
    """
    ride = plan.ride or Ride(np.zeros(1))
    try:
        with path.open("w", encoding="utf-8", newline="") as text:
            lines = csv.writer(text, lineterminator="\n")
            lines.writerow(("time_s", "ride_db", "gain_db"))
            for step, gain_db in enumerate(ride.gains_db):
                time_s = ride.start_s + (step + 0.5) * STEP_S
                lines.writerow((f"{time_s:.2f}", f"{gain_db:.3f}", f"{gain_db + plan.gain_db:.3f}"))
    except OSError as error:
        raise fault(path, error) from error


def _of_steps(speech: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    """Whether most of every 100 ms is speech."""
    hops = -(-len(speech) // steps) if steps else 1
    padded = np.pad(speech, (0, max(0, hops * steps - len(speech))))[: hops * steps]
    return np.asarray(padded.reshape(steps, hops).mean(axis=1) >= 0.5)


def _aim(target: DeliveryTarget) -> float | None:
    """The integrated loudness that a cap of short-term loudness goes with."""
    rules = [one for rule in target.rules for one in (rule.rules if isinstance(rule, AnyOf) else (rule,))]
    aims = [rule.target for rule in rules if rule.measure == "integrated_lufs" and rule.target is not None]
    return aims[0] if aims else None


def _missed_lu(goals: RideGoals, level: ProgrammeLevel, aim_lufs: float | None) -> float:
    """By how much a goal is missed once the programme is brought to its aim; 0 where none is."""
    found = level.loudness
    range_lu = found.loudness_range_lu
    if goals.of_dialogue:
        range_lu = None if level.further.dialogue is None else level.further.dialogue.range_lu
    missed = [0.0]
    if goals.range_lu is not None and range_lu is not None:
        missed.append(range_lu - goals.range_lu)
    if goals.short_term_max_lufs is not None and aim_lufs is not None and found.short_term_max_lufs is not None:
        gain_db = aim_lufs - (found.integrated_lufs or aim_lufs)
        missed.append(found.short_term_max_lufs + gain_db - goals.short_term_max_lufs)
    return max(missed)


def _in_words(ride: Ride) -> str:
    lowest, highest = float(ride.gains_db.min(initial=0.0)), float(ride.gains_db.max(initial=0.0))
    return (
        f"the gain was ridden between {in_words(lowest, signed=True)} and {in_words(highest, signed=True)} dB, "
        f"at most {in_words(ride.slope_db_s)} dB a second"
    )
