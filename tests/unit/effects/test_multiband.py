"""The multiband compressor: bands that sum flat, and compress by themselves."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost.effects.multiband import MultibandCompressor
from tests.running import SAMPLE_RATE, magnitude_db, prepared, run, sine
from tests.tolerances import FLAT_SUM_DB, STATIC_CURVE_DB

UNCOMPRESSED = {f"band{band}_ratio": 1.0 for band in range(1, 5)}
HEARD_HZ = [20.0, 80.0, 120.0, 300.0, 1000.0, 2500.0, 5000.0, 9000.0, 16_000.0, 20_000.0]


@pytest.mark.parametrize(
    "splits", [(120.0, 1000.0, 5000.0), (60.0, 80.0, 16_000.0), (1000.0, 1000.0, 1000.0), (5000.0, 300.0, 80.0)]
)
def test_the_bands_sum_flat_wherever_the_borders_stand(splits: tuple[float, float, float]) -> None:
    turned = dict(zip(("low", "mid", "high"), splits, strict=True))
    borders = {f"{name}_split_frequency_hz": hz for name, hz in turned.items()}
    node = prepared("multiband_compressor", "mono", parameters=UNCOMPRESSED | borders)
    assert np.abs(magnitude_db(node, HEARD_HZ)).max() < FLAT_SUM_DB


@pytest.mark.parametrize(("band", "frequency_hz"), [(1, 40.0), (2, 350.0), (3, 2200.0), (4, 12_000.0)])
def test_a_band_alone_is_heard_in_its_place(band: int, frequency_hz: float) -> None:
    quiet = {f"band{each}_gain_db": -24.0 for each in range(1, 5) if each != band}
    node = prepared("multiband_compressor", "mono", parameters=UNCOMPRESSED | quiet)
    others = [hz for index, hz in enumerate((40.0, 350.0, 2200.0, 12_000.0), 1) if index != band]
    heard, *rest = magnitude_db(node, [frequency_hz, *others])
    assert heard == pytest.approx(0.0, abs=0.7)
    assert max(rest) < -19.0


def test_a_loud_bass_does_not_lower_the_treble() -> None:
    bass, treble = sine(60.0, 2.0, peak_linear=0.7), sine(12_000.0, 2.0, peak_linear=0.02)
    thresholds = {f"band{band}_threshold_db": -20.0 for band in range(1, 5)} | {
        "band1_ratio": 8.0,
        "low_split_frequency_hz": 300.0,
    }
    node = prepared("multiband_compressor", "mono", parameters=thresholds)
    out = run(node, bass + treble)[0, SAMPLE_RATE:].astype(np.float64)
    time_s = np.arange(SAMPLE_RATE, 2 * SAMPLE_RATE) / SAMPLE_RATE

    def level_db(hz: float) -> float:
        return 20.0 * np.log10(2.0 * abs(np.mean(out * np.exp(-2j * np.pi * hz * time_s))))

    assert isinstance(node, MultibandCompressor)
    over_db = 20.0 * np.log10(0.7) + 20.0
    assert level_db(60.0) == pytest.approx(-20.0 + over_db / 8.0, abs=10.0 * STATIC_CURVE_DB)
    assert level_db(12_000.0) == pytest.approx(20.0 * np.log10(0.02), abs=10.0 * STATIC_CURVE_DB)
    assert node.gain_reduction_db == pytest.approx(over_db * 7.0 / 8.0, abs=10.0 * STATIC_CURVE_DB)
