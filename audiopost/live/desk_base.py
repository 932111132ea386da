"""How a desk stands: the drawing as it was turned, its knobs and their values, and the history of both.

Every change goes the gentlest way that there is: where only knobs differ they are turned, else the chain is swapped.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from audiopost.errors import UnknownNameError
from audiopost.graph.catalogue import CATALOGUE, Catalogue
from audiopost.graph.knobs import (
    knobs_of,
    macros_of,
    turns_between,
    values_of,
    with_recall,
)
from audiopost.graph.parameter import Parameter
from audiopost.graph.spec import MACRO, GraphSpec
from audiopost.live.history import History

__all__ = ["Changed", "DeskBase", "Playing", "Stand"]


class Playing(Protocol):
    """What a desk asks of the host."""

    def set_parameter(self, path: str, value: float, *, wait: bool = True) -> int | None:
        """Turn a knob or a macro."""

    def swap(self, chain: GraphSpec, *, keep: bool = False) -> None:
        """Crossfade to another chain; `keep`: nodes that both have go on from what they remember."""

    def plugin_knobs(self) -> Mapping[str, tuple[Parameter, ...]]:
        """Node -> parameters of each plug-in file that plays."""

    def plugin_state(self, node: str) -> str:
        """How a plug-in file would save itself now, base64."""


@dataclass(frozen=True)
class Stand:
    """How the desk stands: the drawing as turned, its macros (no drawing holds them), and which chain it is."""

    drawing: GraphSpec
    macros: tuple[tuple[str, float], ...] = ()
    chain: int = 0


Changed = Callable[[Mapping[str, float]], None]
"""Told what was turned (path -> value); nothing in it: the drawing is another one."""


class DeskBase:
    """What `audiopost.live.desk.Desk` works on; see there for the parameters."""

    def __init__(
        self,
        host: Playing,
        drawing: GraphSpec,
        *,
        path: str | Path | None = None,
        catalogue: Catalogue = CATALOGUE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.locks: set[str] = set()
        self.saved_states: dict[str, str] = {}
        self.path = None if path is None else Path(path)
        self._host = host
        self._catalogue = catalogue
        self._clock = clock
        self._history = History(Stand(drawing, macros_of(drawing, self._knobs_of(drawing))))
        self._kept = [(drawing.snapshots, drawing.controllers)]
        """Snapshots and controllers by chain: to undo a turn is not to lose what was kept since."""
        self._knobs = self._knobs_of(drawing)
        self._listeners: list[Changed] = []
        self._changing = threading.RLock()

    @property
    def drawing(self) -> GraphSpec:
        """The chain as it has been turned, with its snapshots and controllers."""
        stand = self._history.present
        return with_recall(stand.drawing, *self._kept[stand.chain], self._knobs)

    @property
    def knobs(self) -> dict[str, Parameter]:
        """Path -> parameter of all that can be turned: macros (``macro.name``, 0 to 1) first, then node by node."""
        macros = {f"{MACRO}.{name}": Parameter(name, 0.0, 0.0, 1.0) for name, _ in self._history.present.macros}
        return {**macros, **self._knobs}

    @property
    def values(self) -> dict[str, float]:
        """Path -> value of all `knobs`, in the same order."""
        stand = self._history.present
        return {f"{MACRO}.{name}": value for name, value in stand.macros} | values_of(stand.drawing, self._knobs)

    @property
    def undoable(self) -> str:
        """What `undo` would take back, in words; empty if nothing."""
        return self._history.undoable

    @property
    def redoable(self) -> str:
        """What `redo` would bring back, in words; empty if nothing."""
        return self._history.redoable

    def knob(self, path: str) -> Parameter | None:
        """The parameter of a path; None for a knob of a plug-in that is not loaded. Raises UnknownNameError."""
        knobs = self.knobs
        if path in knobs:
            return knobs[path]
        name, _, key = path.partition(".")
        if name == MACRO:
            known = tuple(macro for macro, _ in self._history.present.macros)
            raise UnknownNameError(kind=MACRO, name=key, known=known)
        node = self.drawing.node(name)
        known = tuple(each.partition(".")[2] for each in knobs if each.startswith(f"{name}."))
        if key and not known and node.definition is None and self._catalogue.entry(node.effect, name).open_parameters:
            return None
        raise UnknownNameError(kind="parameter", name=key, known=known, where=f"{name} ({node.effect})")

    def listen(self, changed: Changed) -> None:
        """Have `changed` told of every change, on the thread that makes it. It must not wait, nor change the desk."""
        self._listeners.append(changed)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _stand_of(self, drawing: GraphSpec) -> Stand:
        standing = dict(self._history.present.macros)
        macros = tuple((macro.name, standing.get(macro.name, 0.0)) for macro in drawing.macros)
        return Stand(drawing, macros, self._history.present.chain)

    def _edit(self, drawing: GraphSpec, label: str) -> None:
        """Another state of the same chain."""
        stand = self._stand_of(drawing)
        self._note(stand, label, self._play(stand))

    def _play(self, stand: Stand) -> dict[str, float]:
        """Have the host play it; what was turned, or nothing where the chain was swapped."""
        kept = {path for path in self._knobs if path.partition(".")[0] in stand.drawing.node_names}
        knobs = {**knobs_of(stand.drawing, self._catalogue), **{path: self._knobs[path] for path in kept}}
        turns = turns_between(self._history.present.drawing, stand.drawing, knobs)
        if turns is None:
            self._host.swap(stand.drawing, keep=True)
        else:
            for path, value in turns:
                if path in knobs:
                    knobs[path].checked(value, path)
            for path, value in turns:
                self._host.set_parameter(path, value, wait=False)
        self._knobs = self._knobs_of(stand.drawing)
        return dict(turns or ())

    def _knobs_of(self, drawing: GraphSpec) -> dict[str, Parameter]:
        """In the order of the drawing; those of plug-in files are known by the engine that has loaded them."""
        known = knobs_of(drawing, self._catalogue)
        loaded = self._host.plugin_knobs()
        found: dict[str, Parameter] = {}
        for name in drawing.node_names:
            found |= {path: each for path, each in known.items() if path.partition(".")[0] == name}
            found |= {f"{name}.{each.name}": each for each in loaded.get(name, ())}
        return found

    def _note(self, stand: Stand, label: str, told: Mapping[str, float]) -> None:
        self._history.note(stand, label, self._clock())
        self._told(told)

    def _keep(self, drawing: GraphSpec) -> None:
        self._kept[self._history.present.chain] = (drawing.snapshots, drawing.controllers)
        self._told({})

    def _told(self, turns: Mapping[str, float]) -> None:
        for listener in self._listeners:
            listener(turns)
