"""What was done, so that it can be undone: a row of states and a place in it. Pure.

::

    past ◀── present ──▶ future          a new step cuts the future off

Steps of one kind that follow each other closely are one step: a knob on its way is undone as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from audiopost.errors import UsageError

__all__ = ["ONE_GESTURE_S", "History"]

State = TypeVar("State")

ONE_GESTURE_S = 1.0
"""Two steps with the same label within this time are one."""

LONGEST = 500
"""Steps that are kept; the oldest go first."""


@dataclass(frozen=True)
class _Step(Generic[State]):
    state: State
    label: str
    at_s: float


class History(Generic[State]):
    """States in the order in which they were made.

    >>> history = History("flat")
    >>> history.note("bright", "turn eq", 1.0)
    >>> history.note("brighter", "turn eq", 1.4)
    >>> history.note("dry", "bypass", 2.0)
    >>> history.undo(), history.undo(), history.redo()
    ('brighter', 'flat', 'brighter')
    """

    def __init__(self, state: State) -> None:
        self._steps = [_Step(state, "", float("-inf"))]
        self._place = 0

    @property
    def present(self) -> State:
        """The state as it is."""
        return self._steps[self._place].state

    @property
    def undoable(self) -> str:
        """Label of the step that `undo` would take back; empty if there is none."""
        return self._steps[self._place].label

    @property
    def redoable(self) -> str:
        """Label of the step that `redo` would bring back; empty if there is none."""
        following = self._steps[self._place + 1 : self._place + 2]
        return following[0].label if following else ""

    def note(self, state: State, label: str, now_s: float) -> None:
        """A step was made. `now_s` on any clock that rises."""
        present = self._steps[self._place]
        del self._steps[self._place + 1 :]
        if self._place and present.label == label and now_s - present.at_s < ONE_GESTURE_S:
            self._steps[self._place] = _Step(state, label, now_s)
            return
        self._steps.append(_Step(state, label, now_s))
        del self._steps[: max(0, len(self._steps) - LONGEST)]
        self._place = len(self._steps) - 1

    def before(self) -> State:
        """The state that `undo` would go to. Raises UsageError if there is none."""
        if not self._place:
            raise UsageError("nothing to undo")
        return self._steps[self._place - 1].state

    def after(self) -> State:
        """The state that `redo` would go to. Raises UsageError if there is none."""
        if self._place + 1 == len(self._steps):
            raise UsageError("nothing to redo")
        return self._steps[self._place + 1].state

    def undo(self) -> State:
        """Go one step back; the state there. Raises UsageError if there is none."""
        state = self.before()
        self._place -= 1
        return state

    def redo(self) -> State:
        """Go one step forward again; the state there. Raises UsageError if there is none."""
        state = self.after()
        self._place += 1
        return state
