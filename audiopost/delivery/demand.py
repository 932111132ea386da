"""What each rule of a target demands of a gain, for one measured programme.

A rule about a measure that moves with gain becomes a set of permitted gains. A rule that a gain cannot touch (range,
duration, format) demands nothing here: the verdict reports it. The demands of one target are what `gain_plan` cuts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from audiopost.delivery.gain_range import ANYTHING, NOTHING, GainRange
from audiopost.delivery.measures import JUDGED_DECIMALS
from audiopost.delivery.programme import ProgrammeFacts, read_measure
from audiopost.delivery.target import METER_TOLERANCE, AnyOf, DeliveryTarget, Rule
from audiopost.loudness.result import Loudness

__all__ = ["Demand", "Unread", "demands_of", "full_scale_demand"]


@dataclass(frozen=True)
class Demand:
    """Gains that one rule permits.

    `permitted` passes the rule; `planned` is what a gain may be chosen from (a one-sided tolerance is for measuring,
    not for using up); `exempt` are gains with which the rule does not hold; `aim_db` meets a target exactly.
    """

    rule: Rule
    value: float
    permitted: GainRange
    planned: GainRange
    exempt: GainRange = NOTHING
    aim_db: float | None = None

    @property
    def is_peak(self) -> bool:
        """Whether limiting can help to meet it."""
        return self.rule.kind.a_limiter_lowers

    @property
    def leads(self) -> bool:
        """Whether it sets the level of the programme."""
        return self.rule.kind.leads

    def allows(self, limiting_db: float = 0.0) -> GainRange:
        """Gains that meet the rule, with at most that much limiting for a peak."""
        return self.exempt | (self.planned.raised(limiting_db) if self.is_peak else self.planned)

    @property
    def peak_limit(self) -> float:
        """The ceiling of a peak rule, in dB."""
        return self.rule.highest if self.rule.maximum is None else self.rule.maximum


@dataclass(frozen=True)
class Unread:
    """A rule that a gain would move but that cannot be reckoned with, and why."""

    rule: Rule
    reason: str


def demands_of(
    target: DeliveryTarget, loudness: Loudness, facts: ProgrammeFacts
) -> tuple[tuple[tuple[Demand, ...], ...], tuple[Unread, ...]]:
    """All demands of a target as alternatives (one tuple a rule, met by any of its demands), and what is unread."""
    groups: list[tuple[Demand, ...]] = []
    unread: list[Unread] = []
    for rule in target.rules:
        if isinstance(rule, Rule) and rule.advice:
            continue
        rules = (rule,) if isinstance(rule, Rule) else rule.rules
        outcomes = [_demand(one, rule, loudness, facts) for one in rules]
        demands = tuple(outcome for outcome in outcomes if isinstance(outcome, Demand))
        if demands:
            groups.append(demands)
        else:
            unread += [outcome for outcome in outcomes if isinstance(outcome, Unread)]
    return tuple(groups), tuple(unread)


def full_scale_demand(loudness: Loudness) -> Demand:
    """What whole-number samples demand of any gain: no sample above full scale."""
    peak = max(loudness.sample_peak_dbfs, -1000.0)
    rule = Rule("sample_peak_dbfs", maximum=0.0, note="full scale")
    span = GainRange.between(-math.inf, -peak)
    return Demand(rule, peak, span, span)


def _demand(rule: Rule, outer: Rule | AnyOf, loudness: Loudness, facts: ProgrammeFacts) -> Demand | Unread | None:
    if not rule.kind.moves_with_gain:
        return None
    for when in (outer.when, rule.when):
        # A condition on loudness is met or not by the gain itself: it becomes an exemption below.
        louder_apart = when.holds(facts, math.inf if when.integrated_lufs_above is not None else None)
        if louder_apart is False:
            return None
        if louder_apart is None:
            return Unread(rule, f"the {' and '.join(when.unknown_facts(facts))} is not known")
    reading = read_measure(rule.measure, loudness, facts, rule.extent)
    if reading.value is None:
        return Unread(rule, reading.reason)
    value = reading.value
    if value == -math.inf:  # the peak of silence: below every ceiling, above no floor
        span = ANYTHING if rule.lowest == -math.inf else NOTHING
        return Demand(rule, value, span, span)
    slack = 0.5 * 10.0**-JUDGED_DECIMALS
    low, high = rule.lowest - value, rule.highest - value
    return Demand(
        rule,
        value,
        permitted=GainRange.between(low - slack, high + slack) | _exempt(rule, outer, loudness, METER_TOLERANCE),
        planned=_planned(rule, value),
        exempt=_exempt(rule, outer, loudness),
        aim_db=None if rule.target is None else rule.target - value,
    )


def _planned(rule: Rule, value: float) -> GainRange:
    low = -math.inf if rule.minimum is None else rule.minimum - value
    high = math.inf if rule.maximum is None else rule.maximum - value
    if rule.target is None:
        return GainRange.between(low, high)
    return GainRange.between(max(low, rule.lowest - value), min(high, rule.highest - value))


def _exempt(rule: Rule, outer: Rule | AnyOf, loudness: Loudness, tolerance: float = 0.0) -> GainRange:
    bounds = [when.integrated_lufs_above for when in (outer.when, rule.when) if when.integrated_lufs_above is not None]
    if not bounds or loudness.integrated_lufs is None:
        return NOTHING
    return GainRange.between(-math.inf, max(bounds) + tolerance - loudness.integrated_lufs)
