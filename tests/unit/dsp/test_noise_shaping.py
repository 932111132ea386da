import numpy as np
import pytest

from audiopost.dsp.dither import Dither, WordMaker
from audiopost.dsp.noise_shaping import error_filter
from audiopost.units import linear_to_db
from tests import tolerances
from tests.signals import white_noise

RATES = [44_100, 48_000, 96_000, 192_000]
SECOND = 48_000


def response_db(sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz and the level of the noise there against white noise."""
    response = np.abs(np.fft.rfft(np.concatenate(([1.0], error_filter(sample_rate))), 1 << 14))
    return np.fft.rfftfreq(1 << 14, 1.0 / sample_rate), 20.0 * np.log10(response)


@pytest.mark.parametrize("rate", RATES)
def test_the_noise_is_moved_and_no_more_than_moved(rate: int) -> None:
    frequencies_hz, level_db = response_db(rate)
    assert np.mean(level_db) == pytest.approx(0.0, abs=tolerances.SHAPED_MEAN_DB)  # Gerzon and Craven: minimum phase
    assert np.abs(np.roots(np.concatenate(([1.0], error_filter(rate))))).max() < 1.0
    assert level_db[(frequencies_hz > 2_000) & (frequencies_hz < 5_000)].max() < -12.0


@pytest.mark.parametrize("dither", ["tpdf", "shaped"])
def test_a_tone_of_minus_100_dbfs_is_kept_in_16_bits_and_nothing_is_added_to_it(dither: Dither) -> None:
    tone = (1e-5 * np.sin(2 * np.pi * 1_000 / SECOND * np.arange(10 * SECOND))).astype(np.float32)[np.newaxis]
    assert not WordMaker(1, 16, dither="none").words(tone).any()
    words = WordMaker(1, 16, dither=dither).words(tone)[0] / 2.0**15
    spectra = np.abs(np.fft.rfft(words.reshape(10, SECOND), axis=1)) * 2.0 / SECOND  # lines 1 Hz apart
    coherent = np.abs(np.mean(np.fft.rfft(words.reshape(10, SECOND), axis=1), axis=0)) * 2.0 / SECOND
    assert linear_to_db(coherent[1_000]) == pytest.approx(-100.0, abs=tolerances.DITHER_TONE_DB)
    floor = np.sqrt(np.mean(spectra[:, 1_500:4_500] ** 2))
    for harmonic in (2_000, 3_000, 4_000):  # no more than noise: the mean of ten lines of it
        assert np.sqrt(np.mean(spectra[:, harmonic] ** 2)) < 2.0 * floor


def test_shaped_noise_is_quieter_where_the_ear_is_keenest_and_larger_in_all() -> None:
    noise = white_noise(1, 4 * SECOND, peak_linear=0.1)

    def error_db(dither: Dither) -> tuple[float, float]:
        error = WordMaker(1, 16, dither=dither).words(noise)[0] - noise[0].astype(np.float64) * 2.0**15
        power = np.abs(np.fft.rfft(error)) ** 2
        keen = power[8_000:20_000]  # 2 to 5 kHz: lines are a quarter of a hertz apart
        return 10 * np.log10(np.mean(keen)), 10 * np.log10(np.mean(power))

    (keen_tpdf, all_tpdf), (keen_shaped, all_shaped) = error_db("tpdf"), error_db("shaped")
    assert keen_shaped < keen_tpdf - 15.0
    assert all_tpdf < all_shaped < all_tpdf + 12.0


def test_any_split_gives_the_same_shaped_words() -> None:
    samples = white_noise(2, 20_000)
    whole = WordMaker(2, 16, dither="shaped").words(samples)
    maker = WordMaker(2, 16, dither="shaped")
    pieces = [maker.words(samples[:, start : start + 777]) for start in range(0, 20_000, 777)]
    assert np.array_equal(np.concatenate(pieces, axis=1), whole)


def test_what_is_on_the_grid_stays_there_with_shaping_too() -> None:
    words = np.random.default_rng(1).integers(-(2**15), 2**15, (1, 5_000))
    assert np.array_equal(WordMaker(1, 16, dither="shaped").words((words / 2.0**15).astype(np.float32)), words)


def test_beyond_full_scale_the_loop_stays_calm() -> None:
    loud = np.full((1, 5_000), 1.7, np.float32)
    maker = WordMaker(1, 16, dither="shaped")
    assert (maker.words(loud) == 2**15 - 1).all()
    after = maker.words(np.full((1, 5_000), 0.3 / 2**15, np.float32))
    assert np.abs(after).max() < 40
