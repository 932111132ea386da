import numpy as np
import pytest

from audiopost.errors import UsageError
from audiopost.loudness import Loudness, LoudnessMeter, Programme, album_loudness
from tests.signals import tones, white_noise
from tests.tolerances import EBU_LOUDNESS_LU, FLOAT64_SUM, OWN_LOUDNESS_LU, OWN_RANGE_LU


def programme(block: np.ndarray, rate: int = 48_000) -> Programme:
    meter = LoudnessMeter(rate, "stereo" if len(block) == 2 else "mono")
    meter.process(block)
    return meter.programme()


def test_an_album_of_one_is_that_one() -> None:
    only = programme(white_noise(2, 200_000))
    assert album_loudness([only]) == only.loudness


def test_a_track_below_the_albums_gate_is_left_out() -> None:
    loud, quiet = programme(tones((-20, 20))), programme(tones((-40, 20)))
    assert album_loudness([loud, quiet]).integrated_lufs == pytest.approx(-20.0, abs=OWN_LOUDNESS_LU)


def test_an_album_reads_like_its_tracks_in_a_row() -> None:
    first, second = tones((-20, 30)), tones((-26, 60))
    album = album_loudness([programme(first), programme(second)])
    row = programme(np.concatenate((first, second), axis=1)).loudness
    # The row has three blocks more, across the seam.
    assert album.integrated_lufs == pytest.approx(row.integrated_lufs, abs=EBU_LOUDNESS_LU)
    assert album.loudness_range_lu == pytest.approx(row.loudness_range_lu, abs=OWN_RANGE_LU)
    assert album.momentary_max_lufs == row.momentary_max_lufs
    assert album.frames == row.frames


def test_peaks_are_the_largest_by_channel_also_of_different_layouts() -> None:
    stereo = white_noise(2, 48_000, peak_linear=0.25)
    stereo[1] *= 0.5
    mono = white_noise(1, 44_100, peak_linear=0.5)
    album = album_loudness([programme(stereo), programme(mono, 44_100)])
    assert album.true_peak_per_channel_dbtp == (
        programme(mono, 44_100).loudness.true_peak_dbtp,
        programme(stereo).loudness.true_peak_per_channel_dbtp[1],
    )


def test_broken_samples_are_counted_over_all() -> None:
    broken = np.zeros((2, 100), dtype=np.float32)
    broken[0, 7] = np.nan
    album = album_loudness([programme(tones((-20, 1))), programme(broken), programme(broken)])
    assert (album.non_finite_samples, album.non_finite_first_frame) == (2, 7)


def test_short_tracks_leave_the_range_undefined() -> None:
    album: Loudness = album_loudness([programme(tones((-20, 2))), programme(tones((-20, 2)))])
    assert album.loudness_range_lu is None
    assert album.short_term_max_lufs is None


def test_an_album_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="no programmes"):
        album_loudness([])


def test_a_paused_meter_reads_what_it_was_given_as_one_stream() -> None:
    first, second = white_noise(2, 70_001, seed=1), white_noise(2, 60_000, seed=2)
    meter = LoudnessMeter(48_000, "stereo")
    meter.process(first)
    paused = meter.result()
    assert meter.result() == paused  # however long the pause
    meter.process(second)
    assert meter.result() == programme(np.concatenate((first, second), axis=1)).loudness


def test_segments_have_no_block_across_their_seams() -> None:
    first, second = tones((-20, 2)), tones((-26, 2))
    meter = LoudnessMeter(48_000, "stereo")
    segments = []
    for block in (first, second):
        meter.process(block)
        segments.append(meter.programme())
        meter.reset()
    for segment, block in zip(segments, (first, second), strict=True):
        assert np.array_equal(segment.gating_powers, programme(block).gating_powers)
    row = programme(np.concatenate((first, second), axis=1))
    pooled_blocks = sum(len(segment.gating_powers) for segment in segments)
    assert (pooled_blocks, len(row.gating_powers)) == (34, 37)
    expected = np.concatenate([segment.gating_powers for segment in segments]).mean()
    assert album_loudness(segments).integrated_lufs == pytest.approx(-0.691 + 10 * np.log10(expected), rel=FLOAT64_SUM)


def test_the_order_of_segments_does_not_matter() -> None:
    segments = [programme(tones((level, 4))) for level in (-20, -23, -40)]
    there, back = album_loudness(segments), album_loudness(segments[::-1])
    assert there.integrated_lufs == pytest.approx(back.integrated_lufs, rel=FLOAT64_SUM)
    assert there.loudness_range_lu == back.loudness_range_lu
