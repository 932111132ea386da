import numpy as np
import pytest

from audiopost.dsp.dither import WordMaker
from tests import tolerances
from tests.signals import white_noise


@pytest.mark.parametrize("bits", [8, 16, 24])
def test_samples_on_the_grid_come_out_exactly(bits: int) -> None:
    words = np.random.default_rng(1).integers(-(2 ** (bits - 1)), 2 ** (bits - 1), (2, 20_000))
    samples = (words / 2.0 ** (bits - 1)).astype(np.float32)
    assert np.array_equal(WordMaker(2, bits).words(samples), words)


def test_without_dither_the_nearest_word_is_taken() -> None:
    samples = np.array([[0.4, 0.6, -0.6, 0.5, 1.5]], np.float32) / 32768
    assert WordMaker(1, 16, dither="none").words(samples).tolist() == [[0, 1, -1, 0, 2]]


def test_dither_is_triangular_over_two_steps_and_the_error_owes_nothing_to_the_signal() -> None:
    frames = 400_000
    for offset in (0.1, 0.25, 0.5, 0.9):
        samples = np.full((1, frames), np.float32(offset / 32768))
        error = WordMaker(1, 16).words(samples)[0] - np.float64(samples[0, 0]) * 32768
        assert np.abs(error).max() < 1.5
        # TPDF: mean 0 and power 1/4 step squared at every level (Lipshitz et al. 1992, table 1).
        assert np.mean(error) == pytest.approx(0.0, abs=tolerances.DITHER_MEAN_STEPS)
        assert np.mean(error**2) == pytest.approx(0.25, abs=tolerances.DITHER_POWER_STEPS)


def test_a_tone_below_one_step_survives() -> None:
    tone = (0.4 / 32768 * np.sin(2 * np.pi * np.arange(96_000) / 96)).astype(np.float32)[np.newaxis]
    assert not WordMaker(1, 16, dither="none").words(tone).any()
    words = WordMaker(1, 16).words(tone)[0]
    level = 2 * np.abs(np.mean(words * np.exp(-2j * np.pi * np.arange(96_000) / 96)))
    assert level == pytest.approx(0.4, abs=tolerances.DITHER_TONE_STEPS)


def test_a_channel_is_dithered_from_its_first_sample_off_the_grid() -> None:
    samples = np.zeros((2, 1000), np.float32)
    samples[0, 400] = 0.3 / 32768
    words = WordMaker(2, 16).words(samples)
    assert not words[0, :400].any()
    assert words[0, 401:].any()
    assert not words[1].any()


def test_channels_get_noise_of_their_own() -> None:
    same = np.tile(white_noise(1, 5000), (2, 1))
    words = WordMaker(2, 16).words(same)
    assert not np.array_equal(words[0], words[1])


@pytest.mark.parametrize("size", [1, 7, 64, 4999])
def test_any_split_gives_the_same_words(size: int) -> None:
    samples = white_noise(3, 5000)
    samples[1, :2500] = 0.0
    whole = WordMaker(3, 16).words(samples)
    maker = WordMaker(3, 16)
    pieces = [maker.words(samples[:, start : start + size]) for start in range(0, 5000, size)]
    assert np.array_equal(np.concatenate(pieces, axis=1), whole)


def test_the_seed_chooses_the_noise() -> None:
    samples = white_noise(1, 1000)
    assert np.array_equal(WordMaker(1, 16, seed=7).words(samples), WordMaker(1, 16, seed=7).words(samples))
    assert not np.array_equal(WordMaker(1, 16, seed=7).words(samples), WordMaker(1, 16, seed=8).words(samples))


def test_clipping_is_counted_over_blocks() -> None:
    maker = WordMaker(1, 16, dither="none")
    assert maker.words(np.array([[1.0, -1.0, 2.0]], np.float32)).tolist() == [[32767, -32768, 32767]]
    maker.words(np.array([[-1.01]], np.float32))
    assert maker.clipped_samples == 3


def test_an_empty_block_changes_nothing() -> None:
    assert WordMaker(2, 16).words(np.empty((2, 0), np.float32)).shape == (2, 0)
