import math

import numpy as np
import pytest

from audiopost.live.guard import FADE_IN_S, OutputGuard
from tests.signals import white_noise

RATE_HZ = 48_000
BLOCK = 128
FADE_BLOCKS = int(np.ceil(FADE_IN_S * RATE_HZ / BLOCK))


def open_guard(ceiling_linear: float = 1.0) -> OutputGuard:
    guard = OutputGuard(2, BLOCK, RATE_HZ, ceiling_linear)
    for _ in range(FADE_BLOCKS):
        guard.process(np.zeros((2, BLOCK), np.float32))
    return guard


def test_a_programme_that_keeps_the_rules_passes_bit_by_bit() -> None:
    guard = open_guard()
    block = white_noise(2, BLOCK, peak_linear=0.99)
    guarded = block.copy()
    guard.process(guarded)
    np.testing.assert_array_equal(guarded, block)


def test_the_first_moments_fade_in() -> None:
    guard = OutputGuard(1, BLOCK, RATE_HZ)
    heard = []
    for _ in range(FADE_BLOCKS + 1):
        block = np.ones((1, BLOCK), np.float32)
        guard.process(block)
        heard.append(block)
    curve = np.concatenate(heard, axis=1)[0]
    assert curve[0] < 0.01
    assert np.all(np.diff(curve) >= 0.0)
    assert np.all(curve[-BLOCK:] == 1.0)


def test_nothing_leaves_above_the_ceiling_and_the_gain_comes_back() -> None:
    guard = open_guard(0.5)
    for _ in range(20):
        block = white_noise(2, BLOCK, peak_linear=3.0)
        guard.process(block)
        assert np.max(np.abs(block)) <= 0.5
        assert guard.verdict.turned_down
    quiet = white_noise(2, BLOCK, peak_linear=0.1)
    for _ in range(2 * RATE_HZ // BLOCK):
        block = quiet.copy()
        guard.process(block)
    np.testing.assert_array_equal(block, quiet)


def test_a_block_with_nan_is_silent() -> None:
    guard = open_guard()
    block = np.ones((2, BLOCK), np.float32)
    block[1, 5] = np.nan
    guard.process(block)
    assert not block.any()
    assert guard.verdict.muted


def test_fading_out_ends_in_silence() -> None:
    guard = open_guard()
    guard.fade_out()
    for _ in range(FADE_BLOCKS + 1):
        block = np.ones((2, BLOCK), np.float32)
        guard.process(block)
    assert guard.silent
    assert not block.any()


def test_a_level_that_lasts_is_brought_down_to_the_cap_and_a_hit_passes() -> None:
    guard = OutputGuard(1, 128, 48_000, cap_linear=0.5)
    tone = np.sqrt(2) * np.sin(2 * np.pi * 1000 * np.arange(48_000 * 2) / 48_000).astype(np.float32)[np.newaxis] * 0.7
    heard = [np.array(tone[:, start : start + 128]) for start in range(0, tone.shape[1] - 128, 128)]
    for block in heard:
        guard.process(block)
    first, last = heard[10][0], np.concatenate(heard[-100:], axis=1)[0]
    assert np.max(np.abs(first)) > 0.9, "the first 27 ms are not touched but by the fade in"
    assert np.sqrt(np.mean(last.astype(np.float64) ** 2)) == pytest.approx(0.5, rel=0.01)
    assert guard.verdict.capped
    guard.set_cap(math.inf)
    for start in range(0, 48_000 * 4, 128):
        block = np.array(tone[:, start % 48_000 : start % 48_000 + 128])
        guard.process(block)
    assert not guard.verdict.capped
    assert np.max(np.abs(block)) > 0.98
