"""Which engines are asked, and which is heard: the one that is heard, the one that comes, the one beside.

::

    heard ──▶ ×─┐
                ├─▶ what is heard          dry, aligned, where no engine answers
    coming ─▶ ×─┘
    beside ──▶ (warm, unheard: the other side of A/B)

Invariants
----------
- Everything audible lies `path_latency` frames behind the source. That latency grows when a chain with more
  latency comes, and never shrinks, so that going back and forth between two chains stays aligned.
- What is heard is one engine, or the dry source, or a fade from that to the engine that is coming.
- A change of what is heard that is not a fade is mended: see `fades`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.live.commands import Event
from audiopost.live.engine_voice import EngineVoice
from audiopost.live.fades import equal_power, let_go, straight
from audiopost.live.statistics import Count, Statistics
from audiopost.units import seconds_to_frames

__all__ = ["CROSSFADE_S", "Ensemble"]

CROSSFADE_S = 0.03


class Ensemble:
    """The voices of a stream. Realtime: allocates nothing.

    Attributes
    ----------
    heard, coming, beside : EngineVoice or None
        See above. While the fade to the one beside goes on, it is `coming`.
    path_latency : int
        In frames.
    """

    def __init__(
        self,
        output_channels: int,
        block_frames: int,
        sample_rate: int,
        statistics: Statistics,
        events: Callable[[Event], None],
        path_latency: int = 0,
    ) -> None:
        self.heard: EngineVoice | None = None
        self.coming: EngineVoice | None = None
        self.beside: EngineVoice | None = None
        self.path_latency = path_latency
        self._statistics = statistics
        self._tell = events
        self._fade_frames = seconds_to_frames(CROSSFADE_S, sample_rate)
        self._faded_frames = 0
        self._switching = False
        self._wanted_side = ""
        self._trims: dict[str, float] = {}
        self._torn = False
        self._between_chains = equal_power(self._fade_frames, block_frames)
        self._from_dry = straight(self._fade_frames, block_frames)
        self._let_go = let_go(block_frames)
        self._scratch: AudioBlock = np.zeros((output_channels, block_frames), np.float32)
        self._last: AudioBlock = np.zeros((output_channels, 1), np.float32)

    def __iter__(self) -> Iterator[EngineVoice]:
        """Every voice that is asked, the one that is heard first."""
        for voice in (self.heard, self.coming, self.beside):
            if voice is not None:
                yield voice

    def of_side(self, side: str) -> EngineVoice | None:
        """The voice of a side that is heard, coming or beside; what is heard goes before what comes."""
        return next((voice for voice in self if voice.side == side), None)

    # -- commands --------------------------------------------------------------------------------------------------

    def attach(self, voice: EngineVoice, frame: int, *, at_once: bool) -> None:
        """Take a voice in: at its place at once, else beside, else coming."""
        self._tell(Event("attached", frame, voice.slot))
        voice.start_trimmed(self._trims.get(voice.side, 1.0))
        beside = self._belongs_beside(voice)
        if at_once and not beside:
            self.heard = voice
            self._set_latency(max(self.path_latency, voice.path_latency))
        elif beside:
            if self.beside is not None:
                self._tell(Event("freed", frame, self.beside.slot))
            self.beside, voice.announced = voice, False
            self._lengthen(voice.path_latency)
        else:
            if self.coming is not None:
                self._give_up_coming(frame)
            self.coming = voice

    def drop(self, slot: int, frame: int) -> None:
        """Never ask this engine again."""
        if self.beside is not None and self.beside.slot == slot:
            self.beside = None
        if self.coming is not None and self.coming.slot == slot:
            self.coming = None
            self._switching = False
            self._break_fade()
        if self.heard is not None and self.heard.slot == slot:
            self.heard = None
            self._break_fade()
            self._torn = True
        self._tell(Event("dropped", frame, slot))

    def switch(self, side: str) -> None:
        """Fade to the voice of this side as soon as nothing else is coming."""
        self._wanted_side = side

    def trim(self, side: str, gain_linear: float) -> None:
        """Move a side's level there; at once where nobody hears it, and for every voice that comes to that side."""
        self._trims[side] = gain_linear
        for voice in self:
            if voice.side == side:
                voice.trim(gain_linear)
                if voice is self.beside:
                    voice.start_trimmed(gain_linear)

    def _belongs_beside(self, voice: EngineVoice) -> bool:
        here = self.coming if self._switching else self.heard or self.coming
        if here is None:
            return self.beside is not None and self.beside.side == voice.side
        return voice.side != here.side

    def _give_up_coming(self, frame: int) -> None:
        assert self.coming is not None
        if self._switching:
            self.beside, self._switching = self.coming, False
        else:
            self._tell(Event("freed", frame, self.coming.slot))
        self.coming = None
        self._break_fade()

    def _break_fade(self) -> None:
        self._torn = self._torn or self._faded_frames > 0
        self._faded_frames = 0

    def _lengthen(self, frames: int) -> None:
        """Let everything lie this far behind the source, at least."""
        if frames <= self.path_latency:
            return
        self._set_latency(frames)
        for voice in self:
            if voice.path_latency < frames:
                voice.realign(frames)

    def _set_latency(self, frames: int) -> None:
        self.path_latency = frames
        self._statistics.put(Count.PATH_LATENCY_FRAMES, frames)

    # -- block by block --------------------------------------------------------------------------------------------

    def follow(self, frame: int) -> None:
        """Decide, from who answered, what is heard in this block."""
        heard, coming = self.heard, self.coming
        if coming is not None and self._faded_frames and not coming.arrived:
            self._break_fade()
        if heard is not None and not heard.arrived:
            self._break_fade()
            self._torn = True
            self.heard = None
            if coming is None:
                heard.come_back()
                self.coming = coming = heard
            elif self._switching:
                self.beside, self._switching = heard, False
            else:
                self._tell(Event("freed", frame, heard.slot))
        if self.heard is None and coming is not None and coming.path_latency != self.path_latency:
            self._set_latency(coming.path_latency)
            self._torn = True
        beside = self.beside
        if beside is None:
            return
        if beside.side == self._wanted_side and self.coming is None:
            self.coming, self.beside = beside, None
            self._switching, self._wanted_side = True, ""
        elif beside.warm and not beside.announced:
            beside.announced = True
            self._tell(Event("heard", frame, beside.slot))

    def mix(self, dry: AudioBlock, out: AudioBlock, frame: int) -> None:
        """Fill `out` (output channels, frames) with what is heard; `dry` is the aligned source."""
        current = self.heard.trimmed() if self.heard is not None else dry
        if self.coming is not None and (self._faded_frames or self.coming.warm):
            self._crossfade(current, self.coming, out, frame)
        else:
            np.copyto(out, current)
        if self._torn:
            np.subtract(self._last, out, out=self._scratch)
            np.multiply(self._scratch, self._let_go, out=self._scratch)
            np.add(out, self._scratch, out=out)
            self._torn = False
        np.copyto(self._last, out[:, -1:])

    def _crossfade(self, current: AudioBlock, coming: EngineVoice, out: AudioBlock, frame: int) -> None:
        frames = out.shape[1]
        # Nearly the same sound adds by amplitudes: see `fades`.
        straightly = self.heard is None or coming.alike
        falling, rising = self._from_dry if straightly else self._between_chains
        start, end = self._faded_frames, self._faded_frames + frames
        np.multiply(current, falling[start:end], out=out)
        np.multiply(coming.trimmed(), rising[start:end], out=self._scratch)
        np.add(out, self._scratch, out=out)
        self._faded_frames = end
        if end >= self._fade_frames:
            self._arrive(coming, frame)

    def _arrive(self, coming: EngineVoice, frame: int) -> None:
        """The fade is over."""
        if self._switching:
            self.beside = self.heard or self.beside
        elif self.heard is not None:
            self._tell(Event("freed", frame, self.heard.slot))
        self.heard, self.coming = coming, None
        self._faded_frames = 0
        self._lengthen(coming.path_latency)
        if not coming.returning:
            self._statistics.add(Count.SWAPS)
            self._tell(Event("heard", frame, coming.slot))
        coming.returning = False
        self._switching = False
