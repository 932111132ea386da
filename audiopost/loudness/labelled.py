"""Loudness by label: of everything that was heard under one name, whenever it was (the menus, the fights of a game).

A window counts where all of it lies under its label; what is heard while labels change belongs to none.

Source: ITU-R BS.1770-5 and EBU Tech 3342 over the windows of a label; Sony ASWG-R001 asks for the loudness of at least
30 minutes of representative play.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiopost.loudness.gating import integrated_lufs, power_at
from audiopost.loudness.loudness_range import loudness_range_lu
from audiopost.loudness.result import LoudnessHistory

__all__ = ["REPRESENTATIVE_S", "LabelLoudness", "by_label"]

MOMENTARY_S = 0.4
SHORT_TERM_S = 3.0
TRUE_PEAK_S = 0.3
"""Around a reading, which is known to a tenth of a second: see `LoudnessHistory`."""
ROUNDING_S = 1e-6
REPRESENTATIVE_S = 1800.0


@dataclass(frozen=True)
class LabelLoudness:
    """What was measured under one label; None where nothing reached the gates, or no window fitted."""

    label: str
    duration_s: float
    times: int
    """How often it was heard."""
    integrated_lufs: float | None
    loudness_range_lu: float | None
    momentary_max_lufs: float | None
    short_term_max_lufs: float | None
    true_peak_dbtp: float | None

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def by_label(
    history: LoudnessHistory, labels: Sequence[tuple[float, str]], duration_s: float
) -> tuple[LabelLoudness, ...]:
    """The loudness under each label, in the order in which they were first heard.

    Parameters
    ----------
    history
        Of the whole.
    labels
        From which second on which label holds, in order of time. What is heard before the first has none.
    duration_s
        Of the whole.
    """
    ends = [*(start_s for start_s, _ in labels), duration_s][1:]
    spans: dict[str, list[tuple[float, float]]] = {}
    for (start_s, label), end_s in zip(labels, ends, strict=True):
        if end_s > start_s:
            spans.setdefault(label, []).append((start_s, end_s))
    return tuple(_under(label, history, stretches) for label, stretches in spans.items())


def _under(label: str, history: LoudnessHistory, stretches: list[tuple[float, float]]) -> LabelLoudness:
    momentary = _within(history.time_s, history.momentary_lufs, stretches, MOMENTARY_S)
    short_term = _within(history.time_s, history.short_term_lufs, stretches, SHORT_TERM_S)
    peaks = _within(history.time_s + TRUE_PEAK_S / 3.0, history.true_peak_dbtp, stretches, TRUE_PEAK_S)
    return LabelLoudness(
        label=label,
        duration_s=sum(end_s - start_s for start_s, end_s in stretches),
        times=len(stretches),
        integrated_lufs=integrated_lufs(_powers(momentary)),
        loudness_range_lu=loudness_range_lu(_powers(short_term)),
        momentary_max_lufs=_largest(momentary),
        short_term_max_lufs=_largest(short_term),
        true_peak_dbtp=_largest(peaks),
    )


def _within(
    time_s: NDArray[np.float64], levels: NDArray[np.float64], stretches: list[tuple[float, float]], window_s: float
) -> NDArray[np.float64]:
    """Readings whose window, which ends at its time, lies in one of the stretches."""
    inside = np.zeros(len(time_s), dtype=np.bool_)
    for start_s, end_s in stretches:
        inside |= (time_s - window_s >= start_s - ROUNDING_S) & (time_s <= end_s + ROUNDING_S)
    return levels[inside & ~np.isnan(levels)]


def _powers(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([power_at(float(level)) for level in levels])


def _largest(levels: NDArray[np.float64]) -> float | None:
    return float(levels.max()) if len(levels) and np.isfinite(levels.max()) else None
