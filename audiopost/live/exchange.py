"""Question and answer between the device process and one engine process.

The device puts a block of input into the next slot and wakes the engine; the engine puts its output into the
same slot's answer and wakes the device. Slots are numbered for ever, so that an answer that comes too late is
recognised and passed over, and an engine that slept may work off what it missed.

Invariants
----------
- ``answered <= asked <= answered + SLOTS``; the device writes `asked`, the engine `answered`.
- A slot is written again only after its answer has been given.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.live.memory import Segment, aligned
from audiopost.live.ring import fence
from audiopost.live.wake import Wake

__all__ = ["SLOTS", "BlockExchange", "Outcome"]

SLOTS = 8
"""Blocks that may wait in an engine: it survives a stall of this length without losing input."""

_HEADER = 24
_ASKED, _ANSWERED, _MARK = 0, 8, 16
_SLOT = 8
_FRAME, _FRAMES, _CHANNELS, _OUTCOME, _OUT_CHANNELS, _BUSY_NS, _NON_FINITE = range(7)


class Outcome(IntEnum):
    """What became of a block."""

    DONE = 0
    FAILED = 1
    """The chain raised; the engine's main thread tells control what and where."""
    WAITING = 2
    """The engine lives and keeps its input: it is about to be given what another one remembers."""


class BlockExchange:
    """Both ends of the exchange with one engine. Blocks are C-contiguous ``(channels, frames)`` views of the slots."""

    def __init__(self, segment: Segment, offset_bytes: int, maximum_samples: int, request: Wake, answer: Wake) -> None:
        self._header = segment.integers(offset_bytes, _HEADER)
        offset_bytes += aligned(_HEADER * 8)
        self._slots = segment.integers(offset_bytes, SLOTS * _SLOT).reshape(SLOTS, _SLOT)
        offset_bytes += aligned(SLOTS * _SLOT * 8)
        samples = segment.samples(offset_bytes, 2 * SLOTS * maximum_samples).reshape(2, SLOTS, maximum_samples)
        self._questions: NDArray[np.float32] = samples[0]
        self._answers: NDArray[np.float32] = samples[1]
        self.request_wake = request
        self.answer_wake = answer

    @staticmethod
    def size_bytes(maximum_samples: int) -> int:
        """Bytes that an exchange takes for blocks of at most `maximum_samples` (channels x frames)."""
        return aligned(_HEADER * 8) + aligned(SLOTS * _SLOT * 8) + aligned(2 * SLOTS * maximum_samples * 4)

    @property
    def asked(self) -> int:
        """Number of the last question."""
        return int(self._header[_ASKED])

    @property
    def answered(self) -> int:
        """Number of the last answer."""
        return int(self._header[_ANSWERED])

    @property
    def mark(self) -> int:
        """Which foreign node of the drawing the engine is in, counted from 1; 0: in none. It outlives the engine."""
        return int(self._header[_MARK])

    @mark.setter
    def mark(self, index: int) -> None:
        self._header[_MARK] = index

    def clear(self) -> None:
        """Begin again. Only while neither end is in use."""
        self._header[:] = 0

    def ask(self, block: AudioBlock, frame: int) -> int:
        """Device: hand over a block that begins at the absolute `frame`; its number, or 0 when no slot is free."""
        number = self.asked + 1
        if number - self.answered > SLOTS:
            return 0
        slot = number % SLOTS
        facts = self._slots[slot]
        facts[_FRAME] = frame
        facts[_CHANNELS], facts[_FRAMES] = block.shape
        self._questions[slot, : block.size] = block.reshape(-1)
        fence()
        self._header[_ASKED] = number
        self.request_wake.post()
        return number

    def wait_for_answer(self, number: int, deadline_s: float) -> bool:
        """Device: wait until `number` is answered or the deadline (monotonic clock) has passed."""
        while self._header[_ANSWERED] < number:
            if not self.answer_wake.wait_until(deadline_s):
                return bool(self._header[_ANSWERED] >= number)
        return True

    def answer_of(self, number: int) -> tuple[Outcome, AudioBlock]:
        """Device: the answer to `number`; the block is a view, good until the next question."""
        fence()
        slot = number % SLOTS
        facts = self._slots[slot]
        channels, frames = int(facts[_OUT_CHANNELS]), int(facts[_FRAMES])
        return Outcome(int(facts[_OUTCOME])), self._answers[slot, : channels * frames].reshape(channels, frames)

    def busy_ns(self, number: int) -> int:
        """Device: how long the engine computed on `number`, in ns."""
        return int(self._slots[number % SLOTS, _BUSY_NS])

    def non_finite(self, number: int) -> int:
        """Device: how many samples of `number` were NaN or infinite inside the chain and were replaced by 0."""
        return int(self._slots[number % SLOTS, _NON_FINITE])

    def wait_for_question(self, deadline_s: float) -> int:
        """Engine: the number of the next question, or 0 when the deadline passed."""
        number = self.answered + 1
        while self._header[_ASKED] < number:
            if not self.request_wake.wait_until(deadline_s):
                return 0
        fence()
        return number

    def question(self, number: int) -> tuple[int, AudioBlock]:
        """Engine: absolute frame and samples of a question; the block is a view."""
        slot = number % SLOTS
        facts = self._slots[slot]
        channels, frames = int(facts[_CHANNELS]), int(facts[_FRAMES])
        return int(facts[_FRAME]), self._questions[slot, : channels * frames].reshape(channels, frames)

    def room(self, number: int, channels: int, frames: int) -> AudioBlock:
        """Engine: where the answer to `number` goes."""
        return self._answers[number % SLOTS, : channels * frames].reshape(channels, frames)

    def answer(self, number: int, outcome: Outcome, channels: int, busy_ns: int, non_finite: int) -> None:
        """Engine: the answer to `number` is in place."""
        facts = self._slots[number % SLOTS]
        facts[_OUTCOME] = outcome
        facts[_OUT_CHANNELS] = channels
        facts[_BUSY_NS] = busy_ns
        facts[_NON_FINITE] = non_finite
        fence()
        self._header[_ANSWERED] = number
        self.answer_wake.post()
