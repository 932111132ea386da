"""The three programs against the plainest way to say the same, lane by lane."""

import numpy as np
import pytest

from audiopost.dsp.lane_programs import (
    BLOCK_FRAMES,
    DECODERS,
    FULL_SCALES,
    HISTORY_FRAMES,
    PEAK_ROWS,
    STATE_ROWS,
    filter_energies,
    find_peaks,
)  # fmt: skip
from audiopost.dsp.machine_code import emitted
from audiopost.dsp.oversampling import oversampling_filter
from audiopost.dsp.overshoot import bend_bounds
from audiopost.dsp.vector_code import LANES
from audiopost.media.sample_words import LEAD_BYTES, WORD_BYTES, decode
from tests.tolerances import FLOAT64_SUM, TRUE_PEAK_FLOAT32

SECTIONS = (1.5, -2.6, 1.2, -1.69, 0.73, 1.0, -2.0, 1.0, -1.99, 0.9901)


@pytest.fixture(scope="module")
def programs():
    return emitted(*DECODERS.values(), filter_energies, find_peaks)


@pytest.mark.parametrize("word", DECODERS)
def test_words_become_the_samples_that_media_reads(programs, word) -> None:
    source, frames = np.random.default_rng(1), 300
    if word in ("f32", "f64"):
        raw = source.uniform(-2.0, 2.0, frames * LANES).astype(f"<{word[0]}{WORD_BYTES[word]}").tobytes()
    else:
        raw = source.integers(0, 256, frames * LANES * WORD_BYTES[word], dtype=np.uint8).tobytes()
    expected = np.empty((LANES, frames), np.float32)
    decode(bytearray(LEAD_BYTES) + bytearray(raw), word, expected)
    words = np.frombuffer(raw + bytes(8), np.uint8)
    offsets = np.arange(LANES, dtype=np.int64) * WORD_BYTES[word]
    scales = np.full(LANES, 1.0 / FULL_SCALES[word], np.float32)
    samples, faults = np.zeros((frames, LANES), np.float32), np.zeros(16, np.int64)
    programs[f"decode_{word}"](
        words.ctypes.data, offsets.ctypes.data, LANES * WORD_BYTES[word], frames, scales.ctypes.data,
        samples.ctypes.data, faults.ctypes.data, 0,
    )  # fmt: skip
    assert np.array_equal(samples.T, expected)
    assert not faults.any()


def test_what_is_no_number_or_inaudible_becomes_0_and_the_former_is_counted(programs) -> None:
    words = np.ones((50, LANES), np.float32)
    words[7, 2] = words[9, 2] = np.nan
    words[8, 5] = -np.inf
    words[3, 0], words[4, 0] = 1e-40, 1e-14
    offsets, scales = np.arange(LANES, dtype=np.int64) * 4, np.ones(LANES, np.float32)
    scales[7] = 0.0  # a lane that is not in use
    samples, faults = np.empty_like(words), np.zeros((2, LANES), np.int64)
    faults[1] = 1_000_000
    programs["decode_f32"](
        words.ctypes.data, offsets.ctypes.data, 4 * LANES, 50, scales.ctypes.data, samples.ctypes.data,
        faults.ctypes.data, 500,
    )  # fmt: skip
    expected = np.ones((50, LANES), np.float32)
    expected[7, 2] = expected[9, 2] = expected[8, 5] = expected[3, 0] = 0.0
    expected[4, 0] = 1e-14
    expected[:, 7] = 0.0
    assert np.array_equal(samples, expected)
    assert faults[0].tolist() == [0, 0, 2, 0, 0, 1, 0, 0]
    assert faults[1, [2, 5]].tolist() == [507, 508]


def recursion(samples: np.ndarray) -> np.ndarray:
    b0, b1, b2, a1, a2, d0, d1, d2, e1, e2 = SECTIONS
    first = second = third = fourth = np.zeros(LANES)
    out = np.empty(samples.shape)
    for frame, sample in enumerate(samples.astype(np.float64)):
        shelved = b0 * sample + first
        first, second = second + b1 * sample - a1 * shelved, b2 * sample - a2 * shelved
        out[frame] = d0 * shelved + third
        third, fourth = fourth + d1 * shelved - e1 * out[frame], d2 * shelved - e2 * out[frame]
    return out


def test_energies_are_those_of_the_recursion_and_an_unfinished_hop_goes_on(programs) -> None:
    samples = np.random.default_rng(2).uniform(-1.0, 1.0, (1_000, LANES)).astype(np.float32)
    state, energies = np.zeros((STATE_ROWS, LANES)), np.zeros((3, LANES))
    coefficients = np.array(SECTIONS)
    for edges, first in (([0, 300, 450], 0), ([450, 600, 900, 1_000], 1)):
        places = np.array(edges, np.int64)
        programs["filter_energies"](
            samples.ctypes.data, places.ctypes.data, len(edges) - 2, coefficients.ctypes.data, state.ctypes.data,
            energies[first:].ctypes.data,
        )  # fmt: skip
    squares = recursion(samples) ** 2
    expected = [squares[:300].sum(axis=0), squares[300:600].sum(axis=0), squares[600:900].sum(axis=0)]
    assert np.allclose(energies, expected, rtol=FLOAT64_SUM, atol=0.0)
    assert np.allclose(state[4], squares[900:].sum(axis=0), rtol=FLOAT64_SUM, atol=0.0)


@pytest.mark.parametrize("factor", [1, 2, 4, 8, 32])
@pytest.mark.parametrize("frames", [1, 15, 16, 17, 500])
def test_peaks_are_those_of_the_whole_interpolation(programs, factor, frames) -> None:
    source = np.random.default_rng(frames)
    samples = source.uniform(-1.0, 1.0, (HISTORY_FRAMES + 600, LANES)).astype(np.float32)
    samples *= np.repeat(source.uniform(0.0, 1.0, (1 + len(samples) // 20, LANES)), 20, axis=0)[: len(samples)] ** 4
    coefficients = oversampling_filter(factor)
    groups = -(-factor // LANES)
    padded = np.zeros((groups * LANES, 48))
    padded[:factor] = coefficients
    taps = np.ascontiguousarray(padded.reshape(groups, LANES, 48).transpose(0, 2, 1), np.float32)
    bounds = np.array([*bend_bounds(coefficients, BLOCK_FRAMES), 1e-5], np.float32)
    peaks, seen = np.zeros((PEAK_ROWS, LANES), np.float32), np.zeros(1, np.int64)
    scratch = np.zeros((60, 2, LANES), np.float32)
    begin = HISTORY_FRAMES - 64
    programs["find_peaks"](
        samples.ctypes.data, begin, begin + frames, taps.ctypes.data, groups, bounds.ctypes.data, peaks.ctypes.data,
        scratch.ctypes.data, seen.ctypes.data,
    )  # fmt: skip
    places = range(begin, begin + frames)
    whole = np.array([np.abs(coefficients @ samples[at - 23 : at + 25]).max(axis=0) for at in places]).max(axis=0)
    own = np.abs(samples[begin : begin + frames]).max(axis=0)
    assert np.allclose(peaks[0], np.maximum(whole, own), rtol=TRUE_PEAK_FLOAT32, atol=0.0)
    assert np.array_equal(peaks[1], own)
    assert frames < 500 or 0 < seen[0] < frames * LANES or factor == 1  # something was left out
