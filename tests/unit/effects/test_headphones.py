"""A scene on headphones: what reaches each ear against the formula of a rigid sphere, summed to all its terms."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost import effects as fx
from audiopost.dsp.spherical_head import EAR_AZIMUTH_DEG, HEAD_RADIUS_M, SPEED_OF_SOUND_M_S, head_response
from audiopost.errors import UsageError
from tests.running import SAMPLE_RATE, prepared
from tests.signals import white_noise
from tests.tolerances import EAR_LEVEL_DB, EAR_SHADOW_DB, EAR_TIME_US

POINTS = 8192
FREQUENCIES = np.fft.rfftfreq(POINTS, 1.0 / SAMPLE_RATE)
TERMS = 60


def at_the_ears(azimuth_deg: float, order: int) -> np.ndarray:
    """Spectra at the left and the right ear of a click from there; late enough for the ear that hears it early."""
    click = np.zeros((1, 1024), dtype=np.float32)
    click[0, 200] = 1.0
    heard = (fx.ambisonic_encode(order=order, azimuth_deg=azimuth_deg) >> fx.binaural()).render(click, SAMPLE_RATE)
    return np.fft.rfft(heard.astype(np.float64), POINTS, axis=1)


def formula(frequencies_hz: np.ndarray, azimuth_deg: float, ear_deg: float) -> np.ndarray:
    """The pressure there by the series of Duda and Martens."""
    wave_numbers = 2.0 * np.pi * frequencies_hz * HEAD_RADIUS_M / SPEED_OF_SOUND_M_S
    cosine = np.cos(np.radians(azimuth_deg - ear_deg))
    polynomials = np.polynomial.legendre.legvander([cosine], TERMS)[0]
    return np.asarray(head_response(wave_numbers, TERMS) @ polynomials)


@pytest.mark.parametrize("order", [1, 3, 5])
@pytest.mark.parametrize("azimuth_deg", [0.0, 30.0, 60.0, 110.0, -45.0])
def test_levels_at_the_ears_are_those_of_a_sphere(azimuth_deg: float, order: int) -> None:
    spectra = at_the_ears(azimuth_deg, order)
    chosen = np.searchsorted(FREQUENCIES, [150.0, 400.0, 1000.0, 2500.0, 6000.0, 12_000.0])
    for spectrum, ear_deg in zip(spectra, (EAR_AZIMUTH_DEG, -EAR_AZIMUTH_DEG), strict=True):
        wanted = 20.0 * np.log10(np.abs(formula(FREQUENCIES[chosen], azimuth_deg, ear_deg)))
        heard = 20.0 * np.log10(np.abs(spectrum[chosen]))
        in_shadow = abs((azimuth_deg - ear_deg + 180.0) % 360.0 - 180.0) > 90.0
        assert np.abs(heard - wanted).max() < (EAR_SHADOW_DB if in_shadow else EAR_LEVEL_DB)[order]


@pytest.mark.parametrize("order", [1, 3, 5])
@pytest.mark.parametrize("azimuth_deg", [15.0, 45.0, 90.0])
def test_the_near_ear_hears_it_first_by_as_much_as_the_formula_says(azimuth_deg: float, order: int) -> None:
    """Below the frequency up to which a scene of the order is exact."""
    highest_hz = min(500.0, 200.0 * order)
    band = (FREQUENCIES > 100.0) & (highest_hz > FREQUENCIES)

    def lead_us(left: np.ndarray, right: np.ndarray) -> float:
        phase = np.unwrap(np.angle(left * np.conj(right)))
        return float(1e6 * np.polyfit(2.0 * np.pi * FREQUENCIES[band], phase, 1)[0])

    left, right = at_the_ears(azimuth_deg, order)[:, band]
    wanted = lead_us(*(formula(FREQUENCIES[band], azimuth_deg, ear) for ear in (EAR_AZIMUTH_DEG, -EAR_AZIMUTH_DEG)))
    assert lead_us(left, right) == pytest.approx(wanted, abs=EAR_TIME_US[order])


def test_left_and_right_are_mirror_images_and_ahead_is_alike() -> None:
    left, right = at_the_ears(0.0, 3)
    np.testing.assert_allclose(left, right, atol=1e-5)
    np.testing.assert_allclose(at_the_ears(70.0, 3), at_the_ears(-70.0, 3)[::-1], atol=1e-5)


def test_a_head_that_turns_to_a_source_has_it_ahead() -> None:
    click = np.zeros((1, 1024), dtype=np.float32)
    click[0, 200] = 1.0
    placed = fx.ambisonic_encode(order=3, azimuth_deg=50.0) >> fx.ambisonic_rotate(yaw_deg=50.0, follow_head=True)
    left, right = (placed >> fx.binaural()).render(click, SAMPLE_RATE)
    np.testing.assert_allclose(left, right, atol=1e-5)


def test_what_is_locked_to_the_head_does_not_turn_with_the_scene() -> None:
    """The six channels of players of 360 degree video."""
    bed = white_noise(2, 4800)
    scene = fx.ambisonic_encode(order=1, azimuth_deg=90.0).render(white_noise(1, 4800, seed=2), SAMPLE_RATE, tail=False)
    ears = fx.ambisonic_rotate(yaw_deg=40.0, follow_head=True) >> fx.binaural()
    together = ears.render(np.concatenate([scene, bed]), SAMPLE_RATE, layout="ambisonics-1+stereo", tail=False)
    alone = ears.render(scene, SAMPLE_RATE, layout="ambisonics-1", tail=False)
    np.testing.assert_allclose(together - alone, bed, atol=1e-6)


def test_no_head_is_that_large() -> None:
    with pytest.raises(UsageError, match="head_radius_m"):
        prepared("binaural", "ambisonics-1", settings={"head_radius_m": 0.5})
