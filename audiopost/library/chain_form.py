"""The form of a chain file: which keys there are and what they may hold."""

from __future__ import annotations

from typing import Any, Literal

from audiopost.graph.spec import MAIN
from audiopost.library.schema import Field, Table

__all__ = ["ChainTable"]


class EdgeTable(Table):
    """``[[edges]]``: one wire."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    input: str = MAIN
    gain_db: float = 0.0
    delay_s: float | None = Field(default=None, ge=0.0)


class AutomationTable(Table):
    """``[[automation]]``: breakpoints of one parameter."""

    parameter: str
    points: list[list[float]] = Field(min_length=1)
    curve: Literal["linear", "step"] = "linear"


class MacroTargetTable(Table):
    """``[[macros.map]]``: one parameter that the macro turns, and its values at 0 and at 1."""

    parameter: str
    range: list[float] = Field(min_length=2, max_length=2)


class MacroTable(Table):
    """``[[macros]]``: one knob."""

    name: str
    map: list[MacroTargetTable] = Field(min_length=1)


class ChainTable(Table):
    """A whole chain file. What a node may hold depends on its effect, and is checked against the catalogue."""

    schema_: Literal[1] = Field(alias="schema")
    name: str = ""
    description: str = ""
    tags: list[str] = Field(default_factory=list)
    chain: list[str] | None = None
    nodes: dict[str, dict[str, Any]] = Field(default_factory=dict)
    edges: list[EdgeTable] | None = None
    automation: list[AutomationTable] = Field(default_factory=list)
    macros: list[MacroTable] = Field(default_factory=list)
