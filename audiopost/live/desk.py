"""`Desk`: where a person works on a chain that plays. Terminal, OSC, MIDI and scripts all use these words.

::

    keys ─┐
    OSC ──┼─▶ Desk ── turns (smoothed) ──▶ LiveHost
    MIDI ─┘    │   └─ other drawings (swap, crossfaded) ──▶
               └─ history: undo, redo · snapshots · morph · chance

Every change goes the gentlest way that there is: where only knobs differ they are turned, else the chain is swapped.
A change that fails leaves the sound, the drawing and the history as they were, and raises what is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from audiopost.errors import AudiopostError, UsageError
from audiopost.graph import edits
from audiopost.graph.knobs import (
    macros_of,
    morphed,
    randomised,
    recalled,
    snapshot_named,
    snapshot_of,
    with_snapshot,
    with_turns,
    without_snapshot,
)
from audiopost.graph.parameter import SettingValue
from audiopost.graph.recall import ControllerSpec
from audiopost.graph.spec import MACRO, AutomationSpec, GraphSpec, NodeSpec
from audiopost.library.chains import save_chain
from audiopost.live.desk_base import DeskBase, Stand
from audiopost.live.drawing import turned

__all__ = ["Desk"]

PLUGIN = "plugin"
"""The effect that plays a plug-in file."""

STEPS = 100
"""Of a knob from end to end, as `Desk.nudge` counts them."""


class Desk(DeskBase):
    """Words to work on what a `LiveHost` plays, from any thread.

    Parameters
    ----------
    host
        Plays `drawing`.
    drawing
        The chain that plays.
    path
        The chain file where `save` writes, if there is one.
    clock
        Seconds, rising; tells which turns are one gesture.

    Attributes
    ----------
    locks : set of str
        Knobs (``hp.frequency_hz``) and nodes (``hp``) that `randomise` leaves alone.
    saved_states : dict
        Node -> the state of its plug-in that `save` wrote last.

    Examples
    --------
    >>> from audiopost import LiveHost, effects as fx
    >>> chain = fx.highpass() >> fx.delay()
    >>> with LiveHost(chain, source="speech.wav", device="null") as host:  # doctest: +SKIP
    ...     desk = Desk(host, chain)
    ...     desk.take("dry")
    ...     desk.turn("delay.mix_percent", 60.0)
    ...     desk.take("wet")
    ...     desk.morph("dry", "wet", 0.5)
    ...     desk.undo()
    """

    # -- turning ---------------------------------------------------------------------------------------------------

    def turn(self, path: str, value: float | str) -> float:
        """Turn ``node.parameter`` or ``macro.name``; the value that it stands at.

        Raises
        ------
        UnknownNameError, ParameterRangeError, UsageError
            If there is no such knob, or it does not take the value.
        """
        parameter = self.knob(path)
        checked = parameter.checked(value, path) if parameter is not None else float(value)
        with self._changing:
            stand = self._history.present
            drawing = turned(stand.drawing, path, checked)
            name, _, key = path.partition(".")
            macros = stand.macros
            if name == MACRO:
                macros = tuple((each, checked if each == key else standing) for each, standing in macros)
            self._host.set_parameter(path, checked, wait=False)
            self._note(replace(stand, drawing=drawing, macros=macros), f"turn {path}", {path: checked})
        return checked

    def heard_turn(self, path: str, value: float) -> None:
        """Take note of what was turned elsewhere, in a plug-in's own window: it is heard already."""
        with self._changing:
            stand = self._history.present
            self._note(replace(stand, drawing=turned(stand.drawing, path, value)), f"turn {path}", {path: value})

    def turn_to(self, path: str, position: float) -> float:
        """Turn a knob to a position from 0 to 1 in its taper; the value there. Raises UnknownNameError."""
        parameter = self.knob(path)
        return self.turn(path, parameter.value_at(position) if parameter is not None else position)

    def nudge(self, path: str, steps: float) -> float:
        """Turn a knob by so many hundredths of its way (a switch by so many choices). Raises UnknownNameError."""
        parameter = self.knob(path)
        with self._changing:
            value = self.values[path]
            if parameter is None:
                return self.turn(path, value + steps / STEPS)
            if parameter.choices:
                return self.turn(path, min(max(value + steps, parameter.minimum), parameter.maximum))
            return self.turn(path, parameter.value_at(parameter.position_of(value) + steps / STEPS))

    # -- changing the chain ----------------------------------------------------------------------------------------

    def change_to(self, drawing: GraphSpec, label: str = "another chain") -> None:
        """Play another drawing: by turning where that is enough, else by a crossfade; returns when it is heard.

        Its snapshots and controllers take the place of those before.

        Raises
        ------
        AudiopostError
            If it cannot be built: the old sound plays on.
        """
        with self._changing:
            kept = (drawing.snapshots, drawing.controllers)
            stand = Stand(drawing, macros_of(drawing, self._knobs_of(drawing)), len(self._kept))
            told = self._play(stand)
            self._kept.append(kept)
            self._note(stand, label, told)

    def automate(self, lanes: Mapping[str, Sequence[tuple[float, float]]]) -> None:
        """Give parameters breakpoints ``(time in s, value)``, or none any more; times count from now on.

        Parameters
        ----------
        lanes
            ``node.parameter`` -> its points, which take the place of those that it had; without a point it rests.

        Raises
        ------
        UnknownNameError, ParameterRangeError, GraphError
            If there is no such parameter, a value leaves its range, or times do not rise.
        """
        for path, points in lanes.items():
            parameter = self.knob(path)
            for _, value in points:
                if parameter is not None:
                    parameter.checked(value, path)
        with self._changing:
            others = [lane for lane in self.drawing.automation if lane.parameter not in lanes]
            new = [AutomationSpec(path, tuple(points)) for path, points in lanes.items() if points]
            self._edit(replace(self.drawing, automation=(*others, *new)), f"automation of {', '.join(lanes)}")

    def again(self) -> None:
        """Begin what moves by itself from its beginning. Raises UsageError where nothing does."""
        with self._changing:
            if not (self.drawing.automation or self.drawing.modulation):
                raise UsageError("nothing moves by itself in this chain", mend="draw a path, or write [[automation]]")
            self._host.swap(self.drawing, keep=True)

    def bypass(self, name: str, on: bool | None = None) -> bool:
        """Bypass a node or hear it again (None: the other of the two); whether it is bypassed now."""
        with self._changing:
            state = not self.drawing.node(name).bypass if on is None else on
            self._edit(edits.bypassed(self.drawing, name, state), f"{'bypass' if state else 'hear'} {name}")
            return state

    def blend(self, name: str) -> str:
        """Give a node a dry/wet knob, the parameter ``mix_percent`` of the node that is returned; "": it had one, and
        is heard alone again.
        """
        with self._changing:
            blend = edits.blend_of(self.drawing, name)
            if blend:
                self._edit(edits.removed(self.drawing, blend), f"no dry/wet of {name}")
                return ""
            self._edit(edits.blended(self.drawing, name), f"dry/wet of {name}")
            return edits.blend_of(self.drawing, name)

    def insert(self, effect: str | NodeSpec, name: str = "", *, after: str = "", before: str = "") -> str:
        """Put an effect in, by its catalogue name or drawn; the name of the node. See `audiopost.graph.edits`."""
        node = effect if isinstance(effect, NodeSpec) else NodeSpec(effect)
        with self._changing:
            self._catalogue.check(name or node.effect, node)
            name = name or edits.free_name(self.drawing, node.effect.rpartition(".")[2].lower())
            self._edit(edits.inserted(self.drawing, name, node, after=after, before=before), f"insert {name}")
            return name

    def remove(self, name: str) -> None:
        """Take a node out."""
        with self._changing:
            self._edit(edits.removed(self.drawing, name), f"remove {name}")

    def move(self, name: str, *, after: str = "", before: str = "") -> None:
        """Put a node elsewhere."""
        with self._changing:
            self._edit(edits.moved(self.drawing, name, after=after, before=before), f"move {name}")

    def replace(self, name: str, effect: str | NodeSpec) -> None:
        """Put another effect in the place of a node."""
        node = effect if isinstance(effect, NodeSpec) else NodeSpec(effect)
        with self._changing:
            self._catalogue.check(name, node)
            self._edit(edits.replaced(self.drawing, name, node, self._catalogue), f"replace {name}")

    def set_settings(self, name: str, **settings: SettingValue) -> None:
        """Change what is fixed when an effect is made: a slope, a file, a plug-in's ``state`` or ``preset``."""
        with self._changing:
            node = self.drawing.node(name)
            changed = replace(node, settings=tuple(sorted({**dict(node.settings), **settings}.items())))
            self._catalogue.check(name, changed)
            self._edit(self.drawing.with_node(name, changed), f"set {', '.join(settings)} of {name}")

    def keep_state(self, name: str) -> int:
        """Take a plug-in's own state into the chain, as it stands now: `save`, swaps and restarts begin with it.

        The length of the state in base64. Raises UnknownNameError, UsageError or PluginError as the host does.
        """
        with self._changing:
            state = self._host.plugin_state(name)
            self._edit(_with_states(self.drawing, {name: state}), f"state of {name}")
            return len(state)

    def undo(self) -> str:
        """Take the last step back; what it was. Raises UsageError if there is none."""
        with self._changing:
            label = self._history.undoable
            self._play(self._history.before())
            self._history.undo()
            self._told({})
            return label

    def redo(self) -> str:
        """Bring back what was undone; what it was. Raises UsageError if there is nothing."""
        with self._changing:
            label = self._history.redoable
            self._play(self._history.after())
            self._history.redo()
            self._told({})
            return label

    def save(self, path: str | Path | None = None) -> Path:
        """Write the chain as it stands, with snapshots, controllers and the states of its plug-ins; comments stay.

        The states go into the file alone: what plays is not touched.

        Raises
        ------
        UsageError
            If there is no path here and none was given before.
        FileError, GraphError
            As `save_chain`.
        """
        chosen = self.path if path is None else Path(path)
        if chosen is None:
            raise UsageError("the chain has no file", mend="give a path")
        with self._changing:
            drawing = self.drawing
            self.saved_states = dict(self._states_of(drawing))
        save_chain(_with_states(drawing, self.saved_states), chosen)
        self.path = chosen
        return chosen

    def _states_of(self, drawing: GraphSpec) -> Iterator[tuple[str, str]]:
        """Node and state of each plug-in file that plays and can say how it stands; the others are saved by knobs."""
        for name, node in drawing.nodes:
            if node.effect == PLUGIN and not node.bypass:
                with suppress(AudiopostError):
                    yield name, self._host.plugin_state(name)

    # -- snapshots, morphs, chance ---------------------------------------------------------------------------------

    def take(self, name: str = "") -> str:
        """Keep how everything stands as a snapshot; without a name it gets the next free number. Its name."""
        with self._changing:
            taken = {each.name for each in self.drawing.snapshots}
            chosen = name or next(str(number) for number in range(1, len(taken) + 2) if str(number) not in taken)
            self._keep(with_snapshot(self.drawing, snapshot_of(self.drawing, chosen, self._knobs)))
            return chosen

    def forget(self, name: str) -> None:
        """Drop a snapshot; raises UnknownNameError."""
        with self._changing:
            self._keep(without_snapshot(self.drawing, name))

    def recall(self, name: str) -> None:
        """Go back to a snapshot: knobs glide, bypasses crossfade. Raises UnknownNameError."""
        with self._changing:
            self._edit(recalled(self.drawing, snapshot_named(self.drawing, name)), f"recall {name}")

    def morph(self, first: str, second: str, position: float) -> None:
        """Stand between two snapshots, 0 at the first and 1 at the second; only knobs move.

        Raises
        ------
        UnknownNameError, UsageError
            If there is no such snapshot or position.
        """
        with self._changing:
            drawing = self.drawing
            ends = snapshot_named(drawing, first), snapshot_named(drawing, second)
            here = set(drawing.node_names)
            between = morphed(*ends, position, self._knobs)
            turns = {path: value for path, value in between.items() if path.partition(".")[0] in here}
            self._edit(with_turns(drawing, turns), f"morph {first} to {second}")

    def randomise(
        self,
        *,
        seed: int,
        amount: float = 1.0,
        ranges: Mapping[str, tuple[float, float]] | None = None,
        locked: Collection[str] = (),
    ) -> dict[str, float]:
        """Turn every knob that is not locked somewhere by chance; what was turned. See `audiopost.graph.knobs`."""
        with self._changing:
            turns = randomised(
                self.drawing, self._knobs, seed=seed, amount=amount, ranges=ranges, locked={*self.locks, *locked}
            )
            self._edit(with_turns(self.drawing, turns), f"chance {seed}")
            return turns

    def set_controllers(self, controllers: tuple[ControllerSpec, ...]) -> None:
        """Keep what turns what from a MIDI controller; `save` writes it."""
        with self._changing:
            self._keep(replace(self.drawing, controllers=controllers))


def _with_states(drawing: GraphSpec, states: Mapping[str, str]) -> GraphSpec:
    """The drawing in which these plug-ins begin with these states, and not with a preset."""
    for name, state in states.items():
        node = drawing.node(name)
        settings = {**{key: value for key, value in node.settings if key != "preset"}, "state": state}
        drawing = drawing.with_node(name, replace(node, settings=tuple(sorted(settings.items()))))
    return drawing
