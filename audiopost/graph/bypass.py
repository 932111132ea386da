"""An effect switched off: a pure delay by its latency, so that nothing else moves in time."""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.graph.alignment import AlignmentDelay
from audiopost.graph.node import Node, StreamFormat

__all__ = ["Bypass"]


class Bypass(Node):
    """Stands in for a prepared node. Mono feeds every channel of a wider output; what does not fit is silent."""

    def __init__(self, node: Node, channels: int) -> None:
        super().__init__()
        self.parameters = node.parameters
        self.values = node.values
        self.latency_frames = node.latency_frames
        self._delay = AlignmentDelay(channels, node.latency_frames) if node.latency_frames else None

    def prepare(self, stream: StreamFormat) -> None:
        """Nothing to do: the memory is there from the beginning."""

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Copy, late by the latency."""
        if block.shape[0] not in (1, out.shape[0]):
            out.fill(0.0)
        elif self._delay is None:
            np.copyto(out, block)
        else:
            heard = out[: block.shape[0]]
            self._delay.process(block, heard)
            np.copyto(out, heard)

    def reset(self) -> None:
        """Forget all sound."""
        if self._delay is not None:
            self._delay.reset()
