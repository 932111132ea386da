"""An energy map reads a plane wave's own level where it comes from, and is flat where sound comes from everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost.dsp.energy_map import MAP_AZIMUTHS_DEG, MAP_ELEVATIONS_DEG, MAP_SIZE, EnergyMap
from audiopost.dsp.spherical import even_directions, harmonics, unit_vectors

RATE_HZ = 48_000
WIDTH = len(MAP_AZIMUTHS_DEG)


def index_of(azimuth_deg: float, elevation_deg: float) -> int:
    return MAP_ELEVATIONS_DEG.index(elevation_deg) * WIDTH + MAP_AZIMUTHS_DEG.index(azimuth_deg)


def scene(order: int, *sources: tuple[float, float, np.ndarray]) -> np.ndarray:
    azimuths, elevations = (np.array([source[axis] for source in sources]) for axis in (0, 1))
    gains = harmonics(order, unit_vectors(azimuths, elevations))
    return np.asarray(gains.T @ np.stack([source[2] for source in sources]))


def mapped(order: int, block: np.ndarray, blocks: int = 40) -> np.ndarray:
    energy = EnergyMap(order, RATE_HZ)
    for _ in range(blocks):
        energy.process(block)
    assert energy.powers.shape == (MAP_SIZE,)
    return energy.powers


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(("azimuth_deg", "elevation_deg"), [(0.0, 0.0), (90.0, 30.0), (-135.0, -60.0), (180.0, 75.0)])
def test_a_wave_reads_its_own_power_where_it_comes_from(order: int, azimuth_deg: float, elevation_deg: float) -> None:
    tone = 0.5 * np.sqrt(2.0) * np.sin(2 * np.pi * 1000 * np.arange(4800) / RATE_HZ)
    powers = mapped(order, scene(order, (azimuth_deg, elevation_deg, tone)))
    assert int(np.argmax(powers)) == index_of(azimuth_deg, elevation_deg)
    assert powers.max() == pytest.approx(0.25, rel=0.001)
    opposite = index_of(azimuth_deg - 180.0 if azimuth_deg > 0 else azimuth_deg + 180.0, -elevation_deg)
    assert powers[opposite] < powers.max() / (3.0 if order == 1 else 50.0)


def test_two_sources_of_third_order_are_two_maxima() -> None:
    rng = np.random.default_rng(4)
    loud, soft = rng.standard_normal((2, 4800)) * [[1.0], [0.5]]
    powers = mapped(3, scene(3, (60.0, 0.0, loud), (-60.0, 0.0, soft)))
    row = powers.reshape(-1, WIDTH)[MAP_ELEVATIONS_DEG.index(0.0)]
    between = [i for i in range(1, WIDTH - 1) if row[i] > row[i - 1] and row[i] > row[i + 1]]
    assert {60.0, -60.0} <= {MAP_AZIMUTHS_DEG[i] for i in between}
    assert row[MAP_AZIMUTHS_DEG.index(60.0)] / row[MAP_AZIMUTHS_DEG.index(-60.0)] == pytest.approx(4.0, rel=0.1)


def test_sound_from_everywhere_is_flat_and_silence_fades() -> None:
    rng = np.random.default_rng(5)
    directions = even_directions(200)
    block = harmonics(2, directions).T @ rng.standard_normal((200, 48_000))
    energy = EnergyMap(2, RATE_HZ)
    energy.process(block)
    level_db = 10 * np.log10(energy.powers)
    assert np.ptp(level_db) < 1.0
    before = energy.powers.max()
    energy.process(np.zeros((9, RATE_HZ)))
    assert energy.powers.max() < before / 100.0


def test_channels_beside_the_scene_are_left_alone() -> None:
    block = scene(1, (0.0, 0.0, np.ones(480)))
    beside = np.concatenate((block, np.full((2, 480), 100.0)))
    np.testing.assert_array_equal(mapped(1, beside), mapped(1, block))
