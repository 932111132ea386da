"""One running session: its processes are started, heard and, when one dies, replaced; its parts are put together.

::

    Rig ── Stage (the processes of now) ──┬── Chains       which drawing on which engine
                                          ├── Transport    which files, from where, how fast
                                          ├── Recorder     which files are written
                                          └── Metering     what is measured

What a dead process leaves behind:

- an engine: the device plays the dry source; its chain comes back in a resident engine, another process is started;
- the device (its server has gone, it hangs): another one is tried until it plays, with the same engines and rings;
- media: another one goes on where the rings end;
- meters: another one begins anew.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from audiopost.errors import AudiopostError, DeviceError, EffectError, LayoutError
from audiopost.graph.spec import GraphSpec
from audiopost.layouts import Layout, layout_named
from audiopost.live import messages as say
from audiopost.live.chains import Chains
from audiopost.live.crew import Child, Crew
from audiopost.live.drawing import pickled
from audiopost.live.engine_pool import EnginePool
from audiopost.live.itinerary import Itinerary
from audiopost.live.memory import Segment
from audiopost.live.metering import Metering
from audiopost.live.order import Listener, Order
from audiopost.live.recorder import Recorder
from audiopost.live.session import SessionMemory, SessionPlan
from audiopost.live.stage import LOOK_PATIENCE_S, STOP_PATIENCE_S, Stage
from audiopost.live.statistics import Count
from audiopost.live.transport import Transport
from audiopost.live.transport_state import stems_of
from audiopost.live.wake import semaphores_work
from audiopost.units import seconds_to_frames

__all__ = ["Rig"]

_Jobs = queue.SimpleQueue[Callable[[], None] | None]

LOOK_S = 0.1
LOST_S = 1.0
"""A device that has asked for no block in so long is lost, also where its process does not know it yet."""

NULL = "null"
"""The device without hardware takes the place of a missing one at the start, never of one that was lost."""

RETRY_S = 0.3
"""Pause between two attempts to open a device."""

WORKER_PATIENCE_S = 5.0
"""At the end, when all that a worker may wait for fails at once: this is for a machine that is kept busy."""

RATE_ATTEMPTS = 2
"""So often a device that runs at another rate may refuse ours, and the session goes on at that rate."""


class Rig:
    """The processes of one session. `start` once, `stop` once."""

    def __init__(self, order: Order, listener: Listener) -> None:
        self.order = order
        self.opened: say.OpenedDevice = say.OpenedDevice()
        self.device_restarts = 0
        self.stage: Stage
        self.chains: Chains
        self.transport = Transport((), Itinerary(0.0))
        self.recorder: Recorder
        self.metering: Metering
        self.finished = threading.Event()
        self.bypassed = False
        self.cap_linear = order.cap_linear
        self.trims: dict[str, float] = {}
        self._listener = listener
        self._ready = False
        self._on_null = False
        self._progress_s = 0.0
        self._stopping = threading.Event()
        self._segment = Segment()
        self._pipes = () if semaphores_work() else tuple(os.pipe() for _ in range(2 * order.engines + 2))
        inherited = tuple(end for pair in self._pipes for end in pair)
        self._crew = Crew(self._segment.descriptor, inherited, self._hear, self._mourn)
        # Several workers: bringing a chain back waits for an engine that another one starts, and for a device.
        self._repairs: _Jobs = queue.SimpleQueue()
        self._renewals: _Jobs = queue.SimpleQueue()
        self._devices: _Jobs = queue.SimpleQueue()
        self._workers = [
            threading.Thread(target=self._do, args=(jobs,), name=f"audiopost live {name}", daemon=True)
            for name, jobs in (("repairs", self._repairs), ("renewals", self._renewals), ("devices", self._devices))
        ]
        self._watch = threading.Thread(target=self._watch_device, name="audiopost live watch", daemon=True)

    # -- start and stop --------------------------------------------------------------------------------------------

    def start(self, spec: GraphSpec, recordings: Sequence[say.Record] = ()) -> None:
        """Start everything; sound begins with frame 0. Raises AudiopostError; call `stop` then too."""
        # All at once: they spend their time importing.
        device, media = self._crew.start("device"), self._crew.start("media")
        first = self._crew.start("engine", 0)
        layout, notes = self._look_at_source(media)
        device = self._open(device, layout)
        self._on_null = self.opened.name == NULL
        plan = self._make_plan(layout)
        memory = SessionMemory(self._segment, plan, first=True)
        stage = Stage(self.order, self._listener, self._crew, device, media, memory, EnginePool(self._crew, memory))
        stage.finished = self.finished
        self.stage = stage
        for child in (device, media):
            self._crew.wait_ready(child)
            self._crew.ask(child, say.Setup(0, plan))
        stage.pool.adopt(first)
        self.chains = Chains(stage, spec, stage.pool.load(0, pickled(spec)))
        self.recorder, self.metering = Recorder(stage), Metering(stage)
        self._ready = True
        for recording in recordings:
            self.record(recording)
        self.transport.begin(stage)
        attached: say.Attached = stage.ask_device(self._start_message())
        stage.playing = True
        self._listener.chain_started(attached.frame, spec, "a")
        for thread in (*self._workers, self._watch):
            thread.start()
        for slot in range(1, self.order.engines):
            self._renewals.put(partial(self.chains.fill, slot))
        for note in (*notes, *filter(None, [self.opened.note])):
            self._listener.problem(note)
        self.chains.tell_notes(0)

    def stop(self) -> None:
        """End everything; returns within a few seconds, whatever state the processes are in."""
        self._stopping.set()
        try:
            if self._ready:
                self.stage.stopping = True
                self.stage.pool.close()
                self.recorder.stop_all()
                if self.stage.playing and not self.stage.device.dead:
                    self.stage.ask_device(say.StopPlaying(), STOP_PATIENCE_S)
        except DeviceError as error:
            self._listener.problem(str(error))
        finally:
            self._crew.close()
            for jobs in (self._repairs, self._renewals, self._devices):
                jobs.put(None)
            for worker in (*self._workers, self._watch):
                if worker.is_alive():
                    worker.join(WORKER_PATIENCE_S)
            for pair in self._pipes:
                for end in pair:
                    os.close(end)
            if self._ready:
                # The mapping goes with its last view, not with the next garbage collection.
                del self.stage.memory, self.stage.pool
            self._segment.close()
            self.finished.set()

    def record(self, request: say.Record) -> None:
        """Open a recording. Raises AudiopostError."""
        self.recorder.start(request, self.recorder.layout_of(request.tap, self.chains.present.voice))

    def bypass(self, *, bypassed: bool) -> int | None:
        """Hear the dry source, or the chain again; the frame of the change, None where it was so already."""
        if bypassed == self.bypassed:
            return None
        answer: say.Bypassed = self.stage.ask_device(say.Bypass(0, bypassed))
        self.bypassed = bypassed
        return answer.frame

    def pids(self) -> dict[str, Any]:
        """Process ids, by role."""
        pids: dict[str, Any] = {
            "control": os.getpid(), "device": self.stage.device.pid, "media": self.stage.media.pid,
            "engines": self.stage.pool.pids,
            "playing": self.chains.present.engine.pid,
        }  # fmt: skip
        meters = self.metering.pid
        return pids if meters is None else {**pids, "meters": meters}

    def _look_at_source(self, media: Child) -> tuple[Layout, tuple[str, ...]]:
        order = self.order
        if not order.sources:
            return order.layout or layout_named("stereo"), ()
        seen: say.Seen = self._crew.ask(media, say.LookAt(0, order.sources, order.layout, order.adm), LOOK_PATIENCE_S)
        assert seen.layout is not None
        if order.layout is not None and order.layout.channels != seen.layout.channels:
            raise LayoutError(f"{seen.layout.channels} channels are not {order.layout}", where=str(order.sources[0]))
        way = Itinerary(
            seen.length_s, order.start_s, order.source_speed, order.loop, order.region
        )  # fmt: skip
        self.transport = Transport(stems_of(order.sources), way)
        return order.layout or seen.layout, seen.notes

    def _open(self, device: Child, layout: Layout) -> Child:
        """Ask the device process what it can play on; it, or the one that had to take its place."""
        order = self.order
        request = say.OpenDevice(
            0, order.device, order.input_device, order.live_input, order.sample_rate,
            order.output_channels or max(2, layout.channels),
        )  # fmt: skip
        try:
            self.opened = self._crew.ask(device, request)
        except DeviceError:
            if not device.dead:
                raise
            # PortAudio ends its process when a sound server does not answer it in time: once more with a new one.
            device = self._crew.start("device")
            self._crew.wait_ready(device)
            self.opened = self._crew.ask(device, request)
        return device

    def _make_plan(self, layout: Layout) -> SessionPlan:
        order = self.order
        duration = None if order.duration_s is None else seconds_to_frames(order.duration_s, order.sample_rate)
        return SessionPlan(
            sample_rate=order.sample_rate,
            block_frames=order.block_frames,
            layout=layout,
            output_channels=self.opened.output_channels,
            input_channels=self.opened.input_channels,
            engines=order.engines,
            has_source=bool(order.sources),
            live_input=order.live_input,
            speed=order.speed if self._on_null else 1.0,
            duration_frames=duration,
            lag_blocks=int(order.safe),
            priority=order.priority,
            pipes=self._pipes,
            adm=order.adm,
        )

    def _start_message(self) -> say.Start:
        """Everything as it stands, for a device that begins."""
        return say.Start(
            voices=self.chains.voices,
            ceiling_linear=self.order.ceiling_linear,
            cap_linear=self.cap_linear,
            reel=self.transport.reel,
            rolling=self.transport.rolling,
            bypassed=self.bypassed,
            trims=tuple(self.trims.items()),
            taps=(*self.recorder.taps, *self.metering.taps),
        )

    # -- what children say (on the crew's thread) ------------------------------------------------------------------

    def _hear(self, child: Child, message: say.Message) -> None:
        if not self._ready:
            return
        match message:
            case say.Heard():
                self.chains.heard(message.slot)
            case say.Freed():
                self.stage.pool.give_back(message.slot)
            case say.EngineSilent():
                silent = self.stage.pool.child(message.slot)
                self.chains.blame(silent, "it did not answer for a quarter of a second")
                self._crew.kill(silent)
            case say.NodeFailed():
                self._node_failed(message)
            case say.KnobTurned():
                self.chains.turned_in_editor(child, message)
            case say.NonFiniteSeen():
                sentence = f"{message.node}: {message.count} samples were not finite, from frame {message.frame} on"
                self._listener.problem(f"{sentence}; replaced by silence")
            case say.Muted():
                self._listener.problem(f"the output was not finite at frame {message.frame}: muted")
            case say.Recorded():
                self._listener.problem(f"recording ended: {message.path}")
            case say.Problem():
                self._listener.problem(message.what)
            case say.Finished():
                self.finished.set()

    def _node_failed(self, message: say.NodeFailed) -> None:
        if isinstance(message.error, EffectError):
            self.chains.quarantined.append(message.error.node)
        self._listener.problem(f"{message.error}; it is bypassed from frame {message.frame} on, the rest plays")

    def _mourn(self, child: Child) -> None:
        if not self._ready or not self.stage.playing:
            return
        if child.role == "engine":
            self.chains.mourn(child)
            self._repairs.put(partial(self.chains.revive, child))
            self._renewals.put(partial(self.chains.renew, child))
        elif child.role == "device":
            if child is self.stage.device:
                self._devices.put(partial(self._replace_device, child))
        elif child.role == "media":
            self._listener.problem(f"the media process has ended ({child.cause}): another one goes on")
            self._repairs.put(self._replace_media)
        else:
            self._renewals.put(self.metering.renew)

    # -- repairs (on the workers' threads) -------------------------------------------------------------------------

    def _do(self, jobs: _Jobs) -> None:
        while (job := jobs.get()) is not None:
            if self._stopping.is_set():
                continue  # nothing needs to be mended any more
            try:
                job()
            except AudiopostError as error:
                if not self._stopping.is_set():
                    self._listener.problem(str(error))

    def _watch_device(self) -> None:
        """See a device that has stopped asking for blocks, which its process may not know."""
        statistics = self.stage.memory.statistics
        seen, since, watched = -1, time.monotonic(), self.stage.device
        while not self._stopping.wait(LOOK_S):
            frames, device, now = statistics[Count.FRAMES], self.stage.device, time.monotonic()
            if frames != seen or device is not watched or not self.stage.memory.plan.realtime:
                seen, since, watched = frames, now, device
                self._progress_s = now
            elif now - since > LOST_S and not device.dead:
                self._crew.kill(device)
                since = now

    def _replace_device(self, dead: Child) -> None:
        """Try another device process until one plays."""
        if dead is not self.stage.device:
            return  # it was lost while it was tried, and another one plays already
        lost_s = self._progress_s
        places = self.recorder.places
        name = self.opened.name or "device"
        self._listener.problem(f"{name} was lost ({dead.cause}): trying again until it is back")
        attempts = 0
        while not self._stopping.is_set():
            try:
                self._try_device()
            except AudiopostError:
                attempts += 1
                if self._rate_has_changed and attempts >= RATE_ATTEMPTS:
                    self._listener.rate_changed(round(self.opened.usual_rate_hz))
                    return
                self._stopping.wait(RETRY_S)
            else:
                break
        else:
            return
        away_s = time.monotonic() - lost_s
        self.device_restarts += 1
        self._listener.problem(f"{self.opened.name} plays again after {away_s:.2f} s")
        self.recorder.mark_gap(places, away_s)
        self._repairs.put(self.chains.revive_all)

    @property
    def _rate_has_changed(self) -> bool:
        usual = self.opened.usual_rate_hz
        return usual > 0.0 and round(usual) != self.stage.sample_rate

    def _try_device(self) -> None:
        device = self._crew.start("device")
        try:
            self._crew.wait_ready(device)
            device = self._open(device, self.stage.memory.plan.layout)
            if self.opened.name == NULL and not self._on_null:
                raise DeviceError(self.opened.note, "no device is there")
            if self.opened.output_channels != self.stage.memory.plan.output_channels:
                raise DeviceError(self.opened.name, "it has other channels than before")
            self._crew.ask(device, say.Setup(0, self.stage.memory.plan))
            with self.chains.changing:
                start = self._start_message()
                self._crew.ask(device, start)
                self.stage.device = device
            self._catch_up(device, start)
            if device.dead:
                raise DeviceError(self.opened.name, "it was lost again")
        except BaseException:
            self._crew.kill(device)
            raise

    def _catch_up(self, device: Child, start: say.Start) -> None:
        """What was changed while it began, when it could not be told yet."""
        for tap in (*self.recorder.taps, *self.metering.taps):
            if tap not in start.taps:
                self._crew.ask(device, tap)
        self._crew.tell(device, say.Cap(0, self.cap_linear))
        for side, gain in self.trims.items():
            self._crew.tell(device, say.SetTrim(0, side, gain))

    def _replace_media(self) -> None:
        media = self._crew.start("media")
        self._crew.wait_ready(media)
        self._crew.ask(media, say.Setup(0, self.stage.memory.plan))
        self.stage.media = media
        if self.order.sources:
            self.transport.go_on()
        self.recorder.go_on()
