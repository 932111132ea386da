"""A loudness meter at any place of a graph."""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.graph.node import Node, StreamFormat
from audiopost.loudness.meter import LoudnessMeter

__all__ = ["Meter"]


class Meter(Node):
    """Measures what passes, and passes it on untouched.

    Attributes
    ----------
    meter : LoudnessMeter
        Ask it for the measures (ITU-R BS.1770-5, EBU Tech 3341 and 3342). Valid after `prepare`.
    """

    name = "meter"
    summary = "A loudness and true-peak meter; the sound passes unchanged."
    exceptions = {"allocation": "the meter keeps a history that grows with the programme"}  # noqa: RUF012 - read only

    meter: LoudnessMeter

    def prepare(self, stream: StreamFormat) -> None:
        """Make the meter."""
        self.meter = LoudnessMeter(stream.sample_rate, stream.layout)

    def process(self, block: AudioBlock, out: AudioBlock, *_side: AudioBlock) -> None:
        """Measure and copy."""
        self.meter.process(block)
        np.copyto(out, block)

    def reset(self) -> None:
        """Measure anew."""
        if hasattr(self, "meter"):
            self.meter.reset()
