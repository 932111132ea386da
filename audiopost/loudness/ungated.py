"""Loudness without a level gate, and how far the level strays from a mean.

The first edition of BS.1770 has no gate: the loudness of a programme is that of its mean power. Specifications that
were written after it still ask for that. Others bound how far short-term loudness may stray from the mean; pauses
do not count there.

Source: ITU-R BS.1770-1 (2007), Annex 1; EBU Tech 3342 for what counts as a pause.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.layouts import Layout
from audiopost.loudness.dialogue import HopPowers
from audiopost.loudness.gating import ABSOLUTE_GATE_LUFS, loudness_lufs, power_at
from audiopost.loudness.windows import HOPS_PER_MARK, SHORT_TERM_HOPS, sliding_sums

__all__ = ["ShortTermSpan", "UngatedMeter", "short_term_span"]

_PAUSE_LU = -20.0
"""So far below the mean of what is heard a window is a pause (Tech 3342, relative gate)."""


@dataclass(frozen=True)
class ShortTermSpan:
    """Quietest and loudest short-term loudness in LUFS, pauses left out.

    >>> ShortTermSpan(-30.0, -19.0).distance_lu(-23.0)
    7.0
    """

    lowest_lufs: float
    highest_lufs: float

    def distance_lu(self, mean_lufs: float) -> float:
        """The largest distance from a mean."""
        return max(abs(self.lowest_lufs - mean_lufs), abs(self.highest_lufs - mean_lufs))


def short_term_span(powers: NDArray[np.float64]) -> ShortTermSpan | None:
    """The span of windows of 3 s, from their weighted mean squares ``(windows,)``; None where nothing is heard."""
    heard = powers[powers >= power_at(ABSOLUTE_GATE_LUFS)]
    if not len(heard):
        return None
    kept = heard[heard >= power_at(loudness_lufs(float(np.mean(heard))) + _PAUSE_LU)]
    return ShortTermSpan(loudness_lufs(float(kept.min())), loudness_lufs(float(kept.max())))


class UngatedMeter:
    """Streaming meter of ungated loudness.

    Parameters
    ----------
    sample_rate, layout
        Of the programme.

    Notes
    -----
    Accuracy: that of `LoudnessMeter`; the last, incomplete 10 ms are left out.

    >>> from audiopost.layouts import layout_named
    >>> meter = UngatedMeter(48_000, layout_named("mono"))
    >>> meter.process(np.zeros((1, 48_000), np.float32))
    >>> meter.loudness_lkfs is None
    True
    """

    def __init__(self, sample_rate: int, layout: Layout) -> None:
        self._sample_rate = sample_rate
        self._powers = HopPowers(sample_rate, layout)

    def process(self, block: AudioBlock) -> None:
        """Take in a block ``(channels, frames)``; samples that are no numbers count as 0."""
        self._powers.process(block)

    @property
    def loudness_lkfs(self) -> float | None:
        """Loudness of all so far; None for silence and below 10 ms."""
        energies = self._powers.energies()
        total = float(energies.sum())
        return loudness_lufs(total / float(self._powers.frames_of_hops(len(energies)).sum())) if total else None

    @property
    def span(self) -> ShortTermSpan | None:
        """Quietest and loudest 3 s, looked at every 100 ms; None below 3 s and for silence."""
        energies = self._powers.energies()
        if len(energies) < SHORT_TERM_HOPS:
            return None
        frames = self._powers.frames_of_hops(len(energies)).astype(np.float64)
        powers = sliding_sums(energies, SHORT_TERM_HOPS) / sliding_sums(frames, SHORT_TERM_HOPS)
        return short_term_span(powers[::HOPS_PER_MARK])
