"""EBU Tech 3341 v4, table 1: the signals of loudness, each made from its definition.

Signals 7 and 8 are authentic programmes and cannot be made; 15 to 23 stand in ``test_ebu_tech_3341_true_peak``.
"""

import numpy as np
import pytest

from audiopost.blocks import AudioBlock
from audiopost.loudness import Loudness, LoudnessMeter
from tests.signals import SILENCE_DBFS, tones
from tests.tolerances import EBU_LOUDNESS_LU, OWN_LOUDNESS_LU

RATES = pytest.mark.parametrize("rate", [44_100, 48_000, 96_000, 192_000])


def measured(block: AudioBlock, rate: int, layout: str = "stereo") -> Loudness:
    meter = LoudnessMeter(rate, layout)
    meter.process(block)
    return meter.result()


def ebu(value: float) -> object:
    return pytest.approx(value, abs=EBU_LOUDNESS_LU)


def exactly(value: float) -> object:
    """The reading of the signal as made here, worked out with the Recommendation's own coefficients."""
    return pytest.approx(value, abs=OWN_LOUDNESS_LU)


@RATES
@pytest.mark.parametrize(("signal", "level"), [(1, -23.0), (2, -33.0)])
def test_signals_1_and_2_a_steady_tone_reads_its_level(rate: int, signal: int, level: float) -> None:
    loudness = measured(tones((level, 20), sample_rate=rate), rate)
    for reading in (loudness.momentary_max_lufs, loudness.short_term_max_lufs, loudness.integrated_lufs):
        assert reading == ebu(level)
        assert reading == exactly(level + 0.0067)


@RATES
def test_signal_3_the_relative_gate_leaves_out_the_quiet_parts(rate: int) -> None:
    loudness = measured(tones((-36, 10), (-23, 60), (-36, 10), sample_rate=rate), rate)
    assert loudness.integrated_lufs == ebu(-23.0)
    assert loudness.integrated_lufs == exactly(-23.014)


@RATES
def test_signal_4_both_gates_leave_out_the_quiet_parts(rate: int) -> None:
    block = tones((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10), sample_rate=rate)
    loudness = measured(block, rate)
    assert loudness.integrated_lufs == ebu(-23.0)
    assert loudness.integrated_lufs == exactly(-23.014)


@RATES
def test_signal_5_the_mean_is_one_of_energies(rate: int) -> None:
    loudness = measured(tones((-26, 20), (-20, 20.1), (-26, 20), sample_rate=rate), rate)
    assert loudness.integrated_lufs == ebu(-23.0)
    assert loudness.integrated_lufs == exactly(-22.979)


@RATES
@pytest.mark.parametrize("layout", ["5.0", "5.1", "5.1-film"])
def test_signal_6_five_channels_are_weighted_and_the_lfe_is_left_out(rate: int, layout: str) -> None:
    levels = {"L": -28, "R": -28, "C": -24, "Ls": -30, "Rs": -30, "LFE": -3}
    meter = LoudnessMeter(rate, layout)
    rows = [tones((levels[label], 20), sample_rate=rate, channels=1)[0] for label in meter.layout.labels]
    meter.process(np.stack(rows))
    assert meter.result().integrated_lufs == ebu(-23.0)
    assert meter.result().integrated_lufs == exactly(-23.016)


@RATES
def test_signal_9_short_term_is_constant_after_3_s(rate: int) -> None:
    meter = LoudnessMeter(rate, "stereo")
    meter.process(tones(*[(-20, 1.34), (-30, 1.66)] * 5, sample_rate=rate))
    readings = meter.history().short_term_lufs
    readings = readings[~np.isnan(readings)]
    assert len(readings) >= 119
    assert np.abs(readings + 23.0).max() <= EBU_LOUDNESS_LU


@RATES
@pytest.mark.parametrize("index", range(20))
def test_signal_10_max_short_term_does_not_depend_on_where_the_tone_begins(rate: int, index: int) -> None:
    block = tones((SILENCE_DBFS, index * 0.15), (-23, 3), (SILENCE_DBFS, 1), sample_rate=rate)
    assert measured(block, rate).short_term_max_lufs == ebu(-23.0)
    assert measured(block, rate).short_term_max_lufs == exactly(-22.993)


@RATES
def test_signal_11_max_short_term_follows_tone_after_tone(rate: int) -> None:
    meter = LoudnessMeter(rate, "stereo")
    for index in range(20):
        pause = index * 0.15
        meter.process(tones((SILENCE_DBFS, pause), (-38 + index, 3), (SILENCE_DBFS, 3 - pause), sample_rate=rate))
        assert meter.short_term_max_lufs == ebu(-38.0 + index)


@RATES
def test_signal_12_momentary_is_constant_after_1_s(rate: int) -> None:
    meter = LoudnessMeter(rate, "stereo")
    block = tones(*[(-20, 0.18), (-30, 0.22)] * 25, sample_rate=rate)
    frames_10_ms = rate // 100
    readings = []
    for start in range(0, block.shape[1], frames_10_ms):
        meter.process(block[:, start : start + frames_10_ms])
        if start > rate:
            readings.append(meter.momentary_lufs)
    assert len(readings) == 899
    assert all(reading == ebu(-23.0) for reading in readings)


@RATES
@pytest.mark.parametrize("index", range(20))
def test_signal_13_max_momentary_does_not_depend_on_where_the_tone_begins(rate: int, index: int) -> None:
    block = tones((SILENCE_DBFS, index * 0.02), (-23, 0.4), (SILENCE_DBFS, 1), sample_rate=rate)
    assert measured(block, rate).momentary_max_lufs == ebu(-23.0)


@RATES
def test_signal_14_max_momentary_follows_tone_after_tone(rate: int) -> None:
    meter = LoudnessMeter(rate, "stereo")
    for index in range(20):
        pause = index * 0.02
        meter.process(tones((SILENCE_DBFS, pause), (-38 + index, 0.4), (SILENCE_DBFS, 0.4 - pause), sample_rate=rate))
        assert meter.result().momentary_max_lufs == ebu(-38.0 + index)
