"""The flat list of calls that a block runs through, written node by node.

A *value* is a named piece of sound within a block: what entered (``input``), what a node gave (its name), a sum
(``node.port``), a scratch (``value+7``). A *step* is a few calls that belong together with the values that they
read and write; `assign_buffers` puts the values into memory afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.errors import LayoutError, UnknownNameError
from audiopost.graph.alignment import AlignmentDelay
from audiopost.graph.bus import Bus
from audiopost.graph.node import Node
from audiopost.graph.spec import MAIN, EdgeSpec
from audiopost.layouts import Layout
from audiopost.units import db_to_linear, seconds_to_frames

__all__ = ["Program", "Step", "Wires", "joined_layout"]

Wires = Mapping[tuple[str, str], Sequence[EdgeSpec]]
"""``(target, input)`` -> the wires that end there, in the order of the sum."""


@dataclass
class Step:
    """Calls that belong together: function, values, further arguments, and the node whose ``process`` it is."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    calls: list[tuple[Callable[..., Any], tuple[str, ...], tuple[Any, ...], str | None]] = field(default_factory=list)

    def call(
        self, function: Callable[..., Any], *values: str, extra: tuple[Any, ...] = (), node: str | None = None
    ) -> None:
        """Add a call over values."""
        self.calls.append((function, values, extra, node))


def joined_layout(target: str, edges: Sequence[EdgeSpec], layouts: Mapping[str, Layout]) -> Layout | None:
    """The one layout of everything that meets; mono yields to wider ones; None where no wire ends.

    Raises
    ------
    LayoutError
        If two layouts meet of which neither is mono.
    """
    joined: Layout | None = None
    origin = ""
    for edge in edges:
        layout = layouts.get(edge.source)
        if layout is None:
            continue
        if joined is None or joined.channels == 1:
            joined, origin = layout, edge.source
        elif layout.channels != 1 and layout.labels != joined.labels:
            raise LayoutError(
                f"{joined} from {origin} meets {layout} from {edge.source}",
                where=target,
                mend="make them alike before they are summed (pan, down-mix)",
            )
    return joined


class Program:
    """Writes the steps in order of flow.

    Parameters
    ----------
    sample_rate, default_layout
        Rate in Hz; layout of an input that no wire reaches.
    layouts
        Of everything that sounds: inputs, nodes, outputs.
    wires, late_wires
        Forward wires; wires with a declared delay (feedback).
    delays_frames
        For each forward wire how long it waits.

    Attributes
    ----------
    steps, channels
        The program, and the number of channels of every value.
    value_of : dict
        Node, bus or output -> the value that holds its sound.
    delays, feedback
        The delays that the calls work with.
    """

    def __init__(
        self,
        sample_rate: int,
        default_layout: Layout,
        layouts: Mapping[str, Layout],
        wires: Wires,
        late_wires: Wires,
        delays_frames: Mapping[EdgeSpec, int],
    ) -> None:
        self.sample_rate = sample_rate
        self.default_layout = default_layout
        self.layouts = layouts
        self.wires = wires
        self.late_wires = late_wires
        self.delays_frames = delays_frames
        self.steps: list[Step] = []
        self.channels: dict[str, int] = {}
        self.value_of: dict[str, str] = {}
        self.delays: list[AlignmentDelay] = []
        self.feedback: list[AlignmentDelay] = []
        self._feeding: list[tuple[AlignmentDelay, str]] = []

    def write_input(self, end: str) -> None:
        """A value that is there when the block begins."""
        self.channels[end] = self.layouts[end].channels
        self.value_of[end] = end
        self.steps.append(Step((), (end,)))

    def write_node(self, name: str, node: Node) -> None:
        """The joins of a node's inputs, then the node; a bus is its join."""
        main_layout = joined_layout(name, self.wires.get((name, MAIN), ()), self.layouts) or self.default_layout
        main = self._join(name, MAIN, main_layout.channels)
        if isinstance(node, Bus):
            self.value_of[name] = main
            return
        sides = tuple(self._join_side(name, port, main) for port in node.side_inputs)
        self.channels[name] = self.layouts[name].channels
        self.value_of[name] = name
        step = Step((main, *sides), (name,))
        step.call(node.process, main, name, *sides, node=name)
        self.steps.append(step)

    def write_tap(self, source: str, take: Callable[[AudioBlock], None], where: str) -> None:
        """A call that hears what leaves `source`."""
        if source not in self.value_of:
            raise UnknownNameError(kind="source", name=source, known=tuple(self.value_of), where=where)
        step = Step((self.value_of[source],), ())
        step.call(take, self.value_of[source])
        self.steps.append(step)

    def write_outputs(self, ends: Sequence[str]) -> None:
        """The joins at the outputs, and, last of all, what is fed back for later blocks."""
        for end in ends:
            self.value_of[end] = self._join(end, MAIN, self.layouts[end].channels)
        for delay, source in self._feeding:
            step = Step((self.value_of[source],), ())
            step.call(delay.write, self.value_of[source])
            self.steps.append(step)
        self.steps.append(Step(tuple(self.value_of[end] for end in ends), ()))

    def _join_side(self, name: str, port: str, main: str) -> str:
        edges = self.wires.get((name, port), ())
        if not edges and not self.late_wires.get((name, port)):
            return main
        layout = joined_layout(name, edges, self.layouts)
        return self._join(name, port, layout.channels if layout else self.channels[main])

    def _join(self, target: str, port: str, channels: int) -> str:
        """The value that enters an input: a source itself where one plain wire ends, else a sum of its own."""
        edges = [edge for edge in self.wires.get((target, port), ()) if edge.source in self.value_of]
        late = self.late_wires.get((target, port), ())
        if len(edges) == 1 and not late and self._is_plain(edges[0], channels):
            return self.value_of[edges[0].source]
        value = f"{target}.{port}"
        self.channels[value] = channels
        step = Step(tuple(self.value_of[edge.source] for edge in edges), (value,))
        if not edges:
            step.call(_silence, value)
        for index, edge in enumerate(edges):
            self._add_wire(step, edge, value, first=index == 0)
        for edge in late:
            self._add_feedback(step, edge, value)
        self.steps.append(step)
        return value

    def _is_plain(self, edge: EdgeSpec, channels: int) -> bool:
        waits = self.delays_frames[edge] > 0
        return edge.gain_db == 0.0 and not waits and self.channels[self.value_of[edge.source]] == channels

    def _add_wire(self, step: Step, edge: EdgeSpec, value: str, *, first: bool) -> None:
        source = self.value_of[edge.source]
        frames = self.delays_frames[edge]
        if frames:
            delay = AlignmentDelay(self.channels[source], frames)
            self.delays.append(delay)
            waited = self._scratch(step, self.channels[source])
            step.call(delay.process, source, waited)
            source = waited
        self._add_scaled(step, source, value, edge.gain_db, first=first)

    def _add_feedback(self, step: Step, edge: EdgeSpec, value: str) -> None:
        channels = self.layouts[edge.source].channels
        if channels not in (1, self.channels[value]):
            raise LayoutError(f"{self.layouts[edge.source]} cannot be fed back here", where=str(edge))
        frames = max(1, seconds_to_frames(edge.delay_s or 0.0, self.sample_rate))
        delay = AlignmentDelay(channels, frames)
        self.feedback.append(delay)
        self._feeding.append((delay, edge.source))
        heard = self._scratch(step, channels)
        step.call(delay.read, heard)
        self._add_scaled(step, heard, value, edge.gain_db, first=False)

    def _add_scaled(self, step: Step, source: str, value: str, gain_db: float, *, first: bool) -> None:
        gain = (np.float32(db_to_linear(gain_db)),)
        if first and gain_db == 0.0:
            step.call(_copy, source, value)
        elif first:
            step.call(_scale, source, value, extra=gain)
        elif gain_db == 0.0:
            step.call(_add, source, value)
        else:
            scaled = self._scratch(step, self.channels[source])
            step.call(_scale, source, scaled, extra=gain)
            step.call(_add, scaled, value)

    def _scratch(self, step: Step, channels: int) -> str:
        name = f"+{len(self.channels)}"
        self.channels[name] = channels
        step.writes = (*step.writes, name)
        return name


def _silence(out: AudioBlock) -> None:
    out.fill(0.0)


def _copy(block: AudioBlock, out: AudioBlock) -> None:
    np.copyto(out, block)


def _scale(block: AudioBlock, out: AudioBlock, gain_linear: np.float32) -> None:
    np.multiply(block, gain_linear, out=out)


def _add(block: AudioBlock, out: AudioBlock) -> None:
    np.add(out, block, out=out)
