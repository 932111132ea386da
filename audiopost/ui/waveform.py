"""The picture of a file's waveform: the lowest and the highest sample of each column, overview and detail."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiopost.media.audio_file import open_audio

__all__ = ["FINEST", "Waveform", "columns_of"]

FINEST = 256
"""Frames of the finest column that is kept: 5 ms at 48 kHz."""

_BLOCK_COLUMNS = 256


class Waveform:
    """A file looked through once; after that any part of it is drawn without reading it again.

    Memory: two bytes for every 256 frames; an hour at 48 kHz takes 1.4 MB.

    Raises FileError if the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        lows, highs = [], []
        with open_audio(path) as reader:
            self.sample_rate = reader.sample_rate
            self.duration_s = reader.duration_s
            for block in reader.blocks(FINEST * _BLOCK_COLUMNS):
                columns = -(-block.shape[1] // FINEST)
                padded = np.pad(block, ((0, 0), (0, columns * FINEST - block.shape[1])), mode="edge")
                shaped = padded.reshape(block.shape[0], columns, FINEST)
                lows.append(_bytes(shaped.min(axis=(0, 2))))
                highs.append(_bytes(shaped.max(axis=(0, 2))))
        self._low = np.concatenate(lows) if lows else np.zeros(0, np.int8)
        self._high = np.concatenate(highs) if highs else np.zeros(0, np.int8)

    def columns(self, start_s: float, end_s: float, count: int) -> dict[str, Any]:
        """The part from `start_s` to `end_s` in `count` columns: the lowest and highest sample of each, -127 to 127.

        Fewer columns where they would be finer than `FINEST`; silence behind the end of the file; none where all lies
        behind it.
        """
        per_second = self.sample_rate / FINEST
        span = (end_s - start_s) * per_second
        end = min(int(np.ceil(end_s * per_second)), self._low.size)
        count = max(1, min(count, int(np.ceil(span))))
        edges = (start_s * per_second + span * np.arange(count) / count).astype(int)
        starts = edges[edges < end]
        if not starts.size:
            return _nothing(start_s, end_s)
        low, high = np.zeros(count, np.int8), np.zeros(count, np.int8)
        low[: starts.size] = np.minimum.reduceat(self._low[:end], starts)
        high[: starts.size] = np.maximum.reduceat(self._high[:end], starts)
        return {"start": start_s, "end": end_s, "low": low.tolist(), "high": high.tolist()}


def columns_of(pictures: Sequence[Waveform], start_s: float, end_s: float, count: int) -> dict[str, Any]:
    """Files that play together in one picture: the lowest and the highest sample of any of them."""
    drawn = [picture.columns(start_s, end_s, count) for picture in pictures]
    columns = max((len(each["low"]) for each in drawn), default=0)
    if not columns:
        return _nothing(start_s, end_s)
    # Deep within, a file of a lower rate has fewer columns: each stands for more than one of the others.
    low = np.min([_stretched(each["low"], columns) for each in drawn if each["low"]], axis=0)
    high = np.max([_stretched(each["high"], columns) for each in drawn if each["high"]], axis=0)
    return {"start": start_s, "end": end_s, "low": low.tolist(), "high": high.tolist()}


def _stretched(levels: list[int], columns: int) -> NDArray[np.int_]:
    return np.array(levels)[np.arange(columns) * len(levels) // columns]


def _nothing(start_s: float, end_s: float) -> dict[str, Any]:
    return {"start": start_s, "end": end_s, "low": [], "high": []}


def _bytes(samples: NDArray[np.float32]) -> NDArray[np.int8]:
    return np.clip(np.round(np.nan_to_num(samples) * 127.0), -127, 127).astype(np.int8)
