"""Every word that a person can say to a session: typed on a line, by a key, over OSC.

A word is a method of `Words`; the table `audiopost.live.word_table.WORDS` says how it is written and what it does, and
help, keys and the OSC map are made from it. A word returns a sentence for the person, or nothing where what happened
shows by itself.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

from audiopost.errors import AudiopostError, UsageError
from audiopost.graph.parameter import Parameter
from audiopost.graph.spec import GraphSpec
from audiopost.library.chains import load_chain
from audiopost.live.controls_midi import MidiControl
from audiopost.live.desk import Desk
from audiopost.live.editor_turns import EditorTurns
from audiopost.live.folder import Folder
from audiopost.live.host import LiveHost
from audiopost.live.word_table import Argument, place_of, read_arguments, word_named

__all__ = ["Words"]

KEPT_FILE = "heard.wav"
RECORDED_FILE = "recorded.wav"
DEFAULT_AMOUNT = 0.1


class Words:
    """What can be said to one session. Any thread may speak; words of one desk are carried out one by one.

    Parameters
    ----------
    host
        That plays.
    chain, path
        What it plays, and its file, if it has one of its own.
    source
        The file that it plays; the files beside it are the folder.
    on_quit
        Called by ``quit``.

    Attributes
    ----------
    desks : dict
        Side (``a``, ``b``) -> desk.
    midi : MidiControl or None
        Where knobs are learned.
    labelled : callable or None
        Told each label, and the second of the session from which it holds.
    bounce : callable or None
        What ``vary`` does: told the drawing, the file, how many, how far, and the seed; it says what it has begun.
    """

    def __init__(
        self,
        host: LiveHost,
        chain: GraphSpec,
        *,
        path: Path | None = None,
        source: Path | None = None,
        on_quit: Callable[[], None] = lambda: None,
    ) -> None:
        self.host = host
        self.desks = {"a": Desk(_Side(host, "a"), chain, path=path)}
        self.folder = None if source is None else Folder(source)
        self.midi: MidiControl | None = None
        self.labelled: Callable[[float, str], None] | None = None
        self.bounce: Callable[[Desk, Path, int, float, int], str] | None = None
        self._on_quit = on_quit
        self._listeners: list[Callable[[Mapping[str, float]], None]] = []
        self._seed = 0
        self.desks["a"].listen(lambda turns: self._told("a", turns))

    # -- saying ----------------------------------------------------------------------------------------------------

    def obey(self, line: str) -> str:
        """Carry out a line: a word and what follows it, or ``NODE.PARAM=VALUE``; what it did.

        Raises
        ------
        AudiopostError
            If it is no word, or cannot be done.
        """
        path, equals, value = line.partition("=")
        if equals and " " not in path.strip():
            return self.say("turn", path.strip(), value.strip())
        try:
            parts = shlex.split(line)
        except ValueError as error:
            raise UsageError(f"{line!r} cannot be read: {error}") from error
        return self.say(parts[0], *parts[1:]) if parts else ""

    def say(self, verb: str, *arguments: Argument) -> str:
        """Carry out a word; what it did. Raises AudiopostError as `obey`."""
        word = word_named(verb)
        return getattr(self, f"_{word.name}")(*read_arguments(word, arguments)) or ""

    def listen(self, changed: Callable[[Mapping[str, float]], None]) -> None:
        """Have `changed` told what was turned on the desk that is heard; nothing in it: everything may be another."""
        self._listeners.append(changed)

    @property
    def desk(self) -> Desk:
        """The desk of the side that is heard. Raises UsageError in a blind test, where nobody may know which it is."""
        state = self.host.comparison()
        if state.blind:
            raise UsageError("in a blind test nothing is turned", mend="vote, or end it with `blind`")
        return self.desks[state.heard]

    @property
    def side(self) -> str:
        """What is heard: ``a``, ``b``, or in a blind test what was asked for."""
        return self.host.comparison().heard

    def readings(self) -> Mapping[str, float | str]:
        """Meters and transport: ``meter/output/momentary_lufs``, ``transport/timecode`` ..."""
        found: dict[str, float | str] = {}
        try:
            for point, reading in self.host.meters().points.items():
                for name in ("momentary_lufs", "short_term_lufs", "integrated_lufs", "true_peak_dbtp", "correlation"):
                    value = getattr(reading, name)
                    if value is not None:
                        found[f"meter/{point}/{name}"] = value
            for node, gauge in self.host.meters().nodes.items():
                if gauge.gain_reduction_db is not None:
                    found[f"meter/{node}/gain_reduction_db"] = gauge.gain_reduction_db
            state = self.host.transport()
            found["transport/position_s"] = state.position_s
            found["transport/timecode"] = state.timecode
            found["transport/playing"] = float(state.rolling)
        except AudiopostError:
            return found  # no source, or a device that is away: the rest is told
        return found

    def _told(self, side: str, turns: Mapping[str, float]) -> None:
        state = self.host.comparison()
        if state.heard == side and not state.blind:
            for listener in self._listeners:
                listener(turns)

    # -- the source ------------------------------------------------------------------------------------------------

    def _play(self) -> None:
        self.host.play()

    def _pause(self) -> None:
        self.host.pause()

    def _locate(self, position: float | str) -> None:
        self.host.locate(position)

    def _seek(self, by_s: float) -> None:
        self.host.seek(by_s)

    def _loop(self, start: float | str | None = None, end: float | str | None = None) -> None:
        if start is not None and end is None:
            raise UsageError("a loop has two ends", mend="loop START END, or loop alone for all of the file")
        self.host.set_loop(None if start is None or end is None else (start, end))

    def _once(self) -> None:
        self.host.set_loop(loop=False)

    def _speed(self, factor: float) -> None:
        self.host.set_speed(factor)

    def _next(self) -> str:
        return self._step(1)

    def _previous(self) -> str:
        return self._step(-1)

    def _step(self, by: int) -> str:
        if self.folder is None:
            raise UsageError("no file is played, so there is none beside it")
        return self._open(str(self.folder.step(by)))

    def _open(self, file: str) -> str:
        path = Path(file)
        notes = self.host.open(path)
        self.folder = Folder(path)
        return "; ".join((path.name, *notes))

    # -- two chains ------------------------------------------------------------------------------------------------

    def _a(self) -> None:
        self._hear("a")

    def _b(self) -> None:
        self._hear("b")

    def _x(self) -> None:
        self._hear("x")

    def _hear(self, side: str) -> None:
        if side == "b" and "b" not in self.desks:
            raise UsageError("there is no second chain", mend="`compare CHAIN`, or begin with --b")
        if side == "a" and len(self.desks) == 1:
            return
        self.host.switch(side)
        for listener in self._listeners:
            if not self.host.comparison().blind:
                listener({})

    def _compare(self, chain: str) -> str:
        drawing = load_chain(chain)
        self.add_b(drawing, Path(chain) if chain.endswith(".toml") else None)
        return f"B is {drawing.name or chain}"

    def add_b(self, drawing: GraphSpec, path: Path | None = None) -> Desk:
        """Have a second chain beside the first; its desk. Raises AudiopostError as `LiveHost.load_b`."""
        self.host.load_b(drawing)
        desk = Desk(_Side(self.host, "b"), drawing, path=path)
        desk.listen(lambda turns: self._told("b", turns))
        self.desks["b"] = desk
        return desk

    def _match(self) -> str:
        matched = not self.host.comparison().matched
        self.host.match_loudness(matched=matched)
        return "loudness of A and B is matched" if matched else "A and B are as loud as they are"

    def _blind(self) -> str:
        if not self.host.comparison().blind:
            self.host.begin_blind_test()
            return "X is A or B by lot: listen to a, b and x, then vote"
        result = self.host.end_blind_test()
        return f"{result.right} of {len(result.votes)} right; by chance as good or better: {100 * result.chance:.0f} %"

    def _vote(self, side: str) -> str:
        if side not in ("a", "b"):
            raise UsageError(f"{side!r} is no side", mend="vote a or vote b")
        vote = self.host.vote("a" if side == "a" else "b")
        return f"vote {vote.trial}: {side}"

    def _dry(self) -> None:
        self.host.bypass(bypassed=not self.host.bypassed)

    # -- the chain -------------------------------------------------------------------------------------------------

    def _bypass(self, node: str) -> None:
        self.desk.bypass(node)

    def _blend(self, node: str) -> str:
        blend = self.desk.blend(node)
        return f"{blend}.mix_percent is its dry/wet knob" if blend else f"{node} is heard alone"

    def _turn(self, path: str, value: Argument) -> None:
        self.desk.turn(path, value)

    def _window(self, node: str) -> None:
        if self.host.on_editor_turn is None:
            self.host.on_editor_turn = EditorTurns(self.desks)
        self.host.open_editor(node, side=self.side)

    def _nudge(self, path: str, steps: float) -> None:
        self.desk.nudge(path, steps)

    def _insert(self, effect: str, where: str = "", node: str = "") -> str:
        return f"inserted {self.desk.insert(effect, **place_of(where, node))}"

    def _remove(self, node: str) -> None:
        self.desk.remove(node)

    def _move(self, node: str, where: str, other: str) -> None:
        self.desk.move(node, **place_of(where, other))

    def _replace(self, node: str, effect: str) -> None:
        self.desk.replace(node, effect)

    def _undo(self) -> str:
        return f"undone: {self.desk.undo()}"

    def _redo(self) -> str:
        return f"done again: {self.desk.redo()}"

    def _again(self) -> str:
        self.desk.again()
        return "from the beginning"

    def _take(self, name: str = "") -> str:
        return f"snapshot {self.desk.take(name)}"

    def _recall(self, name: str) -> str:
        self.desk.recall(name)
        return f"snapshot {name} recalled"

    def _forget(self, name: str) -> None:
        self.desk.forget(name)

    def _morph(self, first: str, second: str, position: float) -> None:
        self.desk.morph(first, second, position)

    def _random(self, amount: float = DEFAULT_AMOUNT, seed: float | None = None) -> str:
        self._seed = self._seed + 1 if seed is None else int(seed)
        self.desk.randomise(seed=self._seed, amount=amount)
        return f"chance {self._seed}, by {100 * amount:g} %"

    def _lock(self, path: str) -> str:
        desk = self.desk
        if path not in desk.drawing.node_names:
            desk.knob(path)
        desk.locks.symmetric_difference_update({path})
        return f"{path} is {'locked' if path in desk.locks else 'free'}"

    def _state(self, node: str) -> str:
        return f"state of {node}: {self.desk.keep_state(node)} bytes"

    def _save(self, file: str = "") -> str:
        return f"saved {self.desk.save(file or None)}"

    def _learn(self, path: str) -> str:
        self._midi.learn(path)
        return f"move the control that shall turn {path}"

    def _unlearn(self, path: str) -> str:
        return f"{self._midi.forget(path)} controls forgotten"

    @property
    def _midi(self) -> MidiControl:
        if self.midi is None:
            raise UsageError("no MIDI controller is listened to", mend="begin with --midi PORT")
        return self.midi

    # -- the session -----------------------------------------------------------------------------------------------

    def _record(self, file: str = "") -> str:
        going = self.host.recordings.get("output")
        if going is None:
            self.host.record(file or RECORDED_FILE, exists="number")
            return f"recording {file or RECORDED_FILE}"
        if file:
            raise UsageError(f"{going} is being recorded", mend="end it with `record` alone first")
        path, frames = self.host.stop_recording()
        return f"recorded {frames / self.host.statistics()['sample_rate_hz']:.1f} s in {path}"

    def _keep(self, seconds: float = 30.0, file: str = KEPT_FILE) -> str:
        path, length_s = self.host.keep(file, seconds)
        return f"kept {length_s:.1f} s in {path}"

    def _vary(self, count: float = 8, amount: float = DEFAULT_AMOUNT) -> str:
        if self.bounce is None or self.folder is None:
            raise UsageError("there is no file to bounce", mend="play one with `audiopost live FILE`")
        first, self._seed = self._seed + 1, self._seed + int(count)
        return self.bounce(self.desk, self.folder.present, int(count), amount, first)

    def _reset(self) -> None:
        self.host.reset_meters()

    def _label(self, name: str) -> None:
        start_s = self.host.label(name)
        if self.labelled is not None:
            self.labelled(start_s, name)

    def _quit(self) -> None:
        self._on_quit()


class _Side:
    """One side of the host, for its desk: an edit of A stays on A while B is heard."""

    def __init__(self, host: LiveHost, side: str) -> None:
        self._host = host
        self._side = side

    def set_parameter(self, path: str, value: float, *, wait: bool = True) -> int | None:
        """See `LiveHost.set_parameter`."""
        return self._host.set_parameter(path, value, wait=wait, side=self._side)

    def plugin_knobs(self) -> Mapping[str, tuple[Parameter, ...]]:
        """See `LiveHost.plugin_knobs`."""
        return self._host.plugin_knobs(side=self._side)

    def plugin_state(self, node: str) -> str:
        """See `LiveHost.plugin_state`."""
        return self._host.plugin_state(node, side=self._side)

    def swap(self, chain: GraphSpec, *, keep: bool = False) -> None:
        """See `LiveHost.swap`."""
        self._host.swap(chain, side=self._side, keep=keep)
