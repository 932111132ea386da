"""An engine process: runs one drawing. Its audio thread plays; its main thread builds machines and talks.

A machine is built while this engine is not heard, primed with silence, and handed to the audio thread by one
assignment. Whatever goes wrong in foreign Python code is caught by the renderer, which cuts the node out;
whatever goes wrong beyond that ends the process, and control brings another engine in.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
import time
from dataclasses import replace

import cloudpickle
import numpy as np

import audiopost.effects  # noqa: F401 - fills the catalogue
from audiopost.effects.hosted import PluginNode
from audiopost.effects.state_parcel import Memory
from audiopost.errors import AudiopostError, GraphError, UsageError
from audiopost.graph.node import StreamFormat
from audiopost.graph.renderer import GraphRenderer
from audiopost.graph.spec import GraphSpec
from audiopost.live.channel import Channel
from audiopost.live.drawing import with_watched
from audiopost.live.engine_audio import AudioThread
from audiopost.live.gauging import NodeGauges
from audiopost.live.memory import Segment
from audiopost.live.messages import (
    Adopt,
    CloseEditors,
    Done,
    Failed,
    Hello,
    KnobTurned,
    Load,
    Loaded,
    Message,
    NodeFailed,
    NonFiniteSeen,
    OpenEditor,
    PlayNote,
    Quit,
    ReadState,
    Remember,
    Remembered,
    SetParameter,
    Setup,
    StateRead,
)
from audiopost.live.priority import (
    LISTENER_PRIORITY,
    hand_over_quickly,
    hold_memory,
    run_in_real_time,
    stop_collecting,
)
from audiopost.live.session import MAXIMUM_CHANNELS, SessionMemory, SessionPlan
from audiopost.plugins.main_thread import do_main_thread_work
from audiopost.plugins.plugin import EditedPlugin, with_editor

__all__ = ["EngineProcess"]

PRIMING_BLOCKS = 4
LOOK_S = 0.03
"""How often what the audio thread noted is passed on: meters show it thirty times a second."""
LOOK_FOR_ANSWERS_S = 0.001


TURNS_PATIENCE_S = 0.5
"""For what was turned before a state is read; a device that is away takes no turns."""

NON_FINITE_EVERY_S = 10.0
"""NaN of one node is told once in so much sound; statistics count it all."""


class EngineProcess:
    """Listens on the main thread while the audio thread answers the device."""

    def __init__(self, slot: int, channel: Channel, segment: Segment) -> None:
        self._slot = slot
        self._channel = channel
        self._segment = segment
        self._plan: SessionPlan | None = None
        self._audio: AudioThread | None = None
        self._gauges: NodeGauges | None = None
        self._told_failures = 0
        self._seen_non_finite = 0
        self._non_finite_untold: dict[str, int] = {}
        """Up to which frame NaN of a node is not told again."""
        self._over = False
        self._edited: dict[str, EditedPlugin] = {}

    def run(self) -> None:
        """Serve until told to quit. Raises EOFError when control is gone."""
        self._channel.send(Hello(0, os.getpid()))
        while not self._over:
            waiting = self._audio is not None and self._audio.pending
            if self._channel.poll(LOOK_FOR_ANSWERS_S if waiting else LOOK_S):
                for message in self._channel.receive():
                    self._obey(message)
            self._tell()
            do_main_thread_work()

    def _obey(self, message: Message) -> None:
        match message:
            case Setup(plan=SessionPlan() as plan):
                self._plan = plan
                # What an effect imports inside its methods is found where control would find it.
                sys.path.extend(entry for entry in message.search_path if entry not in sys.path)
                memory = SessionMemory(self._segment, plan)
                self._gauges = NodeGauges(memory.gauges(self._slot), plan.period_s)
                self._audio = AudioThread(memory.exchanges[self._slot], urgent=plan.urgent)
                stop_collecting()
                hand_over_quickly()
                self._audio.start()
                self._channel.send(Done(message.ticket))
            case Load():
                try:
                    self._channel.send(self._load(message))
                except AudiopostError as error:
                    self._channel.send(Failed(message.ticket, error))
            case ReadState():
                try:
                    self._channel.send(StateRead(message.ticket, self._state_of(message.node)))
                except AudiopostError as error:
                    self._channel.send(Failed(message.ticket, error))
            case SetParameter() | PlayNote() if self._audio is not None:
                self._audio.turn(message)
            case OpenEditor():
                try:
                    self._open_editor(message.node)
                except AudiopostError as error:
                    self._channel.send(Failed(message.ticket, error))
                else:
                    self._channel.send(Done(message.ticket))
            case CloseEditors():
                for node in self._edited.values():
                    node.close_editor()
                self._edited.clear()
            case Remember() if self._audio is not None:
                self._audio.remember(message)
            case Adopt() if self._audio is not None:
                self._audio.adopt(message)
            case Quit():
                self._over = True

    def _open_editor(self, name: str) -> None:
        renderer = self._audio.renderer if self._audio is not None else None
        node = with_editor(renderer.nodes.get(name)) if renderer is not None else None
        if node is None:
            raise UsageError(f"{name} has no window: it is no plug-in that is heard", mend="turn its knobs here")
        node.open_editor(name)
        self._edited[name] = node

    def _load(self, message: Load) -> Loaded:
        assert self._plan is not None
        assert self._audio is not None
        self._edited.clear()
        self._audio.retire()
        run_in_real_time(0)
        gc.collect()  # the machine before had cycles; nobody hears this engine now
        spec = with_watched(_unpickled(message.drawing), message.watched)
        stream = StreamFormat(self._plan.sample_rate, self._plan.layout, self._plan.block_frames)
        renderer = GraphRenderer(spec, stream, isolate=True)
        buses = tuple(renderer.output_layouts.items())
        if renderer.output_layout.channels + sum(bus.channels for _, bus in buses) > MAXIMUM_CHANNELS:
            what = f"the chain and what is watched in it have more than {MAXIMUM_CHANNELS} channels"
            raise GraphError(what, where=spec.name)
        self._audio.mark_foreign(renderer)
        _prime(renderer)
        if renderer.failures:
            # An effect that fails at its very first block never worked: the sound before is worth more than the rest.
            raise renderer.failures[0]
        hold_memory()
        if self._plan.urgent:
            run_in_real_time(LISTENER_PRIORITY)
        self._told_failures = self._seen_non_finite = 0
        self._non_finite_untold.clear()
        memories = {name: Memory(node) for name, node in renderer.nodes.items()}
        self._audio.play(renderer, memories, held=message.held)
        layout = renderer.output_layout
        knobs = tuple(
            (name, node.parameters) for name, node in renderer.nodes.items() if isinstance(node, PluginNode)
        )  # fmt: skip
        latency, tail = renderer.latency_frames, renderer.tail_frames
        return Loaded(message.ticket, layout, latency, tail, buses, knobs, renderer.notes)

    def _state_of(self, name: str) -> str:
        """How a plug-in would save itself now. On the main thread, which is the one that formats allow it on."""
        renderer = None if self._audio is None else self._audio.renderer
        node = None if renderer is None else renderer.nodes.get(name)
        if not isinstance(node, PluginNode):
            raise UsageError(f"{name!r} is no plug-in that plays", mend="name one that is loaded and not bypassed")
        if self._audio is not None:
            self._audio.await_turns(time.monotonic() + TURNS_PATIENCE_S)  # what was turned before belongs to the state
        return node.state()

    def _tell(self) -> None:
        """Pass on what the audio thread noted."""
        if self._audio is None:
            return
        while self._audio.answers:
            self._channel.send(self._without_constants(self._audio.answers.popleft()))
        for name, node in self._edited.items():
            for parameter, value in node.turned_in_editor().items():
                self._channel.send(KnobTurned(0, f"{name}.{parameter}", value, self._audio.frame))
        renderer = self._audio.renderer
        if renderer is None:
            return
        if self._gauges is not None:
            self._gauges.show(renderer)
        for error in renderer.failures[self._told_failures :]:
            self._told_failures += 1
            self._channel.send(NodeFailed(0, error, self._audio.frame))
        for seen in renderer.non_finite[self._seen_non_finite :]:
            self._seen_non_finite += 1
            if seen.frame >= self._non_finite_untold.get(seen.node, 0):
                self._non_finite_untold[seen.node] = seen.frame + round(
                    NON_FINITE_EVERY_S * renderer.stream.sample_rate
                )
                self._channel.send(NonFiniteSeen(0, seen.node, self._audio.first_frame + seen.frame, seen.samples))

    def _without_constants(self, answer: Message) -> Message:
        """Of what nodes remember only that which playing has changed: less to send, and an edited constant stays."""
        assert self._audio is not None
        if not isinstance(answer, Remembered):
            return answer
        memories = self._audio.memories
        return replace(
            answer,
            parcels={name: memories[name].moved(parcel) for name, parcel in answer.parcels.items() if name in memories},
        )


def _prime(renderer: GraphRenderer) -> None:
    """Everything that is done lazily is done now: code is warm, pages are there, blocks are bound."""
    channels, frames = renderer.stream.layout.channels, renderer.stream.maximum_frames
    silence = np.zeros((channels, frames), np.float32)
    out = np.zeros((renderer.output_layout.channels, frames), np.float32)
    for _ in range(PRIMING_BLOCKS):
        renderer.process(silence, out)
    renderer.reset()


def _unpickled(drawing: bytes) -> GraphSpec:
    try:
        return cloudpickle.loads(drawing)  # type: ignore[no-any-return]
    except (ImportError, AttributeError, TypeError, pickle.UnpicklingError) as error:
        raise GraphError(f"the drawing cannot be read by the engine: {type(error).__name__}: {error}") from error
