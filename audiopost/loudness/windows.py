"""Sliding windows of energy: from the filtered signal to momentary and short-term loudness and their history.

Everything rests on one grid of 10 ms hops. A hop's energy is the weighted sum of squares of every channel; a
momentary window is 40 hops, a short-term window 300. Every tenth hop is a *mark*: the gating blocks of integrated
loudness (400 ms, overlapping by 75 %) and the readings of loudness range are the windows that end at marks.

Where 10 ms are no whole number of frames (22 050 Hz), hop `k` ends at the frame nearest to ``k / 100`` seconds, and
a window is divided by the frames that it really holds.

Why 10 ms and not 100 ms: a 400 ms burst that starts between two marks would read up to 0.46 LU low.

Source: EBU Tech 3341 v4, sections 2.2 to 2.5; ITU-R BS.1770-5, Annex 1, equation 3.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "HOPS_PER_MARK",
    "HOPS_PER_SECOND",
    "MARKS_PER_SECOND",
    "MOMENTARY_HOPS",
    "SHORT_TERM_HOPS",
    "GrowingArray",
    "HopEnergies",
    "LoudnessWindows",
    "complete_hops",
    "hop_edges",
    "sliding_maxima",
    "sliding_sums",
]

HOPS_PER_SECOND = 100
MARKS_PER_SECOND = 10
HOPS_PER_MARK = HOPS_PER_SECOND // MARKS_PER_SECOND
MOMENTARY_HOPS = 40
SHORT_TERM_HOPS = 300

Powers = NDArray[np.float64]


def hop_edges(first: int, last: int, sample_rate: int) -> NDArray[np.int64]:
    """Frames at which the hops `first` to `last` begin; the edge of `last` is where the one before it ends.

    >>> hop_edges(0, 4, 22_050).tolist()
    [0, 221, 441, 662, 882]
    """
    hops = np.arange(first, last + 1, dtype=np.int64)
    return (hops * sample_rate + HOPS_PER_SECOND // 2) // HOPS_PER_SECOND


def complete_hops(frames: int, sample_rate: int) -> int:
    """Number of hops that have ended by a frame.

    >>> complete_hops(441, 22_050), complete_hops(440, 22_050)
    (2, 1)
    """
    estimate = frames * HOPS_PER_SECOND // sample_rate + 1
    while (estimate * sample_rate + HOPS_PER_SECOND // 2) // HOPS_PER_SECOND > frames:
        estimate -= 1
    return estimate


def sliding_sums(values: Powers, width: int) -> Powers:
    """Sum of every run of `width` neighbours, ``(n - width + 1,)``.

    Sums of 2, 4, 8 ... neighbours are made from each other and put together: a dozen additions of whole arrays.
    A running total would be cheaper, but one absurdly loud sample would spoil it for ever.

    >>> sliding_sums(np.array([1.0, 2.0, 3.0, 4.0]), 3).tolist()
    [6.0, 9.0]
    """
    count = max(0, len(values) - width + 1)
    total = np.zeros(count)
    doubled, doubled_width, start = values, 1, 0
    while start < width:
        if width & doubled_width:
            total += doubled[start : start + count]
            start += doubled_width
        doubled = doubled[:-doubled_width] + doubled[doubled_width:]
        doubled_width *= 2
    return total


def sliding_maxima(values: Powers, width: int) -> Powers:
    """Largest of every run of `width` neighbours, ``(n - width + 1,)``, in the manner of `sliding_sums`.

    >>> sliding_maxima(np.array([1.0, 4.0, 3.0, 2.0]), 3).tolist()
    [4.0, 4.0]
    """
    count = max(0, len(values) - width + 1)
    doubled, doubled_width = values, 1
    while 2 * doubled_width <= width:
        doubled = np.maximum(doubled[:-doubled_width], doubled[doubled_width:])
        doubled_width *= 2
    rest = width - doubled_width
    return np.maximum(doubled[:count], doubled[rest : rest + count])


class GrowingArray:
    """Float64 values, appended in runs; `values` is a view that the next `append` may leave behind."""

    def __init__(self) -> None:
        self._memory = np.empty(256)
        self._count = 0

    @property
    def values(self) -> Powers:
        """What was appended so far, shape ``(n,)``, read only."""
        view = self._memory[: self._count]
        view.flags.writeable = False
        return view

    def append(self, values: Powers) -> None:
        """Add a run at the end; the memory doubles when full."""
        needed = self._count + len(values)
        if needed > len(self._memory):
            memory = np.empty(2 * needed)
            memory[: self._count] = self._memory[: self._count]
            self._memory = memory
        self._memory[self._count : needed] = values
        self._count = needed


class HopEnergies:
    """Cut a filtered stream of any alignment into hops and sum their squares.

    Parameters
    ----------
    sample_rate
        In Hz.
    weights
        Power weight of each channel.
    maximum_frames
        Largest number of frames added at once.

    Notes
    -----
    `space(frames)` lends memory for the next frames, right behind those of the unfinished hop, so that every hop is
    summed over neighbours in memory, in one go: its energy does not depend on how the stream came.
    """

    def __init__(self, sample_rate: int, weights: tuple[float, ...], maximum_frames: int) -> None:
        self._sample_rate = sample_rate
        self._weights = weights
        unfinished = math.ceil(sample_rate / HOPS_PER_SECOND) + 1
        self._filtered = np.zeros((len(weights), unfinished + maximum_frames))
        self.reset()

    def reset(self) -> None:
        """Begin a stream."""
        self._pending_frames = 0
        self._hops = 0

    def space(self, frames: int) -> NDArray[np.float64]:
        """Memory ``(channels, frames)`` to be filled before `energies` is called."""
        return self._filtered[:, self._pending_frames : self._pending_frames + frames]

    def energies(self, frames: int) -> Powers:
        """Weighted energy of every hop that the `frames` just written have completed, ``(hops,)``."""
        begin = int(hop_edges(self._hops, self._hops, self._sample_rate)[0])
        end = begin + self._pending_frames + frames
        hops = complete_hops(end, self._sample_rate)
        edges = hop_edges(self._hops, hops, self._sample_rate) - begin
        used = int(edges[-1])
        summed = np.zeros(hops - self._hops)
        if used:
            whole = self._filtered[:, :used]
            np.multiply(whole, whole, out=whole)
            for weight, energies in zip(self._weights, np.add.reduceat(whole, edges[:-1], axis=1), strict=True):
                summed += weight * energies
        self._hops = hops
        self._pending_frames = end - begin - used
        self._filtered[:, : self._pending_frames] = self._filtered[:, used : used + self._pending_frames].copy()
        return summed


class LoudnessWindows:
    """Momentary and short-term power, their maxima at every hop, their history at every mark.

    Powers are linear: loudness is ``-0.691 + 10 log10(power)``.

    Attributes
    ----------
    momentary, short_term : float or None
        Power of the newest window; None before the first is whole.
    momentary_maximum, short_term_maximum : float or None
        Largest so far, looked at every 10 ms.
    momentary_history, short_term_history : GrowingArray
        Powers at the marks, from the first whole window on: 0.4 s and 3 s.
    hops : int
        Hops added so far.
    """

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._recent = np.zeros(0)
        self.hops = 0
        self.momentary: float | None = None
        self.short_term: float | None = None
        self.momentary_maximum: float | None = None
        self.short_term_maximum: float | None = None
        self.momentary_history = GrowingArray()
        self.short_term_history = GrowingArray()

    def add(self, energies: Powers) -> None:
        """Move on by whole hops."""
        for _ in self.add_by_steps(energies):
            pass

    def add_by_steps(self, energies: Powers) -> Iterator[None]:
        """The same in steps of about equal cost, for whoever has no time to do it at once; nothing holds in between."""
        momentary = self._window_powers(energies, MOMENTARY_HOPS)
        if len(momentary):
            self.momentary = float(momentary[-1])
            self.momentary_maximum = _larger(self.momentary_maximum, float(momentary.max()))
            self.momentary_history.append(self._at_marks(momentary, len(energies)))
        yield
        short_term = self._window_powers(energies, SHORT_TERM_HOPS)
        yield
        if len(short_term):
            self.short_term = float(short_term[-1])
            self.short_term_maximum = _larger(self.short_term_maximum, float(short_term.max()))
            self.short_term_history.append(self._at_marks(short_term, len(energies)))
        self.hops += len(energies)
        self._recent = np.concatenate((self._recent, energies))[-(SHORT_TERM_HOPS - 1) :]
        yield

    def short_term_beyond(self, energies: Powers) -> Powers:
        """Short-term powers at the marks of hops that follow the programme; nothing is remembered of them."""
        return self._at_marks(self._window_powers(energies, SHORT_TERM_HOPS), len(energies))

    def _window_powers(self, energies: Powers, width: int) -> Powers:
        """Mean power of each whole window that ends with one of the new hops; none before `width` hops are there."""
        before = min(width - 1, len(self._recent))
        known = np.concatenate((self._recent[len(self._recent) - before :], energies))
        sums = sliding_sums(known, width)
        frames, rest = divmod(width * self._sample_rate, HOPS_PER_SECOND)
        if rest == 0:  # then every window of this width holds as many frames
            return sums / frames
        last = self.hops + len(energies)
        edges = hop_edges(last - len(sums) + 1 - width, last, self._sample_rate)
        return sums / (edges[width:] - edges[: len(sums)])

    def _at_marks(self, powers: Powers, added: int) -> Powers:
        """Those of the newest powers whose window ends at a mark."""
        last = self.hops + added
        first = last - len(powers) + 1
        return powers[-first % HOPS_PER_MARK :: HOPS_PER_MARK]


def _larger(known: float | None, new: float) -> float:
    return new if known is None else max(known, new)
