"""What chains are tuned and tested on: 3 s each of speech, music and effects, at the loudness of a broadcast."""

from __future__ import annotations

from functools import cache

import numpy as np

from audiopost.blocks import AudioBlock
from audiopost.jobs import demo_material
from audiopost.jobs.measure import measure_samples
from audiopost.units import db_to_linear, seconds_to_frames
from tests.programmes import speech

__all__ = ["LOUDNESS_LUFS", "RATE", "material"]

RATE = demo_material.SAMPLE_RATE
LOUDNESS_LUFS = -23.0
"""EBU R 128: thresholds of compressors and gates are set for sound of about this level."""
DURATION_S = 3.0


@cache
def material(kind: str) -> AudioBlock:
    """``speech`` is a recorded voice (mono); ``music`` and ``effects`` are parts of the demo's scene (stereo)."""
    cut = {
        "speech": lambda: _part(speech(), 0.2),
        "music": lambda: _part(demo_material.music_stem(), 6.5),
        "effects": lambda: _part(demo_material.effects_stem(), 10.0),  # steps in wind, and a door that slams
    }[kind]()
    loudness_lufs = measure_samples(cut, RATE).integrated_lufs
    assert loudness_lufs is not None
    block = np.ascontiguousarray(cut * np.float32(db_to_linear(LOUDNESS_LUFS - loudness_lufs)), np.float32)
    block.flags.writeable = False
    return block


def _part(block: AudioBlock, start_s: float) -> AudioBlock:
    start = seconds_to_frames(start_s, RATE)
    return block[:, start : start + seconds_to_frames(DURATION_S, RATE)]
