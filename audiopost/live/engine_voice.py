"""One engine as the device process hears it: its questions and answers, its alignment, its level, its condition."""

from __future__ import annotations

from collections import deque

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.live.exchange import Outcome
from audiopost.live.fades import History, straight
from audiopost.live.messages import Voice
from audiopost.live.routing import route
from audiopost.live.session import SessionMemory
from audiopost.units import seconds_to_frames

__all__ = ["LONGEST_LATENCY_S", "EngineVoice"]

RETURN_BLOCKS = 2
"""Good answers in a row before an engine is faded to."""

LONGEST_LATENCY_S = 4.0
REALIGN_S = 0.03
TRIM_S = 0.1
"""Time constant of a trim: slow enough to be no event of its own."""


class EngineVoice:
    """An engine in use. Allocates when made, never while playing.

    In safe mode (`SessionPlan.lag_blocks` 1) the answer to the block before is taken: the engine has a whole period
    more, and the block counts as latency.

    Attributes
    ----------
    slot, tail_frames : int
        As in `Voice`.
    side : str
        ``"a"`` or ``"b"``.
    alike : bool
        As in `Voice`.
    latency_frames : int
        Of the chain and of the safe mode.
    path_latency : int
        Frames by which everything audible lies behind the source while this voice is heard.
    waiting : bool
        It keeps its input and will answer once it was given what the chain before remembers.
    arrived : bool
        Whether the present block was answered in time.
    answer : array, (channels of the chain, block frames)
        What the engine said, untouched.
    buses : dict
        Name -> what passed at a watched node, likewise.
    block : array, (output channels, block frames)
        The same for the device: routed and aligned.
    missed_frames, good_frames : int
        Frames without or with an answer, in a row.
    returning : bool
        It was heard before, missed a block, and comes back when it answers steadily.
    announced : bool
        Whether control need not be told that it is ready to be switched to: only who came beside has to be.
    """

    def __init__(self, voice: Voice, path_latency: int, memory: SessionMemory) -> None:
        plan = memory.plan
        frames = plan.block_frames
        self.slot = voice.slot
        self.side = voice.side
        self.alike = voice.alike
        self.exchange = memory.exchanges[voice.slot]
        self.latency_frames = voice.latency_frames + plan.lag_blocks * frames
        self.tail_frames = voice.tail_frames
        self.path_latency = max(path_latency, self.latency_frames)
        self.arrived = False
        self.waiting = False
        self.returning = False
        self.announced = True
        self.good_frames = 0
        self.missed_frames = 0
        channels = voice.layout.channels
        width = channels + sum(bus.channels for _, bus in voice.buses)
        self._everything: AudioBlock = np.zeros((width, frames), np.float32)
        self.answer = self._everything[:channels]
        self.buses: dict[str, AudioBlock] = {}
        for name, bus in voice.buses:
            self.buses[name] = self._everything[channels : channels + bus.channels]
            channels += bus.channels
        self.block: AudioBlock = np.zeros((plan.output_channels, frames), np.float32)
        self._trimmed: AudioBlock = np.zeros_like(self.block)
        self._trim = self._trim_wanted = 1.0
        self._trim_share = 1.0 - float(np.exp(-frames / (TRIM_S * plan.sample_rate)))
        self._ramp = np.empty(frames, np.float32)
        self._unit = np.arange(1, frames + 1, dtype=np.float32)
        self._delay_frames = self.path_latency - self.latency_frames
        self._next_delay = self._delay_frames
        self._moved_frames = 0
        self._move_frames = -(-seconds_to_frames(REALIGN_S, plan.sample_rate) // frames) * frames
        self._move = straight(self._move_frames)
        self._warm_frames = voice.warm_frames
        self._run_frames = 0
        self._history = History(plan.output_channels, seconds_to_frames(LONGEST_LATENCY_S, plan.sample_rate), frames)
        self._asked: deque[int] = deque([-1] * plan.lag_blocks)
        self._number = -1

    @property
    def warm(self) -> bool:
        """Whether it may be faded to.

        An answer that came too late for its block was computed all the same: the engine's state has the input.
        Only input that it could not be given makes it cold again.
        """
        steady_frames = self._delay_frames + RETURN_BLOCKS * self.block.shape[1]
        return self.good_frames >= steady_frames and self._run_frames >= self._warm_frames

    def come_back(self) -> None:
        """It was heard and missed a block: it will be heard again as soon as it answers steadily."""
        self.returning = True

    def trim(self, gain_linear: float) -> None:
        """The level that `trimmed` moves to."""
        self._trim_wanted = gain_linear

    def start_trimmed(self, gain_linear: float) -> None:
        """Begin at that level."""
        self._trim = self._trim_wanted = gain_linear

    def realign(self, path_latency: int) -> None:
        """Lie so far behind the source from now on: a crossfade to the later sound, as nobody can wait in time."""
        self.path_latency = max(path_latency, self.latency_frames)
        if self._moved_frames:
            self._delay_frames, self._moved_frames = self._next_delay, 0
        self._next_delay = self.path_latency - self.latency_frames

    def ask(self, block: AudioBlock, frame: int) -> None:
        """Hand the engine its input."""
        self.arrived = self.waiting = False
        number = self.exchange.ask(block, frame)
        self._run_frames = self._run_frames + block.shape[1] if number else 0
        self._asked.append(number)
        self._number = self._asked.popleft()

    def await_answer(self, deadline_s: float) -> bool:
        """Wait for the answer until the deadline (monotonic clock) and take it over."""
        if self._number < 0:
            # Safe mode has just begun: nothing was asked a block ago.
            self._everything.fill(0.0)
            self.arrived = True
        elif self._number and self.exchange.wait_for_answer(self._number, deadline_s):
            outcome, answer = self.exchange.answer_of(self._number)
            self.waiting = outcome is Outcome.WAITING
            if outcome is Outcome.DONE and answer.shape == self._everything.shape:
                np.copyto(self._everything, answer)
                self.arrived = True
        return self.arrived

    @property
    def busy_ns(self) -> int:
        """How long the engine computed on the present block."""
        return self.exchange.busy_ns(self._number)

    @property
    def non_finite(self) -> int:
        """Samples of the present block that were NaN or infinite inside the chain."""
        return self.exchange.non_finite(self._number)

    def align(self) -> None:
        """Make `block` of the answer, or of silence where there is none."""
        frames = self.block.shape[1]
        if self.arrived:
            route(self.answer, self.block)
            self.good_frames += frames
            self.missed_frames = 0
        else:
            self._everything.fill(0.0)
            self.block.fill(0.0)
            self.good_frames = 0
            self.missed_frames = 0 if self.waiting else self.missed_frames + frames
        self._history.write(self.block)
        if self._next_delay != self._delay_frames:
            self._realign(frames)
        elif self._delay_frames:
            self._history.read(self.block, self._delay_frames)

    def trimmed(self) -> AudioBlock:
        """`block` at its level."""
        if self._trim == self._trim_wanted:
            if self._trim == 1.0:
                return self.block
            np.multiply(self.block, np.float32(self._trim), out=self._trimmed)
            return self._trimmed
        reached = self._trim + (self._trim_wanted - self._trim) * self._trim_share
        if abs(reached - self._trim_wanted) < 1e-4:
            reached = self._trim_wanted
        np.multiply(self._unit, np.float32((reached - self._trim) / self.block.shape[1]), out=self._ramp)
        np.add(self._ramp, np.float32(self._trim), out=self._ramp)
        np.multiply(self.block, self._ramp, out=self._trimmed)
        self._trim = reached
        return self._trimmed

    def _realign(self, frames: int) -> None:
        falling, rising = self._move
        piece = slice(self._moved_frames, self._moved_frames + frames)
        self._history.read(self.block, self._delay_frames)
        self._history.read(self._trimmed, self._next_delay)
        np.multiply(self.block, falling[piece], out=self.block)
        np.multiply(self._trimmed, rising[piece], out=self._trimmed)
        np.add(self.block, self._trimmed, out=self.block)
        self._moved_frames += frames
        if self._moved_frames >= self._move_frames:
            self._delay_frames, self._moved_frames = self._next_delay, 0
