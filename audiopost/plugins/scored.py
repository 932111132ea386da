"""A plug-in that plays notes, as a stream: each message of a MIDI file reaches it at its own frame.

The plug-in is fed blocks of one size, whatever the size of the stream's blocks, and a message lies at its place within
them: no sample depends on how a stream is cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.plugins.plugin import Plugin
from audiopost.plugins.streams import FIXED_BLOCK_FRAMES, FixedBlockStream, held_back

__all__ = ["NotePlayer", "ScoredStream"]

PROBE_FRAMES = 8192
"""Silence in which it is found out what the plug-in holds back."""


class NotePlayer(Plugin, Protocol):
    """A plug-in that takes MIDI messages."""

    def state(self) -> bytes:
        """Everything that it would save in a session."""

    def preset(self) -> bytes:
        """The same as the bytes of a ``.vstpreset`` file; raises PluginError where there is none."""

    def send_midi(self, message: bytes, frame: int) -> None:
        """Have a message at a frame of the next block."""


class ScoredStream:
    """A `Stream` that hears no sound and plays a score.

    Parameters
    ----------
    plugin
        The instance, made for blocks of `FIXED_BLOCK_FRAMES`; the stream owns it.
    output_channels
        Of what it gives.
    score
        Frames, rising, and the message of each.

    Notes
    -----
    Latency: what the plug-in holds back + `FIXED_BLOCK_FRAMES` - 1.
    """

    def __init__(self, plugin: NotePlayer, output_channels: int, score: Sequence[tuple[int, bytes]]) -> None:
        self._plugin = plugin
        self._score = tuple(score)
        plugin.reset()
        held = held_back(plugin, 0, FIXED_BLOCK_FRAMES, PROBE_FRAMES)
        self._stream = FixedBlockStream(plugin, 0, FIXED_BLOCK_FRAMES, held, output_channels)
        self._frame = self._next = 0

    @property
    def latency_frames(self) -> int:
        """Frames by which the output lags."""
        return self._stream.latency_frames

    def process(self, block: AudioBlock, out: AudioBlock) -> None:
        """Fill `out`; `block` has no channels."""
        frames, done = block.shape[1], 0
        while done < frames:
            stop = frames
            while self._next < len(self._score):
                due, message = self._score[self._next]
                if due > self._frame + done:
                    stop = min(frames, due - self._frame)
                    break
                self._plugin.send_midi(message, self._stream.pending_frames)
                self._next += 1
            self._stream.process(np.empty((0, stop - done), dtype=np.float32), out[:, done:stop])
            done = stop
        self._frame += frames

    def reset(self) -> None:
        """Silence, and the score from its start."""
        self._stream.reset()
        self._frame = self._next = 0

    def set_parameter(self, name: str, value: float) -> None:
        """Set a knob at this frame."""
        self._stream.set_parameter(name, value)
