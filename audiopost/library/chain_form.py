"""The form of a chain file: which keys there are and what they may hold."""

from __future__ import annotations

from typing import Any, Literal

from audiopost.graph.recall import ControllerKind
from audiopost.graph.spec import MAIN, Curve, Material
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
    curve: Curve = "linear"
    follows_sound: bool = True


class LfoTable(Table):
    """``lfo = { low, high, rate_hz, shape }``: an oscillator."""

    low: float
    high: float
    rate_hz: float = Field(gt=0.0, le=100.0)
    shape: Literal["sine", "triangle", "saw", "square", "random"] = "sine"
    phase_deg: float = 0.0
    seed: int = 0


class StepsTable(Table):
    """``steps = { values, step_s }``: a row of values, over and over."""

    values: list[float] = Field(min_length=1)
    step_s: float = Field(gt=0.0)


class FollowTable(Table):
    """``follow = { source, low, high }``: the level of a sound in the graph."""

    source: str
    low: float
    high: float
    attack_ms: float = Field(default=10.0, ge=0.0)
    release_ms: float = Field(default=150.0, ge=0.0)
    floor_dbfs: float = -60.0
    ceiling_dbfs: float = 0.0


class LinkTable(Table):
    """``link = { leader, low, high }``: another parameter."""

    leader: str
    low: float
    high: float


class ModulationTable(Table):
    """``[[modulation]]``: what turns one parameter by itself; just one of the four."""

    parameter: str
    lfo: LfoTable | None = None
    steps: StepsTable | None = None
    follow: FollowTable | None = None
    link: LinkTable | None = None


class MacroTargetTable(Table):
    """``[[macros.map]]``: one parameter that the macro turns, and its values at 0 and at 1."""

    parameter: str
    range: list[float] = Field(min_length=2, max_length=2)


class MacroTable(Table):
    """``[[macros]]``: one knob."""

    name: str
    map: list[MacroTargetTable] = Field(min_length=1)


class SnapshotTable(Table):
    """``[[snapshots]]``: how the knobs stood, one table a node: ``[snapshots.nodes.hp]``."""

    name: str = Field(min_length=1)
    bypass: list[str] = Field(default_factory=list)
    nodes: dict[str, dict[str, float | str]] = Field(default_factory=dict)


class ControllerTable(Table):
    """``[[controllers]]``: what turns one parameter or macro from a MIDI controller; one of the three sources."""

    parameter: str
    control: int | None = Field(default=None, ge=0, le=127)
    note: int | None = Field(default=None, ge=0, le=127)
    pitchwheel: Literal[True] | None = None
    channel: int = Field(default=0, ge=0, le=16)
    kind: ControllerKind | None = None
    range: list[float] | None = Field(default=None, min_length=2, max_length=2)


class ChainTable(Table):
    """A whole chain file. What a node may hold depends on its effect, and is checked against the catalogue."""

    schema_: Literal[1] = Field(alias="schema")
    name: str = ""
    description: str = ""
    tags: list[str] = Field(default_factory=list)
    made_for: list[Material] = Field(default_factory=list)
    level_change: str = ""
    chain: list[str] | None = None
    nodes: dict[str, dict[str, Any]] = Field(default_factory=dict)
    edges: list[EdgeTable] | None = None
    automation: list[AutomationTable] = Field(default_factory=list)
    modulation: list[ModulationTable] = Field(default_factory=list)
    macros: list[MacroTable] = Field(default_factory=list)
    snapshots: list[SnapshotTable] = Field(default_factory=list)
    controllers: list[ControllerTable] = Field(default_factory=list)
