"""Panning and decoding onto every layout: power, place and sharpness of sources from 2000 directions."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from audiopost.dsp.ambisonic_decoding import decoder_matrix, energy_vectors, velocity_matrix
from audiopost.dsp.amplitude_panning import AmplitudePanning, pan_source
from audiopost.dsp.spherical import even_directions, harmonics, unit_vectors
from audiopost.layouts import layout_named
from tests.tolerances import (
    ALLRAD_ANGLE_DEG,
    ALLRAD_MEAN_ANGLE_DEG,
    ALLRAD_MEAN_LENGTH,
    ALLRAD_POWER_DB,
    FLOAT64_SUM,
    PANNED_ANGLE_DEG,
)

EVERYWHERE = even_directions(2000)
LAYOUTS = ("stereo", "quad", "5.1", "7.1", "5.1.4", "7.1.4", "9.1.6", "22.2")
SURROUNDING = ("quad", "5.1", "6.1", "7.1", "5.1.2", "5.1.4", "7.1.2", "7.1.4", "9.1.6", "22.2")
AROUND_AND_ABOVE = ("5.1.4", "7.1.4", "9.1.6", "22.2")
"""Layouts that can play the whole upper half of the sphere."""


def directions(name: str) -> tuple[np.ndarray, np.ndarray]:
    heard = [each for each in layout_named(name).speakers if not each.lfe]
    return np.array([each.azimuth_deg for each in heard]), np.array([each.elevation_deg for each in heard])


def between_deg(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Angle between each two vectors."""
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return np.degrees(np.arccos(np.clip(np.sum(first * second, axis=1) / lengths, -1.0, 1.0)))


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_panned_source_has_one_power_and_at_a_loudspeaker_plays_there_alone(name: str) -> None:
    azimuths, elevations = directions(name)
    panning = AmplitudePanning(azimuths, elevations)
    gains = panning.gains(EVERYWHERE)
    assert np.all(gains >= 0.0)
    np.testing.assert_allclose(np.square(gains).sum(axis=1), 1.0, atol=FLOAT64_SUM)
    np.testing.assert_allclose(panning.gains(unit_vectors(azimuths, elevations)), np.eye(len(azimuths)), atol=1e-7)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_source_that_moves_a_little_changes_its_gains_a_little(name: str) -> None:
    panning = AmplitudePanning(*directions(name))
    step = 1e-4
    nearby = EVERYWHERE + step * np.roll(EVERYWHERE, 1, axis=1)
    nearby /= np.linalg.norm(nearby, axis=1, keepdims=True)
    assert np.abs(panning.gains(nearby) - panning.gains(EVERYWHERE)).max() < 10.0 * step


@pytest.mark.parametrize("name", AROUND_AND_ABOVE)
def test_a_panned_source_is_heard_where_it_is(name: str) -> None:
    azimuths, elevations = directions(name)
    above = EVERYWHERE[EVERYWHERE[:, 2] > 0.0]
    above = above[above[:, 2] < np.sin(np.radians(30.0))]  # up to the heights
    _, heard = energy_vectors(AmplitudePanning(azimuths, elevations).gains(above), azimuths, elevations)
    assert between_deg(heard, above).max() < PANNED_ANGLE_DEG[name]


def panned(name: str, azimuth_deg: float, elevation_deg: float, half_angle_deg: float = 0.0) -> np.ndarray:
    """Gains by the kernel."""
    tables = AmplitudePanning(*directions(name)).tables
    gains = np.zeros(tables[2].shape[1])
    angles = (np.radians(each) for each in (azimuth_deg, elevation_deg, half_angle_deg))
    pan_source.ready()(*angles, *tables, np.zeros_like(gains), gains)
    return gains


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_kernel_pans_as_the_table_does(name: str) -> None:
    panning = AmplitudePanning(*directions(name))
    for azimuth_deg, elevation_deg in [(0, 0), (17, 3), (-75, 20), (140, -10), (180, 0), (33, 60), (-100, -80)]:
        vector = unit_vectors(np.array([float(azimuth_deg)]), np.array([float(elevation_deg)]))
        np.testing.assert_allclose(panned(name, azimuth_deg, elevation_deg), panning.gains(vector)[0], atol=1e-9)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_wide_source_keeps_its_power_and_loses_its_sharpness(name: str) -> None:
    azimuths, elevations = directions(name)
    sharpness = []
    for half_angle_deg in (0.0, 45.0, 180.0):
        power, heard = energy_vectors(panned(name, 0.0, 0.0, half_angle_deg)[np.newaxis], azimuths, elevations)
        assert power[0] == pytest.approx(1.0)
        sharpness.append(float(np.linalg.norm(heard)))
    assert sharpness[0] >= sharpness[1] - FLOAT64_SUM
    assert sharpness[1] >= sharpness[2] - FLOAT64_SUM


@pytest.mark.parametrize("order", range(1, 6))
@pytest.mark.parametrize("name", LAYOUTS)
def test_every_decoder_keeps_the_power_of_all_directions(name: str, order: int) -> None:
    azimuths, elevations = directions(name)
    for method in ("allrad", "mode-matching", "sampling"):
        gains = harmonics(order, EVERYWHERE) @ decoder_matrix(azimuths, elevations, order, method).T
        assert np.square(gains).sum(axis=1).mean() == pytest.approx(1.0, rel=0.01), method


@pytest.mark.parametrize("order", range(1, 6))
@pytest.mark.parametrize("name", AROUND_AND_ABOVE)
def test_allrad_plays_each_direction_as_loud_and_where_it_is(name: str, order: int) -> None:
    """Of the upper half: power within a bound of its mean, and the energy vector's direction."""
    azimuths, elevations = directions(name)
    above = EVERYWHERE[EVERYWHERE[:, 2] > 0.0]
    power, heard = energy_vectors(
        harmonics(order, above) @ decoder_matrix(azimuths, elevations, order).T, azimuths, elevations
    )
    assert np.abs(10.0 * np.log10(power / power.mean())).max() < ALLRAD_POWER_DB
    assert np.mean(between_deg(heard, above)) < ALLRAD_MEAN_ANGLE_DEG[name]


@pytest.mark.parametrize("order", range(1, 6))
@pytest.mark.parametrize("name", SURROUNDING)
def test_where_waves_are_long_pressure_and_velocity_are_those_of_the_scene(name: str, order: int) -> None:
    """Gerzon's velocity vector has length 1 and points to the source, from each of 2000 directions."""
    azimuths, elevations = directions(name)
    flat = np.ptp(elevations) == 0.0
    sources = unit_vectors(np.arange(0.0, 360.0), np.zeros(360)) if flat else EVERYWHERE
    matrix = velocity_matrix(azimuths, elevations, order)
    assert matrix is not None
    gains = harmonics(order, sources) @ matrix.T
    pressure = gains.sum(axis=1)
    velocity = gains @ unit_vectors(azimuths, elevations) / pressure[:, np.newaxis]
    np.testing.assert_allclose(velocity, sources, atol=FLOAT64_SUM * 10)
    np.testing.assert_allclose(pressure, pressure[0], rtol=1e-9)
    everywhere = harmonics(order, EVERYWHERE) @ matrix.T
    assert np.square(everywhere).sum(axis=1).mean() == pytest.approx(1.0, rel=0.01)


def test_two_loudspeakers_surround_nobody() -> None:
    assert velocity_matrix(*directions("stereo"), 1) is None
    assert velocity_matrix(*directions("3.0"), 3) is None


@pytest.mark.parametrize("order", range(1, 6))
@pytest.mark.parametrize("name", ["5.1", "7.1", *AROUND_AND_ABOVE])
def test_the_energy_vector_is_as_sharp_as_the_order(name: str, order: int) -> None:
    """Over the upper half of the sphere; round the horizon where there are no heights."""
    azimuths, elevations = directions(name)
    flat = unit_vectors(np.arange(0.0, 360.0), np.zeros(360))
    above = EVERYWHERE[EVERYWHERE[:, 2] > 0.0] if np.ptp(elevations) else flat
    gains = harmonics(order, above) @ decoder_matrix(azimuths, elevations, order).T
    power, heard = energy_vectors(gains, azimuths, elevations)
    assert np.abs(10.0 * np.log10(power / power.mean())).max() < ALLRAD_POWER_DB
    lengths = np.linalg.norm(heard, axis=1)
    assert lengths.mean() > ALLRAD_MEAN_LENGTH[order]
    assert lengths.max() <= 1.0 + FLOAT64_SUM
    assert between_deg(heard, above).max() < ALLRAD_ANGLE_DEG[name]


def test_the_table_of_the_documentation_is_what_is_measured() -> None:
    root = Path(__file__).parents[3]
    page = (root / "docs/pages/tutorials/a-scene-on-headphones.md").read_text(encoding="utf-8")
    assert "\n".join(runpy.run_path(str(root / "docs/decoder_table.py"))["table"]()) in page


@pytest.mark.parametrize(
    ("name", "order"),
    [(name, order) for name in LAYOUTS[1:-1] for order in (3, 4, 5)] + [("22.2", 5), ("quad", 1), ("7.1.4", 2)],
)
def test_what_is_placed_at_a_loudspeaker_is_loudest_there(name: str, order: int) -> None:
    """As soon as the order is high enough to tell neighbours apart."""
    azimuths, elevations = directions(name)
    placed = harmonics(order, unit_vectors(azimuths, elevations))
    gains = placed @ decoder_matrix(azimuths, elevations, order).T
    np.testing.assert_array_equal(np.argmax(gains, axis=1), np.arange(len(azimuths)))
