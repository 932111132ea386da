"""De-esser, leveller and ducker on real speech."""

from __future__ import annotations

import numpy as np
import pytest

from audiopost.errors import UsageError
from audiopost.layouts import layout_named
from audiopost.loudness.meter import LoudnessMeter
from audiopost.media.audio_file import read_audio
from tests.recordings import SPEECH, recording
from tests.running import SAMPLE_RATE, magnitude_db, prepared, run
from tests.signals import white_noise
from tests.tolerances import DUCKED_LU, FLAT_SUM_DB


def speech(*names: str) -> np.ndarray:
    """Recordings one behind another, mono."""
    return np.concatenate([read_audio(recording(name))[0] for name in names], axis=1)


def loudness_lufs(samples: np.ndarray) -> float:
    meter = LoudnessMeter(SAMPLE_RATE, layout_named("mono" if samples.shape[0] == 1 else "stereo"))
    meter.process(np.ascontiguousarray(samples, dtype=np.float32))
    value = meter.integrated_lufs
    assert value is not None
    return float(value)


def band_powers(samples: np.ndarray, split_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Power below and above a frequency in every 10 ms."""
    frames = samples[0, : samples.shape[1] // 480 * 480].reshape(-1, 480).astype(np.float64)
    spectra = np.abs(np.fft.rfft(frames * np.hanning(480), axis=1)) ** 2
    border = int(split_hz * 480 / SAMPLE_RATE)
    return spectra[:, :border].sum(axis=1), spectra[:, border:].sum(axis=1)


def test_an_s_is_lowered_and_a_vowel_is_not() -> None:
    """Front_Center, Side_Left: three sibilants of a real voice."""
    samples = speech("Front_Center", "Side_Left")
    node = prepared("de_esser", "mono", parameters={"threshold_db": -9.0, "range_db": 10.0})
    out = run(node, samples)
    low, high = band_powers(samples, 6500.0)
    low_after, high_after = band_powers(out, 6500.0)
    loud = (low + high) > 1e-3 * (low + high).max()
    sibilant, vowel = loud & (high > 2.0 * low), loud & (high < 0.01 * low)
    assert sibilant.sum() > 5
    assert vowel.sum() > 30
    assert 10.0 * np.log10(high_after[sibilant].sum() / high[sibilant].sum()) < -5.0
    assert 10.0 * np.log10(low_after[vowel].sum() / low[vowel].sum()) == pytest.approx(0.0, abs=0.3)


def test_the_de_esser_treats_a_quiet_voice_like_a_loud_one() -> None:
    samples = speech("Front_Center")
    loud = run(prepared("de_esser", "mono"), samples)
    quiet = run(prepared("de_esser", "mono"), (0.1 * samples).astype(np.float32))
    late = slice(2000, None)
    active = np.abs(samples[0, late]) > 0.02
    np.testing.assert_allclose(10.0 * quiet[0, late][active], loud[0, late][active], rtol=0.05, atol=1e-3)


def test_a_plosive_is_lowered_and_the_voice_around_it_is_not() -> None:
    """A burst of breath, 40 Hz and falling within 60 ms, on a real voice; and the voice alone."""
    voice = speech("Front_Center", "Rear_Left")
    time_s = np.arange(4800) / SAMPLE_RATE
    burst = 0.8 * np.sin(2.0 * np.pi * 40.0 * time_s) * np.exp(-time_s / 0.03)
    popped = voice.copy()
    popped[0, 30_000:34_800] += burst.astype(np.float32)
    node = prepared("plosive_control", "mono")
    left = run(node, popped)[0] - run(prepared("plosive_control", "mono", parameters={"range_db": 0.0}), voice)[0]
    assert 10.0 * np.log10((left[30_000:36_000] ** 2).sum() / (burst**2).sum()) < -6.0
    low, high = band_powers(voice, 200.0)
    low_after, high_after = band_powers(run(prepared("plosive_control", "mono"), voice), 200.0)
    assert 10.0 * np.log10(high_after.sum() / high.sum()) == pytest.approx(0.0, abs=0.3)
    assert 10.0 * np.log10(low_after.sum() / low.sum()) > -1.5


def test_an_unneeded_de_esser_is_flat() -> None:
    node = prepared("de_esser", "mono", parameters={"range_db": 0.0})
    assert np.abs(magnitude_db(node, [50.0, 1000.0, 5500.0, 15_000.0])).max() < FLAT_SUM_DB


def test_the_leveller_brings_near_and_far_voices_together() -> None:
    near = speech(*SPEECH)
    uneven = np.concatenate([near, 0.2 * near, near], axis=1).astype(np.float32)
    node = prepared("dialogue_leveler", "mono", parameters={"target_lufs": -23.0, "range_db": 20.0, "response_s": 1.0})
    out = run(node, uneven)
    # What is said in the second half of each part, when the gain has found it.
    ends = [slice(part * near.shape[1] + near.shape[1] // 2, (part + 1) * near.shape[1]) for part in range(3)]
    before, after = ([loudness_lufs(each[:, end]) for end in ends] for each in (uneven, out))
    assert np.ptp(before) == pytest.approx(13.98, abs=0.1)
    assert np.ptp(after) < 2.0
    assert after == pytest.approx([-23.0] * 3, abs=2.0)


def test_the_leveller_waits_in_a_pause() -> None:
    noise = white_noise(1, 5 * SAMPLE_RATE, peak_linear=0.001)
    node = prepared("dialogue_leveler", "mono", parameters={"gate_lufs": -50.0, "range_db": 20.0, "response_s": 0.2})
    np.testing.assert_array_equal(run(node, noise), noise)


def test_the_ducker_keeps_the_distance_and_no_more() -> None:
    """Noise of steady loudness under speech of steady loudness: the law itself."""
    bed = white_noise(2, 6 * SAMPLE_RATE, peak_linear=0.2, seed=3)
    voice = white_noise(2, 6 * SAMPLE_RATE, peak_linear=0.2, seed=4)
    for offset_db, distance_lu, lowered_db in (
        (0.0, 10.0, 10.0),
        (-6.0, 10.0, 4.0),
        (-12.0, 10.0, 0.0),
        (0.0, 30.0, 18.0),
    ):
        node = prepared("ducker", parameters={"distance_lu": distance_lu}, settings={"lookahead_ms": 0.0})
        under = (bed * 10.0 ** (offset_db / 20.0)).astype(np.float32)
        out = run(node, under, side=[voice])
        late = slice(4 * SAMPLE_RATE, None)
        change = loudness_lufs(out[:, late]) - loudness_lufs(under[:, late])
        assert change == pytest.approx(-lowered_db, abs=DUCKED_LU)


def test_the_bed_is_down_before_the_first_word_and_up_again_after_the_last() -> None:
    bed = white_noise(1, 9 * SAMPLE_RATE, peak_linear=0.2)
    voice = np.zeros_like(bed)
    words = speech("Front_Center", "Front_Left")
    voice[:, 2 * SAMPLE_RATE : 2 * SAMPLE_RATE + words.shape[1]] = words
    onset = 2 * SAMPLE_RATE + int(np.argmax(np.abs(words[0]) > 0.05))
    node = prepared("ducker", "mono", parameters={"attack_ms": 50.0}, settings={"lookahead_ms": 300.0})
    out = run(node, bed, side=[voice])
    late = node.latency_frames
    assert late == 14_400
    gain = np.abs(out[0, late:]) / np.maximum(np.abs(bed[0, : bed.shape[1] - late]), 1e-4)
    loud = np.abs(bed[0, : gain.size]) > 0.05
    assert np.median(gain[SAMPLE_RATE : SAMPLE_RATE + 4800][loud[SAMPLE_RATE : SAMPLE_RATE + 4800]]) > 0.99
    assert np.median(gain[onset : onset + 2400][loud[onset : onset + 2400]]) < 0.5
    assert np.median(gain[-4800:][loud[-4800:]]) > 0.95


def test_a_look_ahead_out_of_range_is_refused() -> None:
    with pytest.raises(UsageError, match="lookahead_ms = 2000"):
        prepared("ducker", settings={"lookahead_ms": 2000.0})
