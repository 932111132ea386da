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
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import cloudpickle
import numpy as np

import audiopost.effects  # noqa: F401 - fills the catalogue
from audiopost.blocks import AudioBlock
from audiopost.effects.hosted import PluginNode
from audiopost.effects.state_parcel import Memory, put_back
from audiopost.errors import AudiopostError, DeviceError, GraphError, UsageError
from audiopost.graph.node import StreamFormat
from audiopost.graph.renderer import GraphRenderer
from audiopost.graph.spec import GraphSpec
from audiopost.live.channel import Channel
from audiopost.live.drawing import with_watched
from audiopost.live.exchange import BlockExchange, Outcome
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
    NotePlayed,
    OpenEditor,
    ParameterSet,
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
    ENGINE_PRIORITY,
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
MOST_KEPT_BLOCKS = 2_000
"""Input that is kept for a machine that waits; then it begins without what another one remembers."""

CAUGHT_UP_AT_ONCE = 4
"""Blocks of it that are run in one period."""

REPORTED_NON_FINITE = 20
"""Places of NaN that are told one by one; statistics count them all."""

_NO_BUSES: Mapping[str, AudioBlock] = MappingProxyType({})


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
        self._told_non_finite = 0
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
        buses = tuple((name, layout.channels) for name, layout in renderer.output_layouts.items())
        if renderer.output_layout.channels + sum(width for _, width in buses) > MAXIMUM_CHANNELS:
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
        self._told_failures = self._told_non_finite = 0
        memories = {name: Memory(node) for name, node in renderer.nodes.items()}
        self._audio.play(renderer, memories, held=message.held)
        layout = renderer.output_layout
        knobs = tuple(
            (name, node.parameters) for name, node in renderer.nodes.items() if isinstance(node, PluginNode)
        )  # fmt: skip
        return Loaded(message.ticket, layout, renderer.latency_frames, renderer.tail_frames, buses, knobs)

    def _state_of(self, name: str) -> str:
        """How a plug-in would save itself now. On the main thread, which is the one that formats allow it on."""
        renderer = None if self._audio is None else self._audio.renderer
        node = None if renderer is None else renderer.nodes.get(name)
        if not isinstance(node, PluginNode):
            raise UsageError(f"{name!r} is no plug-in that plays", mend="name one that is loaded and not bypassed")
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
        for seen in renderer.non_finite[self._told_non_finite : REPORTED_NON_FINITE]:
            self._told_non_finite += 1
            self._channel.send(NonFiniteSeen(0, seen.node, self._audio.first_frame + seen.frame, seen[2]))

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


class AudioThread(threading.Thread):
    """Answers the device's questions with the present machine.

    Attributes
    ----------
    renderer
        The machine; None: questions are answered as failed.
    frame, first_frame : int
        Absolute frame of the present block, and of the first one that the present machine got.
    answers
        What became of each `turn`, for the main thread to pass on.
    """

    def __init__(self, exchange: BlockExchange, *, urgent: bool) -> None:
        super().__init__(name="audio", daemon=True)
        self.renderer: GraphRenderer | None = None
        self.frame = 0
        self.first_frame = 0
        self.answers: deque[Message] = deque()
        self._buses: list[tuple[str, slice]] = []
        self._channels = 0
        self.memories: Mapping[str, Memory] = {}
        self._turns: deque[SetParameter | PlayNote] = deque()
        self._asked_memories: deque[Remember] = deque()
        self._kept: KeptInput | None = None
        self._exchange = exchange
        self._urgent = urgent

    @property
    def pending(self) -> bool:
        """Whether a parameter change or a note waits for a block."""
        return bool(self._turns or self.answers or self._asked_memories)

    def turn(self, message: SetParameter | PlayNote) -> None:
        """Main thread: turn a parameter, or play a note, before the next block."""
        self._turns.append(message)

    def remember(self, message: Remember) -> None:
        """Main thread: say what nodes remember, before the next block."""
        self._asked_memories.append(message)

    def adopt(self, message: Adopt) -> None:
        """Main thread: the machine that is held goes on from there, from the next block on."""
        if self._kept is not None:
            self._kept.adopted = message

    def play(self, renderer: GraphRenderer, memories: Mapping[str, Memory], *, held: bool = False) -> None:
        """Main thread: this is the machine from the next block on. Held, it keeps its input until `adopt`."""
        self.memories = memories
        self._asked_memories.clear()
        self._kept = KeptInput() if held else None
        first, self._buses = renderer.output_layout.channels, []
        for name, layout in renderer.output_layouts.items():
            self._buses.append((name, slice(first, first + layout.channels)))
            first += layout.channels
        self._channels = first
        self.renderer = renderer

    def retire(self) -> None:
        """Main thread: no machine any more, and no turns for the one that was."""
        self.renderer = None
        while self._turns:
            gone = DeviceError("engine", "this chain is heard no more")
            self.answers.append(Failed(self._turns.popleft().ticket, gone))

    def mark_foreign(self, renderer: GraphRenderer) -> None:
        """Have every node that runs foreign code leave its place in the drawing while it runs: a crash has a name."""
        self._exchange.mark = 0
        for number, name in enumerate(renderer.spec.node_names, 1):
            if name in renderer.nodes and renderer.is_foreign(name):
                node = renderer.nodes[name]
                node.process = _marked(self._exchange, number, node.process)  # type: ignore[method-assign]

    def run(self) -> None:
        """Play until the process ends."""
        if self._urgent:
            run_in_real_time(ENGINE_PRIORITY)
        while True:
            number = self._exchange.wait_for_question(time.monotonic() + 0.5)
            if number:
                self._answer(number)

    def _answer(self, number: int) -> None:
        begun = time.perf_counter_ns()
        frame, block = self._exchange.question(number)
        renderer = self.renderer
        if renderer is None:
            self._exchange.answer(number, Outcome.FAILED, block.shape[0], 0, 0)
            return
        room = self._exchange.room(number, self._channels, block.shape[1])
        before = renderer.non_finite_samples
        kept = self._kept
        if kept is not None:
            kept.add(frame, block)
            if not self._catch_up(renderer, kept, room):
                self._exchange.answer(number, Outcome.WAITING, self._channels, time.perf_counter_ns() - begun, 0)
                return
            self._kept = None
        else:
            self._run_block(renderer, frame, block, room)
        non_finite = renderer.non_finite_samples - before
        self._exchange.answer(number, Outcome.DONE, self._channels, time.perf_counter_ns() - begun, non_finite)

    def _run_block(self, renderer: GraphRenderer, frame: int, block: AudioBlock, room: AudioBlock) -> None:
        self.frame = frame
        if renderer.frame == 0:
            self.first_frame = frame
        while self._asked_memories:
            asked = self._asked_memories.popleft()
            parcels = {name: self.memories[name].take() for name in asked.nodes if name in self.memories}
            self.answers.append(Remembered(asked.ticket, frame, parcels))
        while self._turns:
            self._turn(renderer, self._turns.popleft(), frame)
        buses = {name: room[channels] for name, channels in self._buses} if self._buses else _NO_BUSES
        renderer.process(block, room[: renderer.output_layout.channels], outputs=buses)

    def _catch_up(self, renderer: GraphRenderer, kept: KeptInput, room: AudioBlock) -> bool:
        """Run what was kept, as much as there is time for; whether the newest block was run, into `room`."""
        adopted = kept.adopted
        if adopted is None and len(kept.blocks) < MOST_KEPT_BLOCKS:
            return False
        if not kept.begun:
            kept.begun = True
            if adopted is not None:
                for name, parcel in adopted.parcels.items():
                    if name in renderer.nodes:
                        put_back(renderer.nodes[name], parcel)
                kept.forget_before(adopted.frame)
        waiting = len(kept.blocks)
        for _ in range(min(CAUGHT_UP_AT_ONCE, waiting) if self._urgent else waiting):
            frame, block = kept.blocks.popleft()
            self._run_block(renderer, frame, block, room)
        return waiting > 0 and not kept.blocks

    def _turn(self, renderer: GraphRenderer, message: SetParameter | PlayNote, frame: int) -> None:
        if isinstance(message, PlayNote):
            self.answers.append(NotePlayed(message.ticket, frame, renderer.play_midi(message.message)))
            return
        try:
            renderer.set_parameter(message.path, message.value)
        except AudiopostError as error:
            self.answers.append(Failed(message.ticket, error))
        else:
            self.answers.append(ParameterSet(message.ticket, frame))


class KeptInput:
    """The input of a machine that waits for what another one remembers. It is heard by nobody, so it may allocate."""

    def __init__(self) -> None:
        self.blocks: deque[tuple[int, AudioBlock]] = deque()
        self.adopted: Adopt | None = None
        self.begun = False

    def add(self, frame: int, block: AudioBlock) -> None:
        """Keep a block."""
        self.blocks.append((frame, block.copy()))

    def forget_before(self, frame: int) -> None:
        """What the other machine has heard already is in what it remembers."""
        while self.blocks and self.blocks[0][0] < frame:
            self.blocks.popleft()


def _marked(exchange: BlockExchange, number: int, process: Callable[..., None]) -> Callable[..., None]:
    def marked(block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        exchange.mark = number
        process(block, out, *side)
        exchange.mark = 0

    return marked


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
