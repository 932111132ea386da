"""Several programmes taken as one: an album, a series of reels, the segments of a long programme.

Integrated loudness and loudness range of the whole are those of all blocks together, never a mean of readings: a
quiet track that is heard in full on its own may lie below the gate of the album.

Pausing, and beginning anew
---------------------------
- To *pause* a `LoudnessMeter`, stop pushing; to *continue*, push on. What is pushed is one stream: the blocks across
  the pause hold the sound of both its sides, as if it had been cut out of a tape.
- *Segments* that have nothing to do with each other (the parts between commercials, extracts from a film) each get a
  meter, or the same one with `programme` and `reset` between them. `album_loudness` of their programmes has no block
  across a seam, and each segment's loudness range has its own end. Up to three blocks a seam are all the difference.
- `reset` begins anew: integrated loudness, range, maxima, peaks and history together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from audiopost.errors import UsageError
from audiopost.loudness.gating import integrated_lufs, relative_threshold_lufs
from audiopost.loudness.loudness_range import loudness_range_lu
from audiopost.loudness.result import Loudness, Programme

__all__ = ["album_loudness"]


def album_loudness(programmes: Sequence[Programme]) -> Loudness:
    """The measures of several programmes as one.

    Parameters
    ----------
    programmes
        One or more, each from `LoudnessMeter.programme`; rates and layouts may differ.

    Returns
    -------
    Loudness
        Integrated loudness, its threshold and loudness range from the pooled blocks; maxima and peaks the largest of
        all; peaks per channel by number of channel; frames and non-finite samples summed, and
        `non_finite_first_frame` counted within the first programme that has one.

    Raises
    ------
    UsageError
        If there is no programme.

    >>> from audiopost.loudness.meter import LoudnessMeter
    >>> album_loudness([LoudnessMeter(48_000, "stereo").programme()]).integrated_lufs is None
    True
    """
    if not programmes:
        raise UsageError("an album of no programmes has no loudness")
    results = [programme.loudness for programme in programmes]
    blocks = np.concatenate([programme.gating_powers for programme in programmes])
    windows = np.concatenate([programme.range_powers for programme in programmes])
    integrated = integrated_lufs(blocks)
    true_peak = max(result.true_peak_dbtp for result in results)
    return Loudness(
        integrated_lufs=integrated,
        loudness_range_lu=loudness_range_lu(windows),
        momentary_max_lufs=_extreme(max, (result.momentary_max_lufs for result in results)),
        short_term_max_lufs=_extreme(max, (result.short_term_max_lufs for result in results)),
        true_peak_dbtp=true_peak,
        true_peak_per_channel_dbtp=_by_channel([result.true_peak_per_channel_dbtp for result in results]),
        sample_peak_dbfs=max(result.sample_peak_dbfs for result in results),
        sample_peak_per_channel_dbfs=_by_channel([result.sample_peak_per_channel_dbfs for result in results]),
        relative_threshold_lufs=relative_threshold_lufs(blocks),
        plr_lu=None if integrated is None else true_peak - integrated,
        psr_min_lu=_extreme(min, (result.psr_min_lu for result in results)),
        frames=sum(result.frames for result in results),
        non_finite_samples=sum(result.non_finite_samples for result in results),
        non_finite_first_frame=next(
            (result.non_finite_first_frame for result in results if result.non_finite_first_frame is not None), None
        ),
    )


def _extreme(choose: Callable[[list[float]], float], values: Iterable[float | None]) -> float | None:
    """The largest or smallest of the defined values; None where none is."""
    defined = [value for value in values if value is not None]
    return choose(defined) if defined else None


def _by_channel(levels: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    """The largest of each channel, over programmes that may have different numbers of them."""
    channels = max(map(len, levels))
    return tuple(max(level[channel] for level in levels if channel < len(level)) for channel in range(channels))
