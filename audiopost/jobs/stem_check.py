"""Whether stems sum to the full mix that was supplied beside them: by how many dB they do not, and from when."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from audiopost.errors import TargetUnreachableError, UsageError
from audiopost.jobs.job import BLOCK_FRAMES, Stage
from audiopost.jobs.programme import Programme
from audiopost.media.audio_file import AudioReader
from audiopost.media.joined_files import open_programme
from audiopost.units import db_to_linear, linear_to_db

__all__ = ["SumCheck", "check_sum"]

LEAST_DBFS = -100.0
"""Below this a difference is rounding: half a step of 24 bits is -144 dBFS, and dither of many stems adds up."""

_SHORT_WORDS_DBFS = -78.0
"""The same for words of 16 bits: some stems, each with its dither."""


@dataclass(frozen=True)
class SumCheck:
    """The full mix less the sum of the stems.

    Attributes
    ----------
    difference_dbfs
        Peak of the difference.
    from_s
        Where it is first heard (above the rounding of the word length); None where it never is.
    """

    path: Path
    difference_dbfs: float
    from_s: float | None

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"path": str(self.path), "difference_dbfs": self.difference_dbfs, "from_s": self.from_s}


def check_sum(programme: Programme, mix: Path, target: str, stage: Stage) -> SumCheck:
    """Compare the stems of a programme with their full mix, frame by frame.

    Raises
    ------
    UsageError
        If the mix has another sample rate or layout.
    TargetUnreachableError
        If they do not sum to it: nothing that is made of them would be what was mixed.
    """
    with open_programme(mix) as reader:
        found = _compared(programme, reader, mix, stage)
    if found.from_s is not None:
        raise TargetUnreachableError(
            target,
            f"the stems do not sum to {mix.name}: the difference peaks at {found.difference_dbfs:.1f} dBFS, "
            f"heard from {found.from_s:.3f} s on",
            "print them again, or leave out --full-mix",
        )
    return found


def _compared(programme: Programme, mix: AudioReader, path: Path, stage: Stage) -> SumCheck:
    if mix.layout_assumed and mix.channels == programme.layout.channels:
        mix.know_layout(programme.layout)
    same_channels = sorted(mix.layout.labels) == sorted(programme.layout.labels)
    if mix.sample_rate != programme.sample_rate or not same_channels:
        what = f"the full mix is {mix.layout} at {mix.sample_rate} Hz, the stems {programme.layout}"
        raise UsageError(f"{what} at {programme.sample_rate} Hz", str(path), "give the mix of these stems")
    order = [mix.layout.labels.index(label) for label in programme.layout.labels]
    short_words = "16" in {mix.stored_bits, *(reader.stored_bits for reader in programme.readers)}
    least_linear = db_to_linear(_SHORT_WORDS_DBFS if short_words else LEAST_DBFS)
    largest, first, position = 0.0, None, 0
    for blocks in programme.blocks(stage):
        summed = programme.sum(blocks)
        block = mix.read(summed.shape[1])[order]
        heard = np.zeros(summed.shape)
        heard[:, : block.shape[1]] = block
        difference = np.max(np.abs(heard - summed), axis=0, initial=0.0)
        over = np.flatnonzero(difference > least_linear)
        if first is None and len(over):
            first = position + int(over[0])
        largest = max(largest, float(difference.max(initial=0.0)))
        position += summed.shape[1]
    rest = mix.read(BLOCK_FRAMES)
    while rest.shape[1]:  # a mix that goes on after all stems have ended
        peak = float(np.max(np.abs(rest), initial=0.0))
        if first is None and peak > least_linear:
            first = position
        largest, position = max(largest, peak), position + rest.shape[1]
        rest = mix.read(BLOCK_FRAMES)
    return SumCheck(path, linear_to_db(largest), None if first is None else first / mix.sample_rate)
