"""Waveforms and curves, from the sound and the effects themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audiopost.errors import FileError
from audiopost.graph.spec import NodeSpec
from audiopost.ui.curves import DYNAMICS, FILTERS, curve_of
from audiopost.ui.waveform import Waveform
from tests.programmes import write_sound
from tests.running import sine


def test_a_waveform_shows_the_extremes_of_each_column(tmp_path: Path) -> None:
    block = np.zeros((2, 96_000), np.float32)
    block[0, 48_000:] = 0.5
    block[1, 24_000] = -1.0
    wave = Waveform(write_sound(tmp_path / "steps.wav", block))
    assert wave.duration_s == 2.0
    shown = wave.columns(0.0, 2.0, 4)
    assert shown["high"] == [0, 0, 64, 64]
    assert shown["low"] == [0, -127, 0, 0]


def test_a_part_is_finer_and_never_beyond_the_file(tmp_path: Path) -> None:
    wave = Waveform(write_sound(tmp_path / "tone.wav", sine(100.0, 1.0)))
    part = wave.columns(0.5, 0.6, 1000)
    assert 18 <= len(part["low"]) <= 20
    assert max(part["high"]) == 64
    assert wave.columns(5.0, 9.0, 100)["low"] == []


def test_a_file_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        Waveform(tmp_path / "missing.wav")


@pytest.mark.parametrize("effect", sorted(FILTERS | DYNAMICS))
def test_every_filter_and_dynamics_effect_has_its_curve(effect: str) -> None:
    curve = curve_of(NodeSpec(effect))
    assert curve is not None
    assert all(0.0 <= x <= 1.0 and 0.0 <= y <= 1.0 for x, y in curve.points)


def test_a_curve_says_what_the_effect_does() -> None:
    bell = curve_of(NodeSpec.of("peak", {"frequency_hz": 1000.0, "gain_db": 12.0, "q": 1.0}))
    assert bell is not None
    across, height = max(bell.points, key=lambda point: point[1])
    assert across == pytest.approx(np.log(1000 / 20) / np.log(1000), abs=0.02)
    assert height == pytest.approx(0.75, abs=0.01)
    squeezed = curve_of(NodeSpec.of("compressor", {"threshold_db": -30.0, "ratio": 3.0, "knee_db": 0.0}))
    assert squeezed is not None
    assert squeezed.points[-1][1] == pytest.approx((60.0 - 20.0) / 60.0, abs=0.01)


def test_an_effect_without_a_curve_and_one_that_is_bypassed_have_none() -> None:
    assert curve_of(NodeSpec("reverb")) is None
    assert curve_of(NodeSpec("peak", bypass=True)) is None
    assert curve_of(NodeSpec.of("limiter", {"ceiling_dbtp": 99.0})) is None
