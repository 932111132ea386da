"""Nodes that run a user's Python: a function of a block as it is, a function of one sample compiled.

Why a function of a block must not keep a state: it is called for blocks of any length, and twice while a knob moves
(its results for the old and the new value are crossfaded, so no knob clicks). What needs a state is a `kernel` or a
class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp.sample_loop import compile_sample_loop
from audiopost.dsp.smoothing import Ramps
from audiopost.effects.smoothed import SMOOTHING_MS
from audiopost.errors import EffectError
from audiopost.graph.chance import SEED
from audiopost.graph.node import INFINITE_TAIL, Node, StreamFormat
from audiopost.units import ms_to_frames

__all__ = ["FunctionNode", "KernelNode"]


class FunctionNode(Node):
    """Runs a function of a block. A knob that moves crossfades from the old result to the new one."""

    trusted = False
    exceptions: ClassVar[Mapping[str, str]] = {"allocation": "a Python function returns a new array"}
    function: ClassVar[Callable[..., Any]]
    switches: ClassVar[frozenset[str]] = frozenset()
    wants_sample_rate: ClassVar[bool] = False

    _now: dict[str, float]
    _next: dict[str, float]

    def prepare(self, stream: StreamFormat) -> None:
        """Take over the values."""
        self._fade_frames = max(1, ms_to_frames(SMOOTHING_MS, stream.sample_rate))
        self._faded = 0
        self._piece = BlockMemory(stream.layout.channels, stream.maximum_frames)
        self._fixed: dict[str, Any] = {setting.name: self.setting_values[setting.name] for setting in self.settings}
        if self.wants_sample_rate:
            self._fixed["sample_rate"] = float(stream.sample_rate)
        self._ramp = (np.arange(1, self._fade_frames + 1) / self._fade_frames).astype(np.float32)
        self.reset()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Call the function once for each piece in which a fade begins or ends."""
        done, frames = 0, block.shape[1]
        while done < frames:
            if self._now is self._next and self._next != self.values:
                self._next, self._faded = dict(self.values), 0
            fading = self._now is not self._next
            length = min(frames - done, self._fade_frames - self._faded) if fading else frames - done
            self._process_piece(block[:, done : done + length], out[:, done : done + length], fading=fading)
            done += length

    def reset(self) -> None:
        """Arrive at the values."""
        self._now = self._next = dict(self.values)
        self._faded = 0

    def _process_piece(self, block: AudioBlock, out: AudioBlock, *, fading: bool) -> None:
        length = block.shape[1]
        piece = self._piece.block(length)
        piece[:] = block
        np.copyto(out, self._called(piece, self._next), casting="same_kind")
        if fading:
            piece[:] = block
            old = np.asarray(self._called(piece, self._now), dtype=np.float32)
            share = self._ramp[self._faded : self._faded + length]
            out -= old
            out *= share
            out += old
            self._faded += length
            if self._faded == self._fade_frames:
                self._now = self._next

    def _called(self, block: AudioBlock, values: Mapping[str, float]) -> Any:
        given = {name: bool(value) if name in self.switches else value for name, value in values.items()}
        result = np.asarray(type(self).function(block, **given, **self._fixed))
        if result.shape != block.shape:
            code = type(self).function.__code__
            raise EffectError(
                self.name,
                f"returned an array of shape {result.shape} for a block of shape {block.shape}",
                f"{code.co_filename}:{code.co_firstlineno}",
            )
        return result


class KernelNode(Node):
    """Runs a compiled function of one sample over channels and frames; its values glide, counted in frames."""

    trusted = False
    function: ClassVar[Callable[..., float]]
    arguments: ClassVar[tuple[str, ...]] = ()
    states: ClassVar[int] = 0

    _ramps: Ramps | None = None

    def prepare(self, stream: StreamFormat) -> None:
        """Compile.

        Raises
        ------
        EffectError
            If the function cannot be compiled.
        """
        count = len(self.arguments)
        self._run = compile_sample_loop(type(self).function, count)
        self._sample_rate = float(stream.sample_rate)
        self._ramps = Ramps.lasting(count, SMOOTHING_MS, stream.sample_rate)
        # What is fixed (rate, seed) goes the way of the knobs, as float64: a seed has 31 bits at most.
        for index, argument in enumerate(self.arguments):
            self._ramps.jump(index, self._target(argument))
        self._now = np.zeros(count, dtype=np.float64)
        self._state = np.zeros((stream.layout.channels, self.states), dtype=np.float64)
        self.tail_frames = INFINITE_TAIL if self.states else 0

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Run the loop."""
        assert self._ramps is not None, "prepare comes before process"
        self._run(block, out, self._state, self._ramps.state, self._now)

    def parameter_changed(self, name: str) -> None:
        """Glide; a switch takes effect at once."""
        if self._ramps is not None:
            index = self.arguments.index(name)
            switch = any(parameter.name == name and parameter.choices for parameter in self.parameters)
            (self._ramps.jump if switch else self._ramps.aim)(index, self._target(name))

    def reset(self) -> None:
        """Clear the state."""
        if self._ramps is not None:
            self._ramps.finish()
            self._state.fill(0.0)

    def _target(self, argument: str) -> float:
        if argument == "sample_rate":
            return self._sample_rate
        return float(self.setting_values[SEED] or 0) if argument == SEED else self.values[argument]
