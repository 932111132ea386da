from __future__ import annotations

import math

import numpy as np

from audiopost.dsp.oscillator import run_tone
from audiopost.dsp.smoothing import Ramps
from tests.tolerances import FLOAT32_TONE


def tone(frequency_hz: float, frames: int, phase: np.ndarray) -> np.ndarray:
    ramps = Ramps(2, 1)
    ramps.jump(0, 1.0)
    ramps.jump(1, math.log(frequency_hz))
    out = np.empty((1, frames), dtype=np.float32)
    run_tone.ready()(out, phase, 48_000.0, ramps.state)
    return out[0]


def test_a_tone_is_its_definition() -> None:
    heard = tone(997.0, 96_000, np.zeros(1, dtype=np.uint64))
    np.testing.assert_allclose(heard, np.sin(2.0 * np.pi * 997.0 / 48_000 * np.arange(96_000)), atol=FLOAT32_TONE)


def test_the_phase_after_an_hour_is_exact_to_the_frequencys_own_precision() -> None:
    phase = np.zeros(1, dtype=np.uint64)
    hour = 48_000 * 3600
    step = np.uint64(math.exp(math.log(1000.0)) / 48_000.0 * 2.0**64)
    phase[0] = np.uint64((int(step) * hour) % 2**64)
    late = tone(1000.0, 480, phase)
    np.testing.assert_allclose(late, np.sin(2.0 * np.pi * np.arange(480) / 48.0), atol=1e-4)
