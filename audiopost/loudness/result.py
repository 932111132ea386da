"""What a meter has to say about a programme.

Conventions
-----------
- None is an undefined value: nothing above the gates, or a programme shorter than the window of the measure.
- Minus infinity is the level of digital silence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Loudness", "LoudnessHistory", "Programme"]


@dataclass(frozen=True)
class Loudness:
    """The measures of one programme, of all of it up to the moment of asking.

    Attributes
    ----------
    integrated_lufs
        Gated loudness (BS.1770-5); None for silence and below 0.4 s.
    loudness_range_lu
        Loudness range (Tech 3342); None for silence and below 3 s. Not meaningful below a minute (Tech 3343).
    momentary_max_lufs, short_term_max_lufs
        Loudest 0.4 s and 3 s, looked at every 10 ms; None below 0.4 s and 3 s.
    true_peak_dbtp, true_peak_per_channel_dbtp
        Largest value of the waveform (BS.1770-5 Annex 2), as if silence came before and after.
    sample_peak_dbfs, sample_peak_per_channel_dbfs
        Largest sample.
    relative_threshold_lufs
        Where the relative gate of `integrated_lufs` stood; None with it.
    plr_lu
        Peak to loudness ratio: true peak less integrated loudness.
    psr_min_lu
        Smallest peak to short-term ratio: in the windows of 3 s that end every 100 ms and lie above -70 LUFS,
        true peak less short-term loudness. Small means dense.
    frames
        Frames measured.
    non_finite_samples, non_finite_first_frame
        NaN and infinite samples, each measured as 0, and the frame of the first (None if there is none).
    """

    integrated_lufs: float | None
    loudness_range_lu: float | None
    momentary_max_lufs: float | None
    short_term_max_lufs: float | None
    true_peak_dbtp: float
    true_peak_per_channel_dbtp: tuple[float, ...]
    sample_peak_dbfs: float
    sample_peak_per_channel_dbfs: tuple[float, ...]
    relative_threshold_lufs: float | None
    plr_lu: float | None
    psr_min_lu: float | None
    frames: int
    non_finite_samples: int
    non_finite_first_frame: int | None


@dataclass(frozen=True)
class LoudnessHistory:
    """Readings every 100 ms, each array of shape ``(readings,)``; NaN where a window is not yet whole.

    `time_s` is the end of the windows. `true_peak_dbtp` is the peak of the 100 ms before it, over all channels, to
    the nearest tile of the meter (at most 100 ms).
    """

    time_s: NDArray[np.float64]
    momentary_lufs: NDArray[np.float64]
    short_term_lufs: NDArray[np.float64]
    true_peak_dbtp: NDArray[np.float64]


@dataclass(frozen=True)
class Programme:
    """A programme's measures, and the blocks that they were made of: what is needed to pool it with others.

    `gating_powers` are the weighted mean squares of its 400 ms blocks, `range_powers` those of its 3 s windows
    (none below 3 s); each of shape ``(blocks,)``.
    """

    loudness: Loudness
    gating_powers: NDArray[np.float64]
    range_powers: NDArray[np.float64]
