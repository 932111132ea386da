"""The dynamic equaliser: a plain one while it is quiet, a compressor of one band when that is loud."""

from __future__ import annotations

import numpy as np
import pytest

from tests.running import SAMPLE_RATE, magnitude_db, prepared, run, sine
from tests.tolerances import CENTRE_GAIN_DB, STATIC_CURVE_DB

STILL = {f"band{band}_ratio": 1.0 for band in range(1, 5)}


def test_at_a_ratio_of_1_it_is_a_plain_equaliser() -> None:
    for band, hz, gain_db in ((1, 10.0, 6.0), (3, 3000.0, -9.0), (4, 20_000.0, 4.0)):
        node = prepared("dynamic_equalizer", "mono", parameters=STILL | {f"band{band}_gain_db": gain_db})
        assert magnitude_db(node, [hz]) == pytest.approx([gain_db], abs=0.3)


def test_at_0_db_below_its_thresholds_it_is_flat() -> None:
    node = prepared("dynamic_equalizer", "mono", parameters=STILL)
    assert np.abs(magnitude_db(node, [30.0, 400.0, 3000.0, 15_000.0])).max() < CENTRE_GAIN_DB


@pytest.mark.parametrize(("level_dbfs", "lowered_db"), [(-40.0, 0.0), (-18.0, 6.0), (-6.0, 12.0)])
def test_a_band_is_lowered_by_its_own_level(level_dbfs: float, lowered_db: float) -> None:
    knobs = STILL | {"band3_ratio": 2.0, "band3_threshold_db": -30.0, "band3_q": 2.0}
    node = prepared("dynamic_equalizer", "mono", parameters=knobs)
    loud = sine(3000.0, 1.0, peak_linear=10.0 ** (level_dbfs / 20.0))
    beside = sine(200.0, 1.0, peak_linear=0.1)
    out = run(node, loud + beside)[0, SAMPLE_RATE // 2 :].astype(np.float64)
    time_s = np.arange(SAMPLE_RATE // 2, SAMPLE_RATE) / SAMPLE_RATE

    def level_db(hz: float) -> float:
        return float(20.0 * np.log10(2.0 * abs(np.mean(out * np.exp(-2j * np.pi * hz * time_s)))))

    assert level_db(3000.0) == pytest.approx(level_dbfs - lowered_db, abs=5.0 * STATIC_CURVE_DB)
    assert level_db(200.0) == pytest.approx(-20.0, abs=0.1)
