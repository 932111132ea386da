import numpy as np
import pytest

from audiopost.dsp.block_filter import GROUP_FRAMES, BlockFilter, state_space
from audiopost.loudness.k_weighting import k_weighting_sections
from tests.signals import white_noise
from tests.tolerances import FLOAT64_RECURSION

SECTIONS = k_weighting_sections(48_000)
TILE = 2 * GROUP_FRAMES


def recursion(samples: np.ndarray) -> np.ndarray:
    """The cascade frame by frame in direct form I, as the textbook draws it."""
    signal = samples.astype(np.float64)
    for b0, b1, b2, a1, a2 in SECTIONS:
        out = np.zeros_like(signal)
        x1 = x2 = y1 = y2 = np.zeros(len(signal))
        for frame in range(signal.shape[1]):
            x0 = signal[:, frame]
            y0 = b0 * x0 + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            out[:, frame] = y0
            x1, x2, y1, y2 = x0, x1, y0, y1
        signal = out
    return signal


def filtered(samples: np.ndarray, *tiles: int) -> np.ndarray:
    block_filter = BlockFilter(SECTIONS, samples.shape[0], TILE, max(tiles))
    parts, start = [], 0
    for count in tiles:
        part = samples[:, start : start + count * TILE]
        parts.append(np.empty(part.shape))
        block_filter.process(part, parts[-1])
        start += part.shape[1]
    return np.concatenate(parts, axis=1)


def test_the_products_equal_the_recursion() -> None:
    noise = white_noise(3, 4 * TILE)
    assert filtered(noise, 4) == pytest.approx(recursion(noise), abs=FLOAT64_RECURSION)


@pytest.mark.parametrize("tiles", [(1,) * 6, (2, 4), (5, 1)])
def test_any_number_of_tiles_at_once_gives_the_same_bits(tiles: tuple[int, ...]) -> None:
    noise = white_noise(2, 6 * TILE)
    assert np.array_equal(filtered(noise, *tiles), filtered(noise, 6))


def test_the_state_space_of_one_step_is_the_recursion() -> None:
    a_matrix, b_vector, c_vector, direct = state_space(SECTIONS)
    noise = white_noise(1, 50)
    state = np.zeros(4)
    out = []
    for sample in noise[0].astype(np.float64):
        out.append(c_vector @ state + direct * sample)
        state = a_matrix @ state + b_vector * sample
    assert out == pytest.approx(recursion(noise)[0], abs=FLOAT64_RECURSION)


def test_the_state_is_exactly_zero_after_long_silence() -> None:
    block_filter = BlockFilter(SECTIONS, 1, TILE, 1)
    out = np.empty((1, TILE))
    block_filter.process(white_noise(1, TILE), out)
    for _ in range(60):
        block_filter.process(np.zeros((1, TILE), dtype=np.float32), out)
    assert not block_filter.state.any()
    assert not out.any()


def test_reset_forgets_the_sound() -> None:
    noise = white_noise(1, TILE)
    block_filter = BlockFilter(SECTIONS, 1, TILE, 1)
    first, second = np.empty((1, TILE)), np.empty((1, TILE))
    block_filter.process(noise, first)
    block_filter.reset()
    block_filter.process(noise, second)
    assert np.array_equal(first, second)


@pytest.mark.parametrize("tile_frames", [0, 100, GROUP_FRAMES + 1])
def test_a_tile_that_is_no_whole_number_of_groups_is_refused(tile_frames: int) -> None:
    with pytest.raises(ValueError, match="multiple of 480"):
        BlockFilter(SECTIONS, 1, tile_frames, 1)
