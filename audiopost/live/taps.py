"""The device's side of meters and recordings: what passes at a point goes into rings, and into the last minute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from audiopost.blocks import AudioBlock
from audiopost.live.commands import CloseTap, Event, OpenTap
from audiopost.live.ring import AudioRing
from audiopost.live.statistics import Count, Statistics

__all__ = ["Taps"]


@dataclass(eq=False)
class _Tap:
    point: str
    ring: AudioRing
    patient: bool
    waited_at: int = -1


class Taps:
    """Every open tap. Realtime: allocates nothing while the taps stay the same.

    A recording that is not emptied in time loses frames, which are counted; a meter's losses are the ring's alone.
    """

    def __init__(self, statistics: Statistics, wait: Callable[[Callable[[], bool]], None] | None) -> None:
        self._statistics = statistics
        self._wait = wait
        self._taps: dict[str, _Tap] = {}

    def obey(self, command: OpenTap | CloseTap, frame: int) -> Event:
        """Open or close a tap before the block at `frame`; what to tell control."""
        before = self._taps.pop(command.key, None)
        if isinstance(command, OpenTap):
            self._taps[command.key] = _Tap(command.point, command.ring, command.patient)
            return Event("tapped", frame, name=command.key)
        return Event("tapped", frame, name=command.key, frames=before.ring.written if before else 0)

    def feed(self, block_at: Callable[[str], AudioBlock | None], frames: int) -> None:
        """Put the present block into each ring; a point where nothing is gives silence."""
        for tap in self._taps.values():
            block = block_at(tap.point)
            if block is None or block.shape[0] != tap.ring.channels:
                block = tap.ring.silence(frames)
            self._wait_for_reader(tap, frames)
            lost = frames - tap.ring.write(block)
            if lost and tap.patient:
                self._statistics.add(Count.LOST_RECORD_FRAMES, lost)

    def _wait_for_reader(self, tap: _Tap, frames: int) -> None:
        if self._wait is None or tap.ring.writable >= frames:
            return
        ring = tap.ring
        # A reader that did not come last time is not waited for again until it has taken something.
        if tap.patient or ring.taken != tap.waited_at:
            tap.waited_at = ring.taken
            self._wait(lambda: ring.writable >= frames)
