"""The audio thread of an engine process: answers the device's questions with the present machine."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from types import MappingProxyType

from audiopost.blocks import AudioBlock
from audiopost.effects.state_parcel import Memory, put_back
from audiopost.errors import AudiopostError, DeviceError
from audiopost.graph.renderer import GraphRenderer
from audiopost.live.exchange import BlockExchange, Outcome
from audiopost.live.messages import (
    Adopt,
    Failed,
    Message,
    NotePlayed,
    ParameterSet,
    PlayNote,
    Remember,
    Remembered,
    SetParameter,
)
from audiopost.live.priority import (
    ENGINE_PRIORITY,
    run_in_real_time,
)

__all__ = ["AudioThread"]

MOST_KEPT_BLOCKS = 2_000
"""Input that is kept for a machine that waits; then it begins without what another one remembers."""

CAUGHT_UP_AT_ONCE = 4
"""Blocks of it that are run in one period."""

LOOK_AGAIN_S = 0.001

_NO_BUSES: Mapping[str, AudioBlock] = MappingProxyType({})


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

    def await_turns(self, deadline_s: float) -> None:
        """Main thread: wait until every turn was taken and the block behind it has begun (monotonic clock)."""
        while self._turns and time.monotonic() < deadline_s:
            time.sleep(LOOK_AGAIN_S)
        frame = self.frame
        while self.frame == frame and time.monotonic() < deadline_s:
            time.sleep(LOOK_AGAIN_S)

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
