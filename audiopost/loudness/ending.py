"""The end of a programme: silence follows, so that nothing stays pending.

What ended within the programme counts: complete 400 ms and 3 s windows, and every sample for the peaks. Only
loudness range looks further, 1.5 s into the silence (Tech 3342 v4, section 4, for files).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiopost.loudness.gating import integrated_lufs, loudness_lufs, relative_threshold_lufs
from audiopost.loudness.lane_path import LanePath
from audiopost.loudness.loudness_range import LOUDNESS_RANGE_TAIL_S, loudness_range_lu
from audiopost.loudness.peak_history import PeakHistory
from audiopost.loudness.result import Loudness, Programme
from audiopost.loudness.signal_path import SignalPath
from audiopost.loudness.windows import SHORT_TERM_HOPS, LoudnessWindows, complete_hops
from audiopost.units import linear_to_db, seconds_to_frames

__all__ = ["conclude", "end_programme"]


def end_programme(path: SignalPath | LanePath, windows: LoudnessWindows, peaks: PeakHistory) -> Programme:
    """The measures of what has passed; the three parts are used up."""
    frames = path.frames
    tail_frames = seconds_to_frames(LOUDNESS_RANGE_TAIL_S, path.sample_rate)
    own_hops = complete_hops(frames, path.sample_rate) - windows.hops
    tail_hops = complete_hops(frames + tail_frames, path.sample_rate) - windows.hops
    # One tile more than the tail: then every frame of both is in a whole tile.
    passages = path.push(np.zeros((path.channels, tail_frames + path.tile_frames), dtype=np.float32))
    energies = np.concatenate([passage.hop_energies for passage in passages])
    windows.add(energies[:own_hops])
    for passage in passages:
        peaks.add(passage.true_peaks, passage.sample_peaks, windows)
    non_finite = (path.non_finite_samples, path.non_finite_first_frame)
    return conclude(windows, peaks, energies[own_hops:tail_hops], frames, non_finite)


def conclude(
    windows: LoudnessWindows,
    peaks: PeakHistory,
    tail_energies: NDArray[np.float64],
    frames: int,
    non_finite: tuple[int, int | None],
) -> Programme:
    """The measures of a programme of so many frames, all of whose hops and peaks are there.

    Parameters
    ----------
    tail_energies
        Of the hops that end in the silence of `LOUDNESS_RANGE_TAIL_S` behind it.
    non_finite
        How many samples were no numbers, and the frame of the first.
    """
    range_powers = np.zeros(0)
    if windows.hops >= SHORT_TERM_HOPS:
        after = windows.short_term_beyond(tail_energies)
        range_powers = np.concatenate((windows.short_term_history.values, after))
    gating_powers = windows.momentary_history.values
    integrated = integrated_lufs(gating_powers)
    true_peak = linear_to_db(float(peaks.true_peaks.max()))
    loudness = Loudness(
        integrated_lufs=integrated,
        loudness_range_lu=loudness_range_lu(range_powers),
        momentary_max_lufs=_loudness(windows.momentary_maximum),
        short_term_max_lufs=_loudness(windows.short_term_maximum),
        true_peak_dbtp=true_peak,
        true_peak_per_channel_dbtp=_levels(peaks.true_peaks),
        sample_peak_dbfs=linear_to_db(float(peaks.sample_peaks.max())),
        sample_peak_per_channel_dbfs=_levels(peaks.sample_peaks),
        relative_threshold_lufs=relative_threshold_lufs(gating_powers),
        plr_lu=None if integrated is None else true_peak - integrated,
        psr_min_lu=peaks.psr_min_lu,
        frames=frames,
        non_finite_samples=non_finite[0],
        non_finite_first_frame=non_finite[1],
    )
    return Programme(loudness, gating_powers, range_powers)


def _loudness(power: float | None) -> float | None:
    return None if power is None else loudness_lufs(power)


def _levels(amplitudes: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(map(linear_to_db, amplitudes.tolist()))
