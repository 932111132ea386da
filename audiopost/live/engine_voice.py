"""One engine as the device process hears it: its questions and answers, its alignment, its condition."""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.live.exchange import Outcome
from audiopost.live.fades import History
from audiopost.live.messages import Voice
from audiopost.live.routing import route
from audiopost.live.session import SessionMemory

__all__ = ["EngineVoice"]

RETURN_BLOCKS = 2
"""Good answers in a row before an engine is faded to."""


class EngineVoice:
    """An engine in use. Allocates when made, never while playing.

    Attributes
    ----------
    slot, latency_frames, tail_frames : int
        As in `Voice`.
    path_latency : int
        Frames by which everything audible lies behind the source while this voice is heard.
    arrived : bool
        Whether the present block was answered in time.
    answer : array, (channels of the chain, block frames)
        What the engine said, untouched.
    block : array, (output channels, block frames)
        The same for the device: routed and aligned.
    missed_frames, good_frames : int
        Frames without or with an answer, in a row.
    returning : bool
        It was heard before, missed a block, and comes back when it answers steadily.
    """

    def __init__(self, voice: Voice, path_latency: int, memory: SessionMemory) -> None:
        plan = memory.plan
        self.slot = voice.slot
        self.exchange = memory.exchanges[voice.slot]
        self.latency_frames = voice.latency_frames
        self.tail_frames = voice.tail_frames
        self.path_latency = max(path_latency, voice.latency_frames)
        self.arrived = False
        self.returning = False
        self.good_frames = 0
        self.missed_frames = 0
        self.answer: AudioBlock = np.zeros((voice.layout.channels, plan.block_frames), np.float32)
        self.block: AudioBlock = np.zeros((plan.output_channels, plan.block_frames), np.float32)
        self._delay_frames = self.path_latency - voice.latency_frames
        self._warm_frames = voice.warm_frames
        self._run_frames = 0
        self._history = History(plan.output_channels, self._delay_frames, plan.block_frames)
        self._number = 0

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

    def ask(self, block: AudioBlock, frame: int) -> None:
        """Hand the engine its input."""
        self.arrived = False
        self._number = self.exchange.ask(block, frame)
        self._run_frames = self._run_frames + block.shape[1] if self._number else 0

    def await_answer(self, deadline_s: float) -> bool:
        """Wait for the answer until the deadline (monotonic clock) and take it over."""
        if self._number and self.exchange.wait_for_answer(self._number, deadline_s):
            outcome, answer = self.exchange.answer_of(self._number)
            if outcome is Outcome.DONE and answer.shape == self.answer.shape:
                np.copyto(self.answer, answer)
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
            self.answer.fill(0.0)
            self.block.fill(0.0)
            self.good_frames = 0
            self.missed_frames += frames
        if self._delay_frames:
            self._history.write(self.block)
            self._history.read(self.block, self._delay_frames)
