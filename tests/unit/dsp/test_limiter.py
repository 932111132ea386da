"""The limiter's curve: true peaks by the house's meter and by a longer, foreign interpolator."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import resample_poly

from audiopost.blocks import AudioBlock
from audiopost.dsp.limiter import LimiterGain
from audiopost.loudness.meter import LoudnessMeter
from audiopost.media.audio_file import read_audio
from tests.recordings import recording
from tests.signals import true_peak_burst, true_peak_tone, white_noise
from tests.tolerances import BALLISTICS, LIMITER_OVER_DB, UNDER_CEILING_DB

RATE = 48_000


def limited(key: AudioBlock, **options: float) -> tuple[AudioBlock, np.ndarray]:
    """The key times its own curve, latency cut off, and the curve."""
    curve = LimiterGain(key.shape[0], RATE, key.shape[1] + 2000, **options)
    late = curve.latency_frames
    padded = np.concatenate([key, np.zeros((key.shape[0], late), dtype=np.float32)], axis=1)
    gain = np.empty(padded.shape[1])
    curve.process(padded, gain)
    return (key * gain[late:]).astype(np.float32), gain[late:]


def own_true_peak_dbtp(samples: AudioBlock) -> float:
    meter = LoudnessMeter(RATE, "stereo")
    meter.process(samples)
    return meter.result().true_peak_dbtp


def foreign_true_peak_dbtp(samples: AudioBlock) -> float:
    peaks = [
        np.abs(resample_poly(channel.astype(np.float64), 16, 1, window=("kaiser", 9.0))).max() for channel in samples
    ]
    return float(20.0 * np.log10(max(peaks)))


def brick_walled_noise(highest_hz: float, frames: int = RATE) -> AudioBlock:
    spectrum = np.fft.rfft(white_noise(2, frames, seed=4))
    spectrum[:, np.fft.rfftfreq(frames, 1.0 / RATE) > highest_hz] = 0.0
    return np.fft.irfft(spectrum, frames).astype(np.float32)


def loud(name: str) -> AudioBlock:
    if name == "speech":
        return np.repeat(read_audio(recording("Front_Center"))[0], 2, axis=0) * 10.0
    if name.startswith("noise"):
        noise = brick_walled_noise(float(name.rpartition(" ")[2]))
        return noise * (4.0 / np.abs(noise).max())
    if name == "burst between samples":
        return true_peak_burst(2) * 4.0
    divisor, _, phase = name.partition(" at ")
    return true_peak_tone(int(divisor.removeprefix("tone 1/")), 2.0, float(phase))


LOUD = (
    "speech", "noise to 20000", "noise to 15000", "noise to 4000", "burst between samples",
    "tone 1/4 at 45", "tone 1/4 at 0", "tone 1/6 at 60", "tone 1/8 at 67.5", "tone 1/3 at 30",
)  # fmt: skip


@pytest.mark.parametrize("lookahead_ms", [0.5, 2.0])
@pytest.mark.parametrize("name", LOUD)
def test_the_true_peak_stays_under_the_ceiling_and_near_it(name: str, lookahead_ms: float) -> None:
    out, _ = limited(loud(name), ceiling_dbtp=-1.0, lookahead_ms=lookahead_ms, release_ms=50.0)
    for meter in (own_true_peak_dbtp, foreign_true_peak_dbtp):
        assert -1.0 - UNDER_CEILING_DB < meter(out) <= -1.0 + LIMITER_OVER_DB


@pytest.mark.parametrize("release_ms", [1.0, 1000.0])
def test_it_does_so_at_the_ends_of_the_release(release_ms: float) -> None:
    out, _ = limited(loud("noise to 20000"), ceiling_dbtp=-3.0, release_ms=release_ms)
    assert foreign_true_peak_dbtp(out) <= -3.0 + LIMITER_OVER_DB


def test_below_the_ceiling_the_gain_is_exactly_1() -> None:
    quiet = loud("noise to 20000") * 0.2
    _, gain = limited(quiet, ceiling_dbtp=-1.0)
    assert np.all(gain == 1.0)


def test_after_hours_of_limiting_the_gain_still_returns_to_exactly_1() -> None:
    curve = LimiterGain(1, RATE, 4096, release_ms=1.0)
    gain = np.empty(4096)
    for seed in range(50):
        curve.process(white_noise(1, 4096, peak_linear=3.0, seed=seed), gain)
    for _ in range(3):
        curve.process(np.zeros((1, 4096), dtype=np.float32), gain)
    assert np.all(gain == 1.0)


def test_a_single_peak_is_met_by_exactly_the_reduction_that_it_needs() -> None:
    key = np.zeros((1, 20_000), dtype=np.float32)
    key[0, 9000] = 4.0
    out, gain = limited(key, ceiling_dbtp=0.0, lookahead_ms=2.0)
    assert 20.0 * np.log10(out[0, 9000]) == pytest.approx(-0.02, abs=1e-3)
    assert gain[9000 - 98] == 1.0
    assert gain[9000 - 94] < 1.0


def test_the_reduction_in_db_falls_to_37_percent_in_the_release_time() -> None:
    key = np.zeros((1, 60_000), dtype=np.float32)
    key[0, 9000] = 4.0
    _, gain = limited(key, ceiling_dbtp=0.0, lookahead_ms=1.0, release_ms=200.0)
    reduction_db = -20.0 * np.log10(gain)
    start = 9000 + 200
    frames = np.argmax(reduction_db[start:] <= reduction_db[start] / np.e)
    assert frames == pytest.approx(0.2 * RATE, rel=BALLISTICS)


def test_the_gain_moves_gently_within_the_lookahead() -> None:
    key = np.zeros((1, 20_000), dtype=np.float32)
    key[0, 9000] = 4.0
    _, gain = limited(key, ceiling_dbtp=0.0, lookahead_ms=2.0)
    fall = 1.0 - gain.min()
    assert np.abs(np.diff(gain)).max() < 2.5 * fall / 96.0


def test_channels_move_together() -> None:
    key = np.zeros((2, 6000), dtype=np.float32)
    key[1, 3000] = 4.0
    key[0] = 0.25
    out, gain = limited(key, ceiling_dbtp=0.0)
    assert gain[3000] < 0.26
    assert out[0, 3000] == np.float32(0.25 * gain[3000])


def test_stems_limited_by_the_curve_of_their_sum_still_sum_to_the_limited_mix() -> None:
    stems = [white_noise(2, 20_000, peak_linear=0.9, seed=seed) for seed in (1, 2, 3)]
    mix = (stems[0] + stems[1] + stems[2]).astype(np.float32)
    out, gain = limited(mix, ceiling_dbtp=-2.0)
    null = sum(stem * gain for stem in stems) - out
    assert 20.0 * np.log10(np.abs(null).max()) < -130.0


def test_skipping_the_interpolation_of_quiet_blocks_changes_nothing() -> None:
    key = white_noise(1, 8000, peak_linear=0.05)
    key[0, 4000:4300] *= 40.0
    gains = []
    for block in (8000, 50):
        curve = LimiterGain(1, RATE, 8000, ceiling_dbtp=-1.0)
        gain = np.empty(8000)
        for start in range(0, 8000, block):
            curve.process(np.ascontiguousarray(key[:, start : start + block]), gain[start : start + block])
        gains.append(gain)
    np.testing.assert_array_equal(gains[0], gains[1])
