"""A node whose knobs glide: what most of the own effects are built on.

A subclass says in `targets` what its kernels must know, as numbers in the domain in which they shall glide (a
gain as amplitude, a frequency as logarithm); the ramps follow every turn of a knob in `SMOOTHING_MS`, or in the
`glide_ms` of the node.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from audiopost.dsp.smoothing import Ramps
from audiopost.graph.node import Node, StreamFormat

__all__ = ["SMOOTHING_MS", "SmoothedNode"]

SMOOTHING_MS = 20.0
"""Long enough that a jump of 40 dB does not click on a sine, short enough to feel immediate under a hand."""


class SmoothedNode(Node):
    """A node with one ramp for each number in `targets`, moving together, counted in frames."""

    glide_ms: ClassVar[float] = SMOOTHING_MS
    """How long every ramp takes. More where a fast move would bend the pitch: a tap that glides."""

    _ramps: Ramps | None = None

    @abstractmethod
    def targets(self) -> tuple[float, ...]:
        """The numbers that the kernels need, from `values`. Cheap: called at every turn of a knob."""

    def prepare(self, stream: StreamFormat) -> None:
        """Make the ramps, already arrived."""
        targets = self.targets()
        self._ramps = Ramps.lasting(len(targets), self.glide_ms, stream.sample_rate)
        for index, target in enumerate(targets):
            self._ramps.jump(index, target)

    def parameter_changed(self, name: str) -> None:  # noqa: ARG002 - every target may depend on every knob
        """Send the ramps to the new targets; times are taken at once."""
        if self._ramps is not None:
            for index, target in enumerate(self.targets()):
                self._ramps.aim(index, target)
            self._take_times()

    def _take_times(self) -> None:
        """Turn knobs that do not glide, such as attack and release, into what the kernels count with."""

    def reset(self) -> None:
        """Finish all ramps."""
        if self._ramps is not None:
            self._ramps.finish()

    @property
    def ramp_state(self) -> NDArray[np.float64]:
        """What a kernel takes. Valid after `prepare`."""
        assert self._ramps is not None, "prepare comes before process"
        return self._ramps.state
