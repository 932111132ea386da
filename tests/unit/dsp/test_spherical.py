"""Spherical harmonics and their rotation: against scipy, against turned directions, against themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import sph_harm_y

from audiopost.dsp import spherical
from tests.tolerances import FLOAT64_SUM, LATTICE_ORTHOGONALITY

EVERYWHERE = spherical.even_directions(2000)
ORDERS = pytest.mark.parametrize("order", range(1, 6))
TURNS = [(0.7, -0.4, 1.9), (math.pi, 0.0, 0.0), (0.0, 0.5 * math.pi, 0.0), (0.0, 0.0, -1.1), (3.0, 1.2, -2.2)]
"""Yaw, pitch, roll in radians."""


def turned(vectors: np.ndarray, yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Directions after roll about x, pitch that lifts the front, yaw to the left."""
    about_x = [[1, 0, 0], [0, math.cos(roll), -math.sin(roll)], [0, math.sin(roll), math.cos(roll)]]
    about_y = [[math.cos(pitch), 0, -math.sin(pitch)], [0, 1, 0], [math.sin(pitch), 0, math.cos(pitch)]]
    about_z = [[math.cos(yaw), -math.sin(yaw), 0], [math.sin(yaw), math.cos(yaw), 0], [0, 0, 1]]
    return vectors @ (np.array(about_z) @ about_y @ about_x).T


def rotation(order: int, yaw: float, pitch: float, roll: float) -> np.ndarray:
    matrix = np.zeros((spherical.channels_of(order),) * 2)
    spherical.write_rotation(yaw, pitch, roll, order, matrix)
    return matrix


@ORDERS
def test_values_are_those_of_scipy(order: int) -> None:
    ours = spherical.harmonics(order, EVERYWHERE) * spherical.n3d_gains(order)
    azimuths, downwards = np.arctan2(EVERYWHERE[:, 1], EVERYWHERE[:, 0]), np.arccos(EVERYWHERE[:, 2])
    for degree in range(order + 1):
        for index in range(-degree, degree + 1):
            # scipy's are complex, orthonormal over the sphere, and carry the phase of Condon and Shortley.
            theirs = sph_harm_y(degree, abs(index), downwards, azimuths) * math.sqrt(4.0 * math.pi) * (-1) ** index
            real = theirs.real if index >= 0 else theirs.imag
            expected = real * (math.sqrt(2.0) if index else 1.0)
            np.testing.assert_allclose(ours[:, degree * (degree + 1) + index], expected, atol=FLOAT64_SUM)


@ORDERS
def test_n3d_is_orthonormal_over_the_sphere(order: int) -> None:
    values = spherical.harmonics(order, EVERYWHERE) * spherical.n3d_gains(order)
    products = values.T @ values / len(values)
    np.testing.assert_allclose(products, np.eye(len(products)), atol=LATTICE_ORTHOGONALITY)


@ORDERS
@pytest.mark.parametrize("angles", TURNS)
def test_a_turned_scene_is_that_of_turned_sources(order: int, angles: tuple[float, float, float]) -> None:
    matrix = rotation(order, *angles)
    of_turned = spherical.harmonics(order, turned(EVERYWHERE, *angles))
    np.testing.assert_allclose(spherical.harmonics(order, EVERYWHERE) @ matrix.T, of_turned, atol=FLOAT64_SUM)


@ORDERS
def test_a_turn_and_the_turn_back_leave_nothing(order: int) -> None:
    for angles in TURNS:
        matrix = rotation(order, *angles)
        left_db = 20.0 * np.log10(np.abs(matrix @ matrix.T - np.eye(len(matrix))).max() + 1e-30)
        assert left_db < -120.0


@ORDERS
def test_placed_sources_are_the_harmonics_and_a_wide_one_is_the_mean_of_its_cap(order: int) -> None:
    azimuths, elevations = np.radians([10.0, -120.0, 180.0]), np.radians([0.0, 35.0, -90.0])
    placed = np.zeros((spherical.channels_of(order), 3))
    spherical.place_sources.ready()(azimuths, elevations, 0.0, order, placed)
    vectors = spherical.unit_vectors(np.degrees(azimuths), np.degrees(elevations))
    np.testing.assert_allclose(placed.T, spherical.harmonics(order, vectors), atol=FLOAT64_SUM)
    half_angle_deg = 40.0
    spherical.place_sources.ready()(azimuths, elevations, math.radians(half_angle_deg), order, placed)
    dense = spherical.even_directions(200_000)
    for column, vector in zip(placed.T, vectors, strict=True):
        cap = dense[dense @ vector > math.cos(math.radians(half_angle_deg))]
        np.testing.assert_allclose(column, spherical.harmonics(order, cap).mean(axis=0), atol=LATTICE_ORTHOGONALITY)


def test_fuma_is_what_its_tables_say() -> None:
    """W is 3 dB lower; every other channel reaches 1 for the direction in which it is largest."""
    values = spherical.harmonics(3, spherical.even_directions(50_000))[
        :, list(spherical.FUMA_ORDER)
    ] * spherical.fuma_gains(3)
    largest = np.abs(values).max(axis=0)
    assert largest[0] == pytest.approx(math.sqrt(0.5))
    np.testing.assert_allclose(largest[1:], 1.0, atol=LATTICE_ORTHOGONALITY)


@ORDERS
def test_weights_end_where_they_must(order: int) -> None:
    """Basic keeps all; max-rE makes the longest energy vector; in-phase leaves nothing behind."""
    span = 2 * np.arange(order + 1) + 1

    def energy_vector(weights: np.ndarray) -> float:
        degrees = np.arange(order + 1)
        pairs = 2.0 * np.sum(weights[1:] * weights[:-1] * degrees[1:])
        return float(pairs / np.sum(span * weights**2))

    best = energy_vector(spherical.degree_weights(order, "max-re"))
    rng = np.random.default_rng(order)
    for _ in range(50):
        other = spherical.degree_weights(order, "max-re") + rng.normal(0.0, 0.05, order + 1)
        assert energy_vector(other) <= best + FLOAT64_SUM
    in_phase = spherical.degree_weights(order, "in-phase")
    cosines = np.linspace(-1.0, 1.0, 181)
    beam = np.polynomial.legendre.legval(cosines, span * in_phase)
    assert beam.min() > -FLOAT64_SUM
    assert abs(beam[0]) < FLOAT64_SUM * 100
