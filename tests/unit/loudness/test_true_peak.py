import numpy as np
import pytest

from audiopost.dsp.oversampling import oversampling_filter
from audiopost.loudness.true_peak import HISTORY_FRAMES, TruePeak, oversampling_factor, overshoot_bound
from tests.signals import true_peak_tone, white_noise
from tests.tolerances import TRUE_PEAK_FLOAT32

TILE = 960
RATES = pytest.mark.parametrize("rate", [8_000, 48_000, 96_000, 192_000, 384_000])


def peaks(signal: np.ndarray, rate: int, tile: int = TILE) -> np.ndarray:
    """Of a signal that silence precedes."""
    tiles = signal.shape[1] // tile
    samples = np.pad(signal, ((0, 0), (HISTORY_FRAMES, 0))).astype(np.float32)
    return TruePeak(rate, len(signal), tile, tiles).peaks(samples, np.abs(samples))


def every_value(signal: np.ndarray, rate: int) -> np.ndarray:
    """Largest magnitude of each tile with nothing skipped, in float64: the definition."""
    samples = np.pad(signal, ((0, 0), (HISTORY_FRAMES, 0))).astype(np.float64)
    coefficients = oversampling_filter(oversampling_factor(rate))
    windows = np.lib.stride_tricks.sliding_window_view(samples, coefficients.shape[1], axis=1)[:, 1:]
    values = np.abs(windows @ coefficients.T).max(axis=-1)
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


@RATES
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
        assert np.array_equal(meter.peaks(part, np.abs(part))[:, 0], together[:, tile])


@pytest.mark.parametrize("factor", [4, 8, 32])
def test_no_value_exceeds_the_bound_of_the_coarse_grid(factor: int) -> None:
    # Signals that push each phase to its utmost, scaled so that samples and half-way values are at most 1.
    coefficients = oversampling_filter(factor)
    bound = overshoot_bound(coefficients)
    for phase in coefficients:
        signal = np.pad(np.sign(phase), 60)
        windows = np.lib.stride_tricks.sliding_window_view(signal, coefficients.shape[1])
        values = np.abs(windows @ coefficients.T)
        assert values.max() <= bound * values[:, [0, factor // 2]].max()
    assert 1.0 < bound < 1.4


@RATES
def test_the_fine_grid_is_at_least_at_192_khz(rate: int) -> None:
    assert rate * oversampling_factor(rate) >= 192_000


@RATES
def test_no_true_peak_lies_below_the_sample_peak(rate: int) -> None:
    click = np.zeros((1, 2 * TILE), dtype=np.float32)
    click[0, TILE // 2] = 0.7
    assert peaks(click, rate)[0].tolist() == [np.float32(0.7), 0.0]
