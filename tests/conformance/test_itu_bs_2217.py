"""ITU-R BS.2217, the compliance list of BS.1770, as far as it can be made from names and readings.

The list gives each file's name and reading; how the gate and sweep signals are made up is not part of it and chosen
here. The levels are worked out from the coefficients as the Recommendation prints them, not from our own.
"""

import cmath
import math

import numpy as np
import pytest

from audiopost.layouts import layout_named
from audiopost.loudness import LoudnessMeter
from tests.signals import exponential_sweep, tones
from tests.tolerances import EBU_LOUDNESS_LU, OWN_LOUDNESS_LU, SHELF_SUM_LU

# BS.1770-5, Annex 1, tables 1 and 2: (b0, b1, b2), (1, a1, a2) at 48 kHz.
SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585)
HIGHPASS = (1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)

RATES = pytest.mark.parametrize("rate", [44_100, 48_000, 96_000, 192_000])
TARGETS = pytest.mark.parametrize("target_lkfs", [-24.0, -23.0])


def k_gain_db(frequency_hz: float) -> float:
    delay = cmath.exp(-2j * math.pi * frequency_hz / 48_000)
    gain = 1.0
    for above, below in (SHELF, HIGHPASS):
        gain *= abs(sum(b * delay**n for n, b in enumerate(above)) / sum(a * delay**n for n, a in enumerate(below)))
    return 20.0 * math.log10(gain)


def level_for(target_lkfs: float, frequency_hz: float, weight_sum: float) -> float:
    """Peak level in dBFS of a sine that reads `target_lkfs` where the weights of its channels add up to that."""
    return target_lkfs + 0.691 - k_gain_db(frequency_hz) - 10.0 * math.log10(weight_sum / 2.0)


def integrated(block: np.ndarray, layout: str, rate: int) -> float | None:
    meter = LoudnessMeter(rate, layout)
    meter.process(block)
    return meter.result().integrated_lufs


@RATES
@TARGETS
@pytest.mark.parametrize("frequency_hz", [25.0, 100.0, 500.0, 1000.0, 2000.0, 10_000.0])
def test_stereo_tones_of_every_frequency(rate: int, target_lkfs: float, frequency_hz: float) -> None:
    block = tones((level_for(target_lkfs, frequency_hz, 2.0), 20), frequency_hz=frequency_hz, sample_rate=rate)
    assert integrated(block, "stereo", rate) == pytest.approx(target_lkfs, abs=OWN_LOUDNESS_LU)


@RATES
def test_rel_gate_test_reads_minus_10(rate: int) -> None:
    loud, quiet = level_for(-10.0, 1000.0, 2.0), level_for(-24.0, 1000.0, 2.0)
    block = tones((loud, 30), (quiet, 30), sample_rate=rate)
    assert integrated(block, "stereo", rate) == pytest.approx(-10.0, abs=EBU_LOUDNESS_LU)


@RATES
def test_abs_gate_test_reads_minus_69_5(rate: int) -> None:
    loud, quiet = level_for(-69.5, 1000.0, 2.0), level_for(-70.5, 1000.0, 2.0)
    block = tones((loud, 30), (quiet, 30), sample_rate=rate)
    assert integrated(block, "stereo", rate) == pytest.approx(-69.5, abs=EBU_LOUDNESS_LU)


@RATES
def test_frequency_sweep_of_one_channel_reads_minus_18(rate: int) -> None:
    frequencies = np.geomspace(100.0, 20_000.0, 4001)
    mean_gain = np.mean([10.0 ** (k_gain_db(frequency) / 10.0) for frequency in frequencies])
    amplitude = math.sqrt(2.0 * 10.0 ** ((-18.0 + 0.691) / 10.0) / mean_gain)
    sweep = exponential_sweep(amplitude, 100.0, 20_000.0, 60.0, sample_rate=rate)
    assert integrated(sweep, "mono", rate) == pytest.approx(-18.0, abs=OWN_LOUDNESS_LU + SHELF_SUM_LU)


@RATES
@TARGETS
@pytest.mark.parametrize("layout", ["5.1", "7.1", "7.1-wave", "7.1.2", "5.1.4", "7.1.4", "22.2"])
def test_channel_check_every_channel_alone(rate: int, target_lkfs: float, layout: str) -> None:
    speakers = layout_named(layout).speakers
    for index, speaker in enumerate(speakers):
        level = level_for(target_lkfs, 1000.0, speaker.loudness_weight or 1.0)
        block = np.zeros((len(speakers), rate), dtype=np.float32)
        block[index] = tones((level, 1), channels=1, sample_rate=rate)[0]
        expected = None if speaker.lfe else pytest.approx(target_lkfs, abs=EBU_LOUDNESS_LU)
        assert integrated(block, layout, rate) == expected, speaker.label


@RATES
@TARGETS
@pytest.mark.parametrize(
    ("layout", "weight_sum"),
    [
        ("5.1", 5.82), ("7.1", 7.82), ("7.1-wave", 7.82), ("7.1.2", 9.82), ("5.1.4", 9.82), ("7.1.4", 11.82),
        # 22 loudspeakers; the four at 60 and 90 degrees in the middle layer count 1.41 times (BS.1770-5, table 4)
        ("22.2", 23.64),
    ],
)  # fmt: skip
def test_summing_test_all_channels_at_once(rate: int, target_lkfs: float, layout: str, weight_sum: float) -> None:
    level = level_for(target_lkfs, 1000.0, weight_sum)
    block = tones((level, 2), channels=layout_named(layout).channels, sample_rate=rate)
    assert integrated(block, layout, rate) == pytest.approx(target_lkfs, abs=OWN_LOUDNESS_LU)
