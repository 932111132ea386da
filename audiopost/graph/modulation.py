"""Parameters moved by something other than breakpoints: a low-frequency oscillator, steps, the level of a sound.

Descriptions only; what they do in time stands in `audiopost.graph.automation`. ``low`` and ``high`` are values of
the parameter that is moved, in its own unit; ``high`` may lie below ``low``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["FollowerSpec", "LfoSpec", "LinkSpec", "ModulationSpec", "StepsSpec"]

Shape = Literal["sine", "triangle", "saw", "square", "random"]


@dataclass(frozen=True)
class LfoSpec:
    """An oscillator that turns a parameter between two values.

    `phase_deg` is where in its cycle it begins (0: at `low`, rising; a square begins low). ``random`` holds a new
    value for each cycle, the same ones for the same `seed`.
    """

    parameter: str
    low: float
    high: float
    rate_hz: float
    shape: Shape = "sine"
    phase_deg: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class StepsSpec:
    """A row of values, each held for `step_s` seconds, over and over."""

    parameter: str
    values: tuple[float, ...]
    step_s: float


@dataclass(frozen=True)
class FollowerSpec:
    """The level of a sound in the graph turns a parameter: `low` at `floor_dbfs` and below, `high` at `ceiling_dbfs`.

    `source` names a node, ``input`` or ``input.name``. The level is the peak of every 64 frames, rising and
    falling exponentially with the two times (to 63 % of a jump in dB).
    """

    parameter: str
    source: str
    low: float
    high: float
    attack_ms: float = 10.0
    release_ms: float = 150.0
    floor_dbfs: float = -60.0
    ceiling_dbfs: float = 0.0


@dataclass(frozen=True)
class LinkSpec:
    """A parameter that follows another: where `leader` is in its range, the parameter is between `low` and `high`."""

    parameter: str
    leader: str
    low: float
    high: float


ModulationSpec = LfoSpec | StepsSpec | FollowerSpec | LinkSpec
