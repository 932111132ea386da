from __future__ import annotations

import numpy as np
import pytest

from tests.running import SAMPLE_RATE, prepared, run, sine
from tests.signals import white_noise
from tests.spectra import lines_db
from tests.tolerances import HELD_LEVEL_DB

WET = {"mix_percent": 100.0, "width_percent": 0.0}


@pytest.mark.parametrize("density_hz", [30.0, 80.0])
def test_the_level_stays_as_grains_become_more(density_hz: float) -> None:
    noise = white_noise(1, 4 * SAMPLE_RATE)
    node = prepared("granular", "mono", parameters={**WET, "density_hz": density_hz, "grain_ms": 200.0})
    out = run(node, noise)[0, SAMPLE_RATE:]
    assert 20.0 * np.log10(out.std() / noise.std()) == pytest.approx(0.0, abs=HELD_LEVEL_DB)


@pytest.mark.parametrize("pitch_semitones", [-12.0, 7.0, 24.0])
def test_grains_sound_at_their_pitch(pitch_semitones: float) -> None:
    turned = {**WET, "pitch_semitones": pitch_semitones, "spread_semitones": 0.0, "grain_ms": 200.0}
    levels = lines_db(run(prepared("granular", "mono", parameters=turned), sine(500.0, 3.0)))
    expected = 500.0 * 2.0 ** (pitch_semitones / 12.0)
    powers = 10.0 ** (levels / 10.0)
    centroid = float((powers * np.arange(powers.size)).sum() / powers.sum())
    assert centroid == pytest.approx(expected, rel=0.01)


def test_a_sparse_cloud_is_grains_and_silence() -> None:
    turned = {**WET, "density_hz": 2.0, "grain_ms": 50.0, "position_ms": 0.0, "spray_ms": 0.0}
    out = run(prepared("granular", "mono", parameters=turned), white_noise(1, 10 * SAMPLE_RATE))[0]
    sounding = np.abs(out) > 0.0
    assert sounding.mean() == pytest.approx(2.0 * 0.05, rel=0.2)
    onsets = int((np.diff(sounding.astype(int)) == 1).sum())
    assert 15 <= onsets <= 25


def test_another_seed_scatters_otherwise() -> None:
    noise = white_noise(2, SAMPLE_RATE)
    first, again, other = (run(prepared("granular", settings={"seed": seed}), noise) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01
