"""However a stream is cut into blocks, the meter reads the same bits."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiopost.blocks import AudioBlock
from audiopost.loudness import LoudnessMeter, Programme
from tests.recordings import recording
from tests.signals import white_noise

RATES = (8_000, 11_025, 22_050, 44_100, 47_951, 48_000, 96_000, 192_000)


def read(block: AudioBlock, rate: int, cuts: list[int]) -> tuple[Programme, np.ndarray]:
    meter = LoudnessMeter(rate, "stereo")
    for start, end in itertools.pairwise([0, *cuts, block.shape[1]]):
        meter.process(block[:, start:end])
    history = meter.history()
    return meter.programme(), np.stack((history.momentary_lufs, history.short_term_lufs, history.true_peak_dbtp))


def assert_same(block: AudioBlock, rate: int, cuts: list[int]) -> None:
    whole, whole_history = read(block, rate, [])
    cut, cut_history = read(block, rate, cuts)
    assert cut.loudness == whole.loudness
    assert np.array_equal(cut.gating_powers, whole.gating_powers)
    assert np.array_equal(cut.range_powers, whole.range_powers)
    assert np.array_equal(cut_history, whole_history, equal_nan=True)


def level_changes(frames: int, seed: int) -> AudioBlock:
    """Noise whose level jumps about every 0.1 s, with clicks: work for every gate, window and skip."""
    source = np.random.default_rng(seed)
    noise = white_noise(2, frames, seed=seed)
    levels = np.repeat(source.uniform(0.0, 1.0, -(-frames // 4_001)) ** 3, 4_001)[:frames]
    noise *= levels.astype(np.float32)
    noise[source.integers(0, 2, 20), source.integers(0, frames, 20)] = 0.9
    return noise


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(RATES), st.integers(1, 160_000), st.integers(0, 9), st.data())
def test_any_cut_reads_the_same_bits(rate: int, frames: int, seed: int, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, frames), max_size=12)))  # equal cuts make blocks of 0 frames
    assert_same(level_changes(frames, seed), rate, cuts)


@pytest.mark.parametrize("step", [1, 2])
def test_single_frames_read_the_same_bits(step: int) -> None:
    assert_same(level_changes(24_000, 1), 48_000, list(range(0, 24_000, step)))


@pytest.mark.parametrize("step", [64, 441, 480, 1024, 4_800, 48_000])
def test_usual_blocks_read_the_same_bits(step: int) -> None:
    assert_same(level_changes(400_000, 2), 48_000, list(range(0, 400_000, step)))


def test_speech_reads_the_same_bits() -> None:
    raw = np.fromfile(recording("Front_Center"), dtype="<i2", offset=44).astype(np.float32) / 32_768
    speech = np.tile(raw, (2, 4))
    assert_same(speech, 48_000, list(range(0, speech.shape[1], 128)))


def test_sliced_blocks_read_like_contiguous_ones() -> None:
    wide = level_changes(100_000, 3)
    meter, twin = LoudnessMeter(48_000, "stereo"), LoudnessMeter(48_000, "stereo")
    meter.process(wide[::-1, ::2])
    twin.process(np.ascontiguousarray(wide[::-1, ::2]))
    assert meter.result() == twin.result()
