from __future__ import annotations

import numpy as np
import pytest

from audiopost.dsp.limiter import MARGIN_DB
from audiopost.effects.limiting import Limiter
from audiopost.errors import UsageError
from audiopost.loudness.meter import LoudnessMeter
from audiopost.media.audio_file import read_audio
from tests.recordings import recording
from tests.running import prepared, run
from tests.signals import white_noise
from tests.tolerances import LIMITER_OVER_DB


def test_speech_driven_by_20_db_stays_under_the_ceiling_in_surround() -> None:
    speech = np.repeat(read_audio(recording("Side_Left"))[0], 6, axis=0)
    speech[3] = 0.0
    node = prepared("limiter", "5.1", parameters={"ceiling_dbtp": -2.0, "input_gain_db": 20.0})
    meter = LoudnessMeter(48_000, "5.1")
    meter.process(run(node, speech))
    assert -2.5 < meter.result().true_peak_dbtp <= -2.0 + LIMITER_OVER_DB


def test_below_the_ceiling_it_is_a_pure_delay() -> None:
    samples = white_noise(2, 5000, peak_linear=0.3)
    node = prepared("limiter")
    out = run(node, samples)
    late = node.latency_frames
    np.testing.assert_array_equal(out[:, late:], samples[:, :-late])


@pytest.mark.parametrize("lookahead_ms", [0.5, 2.0, 10.0])
def test_the_latency_is_the_lookahead_and_half_of_the_interpolator(lookahead_ms: float) -> None:
    node = prepared("limiter", settings={"lookahead_ms": lookahead_ms})
    assert node.latency_frames == 48 * lookahead_ms + 24


def test_a_lookahead_out_of_range_is_refused() -> None:
    with pytest.raises(UsageError, match="lookahead_ms"):
        prepared("limiter", settings={"lookahead_ms": 11.0})


def test_it_tells_its_reduction() -> None:
    node = prepared("limiter", "mono", parameters={"ceiling_dbtp": -6.0})
    assert isinstance(node, Limiter)
    run(node, np.ones((1, 96_000), dtype=np.float32))
    assert node.gain_reduction_db == pytest.approx(6.0 + MARGIN_DB, abs=0.001)
    node.reset()
    assert node.gain_reduction_db == 0.0


def test_a_new_ceiling_is_reached_without_a_step() -> None:
    node = prepared("limiter", "mono", parameters={"ceiling_dbtp": 0.0, "release_ms": 10.0})
    out = run(node, np.full((1, 48_000), 1.0, dtype=np.float32), turns={20_000: {"ceiling_dbtp": -20.0}})[0]
    assert out[-1] == pytest.approx(0.1, rel=0.01)
    assert np.abs(np.diff(out[1000:])).max() < 2.0 * 0.9 / 960.0
