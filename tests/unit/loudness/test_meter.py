import math

import numpy as np
import pytest

from audiopost.errors import UnknownNameError, UsageError
from audiopost.layouts import layout_named
from audiopost.loudness import Loudness, LoudnessMeter
from tests.signals import SILENCE_DBFS, tones, white_noise
from tests.tolerances import FLOAT32_SUM, OWN_LOUDNESS_LU


def measured(block: np.ndarray, rate: int = 48_000, layout: str = "stereo") -> Loudness:
    meter = LoudnessMeter(rate, layout)
    meter.process(block)
    return meter.result()


def test_a_meter_that_heard_nothing_knows_nothing() -> None:
    loudness = LoudnessMeter(48_000, "stereo").result()
    assert loudness == Loudness(
        integrated_lufs=None,
        loudness_range_lu=None,
        momentary_max_lufs=None,
        short_term_max_lufs=None,
        true_peak_dbtp=-math.inf,
        true_peak_per_channel_dbtp=(-math.inf, -math.inf),
        sample_peak_dbfs=-math.inf,
        sample_peak_per_channel_dbfs=(-math.inf, -math.inf),
        relative_threshold_lufs=None,
        plr_lu=None,
        psr_min_lu=None,
        frames=0,
        non_finite_samples=0,
        non_finite_first_frame=None,
    )


def test_silence_has_no_integrated_loudness_and_no_range() -> None:
    loudness = measured(np.zeros((2, 5 * 48_000), dtype=np.float32))
    assert loudness.integrated_lufs is None
    assert loudness.loudness_range_lu is None
    assert loudness.relative_threshold_lufs is None
    assert loudness.plr_lu is None
    assert loudness.psr_min_lu is None
    assert loudness.momentary_max_lufs == -math.inf
    assert loudness.true_peak_dbtp == -math.inf


@pytest.mark.parametrize(
    ("seconds", "integrated", "short_term"),
    [(0.1, False, False), (0.3999, False, False), (0.4, True, False), (2.9999, True, False), (3.0, True, True)],
)
def test_a_measure_is_defined_from_its_first_whole_window_on(
    seconds: float, integrated: bool, short_term: bool
) -> None:
    loudness = measured(tones((-20, seconds)))
    assert (loudness.integrated_lufs is not None) is integrated
    assert (loudness.momentary_max_lufs is not None) is integrated
    assert (loudness.plr_lu is not None) is integrated
    assert (loudness.short_term_max_lufs is not None) is short_term
    assert (loudness.loudness_range_lu is not None) is short_term
    assert (loudness.psr_min_lu is not None) is short_term
    assert math.isfinite(loudness.true_peak_dbtp)


def test_an_unfinished_gating_block_does_not_count() -> None:
    # The last 90 ms complete no step of 100 ms, however loud they are.
    block = tones((-30, 1.0), (0, 0.09))
    assert measured(block).integrated_lufs == measured(block[:, :48_000]).integrated_lufs


def test_one_frame_has_a_peak() -> None:
    assert measured(np.array([[0.5], [-0.25]], dtype=np.float32)).sample_peak_per_channel_dbfs == (
        20.0 * math.log10(0.5),
        20.0 * math.log10(0.25),
    )


def test_mono_reads_3_lu_below_the_same_on_two_channels_and_dual_mono_the_same() -> None:
    tone = tones((-20, 2), channels=1)
    stereo = measured(np.tile(tone, (2, 1))).integrated_lufs
    assert stereo is not None
    assert measured(tone, layout="mono").integrated_lufs == pytest.approx(stereo - 10.0 * math.log10(2.0))
    assert measured(tone, layout="dual-mono").integrated_lufs == pytest.approx(stereo)


def test_the_lfe_counts_for_peaks_only() -> None:
    block = np.zeros((6, 48_000), dtype=np.float32)
    block[3] = 0.5 * white_noise(1, 48_000)[0]
    loudness = measured(block, layout="5.1")
    assert loudness.integrated_lufs is None
    assert loudness.true_peak_per_channel_dbtp[3] == loudness.true_peak_dbtp > -20.0


@pytest.mark.parametrize("layout", [*(f"ambisonics-{order}" for order in range(1, 6)), "quad", "22.2"])
def test_every_channel_without_weight_is_left_out(layout: str) -> None:
    weights = layout_named(layout).loudness_weights
    noise = white_noise(len(weights), 48_000)
    only_counted = noise * (np.array(weights, dtype=np.float32) > 0.0)[:, np.newaxis]
    assert measured(noise, layout=layout).integrated_lufs == measured(only_counted, layout=layout).integrated_lufs


def test_peak_to_loudness_and_peak_to_short_term() -> None:
    loudness = measured(tones((-20, 6)))
    assert loudness.plr_lu == pytest.approx(0.0, abs=OWN_LOUDNESS_LU)
    assert loudness.psr_min_lu == pytest.approx(0.0, abs=OWN_LOUDNESS_LU)


def test_the_smallest_ratio_is_that_of_the_densest_3_seconds() -> None:
    sparse = tones((-20, 4))
    sparse[:, 1000::24_000] = 0.8
    loudness = measured(np.concatenate((sparse, tones((-26, 4)), sparse), axis=1))
    assert loudness.psr_min_lu == pytest.approx(0.0, abs=OWN_LOUDNESS_LU)
    assert loudness.plr_lu is not None
    assert loudness.plr_lu > 15.0


def test_non_finite_samples_are_counted_and_heard_as_silence() -> None:
    clean = tones((-20, 2))
    clean[0, 30_000] = clean[1, 30_001] = clean[1, 90_000] = 0.0
    broken = clean.copy()
    broken[0, 30_000], broken[1, 30_001], broken[1, 90_000] = math.nan, math.inf, -math.inf
    untouched = broken.copy()
    loudness = measured(broken)
    assert loudness.non_finite_samples == 3
    assert loudness.non_finite_first_frame == 30_000
    assert loudness.integrated_lufs == measured(clean).integrated_lufs
    assert loudness.true_peak_dbtp == measured(clean).true_peak_dbtp
    assert np.array_equal(broken, untouched, equal_nan=True)


def test_a_non_finite_sample_among_the_pending_frames_is_counted_too() -> None:
    loudness = measured(np.array([[0.0, math.nan], [0.0, 0.0]], dtype=np.float32))
    assert (loudness.non_finite_samples, loudness.non_finite_first_frame, loudness.frames) == (1, 1, 2)


def test_an_absurdly_loud_sample_does_not_spoil_what_follows() -> None:
    meter = LoudnessMeter(48_000, "mono")
    spike = np.zeros((1, 4_800), dtype=np.float32)
    spike[0, 100] = 1e30
    meter.process(spike)
    meter.process(tones((-20, 5), channels=1))
    assert meter.short_term_lufs == pytest.approx(-23.01, abs=OWN_LOUDNESS_LU)


def test_denormal_samples_count_as_silence() -> None:
    loudness = measured(np.full((2, 48_000), 1e-40, dtype=np.float32))
    assert loudness.momentary_max_lufs == -math.inf
    assert loudness.sample_peak_dbfs == -math.inf


def test_asking_changes_nothing() -> None:
    noise = white_noise(2, 100_000)
    asked, silent = LoudnessMeter(48_000, "stereo"), LoudnessMeter(48_000, "stereo")
    for start in range(0, 100_000, 7_001):
        asked.process(noise[:, start : start + 7_001])
        silent.process(noise[:, start : start + 7_001])
        asked.result()
        asked.history()
    assert asked.result() == silent.result()


def test_reset_makes_it_as_new() -> None:
    used, new = LoudnessMeter(44_100, "stereo"), LoudnessMeter(44_100, "stereo")
    used.process(white_noise(2, 50_000, seed=3))
    used.reset()
    used.process(white_noise(2, 150_000))
    new.process(white_noise(2, 150_000))
    assert used.result() == new.result()


def test_live_values_follow_within_100_ms() -> None:
    meter = LoudnessMeter(48_000, "stereo")
    assert meter.momentary_lufs is None
    meter.process(tones((-20, 3)))
    assert meter.momentary_lufs == pytest.approx(-20.0, abs=OWN_LOUDNESS_LU)
    assert meter.short_term_lufs == pytest.approx(-20.0, abs=OWN_LOUDNESS_LU)
    assert meter.integrated_lufs == pytest.approx(-20.0, abs=OWN_LOUDNESS_LU)
    assert meter.loudness_range_lu == 0.0
    assert meter.true_peak_dbtp == pytest.approx(-20.0, abs=OWN_LOUDNESS_LU)
    meter.process(tones((SILENCE_DBFS, 0.6)))
    assert meter.momentary_lufs is not None
    assert meter.momentary_lufs < -200.0
    assert meter.frames == 172_800


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000])
def test_history_has_ten_readings_a_second(rate: int) -> None:
    meter = LoudnessMeter(rate, "stereo")
    meter.process(tones((-20, 4.1), frequency_hz=400, sample_rate=rate))
    history = meter.history()
    assert history.time_s[:40].tolist() == [(mark + 1) / 10 for mark in range(40)]
    assert np.isnan(history.momentary_lufs[:3]).all()
    assert not np.isnan(history.momentary_lufs[3:]).any()
    assert np.isnan(history.short_term_lufs[:29]).all()
    assert not np.isnan(history.short_term_lufs[29:]).any()
    assert history.true_peak_dbtp == pytest.approx(np.full(len(history.time_s), -20.0), abs=0.2)


def test_history_books_a_peak_near_its_time() -> None:
    meter = LoudnessMeter(44_100, "mono")
    click = np.zeros((1, 3 * 44_100), dtype=np.float32)
    click[0, 44_100 + 2_000] = 0.5
    meter.process(click)
    history = meter.history()
    assert history.time_s[history.true_peak_dbtp.argmax()] == pytest.approx(1.05, abs=0.1)
    assert np.count_nonzero(np.isfinite(history.true_peak_dbtp)) <= 2


def test_a_full_scale_constant_has_no_overshoot_before_it_ends() -> None:
    meter = LoudnessMeter(48_000, "mono")
    rise = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, 4_800))
    meter.process(np.concatenate((rise, np.ones(43_200))).astype(np.float32)[np.newaxis])
    assert meter.true_peak_dbtp == pytest.approx(0.0, abs=10 * FLOAT32_SUM)


def test_integrated_loudness_is_that_of_the_gating_powers() -> None:
    meter = LoudnessMeter(48_000, "stereo")
    meter.process(tones((-20, 1)))
    assert len(meter.gating_powers) == 7
    assert len(meter.programme().gating_powers) == 7


def test_bad_use_is_refused() -> None:
    with pytest.raises(UsageError, match="7999 Hz is too low"):
        LoudnessMeter(7_999, "stereo")
    with pytest.raises(UnknownNameError, match="did you mean stereo"):
        LoudnessMeter(48_000, "sterio")
    meter = LoudnessMeter(48_000, "stereo")
    with pytest.raises(UsageError, match=r"\(1, 10\) does not fit stereo; give \(2, frames\)"):
        meter.process(np.zeros((1, 10), dtype=np.float32))
    with pytest.raises(UsageError, match="does not fit"):
        meter.process(np.zeros(10, dtype=np.float32))
