"""Knobs of a running graph: turned by hand, by macros, and by what moves by itself.

What moves does so at absolute frames alone, wherever the blocks begin: the renderer asks how far it may run
(`run_length`), and says when it has come there (`move_on`).
"""

from __future__ import annotations

from collections.abc import Mapping

from audiopost.errors import GraphError, UnknownNameError
from audiopost.graph.assembly import Moved
from audiopost.graph.automation import CONTROL_FRAMES, Lane
from audiopost.graph.node import Node
from audiopost.graph.spec import MACRO

__all__ = ["Turning"]


class Turning:
    """Turns the knobs of `nodes`.

    Attributes
    ----------
    still : bool
        Whether nothing moves by itself from block to block.
    """

    def __init__(self, nodes: Mapping[str, Node], moved: Moved) -> None:
        self._nodes = nodes
        self._moved = moved
        self._macros = {macro.name: macro.targets for macro in moved.macros}
        self.still = not moved.functions and not moved.followers

    def set_parameter(self, path: str, value: float) -> None:
        """Turn ``node.parameter``, or ``macro.name`` from 0 to 1; what is linked to it follows.

        Raises
        ------
        UnknownNameError, ParameterRangeError
            Then nothing has changed.
        """
        name, _, parameter = path.partition(".")
        if name == MACRO:
            self._set_macro(parameter, value)
            return
        if name not in self._nodes:
            raise UnknownNameError(kind="node", name=name, known=tuple(self._nodes), where=path)
        self._nodes[name].set_parameter(parameter, value)
        for link in self._moved.links.get(path, ()):
            self.set_parameter(link.spec.parameter, link.value_for(value))

    def begin(self, frame: int) -> None:
        """Put every parameter that moves by itself where it begins, at once and not by smoothing; reset the nodes."""
        for follower in self._moved.followers:
            follower.reset()
            self._move(follower.parameter, follower.value())
        recorded = [each for each in self._moved.functions if isinstance(each, Lane) and not each.follows_sound]
        for function in self._moved.functions:
            if function not in recorded:
                self._move(function.parameter, function.value_at(frame), modulates=not isinstance(function, Lane))
        for leader in self._moved.links:
            name, _, parameter = leader.partition(".")
            self.set_parameter(leader, self._nodes[name].values[parameter])
        for node in self._nodes.values():
            node.reset()
        for lane in recorded:
            if lane.frames[0] == frame:
                self.set_parameter(lane.parameter, lane.values[0])

    def run_length(self, frame: int, most_frames: int) -> int:
        """Frames from `frame` on in which nothing moves."""
        length = most_frames
        for function in self._moved.functions:
            change = function.next_change(frame)
            if change is not None:
                length = min(length, change - frame)
        if self._moved.followers:
            length = min(length, CONTROL_FRAMES - frame % CONTROL_FRAMES)
        return length

    def move_on(self, begun: int, end: int) -> None:
        """What moves at `end`, the frame behind a run that began at `begun`, moves now."""
        for function in self._moved.functions:
            # Only where the function itself moves: a block border elsewhere must leave no trace in the samples.
            if function.next_change(begun) == end:
                self._move(function.parameter, function.value_at(end), modulates=not isinstance(function, Lane))
        if self._moved.followers and end % CONTROL_FRAMES == 0:
            for follower in self._moved.followers:
                self._move(follower.parameter, follower.value())

    def _move(self, path: str, value: float, *, modulates: bool = True) -> None:
        """Modulate a parameter, or turn it; what is linked to it follows."""
        name, _, parameter = path.partition(".")
        node = self._nodes.get(name)
        if not modulates or node is None:
            self.set_parameter(path, value)
            return
        node.modulate(parameter, value)
        for link in self._moved.links.get(path, ()):
            self._move(link.spec.parameter, link.value_for(value))

    def _set_macro(self, name: str, value: float) -> None:
        if name not in self._macros:
            raise UnknownNameError(kind="macro", name=name, known=tuple(self._macros))
        if not 0.0 <= value <= 1.0:
            raise GraphError(f"macro {name} = {value:g} is out of range", mend="allowed: 0 to 1")
        for path, low, high in self._macros[name]:
            self.set_parameter(path, low + value * (high - low))
