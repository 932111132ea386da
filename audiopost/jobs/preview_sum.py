"""What services will do to a programme that lies in stems: their sum is what they are given."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from audiopost.jobs.job import Progress, Stage
from audiopost.jobs.preview import PreviewResult, preview
from audiopost.jobs.programme import Programme
from audiopost.media.audio_writer import AudioWriter

__all__ = ["preview_sum"]

SUMMING = 0.1
"""Share of the work."""


def preview_sum(
    paths: Sequence[str | os.PathLike[str]], services: Sequence[str] = (), *, progress: Progress | None = None
) -> PreviewResult:
    """Tell what services will do to the sum of stems; its source bears the path of the first.

    Raises
    ------
    FileError
        If a stem cannot be read, or PyAV is missing.
    UsageError
        If stems differ in sample rate, or a codec does not take such sound.
    """
    stage = Stage(progress, f"summing {len(paths)} stems")
    with ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="audiopost-"))
        programme = opened.enter_context(Programme(paths))
        place = Path(folder) / "sum.wav"
        with AudioWriter(place, programme.sample_rate, programme.layout, "32f") as writer:
            for block in programme.sums(stage.part(0.0, SUMMING)):
                writer.write(np.ascontiguousarray(block, np.float32))
        coding = stage.part(SUMMING, 1.0, "coding").progress()
        found = preview(place, services, layout=programme.layout, progress=coding)
        return replace(found, source=replace(found.source, path=programme.first.path))
