"""The device's side of the source: two reels, the fade between them, and the pause.

::

    reel 0 ──▶ ×─┐
                 ├─▶ × level of the pause ──▶ engines, dry path
    reel 1 ──▶ ×─┘

A locate, another speed, another file: each is the other reel, wound in advance by the media process and faded to.
Where both carry the same moment (another level of a stem, another speed from here on), the fade begins exactly
where the new reel belongs, however late the winding was: it is wound forwards to the frame.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.live.commands import Event, Roll, TurnTo
from audiopost.live.fades import equal_power, straight
from audiopost.live.ring import AudioRing
from audiopost.live.statistics import Count, Statistics
from audiopost.units import seconds_to_frames

__all__ = ["MOVE_FADE_S", "SourceDeck"]

MOVE_FADE_S = 0.01
"""Of every transport move: long enough not to click at any frequency that loudspeakers make, too short to be a fade."""


class SourceDeck:
    """Gives the next block of the source. Realtime: allocates nothing.

    Parameters
    ----------
    wait
        Waits until a fact holds, or for as long as makes sense; None on a device that keeps time.

    Attributes
    ----------
    events : list of Event
        What has happened since the caller took them.
    end_frame : int or None
        Absolute frame at which the source ended.
    """

    def __init__(
        self,
        reels: Sequence[AudioRing],
        reel: int,
        block_frames: int,
        sample_rate: int,
        statistics: Statistics,
        wait: Callable[[Callable[[], bool]], None] | None,
    ) -> None:
        self.events: list[Event] = []
        self.end_frame: int | None = None
        self._reels = reels
        self._reel = reel
        self._statistics = statistics
        self._wait = wait
        self._turn: TurnTo | None = None
        self._turned_at = 0
        self._faded = 0
        self._rolling = True
        self._level = 1.0
        fade = seconds_to_frames(MOVE_FADE_S, sample_rate)
        self._fade_frames = max(block_frames, -(-fade // block_frames) * block_frames)
        self._same = straight(self._fade_frames)
        self._other = equal_power(self._fade_frames)
        self._coming: AudioBlock = np.zeros((reels[0].channels, block_frames), np.float32)
        self._unit = np.arange(1, block_frames + 1, dtype=np.float32)
        self._ramp = np.empty(block_frames, np.float32)
        statistics.put(Count.REEL, reel)

    def obey(self, command: TurnTo | Roll, frame: int) -> None:
        """Take a command before the block at `frame`."""
        if isinstance(command, Roll):
            self._rolling = command.rolling
            self._statistics.put(Count.ROLLING, int(command.rolling))
            self.events.append(Event("rolled", frame))
        else:
            self._turn = command
            self._faded = 0

    @property
    def _still(self) -> bool:
        return not self._rolling and self._level <= 0.0

    def read(self, out: AudioBlock, frame: int) -> None:
        """Fill `out` (channels, block frames) with the block that begins at the absolute `frame`."""
        if self._still:
            if self._turn is not None:
                self._arrive(frame)
            out.fill(0.0)
            return
        if self._turn is not None and not self._faded and self._reels[self._reel].ended:
            self._arrive(frame)
        self._read_reel(self._reel, out, frame)
        if self._turn is not None:
            self._fade_over(out, frame)
        if not self._rolling or self._level < 1.0:
            self._ride(out)

    def _read_reel(self, reel: int, out: AudioBlock, frame: int) -> None:
        ring, frames = self._reels[reel], out.shape[1]
        if self._wait is not None:
            self._wait(lambda: ring.ended or ring.readable >= frames)
        ended = ring.ended  # asked before reading: what was written before the end is then sure to be read
        got = ring.read(out)
        if got == frames:
            return
        out[:, got:] = 0.0
        if not ended:
            self._statistics.add(Count.SOURCE_UNDERRUNS)
        elif self.end_frame is None and self._turn is None:
            self.end_frame = frame + got

    def _fade_over(self, out: AudioBlock, frame: int) -> None:
        """Mix the coming reel in; `out` holds the one that goes."""
        assert self._turn is not None
        turn, coming, frames = self._turn, self._reels[self._turn.reel], out.shape[1]
        if not self._faded:
            late = self._reels[self._reel].taken - frames - turn.at_taken if turn.at_taken >= 0 else 0
            if late < 0:
                return
            wanted = late - coming.taken + frames
            if self._wait is not None:
                self._wait(lambda: coming.ended or coming.readable >= wanted)
            if coming.readable < wanted and not coming.ended:
                coming.skip(min(late - coming.taken, coming.readable))
                return
            coming.skip(min(late - coming.taken, coming.readable))
            self._turned_at = frame
            self._statistics.put(Count.REEL, turn.reel)
        falling, rising = self._same if turn.at_taken >= 0 else self._other
        self._read_reel(turn.reel, self._coming, frame)
        piece = slice(self._faded, self._faded + frames)
        np.multiply(out, falling[piece], out=out)
        np.multiply(self._coming, rising[piece], out=self._coming)
        np.add(out, self._coming, out=out)
        self._faded += frames
        if self._faded >= self._fade_frames:
            self._arrive(self._turned_at)

    def _arrive(self, frame: int) -> None:
        assert self._turn is not None
        self._reel = self._turn.reel
        self._turn, self._faded, self.end_frame = None, 0, None
        self._statistics.put(Count.REEL, self._reel)
        self.events.append(Event("turned", frame, self._reel, frames=self._reels[self._reel].taken))

    def _ride(self, out: AudioBlock) -> None:
        """Fade into or out of the pause."""
        frames = out.shape[1]
        step = (1.0 if self._rolling else -1.0) / self._fade_frames
        ramp = self._ramp[:frames]
        np.multiply(self._unit[:frames], np.float32(step), out=ramp)
        np.add(ramp, np.float32(self._level), out=ramp)
        np.clip(ramp, 0.0, 1.0, out=ramp)
        np.multiply(out, ramp, out=out)
        self._level = min(1.0, max(0.0, self._level + step * frames))
