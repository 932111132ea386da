"""A node that weighs channels into other channels: what panners, encoders and decoders are built on.

Notes
-----
Latency: none. Realtime: one compiled pass over the gains that are not zero.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.dsp.channel_matrix import weigh_channels
from audiopost.effects.smoothed import SmoothedNode
from audiopost.graph.node import StreamFormat
from audiopost.layouts import Layout

__all__ = ["Matrix", "MatrixNode"]

Matrix = NDArray[np.float64]


class MatrixNode(SmoothedNode):
    """Channels weighed into other channels, by a matrix that glides to where the knobs want it."""

    _source: Layout
    _matrix: Matrix
    """``(output channels, input channels)``."""

    @abstractmethod
    def fill(self, matrix: Matrix) -> None:
        """Write the matrix from `values`, over what stands there. Allocates little."""

    def made_ready(self) -> None:
        """Hook of `prepare`: what `fill` needs, now that `_source` and the size of the matrix are known."""

    def rows_given(self) -> int:
        """How many channels are weighed: those of the layout, unless a node makes more of them."""
        return self._source.channels

    def targets(self) -> tuple[float, ...]:
        """The matrix, row by row."""
        self.fill(self._matrix)
        return tuple(self._matrix.ravel().tolist())

    def parameter_changed(self, name: str) -> None:  # noqa: ARG002 - every gain may depend on every knob
        """Send the gains to the new matrix."""
        if self._ramps is not None:
            self.fill(self._matrix)
            self._ramps.aim_all(self._matrix.reshape(-1))

    def prepare(self, stream: StreamFormat) -> None:
        """Fit the matrix to the layout."""
        self._source = stream.layout
        self._matrix = np.zeros((self.output_layout(stream.layout).channels, self.rows_given()))
        self.made_ready()
        super().prepare(stream)
        self._sums = np.zeros(stream.maximum_frames)
        self._weigh = weigh_channels.ready()

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Weigh."""
        self._weigh(block, out, self.ramp_state, self._sums)
