"""Breakpoints in time: what value a parameter has at which frame. Pure.

Automation is evaluated on a grid of `CONTROL_FRAMES` counted from the start of the stream, and at every
breakpoint. The renderer splits its blocks there, so the samples never depend on the block size.
Between two grid points the effect's own smoothing draws the line.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from audiopost.errors import GraphError, UnknownNameError
from audiopost.graph.node import Node
from audiopost.graph.parameter import Parameter, parameter_named
from audiopost.graph.spec import AutomationSpec, Curve, GraphSpec
from audiopost.units import seconds_to_frames

__all__ = ["CONTROL_FRAMES", "Lane", "checked_parameter", "lanes_of"]

CONTROL_FRAMES = 64
"""At 48 kHz 1.3 ms: finer than the smoothing of any parameter (20 ms by default)."""


@dataclass(frozen=True)
class Lane:
    """The automation of one parameter on a stream: frames rising, one value for each.

    >>> lane = Lane("hp.frequency_hz", (0, 100), (80.0, 400.0))
    >>> lane.value_at(50)
    240.0
    """

    parameter: str
    frames: tuple[int, ...]
    values: tuple[float, ...]
    curve: Curve = "linear"
    follows_sound: bool = True

    @classmethod
    def of(cls, spec: AutomationSpec, sample_rate: int, delay_frames: int = 0) -> Lane:
        """The lane of a drawing's automation. `delay_frames`: how late the sound arrives at the node.

        Raises
        ------
        GraphError
            If there are no points or their times do not rise.
        """
        times = [time_s for time_s, _ in spec.points]
        if not times or times[0] < 0.0 or any(a >= b for a, b in pairwise(times)):
            raise GraphError("automation needs points with rising times from 0 s on", where=spec.parameter)
        values = tuple(value for _, value in spec.points)
        if spec.curve == "exponential" and not min(values) > 0.0:
            raise GraphError("an exponential curve needs values above 0", where=spec.parameter)
        late = delay_frames if spec.follows_sound else 0
        frames = tuple(seconds_to_frames(time_s, sample_rate) + late for time_s in times)
        return cls(spec.parameter, frames, values, spec.curve, spec.follows_sound)

    def value_at(self, frame: int) -> float:
        """The value at a frame: the first before the first point, the last after the last."""
        after = bisect_right(self.frames, frame)
        if after == 0:
            return self.values[0]
        if after == len(self.frames) or self.curve == "step":
            return self.values[after - 1]
        start, end = self.frames[after - 1], self.frames[after]
        share = (frame - start) / (end - start)
        low, high = self.values[after - 1], self.values[after]
        if self.curve == "exponential":
            return float(low * (high / low) ** share)
        if self.curve == "smooth":
            share *= share * (3.0 - 2.0 * share)
        return low + share * (high - low)

    def next_change(self, frame: int) -> int | None:
        """The next frame after `frame` at which the value is to be set again; None after the last point."""
        after = bisect_right(self.frames, frame)
        if after == len(self.frames):
            return None
        if after == 0 or self.curve == "step" or self.values[after - 1] == self.values[after]:
            return self.frames[after]
        return min(self.frames[after], (frame // CONTROL_FRAMES + 1) * CONTROL_FRAMES)


def lanes_of(
    spec: GraphSpec, nodes: Mapping[str, Node], arrival_frames: Mapping[str, int], sample_rate: int
) -> tuple[Lane, ...]:
    """The lanes of a drawing's automation, each late by as much as sound is at its node, if it follows the sound.

    Raises
    ------
    UnknownNameError, ParameterRangeError, GraphError
        If a lane moves what is not there, leaves a parameter's range, or has points that do not rise.
    """
    lanes = []
    for automation in spec.automation:
        name = automation.parameter.partition(".")[0]
        if name in spec.node_names and name not in nodes:
            continue  # the node is dead: nothing hears it
        checked_parameter(automation.parameter, nodes, [value for _, value in automation.points])
        lanes.append(Lane.of(automation, sample_rate, arrival_frames[name]))
    return tuple(lanes)


def checked_parameter(path: str, nodes: Mapping[str, Node], values: Iterable[float]) -> Parameter:
    """The parameter that ``node.parameter`` names, if it may take all the values.

    Raises
    ------
    UnknownNameError, ParameterRangeError
        If it is not there or may not.
    """
    name, _, parameter_name = path.partition(".")
    if name not in nodes:
        raise UnknownNameError(kind="node", name=name, known=tuple(nodes), where=path)
    parameter = parameter_named(nodes[name].parameters, parameter_name)
    if parameter is None:
        known = tuple(each.name for each in nodes[name].parameters)
        raise UnknownNameError(kind="parameter", name=parameter_name, known=known, where=f"automation of {name}")
    for value in values:
        parameter.checked(value, name)
    return parameter
