"""What a saved file means for the chain that plays.

::

    chain file    knobs only ──▶ they are turned          a number that was turned by hand stays as it was turned,
                  more       ──▶ crossfade                unless the file now says another one than before
    effect file   run again  ──▶ crossfade to its edited effects, which go on from where the old ones were
    broken        ──▶ the old sound plays on, and a sentence says file, line and cause
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from audiopost.effects.effect_files import redrawn, reload_effects
from audiopost.errors import AudiopostError
from audiopost.graph.knobs import knobs_of, values_of, with_turns
from audiopost.graph.parameter import parameter_named
from audiopost.graph.recall import SnapshotSpec
from audiopost.graph.spec import GraphSpec, NodeSpec
from audiopost.live.desk import Desk

__all__ = ["Reloader", "merged", "with_known_knobs"]


class Reloader:
    """Brings saved files to a desk.

    Parameters
    ----------
    desk
        What plays them.
    load
        Reads the chain file anew.
    chain
        The path of the chain file, if the chain has one.
    say
        Told a sentence after each file: what was done, or what is wrong.
    """

    def __init__(
        self, desk: Desk, load: Callable[[], GraphSpec], chain: Path | None, say: Callable[[str], None]
    ) -> None:
        self._desk = desk
        self._load = load
        self._chain = chain
        self._say = say
        self._told = desk.drawing
        """What the chain file last said."""

    def saved(self, path: Path) -> None:
        """A file was saved: play it, or say why not. Raises nothing that a file can cause."""
        try:
            if path == self._chain:
                self._chain_saved(path)
            else:
                self._effects_saved(path)
        except AudiopostError as error:
            self._say(f"{error}; the sound before plays on")

    def _chain_saved(self, path: Path) -> None:
        said = self._load()
        before = self._desk.drawing
        drawing = merged(self._told, said, before)
        self._told = said
        self._desk.change_to(drawing, f"{path.name} saved")
        if drawing != before:
            self._say(f"{path.name}: read again")

    def _effects_saved(self, path: Path) -> None:
        names = reload_effects(path)
        drawing = with_known_knobs(redrawn(self._desk.drawing))
        self._told = with_known_knobs(redrawn(self._told))
        self._desk.change_to(drawing, f"{path.name} saved")
        self._say(f"{path.name}: {', '.join(names)} read again")


def merged(told: GraphSpec, says: GraphSpec, stands: GraphSpec) -> GraphSpec:
    """The drawing that the file says, with what was turned, bypassed and kept by hand since the file said it last.

    Parameters
    ----------
    told, says
        The file's drawing before and now.
    stands
        The drawing as it plays.
    """
    old, new = values_of(told, knobs_of(told)), values_of(says, knobs_of(says))
    standing = values_of(stands, knobs_of(stands))
    alike = {name for name, node in says.nodes if _effect(told, name) == _effect(stands, name) == _core(node)}
    by_hand = {
        path: standing[path]
        for path, value in new.items()
        if path.partition(".")[0] in alike and path in standing and value == old.get(path) != standing[path]
    }
    drawing = with_turns(says, by_hand)
    nodes = (
        (name, replace(node, bypass=stands.node(name).bypass))
        if name in alike and node.bypass == told.node(name).bypass
        else (name, node)
        for name, node in drawing.nodes
    )
    return replace(
        drawing,
        nodes=tuple(nodes),
        snapshots=_united(says.snapshots, stands.snapshots),
        controllers=says.controllers if says.controllers != told.controllers else stands.controllers,
    )


def with_known_knobs(drawing: GraphSpec) -> GraphSpec:
    """Without values of knobs that an edited effect no longer has, or that lie outside its new range."""
    return replace(drawing, nodes=tuple((name, _known_only(node)) for name, node in drawing.nodes))


def _known_only(node: NodeSpec) -> NodeSpec:
    if node.definition is None:
        return node
    kept = []
    for name, value in node.parameters:
        parameter = parameter_named(node.definition.parameters, name)
        if parameter is not None and parameter.minimum <= value <= parameter.maximum:
            kept.append((name, value))
    return replace(node, parameters=tuple(kept))


def _effect(drawing: GraphSpec, name: str) -> object:
    return _core(drawing.node(name)) if name in drawing.node_names else None


def _core(node: NodeSpec) -> object:
    return node.effect, node.settings


def _united(ours: tuple[SnapshotSpec, ...], theirs: tuple[SnapshotSpec, ...]) -> tuple[SnapshotSpec, ...]:
    names = {each.name for each in ours}
    return (*ours, *(each for each in theirs if each.name not in names))
