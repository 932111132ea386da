"""A node that plays instances of one plug-in: knobs that glide, channels shared out.

::

    block ─▶ knobs glide in steps ─▶ channels shared out ─▶ [instance] [instance] ... ─▶ out

Why knobs glide in steps of `STEP_FRAMES` and not by the sample: a plug-in takes new values between two calls only,
and a call costs 1.5 us. The steps are counted in frames from the change, so no split into blocks shows in the samples.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.graph.node import INFINITE_TAIL, Node, StreamFormat
from audiopost.graph.parameter import Parameter, SettingValue
from audiopost.plugins.channel_groups import ChannelGroup
from audiopost.plugins.plugin import PluginParameter
from audiopost.plugins.streams import Stream
from audiopost.units import ms_to_frames

__all__ = ["STEP_FRAMES", "HostedNode", "fit_channels", "knob_parameter"]

STEP_FRAMES = 16
"""Frames between two values of a gliding knob: 0.3 ms at 48 kHz, 60 steps in the usual 20 ms."""


class _Instance(NamedTuple):
    """One instance of the plug-in, the channels that it plays, and memory to gather and scatter them."""

    group: ChannelGroup
    stream: Stream
    given: BlockMemory
    played: BlockMemory


@dataclass
class _Glide:
    """A knob on its way: `value` now, `step` added (or multiplied, for a logarithmic taper) `left` times."""

    value: float
    target: float
    step: float
    left: int
    logarithmic: bool

    def advance(self) -> float:
        """The next value; exactly the target at the end."""
        self.left -= 1
        if self.left == 0:
            self.value = self.target
        else:
            self.value = self.value * self.step if self.logarithmic else self.value + self.step
        return self.value


class HostedNode(Node):
    """A node that plays instances of one plug-in, as many as the layout needs.

    Notes
    -----
    Realtime: a block costs one call and one copy for each instance; nothing is allocated but what the call returns.
    """

    def __init__(self, settings: Mapping[str, SettingValue] | None = None) -> None:
        super().__init__(settings)
        self._instances: list[_Instance] = []
        self._direct: Stream | None = None
        self._heard: dict[str, float] = {}
        self._glides: dict[str, _Glide] = {}
        self._until_step = 0
        self._as_new = False
        """Whether the instances were primed and have heard nothing since: to prime them again would change nothing, and
        takes longer than all the rest of making a built-in."""
        self._rate = 0
        self.side_widths: tuple[int, ...] = ()
        """Channels of each side input of one instance, in the order of `side_inputs`; set before `prepare`."""

    @abstractmethod
    def make_stream(self, width: int, sample_rate: int) -> Stream:
        """A new instance for `width` channels with all `values` set, primed."""

    @abstractmethod
    def share_out(self, stream: StreamFormat) -> tuple[ChannelGroup, ...]:
        """Which channels share an instance; raises LayoutError where none can play them."""

    @abstractmethod
    def ringing_frames(self) -> int:
        """Frames of tail beyond the latency for the present `values`, or INFINITE_TAIL."""

    def prepare(self, stream: StreamFormat) -> None:
        """Load as many instances as the layout needs, set their knobs, prime them."""
        self._rate = stream.sample_rate
        groups = self.share_out(stream)
        self._instances = [
            _Instance(
                group,
                self.make_stream(group.width, stream.sample_rate),
                BlockMemory(group.width + sum(self.side_widths), stream.maximum_frames),
                BlockMemory(self.output_width(group.width), stream.maximum_frames),
            )
            for group in groups
        ]
        channels = stream.layout.channels
        takes_all = groups[0].channels == tuple(range(channels)) and groups[0].width == channels
        whole = takes_all and not self.side_widths and self.output_layout(stream.layout).channels == channels
        self._direct = self._instances[0].stream if whole else None
        self._piece_given = BlockMemory(stream.layout.channels, stream.maximum_frames)
        self._piece_played = BlockMemory(stream.layout.channels, stream.maximum_frames)
        self._smoothing = {each.name: (each.smoothing_ms, each.taper == "log") for each in self.parameters}
        self._heard = dict(self.values)
        self._glides.clear()
        self.latency_frames = max(instance.stream.latency_frames for instance in self._instances)
        self._declare_tail()

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Those of all instances."""
        return tuple(instance.stream for instance in self._instances)

    @property
    def direct_stream(self) -> Stream | None:
        """The stream that plays all channels at once, where there is just one."""
        return self._direct

    def new_memory(self) -> BlockMemory:
        """Memory for one block of the stream that the node was prepared for."""
        return BlockMemory(self._piece_given.channels, self._piece_given.maximum_frames)

    @property
    def glides(self) -> Mapping[str, object]:
        """Knobs on their way; empty, and always the same object, while all are at rest."""
        return self._glides

    def output_width(self, width: int) -> int:
        """Channels that an instance for `width` channels gives."""
        return width

    def process(self, block: AudioBlock, out: AudioBlock, *side: AudioBlock) -> None:
        """Play; see `Node`."""
        self._as_new = False
        start, frames = 0, block.shape[1]
        while start < frames:
            length = frames - start
            if self._glides:
                if self._until_step == 0:
                    self._advance()
                    self._until_step = STEP_FRAMES
                length = min(length, self._until_step)
                self._until_step -= length
            if length == frames:
                self._play(block, out, side)
                return
            given, played = self._piece_given.block(length), self._piece_played.block(length)
            np.copyto(given, block[:, start : start + length])
            self._play(given, played, tuple(each[:, start : start + length] for each in side))
            out[:, start : start + length] = played
            start += length

    def reset(self) -> None:
        """Forget all sound; knobs arrive at once."""
        if self._as_new:
            self._as_new = False
            return
        for name, glide in self._glides.items():
            self._turn(name, glide.target)
        self._glides.clear()
        for instance in self._instances:
            instance.stream.reset()

    def parameter_changed(self, name: str) -> None:
        """Turn the knob of every instance, gliding where the parameter is smoothed."""
        if not self._instances:
            return
        self._as_new = False
        smoothing_ms, logarithmic = self._smoothing[name]
        steps = ms_to_frames(smoothing_ms, self._rate) // STEP_FRAMES
        now, target = self._heard[name], self.values[name]
        if steps < 2 or now == target:
            self._glides.pop(name, None)
            self._turn(name, target)
        else:
            if not self._glides:
                self._until_step = 0
            by_factor = logarithmic and now > 0.0 and target > 0.0
            step = (target / now) ** (1.0 / steps) if by_factor else (target - now) / steps
            self._glides[name] = _Glide(now, target, step, steps, by_factor)
        self._declare_tail()

    def _play(self, block: AudioBlock, out: AudioBlock, side: tuple[AudioBlock, ...]) -> None:
        if self._direct is not None:
            self._direct.process(block, out)
            return
        frames = block.shape[1]
        for group, stream, given_memory, played_memory in self._instances:
            given, played = given_memory.block(frames), played_memory.block(frames)
            self._gather(group, block, given)
            start = group.width
            for width, heard in zip(self.side_widths, side, strict=True):
                fit_channels(heard, given[start : start + width])
                start += width
            stream.process(given, played)
            if len(self._instances) == 1 and played.shape[0] != group.width:
                fit_channels(played, out)
                continue
            for row, channel in enumerate(group.channels):
                np.copyto(out[channel], played[row])

    def _gather(self, group: ChannelGroup, block: AudioBlock, given: AudioBlock) -> None:
        if group.width == 1 and len(group.channels) > 1:
            np.mean(block, axis=0, out=given[0])
            return
        for row in range(group.width):
            # A single channel on a wider instance is given to every input; the first output is taken.
            np.copyto(given[row], block[group.channels[row if row < len(group.channels) else 0]])

    def _advance(self) -> None:
        """Move every gliding knob by one step."""
        arrived = []
        for name, glide in self._glides.items():
            self._turn(name, glide.advance())
            if glide.left == 0:
                arrived.append(name)
        for name in arrived:
            del self._glides[name]

    def _turn(self, name: str, value: float) -> None:
        self._heard[name] = value
        for instance in self._instances:
            instance.stream.set_parameter(name, value)

    def _declare_tail(self) -> None:
        ringing = self.ringing_frames()
        self.tail_frames = INFINITE_TAIL if ringing == INFINITE_TAIL else self.latency_frames + ringing


def fit_channels(block: AudioBlock, out: AudioBlock) -> None:
    """A block on another number of channels: one channel goes to all, several are averaged into one, else the first."""
    if block.shape[0] == 1:
        np.copyto(out, block)
    elif out.shape[0] == 1:
        np.mean(block, axis=0, out=out[0])
    else:
        shared = min(block.shape[0], out.shape[0])
        np.copyto(out[:shared], block[:shared])
        out[shared:] = 0.0


def knob_parameter(each: PluginParameter) -> Parameter:
    """A plug-in's parameter as one of a node."""
    return Parameter(
        each.name, each.default, each.minimum, each.maximum, each.unit, each.taper, each.smoothing_ms, each.choices,
        each.summary,
    )  # fmt: skip
