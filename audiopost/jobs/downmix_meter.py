"""The loudness of what a stereo receiver will make of a programme: its Lo/Ro down-mix after ITU-R BS.775."""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock, as_block, clear_non_finite
from audiopost.effects.fold_down import downmix_matrix
from audiopost.layouts import Layout, layout_named
from audiopost.loudness.meter import LoudnessMeter

__all__ = ["DownmixMeter"]


class DownmixMeter:
    """Streaming meter of the stereo down-mix; of mono and stereo it is the loudness itself.

    Parameters
    ----------
    sample_rate, layout
        Of the programme.
    """

    def __init__(self, sample_rate: int, layout: Layout) -> None:
        stereo = layout_named("stereo")
        as_it_is = layout.channels <= stereo.channels
        self._heard = [index for index, speaker in enumerate(layout.speakers) if not speaker.silent]
        speakers = Layout(layout.name, tuple(layout.speakers[index] for index in self._heard))
        self._matrix = None if as_it_is else downmix_matrix(speakers, stereo)
        self._meter = LoudnessMeter(sample_rate, layout if as_it_is else stereo)

    def process(self, block: AudioBlock) -> None:
        """Take in a block ``(channels, frames)`` of the programme; it is not changed."""
        if self._matrix is None:
            self._meter.process(block)
            return
        heard = np.ascontiguousarray(block[self._heard])
        clear_non_finite(heard)
        self._meter.process(as_block(np.einsum("oc,cf->of", self._matrix, heard.astype(np.float64))))

    @property
    def integrated_lufs(self) -> float | None:
        """Of everything so far; None for silence."""
        return self._meter.result().integrated_lufs
