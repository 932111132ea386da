from __future__ import annotations

import numpy as np

from audiopost.effects.metering import Meter
from audiopost.loudness.meter import LoudnessMeter
from tests.running import prepared, run
from tests.signals import tones


def test_the_sound_passes_and_is_measured() -> None:
    samples = tones((-23.0, 2.0))
    node = prepared("meter")
    assert isinstance(node, Meter)
    np.testing.assert_array_equal(run(node, samples), samples)
    alone = LoudnessMeter(48_000, "stereo")
    alone.process(samples)
    assert node.meter.result() == alone.result()


def test_reset_measures_anew() -> None:
    node = prepared("meter")
    assert isinstance(node, Meter)
    run(node, tones((-3.0, 1.0)))
    node.reset()
    assert node.meter.result().integrated_lufs is None
