"""The last station before the loudspeaker: nothing that leaves it is NaN, above the ceiling, or starts at full scale.

A programme that keeps the rules passes bit by bit, apart from the fade-in of the first moments.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audiopost.blocks import AudioBlock, clear_non_finite

__all__ = ["FADE_IN_S", "OutputGuard"]

FADE_IN_S = 0.02
RELEASE_S = 0.2


@dataclass
class Verdict:
    """What the guard had to do with one block."""

    muted: bool = False
    turned_down: bool = False


class OutputGuard:
    """Mute of blocks with NaN or infinity, ceiling, fade-in at the start and fade-out at the end.

    Parameters
    ----------
    ceiling_linear
        No sample leaves above it. When a block would, the gain falls to what fits within that block (what is
        still too high in its beginning is clipped) and rises again with a time constant of 0.2 s.

    Notes
    -----
    Latency: none. Realtime: allocates nothing.
    """

    def __init__(self, channels: int, maximum_frames: int, sample_rate: int, ceiling_linear: float = 1.0) -> None:
        self.verdict = Verdict()
        self._ceiling = np.float32(ceiling_linear)
        self._gain = 1.0
        self._level = 0.0
        self._fading = 1.0
        self._step = 1.0 / max(1.0, FADE_IN_S * sample_rate)
        self._release = 1.0 - float(np.exp(-maximum_frames / (RELEASE_S * sample_rate)))
        self._unit = np.arange(1, maximum_frames + 1, dtype=np.float32)
        self._ramp = np.empty(maximum_frames, np.float32)
        self._magnitude = np.empty((channels, maximum_frames), np.float32)

    @property
    def silent(self) -> bool:
        """Whether the fade-out is over."""
        return self._fading < 0.0 and self._level <= 0.0

    def fade_out(self) -> None:
        """Begin the fade to silence."""
        self._fading = -1.0

    def process(self, block: AudioBlock) -> None:
        """Guard one block in place; `verdict` says what was done."""
        count, _ = clear_non_finite(block)
        self.verdict.muted = count > 0
        if count:
            block.fill(0.0)
        self._hold_ceiling(block)
        self._fade(block)

    def _hold_ceiling(self, block: AudioBlock) -> None:
        magnitude = self._magnitude[:, : block.shape[1]]
        np.abs(block, out=magnitude)
        peak = float(magnitude.max(initial=0.0))
        fitting = float(self._ceiling) / peak if peak > self._ceiling else 1.0
        released = self._gain + (1.0 - self._gain) * self._release
        wanted = min(fitting, 1.0 if released > 0.9999 else released)
        self.verdict.turned_down = fitting < 1.0
        if wanted < 1.0 or self._gain < 1.0:
            self._apply_ramp(block, self._gain, wanted)
            np.clip(block, -self._ceiling, self._ceiling, out=block)
        self._gain = wanted

    def _fade(self, block: AudioBlock) -> None:
        if self._fading > 0.0 and self._level >= 1.0:
            return
        change = self._fading * self._step * block.shape[1]
        wanted = min(1.0, max(0.0, self._level + change))
        self._apply_ramp(block, self._level, wanted)
        self._level = wanted

    def _apply_ramp(self, block: AudioBlock, start: float, end: float) -> None:
        frames = block.shape[1]
        ramp = self._ramp[:frames]
        np.multiply(self._unit[:frames], np.float32((end - start) / max(1, frames)), out=ramp)
        np.add(ramp, np.float32(start), out=ramp)
        np.multiply(block, ramp, out=block)
