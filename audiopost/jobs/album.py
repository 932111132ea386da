"""Several measured files as one album, or one programme in several reels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiopost.errors import UsageError
from audiopost.jobs.measure import FileMeasurement
from audiopost.loudness.album import album_loudness
from audiopost.loudness.replay_gain import replay_gain
from audiopost.loudness.result import Loudness

__all__ = ["AlbumMeasurement", "measure_album"]


@dataclass(frozen=True)
class AlbumMeasurement:
    """The loudness of all files together, from their pooled blocks."""

    paths: tuple[Path, ...]
    duration_s: float
    loudness: Loudness

    def to_json(self) -> dict[str, Any]:
        """The object ``album`` in the document of ``audiopost measure --album --json``."""
        gain = replay_gain(self.loudness, self.loudness)
        return {
            "paths": [str(path) for path in self.paths],
            "duration_s": self.duration_s,
            "integrated_lufs": self.loudness.integrated_lufs,
            "loudness_range_lu": self.loudness.loudness_range_lu,
            "momentary_max_lufs": _defined(self.loudness.momentary_max_lufs),
            "short_term_max_lufs": _defined(self.loudness.short_term_max_lufs),
            "true_peak_dbtp": _defined(self.loudness.true_peak_dbtp),
            "sample_peak_dbfs": _defined(self.loudness.sample_peak_dbfs),
            "album_gain_db": gain.album_gain_db,
            "album_peak_linear": gain.album_peak_linear,
        }


def measure_album(measurements: Sequence[FileMeasurement]) -> AlbumMeasurement:
    """Pool files that `audiopost.jobs.measure.measure` has measured.

    Raises
    ------
    UsageError
        If there is none, or one comes from another job and has no blocks to pool.
    """
    programmes = [each.programme for each in measurements if each.programme is not None]
    if len(programmes) < len(measurements):
        raise UsageError("a measurement without its blocks cannot be pooled", mend="measure the file again")
    return AlbumMeasurement(
        paths=tuple(each.path for each in measurements),
        duration_s=sum(each.duration_s for each in measurements),
        loudness=album_loudness(programmes),
    )


def _defined(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
