"""Control's side of the chains: which drawing plays on which side, how another one comes in, and who takes over.

Locks, outermost first: `changing` (one swap, switch or recovery at a time; may be held for seconds while a plug-in
loads), `_turning` (which chain is the present one of a side; held for moments). The crew's thread takes neither.
"""

from __future__ import annotations

import queue
import signal
import threading
import time
from dataclasses import dataclass

from audiopost.errors import AudiopostError, DeviceError, PluginCrashError, UsageError
from audiopost.graph.spec import GraphSpec
from audiopost.live import messages as say
from audiopost.live.crew import Child
from audiopost.live.drawing import bypassed, pickled, turned
from audiopost.live.engine_pool import Knobs
from audiopost.live.recovery import CrashLog
from audiopost.live.stage import PATIENCE_S, STOP_PATIENCE_S, Stage

__all__ = ["Chain", "Chains"]


HAND_OVER_PATIENCE_S = 1.0


@dataclass(eq=False)
class Chain:
    """A chain that plays or is about to: its drawing as turned so far, and the engine that runs it."""

    spec: GraphSpec
    voice: say.Voice
    engine: Child


class Chains:
    """The one or two chains of a session: side ``a``, and ``b`` beside it when two are compared.

    Attributes
    ----------
    side : str
        The side that is heard.
    watched : tuple of str
        Nodes whose sound comes with the answers.
    engine_restarts : int
        Engines that were started in the place of dead ones.
    quarantined : list of str
        Nodes that were taken out, and chains that were given up.
    """

    def __init__(self, stage: Stage, spec: GraphSpec, voice: say.Voice) -> None:
        self.side = "a"
        self.watched: tuple[str, ...] = ()
        self.engine_restarts = 0
        self.quarantined: list[str] = []
        self.changing = threading.RLock()
        self._stage = stage
        self._chains = {"a": Chain(spec, voice, stage.pool.child(voice.slot))}
        self._heard: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._turning = threading.Lock()
        self._crashes = CrashLog()
        self._blame: dict[int, str] = {}
        self._marks: dict[int, int] = {}
        self._fallen: Child | None = None
        self._rehearse = True
        self._told: set[str] = set()

    @property
    def present(self) -> Chain:
        """The chain that is heard."""
        return self._chains[self.side]

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides that there are, the one that is heard first."""
        return (self.side, *(side for side in self._chains if side != self.side))

    @property
    def voices(self) -> tuple[say.Voice, ...]:
        """Of every chain whose engine lives, the one that is heard first."""
        chains = (self._chains[side] for side in self.sides)
        return tuple(chain.voice for chain in chains if not chain.engine.dead)

    def of(self, side: str | None) -> Chain:
        """The chain of a side; None: the one that is heard. Raises UsageError if there is none."""
        chain = self._chains.get(side or self.side)
        if chain is None:
            raise UsageError(f"there is no side {side!r}", mend="load a chain for it first")
        return chain

    # -- what control asks for -------------------------------------------------------------------------------------

    def swap(self, spec: GraphSpec, side: str | None = None, *, keep: bool = False) -> None:
        """Bring another drawing in; returns when it alone is heard on its side, or warm where nobody hears it.

        `keep`: nodes that both drawings have go on from what they remember. Raises AudiopostError: the old sound stays.
        """
        drawing = pickled(spec)
        with self.changing:
            self._bring_in(spec, drawing, side or self.side, keep=keep)
            self._rehearse = True

    def switch(self, side: str) -> None:
        """Crossfade to the other side; returns when it alone is heard. Raises AudiopostError."""
        with self.changing:
            chain = self.of(side)
            if side == self.side:
                return
            self._forget_heard()
            self._stage.tell_device(say.SwitchTo(0, side))
            self._await_heard(chain.engine)
            self.side = side

    def watch(self, node: str, *, watched: bool = True) -> None:
        """Have the sound of a node come with the answers, or no more. Raises AudiopostError."""
        with self.changing:
            if (node in self.watched) == watched:
                return
            before = self.watched
            self.watched = (*before, node) if watched else tuple(each for each in before if each != node)
            try:
                if watched:
                    self.present.spec.node(node)
                for side in tuple(self._chains):
                    spec = self._chains[side].spec
                    if node in spec.node_names:
                        self._bring_in(spec, pickled(spec), side)
            except BaseException:
                self.watched = before
                raise

    def set_parameter(self, path: str, value: float, side: str | None, *, wait: bool) -> int | None:
        """Turn a parameter; the absolute frame at which it took effect, None without waiting.

        Raises AudiopostError if the node, the parameter or the value is wrong.
        """
        answer: queue.SimpleQueue[say.Message] = queue.SimpleQueue()
        with self._turning:
            chain = self.of(side)

            def take(reply: say.Message) -> None:
                self._parameter_answered(chain, path, value, reply, told=wait)
                answer.put(reply)

            self._stage.crew.ask_later(chain.engine, say.SetParameter(0, path, value), take)
        if not wait:
            return None
        try:
            reply = answer.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise DeviceError("engine", f"{path} was not taken within {PATIENCE_S:g} s") from None
        if isinstance(reply, say.Failed) and not isinstance(reply.error, DeviceError):
            assert reply.error is not None
            raise reply.error
        return reply.frame if isinstance(reply, say.ParameterSet) else None

    def play_midi(self, message: bytes, side: str | None) -> None:
        """Send a note or a controller to the nodes that hear notes; what an engine takes into death is not repeated."""
        with self._turning:
            chain = self.of(side)

            def take(reply: say.Message) -> None:
                if isinstance(reply, say.NotePlayed):
                    self._stage.listener.note_played(reply.frame, message, chain.voice.side)

            self._stage.crew.ask_later(chain.engine, say.PlayNote(0, message), take)

    def knobs(self, side: str | None) -> Knobs:
        """Of each plug-in file of a side's chain: what can be turned, and where it stood when it was loaded."""
        return self._stage.pool.knobs(self.of(side).voice.slot)

    def plugin_state(self, node: str, side: str | None) -> str:
        """How a plug-in would save itself now, as base64. Raises AudiopostError."""
        chain = self.of(side)
        chain.spec.node(node)
        read: say.StateRead = self._stage.crew.ask(chain.engine, say.ReadState(0, node))
        return read.state

    def open_editor(self, node: str, side: str | None) -> None:
        """Open the window of the plug-in that a node plays. Raises AudiopostError where there is none."""
        chain = self.of(side)
        chain.spec.node(node)
        self._stage.crew.ask(chain.engine, say.OpenEditor(0, node), PATIENCE_S)

    def turned_in_editor(self, engine: Child, turn: say.KnobTurned) -> None:
        """On the crew's thread: a person turned a knob in a plug-in's window, so the plug-in stands there already."""
        for chain in tuple(self._chains.values()):
            if chain.engine is engine:
                chain.spec = turned(chain.spec, turn.path, turn.value)
                self._stage.listener.parameter_moved(turn.frame, turn.path, turn.value, chain.voice.side)
                self._stage.listener.turned_in_editor(turn.path, turn.value, chain.voice.side)

    # -- what the device says (on the crew's thread) ---------------------------------------------------------------

    def heard(self, slot: int) -> None:
        """A fade is over, or a voice beside is warm."""
        self._heard.put(slot)

    def blame(self, engine: Child, cause: str) -> None:
        """Why an engine is about to be killed."""
        self._blame[engine.pid] = cause

    def mourn(self, engine: Child) -> None:
        """An engine has died: look at its last words before its memory is used again."""
        self._marks[engine.pid] = self._stage.memory.exchanges[engine.slot].mark
        self._rehearse = self._rehearse and self._innocent(engine)

    # -- how a chain comes in --------------------------------------------------------------------------------------

    def _bring_in(self, spec: GraphSpec, drawing: bytes, side: str, *, keep: bool = False) -> None:
        """Load into a free engine, let it come, wait until it is heard. Holds `changing`.

        Raises AudiopostError; then the chain before is the present one, and `_fallen` the engine that was to play,
        None if there was none.
        """
        stage, self._fallen = self._stage, None
        slot = stage.pool.take(PATIENCE_S)
        engine = self._fallen = stage.pool.child(slot)
        before = self._chains.get(side)
        try:
            kept = _kept_nodes(before.spec, spec) if keep and before is not None else ()
            voice = stage.pool.load(slot, drawing, side, self.watched, held=bool(kept))
            self._forget_heard()
            with self._turning:
                attached: say.Attached = stage.ask_device(say.Attach(0, voice))
                self._chains[side] = Chain(spec, voice, engine)
                stage.listener.chain_started(attached.frame, spec, side)
            if kept and before is not None:
                self._hand_over(before.engine, engine, kept)
            self._await_heard(engine)
            self._tell_of_lost_points(before, spec)
            self.tell_notes(slot)
            if before is not None and not before.engine.dead:
                stage.crew.tell(before.engine, say.CloseEditors())
        except AudiopostError:
            if before is None:
                self._chains.pop(side, None)
            else:
                self._chains[side] = before
            if engine.dead:
                raise self._death_of(engine, spec) from None
            if not stage.device.dead:
                stage.ask_device(say.Drop(0, slot), STOP_PATIENCE_S)
            stage.pool.give_back(slot)
            raise

    def tell_notes(self, slot: int) -> None:
        """What a person should know about the chain that an engine has loaded; each sentence once in a session."""
        for note in self._stage.pool.notes(slot):
            if note not in self._told:
                self._told.add(note)
                self._stage.listener.problem(note)

    def _tell_of_lost_points(self, before: Chain | None, after: GraphSpec) -> None:
        """A watched node that is not there any more: whoever measures or records it is told what he gets."""
        for node in self.watched:
            if before is not None and node in before.spec.node_names and node not in after.node_names:
                self._stage.listener.problem(
                    f"node {node!r} is watched and was taken out: until it is back, silence is measured and recorded"
                )

    def _hand_over(self, old: Child, new: Child, nodes: tuple[str, ...]) -> None:
        """What the nodes remember goes from one engine to the other; if it cannot be had, the new one begins anew."""
        try:
            kept: say.Remembered = self._stage.crew.ask(old, say.Remember(0, nodes), HAND_OVER_PATIENCE_S)
        except DeviceError:
            kept = say.Remembered()
        self._stage.crew.tell(new, say.Adopt(0, kept.frame, kept.parcels))

    def _forget_heard(self) -> None:
        while not self._heard.empty():
            self._heard.get()

    def _await_heard(self, engine: Child) -> None:
        device, limit = self._stage.device, time.monotonic() + PATIENCE_S
        while not self._stage.finished.is_set():
            if engine.dead or device.dead or time.monotonic() > limit:
                raise DeviceError(engine.name, f"the chain was not ready to be heard within {PATIENCE_S:g} s")
            try:
                if self._heard.get(timeout=0.05) == engine.slot:
                    return
            except queue.Empty:
                continue

    def _death_of(self, engine: Child, spec: GraphSpec) -> AudiopostError:
        culprit = self._culprit(engine, spec)
        what = f"it took its process down: {engine.cause}"
        return PluginCrashError(culprit, what) if culprit else DeviceError(engine.name, what)

    def _parameter_answered(self, chain: Chain, path: str, value: float, reply: say.Message, *, told: bool) -> None:
        """On the crew's thread. A parameter that the engine took with it into death is kept for its successor.

        `told`: who turned the parameter waits, and is told of a failure by its error.
        """
        listener = self._stage.listener
        if isinstance(reply, say.ParameterSet):
            chain.spec = turned(chain.spec, path, value)
            listener.parameter_moved(reply.frame, path, value, chain.voice.side)
        elif isinstance(reply, say.Failed) and isinstance(reply.error, DeviceError):
            try:
                chain.spec = turned(chain.spec, path, value)
            except AudiopostError as error:
                listener.problem(str(error))
        elif isinstance(reply, say.Failed) and not told:
            listener.problem(str(reply.error))

    # -- repairs (on the workers' threads) -------------------------------------------------------------------------

    def renew(self, dead: Child) -> None:
        """Start a process in the place of a dead one, once the device asks it no more."""
        try:
            self._stage.ask_device(say.Drop(0, dead.slot))
        except DeviceError:
            if not self._stage.device.dead:
                raise
        self.engine_restarts += 1
        self.fill(dead.slot)

    def fill(self, slot: int) -> None:
        """Start a process in an empty slot; it rehearses the present chain, unless that has killed one before."""
        try:
            self._stage.pool.renew(slot, pickled(self.present.spec) if self._rehearse else None)
        except AudiopostError:
            self._rehearse = False
            raise

    def revive(self, dead: Child) -> None:
        """Bring the chain that a dead engine ran back in another one, with its parameters as they stood."""
        with self.changing:
            side = next((side for side, chain in self._chains.items() if chain.engine is dead), None)
            if side is None:
                self._stage.listener.problem(f"{dead.name} has died: {dead.cause}; it was not heard")
                return
            chain = self._chains[side]
            while (spec := self._judged(chain, dead)) is not None:
                try:
                    self._bring_in(spec, pickled(spec), side)
                except AudiopostError as error:
                    if self._stage.stopping:
                        return  # every engine is dead by now, and none of them for a reason of its own
                    if self._fallen is None or not self._fallen.dead:
                        self._stage.listener.problem(f"the chain cannot be brought back: {error}")
                        return
                    dead = self._fallen
                else:
                    return

    def revive_all(self) -> None:
        """After the device was away: bring back what died meanwhile, and free what nobody plays."""
        with self.changing:
            playing = {chain.engine.slot for chain in self._chains.values()}
            for slot in range(self._stage.order.engines):
                if slot not in playing:
                    self._stage.pool.give_back(slot)
            for chain in tuple(self._chains.values()):
                if chain.engine.dead:
                    self.revive(chain.engine)

    def _judged(self, chain: Chain, dead: Child) -> GraphSpec | None:
        """The drawing to try again: as it was, without a node that crashes again and again, or none."""
        problem = self._stage.listener.problem
        culprit = self._culprit(dead, chain.spec)
        innocent = self._innocent(dead)
        cause = self._blame.pop(dead.pid, dead.cause)
        blamed = f" in node {culprit!r}" if culprit else ""
        problem(f"{dead.name} has died{blamed}: {cause}; another engine takes over")
        if innocent or not self._crashes.crashed(culprit, time.monotonic()):
            return chain.spec
        if not culprit:
            self.quarantined.append(chain.spec.name or "chain")
            problem("the chain has crashed three times within a minute: swap it; the dry source plays")
            return None
        self.quarantined.append(culprit)
        problem(f"node {culprit!r} has crashed three times within a minute: it is bypassed")
        chain.spec = bypassed(chain.spec, culprit)
        return chain.spec

    def _innocent(self, dead: Child) -> bool:
        """Whether an engine was killed by a person or by the system: not the chain's fault, however often."""
        return dead.process.returncode == -signal.SIGKILL and dead.pid not in self._blame

    def _culprit(self, dead: Child, spec: GraphSpec) -> str:
        """The foreign node that the engine was in when it died; empty if it was in none."""
        mark = self._marks.get(dead.pid, 0)
        return spec.node_names[mark - 1] if 0 < mark <= len(spec.nodes) else ""


def _kept_nodes(before: GraphSpec, after: GraphSpec) -> tuple[str, ...]:
    """Nodes of one name and one effect in both drawings; that of an edited source file is still the same effect."""
    effects = {name: (node.effect, node.settings, node.bypass) for name, node in before.nodes}
    return tuple(name for name, node in after.nodes if effects.get(name) == (node.effect, node.settings, node.bypass))
