from __future__ import annotations

import numpy as np
import pytest

from audiopost.dsp.image_sources import EAR, RATIOS, SPEED_OF_SOUND
from audiopost.errors import LayoutError
from tests.running import SAMPLE_RATE, magnitude_db, prepared, run, sine
from tests.signals import white_noise
from tests.tolerances import CUT_OFF_DB, FLOAT32_SUM

ROOM_M = 10.0


def impulse(channels: int, seconds: float = 0.5) -> np.ndarray:
    block = np.zeros((channels, round(seconds * SAMPLE_RATE)), dtype=np.float32)
    block[:, 0] = 1.0
    return block


def test_the_first_reflection_comes_from_the_floor_in_its_time() -> None:
    wet = {"room_size_m": ROOM_M, "distance_m": 2.0, "dry_db": -120.0}
    out = run(prepared("early_reflections", "mono", parameters=wet), impulse(1))[0]
    height_m = EAR[2] * RATIOS[2] * ROOM_M
    later_m = np.hypot(2.0, 2.0 * height_m) - 2.0
    first = int(np.flatnonzero(np.abs(out) > 1e-4)[0])
    # The microphone stands 15 cm ahead of the centre.
    assert abs(first - later_m / SPEED_OF_SOUND * SAMPLE_RATE) < 0.15 / SPEED_OF_SOUND * SAMPLE_RATE + 1.0


def test_the_direct_sound_is_untouched() -> None:
    samples = white_noise(2, 4800)
    out = run(prepared("early_reflections", parameters={"wet_db": -120.0}), samples)
    np.testing.assert_array_equal(out, samples)


def energy(**parameters: float) -> float:
    wet = {"dry_db": -120.0, **parameters}
    return float((run(prepared("early_reflections", "mono", parameters=wet), impulse(1)).astype(np.float64) ** 2).sum())


def test_more_absorption_and_a_nearer_source_leave_less() -> None:
    assert energy(absorption_percent=10.0) > 2.0 * energy(absorption_percent=50.0) > 0.0
    assert energy(distance_m=4.0) > 2.0 * energy(distance_m=1.0)


def test_the_channels_hear_different_reflections_and_the_lfe_none() -> None:
    out = run(prepared("early_reflections", "5.1", parameters={"dry_db": -120.0}), impulse(6)).astype(np.float64)
    assert not out[3].any()
    heard = out[[0, 1, 2, 4, 5]]
    correlation = np.corrcoef(heard) - np.eye(5)
    assert np.abs(correlation).max() < 0.8  # floor and ceiling reach both front channels alike
    assert np.median(np.abs(correlation)) < 0.3


def test_width_0_is_mono_100_untouched_200_twice_the_difference() -> None:
    samples = white_noise(2, 4800)
    for width, factor in ((0.0, 0.0), (100.0, 1.0), (200.0, 2.0)):
        out = run(prepared("stereo_width", parameters={"width_percent": width}), samples)
        np.testing.assert_allclose(out[0] + out[1], samples[0] + samples[1], atol=FLOAT32_SUM)
        np.testing.assert_allclose(out[0] - out[1], factor * (samples[0] - samples[1]), atol=FLOAT32_SUM)


def test_bass_below_its_limit_is_mono() -> None:
    difference = np.concatenate((sine(20.0, 1.0), -sine(20.0, 1.0)))
    out = run(prepared("stereo_width", parameters={"width_percent": 100.0, "bass_mono_hz": 200.0}), difference)
    assert np.abs(out[:, 24_000:]).max() < 0.5 * 0.011  # -39.9 dB: two decades of a second-order slope
    corner = np.zeros((2, SAMPLE_RATE), dtype=np.float32)
    corner[0, 0], corner[1, 0] = 1.0, -1.0
    node = prepared("stereo_width", parameters={"width_percent": 100.0, "bass_mono_hz": 200.0})
    response = np.abs(np.fft.rfft(run(node, corner)[0].astype(np.float64)))
    assert 20.0 * np.log10(response[200]) == pytest.approx(-3.01, abs=CUT_OFF_DB)


@pytest.mark.parametrize("delay_ms", [-10.0, 10.0])
def test_haas_delays_one_side(delay_ms: float) -> None:
    out = run(prepared("haas", "mono", parameters={"delay_ms": delay_ms, "late_side_db": -6.0}), impulse(1))
    early, late = (0, 1) if delay_ms > 0.0 else (1, 0)
    assert np.flatnonzero(out[early]).tolist() == [0]
    assert np.flatnonzero(out[late]).tolist() == [480]
    assert 20.0 * np.log10(out[late, 480]) == pytest.approx(-6.0, abs=1e-4)


def test_width_and_haas_say_what_they_take() -> None:
    with pytest.raises(LayoutError, match="stereo_width"):
        prepared("stereo_width", "mono")
    with pytest.raises(LayoutError, match="haas"):
        prepared("haas", "5.1")
    assert magnitude_db(prepared("early_reflections", "mono", parameters={"wet_db": -120.0}), [1000.0])[0] == 0.0
