"""EBU Tech 3342 v4, table 1: the signals of loudness range, made from their definitions (5 and 6 are programmes)."""

import pytest

from audiopost.loudness import LoudnessMeter
from tests.signals import tones
from tests.tolerances import EBU_RANGE_LU, OWN_RANGE_LU

RATES = pytest.mark.parametrize("rate", [44_100, 48_000, 96_000, 192_000])
SIGNALS = pytest.mark.parametrize(
    ("signal", "levels_dbfs", "range_lu"),
    [
        (1, (-20, -30), 10.0),
        (2, (-20, -15), 5.0),
        (3, (-40, -20), 20.0),
        (4, (-50, -35, -20, -35, -50), 15.0),
    ],
)


@RATES
@SIGNALS
def test_loudness_range_of_20_s_steps(rate: int, signal: int, levels_dbfs: tuple[float, ...], range_lu: float) -> None:
    meter = LoudnessMeter(rate, "stereo")
    meter.process(tones(*((level, 20) for level in levels_dbfs), sample_rate=rate))
    reading = meter.result().loudness_range_lu
    assert reading == pytest.approx(range_lu, abs=EBU_RANGE_LU)
    assert reading == pytest.approx(range_lu, abs=OWN_RANGE_LU)


@SIGNALS
def test_loudness_range_stays_when_the_signal_is_repeated(
    signal: int, levels_dbfs: tuple[float, ...], range_lu: float
) -> None:
    meter = LoudnessMeter(48_000, "stereo")
    for _ in range(3):
        meter.process(tones(*((level, 20) for level in levels_dbfs)))
    assert meter.result().loudness_range_lu == pytest.approx(range_lu, abs=OWN_RANGE_LU)
