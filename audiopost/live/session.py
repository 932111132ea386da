"""Where everything lies in the shared memory of one live session.

::

    | counters and histogram | wake-ups | exchange 0 | exchange 1 | ... | meters | gauges of the engines |
    | reel 0 | reel 1 | rings of recordings | rings of meters | the last minute |

`SessionPlan` holds the numbers and travels to every child; `SessionMemory` turns them into the objects, the
same way in every process.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiopost.layouts import Layout
from audiopost.live.exchange import BlockExchange
from audiopost.live.memory import Segment, aligned
from audiopost.live.meter_board import BOARD_BYTES, GAUGES_BYTES, METER_POINTS, Gauges, MeterBoard
from audiopost.live.ring import RING_HEADER_INTEGERS, AudioRing, PastRing
from audiopost.live.statistics import STATISTICS_INTEGERS, Statistics
from audiopost.live.wake import SEMAPHORE_BYTES, PipeWake, SemaphoreWake, Wake
from audiopost.units import seconds_to_frames

__all__ = ["KEPT_S", "MAXIMUM_CHANNELS", "RECORDINGS", "REELS", "SessionMemory", "SessionPlan"]

MAXIMUM_CHANNELS = 64
"""Of a source or of a chain's output; memory that no channel uses is never touched and costs nothing."""

READ_AHEAD_S = 10.0
"""How far the media process reads ahead, and how long a recording may stall before it loses sound."""

RING_SAMPLES_MAXIMUM = 16_000_000
"""64 MB a ring: with many channels at high rates the ten seconds become fewer."""

REELS = 2
"""One is heard while the other is wound."""

RECORDINGS = 8
"""That can go on at the same time."""

METER_RING_S = 2.0
"""How long the meter process may be kept from its work before its integrated values miss something."""

KEPT_S = 60.0
"""Of what was heard, that can be kept afterwards."""

PAGED_IN_BYTES = 64 << 20
"""Longer rings, of many channels, are left to grow as they are filled."""

_RING_HEADER_BYTES = aligned(RING_HEADER_INTEGERS * 8)


@dataclass(frozen=True)
class SessionPlan:
    """The numbers of a session. `pipes` holds ``(read, write)`` descriptors where there are no semaphores."""

    sample_rate: int
    block_frames: int
    layout: Layout
    output_channels: int
    input_channels: int
    engines: int
    has_source: bool
    live_input: bool
    speed: float
    duration_frames: int | None = None
    lag_blocks: int = 0
    """Blocks by which the engines may be late: 0 direct, 1 in safe mode."""
    priority: bool = True
    """Whether the audio threads ask for a real-time schedule."""
    pipes: tuple[tuple[int, int], ...] = ()
    adm: str | None = None
    """Which programme of a master of objects is played; see `audiopost.live.source.FileStream`."""

    @property
    def urgent(self) -> bool:
        """Whether threads that play get a real-time schedule where that is allowed."""
        return self.realtime and self.priority

    @property
    def realtime(self) -> bool:
        """Whether the device keeps time; False: as fast as the answers come, and nothing is ever dropped."""
        return self.speed > 0.0

    @property
    def period_s(self) -> float:
        """Time of one block, in s."""
        return self.block_frames / self.sample_rate

    @property
    def ring_samples(self) -> int:
        """Size of each ring, in samples of all channels."""
        wanted = seconds_to_frames(READ_AHEAD_S, self.sample_rate) * max(self.layout.channels, self.output_channels)
        return min(wanted, RING_SAMPLES_MAXIMUM)

    @property
    def exchange_samples(self) -> int:
        """Largest block of the exchanges, in samples of all channels."""
        return MAXIMUM_CHANNELS * self.block_frames

    @property
    def wakes(self) -> int:
        """Two for each engine (question, answer), two between device and media."""
        return 2 * self.engines + 2

    @property
    def wakes_offset(self) -> int:
        """Where the semaphores begin, in bytes."""
        return aligned(STATISTICS_INTEGERS * 8)

    @property
    def exchanges_offset(self) -> int:
        """Where the exchanges begin, in bytes."""
        return self.wakes_offset + self.wakes * SEMAPHORE_BYTES

    @property
    def meters_offset(self) -> int:
        """Where the readings of the meters begin, in bytes."""
        return self.exchanges_offset + self.engines * BlockExchange.size_bytes(self.exchange_samples)

    @property
    def gauges_offset(self) -> int:
        """Where the engines' gauges begin, in bytes."""
        return self.meters_offset + aligned(BOARD_BYTES)

    @property
    def rings_offset(self) -> int:
        """Where the rings begin, in bytes."""
        return self.gauges_offset + self.engines * aligned(GAUGES_BYTES)

    @property
    def meter_ring_samples(self) -> int:
        """Size of each ring of a meter, in samples of all channels."""
        wanted = seconds_to_frames(METER_RING_S, self.sample_rate) * max(self.layout.channels, self.output_channels)
        return min(wanted, RING_SAMPLES_MAXIMUM)

    @property
    def past_samples(self) -> int:
        """Size of the ring of the last minute, with a margin for the copy."""
        return seconds_to_frames(KEPT_S + READ_AHEAD_S, self.sample_rate) * self.output_channels

    def ring_places(self) -> tuple[tuple[int, int], ...]:
        """``(offset in bytes, samples)`` of each ring: reels, recordings, meters, the last minute."""
        sizes = (
            *(self.ring_samples,) * (REELS + RECORDINGS), *(self.meter_ring_samples,) * METER_POINTS, self.past_samples
        )  # fmt: skip
        places, offset = [], self.rings_offset
        for size in sizes:
            places.append((offset, size))
            offset += _RING_HEADER_BYTES + aligned(size * 4)
        return (*places, (offset, 0))

    @property
    def size_bytes(self) -> int:
        """Size of the whole memory."""
        return self.ring_places()[-1][0]


class SessionMemory:
    """The objects of a session in this process's mapping. `first`: control, which initialises the semaphores."""

    def __init__(self, segment: Segment, plan: SessionPlan, *, first: bool = False) -> None:
        if first:
            segment.resize(plan.size_bytes)
        segment.map()
        self.plan = plan
        self._segment = segment
        self.statistics = Statistics(segment.integers(0, STATISTICS_INTEGERS))
        wakes = [self._wake(index, first) for index in range(plan.wakes)]
        self.media_wake: Wake = wakes[-2]
        """Device -> media: there is something to do."""
        self.progress_wake: Wake = wakes[-1]
        """Media -> device: something was done. Only a device that keeps no time waits for it."""
        self._wakes = wakes
        self.exchanges = tuple(self._exchange(slot) for slot in range(plan.engines))
        self._places = plan.ring_places()
        self.reels = tuple(self._ring(reel, plan.layout.channels) for reel in range(REELS))
        self.past = PastRing(*self._ring_memory(len(self._places) - 2), plan.output_channels)
        self.board = MeterBoard(segment.integers(plan.meters_offset, BOARD_BYTES // 8))

    def recording(self, number: int, channels: int) -> AudioRing:
        """The ring of a recording, for that many channels."""
        return self._ring(REELS + number, channels)

    def meter(self, number: int, channels: int) -> AudioRing:
        """The ring of a meter, for that many channels."""
        return self._ring(REELS + RECORDINGS + number, channels)

    def page_in_past(self) -> None:
        """Device: the last minute will be written, a page every few blocks; none of them shall cost anything then."""
        self._page_in(len(self._places) - 2)

    def page_in_recording(self, number: int) -> None:
        """Device: the same for the ring of a recording."""
        self._page_in(REELS + number)

    def page_in_meter(self, number: int) -> None:
        """Device: the same for the ring of a meter."""
        self._page_in(REELS + RECORDINGS + number)

    def _page_in(self, index: int) -> None:
        offset, samples = self._places[index]
        if samples * 4 <= PAGED_IN_BYTES:
            self._segment.page_in(offset, _RING_HEADER_BYTES + samples * 4)

    def gauges(self, slot: int) -> Gauges:
        """What the engine of a slot says about its nodes."""
        return Gauges(self._segment.integers(self.plan.gauges_offset + slot * aligned(GAUGES_BYTES), GAUGES_BYTES // 8))

    def renew_exchange(self, slot: int) -> None:
        """Control: make the exchange of a dead engine as new. Only after the device has dropped it."""
        self.exchanges[slot].clear()
        if not self.plan.pipes:
            for index in (2 * slot, 2 * slot + 1):
                SemaphoreWake(self._segment.buffer, self._wake_offset(index), first=True)

    def _wake_offset(self, index: int) -> int:
        return self.plan.wakes_offset + index * SEMAPHORE_BYTES

    def _wake(self, index: int, first: bool) -> Wake:
        if self.plan.pipes:
            return PipeWake(*self.plan.pipes[index])
        return SemaphoreWake(self._segment.buffer, self._wake_offset(index), first=first)

    def _exchange(self, slot: int) -> BlockExchange:
        size = BlockExchange.size_bytes(self.plan.exchange_samples)
        offset = self.plan.exchanges_offset + slot * size
        return BlockExchange(
            self._segment, offset, self.plan.exchange_samples, self._wakes[2 * slot], self._wakes[2 * slot + 1]
        )

    def _ring(self, index: int, channels: int) -> AudioRing:
        return AudioRing(*self._ring_memory(index), channels)

    def _ring_memory(self, index: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        offset, samples = self._places[index]
        header = self._segment.integers(offset, RING_HEADER_INTEGERS)
        return header, self._segment.samples(offset + _RING_HEADER_BYTES, samples)
