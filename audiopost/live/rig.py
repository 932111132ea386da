"""One running session: its processes, which engine is heard, and what happens when one dies.

Locks of control, outermost first: `_changing` (one swap or recovery at a time; may be held for seconds while a
plug-in loads), `_turning` (which chain is the present one; held for moments). The crew's thread takes neither.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from audiopost.errors import AudiopostError, DeviceError, EffectError, LayoutError, PluginCrashError
from audiopost.graph.spec import GraphSpec
from audiopost.layouts import Layout, default_layout, layout_named
from audiopost.live import messages as say
from audiopost.live.crew import Child, Crew
from audiopost.live.drawing import bypassed, pickled, turned
from audiopost.live.engine_pool import EnginePool
from audiopost.live.memory import Segment
from audiopost.live.order import Listener, Order
from audiopost.live.recovery import CrashLog
from audiopost.live.session import SessionMemory, SessionPlan
from audiopost.live.wake import semaphores_work
from audiopost.units import seconds_to_frames

__all__ = ["Rig"]

_Jobs = queue.SimpleQueue[Callable[[], None] | None]

PATIENCE_S = 10.0
STOP_PATIENCE_S = 1.0
"""For each of the few things that are asked of children at the end; what does not answer is killed."""


@dataclass(eq=False)
class _Chain:
    """The chain that plays or is about to: its drawing as turned so far, and the engine that runs it."""

    spec: GraphSpec
    voice: say.Voice
    engine: Child


class Rig:
    """The processes of one session. `start` once, `stop` once."""

    def __init__(self, order: Order, listener: Listener) -> None:
        self.order = order
        self.finished = threading.Event()
        self.lost: AudiopostError | None = None
        self.opened: say.OpenedDevice = say.OpenedDevice()
        self.memory: SessionMemory | None = None
        self.engine_restarts = 0
        self.quarantined: list[str] = []
        self._listener = listener
        self._segment = Segment()
        self._pipes = () if semaphores_work() else tuple(os.pipe() for _ in range(2 * order.engines + 2))
        self._crew = Crew(
            self._segment.descriptor, tuple(end for pair in self._pipes for end in pair), self._hear, self._mourn
        )
        self._pool: EnginePool | None = None
        self._heard: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._chain: _Chain | None = None
        self._playing = False
        self._stopping = False
        self._recordings: dict[say.TapName, Path] = {}
        self._source_ready = threading.Event()
        self._changing = threading.Lock()
        self._turning = threading.Lock()
        self._crashes = CrashLog()
        self._blame: dict[int, str] = {}
        self._marks: dict[int, int] = {}
        self._fallen: Child | None = None
        self._rehearse = True
        # Two workers: bringing a chain back waits for an engine that the other one starts.
        self._repairs: _Jobs = queue.SimpleQueue()
        self._renewals: _Jobs = queue.SimpleQueue()
        self._workers = tuple(
            threading.Thread(target=self._do, args=(jobs,), name=f"audiopost live {name}", daemon=True)
            for name, jobs in (("repairs", self._repairs), ("renewals", self._renewals))
        )

    # -- start and stop --------------------------------------------------------------------------------------------

    def start(self, spec: GraphSpec, recordings: Sequence[say.Record] = ()) -> None:
        """Start everything; sound begins with frame 0. Raises AudiopostError; call `stop` then too."""
        order = self.order
        # All at once: they spend their time importing.
        self._device = self._crew.start("device")
        self._media = self._crew.start("media")
        first = self._crew.start("engine", 0)
        layout, notes = self._open_source()
        plan = self._make_plan(layout)
        self.memory = SessionMemory(self._segment, plan, first=True)
        self._pool = EnginePool(self._crew, self.memory)
        for child in (self._device, self._media):
            self._crew.wait_ready(child)
            self._crew.ask(child, say.Setup(0, plan))
        self._pool.adopt(first)
        voice = self._pool.load(0, pickled(spec))
        self._chain = _Chain(spec, voice, first)
        for recording in recordings:
            self.record(recording)
        if order.source is not None and not self._source_ready.wait(PATIENCE_S):
            raise DeviceError(str(order.source), "the file is not read in time")
        attached: say.Attached = self._crew.ask(self._device, say.Start(0, voice, order.ceiling_linear))
        self._playing = True
        self._listener.chain_started(attached.frame, spec)
        for worker in self._workers:
            worker.start()
        for slot in range(1, order.engines):
            self._renewals.put(partial(self._fill, slot))
        for note in (*notes, *filter(None, [self.opened.note])):
            self._listener.problem(note)

    def stop(self) -> None:
        """End everything; returns within a few seconds, whatever state the processes are in."""
        self._stopping = True
        try:
            for tap, path in tuple(self._recordings.items()):
                try:
                    self.stop_recording(tap)
                except AudiopostError as error:
                    self._listener.problem(f"the recording {path} may be incomplete: {error}")
            if self._playing and not self._device.dead:
                self._crew.ask(self._device, say.StopPlaying(), STOP_PATIENCE_S)
        except DeviceError as error:
            self._listener.problem(str(error))
        finally:
            self._crew.close()
            for jobs, worker in zip((self._repairs, self._renewals), self._workers, strict=True):
                jobs.put(None)
                if worker.is_alive():
                    worker.join(STOP_PATIENCE_S)
            for pair in self._pipes:
                for end in pair:
                    os.close(end)
            # The mapping goes with its last view, not with the next garbage collection.
            self.memory = self._pool = None
            self._segment.close()
            self.finished.set()

    def _open_source(self) -> tuple[Layout, tuple[str, ...]]:
        order = self.order
        if order.source is None:
            return order.layout or layout_named("stereo"), ()
        request = say.OpenSource(0, order.source, order.sample_rate, order.loop, order.region)
        opened: say.OpenedSource = self._crew.ask(self._media, request)
        assert opened.layout is not None
        if order.layout is not None and order.layout.channels != opened.layout.channels:
            raise LayoutError(f"{opened.layout.channels} channels are not {order.layout}", where=str(order.source))
        return order.layout or opened.layout, opened.notes

    def _make_plan(self, layout: Layout) -> SessionPlan:
        order = self.order
        request = say.OpenDevice(
            0, order.device, order.input_device, order.live_input, order.sample_rate,
            order.output_channels or max(2, layout.channels),
        )  # fmt: skip
        try:
            self.opened = self._crew.ask(self._device, request)
        except DeviceError:
            if not self._device.dead:
                raise
            # PortAudio ends its process when a sound server does not answer it in time: once more with a new one.
            self._device = self._crew.start("device")
            self._crew.wait_ready(self._device)
            self.opened = self._crew.ask(self._device, request)
        clocked_elsewhere = self.opened.name != "null"
        return SessionPlan(
            sample_rate=order.sample_rate,
            block_frames=order.block_frames,
            layout=layout,
            output_channels=self.opened.output_channels,
            input_channels=self.opened.input_channels,
            engines=order.engines,
            has_source=order.source is not None,
            live_input=order.live_input,
            speed=1.0 if clocked_elsewhere else order.speed,
            duration_frames=(
                None if order.duration_s is None else seconds_to_frames(order.duration_s, order.sample_rate)
            ),
            pipes=self._pipes,
        )

    # -- what control asks for -------------------------------------------------------------------------------------

    def swap(self, spec: GraphSpec) -> None:
        """Bring in another drawing; returns when it alone is heard. Raises AudiopostError: the old sound stays."""
        drawing = pickled(spec)
        with self._changing:
            self._bring_in(spec, drawing)
            self._rehearse = True

    def set_parameter(self, path: str, value: float, *, wait: bool = True) -> int | None:
        """Turn a parameter; the absolute frame at which it took effect, None without waiting.

        Raises AudiopostError if the node, the parameter or the value is wrong.
        """
        answer: queue.SimpleQueue[say.Message] = queue.SimpleQueue()
        with self._turning:
            chain = self._chain
            assert chain is not None

            def take(reply: say.Message) -> None:
                self._parameter_answered(chain, path, value, reply, told=wait)
                answer.put(reply)

            self._crew.ask_later(chain.engine, say.SetParameter(0, path, value), take)
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

    def record(self, request: say.Record) -> None:
        """Open a recording, from the next block on. Raises AudiopostError."""
        assert self.memory is not None
        assert self._chain is not None
        if request.tap in self._recordings:
            raise DeviceError(str(request.path), f"the {request.tap} is being recorded already")
        outputs = default_layout(self.memory.plan.output_channels)
        whole = replace(request, layout=outputs if request.tap == "output" else self._chain.voice.layout)
        assert whole.layout is not None
        self.memory.tap(request.tap, whole.layout.channels).clear()
        self._crew.ask(self._media, whole)
        self._recordings[request.tap] = request.path
        self._crew.tell(self._device, say.StartTap(0, request.tap, whole.layout.channels))

    def stop_recording(self, tap: say.TapName) -> say.Recorded:
        """Close a recording; all that was heard until now is in the file. Raises AudiopostError."""
        if tap not in self._recordings:
            raise DeviceError(tap, "nothing is being recorded")
        self._recordings.pop(tap)
        try:
            tapped: say.Tapped = self._crew.ask(self._device, say.StopTap(0, tap), STOP_PATIENCE_S)
            frames = tapped.frames
        except DeviceError:
            frames = sys.maxsize  # the device is gone: what lies in the ring is all there is
        patience_s = 2 * STOP_PATIENCE_S if self._stopping else PATIENCE_S
        recorded: say.Recorded = self._crew.ask(self._media, say.StopRecording(0, tap, frames), patience_s)
        return recorded

    def pids(self) -> dict[str, Any]:
        """Process ids, by role."""
        assert self._pool is not None
        return {
            "control": os.getpid(), "device": self._device.pid, "media": self._media.pid, "engines": self._pool.pids,
        }  # fmt: skip

    # -- changing the chain ----------------------------------------------------------------------------------------

    def _bring_in(self, spec: GraphSpec, drawing: bytes) -> None:
        """Load into a free engine, let it come, wait until it is heard. Holds `_changing`.

        Raises AudiopostError; then the chain before is the present one, and `_fallen` is the engine if it died.
        """
        assert self._pool is not None
        slot = self._pool.take(PATIENCE_S)
        engine = self._fallen = self._pool.child(slot)
        before = self._chain
        try:
            voice = self._pool.load(slot, drawing)
            with self._turning:
                attached: say.Attached = self._crew.ask(self._device, say.Attach(0, voice))
                self._chain = _Chain(spec, voice, engine)
                self._listener.chain_started(attached.frame, spec)
            self._await_heard(engine)
        except AudiopostError:
            self._chain = before
            if engine.dead:
                raise self._death_of(engine, spec) from None
            self._crew.ask(self._device, say.Drop(0, slot), STOP_PATIENCE_S)
            self._pool.give_back(slot)
            raise

    def _await_heard(self, engine: Child) -> None:
        limit = time.monotonic() + PATIENCE_S
        while not self.finished.is_set():
            if engine.dead or time.monotonic() > limit:
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

    def _parameter_answered(self, chain: _Chain, path: str, value: float, reply: say.Message, *, told: bool) -> None:
        """On the crew's thread. A parameter that the engine took with it into death is kept for its successor.

        `told`: who turned the parameter waits, and is told of a failure by its error.
        """
        if isinstance(reply, say.ParameterSet):
            chain.spec = turned(chain.spec, path, value)
            self._listener.parameter_moved(reply.frame, path, value)
        elif isinstance(reply, say.Failed) and isinstance(reply.error, DeviceError):
            try:
                chain.spec = turned(chain.spec, path, value)
            except AudiopostError as error:
                self._listener.problem(str(error))
        elif isinstance(reply, say.Failed) and not told:
            self._listener.problem(str(reply.error))

    # -- what children say (on the crew's thread) ------------------------------------------------------------------

    def _hear(self, _child: Child, message: say.Message) -> None:
        match message:
            case say.SourceReady():
                self._source_ready.set()
            case say.Heard():
                self._heard.put(message.slot)
            case say.Freed() if self._pool is not None:
                self._pool.give_back(message.slot)
            case say.EngineSilent() if self._pool is not None:
                silent = self._pool.child(message.slot)
                self._blame[silent.pid] = "it did not answer for a quarter of a second"
                self._crew.kill(silent)
            case say.NodeFailed():
                self._node_failed(message)
            case say.NonFiniteSeen():
                sentence = f"{message.node}: {message.count} samples were not finite, from frame {message.frame} on"
                self._listener.problem(f"{sentence}; replaced by silence")
            case say.Recorded():
                self._listener.problem(f"recording ended: {message.path}")
            case say.Problem():
                self._listener.problem(message.what)
            case say.Finished():
                self.finished.set()

    def _node_failed(self, message: say.NodeFailed) -> None:
        if isinstance(message.error, EffectError):
            self.quarantined.append(message.error.node)
        self._listener.problem(f"{message.error}; it is bypassed from frame {message.frame} on, the rest plays")

    def _mourn(self, child: Child) -> None:
        if child.role == "engine":
            memory = self.memory
            if memory is not None and self._playing:
                # Read now: the engine that follows in its place begins with a clean sheet.
                self._marks[child.pid] = memory.exchanges[child.slot].mark
                self._rehearse = self._rehearse and self._innocent(child)
                self._repairs.put(partial(self._revive, child))
                self._renewals.put(partial(self._renew, child))
        elif child.role == "device" and self._playing:
            self.lost = DeviceError(self.opened.name or "device", f"its process has ended: {child.cause}")
            self.finished.set()
        elif self._playing:
            self._listener.problem(f"the media process has ended ({child.cause}): no more source, no more recording")

    # -- repairs (on the worker's thread) --------------------------------------------------------------------------

    def _do(self, jobs: _Jobs) -> None:
        while (job := jobs.get()) is not None:
            try:
                job()
            except AudiopostError as error:
                if not self._stopping:
                    self._listener.problem(str(error))

    def _renew(self, dead: Child) -> None:
        """Start a process in the place of a dead one, once the device asks it no more."""
        assert self._pool is not None
        self._crew.ask(self._device, say.Drop(0, dead.slot))
        self.engine_restarts += 1
        self._fill(dead.slot)

    def _fill(self, slot: int) -> None:
        """Start a process in an empty slot; it rehearses the present chain, unless that has killed one before."""
        assert self._pool is not None
        chain = self._chain
        try:
            self._pool.renew(slot, pickled(chain.spec) if chain is not None and self._rehearse else None)
        except AudiopostError:
            self._rehearse = False
            raise

    def _revive(self, dead: Child) -> None:
        """Bring the chain that a dead engine ran back in another one, with its parameters as they stood."""
        with self._changing:
            chain = self._chain
            if chain is None or chain.engine is not dead:
                self._listener.problem(f"{dead.name} has died: {dead.cause}; it was not heard")
                return
            while (spec := self._judged(chain, dead)) is not None:
                try:
                    self._bring_in(spec, pickled(spec))
                except AudiopostError as error:
                    if self._fallen is None or not self._fallen.dead:
                        self._listener.problem(f"the chain cannot be brought back: {error}")
                        return
                    dead = self._fallen
                else:
                    return

    def _judged(self, chain: _Chain, dead: Child) -> GraphSpec | None:
        """The drawing to try again: as it was, without a node that crashes again and again, or none."""
        culprit = self._culprit(dead, chain.spec)
        innocent = self._innocent(dead)
        cause = self._blame.pop(dead.pid, dead.cause)
        blamed = f" in node {culprit!r}" if culprit else ""
        self._listener.problem(f"{dead.name} has died{blamed}: {cause}; another engine takes over")
        if innocent or not self._crashes.crashed(culprit, time.monotonic()):
            return chain.spec
        if not culprit:
            self.quarantined.append(chain.spec.name or "chain")
            self._listener.problem("the chain has crashed three times within a minute: swap it; the dry source plays")
            return None
        self.quarantined.append(culprit)
        self._listener.problem(f"node {culprit!r} has crashed three times within a minute: it is bypassed")
        chain.spec = bypassed(chain.spec, culprit)
        return chain.spec

    def _innocent(self, dead: Child) -> bool:
        """Whether an engine was killed by a person or by the system: not the chain's fault, however often."""
        return dead.process.returncode == -signal.SIGKILL and dead.pid not in self._blame

    def _culprit(self, dead: Child, spec: GraphSpec) -> str:
        """The foreign node that the engine was in when it died; empty if it was in none."""
        mark = self._marks.get(dead.pid, 0)
        return spec.node_names[mark - 1] if 0 < mark <= len(spec.nodes) else ""
