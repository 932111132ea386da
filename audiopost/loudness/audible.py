"""Where sound begins and ends: the first and the last 10 ms that are heard.

No document that asks for "first to last audible sound", or for silence at head and tail, says what is audible. Here it
is what reaches -50 dBFS by RMS in any channel over 10 ms: above the room tone that audiobooks keep at their ends (its
floor is -60 dBFS), and far below anything that a level is judged by.
"""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.units import db_to_linear, seconds_to_frames

__all__ = ["AUDIBLE_DBFS", "AudibleMeter"]

AUDIBLE_DBFS = -50.0
"""RMS over 10 ms of the loudest channel."""

_HOP_S = 0.01


class AudibleMeter:
    """Finds the first and the last sound in a stream of blocks of any length.

    >>> meter = AudibleMeter(48_000, 1)
    >>> meter.process(np.repeat(np.array([[0.0, 0.1, 0.0]], np.float32), [480, 960, 4800], axis=1))
    >>> meter.head_s, meter.tail_s
    (0.01, 0.1)
    """

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._sample_rate = sample_rate
        self._hop_frames = max(1, seconds_to_frames(_HOP_S, sample_rate))
        self._least_energy = db_to_linear(AUDIBLE_DBFS) ** 2 * self._hop_frames
        self._rest = np.zeros((channels, 0), np.float32)
        self._hops = 0
        self._first: int | None = None
        self._last = 0

    def process(self, block: AudioBlock) -> None:
        """Take in a block ``(channels, frames)``; samples that are no numbers count as 0."""
        joined = np.concatenate((self._rest, np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)), axis=1)
        hops = joined.shape[1] // self._hop_frames
        whole = joined[:, : hops * self._hop_frames].reshape(joined.shape[0], hops, self._hop_frames)
        energies = np.einsum("chf,chf->ch", whole, whole, dtype=np.float64)
        heard = np.flatnonzero(energies.max(axis=0, initial=0.0) >= self._least_energy)
        if len(heard):
            self._first = self._hops + int(heard[0]) if self._first is None else self._first
            self._last = self._hops + int(heard[-1]) + 1
        self._hops += hops
        self._rest = joined[:, hops * self._hop_frames :].copy()

    @property
    def head_s(self) -> float | None:
        """Time before the first sound in seconds, to 10 ms; None where nothing is heard."""
        return None if self._first is None else self._first * self._hop_frames / self._sample_rate

    @property
    def tail_s(self) -> float | None:
        """Time after the last sound in seconds, to 10 ms; None where nothing is heard."""
        if self._first is None:
            return None
        frames = self._hops * self._hop_frames + self._rest.shape[1]
        return max(0, frames - self._last * self._hop_frames) / self._sample_rate
