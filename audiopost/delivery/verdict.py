"""The judgement of a measured programme against a target, rule by rule, with the fix in a mixer's words.

A rule whose measure was not made is neither passed nor failed: it is not judged, and the verdict as a whole then is
not "passed" either. A rule whose condition does not hold is left out. Advice is judged and told, and decides nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

from audiopost.delivery.measures import JUDGED_DECIMALS, decimals_needed, in_words, span_in_words
from audiopost.delivery.programme import Evidence, ProgrammeFacts, evidence_of, read_measure
from audiopost.delivery.target import AnyOf, DeliveryTarget, FormatRules, Rule
from audiopost.loudness.result import Loudness

__all__ = ["Outcome", "ProgrammeFacts", "RuleVerdict", "Verdict", "judge"]

Outcome = Literal["passed", "failed", "indicative", "not judged"]
"""``indicative``: nothing failed, and some of what passed was decided by an approximate detector of speech."""


@dataclass(frozen=True)
class RuleVerdict:
    """One rule, judged. `passed` is None where it could not be, and `reason` says why."""

    rule: str
    """The measure's name; several joined by ``|`` for a rule met by any of them; ``format.…`` for the file's form."""
    measured: float | str | None
    limit: str
    unit: str
    passed: bool | None
    fix: str = ""
    """What to do, empty where the rule passes; the gains in it are not reconciled with the other rules."""
    reason: str = ""
    evidence: Evidence = "measured"
    advice: bool = False
    """A recommendation: whether it is followed decides nothing."""

    def in_words(self) -> str:
        """One line: the outcome, the value, the limit and the fix."""
        fails = "does not follow advice" if self.advice else "fails"
        outcome = {True: "passes", False: fails, None: "not judged"}[self.passed]
        if self.passed is None or self.measured is None:
            return f"{outcome}: {self.rule}: {self.reason}"
        value = self.measured if isinstance(self.measured, str) else in_words(self.measured, JUDGED_DECIMALS)
        unit = f" {self.unit}" if self.unit else ""
        line = f"{outcome}: {self.rule} {value}{unit}, limit {self.limit}"
        return f"{line}; {self.fix}" if self.fix else line

    def to_json(self) -> dict[str, Any]:
        """Plain data; an infinite level (the peak of silence) is null."""
        finite = isinstance(self.measured, str) or (self.measured is not None and math.isfinite(self.measured))
        return {
            "rule": self.rule,
            "measured": self.measured if finite else None,
            "limit": self.limit,
            "unit": self.unit,
            "passed": self.passed,
            "fix": self.fix,
            "reason": self.reason,
            "evidence": self.evidence,
            "advice": self.advice,
        }


@dataclass(frozen=True)
class Verdict:
    """All rules of a target, judged."""

    target: str
    rules: tuple[RuleVerdict, ...]

    @property
    def passed(self) -> bool | None:
        """False if any rule failed; True if every one passed for certain; None in between (see `outcome`)."""
        return {"passed": True, "failed": False}.get(self.outcome)

    @property
    def outcome(self) -> Outcome:
        """All rules together; advice aside."""
        binding = [rule for rule in self.rules if not rule.advice]
        if any(rule.passed is False for rule in binding):
            return "failed"
        if any(rule.passed is None for rule in binding):
            return "not judged"
        return "indicative" if any(rule.evidence == "approximate" for rule in binding) else "passed"

    @property
    def failures(self) -> tuple[RuleVerdict, ...]:
        """The rules that failed."""
        return tuple(rule for rule in self.rules if rule.passed is False and not rule.advice)

    @property
    def advice(self) -> tuple[RuleVerdict, ...]:
        """The advice that is not followed."""
        return tuple(rule for rule in self.rules if rule.passed is False and rule.advice)

    @property
    def not_judged(self) -> tuple[RuleVerdict, ...]:
        """The rules that could not be judged."""
        return tuple(rule for rule in self.rules if rule.passed is None and not rule.advice)

    def in_words(self) -> str:
        """What failed, what could not be judged and what advice is not followed; empty where everything passed."""
        return "; ".join(rule.in_words() for rule in (*self.failures, *self.not_judged, *self.advice))


def judge(target: DeliveryTarget, loudness: Loudness, facts: ProgrammeFacts | None = None) -> Verdict:
    """Judge a measured programme.

    Parameters
    ----------
    loudness
        What the meter says of the programme.
    facts
        The file's form and the measures that the meter does not make; rules about what is unknown are not judged.

    Notes
    -----
    Accuracy: levels are compared at 0.01 dB, so that a file written exactly to a limit passes it.
    """
    known = facts or ProgrammeFacts()
    rules = [verdict for rule in target.rules if (verdict := _judge_any(rule, loudness, known)) is not None]
    return Verdict(target.id, (*rules, *_judge_format(target.format, known)))


def _judge_any(rule: Rule | AnyOf, loudness: Loudness, facts: ProgrammeFacts) -> RuleVerdict | None:
    applies = rule.when.holds(facts, loudness.integrated_lufs)
    if applies is False:
        return None
    judged = _judge_rule(rule, loudness, facts) if isinstance(rule, Rule) else _judge_either(rule, loudness, facts)
    if applies is None:
        missing = " and ".join(rule.when.unknown_facts(facts)) or "integrated loudness"
        reason = f"holds only {rule.when.in_words()}, and the {missing} is not known"
        return replace(judged, passed=None, fix="", reason=reason)
    # Whether the rule holds at all is then as uncertain as the share of speech.
    return replace(judged, evidence=facts.speech_evidence) if rule.when.asks_about_speech else judged


def _judge_rule(rule: Rule, loudness: Loudness, facts: ProgrammeFacts) -> RuleVerdict:
    reading = read_measure(rule.measure, loudness, facts, rule.extent)
    open_ = RuleVerdict(
        rule.measure, reading.value, rule.limit_in_words, rule.kind.unit, None,
        reason=reading.reason, evidence=evidence_of(rule.measure, facts), advice=rule.advice,
    )  # fmt: skip
    if reading.value is None:
        return open_
    value = round(reading.value, JUDGED_DECIMALS)
    if round(rule.lowest, JUDGED_DECIMALS) <= value <= round(rule.highest, JUDGED_DECIMALS):
        return replace(open_, passed=True)
    return replace(open_, passed=False, fix=_fix(rule, reading.value))


def _judge_either(rule: AnyOf, loudness: Loudness, facts: ProgrammeFacts) -> RuleVerdict:
    """One met is enough; where none is, an alternative that could not be judged leaves the whole open."""
    verdicts = [judged for one in rule.rules if (judged := _judge_any(one, loudness, facts)) is not None]
    name = "|".join(dict.fromkeys(one.measure for one in rule.rules))
    limit = " or ".join(f"{one.limit_in_words} {one.kind.unit}" for one in rule.rules)
    measured = (
        " or ".join(f"{in_words(v.measured)} {v.unit}" for v in verdicts if isinstance(v.measured, float)) or None
    )
    passing = [verdict for verdict in verdicts if verdict.passed]
    if passing:  # one that passes for certain is enough
        certain = any(verdict.evidence == "measured" for verdict in passing)
        return RuleVerdict(name, measured, limit, "", True, evidence="measured" if certain else "approximate")
    reasons = "; ".join(verdict.reason for verdict in verdicts if verdict.passed is None)
    fixes = " or ".join(verdict.fix for verdict in verdicts if verdict.passed is False)
    return RuleVerdict(name, measured, limit, "", None if reasons else False, fix=fixes, reason=reasons)


def _fix(rule: Rule, value: float) -> str:
    """The change that mends one rule by itself: to the centre of a target, to the nearest limit else."""
    too_high = value > rule.highest
    edge = rule.target if rule.target is not None else _planned_edge(rule, too_high=too_high)
    if not math.isfinite(value):
        return "the programme is silent"
    decimals = decimals_needed(value, edge)
    # Towards a centre the nearest step will do, at a limit only the next larger one is enough.
    change = (
        f"{abs(edge - value):.{decimals}f}" if rule.target is not None else _rounded_up(abs(edge - value), decimals)
    )
    if rule.measure == "duration_s":
        return f"{'shorten' if too_high else 'lengthen'} by {change} s"
    if rule.kind.unit == "s":
        return f"{'cut' if too_high else 'add'} {change} s of it"
    if not rule.kind.moves_with_gain:
        return f"{'narrow' if too_high else 'widen'} it by {change} {rule.kind.unit}: a gain does not change it"
    gain = f"{'lower' if too_high else 'raise'} by {change} dB"
    if too_high and rule.kind.mend_at_the_source:
        return f"{gain} or {rule.kind.mend_at_the_source.format(excess=change)}"
    return gain


def _planned_edge(rule: Rule, *, too_high: bool) -> float:
    bound = rule.maximum if too_high else rule.minimum
    assert bound is not None, "a rule fails only on a side where it has a bound"
    return bound


def _rounded_up(amount: float, decimals: int) -> str:
    scale = 10**decimals
    return f"{math.ceil(round(amount * scale, 6)) / scale:.{decimals}f}"


def _judge_format(rules: FormatRules, facts: ProgrammeFacts) -> list[RuleVerdict]:
    rate = None if facts.sample_rate_hz is None else str(facts.sample_rate_hz)
    rates = tuple(str(allowed) for allowed in rules.sample_rates_hz)
    asked = (
        ("sample_rate_hz", rate, rates, "Hz", "convert the sample rate to {}"),
        ("bits", facts.bits, rules.bits, "", "deliver at {} bit"),
        ("layout", facts.layout, rules.layouts, "", "deliver as {}"),
        ("container", facts.container, rules.containers, "", "deliver as {}"),
        ("files", facts.files, (rules.files,) if rules.files else (), "", "deliver {} files"),
    )
    judged = [
        _judge_form(f"format.{name}", found, allowed, unit, mend)
        for name, found, allowed, unit, mend in asked
        if allowed
    ]
    return judged + _judge_bit_rate(rules, facts)


def _judge_bit_rate(rules: FormatRules, facts: ProgrammeFacts) -> list[RuleVerdict]:
    """Only what is coded with loss has a bit rate to judge."""
    if facts.bits != "lossy":
        return []
    for layout, least, most in rules.bit_rates_kbps:
        if layout == facts.layout:
            rate, limit = facts.bit_rate_kbps, span_in_words(least, most)
            open_ = RuleVerdict("format.bit_rate_kbps", rate, limit, "kbit/s", None, reason="not known")
            if rate is None:
                return [open_]
            passed = least <= round(rate) <= most
            return [replace(open_, passed=passed, fix="" if passed else f"code it at {limit} kbit/s", reason="")]
    return []


def _judge_form(name: str, found: str | None, allowed: tuple[str, ...], unit: str, mend: str) -> RuleVerdict:
    limit = " or ".join(allowed)
    if found is None:
        return RuleVerdict(name, None, limit, unit, None, reason="not known")
    passed = found in allowed
    fix = "" if passed else mend.format(" or ".join(f"{word} {unit}".strip() for word in allowed))
    return RuleVerdict(name, found, limit, unit, passed, fix=fix)
