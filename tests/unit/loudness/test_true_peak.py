import numpy as np
import pytest

from audiopost.dsp.oversampling import oversampling_filter
from audiopost.loudness.true_peak import HISTORY_FRAMES, TruePeak, oversampling_factor, overshoot_bound
from tests.signals import true_peak_tone, white_noise
from tests.tolerances import TRUE_PEAK_FLOAT32

TILE = 960
OVERSAMPLED_RATES = pytest.mark.parametrize("rate", [8_000, 48_000, 96_000, 192_000])
RATES = pytest.mark.parametrize("rate", [8_000, 48_000, 96_000, 192_000, 384_000])


def peaks(signal: np.ndarray, rate: int, tile: int = TILE) -> np.ndarray:
    """Of a signal that silence precedes."""
    tiles = signal.shape[1] // tile
    samples = np.pad(signal, ((0, 0), (HISTORY_FRAMES, 0))).astype(np.float32)
    return TruePeak(rate, len(signal), tile, tiles).peaks(samples, *magnitudes(samples, tile))


def magnitudes(samples: np.ndarray, tile: int = TILE) -> tuple[np.ndarray, np.ndarray]:
    absolute = np.abs(samples)
    return absolute, absolute[:, HISTORY_FRAMES:].reshape(len(samples), -1, tile).max(axis=-1)


def every_value(signal: np.ndarray, rate: int) -> np.ndarray:
    """Largest magnitude of each tile with nothing skipped, in float64: the definition; samples count at once."""
    samples = np.pad(signal, ((0, 0), (HISTORY_FRAMES, 0))).astype(np.float64)
    coefficients = oversampling_filter(oversampling_factor(rate))
    windows = np.lib.stride_tricks.sliding_window_view(samples, coefficients.shape[1], axis=1)[:, 1:]
    values = np.abs(windows @ coefficients.T).max(axis=-1)
    values = np.maximum(values, np.abs(signal))
    return values.reshape(len(signal), -1, TILE).max(axis=-1)


def burst_in_silence() -> np.ndarray:
    signal = np.zeros((1, 3 * TILE), dtype=np.float32)
    signal[0, TILE - 3 : TILE + 5] = white_noise(1, 8, seed=3)
    return signal


SIGNALS = pytest.mark.parametrize(
    "signal",
    [
        white_noise(2, 4 * TILE),
        true_peak_tone(4, 0.5, 45.0)[:, : 4 * TILE],
        np.sign(white_noise(1, 4 * TILE, seed=5)),
        burst_in_silence(),
    ],
    ids=["noise", "quarter tone", "random signs", "burst at a tile's edge"],
)


@OVERSAMPLED_RATES
@SIGNALS
def test_skipping_changes_no_peak(rate: int, signal: np.ndarray) -> None:
    assert peaks(signal, rate) == pytest.approx(every_value(signal, rate), rel=TRUE_PEAK_FLOAT32, abs=1e-9)


@RATES
def test_a_tile_reads_the_same_alone_and_in_company(rate: int) -> None:
    noise = white_noise(2, 6 * TILE, seed=7)
    together = peaks(noise, rate)
    samples = np.pad(noise, ((0, 0), (HISTORY_FRAMES, 0)))
    meter = TruePeak(rate, 2, TILE, 1)
    for tile in range(6):
        part = np.ascontiguousarray(samples[:, tile * TILE : tile * TILE + TILE + HISTORY_FRAMES])
        assert np.array_equal(meter.peaks(part, *magnitudes(part))[:, 0], together[:, tile])


@pytest.mark.parametrize("factor", [4, 8, 32])
def test_no_value_exceeds_the_bound_of_the_coarse_grid(factor: int) -> None:
    coefficients = oversampling_filter(factor)
    near, far = overshoot_bound(coefficients)
    assert near + far < 1.4
    # Random samples, and those that push each phase to its utmost.
    signals = [*white_noise(20, 300, seed=11), *(np.pad(np.sign(phase), 60) for phase in coefficients)]
    for signal in signals:
        windows = np.lib.stride_tricks.sliding_window_view(signal.astype(np.float64), coefficients.shape[1])
        values = np.abs(windows @ coefficients.T)
        coarse = np.maximum(values[:, 0], values[:, factor // 2])
        around = np.maximum(np.maximum(coarse[:-2], coarse[1:-1]), coarse[2:])
        assert (values[1:-1].max(axis=1) <= near * around + far * np.abs(signal).max()).all()


@RATES
def test_the_fine_grid_is_at_least_at_192_khz(rate: int) -> None:
    assert rate * oversampling_factor(rate) >= 192_000


@RATES
def test_no_true_peak_lies_below_the_sample_peak(rate: int) -> None:
    click = np.zeros((1, 2 * TILE), dtype=np.float32)
    click[0, TILE // 2] = 0.7
    assert peaks(click, rate)[0].tolist() == [np.float32(0.7), 0.0]


def test_above_352_khz_the_samples_are_fine_enough() -> None:
    noise = white_noise(2, 3 * TILE)
    assert np.array_equal(peaks(noise, 352_800), np.abs(noise).reshape(2, 3, TILE).max(axis=-1))
