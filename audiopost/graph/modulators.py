"""Modulators at work: what value an oscillator, a row of steps or a follower gives at which frame.

All move on the grid of `CONTROL_FRAMES` (64 frames) counted from the start of the stream, so the samples never
depend on the block size. Oscillators and steps are functions of the frame; a follower listens.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.errors import GraphError, UnknownNameError
from audiopost.graph.automation import CONTROL_FRAMES, checked_parameter
from audiopost.graph.chance import share
from audiopost.graph.modulation import FollowerSpec, LfoSpec, LinkSpec, ModulationSpec, StepsSpec
from audiopost.graph.node import Node
from audiopost.graph.parameter import Parameter
from audiopost.graph.spec import GraphSpec
from audiopost.units import linear_to_db, ms_to_frames, seconds_to_frames

__all__ = ["Follower", "Link", "Oscillator", "Steps", "TimeFunction", "links_of", "modulators_of"]


class TimeFunction(Protocol):
    """A parameter as a function of the frame. Lanes, oscillators and steps are."""

    @property
    def parameter(self) -> str:
        """``node.parameter``."""

    def value_at(self, frame: int) -> float:
        """The value from this frame on."""

    def next_change(self, frame: int) -> int | None:
        """The next frame after `frame` at which the value is to be set again."""


@dataclass(frozen=True)
class Oscillator:
    """An `LfoSpec` on a stream.

    >>> lfo = Oscillator(LfoSpec("a.x", 0.0, 1.0, 1.0, "triangle"), 1000)
    >>> [lfo.value_at(frame) for frame in (0, 250, 500, 750)]
    [0.0, 0.5, 1.0, 0.5]
    """

    spec: LfoSpec
    sample_rate: int
    delay_frames: int = 0

    @property
    def parameter(self) -> str:
        """``node.parameter``."""
        return self.spec.parameter

    def value_at(self, frame: int) -> float:
        """The value from this frame on."""
        cycles = (frame - self.delay_frames) * self.spec.rate_hz / self.sample_rate + self.spec.phase_deg / 360.0
        cycle = math.floor(cycles)
        if self.spec.shape == "random":
            place = share(cycle, self.spec.seed)
        else:
            place = _SHAPES[self.spec.shape](cycles - cycle)
        return self.spec.low + place * (self.spec.high - self.spec.low)

    def next_change(self, frame: int) -> int:
        """The next point of the grid."""
        return (frame // CONTROL_FRAMES + 1) * CONTROL_FRAMES


def _sine(phase: float) -> float:
    return 0.5 - 0.5 * math.cos(2.0 * math.pi * phase)


def _triangle(phase: float) -> float:
    return 1.0 - abs(2.0 * phase - 1.0)


def _saw(phase: float) -> float:
    return phase


def _square(phase: float) -> float:
    return 0.0 if phase < 0.5 else 1.0


_SHAPES = {"sine": _sine, "triangle": _triangle, "saw": _saw, "square": _square}


@dataclass(frozen=True)
class Steps:
    """A `StepsSpec` on a stream: exact to the frame."""

    spec: StepsSpec
    step_frames: int
    delay_frames: int = 0

    @property
    def parameter(self) -> str:
        """``node.parameter``."""
        return self.spec.parameter

    def value_at(self, frame: int) -> float:
        """The value from this frame on."""
        return self.spec.values[max(0, frame - self.delay_frames) // self.step_frames % len(self.spec.values)]

    def next_change(self, frame: int) -> int:
        """The beginning of the next step."""
        since = max(0, frame - self.delay_frames)
        return (since // self.step_frames + 1) * self.step_frames + self.delay_frames


class Follower:
    """A `FollowerSpec` at work: `take` hears every piece of its source, `value` is asked on the grid.

    Between two points of the grid the peak is kept as a maximum, which no cut of the stream can change.
    """

    def __init__(self, spec: FollowerSpec, sample_rate: int) -> None:
        self.spec = spec
        self.parameter = spec.parameter
        self._attack = _share_per_step(spec.attack_ms, sample_rate)
        self._release = _share_per_step(spec.release_ms, sample_rate)
        self.reset()

    def reset(self) -> None:
        """Forget all sound: the level is at the floor."""
        self._peak_linear = 0.0
        self._level_dbfs = self.spec.floor_dbfs

    def take(self, block: AudioBlock) -> None:
        """Hear a piece of the source, ``(channels, frames)``."""
        self._peak_linear = max(self._peak_linear, float(np.max(block)), -float(np.min(block)))

    def value(self) -> float:
        """The value from this point of the grid on; the peak begins anew."""
        spec = self.spec
        heard = min(max(linear_to_db(self._peak_linear), spec.floor_dbfs), spec.ceiling_dbfs)
        self._peak_linear = 0.0
        toward = self._attack if heard > self._level_dbfs else self._release
        self._level_dbfs += toward * (heard - self._level_dbfs)
        span = (self._level_dbfs - spec.floor_dbfs) / (spec.ceiling_dbfs - spec.floor_dbfs)
        return spec.low + span * (spec.high - spec.low)


def _share_per_step(time_ms: float, sample_rate: int) -> float:
    return 1.0 - math.exp(-CONTROL_FRAMES / max(1, ms_to_frames(time_ms, sample_rate)))


@dataclass(frozen=True)
class Link:
    """A `LinkSpec` with the range of its leader."""

    spec: LinkSpec
    leader: Parameter

    def value_for(self, leader_value: float) -> float:
        """The value that follows from the leader's."""
        share = (leader_value - self.leader.minimum) / (self.leader.maximum - self.leader.minimum)
        return self.spec.low + share * (self.spec.high - self.spec.low)


def modulators_of(
    spec: GraphSpec, nodes: Mapping[str, Node], arrival_frames: Mapping[str, int], sample_rate: int
) -> tuple[tuple[Oscillator | Steps, ...], tuple[Follower, ...]]:
    """The oscillators and steps of a drawing, and its followers; checked against the nodes that they move.

    Raises
    ------
    UnknownNameError, ParameterRangeError, GraphError
        If one moves what is not there, leaves a parameter's range, or cannot be run.
    """
    functions: list[Oscillator | Steps] = []
    followers: list[Follower] = []
    for each in spec.modulation:
        _check(each)
        name = each.parameter.partition(".")[0]
        if name in spec.node_names and name not in nodes:
            continue  # the node is dead: nothing hears it
        values = each.values if isinstance(each, StepsSpec) else (each.low, each.high)
        checked_parameter(each.parameter, nodes, values)
        if isinstance(each, LfoSpec):
            functions.append(Oscillator(each, sample_rate, arrival_frames[name]))
        elif isinstance(each, StepsSpec):
            functions.append(Steps(each, max(1, seconds_to_frames(each.step_s, sample_rate)), arrival_frames[name]))
        elif isinstance(each, FollowerSpec):
            followers.append(Follower(each, sample_rate))
    return tuple(functions), tuple(followers)


def links_of(spec: GraphSpec, nodes: Mapping[str, Node]) -> dict[str, tuple[Link, ...]]:
    """Leader -> the links that follow it. Raises GraphError if links run in a circle."""
    found: dict[str, tuple[Link, ...]] = {}
    for each in spec.modulation:
        if isinstance(each, LinkSpec):
            leader = checked_parameter(each.leader, nodes, ())
            found[each.leader] = (*found.get(each.leader, ()), Link(each, leader))
    for start in found:
        walked, waiting = set(), [start]
        while waiting:
            for link in found.get(waiting.pop(), ()):
                if link.spec.parameter == start:
                    raise GraphError("the links run in a circle", where=start, mend="take one of them away")
                if link.spec.parameter not in walked:
                    walked.add(link.spec.parameter)
                    waiting.append(link.spec.parameter)
    return found


def _check(spec: ModulationSpec) -> None:
    if isinstance(spec, LfoSpec) and not 0.0 < spec.rate_hz <= 100.0:
        raise GraphError(f"an oscillator of {spec.rate_hz:g} Hz", where=spec.parameter, mend="give above 0 to 100 Hz")
    if isinstance(spec, LfoSpec) and spec.shape not in (*_SHAPES, "random"):
        raise UnknownNameError(kind="shape", name=spec.shape, known=(*_SHAPES, "random"), where=spec.parameter)
    if isinstance(spec, StepsSpec) and (not spec.values or not spec.step_s > 0.0):
        raise GraphError("steps need values and a length above 0 s", where=spec.parameter)
    if isinstance(spec, FollowerSpec) and not spec.floor_dbfs < spec.ceiling_dbfs:
        raise GraphError("floor_dbfs must lie below ceiling_dbfs", where=spec.parameter)
