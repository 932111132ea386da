"""What a chain remembers of its user: how the knobs stood (`SnapshotSpec`), what turns them (`ControllerSpec`).

Neither changes a sample by itself. They belong to the drawing because they name its nodes, and are saved with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["ControllerKind", "ControllerSource", "ControllerSpec", "SnapshotSpec"]

ControllerSource = Literal["control", "note", "pitchwheel"]

ControllerKind = Literal["7bit", "14bit", "twos-complement", "offset", "sign-bit", "momentary", "toggle"]
"""How a MIDI control speaks. ``7bit``: positions 0 to 127. ``14bit``: control *n* holds the coarse and *n* + 32 the
fine half of a position from 0 to 16383; a pitch wheel always speaks so. The relative ones say by how many steps a knob
without ends was turned: 1 to 63 up and 127 to 65 down (``twos-complement``), 65 up and 63 down (``offset``), or with
bit 6 set for down (``sign-bit``). ``momentary``: a key puts the knob where its velocity says and back when it is let
go. ``toggle``: each press goes to the other end."""


@dataclass(frozen=True)
class SnapshotSpec:
    """How a chain stood: ``(node.parameter, value)`` of each knob, and the names of the nodes that were bypassed."""

    name: str
    values: tuple[tuple[str, float], ...]
    bypassed: tuple[str, ...] = ()


@dataclass(frozen=True)
class ControllerSpec:
    """A MIDI control that turns ``node.parameter`` or ``macro.name``.

    `number` is that of the control or of the note, 0 to 127. `channel` from 1 to 16; 0 listens to all. `low` and
    `high` are the values at the ends of its way, in the unit of the parameter; None: the ends of the parameter's range.
    """

    parameter: str
    source: ControllerSource = "control"
    number: int = 0
    channel: int = 0
    kind: ControllerKind = "7bit"
    low: float | None = None
    high: float | None = None
