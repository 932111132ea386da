"""The road of the samples: any blocks in, hop energies and peaks out.

Incoming frames collect in one input buffer until whole *tiles* (100 ms, or 4800 frames at high rates) are there.
Tiles lie on a fixed grid of the stream, and each is worked out by products of fixed shape: how the stream was cut
into blocks cannot be seen in the result, not even in the last bit.

The input buffer always holds, in front of what is pending, the last frames of what was worked out: the
interpolator looks back on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock, clear_non_finite
from audiopost.dsp.block_filter import GROUP_FRAMES, BlockFilter
from audiopost.layouts import Layout
from audiopost.loudness.k_weighting import k_weighting_sections
from audiopost.loudness.true_peak import HISTORY_FRAMES, TruePeak
from audiopost.loudness.windows import MARKS_PER_SECOND, HopEnergies

__all__ = ["Passage", "SignalPath"]

_LARGEST_TILE_GROUPS = 10
_BATCH_SAMPLES = 80_000
"""Samples of all channels worked out at once: what fits a core's second-level cache with the intermediate results."""

_INAUDIBLE = np.float32(1e-15)
"""A tile whose peak lies below (-300 dBFS) counts as silence: denormal numbers would only cost time."""


@dataclass(frozen=True)
class Passage:
    """What some whole tiles of the stream have shown.

    `hop_energies` of shape ``(hops,)``; `true_peaks` and `sample_peaks`, linear, of shape ``(channels, tiles)``.
    """

    hop_energies: NDArray[np.float64]
    true_peaks: NDArray[np.float32]
    sample_peaks: NDArray[np.float32]


class SignalPath:
    """Input buffer, K-weighting, hops and peaks of one stream.

    Parameters
    ----------
    sample_rate
        In Hz, 8000 or more.
    layout
        Names the channels and so their weights; channels of weight 0 are only looked at for peaks.

    Attributes
    ----------
    sample_rate, channels : int
        Of the stream.
    tile_frames : int
        Frames that are worked out together.
    frames : int
        Frames taken in so far, pending ones included.
    non_finite_samples, non_finite_first_frame : int, int or None
        NaN and infinite samples among the frames worked out; each was replaced by 0.
    """

    def __init__(self, sample_rate: int, layout: Layout) -> None:
        groups = max(1, min(_LARGEST_TILE_GROUPS, sample_rate // MARKS_PER_SECOND // GROUP_FRAMES))
        self.tile_frames = GROUP_FRAMES * groups
        self.sample_rate = sample_rate
        self.channels = layout.channels
        tiles = max(1, _BATCH_SAMPLES // (self.tile_frames * layout.channels))
        capacity = HISTORY_FRAMES + tiles * self.tile_frames
        self._input = np.zeros((layout.channels, capacity), dtype=np.float32)
        self._magnitudes = np.zeros_like(self._input)
        counted = [channel for channel, weight in enumerate(layout.loudness_weights) if weight > 0.0]
        weights = tuple(layout.loudness_weights[channel] for channel in counted)
        self._counted: slice | list[int] = slice(None) if len(counted) == layout.channels else counted
        self._filter = BlockFilter(k_weighting_sections(sample_rate), len(counted), self.tile_frames, tiles)
        self._hops = HopEnergies(sample_rate, weights, tiles * self.tile_frames)
        self._true_peak = TruePeak(sample_rate, layout.channels, self.tile_frames, tiles)
        self.reset()

    def reset(self) -> None:
        """Forget all sound; allocates nothing."""
        self.frames = 0
        self.non_finite_samples = 0
        self.non_finite_first_frame: int | None = None
        self._filled = HISTORY_FRAMES
        self._input[:, :HISTORY_FRAMES] = 0.0
        self._filter.reset()
        self._hops.reset()

    def push(self, block: AudioBlock) -> list[Passage]:
        """Take in a block ``(channels, frames)``; work out the tiles that are whole, if any."""
        passages = []
        position, frames = 0, block.shape[1]
        while position < frames:
            filled = self._filled
            taken = min(frames - position, self._input.shape[1] - filled)
            self._input[:, filled : filled + taken] = block[:, position : position + taken]
            position += taken
            self._filled += taken
            self.frames += taken
            if self._filled - HISTORY_FRAMES >= self.tile_frames:
                passages.append(self._advance())
        return passages

    def _advance(self) -> Passage:
        """Work out every whole tile that is there."""
        tiles = (self._filled - HISTORY_FRAMES) // self.tile_frames
        end = HISTORY_FRAMES + tiles * self.tile_frames
        sample_peaks = self._clean(end)
        frames = end - HISTORY_FRAMES
        self._filter.process(self._input[self._counted, HISTORY_FRAMES:end], self._hops.space(frames))
        energies = self._hops.energies(frames)
        true_peaks = self._true_peak.peaks(self._input, self._magnitudes, sample_peaks)
        kept = self._filled - end + HISTORY_FRAMES
        self._input[:, :kept] = self._input[:, end - HISTORY_FRAMES : self._filled].copy()
        self._filled = kept
        return Passage(energies, true_peaks, sample_peaks)

    def _clean(self, end: int) -> NDArray[np.float32]:
        """Free the pending tiles of NaN, infinity and denormals; return the sample peak of each."""
        samples = self._input[:, HISTORY_FRAMES:end]
        magnitudes = np.abs(self._input[:, :end], out=self._magnitudes[:, :end])
        by_tile = magnitudes[:, HISTORY_FRAMES:].reshape(len(samples), -1, self.tile_frames)
        peaks: NDArray[np.float32] = by_tile.max(axis=-1)
        if not np.isfinite(peaks).all():
            self._clear_non_finite(samples)
            np.abs(samples, out=magnitudes[:, HISTORY_FRAMES:])
            peaks = by_tile.max(axis=-1)
        for channel, tile in zip(*np.nonzero((peaks < _INAUDIBLE) & (peaks > 0.0)), strict=True):
            begin = tile * self.tile_frames
            samples[channel, begin : begin + self.tile_frames] = 0.0
            magnitudes[channel, HISTORY_FRAMES + begin : HISTORY_FRAMES + begin + self.tile_frames] = 0.0
        peaks[peaks < _INAUDIBLE] = 0.0
        return peaks

    def _clear_non_finite(self, samples: AudioBlock) -> None:
        count, first = clear_non_finite(samples)
        self.non_finite_samples += count
        if self.non_finite_first_frame is None:
            self.non_finite_first_frame = self.frames - (self._filled - HISTORY_FRAMES) + first
