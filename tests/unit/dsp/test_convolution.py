from __future__ import annotations

import numpy as np
import pytest

from audiopost.dsp.convolution import PARTITION_FRAMES, PartitionedConvolution
from tests.signals import white_noise
from tests.tolerances import CONVOLUTION_DBFS

P = PARTITION_FRAMES


@pytest.mark.parametrize("taps", [1, 2, P - 1, P, P + 1, 2 * P, 2 * P + 1, 5000])
def test_it_is_the_sum_of_products(taps: int) -> None:
    response, samples = white_noise(2, taps, seed=3), white_noise(2, 4000)
    out = np.empty_like(samples)
    PartitionedConvolution(response, 2).process(samples, out)
    direct = np.stack(
        [np.convolve(a.astype(np.float64), b.astype(np.float64))[:4000] for a, b in zip(samples, response, strict=True)]
    )
    error = np.abs(out - direct).max() / np.abs(direct).max()
    assert 20.0 * np.log10(error) < CONVOLUTION_DBFS


@pytest.mark.parametrize("place", [0, 1, P - 1, P, P + 1, 3 * P - 1, 3 * P, 1000])
def test_a_single_tap_delays_by_its_place_without_latency(place: int) -> None:
    response = np.zeros((1, place + 1), dtype=np.float32)
    response[0, place] = 1.0
    samples = white_noise(3, 3000)
    out = np.empty_like(samples)
    PartitionedConvolution(response, 3).process(samples, out)
    np.testing.assert_allclose(out[:, place:], samples[:, : 3000 - place], atol=2e-7)
    np.testing.assert_allclose(out[:, :place], 0.0, atol=2e-7)


def test_one_response_serves_every_channel_alike() -> None:
    response, samples = white_noise(1, 700), np.repeat(white_noise(1, 2000), 3, axis=0)
    out = np.empty_like(samples)
    PartitionedConvolution(response, 3).process(samples, out)
    np.testing.assert_array_equal(out[0], out[1])
    np.testing.assert_array_equal(out[0], out[2])
