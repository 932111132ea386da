"""A delivery target: its rules, its format and where they come from, as frozen data.

::

    DeliveryTarget ── rules ──▶ Rule      one measure: target ± tolerance, minimum, maximum
                            └─▶ AnyOf     met when one of its rules is met
                   ── format ─▶ FormatRules
                   ── source ─▶ Source    document, version, year, confidence

A rule may hold only under a `Condition` (share of speech, duration, layout, loudness). A target with the status
``playback`` is what a service does to what it plays, not what it accepts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from audiopost.delivery.measures import MEASURES, Measure, in_words, span_in_words
from audiopost.delivery.programme import Extent, ProgrammeFacts

__all__ = ["METER_TOLERANCE", "AnyOf", "Condition", "DeliveryTarget", "FormatRules", "Rule", "Source", "Status"]

METER_TOLERANCE = 0.1
"""Width given to a target that states no tolerance: what a meter may be off (EBU Tech 3341 v4, table 1: ±0.1 LU)."""

Status = Literal["current", "superseded", "playback"]


@dataclass(frozen=True)
class Condition:
    """When a rule holds; every bound that is given must be met. An empty condition always holds."""

    speech_share_at_least: float | None = None
    speech_share_below: float | None = None
    duration_s_at_least: float | None = None
    duration_s_below: float | None = None
    layouts: tuple[str, ...] = ()
    objects: bool | None = None
    """Whether it is a master of beds, objects and scenes that was rendered to be measured."""
    integrated_lufs_above: float | None = None
    """Holds for programmes louder than this by more than a meter may be off. A gain changes whether it holds:
    `gain_plan` reckons with that."""

    def holds(self, facts: ProgrammeFacts, integrated_lufs: float | None) -> bool | None:
        """Whether the rule applies; None where a fact that decides it is not known."""
        answers = [
            _compare(facts.speech_share, self.speech_share_at_least, lambda fact, bound: fact >= bound),
            _compare(facts.speech_share, self.speech_share_below, lambda fact, bound: fact < bound),
            _compare(facts.duration_s, self.duration_s_at_least, lambda fact, bound: fact >= bound),
            _compare(facts.duration_s, self.duration_s_below, lambda fact, bound: fact < bound),
            _compare(integrated_lufs, self.integrated_lufs_above, lambda fact, bound: fact > bound + METER_TOLERANCE),
            True if not self.layouts else None if facts.layout is None else facts.layout in self.layouts,
            self.objects is None or facts.objects == self.objects,
        ]
        if False in answers:
            return False
        return None if None in answers else True

    @property
    def asks_about_speech(self) -> bool:
        """Whether it depends on the share of speech."""
        return self.speech_share_at_least is not None or self.speech_share_below is not None

    def unknown_facts(self, facts: ProgrammeFacts) -> tuple[str, ...]:
        """What would have to be known to decide."""
        duration = self.duration_s_at_least is not None or self.duration_s_below is not None
        return (
            *(("share of speech",) if self.asks_about_speech and facts.speech_share is None else ()),
            *(("duration",) if duration and facts.duration_s is None else ()),
            *(("layout",) if self.layouts and facts.layout is None else ()),
        )

    def in_words(self) -> str:
        """The condition as it reads after a rule; empty where it always holds."""
        parts = [
            ("speech fills at least {:.0f} %", self.speech_share_at_least, 100.0),
            ("speech fills less than {:.0f} %", self.speech_share_below, 100.0),
            ("it lasts {:g} s or more", self.duration_s_at_least, 1.0),
            ("it is shorter than {:g} s", self.duration_s_below, 1.0),
            ("it is louder than {:.1f} LUFS", self.integrated_lufs_above, 1.0),
        ]
        words = [text.format(value * scale) for text, value, scale in parts if value is not None]
        if self.layouts:
            words.append("the layout is " + " or ".join(self.layouts))
        if self.objects is not None:
            words.append("it is a master of objects" if self.objects else "it is no master of objects")
        return "where " + " and ".join(words) if words else ""


ALWAYS = Condition()


@dataclass(frozen=True)
class Rule:
    """What one measure must be: `target` ± `tolerance`, and/or at least `minimum`, at most `maximum`.

    With `minimum` or `maximum` alone, `tolerance` is what a measurement may be over; a gain is never planned into it.

    >>> rule = Rule("integrated_lufs", target=-23.0, tolerance=0.2)
    >>> (rule.lowest, rule.highest), rule.limit_in_words
    ((-23.2, -22.8), '-23.0 ±0.2')
    >>> Rule("true_peak_dbtp", maximum=-1.0).limit_in_words
    '≤ -1.0'
    """

    measure: str
    target: float | None = None
    tolerance: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    when: Condition = ALWAYS
    note: str = ""
    extent: Extent = "whole"
    advice: bool = False
    """A recommendation: it is judged and told, and what does not follow it is accepted all the same."""

    @property
    def kind(self) -> Measure:
        """The measure that the rule is about."""
        return MEASURES[self.measure]

    @property
    def lowest(self) -> float:
        """The least value that passes; minus infinity where there is none."""
        return max(self._around_target(-1), self._bound(self.minimum, -1))

    @property
    def highest(self) -> float:
        """The greatest value that passes; infinity where there is none."""
        return min(self._around_target(+1), self._bound(self.maximum, +1))

    @property
    def limit_in_words(self) -> str:
        """What is asked, without the unit."""
        digits = 0 if self.measure == "duration_s" else 2 if self.kind.unit == "s" else 1
        words = []
        if self.target is not None:
            tolerance = METER_TOLERANCE if self.tolerance is None else self.tolerance
            words.append(f"{in_words(self.target, digits)} ±{tolerance:g}")
        elif self.minimum is not None and self.maximum is not None:
            return f"{in_words(self.minimum, digits)} to {in_words(self.maximum, digits)}"
        spare = f" (+{self.tolerance:g})" if self.tolerance and self.target is None else ""
        if self.minimum is not None:
            words.append(f"≥ {in_words(self.minimum, digits)}{spare}")
        if self.maximum is not None:
            words.append(f"≤ {in_words(self.maximum, digits)}{spare}")
        return ", ".join(words)

    def in_words(self) -> str:
        """The whole rule as one line."""
        advised = "advised: " if self.advice else ""
        line = f"{advised}{self.kind.words} {self.limit_in_words} {self.kind.unit}"
        extent = "from the first to the last audible sound" if self.extent == "audible" else ""
        note = f"({self.note})" if self.note else ""
        return " ".join(part for part in (line, extent, self.when.in_words(), note) if part)

    def in_brief(self) -> str:
        """The rule with its symbol and without its note, for a line among many.

        >>> Rule("integrated_lufs", target=-23.0, tolerance=0.2, note="by any meter").in_brief()
        'I -23.0 ±0.2 LUFS'
        """
        advised = "advised " if self.advice else ""
        return f"{advised}{self.kind.brief} {self.limit_in_words} {self.kind.unit} {self.when.in_words()}".rstrip()

    def _around_target(self, side: int) -> float:
        if self.target is None:
            return side * math.inf
        return self.target + side * (METER_TOLERANCE if self.tolerance is None else self.tolerance)

    def _bound(self, bound: float | None, side: int) -> float:
        if bound is None:
            return side * math.inf
        return bound + side * (self.tolerance or 0.0) if self.target is None else bound


@dataclass(frozen=True)
class AnyOf:
    """Met when one of its rules is met."""

    rules: tuple[Rule, ...]
    when: Condition = ALWAYS
    note: str = ""

    def in_words(self) -> str:
        """The whole rule as one line."""
        line = "either " + " or ".join(rule.in_words() for rule in self.rules)
        return " ".join(part for part in (line, self.when.in_words(), f"({self.note})" if self.note else "") if part)

    def in_brief(self) -> str:
        """The rule with symbols and without notes, for a line among many."""
        return f"{' or '.join(rule.in_brief() for rule in self.rules)} {self.when.in_words()}".rstrip()


@dataclass(frozen=True)
class FormatRules:
    """What the file may be; an empty tuple asks nothing."""

    sample_rates_hz: tuple[int, ...] = ()
    bits: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    note: str = ""
    files: str = ""
    """``discrete-mono``: every channel in a file of its own; ``interleaved``: all in one."""
    bit_rates_kbps: tuple[tuple[str, float, float], ...] = ()
    """Of lossy files: layout, least, most."""

    def in_words(self) -> str:
        """The format as one line; empty where nothing is asked."""
        parts = [
            " or ".join(f"{rate} Hz" for rate in self.sample_rates_hz),
            " or ".join(f"{bits} bit" if bits.isdigit() else bits for bits in self.bits),
            " or ".join(self.layouts),
            " or ".join(self.containers),
            {"discrete-mono": "a mono file for each channel", "interleaved": "all channels in one file", "": ""}[
                self.files
            ],
            *(f"{layout} at {span_in_words(least, most)} kbit/s" for layout, least, most in self.bit_rates_kbps),
            self.note,
        ]
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True)
class Source:
    """Where a target's numbers come from, and how sure that is.

    `confidence` is ``primary`` (the document itself was read), ``secondary`` (restated by others) or ``own``.
    """

    document: str
    version: str = ""
    year: int | None = None
    confidence: str = "own"

    def __str__(self) -> str:
        parts = (self.document, self.version, str(self.year or ""))
        return f"{', '.join(part for part in parts if part)} ({self.confidence})"


@dataclass(frozen=True)
class DeliveryTarget:
    """What a client, a broadcaster or a service asks for."""

    id: str
    name: str
    source: Source
    rules: tuple[Rule | AnyOf, ...]
    format: FormatRules = field(default_factory=FormatRules)
    organisation: str = ""
    medium: str = ""
    region: str = ""
    status: Status = "current"
    notes: tuple[str, ...] = ()
    measured_on: str = ""
    """The layout that programmes of objects are rendered to before they are judged; empty where it is not said."""

    def peaks_only(self) -> DeliveryTarget:
        """The target without its rules about loudness: for what gets the gain of another programme."""
        kept = tuple(rule for rule in self.rules if isinstance(rule, Rule) and rule.kind.a_limiter_lowers)
        return replace(self, rules=kept)

    def in_brief(self) -> str:
        """All rules in one line; the format only where it is all that is asked."""
        rules = "; ".join(rule.in_brief() for rule in self.rules)
        return rules or f"format: {self.format.in_words()}"

    def explain(self) -> str:
        """The target in words: one line each for what it is, where it is from, every rule, the format, the notes."""
        about = ", ".join(part for part in (self.organisation, self.medium, self.region) if part)
        lines = [f"{self.name} ({self.id})", *([about] if about else []), f"Source: {self.source}"]
        lines.append(
            {
                "current": "Status: current",
                "superseded": "Status: superseded; kept for old contracts",
                "playback": "Status: playback norm: what the service does when it plays, not what it accepts",
            }[self.status]
        )
        lines += [f"- {rule.in_words()}" for rule in self.rules]
        if self.format.in_words():
            lines.append(f"- format: {self.format.in_words()}")
        if self.measured_on:
            lines.append(f"- beds and objects (ADM) are judged on their {self.measured_on} re-render")
        lines += [f"Note: {note}" for note in self.notes]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``audiopost targets --json``."""
        return {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "source": {
                "document": self.source.document,
                "version": self.source.version,
                "year": self.source.year,
                "confidence": self.source.confidence,
            },
            "rules": [rule.in_words() for rule in self.rules],
            "format": self.format.in_words(),
            "organisation": self.organisation,
            "medium": self.medium,
            "region": self.region,
            "notes": list(self.notes),
            "measured_on": self.measured_on or None,
        }


def _compare(fact: float | None, bound: float | None, meets: Any) -> bool | None:  # a lambda of two floats
    if bound is None:
        return True
    return None if fact is None else bool(meets(fact, bound))
