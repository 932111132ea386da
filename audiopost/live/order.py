"""What a live session is asked to be, and who hears what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from audiopost.graph.spec import GraphSpec
from audiopost.layouts import Layout
from audiopost.live.transport_state import TransportMove

__all__ = ["Gap", "Listener", "Order"]


@dataclass(frozen=True)
class Order:
    """What a session is to be: the arguments of `LiveHost`, checked."""

    sources: tuple[Path, ...]
    start_s: float
    source_speed: float
    device: str | int | None
    sample_rate: int
    block_frames: int
    layout: Layout | None
    adm: str | None
    loop: bool
    region: tuple[float, float] | None
    live_input: bool
    input_device: str | int | None
    output_channels: int | None
    speed: float
    duration_s: float | None
    engines: int
    ceiling_linear: float
    cap_linear: float
    safe: bool
    priority: bool
    frames_per_second: float | None = None
    """Of time code; without it times are told in h, min, s and ms."""


@dataclass(frozen=True)
class Gap:
    """A break of the device while recordings went on: in which file, at which of its frames, how long in s."""

    path: Path
    frame: int
    duration_s: float


class Listener(Protocol):
    """Who wants to know what happens. Called on threads of the rig; must not wait."""

    def chain_started(self, frame: int, spec: GraphSpec, side: str) -> None:
        """A fresh machine of the drawing gets its input from that frame on."""

    def parameter_moved(self, frame: int, path: str, value: float, side: str) -> None:
        """A parameter took effect."""

    def turned_in_editor(self, path: str, value: float, side: str) -> None:
        """A person turned a knob in a plug-in's window; it took effect already."""

    def note_played(self, frame: int, message: bytes, side: str) -> None:
        """A note or a controller was given to the nodes that hear notes."""

    def transport_moved(self, move: TransportMove) -> None:
        """The source moved."""

    def gap(self, gap: Gap) -> None:
        """A recording has a gap."""

    def rate_changed(self, sample_rate: int) -> None:
        """The device came back at another rate (Hz), at which alone it plays: this rig waits to be stopped."""

    def problem(self, sentence: str) -> None:
        """Something went wrong that playing survives."""
