"""Leq(m): the curve against its table, the calibration against its definition."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopost.errors import UsageError
from audiopost.loudness.leq_m import LeqMMeter
from audiopost.loudness.m_weighting import M_WEIGHTING_DB, m_weighting_db, m_weighting_taps
from tests.signals import faded, tones, white_noise
from tests.tolerances import LEQ_M_TONE_DB, M_WEIGHTING_DB_OFF

RATES = (44_100, 48_000, 96_000)
POINTS = [(*point, rate) for rate in RATES for point in M_WEIGHTING_DB if point[0] < rate / 2]


def level(block: np.ndarray, layout: str = "mono", rate: int = 48_000, convention: str = "peak") -> float:
    meter = LeqMMeter(rate, layout, convention)  # type: ignore[arg-type]
    meter.process(block)
    found = meter.result().level_db
    assert found is not None
    return found


@pytest.mark.parametrize(("frequency_hz", "gain_db", "tolerance_db", "rate"), POINTS)
def test_the_filter_meets_the_table(frequency_hz: float, gain_db: float, tolerance_db: float, rate: int) -> None:
    taps = m_weighting_taps(rate)
    response = abs(np.exp(-2j * np.pi * frequency_hz / rate * np.arange(len(taps))) @ taps)
    error = 20 * math.log10(response) - gain_db
    assert abs(error) <= M_WEIGHTING_DB_OFF
    assert tolerance_db >= M_WEIGHTING_DB_OFF or tolerance_db == 0.0  # ours is the closer one, save where none is given


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("frequency_hz", [63, 200, 1000, 2000, 6300, 10_000, 16_000])
def test_a_tone_reads_its_level_and_the_curve(frequency_hz: float, rate: int) -> None:
    tone = faded(tones((-20.0, 4.0), frequency_hz=frequency_hz, sample_rate=rate, channels=1), rate)
    # A fade of 10 ms at both ends takes 2/3 of their power.
    faded_away = 10 * math.log10(1 - 2 * (2 / 3) * 0.01 / 4.0)
    expected = 85.0 + float(m_weighting_db(frequency_hz)) + faded_away
    assert level(tone, rate=rate) == pytest.approx(expected, abs=LEQ_M_TONE_DB)


def test_a_calibration_tone_reads_what_the_definition_says() -> None:
    # 1 kHz lies 5.6 dB below 2 kHz; RMS -20 dBFS is a peak of -16.99.
    tone = tones((-20.0 + 10 * math.log10(2), 4.0), channels=1)
    assert level(tone, convention="rms") == pytest.approx(85.0 - 5.6, abs=LEQ_M_TONE_DB)
    assert level(tone, convention="peak") == pytest.approx(85.0 - 5.6 + 10 * math.log10(2), abs=LEQ_M_TONE_DB)


@pytest.mark.parametrize(
    ("channel", "offset_db"), [("L", 0), ("R", 0), ("C", 0), ("LFE", 0), ("Lss", -3), ("Rrs", -3), ("Ltf", -3)]
)
def test_surrounds_are_replayed_3_db_lower(channel: str, offset_db: float) -> None:
    labels = ("L", "R", "C", "LFE", "Lss", "Rss", "Lrs", "Rrs", "Ltf", "Rtf", "Ltr", "Rtr")
    tone = tones((-20.0, 1.0), channels=1)
    block = np.zeros((12, tone.shape[1]), np.float32)
    block[labels.index(channel)] = tone
    assert level(block, "7.1.4") - level(tone) == pytest.approx(offset_db, abs=1e-9)


def test_channels_add_by_power() -> None:
    block = white_noise(2, 48_000)
    both = level(block, "stereo")
    each = [level(row[np.newaxis]) for row in block]
    assert both == pytest.approx(10 * math.log10(sum(10 ** (one / 10) for one in each)), abs=1e-9)


def test_there_is_no_gate() -> None:
    tone = tones((-20.0, 2.0), channels=1)
    with_silence = np.concatenate((tone, np.zeros_like(tone)), axis=1)
    assert level(with_silence) - level(tone) == pytest.approx(-10 * math.log10(2), abs=1e-9)


def test_the_end_of_a_programme_is_heard_in_full() -> None:
    click = np.zeros((1, 48_000), np.float32)
    first, last = click.copy(), click.copy()
    first[0, 0] = last[0, -1] = 1.0
    assert level(first) == pytest.approx(level(last), abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 30_000), max_size=4))
def test_any_cut_gives_the_same_level_bit_for_bit(lengths: list[int]) -> None:
    block = white_noise(2, 60_001)
    meter = LeqMMeter(48_000, "stereo")
    position = 0
    for length in (*lengths, block.shape[1]):
        meter.process(block[:, position : position + length])
        meter.result()  # asking on the way changes nothing
        position += length
    assert meter.result().level_db == level(block, "stereo")


def test_a_new_programme_knows_nothing_of_the_last() -> None:
    block = white_noise(1, 50_000)
    meter = LeqMMeter(48_000, "mono")
    meter.process(white_noise(1, 33_333, seed=2))
    meter.reset()
    meter.process(block)
    assert meter.result().level_db == level(block)


def test_silence_is_minus_infinity_and_nothing_is_undefined() -> None:
    assert level(np.zeros((1, 100), np.float32)) == -math.inf
    assert LeqMMeter(48_000, "mono").result().level_db is None


def test_samples_that_are_no_numbers_count_as_nothing() -> None:
    clean = white_noise(1, 60_000)
    clean[0, 100:200] = 0.0
    broken = clean.copy()
    broken[0, 100:200] = np.nan
    assert level(broken) == level(clean)
    assert np.isnan(broken[0, 150])


def test_what_has_no_loudspeakers_is_refused() -> None:
    with pytest.raises(UsageError, match="ambisonics-1 has no Leq"):
        LeqMMeter(48_000, "ambisonics-1")
    with pytest.raises(UsageError, match="no convention"):
        LeqMMeter(48_000, "mono", "C")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="does not fit"):
        LeqMMeter(48_000, "mono").process(np.zeros((2, 10), np.float32))
