"""Lines of a spectrum, for tests of what an effect does to a tone."""

from __future__ import annotations

import numpy as np

from audiopost.blocks import AudioBlock
from tests.running import SAMPLE_RATE


def lines_db(block: AudioBlock) -> np.ndarray:
    """Peak level of every whole Hz of the last second of the first channel, in dB: one element a Hz, no window."""
    second = block[0, -SAMPLE_RATE:].astype(np.float64)
    return 20.0 * np.log10(np.abs(np.fft.rfft(second)) / (SAMPLE_RATE / 2.0) + 1e-12)


def pitch_hz(samples: np.ndarray) -> np.ndarray:
    """Pitch of a tone between every two of its rising zero crossings, in Hz."""
    at = np.flatnonzero((samples[:-1] < 0.0) & (samples[1:] >= 0.0))
    places = at + samples[at] / (samples[at] - samples[at + 1])
    return SAMPLE_RATE / np.diff(places)
