"""From a measurement and a target to a gain: linear; or gain and permitted limiting; or a refusal in dB.

The mode is never changed here. A gain is refused with the two ways out: how much limiting would reach the target, and
the highest loudness that a linear gain reaches. What is undefined (silence) is never brought to a level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal, get_args

from audiopost.delivery.demand import Demand, Unread, demands_of, full_scale_demand
from audiopost.delivery.gain_range import ANYTHING, GainRange
from audiopost.delivery.measures import in_words
from audiopost.delivery.programme import ProgrammeFacts
from audiopost.delivery.ride import Ride
from audiopost.delivery.target import DeliveryTarget
from audiopost.errors import TargetUnreachableError, UsageError
from audiopost.loudness.result import Loudness

__all__ = [
    "MOST_LIMITING_DB",
    "GainMode",
    "GainPlan",
    "InTolerance",
    "corrected",
    "plan_gain",
    "plan_given_gain",
    "too_much_limiting",
]

GainMode = Literal["linear", "limit", "level"]
InTolerance = Literal["copy", "process"]

CLOSE_ENOUGH_DB = 1e-6
"""Gains closer than this are the same: rounding of sums of levels, far below any sample's step."""


MOST_LIMITING_DB = 24.0
"""Beyond it the sound is another one."""

LIMITER_COST_DB = 0.3
"""Added to advised limiting: a limiter takes some loudness too, which more gain and more limiting give back, and it
aims 0.1 dB under the ceiling."""


@dataclass(frozen=True)
class GainPlan:
    """What to do to a programme."""

    target: str
    mode: GainMode
    gain_db: float
    peak_excess_db: float = -math.inf
    """How far the peaks lie above the ceiling after the gain; negative where they stay below it."""
    ceiling_dbtp: float | None = None
    """True-peak ceiling that binds at this gain; None where the target has none."""
    max_limiting_db: float = 0.0
    measure: str = "integrated_lufs"
    """The measure that the gain was chosen for."""
    aim: float | None = None
    """The value that `measure` has after the gain."""
    ride: Ride | None = None
    """Slow gain riding before that gain, in level mode."""
    copy: bool = False
    """True where the programme is within every tolerance already and stays as it is."""
    notes: tuple[str, ...] = ()

    @property
    def limiting_db(self) -> float:
        """What the limiter has to take off the highest peak, 0 or more."""
        return max(0.0, self.peak_excess_db)


def plan_gain(
    target: DeliveryTarget,
    loudness: Loudness,
    mode: GainMode = "linear",
    max_limiting_db: float = 0.0,
    *,
    facts: ProgrammeFacts | None = None,
    in_tolerance: InTolerance = "copy",
    clips: bool = True,
) -> GainPlan:
    """Choose the gain that brings a programme to a target.

    A target with a centre is aimed at its centre, else the nearest permitted level is taken; where another rule stands
    in the way, the closest gain that meets all rules is taken and noted.

    Parameters
    ----------
    mode
        ``linear`` (gain alone), ``limit`` (gain, and peaks lowered by at most `max_limiting_db`), or ``level`` (the
        same for a programme that was measured behind its riding).
    max_limiting_db
        Most limiting allowed in dB, 0 to 24; has no meaning in linear mode.
    in_tolerance
        ``copy`` leaves a programme alone that passes already; ``process`` aims at the exact target even so.
    clips
        Whether the output has a full scale (whole numbers) that no sample may exceed.

    Raises
    ------
    TargetUnreachableError
        If no permitted gain meets the target, or the loudness that it asks about is undefined or unknown.
    UsageError
        If the mode is unknown or the limiting out of range.
    """
    if mode not in get_args(GainMode):
        raise UsageError(f"unknown mode {mode!r}", mend="known: " + ", ".join(get_args(GainMode)))
    if not 0.0 <= max_limiting_db <= MOST_LIMITING_DB:
        raise UsageError(
            f"limiting of {max_limiting_db:g} dB is out of range", mend=f"allowed: 0 to {MOST_LIMITING_DB:g} dB"
        )
    groups, unread = demands_of(target, loudness, facts or ProgrammeFacts())
    _refuse_unread(target, groups, unread)
    notes = tuple(f"{missing.rule.kind.words} not reckoned with: {missing.reason}" for missing in unread)
    every = tuple(demand for group in groups for demand in group)
    lead = next((demand for demand in every if demand.leads), None)
    measure, value = (lead.rule.measure, lead.value) if lead else ("integrated_lufs", loudness.integrated_lufs)
    allowance = 0.0 if mode == "linear" else max_limiting_db
    plan = GainPlan(target.id, mode, 0.0, max_limiting_db=allowance, measure=measure, aim=value, notes=notes)
    if in_tolerance == "copy" and all(any(0.0 in demand.permitted for demand in group) for group in groups):
        return replace(plan, copy=True)
    if clips:
        groups = (*groups, (full_scale_demand(loudness),))
    gain_db, note = _choose(target, groups, allowance)
    excess_db, ceiling = _peaks_at(gain_db, groups)
    return replace(
        plan,
        gain_db=gain_db,
        peak_excess_db=excess_db,
        ceiling_dbtp=ceiling,
        aim=None if value is None else value + gain_db,
        notes=(*notes, *note),
    )


def plan_given_gain(
    target: DeliveryTarget,
    loudness: Loudness,
    gain_db: float,
    mode: GainMode = "linear",
    max_limiting_db: float = 0.0,
    *,
    of: str,
    facts: ProgrammeFacts | None = None,
    clips: bool = True,
) -> GainPlan:
    """The plan for what gets another programme's gain: only peaks are judged, its own loudness is not asked about.

    `of` is the name of the programme whose gain it is.

    Raises
    ------
    TargetUnreachableError
        If that gain brings a peak over its ceiling by more than is allowed.
    """
    allowance = 0.0 if mode == "linear" else max_limiting_db
    groups, _ = demands_of(target, loudness, facts or ProgrammeFacts())
    if clips:
        groups = (*groups, (full_scale_demand(loudness),))
    for group in groups:
        demand = group[0]
        if demand.is_peak and not any(gain_db in one.allows(allowance) for one in group):
            excess_db = demand.value + gain_db - demand.peak_limit - allowance
            raise TargetUnreachableError(
                target.id,
                f"the gain of {of}, {in_words(gain_db, 2, signed=True)} dB, brings its {demand.rule.kind.words} to "
                f"{in_words(demand.value + gain_db, 2)} {demand.rule.kind.unit} (limit {demand.rule.limit_in_words})",
                "" if mode != "linear" else f"allow limiting (--mode limit --max-limiting {math.ceil(excess_db)})",
                shortfall_db=excess_db,
            )
    excess_db, ceiling = _peaks_at(gain_db, groups)
    note = f"with the gain of {of}: its own loudness is not asked about"
    return GainPlan(target.id, mode, gain_db, excess_db, ceiling, allowance, copy=gain_db == 0.0, notes=(note,))


def corrected(plan: GainPlan, by_db: float) -> GainPlan:
    """The same plan with the gain moved: after limiting took some loudness, or a gate let in other blocks."""
    return replace(plan, gain_db=plan.gain_db + by_db, peak_excess_db=plan.peak_excess_db + by_db)


def too_much_limiting(plan: GainPlan, needed_db: float) -> TargetUnreachableError:
    """The refusal of more limiting than the plan allows: ready to raise."""
    advised_db = math.ceil(needed_db)
    return TargetUnreachableError(
        plan.target,
        f"needs {in_words(needed_db, 2)} dB of limiting, {in_words(plan.max_limiting_db, 2)} dB are allowed",
        f"allow more (--mode limit --max-limiting {advised_db})" if advised_db <= MOST_LIMITING_DB else "",
        shortfall_db=needed_db - plan.max_limiting_db,
    )


def _refuse_unread(target: DeliveryTarget, groups: tuple[tuple[Demand, ...], ...], unread: tuple[Unread, ...]) -> None:
    """A target whose level cannot be judged gives no gain; a missing measure of another kind is only noted."""
    if any(demand.leads for group in groups for demand in group):
        return
    missing = next((rule for rule in unread if rule.rule.kind.leads), None)
    if missing is not None:
        raise TargetUnreachableError(
            target.id,
            f"{missing.rule.kind.words} cannot be brought to {missing.rule.limit_in_words} {missing.rule.kind.unit}",
            missing.reason,
        )


def _choose(
    target: DeliveryTarget, groups: tuple[tuple[Demand, ...], ...], allowance: float
) -> tuple[float, tuple[str, ...]]:
    """The gain, and a note where it is not the wished one."""
    permitted = _cut(groups, allowance)
    leading = tuple(group for group in groups if any(demand.leads for demand in group))
    wished_db = _wish(leading)
    gain_db = permitted.nearest(wished_db)
    if gain_db is None:
        raise _refusal(target, groups, leading, wished_db, allowance)
    if abs(gain_db - wished_db) <= CLOSE_ENOUGH_DB:
        return gain_db, ()
    if not leading:
        return gain_db, ()
    lead = leading[0][0]
    obstacle = max(groups, key=lambda group: _distance(group, wished_db, allowance))[0]
    return gain_db, (
        f"{lead.rule.kind.words} {in_words(lead.value + gain_db, 2)} {lead.rule.kind.unit} within its tolerance, "
        f"{in_words(abs(gain_db - wished_db), 2)} dB off its aim, because of the {obstacle.rule.kind.words}",
    )


def _wish(leading: tuple[tuple[Demand, ...], ...]) -> float:
    """The gain that meets the leading rule exactly; the least gain where it has no centre."""
    for group in leading:
        for demand in group:
            if demand.aim_db is not None:
                return demand.aim_db
    return _cut(leading, 0.0).nearest(0.0) or 0.0


def _cut(groups: tuple[tuple[Demand, ...], ...], allowance: float) -> GainRange:
    """The gains that meet every group by at least one of its demands."""
    any_of = (reduce(lambda a, b: a | b, (demand.allows(allowance) for demand in group)) for group in groups)
    return reduce(lambda a, b: a & b, any_of, ANYTHING)


def _peaks_at(gain_db: float, groups: tuple[tuple[Demand, ...], ...]) -> tuple[float, float | None]:
    """How far the peaks exceed the ceilings that hold at this gain, and the lowest of those ceilings."""
    binding = [demand for group in groups for demand in group if demand.is_peak and gain_db not in demand.exempt]
    if not binding:
        return -math.inf, None
    excess_db = max(demand.value + gain_db - demand.peak_limit for demand in binding)
    # A sample peak is never above the true peak, so a true-peak ceiling at its limit keeps it as well.
    return excess_db if abs(excess_db) > CLOSE_ENOUGH_DB else 0.0, min(demand.peak_limit for demand in binding)


def _refusal(
    target: DeliveryTarget,
    groups: tuple[tuple[Demand, ...], ...],
    leading: tuple[tuple[Demand, ...], ...],
    wished_db: float,
    allowance: float,
) -> TargetUnreachableError:
    # What is wished is the first leading rule's: a second one may stand in the way like any other.
    others = tuple(group for group in groups if group not in leading[:1])
    reach_db = _cut(others, allowance).nearest(wished_db)
    lead = leading[0][0] if leading else groups[0][0]
    if reach_db is None or lead not in (group[0] for group in leading):
        return TargetUnreachableError(target.id, "its rules contradict each other for this programme")
    shortfall_db = abs(wished_db - reach_db)
    obstacle = max(others, key=lambda group: _distance(group, wished_db, allowance))[0]
    unit = lead.rule.kind.unit
    what = (
        f"{in_words(lead.value + wished_db)} {unit} needs {in_words(wished_db, signed=True)} dB, and the "
        f"{obstacle.rule.kind.words} would be {in_words(obstacle.value + wished_db)} {obstacle.rule.kind.unit} "
        f"(limit {obstacle.rule.limit_in_words}{f' and {in_words(allowance)} dB of limiting' if allowance else ''}): "
        f"{in_words(shortfall_db)} dB too much"
    )
    ways = []
    limiting_db = math.ceil(allowance + shortfall_db + LIMITER_COST_DB)
    if not obstacle.is_peak:
        ways.append(obstacle.rule.kind.mend_at_the_source.format(excess=in_words(shortfall_db)))
    elif limiting_db <= MOST_LIMITING_DB and _limiting_would_do(others, wished_db):
        ways.append(f"allow limiting (--mode limit --max-limiting {limiting_db} or more)")
    linear_db = _cut(others, 0.0).nearest(wished_db)
    if linear_db is not None:
        level = f"{in_words(_floor(lead.value + linear_db))} {unit}"
        ways.append(f"deliver {level}, the highest that linear gain reaches")
    return TargetUnreachableError(target.id, what, " or ".join(filter(None, ways)), shortfall_db=shortfall_db)


def _limiting_would_do(groups: tuple[tuple[Demand, ...], ...], gain_db: float) -> bool:
    """Whether nothing but peaks stands in the way of a gain."""
    without_peaks = tuple(group for group in groups if not group[0].is_peak)
    return gain_db in _cut(without_peaks, 0.0)


def _distance(group: tuple[Demand, ...], gain_db: float, allowance: float) -> float:
    nearest = _cut((group,), allowance).nearest(gain_db)
    return math.inf if nearest is None else abs(nearest - gain_db)


def _floor(level: float) -> float:
    return math.floor(round(level * 10.0, 6)) / 10.0
