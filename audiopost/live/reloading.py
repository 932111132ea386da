"""What a saved file means for the chain that plays.

::

    chain file    knobs only ──▶ they are turned          a number that was turned by hand stays as it was turned,
                  more       ──▶ crossfade                unless the file now says another one than before
    effect file   run again  ──▶ crossfade to its edited effects, which go on from where the old ones were
    broken        ──▶ the old sound plays on, and a sentence says file, line and cause
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from audiopost.effects.effect_files import redrawn, reload_effects
from audiopost.errors import AudiopostError
from audiopost.graph.knobs import knobs_of, turns_between, values_of, with_turns
from audiopost.graph.parameter import parameter_named
from audiopost.graph.recall import SnapshotSpec
from audiopost.graph.spec import GraphSpec, NodeSpec
from audiopost.live.desk import Desk

__all__ = ["Reloader", "SavedFiles", "merged", "with_known_knobs", "without_states"]


class Reloader:
    """Brings the saved chain file, and edited effects, to one desk.

    Parameters
    ----------
    desk
        What plays them.
    load
        Reads the chain file anew.
    chain
        The path of the chain file, if the chain has one.
    """

    def __init__(self, desk: Desk, load: Callable[[], GraphSpec], chain: Path | None) -> None:
        self.chain = chain
        self._desk = desk
        self._load = load
        self._told = desk.drawing
        """What the chain file last said."""

    def chain_saved(self) -> bool:
        """Play what the file says now; whether that changed anything. Raises AudiopostError: then nothing has."""
        before = self._desk.drawing
        says = without_states(self._load(), self._desk.saved_states, before)
        drawing = merged(self._told, says, before)
        self._told = says
        kept = (drawing.snapshots, drawing.controllers) == (before.snapshots, before.controllers)
        if kept and turns_between(before, drawing, knobs_of(drawing)) == ():
            return False  # as when the desk itself has written it
        self._desk.change_to(drawing, f"{self.chain.name if self.chain else 'chain'} saved")
        return True

    def effects_saved(self, name: str) -> None:
        """Play the edited effects, which are in the catalogue already. Raises AudiopostError: then nothing changes."""
        drawing = with_known_knobs(redrawn(self._desk.drawing))
        self._told = with_known_knobs(redrawn(self._told))
        self._desk.change_to(drawing, f"{name} saved")


class SavedFiles:
    """Takes a file that was saved to every desk that it concerns.

    Parameters
    ----------
    reloaders
        One for each desk.
    say
        Told a sentence after each file: what was done, or what is wrong.
    """

    def __init__(self, reloaders: Sequence[Reloader], say: Callable[[str], None]) -> None:
        self._reloaders = tuple(reloaders)
        self._say = say

    def __call__(self, path: Path) -> None:
        """Play the file, or say why not. Raises nothing that a file can cause."""
        try:
            concerned = [each for each in self._reloaders if each.chain == path]
            if not concerned:
                names = reload_effects(path)
                for reloader in self._reloaders:
                    reloader.effects_saved(path.name)
                self._say(f"{path.name}: {', '.join(names)} read again")
                return
            changed = [reloader.chain_saved() for reloader in concerned]
            if any(changed):
                self._say(f"{path.name}: read again")
        except AudiopostError as error:
            self._say(f"{error}; the sound before plays on")


def without_states(says: GraphSpec, saved: Mapping[str, str], stands: GraphSpec) -> GraphSpec:
    """What a file says, where a state that the desk itself has written means: as it stands."""
    for name, state in saved.items():
        if name not in says.node_names or name not in stands.node_names:
            continue
        node, own = says.node(name), dict(stands.node(name).settings)
        settings = dict(node.settings)
        if settings.get("state") == state:
            del settings["state"]
            settings.update((key, value) for key, value in own.items() if key in ("state", "preset"))
            says = says.with_node(name, replace(node, settings=tuple(sorted(settings.items()))))
    return says


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
