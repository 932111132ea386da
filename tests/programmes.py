"""Programmes as their measurement only, and small files to work on: what tests of delivery begin with."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.layouts import default_layout, layout_named
from audiopost.loudness import Loudness
from audiopost.media.audio_file import read_audio
from audiopost.media.audio_writer import AudioWriter
from tests.recordings import SPEECH, recording

__all__ = ["measured", "speech", "write_sound"]


def measured(
    integrated_lufs: float | None = -20.0,
    true_peak_dbtp: float = -6.0,
    *,
    sample_peak_dbfs: float | None = None,
    short_term_max_lufs: float | None = None,
    momentary_max_lufs: float | None = None,
    loudness_range_lu: float | None = 5.0,
) -> Loudness:
    """A meter's result of which only what matters is named; the rest is plausible."""
    sample_peak = true_peak_dbtp if sample_peak_dbfs is None else sample_peak_dbfs
    above = None if integrated_lufs is None else integrated_lufs + 1.0
    return Loudness(
        integrated_lufs=integrated_lufs,
        loudness_range_lu=loudness_range_lu,
        momentary_max_lufs=above if momentary_max_lufs is None else momentary_max_lufs,
        short_term_max_lufs=above if short_term_max_lufs is None else short_term_max_lufs,
        true_peak_dbtp=true_peak_dbtp,
        true_peak_per_channel_dbtp=(true_peak_dbtp,),
        sample_peak_dbfs=sample_peak,
        sample_peak_per_channel_dbfs=(sample_peak,),
        relative_threshold_lufs=None if integrated_lufs is None else integrated_lufs - 10.0,
        plr_lu=None if integrated_lufs is None else true_peak_dbtp - integrated_lufs,
        psr_min_lu=None,
        frames=480_000,
        non_finite_samples=0,
        non_finite_first_frame=None,
    )


def speech() -> AudioBlock:
    """All spoken recordings in a row: 11 s, mono, 48 kHz."""
    return np.concatenate([read_audio(recording(name))[0] for name in SPEECH], axis=1)


def write_sound(
    path: Path, block: AudioBlock, *, bits: str = "24", rate: int = 48_000, layout: str | None = None
) -> Path:
    """A file of this sound, without dither."""
    chosen = default_layout(block.shape[0]) if layout is None else layout_named(layout)
    path.parent.mkdir(parents=True, exist_ok=True)
    with AudioWriter(path, rate, chosen, bits=bits, exists="replace", dither="none") as writer:  # type: ignore[arg-type]
        writer.write(np.ascontiguousarray(block, np.float32))
    return path
