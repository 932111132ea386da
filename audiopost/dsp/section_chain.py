"""Any number of sections in series: cascades of four, one after another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audiopost.blocks import AudioBlock, BlockMemory
from audiopost.dsp.biquad import Section, SectionCascade
from audiopost.dsp.section_blocks import MOST_STATES

__all__ = ["SectionChain"]

EACH = MOST_STATES // 2


class SectionChain:
    """Sections in series over any number of channels; every knob of every section glides. None at all is a wire.

    Attributes
    ----------
    tail_frames : int
        Frames until the sections have rung down by 120 dB.

    Notes
    -----
    Accuracy, latency, realtime: those of `SectionCascade`, with one rounding to float32 behind every four sections.
    """

    def __init__(
        self, sections: Sequence[Section], channels: int, sample_rate: float, smoothing_ms: float, maximum_frames: int
    ) -> None:
        self._cascades = [
            SectionCascade(sections[at : at + EACH], channels, sample_rate, smoothing_ms)
            for at in range(0, len(sections), EACH)
        ]
        self._between = [BlockMemory(channels, maximum_frames) for _ in self._cascades[1:3]]

    @property
    def tail_frames(self) -> int:
        """Frames until all have rung down."""
        return sum(cascade.tail_frames for cascade in self._cascades)

    def aim(self, sections: Sequence[Section]) -> None:
        """Glide to new settings of the same kinds of sections."""
        for index, cascade in enumerate(self._cascades):
            cascade.aim(sections[index * EACH : (index + 1) * EACH])

    def process(self, block: AudioBlock, out: AudioBlock) -> None:
        """Filter `block` into `out`, both (channels, frames)."""
        if not self._cascades:
            np.copyto(out, block)
            return
        given = block
        for index, cascade in enumerate(self._cascades[:-1]):
            heard = self._between[index % 2].block(block.shape[1])
            cascade.process(given, heard)
            given = heard
        self._cascades[-1].process(given, out)

    def reset(self) -> None:
        """Forget all sound; arrive at the settings."""
        for cascade in self._cascades:
            cascade.reset()
