import numpy as np
import pytest

from audiopost.loudness.k_weighting import k_weighting_gain_db, k_weighting_sections
from tests.tolerances import K_WEIGHTING_BETWEEN_RATES_DB, K_WEIGHTING_TABLE, THREE_DECIMALS_DB


def test_the_prototypes_meet_the_printed_coefficients_at_48_khz() -> None:
    # ITU-R BS.1770-5, Annex 1, tables 1 and 2.
    shelf, highpass = k_weighting_sections(48_000)
    table_1 = (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
    table_2 = (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621)
    assert shelf == pytest.approx(table_1, abs=K_WEIGHTING_TABLE)
    assert highpass == pytest.approx(table_2, abs=K_WEIGHTING_TABLE)


@pytest.mark.parametrize(
    ("frequency_hz", "gain_db"),
    [(25, -10.393), (100, -1.134), (500, 0.042), (997, 0.6910), (1000, 0.6977), (2000, 3.071), (10_000, 4.042)],
)
def test_the_curve_at_48_khz(frequency_hz: float, gain_db: float) -> None:
    assert k_weighting_gain_db(frequency_hz, 48_000) == pytest.approx(gain_db, abs=THREE_DECIMALS_DB)


@pytest.mark.parametrize("rate", [44_100, 88_200, 96_000, 176_400, 192_000])
def test_other_rates_have_the_response_of_48_khz(rate: int) -> None:
    for frequency_hz in np.geomspace(20.0, 20_000.0, 200):
        expected = k_weighting_gain_db(frequency_hz, 48_000)
        assert k_weighting_gain_db(frequency_hz, rate) == pytest.approx(expected, abs=K_WEIGHTING_BETWEEN_RATES_DB)
