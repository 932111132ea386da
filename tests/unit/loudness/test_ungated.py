"""Loudness without a gate, and how far short-term loudness strays."""

import numpy as np
import pytest

from audiopost.layouts import layout_named
from audiopost.loudness.audible import AudibleMeter
from audiopost.loudness.ungated import UngatedMeter
from tests.signals import tones


def meter_of(block: np.ndarray, cut: int = 70_000) -> UngatedMeter:
    meter = UngatedMeter(48_000, layout_named("stereo"))
    for at in range(0, block.shape[1], cut):
        meter.process(block[:, at : at + cut])
    return meter


def test_silence_counts_where_nothing_is_gated() -> None:
    # BS.1770-1: half of the time at -20, half silent: 3.01 LU less.
    assert meter_of(tones((-20.0, 6.0), (-np.inf, 6.0))).loudness_lkfs == pytest.approx(-23.01, abs=0.02)
    assert meter_of(np.zeros((2, 48_000), np.float32)).loudness_lkfs is None


def test_the_span_is_that_of_the_three_second_windows_without_pauses() -> None:
    span = meter_of(tones((-20.0, 8.0), (-30.0, 8.0), (-60.0, 8.0), (-26.0, 8.0))).span
    assert span is not None
    # The window that lies for one step in -30 or -26 and else in the pause is a pause still, 20 LU under the mean.
    assert span.highest_lufs == pytest.approx(-20.0, abs=0.05)
    assert -46.0 < span.lowest_lufs < -30.0
    assert span.distance_lu(-23.0) == pytest.approx(-23.0 - span.lowest_lufs)


def test_the_span_of_less_than_three_seconds_is_undefined() -> None:
    assert meter_of(tones((-20.0, 2.9))).span is None


@pytest.mark.parametrize("cut", [1, 479, 100_000])
def test_where_sound_begins_and_ends(cut: int) -> None:
    block = tones((-np.inf, 0.5), (-20.0, 1.0), (-90.0, 0.25))[:, : 48_000 * 2]
    meter = AudibleMeter(48_000, 2)
    for at in range(0, block.shape[1], max(cut, 97)):
        meter.process(block[:, at : at + max(cut, 97)])
    assert meter.head_s == pytest.approx(0.5, abs=0.0101)
    assert meter.tail_s == pytest.approx(0.25, abs=0.0101)


def test_of_silence_nothing_begins() -> None:
    meter = AudibleMeter(48_000, 1)
    meter.process(np.zeros((1, 48_000), np.float32))
    assert (meter.head_s, meter.tail_s) == (None, None)
