from __future__ import annotations

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.errors import LayoutError
from audiopost.layouts import layout_named
from tests.running import prepared, run
from tests.signals import white_noise


def test_0_db_returns_the_samples_themselves() -> None:
    samples = white_noise(6, 500)
    np.testing.assert_array_equal(run(prepared("gain", "5.1"), samples), samples)


def test_6_02_db_doubles() -> None:
    samples = white_noise(1, 500)
    out = run(prepared("gain", "mono", parameters={"gain_db": 20.0 * np.log10(2.0)}), samples)
    np.testing.assert_array_equal(out, 2.0 * samples)


def test_the_bottom_of_the_fader_is_silence() -> None:
    assert not run(prepared("gain", parameters={"gain_db": -120.0}), white_noise(2, 500)).any()


@pytest.mark.parametrize("position", [-1.0, -0.5, 0.0, 0.3, 1.0])
def test_a_mono_sound_has_the_same_power_at_every_place(position: float) -> None:
    samples = white_noise(1, 500)
    out = run(prepared("pan", "mono", parameters={"position": position}), samples)
    np.testing.assert_allclose(np.sum(out**2.0, axis=0), samples[0] ** 2.0, rtol=1e-5)


def test_a_mono_sound_in_the_centre_is_3_db_down_on_both_sides() -> None:
    out = run(prepared("pan", "mono"), np.ones((1, 10), dtype=np.float32))
    np.testing.assert_allclose(out, np.sqrt(0.5), rtol=1e-6)


def test_a_stereo_sound_in_the_centre_passes_and_to_the_right_only_left_fades() -> None:
    samples = white_noise(2, 500)
    np.testing.assert_allclose(run(prepared("pan"), samples), samples, rtol=1e-6)
    right = run(prepared("pan", parameters={"position": 1.0}), samples)
    np.testing.assert_allclose(right[0], 0.0, atol=1e-7)
    np.testing.assert_array_equal(right[1], samples[1])


def test_more_than_stereo_cannot_be_panned() -> None:
    with pytest.raises(LayoutError, match=r"5\.1"):
        prepared("pan", "5.1")


def test_mid_side_at_0_db_passes() -> None:
    samples = white_noise(2, 500)
    np.testing.assert_array_equal(run(prepared("mid_side"), samples), samples)


def test_no_side_is_mono_and_no_mid_is_opposite() -> None:
    samples = white_noise(2, 500)
    mono = run(prepared("mid_side", parameters={"side_gain_db": -120.0}), samples)
    np.testing.assert_array_equal(mono[0], mono[1])
    np.testing.assert_allclose(mono[0], samples.mean(axis=0), atol=1e-7)
    opposite = run(prepared("mid_side", parameters={"mid_gain_db": -120.0}), samples)
    np.testing.assert_array_equal(opposite[0], -opposite[1])


def test_mid_side_wants_stereo() -> None:
    with pytest.raises(LayoutError, match="mono"):
        prepared("mid_side", layout_named("mono"))


def test_a_blend_of_a_late_effect_is_dry_wet_and_between_without_a_comb() -> None:
    samples = white_noise(2, 4000)
    late = fx.limiter()
    wet = late.render(samples * 0.01, 48_000)
    for share in (0.0, 30.0, 100.0):
        np.testing.assert_allclose(late.blended(share).render(samples * 0.01, 48_000), wet, rtol=1e-6, atol=1e-9)


def test_a_blend_weighs_both_sides_by_amplitude() -> None:
    samples = white_noise(2, 500)
    half = fx.gain(gain_db=-120.0).blended(25.0).render(samples, 48_000)
    np.testing.assert_allclose(half, 0.75 * samples, rtol=1e-6)
    np.testing.assert_array_equal(fx.gain(gain_db=-6.0).blended(100.0).render(samples, 48_000),
                                  fx.gain(gain_db=-6.0).render(samples, 48_000))  # fmt: skip


def test_a_mono_dry_sound_is_spread_and_other_layouts_are_refused() -> None:
    samples = white_noise(1, 500)
    placed = fx.pan(position=-1.0).blended(50.0).render(samples, 48_000, layout="mono")
    np.testing.assert_allclose(placed, np.concatenate([samples, 0.5 * samples]), rtol=1e-6)
    with pytest.raises(LayoutError, match=r"5\.1 is no dry sound for stereo"):
        fx.downmix().blended(50.0).render(white_noise(6, 500), 48_000, layout="5.1")
