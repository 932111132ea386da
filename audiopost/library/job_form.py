"""The form of a job file: which keys there are and what they may hold."""

from __future__ import annotations

from typing import Literal

from audiopost.delivery.gain_plan import MOST_LIMITING_DB, GainMode, InTolerance
from audiopost.library.schema import Field, Table, model_validator

__all__ = ["JobTable"]

MOST_ATTEMPTS = 100


class JobTable(Table):
    """A whole job file: what is worked on, what is done to it, and where it goes."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    name: str = ""
    inputs: list[str] = Field(min_length=1)
    exclude: list[str] = Field(default_factory=list)
    group: Literal["each", "album", "stems"] | None = None
    pattern: str | None = None
    group_by: str | list[str] | None = None
    chain: str | None = None
    parameters: dict[str, float | str] = Field(default_factory=dict)
    effects: list[str] = Field(default_factory=list)
    target: str | None = None
    mode: GainMode = "linear"
    max_limiting_db: float | None = Field(default=None, ge=0.0, le=MOST_LIMITING_DB)
    in_tolerance: InTolerance = "copy"
    layout: str | None = None
    dual_mono: bool = False
    format: str | None = None
    bits: Literal["16", "24", "32f"] | None = None
    rate: int | None = Field(default=None, gt=0)
    output: str = Field(min_length=1)
    exists: Literal["fail", "replace"] = "fail"
    report: str | None = None
    attempts: int = Field(default=3, ge=1, le=MOST_ATTEMPTS)
    patience_s: float = Field(default=300.0, gt=0.0)

    @model_validator(mode="after")
    def _groups_make_sense(self) -> JobTable:
        if self.group_by is not None and self.group == "each":
            raise ValueError('group_by says what belongs together, group = "each" that nothing does')
        if self.group_by not in (None, "folder") and self.pattern is None:
            raise ValueError('group_by needs a pattern that has this field, such as pattern = "{scene}_{stem}.wav"')
        if self.pattern is not None and self.group_by is None and self.group in ("album", "stems"):
            raise ValueError("a pattern needs group_by: the field that the files of one group share")
        return self
