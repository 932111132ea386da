"""The form of a target file: which keys there are and what they may hold."""

from __future__ import annotations

import math
from typing import Literal

from audiopost.delivery.measures import MEASURES
from audiopost.delivery.target import AnyOf, Condition, FormatRules, Rule, Source
from audiopost.errors import near_misses
from audiopost.layouts import CARRIERS, HEAD_LOCKED, LAYOUTS
from audiopost.library.schema import Field, Table, model_validator

__all__ = ["TargetTable"]

SAME_UNITS = ({"LUFS", "LKFS"}, {"dB", "LU"})
"""LKFS (ITU) is LUFS (EBU), and 1 LU is 1 dB: a file may use the word of its document."""


class ConditionTable(Table):
    """``when``: every bound given must be met."""

    speech_share_at_least: float | None = Field(None, ge=0, le=1)
    speech_share_below: float | None = Field(None, ge=0, le=1)
    duration_s_at_least: float | None = Field(None, ge=0)
    duration_s_below: float | None = Field(None, ge=0)
    integrated_lufs_above: float | None = None
    layouts: list[str] = Field(default_factory=list)
    objects: bool | None = None

    @model_validator(mode="after")
    def _layouts_are_known(self) -> ConditionTable:
        _require_known_layouts(self.layouts)
        return self

    def condition(self) -> Condition:
        """What the rules work with."""
        return Condition(
            self.speech_share_at_least,
            self.speech_share_below,
            self.duration_s_at_least,
            self.duration_s_below,
            tuple(self.layouts),
            self.objects,
            self.integrated_lufs_above,
        )


class RuleTable(Table):
    """One of ``[[rules]]``: a measure with its bounds, or ``any_of`` several."""

    measure: str | None = None
    target: float | None = None
    tolerance: float | None = Field(None, ge=0)
    min: float | None = None
    max: float | None = None
    unit: str | None = None
    when: ConditionTable | None = None
    any_of: list[RuleTable] = Field(default_factory=list)
    extent: Literal["whole", "audible"] = "whole"
    advice: bool = False
    note: str = ""

    @model_validator(mode="after")
    def _says_one_thing(self) -> RuleTable:
        if self.any_of:
            if self.measure is not None or self.target is not None or self.min is not None or self.max is not None:
                raise ValueError("a rule with any_of has no measure or bounds of its own")
            if any(rule.any_of for rule in self.any_of):
                raise ValueError("any_of cannot hold another any_of")
            if self.advice or any(rule.advice for rule in self.any_of):
                raise ValueError("advice is about one measure: any_of cannot be advice")
            return self
        if self.measure is None:
            raise ValueError("a rule needs a measure (or any_of)")
        if self.measure not in MEASURES:
            close = near_misses(self.measure, MEASURES) or tuple(MEASURES)
            raise ValueError(f"unknown measure {self.measure!r}: " + " or ".join(close) + "?")
        self._bounds_make_sense()
        return self

    def _bounds_make_sense(self) -> None:
        if self.target is None and self.min is None and self.max is None:
            raise ValueError("a rule needs target, min or max")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} lies above max {self.max:g}")
        rule = self.plain_rule()
        if rule.lowest > rule.highest or (self.target is not None and not rule.lowest <= self.target <= rule.highest):
            raise ValueError("target lies outside min and max")
        if self.unit is not None and not _same_unit(self.unit, rule.kind.unit):
            raise ValueError(f"{self.measure} is in {rule.kind.unit}, not {self.unit}")

    def rule(self) -> Rule | AnyOf:
        """What the verdict works with."""
        if self.any_of:
            return AnyOf(tuple(rule.plain_rule() for rule in self.any_of), self._when(), self.note)
        return self.plain_rule()

    def plain_rule(self) -> Rule:
        """The rule about one measure."""
        assert self.measure is not None, "checked before"
        bounds = (self.target, self.tolerance, self.min, self.max)
        return Rule(self.measure, *bounds, self._when(), self.note, self.extent, self.advice)

    def _when(self) -> Condition:
        return Condition() if self.when is None else self.when.condition()

    def measures(self) -> tuple[frozenset[str], bool]:
        """The measures that this rule is about, and whether it is advice: with `extends` a rule replaces its like."""
        return frozenset(rule.measure or "" for rule in self.any_of or [self]), self.advice


class FormatTable(Table):
    """``[format]``: what the file may be."""

    sample_rates_hz: list[int] = Field(default_factory=list)
    bits: list[Literal["16", "24", "32", "32f", "64f", "lossy"]] = Field(default_factory=list)
    layouts: list[str] = Field(default_factory=list)
    containers: list[str] = Field(default_factory=list)
    files: Literal["", "discrete-mono", "interleaved"] = ""
    bit_rates_kbps: dict[str, list[float]] = Field(default_factory=dict)
    note: str = ""

    @model_validator(mode="after")
    def _layouts_are_known(self) -> FormatTable:
        _require_known_layouts([*self.layouts, *self.bit_rates_kbps])
        for layout, span in self.bit_rates_kbps.items():
            if not 1 <= len(span) <= 2 or span != sorted(span):
                raise ValueError(f"bit_rates_kbps.{layout} is [least] or [least, most]")
        return self

    def rules(self) -> FormatRules:
        """What the verdict works with."""
        return FormatRules(
            tuple(self.sample_rates_hz), tuple(self.bits), tuple(self.layouts), tuple(self.containers), self.note,
            self.files, tuple(_bit_rates(layout, *span) for layout, span in self.bit_rates_kbps.items()),
        )  # fmt: skip


class SourceTable(Table):
    """``[source]``: the public document behind the numbers."""

    document: str
    version: str = ""
    year: int | None = None
    confidence: Literal["primary", "secondary", "own"] = "own"

    def source(self) -> Source:
        """What the target carries."""
        return Source(self.document, self.version, self.year, self.confidence)


class TargetTable(Table):
    """A whole target file. What a file leaves out comes from the target that it extends."""

    extends: str | None = None
    id: str | None = Field(None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    name: str | None = None
    organisation: str | None = None
    medium: str | None = None
    region: str | None = None
    status: Literal["current", "superseded", "playback"] | None = None
    notes: list[str] | None = None
    measured_on: str | None = None
    source: SourceTable | None = None
    rules: list[RuleTable] = Field(default_factory=list)
    format: FormatTable | None = None

    @model_validator(mode="after")
    def _measured_on_loudspeakers(self) -> TargetTable:
        _require_known_layouts([self.measured_on] if self.measured_on else [])
        return self


def _require_known_layouts(names: list[str]) -> None:
    known = (*LAYOUTS, *CARRIERS, *HEAD_LOCKED)
    for name in names:
        if name not in known:
            close = near_misses(name, known)
            raise ValueError(f"unknown layout {name!r}" + (f": {' or '.join(close)}?" if close else ""))


def _same_unit(one: str, other: str) -> bool:
    return one == other or any({one, other} <= same for same in SAME_UNITS)


def _bit_rates(layout: str, least: float, most: float = math.inf) -> tuple[str, float, float]:
    return layout, least, most
