"""A bus: a named place where wires meet. Groups, sends and the ends of sub-graphs are buses."""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.graph.node import Node, StreamFormat

__all__ = ["Bus"]


class Bus(Node):
    """Passes the sum of everything that is wired to it on. The engine runs it at no cost: it copies nothing."""

    name = "bus"
    summary = "A named place where wires meet and are summed: a group, a send, the end of a sub-graph."

    def prepare(self, stream: StreamFormat) -> None:
        """Nothing to prepare."""

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Copy (only where the bus is run alone: a graph elides it)."""
        np.copyto(out, block)
