"""The last station before the loudspeaker: nothing leaves it that is NaN, above the ceiling, painfully loud for long,
or starts at full scale.

A programme that keeps the rules passes bit by bit, apart from the fade-in of the first moments.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from audiopost.blocks import AudioBlock, clear_non_finite

__all__ = ["CAP_WINDOW_S", "FADE_IN_S", "OutputGuard"]

FADE_IN_S = 0.02
RELEASE_S = 0.2

CAP_WINDOW_S = 0.2
"""Time constant of the level that the cap looks at: a loud hit passes, a howl does not."""
CAP_RELEASE_S = 1.0


@dataclass
class Verdict:
    """What the guard had to do with one block."""

    muted: bool = False
    turned_down: bool = False
    capped: bool = False


class OutputGuard:
    """Mute of blocks with NaN or infinity, cap, ceiling, fade-in at the start and fade-out at the end.

    Parameters
    ----------
    ceiling_linear
        No sample leaves above it. When a block would, the gain falls to what fits within that block (what is
        still too high in its beginning is clipped) and rises again with a time constant of 0.2 s.
    cap_linear
        RMS of the loudest channel over some 0.2 s that may last; what is louder is turned down to it. Feedback and
        a generator at full scale are, music that is mastered loud is not at the host's default. Infinity: no cap.

    Notes
    -----
    Latency: none. Realtime: allocates nothing.
    """

    def __init__(
        self,
        channels: int,
        maximum_frames: int,
        sample_rate: int,
        ceiling_linear: float = 1.0,
        cap_linear: float = math.inf,
    ) -> None:
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
        self._cap_power = cap_linear**2
        self._cap_gain = 1.0
        self._power = 0.0
        self._cap_share = 1.0 - math.exp(-maximum_frames / (CAP_WINDOW_S * sample_rate))
        self._cap_release = 1.0 - math.exp(-maximum_frames / (CAP_RELEASE_S * sample_rate))

    @property
    def silent(self) -> bool:
        """Whether the fade-out is over."""
        return self._fading < 0.0 and self._level <= 0.0

    def fade_out(self) -> None:
        """Begin the fade to silence."""
        self._fading = -1.0

    def set_cap(self, cap_linear: float) -> None:
        """Another cap from the next block on; infinity lifts it, and the level rises within a second."""
        self._cap_power = cap_linear**2

    def process(self, block: AudioBlock) -> None:
        """Guard one block in place; `verdict` says what was done."""
        count, _ = clear_non_finite(block)
        self.verdict.muted = count > 0
        if count:
            block.fill(0.0)
        self._hold_cap(block)
        self._hold_ceiling(block)
        self._fade(block)

    def _hold_cap(self, block: AudioBlock) -> None:
        # A mean square of a channel is at most the square of the peak: one product a channel, no array.
        power = max((float(np.dot(channel, channel)) for channel in block), default=0.0) / max(1, block.shape[1])
        self._power += (power - self._power) * self._cap_share
        fitting = math.sqrt(self._cap_power / self._power) if self._power > self._cap_power else 1.0
        self.verdict.capped = fitting < 1.0
        if fitting == 1.0 and self._cap_gain == 1.0:
            return
        released = self._cap_gain + (1.0 - self._cap_gain) * self._cap_release
        wanted = min(fitting, 1.0 if released > 0.9999 else released)
        self._apply_ramp(block, self._cap_gain, wanted)
        self._cap_gain = wanted

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
