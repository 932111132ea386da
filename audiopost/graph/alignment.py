"""A delay that makes early sound wait for late sound: the one place where latency is compensated."""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock

__all__ = ["AlignmentDelay"]


class AlignmentDelay:
    """Delays a stream of any block lengths by a fixed number of frames, at least one.

    Between calls ``_ring`` holds the last `delay_frames` frames of input; the oldest stands at ``_oldest``.

    >>> delay = AlignmentDelay(1, 2)
    >>> out = np.empty((1, 3), dtype=np.float32)
    >>> delay.process(np.array([[1, 2, 3]], dtype=np.float32), out)
    >>> out.tolist()
    [[0.0, 0.0, 1.0]]
    """

    def __init__(self, channels: int, delay_frames: int) -> None:
        self.delay_frames = delay_frames
        self._ring = np.zeros((channels, delay_frames), dtype=np.float32)
        self._oldest = 0

    def process(self, block: AudioBlock, out: AudioBlock) -> None:
        """Fill `out` (same shape as `block`, other memory)."""
        frames, delay = block.shape[1], self.delay_frames
        if frames >= delay:
            self._oldest_first(out[:, :delay])
            out[:, delay:] = block[:, : frames - delay]
            self._ring[:] = block[:, frames - delay :]
            self._oldest = 0
            return
        self.read(out)
        self.write(block)

    def read(self, out: AudioBlock) -> None:
        """Copy the oldest frames to `out`, at most `delay_frames`, without moving on (for feedback)."""
        frames, start = out.shape[1], self._oldest
        head = min(frames, self.delay_frames - start)
        out[:, :head] = self._ring[:, start : start + head]
        out[:, head:] = self._ring[:, : frames - head]

    def write(self, block: AudioBlock) -> None:
        """Replace the oldest frames by the newest, at most `delay_frames`."""
        frames, start = block.shape[1], self._oldest
        head = min(frames, self.delay_frames - start)
        self._ring[:, start : start + head] = block[:, :head]
        self._ring[:, : frames - head] = block[:, head:]
        self._oldest = (start + frames) % self.delay_frames

    def reset(self) -> None:
        """Forget all sound."""
        self._ring.fill(0.0)
        self._oldest = 0

    def _oldest_first(self, out: AudioBlock) -> None:
        kept = self.delay_frames - self._oldest
        out[:, :kept] = self._ring[:, self._oldest :]
        out[:, kept:] = self._ring[:, : self._oldest]
