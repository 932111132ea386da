"""From a plug-in that returns what it likes to a stream that returns as many frames as it was given.

`SteadyStream` is for plug-ins that, once they are filled, return every frame: it costs nothing.
`FixedBlockStream` feeds blocks of one size and queues what comes back: for plug-ins whose samples depend on the
size of the blocks, that return whole packets, or that misread blocks with fewer frames than channels.

Both prime the plug-in with silence when they start and after each reset, always with the same number of frames,
so the samples do not depend on the block size of the stream they are used in.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.errors import PluginError
from audiopost.plugins.plugin import ModulatedPlugin, NotePlayer, Plugin, TimedPlugin

__all__ = ["FIXED_BLOCK_FRAMES", "PRIMING_FRAMES", "FixedBlockStream", "SteadyStream", "Stream", "held_back"]

PRIMING_FRAMES = 8192
"""Silence before the first block. It fixes the channels and the largest block, and settles smoothed parameters."""

FIXED_BLOCK_FRAMES = 64
"""Blocks for a plug-in file whose sound depends on the size of its blocks: 1.3 ms of latency at 48 kHz."""

PRIMING_LIMIT_FRAMES = 1 << 20
"""A plug-in that still holds frames back after this much silence is not one that can be played (22 s at 48 kHz)."""


class Stream(Protocol):
    """A plug-in that returns every frame; `latency_frames` is known once it is made."""

    @property
    def latency_frames(self) -> int:
        """Frames by which the output lags."""

    def process(self, block: AudioBlock, out: AudioBlock) -> None:
        """Fill `out` with as many frames as `block` has, 0 too."""

    def reset(self) -> None:
        """Forget all sound and prime again."""

    def set_parameter(self, name: str, value: float) -> None:
        """Set a knob of the plug-in at once."""

    def modulate(self, name: str, value: float) -> None:
        """Have a knob of a `ModulatedPlugin` heard as if it stood there; of any other it is set."""

    def send_midi(self, message: bytes) -> None:
        """Have a note or a controller at the next frame; nothing where the plug-in hears none."""


class SteadyStream:
    """A plug-in that returns every frame once its latency is filled.

    Parameters
    ----------
    plugin
        The instance; the stream owns it.
    channels
        Its width.
    priming_frames
        Size of the priming block, which the plug-in takes for its largest.

    Raises
    ------
    PluginError
        If the plug-in refuses the width or never starts to return frames.

    Notes
    -----
    Latency: the frames that the plug-in held back of the silence. Realtime: one call, one copy.
    """

    def __init__(self, plugin: Plugin, channels: int, priming_frames: int = PRIMING_FRAMES) -> None:
        self._plugin = plugin
        self._notes = plugin if isinstance(plugin, NotePlayer) else None
        self._moved = plugin if isinstance(plugin, ModulatedPlugin) else None
        self._silence = np.zeros((channels, priming_frames), dtype=np.float32)
        self.latency_frames = 0
        self.reset()

    @property
    def plugin(self) -> Plugin:
        """The instance that the stream plays."""
        return self._plugin

    def process(self, block: AudioBlock, out: AudioBlock) -> None:
        """Fill `out`; see `Stream`."""
        frames = block.shape[1]
        if frames == 0:
            return
        played = self._plugin.run(block)
        if played.shape[1] != frames:
            raise PluginError(self._plugin.name, "changed its latency while playing", "give it block_frames = 64")
        out[...] = played

    def reset(self) -> None:
        """Forget all sound, then fill the latency with silence."""
        self._plugin.reset()
        given = returned = 0
        while given < PRIMING_LIMIT_FRAMES:
            frames = self._plugin.run(self._silence).shape[1]
            given += self._silence.shape[1]
            returned += frames
            if frames == self._silence.shape[1]:
                self.latency_frames = given - returned
                return
        raise PluginError(self._plugin.name, "returns no sound", "it may need a different layout or sample rate")

    def set_parameter(self, name: str, value: float) -> None:
        """Set a knob at once."""
        self._plugin.set_parameter(name, value)

    def modulate(self, name: str, value: float) -> None:
        """Move a knob at once; see `Stream`."""
        if self._moved is not None and self._moved.modulates(name):
            self._moved.modulate_at(name, value, 0)
        else:
            self.set_parameter(name, value)

    def send_midi(self, message: bytes) -> None:
        """Have a message at the next frame; see `Stream`."""
        if self._notes is not None:
            self._notes.send_midi(message, 0)


class FixedBlockStream:
    """A plug-in fed with blocks of one size, whatever the size of the stream's blocks.

    Parameters
    ----------
    plugin
        The instance; the stream owns it.
    channels
        Of the blocks that it is fed.
    block_frames
        Size of the blocks that it is fed.
    held_back_frames
        Most frames that it ever holds back when fed so: see `held_back`.
    output_channels
        Of what it gives; 0: as many.

    Notes
    -----
    Latency: `held_back_frames` + `block_frames` - 1. A frame that opens a fixed block waits for the last one of it.
    Invariant: between calls ``_pending`` frames stand in ``_gathered``, and the queue holds at least
    ``block_frames - 1 - _pending`` frames.
    """

    def __init__(
        self, plugin: Plugin, channels: int, block_frames: int, held_back_frames: int, output_channels: int = 0
    ) -> None:
        self._plugin = plugin
        self._turn_at = plugin.set_parameter_at if isinstance(plugin, TimedPlugin) else None
        self._notes = plugin if isinstance(plugin, NotePlayer) else None
        self._moved = plugin if isinstance(plugin, ModulatedPlugin) else None
        self._gathered = np.zeros((channels, block_frames), dtype=np.float32)
        self._block_frames = block_frames
        self._pending = 0
        self.latency_frames = held_back_frames + block_frames - 1
        self._queue = _Queue(output_channels or channels, self.latency_frames + 2 * block_frames)
        self.reset()

    def process(self, block: AudioBlock, out: AudioBlock) -> None:
        """Fill `out`; see `Stream`."""
        done, frames = 0, block.shape[1]
        while done < frames:
            take = min(frames - done, self._block_frames - self._pending)
            self._gathered[:, self._pending : self._pending + take] = block[:, done : done + take]
            self._pending += take
            if self._pending == self._block_frames:
                self._queue.put(self._plugin.run(self._gathered))
                self._pending = 0
            if not self._queue.take(out[:, done : done + take]):
                raise PluginError(self._plugin.name, "held back more sound than it declared")
            done += take

    def reset(self) -> None:
        """Forget all sound, prime with one block of silence, and fill the queue up to the latency."""
        self._plugin.reset()
        self._pending = 0
        self._gathered.fill(0.0)
        returned = self._plugin.run(self._gathered).shape[1]
        self._queue.clear(self.latency_frames - (self._block_frames - returned))

    def set_parameter(self, name: str, value: float) -> None:
        """Set a knob: at its frame where the plug-in can be told one, else from the next fixed block on."""
        if self._turn_at is not None:
            self._turn_at(name, value, self._pending)
        else:
            self._plugin.set_parameter(name, value)

    def modulate(self, name: str, value: float) -> None:
        """Move a knob, at its frame; see `Stream`."""
        if self._moved is not None and self._moved.modulates(name):
            self._moved.modulate_at(name, value, self._pending)
        else:
            self.set_parameter(name, value)

    def send_midi(self, message: bytes) -> None:
        """Have a message at the next frame, which will lie behind those that are gathered; see `Stream`."""
        if self._notes is not None:
            self._notes.send_midi(message, self._pending)


class _Queue:
    """First in, first out, in a ring of fixed size. Nothing is allocated after it is made."""

    def __init__(self, channels: int, capacity_frames: int) -> None:
        self._ring = np.zeros((channels, capacity_frames), dtype=np.float32)
        self._first = 0
        self._frames = 0

    def clear(self, silence_frames: int) -> None:
        """Hold `silence_frames` of silence and nothing else."""
        self._ring.fill(0.0)
        self._first = 0
        self._frames = silence_frames

    def put(self, block: AudioBlock) -> None:
        """Append a block; there is always room, because as much is taken as is put."""
        capacity = self._ring.shape[1]
        start = (self._first + self._frames) % capacity
        head = min(block.shape[1], capacity - start)
        self._ring[:, start : start + head] = block[:, :head]
        self._ring[:, : block.shape[1] - head] = block[:, head:]
        self._frames += block.shape[1]

    def take(self, out: AudioBlock) -> bool:
        """Fill `out` from the front; False, and nothing done, where there is too little."""
        wanted = out.shape[1]
        if wanted > self._frames:
            return False
        head = min(wanted, self._ring.shape[1] - self._first)
        out[:, :head] = self._ring[:, self._first : self._first + head]
        out[:, head:] = self._ring[:, : wanted - head]
        self._first = (self._first + wanted) % self._ring.shape[1]
        self._frames -= wanted
        return True


def held_back(plugin: Plugin, channels: int, block_frames: int, probe_frames: int) -> int:
    """Most frames that a plug-in holds back when fed blocks of `block_frames`, found with silence.

    What a plug-in holds back never shrinks, so the count at the end of the probe is the largest.
    The instance is used up: reset it or throw it away.
    """
    silence = np.zeros((channels, block_frames), dtype=np.float32)
    missing = 0
    for _ in range(max(1, probe_frames // block_frames)):
        missing += block_frames - plugin.run(silence).shape[1]
    return missing
