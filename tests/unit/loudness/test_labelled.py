"""Loudness under labels, of a programme whose every second is known."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost.layouts import layout_named
from audiopost.loudness.labelled import by_label
from audiopost.loudness.meter import LoudnessMeter
from tests.signals import tones

RATE_HZ = 48_000
STEPS = ((-20.0, 8.0), (-30.0, 10.0), (-20.0, 8.0), (-40.0, 0.3))


def heard() -> LoudnessMeter:
    meter = LoudnessMeter(RATE_HZ, layout_named("stereo"))
    meter.process(tones(*STEPS))
    return meter


def test_each_label_has_the_loudness_of_its_own_stretches() -> None:
    meter = heard()
    duration_s = meter.frames / RATE_HZ
    fight, menu, end = by_label(
        meter.history(), [(0.0, "fight"), (8.0, "menu"), (18.0, "fight"), (26.0, "end")], duration_s
    )
    assert (fight.label, fight.times, fight.duration_s) == ("fight", 2, 16.0)
    # A tone of 1 kHz in two channels: its loudness is its peak level, by the definition of BS.1770.
    assert fight.integrated_lufs == pytest.approx(-20.0, abs=0.05)
    assert menu.integrated_lufs == pytest.approx(-30.0, abs=0.05)
    assert menu.short_term_max_lufs == pytest.approx(-30.0, abs=0.05)
    assert menu.true_peak_dbtp == pytest.approx(-30.0, abs=0.1), "nothing of the fight around it"
    assert fight.loudness_range_lu == pytest.approx(0.0, abs=0.05)
    assert (end.label, end.integrated_lufs, end.momentary_max_lufs) == ("end", None, None), "no window fits"


def test_one_label_for_all_is_the_whole() -> None:
    meter = heard()
    (whole,) = by_label(meter.history(), [(0.0, "all")], meter.frames / RATE_HZ)
    programme = meter.programme().loudness
    assert whole.integrated_lufs == pytest.approx(programme.integrated_lufs, abs=1e-4)
    assert whole.loudness_range_lu == pytest.approx(programme.loudness_range_lu, abs=0.2), (
        "without what ends a programme"
    )
    assert whole.momentary_max_lufs == pytest.approx(programme.momentary_max_lufs, abs=1e-4)


def test_a_label_that_nothing_is_heard_under_is_left_out() -> None:
    meter = heard()
    found = by_label(meter.history(), [(5.0, "a"), (5.0, "b")], meter.frames / RATE_HZ)
    assert [each.label for each in found] == ["b"]
    assert not np.isnan(found[0].integrated_lufs)
