"""The compiled road of one stream: any blocks in, hop energies and peaks out, mark by mark.

It does what `signal_path` does in numpy, and answers to the same calls.
"""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.dsp.machine_code import Programs
from audiopost.layouts import Layout
from audiopost.loudness.lane_scan import LaneScan, Source
from audiopost.loudness.signal_path import Passage
from audiopost.loudness.windows import MARKS_PER_SECOND

__all__ = ["LanePath"]

_MEMORY_S = 1.0
"""A long block is worked out by so much at once."""


class LanePath:
    """K-weighting, hops and peaks of one stream.

    Parameters
    ----------
    compiled
        From `lane_scan.programs`.
    sample_rate
        In Hz, 8000 or more.
    layout
        Names the channels and so their weights.

    Attributes
    ----------
    sample_rate, channels : int
        Of the stream.
    tile_frames : int
        Frames after which a passage has surely come: those of a mark.

    Notes
    -----
    Realtime: a block of 64 stereo frames costs about 5 us, wherever it lies in the stream; no locks.
    """

    def __init__(self, compiled: Programs, sample_rate: int, layout: Layout) -> None:
        self.sample_rate = sample_rate
        self.channels = layout.channels
        self.tile_frames = math.ceil(sample_rate / MARKS_PER_SECOND) + 1
        self._weights = np.array(layout.loudness_weights)
        self._scan = LaneScan(compiled, sample_rate, layout.channels, self.tile_frames)
        self._input = np.zeros((layout.channels, math.ceil(_MEMORY_S * sample_rate)), dtype=np.float32)
        self._input_at = self._input.ctypes.data
        to_channel = self._input.strides[0]
        self._source = Source("f32", self._input.itemsize, to_channel * np.arange(layout.channels))

    def reset(self) -> None:
        """Forget all sound."""
        self._scan.reset()

    def __deepcopy__(self, memo: dict[int, Any]) -> LanePath:
        twin = copy.copy(self)
        memory = self._input.copy()
        vars(twin).update(_scan=self._scan.copy(), _input=memory, _input_at=memory.ctypes.data)
        return twin

    @property
    def frames(self) -> int:
        """Frames taken in so far."""
        return self._scan.frames

    @property
    def interpolated_frames(self) -> int:
        """How often, in any channel, the waveform behind a frame was looked at; elsewhere it could not be a peak."""
        return self._scan.interpolated_frames

    @property
    def non_finite_samples(self) -> int:
        """NaN and infinite samples so far; each was replaced by 0."""
        return self._scan.faults.of_lanes(0, self.channels)[0]

    @property
    def non_finite_first_frame(self) -> int | None:
        """The frame of the first of them."""
        count, first = self._scan.faults.of_lanes(0, self.channels)
        return first if count else None

    def push(self, block: AudioBlock) -> list[Passage]:
        """Take in a block ``(channels, frames)``; return the marks that have ended, if any."""
        scan, frames = self._scan, block.shape[1]
        memory_frames = self._input.shape[1]
        for begin in range(0, frames, memory_frames):
            piece = min(memory_frames, frames - begin)
            self._input[:, :piece] = block[:, begin : begin + piece]
            scan.take(self._source, self._input_at, piece)
        if not scan.peaks:
            return []
        energies, peaks = np.concatenate(scan.energies), np.array(scan.peaks)
        scan.energies, scan.peaks = [], []
        return [Passage(energies @ self._weights, peaks.T, scan.sample_peaks[:, np.newaxis])]
