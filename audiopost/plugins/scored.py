"""A plug-in that plays a score: each message of a MIDI file reaches it at its own frame.

A block is cut where a message is due, so the stream below gets each message right before the frame that it belongs to,
and no sample depends on how the stream is cut otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

from audiopost.blocks import AudioBlock
from audiopost.plugins.streams import Stream

__all__ = ["ScoredStream"]


class ScoredStream:
    """A `Stream` whose plug-in hears a score beside its sound, and beside what is played to it live.

    Parameters
    ----------
    stream
        What the plug-in plays in. Of an instrument it has no input channels.
    score
        Frames, rising, and the message of each.

    Notes
    -----
    Latency: that of `stream`.
    """

    def __init__(self, stream: Stream, score: Sequence[tuple[int, bytes]]) -> None:
        self._stream = stream
        self._score = tuple(score)
        self._frame = self._next = 0

    @property
    def latency_frames(self) -> int:
        """Frames by which the output lags."""
        return self._stream.latency_frames

    def process(self, block: AudioBlock, out: AudioBlock) -> None:
        """Fill `out`; see `Stream`."""
        frames, done = block.shape[1], 0
        while done < frames:
            stop = frames
            while self._next < len(self._score):
                due, message = self._score[self._next]
                if due > self._frame + done:
                    stop = min(frames, due - self._frame)
                    break
                self._stream.send_midi(message)
                self._next += 1
            self._stream.process(block[:, done:stop], out[:, done:stop])
            done = stop
        self._frame += frames

    def reset(self) -> None:
        """Silence, and the score from its start."""
        self._stream.reset()
        self._frame = self._next = 0

    def set_parameter(self, name: str, value: float) -> None:
        """Set a knob at this frame."""
        self._stream.set_parameter(name, value)

    def modulate(self, name: str, value: float) -> None:
        """Move a knob at this frame; see `Stream`."""
        self._stream.modulate(name, value)

    def send_midi(self, message: bytes) -> None:
        """Have a message at the next frame, beside the score; see `Stream`."""
        self._stream.send_midi(message)
