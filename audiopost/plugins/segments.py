"""Plug-ins that only a whole sound can be given: played in long overlapping segments.

pedalboard's PitchShift and GSMFullRateCompressor clear the delay in front of them at every call (1 s and 20 ms of
sound; version 0.9.26), so no stream of blocks passes through them: PitchShift gives silence. A call that may
reset gives the whole of a segment, aligned and complete. So each segment is played anew, with sound before it, in
which the algorithm settles, and after it, into which it looks ahead; what is kept of two neighbours is cross-faded.

::

    input     ······|── before ──|──────── hop ────────|─ after ─|
    kept                         |═════════════════════|
    next                         ······|── before ──|──────── hop ────────|─ after ─|
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from audiopost.blocks import AudioBlock

__all__ = ["SegmentedPlugin", "WholeSound"]


class WholeSound(Protocol):
    """A plug-in that can be given a whole sound."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    def play_whole(self, samples: AudioBlock) -> AudioBlock:
        """The output that belongs to `samples`, aligned and of the same length, from a fresh state."""

    def set_parameter(self, name: str, value: float) -> None:
        """Set a knob at once."""


class SegmentedPlugin:
    """A `Plugin` that must be run with blocks of exactly `hop_frames` (see `FixedBlockStream`).

    Parameters
    ----------
    sound
        The instance; this object owns it.
    channels
        Its width.
    hop_frames, before_frames, after_frames, fade_frames
        As in the picture; the cross-fade lies at the start of what is kept and is at most `after_frames` long.

    Notes
    -----
    Latency: it holds back `after_frames`. Realtime: no; a call costs a whole segment.
    """

    def __init__(
        self, sound: WholeSound, channels: int, hop_frames: int, before_frames: int, after_frames: int, fade_frames: int
    ) -> None:
        assert fade_frames <= after_frames
        self.name = sound.name
        self._sound = sound
        self._hop = hop_frames
        self._before = before_frames
        self._after = after_frames
        self._window = np.zeros((channels, before_frames + hop_frames + after_frames), dtype=np.float32)
        self._silence = np.zeros_like(self._window)
        self._continued = np.zeros((channels, fade_frames), dtype=np.float32)
        self._rising = ((np.arange(fade_frames) + 0.5) / max(1, fade_frames)).astype(np.float32)
        self._first = True

    def run(self, block: AudioBlock) -> AudioBlock:
        """Play the next hop; the first call returns `after_frames` fewer."""
        assert block.shape[1] == self._hop
        self._window[:, : -self._hop] = self._window[:, self._hop :].copy()
        self._window[:, -self._hop :] = block
        # Every segment starts from a fresh state, so silence needs no playing.
        played = self._sound.play_whole(self._window) if self._window.any() else self._silence
        fade = self._rising.shape[0]
        kept = played[:, self._before : self._before + self._hop].copy()
        if not self._first:
            kept[:, :fade] = self._rising * kept[:, :fade] + (1.0 - self._rising) * self._continued
        end = self._before + self._hop
        self._continued[:] = played[:, end : end + fade]
        if not self._first:
            return kept
        self._first = False
        return kept[:, self._after :]

    def reset(self) -> None:
        """Forget all sound."""
        self._window.fill(0.0)
        self._continued.fill(0.0)
        self._first = True

    def set_parameter(self, name: str, value: float) -> None:
        """Set a knob; heard from the next segment on."""
        self._sound.set_parameter(name, value)
