"""What a live session is asked to be, and who hears what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from audiopost.graph.spec import GraphSpec
from audiopost.layouts import Layout

__all__ = ["Listener", "Order"]


@dataclass(frozen=True)
class Order:
    """What a session is to be: the arguments of `LiveHost`, checked."""

    source: Path | None
    device: str | int | None
    sample_rate: int
    block_frames: int
    layout: Layout | None
    loop: bool
    region: tuple[float, float] | None
    live_input: bool
    input_device: str | int | None
    output_channels: int | None
    speed: float
    duration_s: float | None
    engines: int
    ceiling_linear: float


class Listener(Protocol):
    """Who wants to know what happens. Called on threads of the rig; must not wait."""

    def chain_started(self, frame: int, spec: GraphSpec) -> None:
        """A fresh machine of the drawing gets its input from that frame on."""

    def parameter_moved(self, frame: int, path: str, value: float) -> None:
        """A parameter took effect."""

    def problem(self, sentence: str) -> None:
        """Something went wrong that playing survives."""
