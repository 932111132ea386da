"""The roads of the meter: numpy, compiled lanes, and segments of a stored file. All must tell the same."""

from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audiopost.blocks import AudioBlock
from audiopost.jobs import measure as measuring
from audiopost.jobs.extent import Extent
from audiopost.jobs.measure import measure
from audiopost.layouts import layout_named
from audiopost.loudness import Loudness, LoudnessMeter, Programme, meter, segments
from audiopost.loudness.segments import SEGMENT_S, measure_segments
from audiopost.media.audio_file import open_audio
from tests.signals import white_noise
from tests.tolerances import SAME_ROAD_LU, SAME_ROAD_POWER, TRUE_PEAK_FLOAT32_DB


def programme_of(block: AudioBlock, rate: int, layout: str) -> Programme:
    made = LoudnessMeter(rate, layout)
    for begin in range(0, block.shape[1], 7_777):
        made.process(block[:, begin : begin + 7_777])
    return made.programme()


def scene(channels: int, frames: int, rate: int, seed: int = 1) -> AudioBlock:
    """Noise, tones and clicks whose levels jump: work for gates, windows and the skipping of interpolation."""
    source = np.random.default_rng(seed)
    time_s = np.arange(frames) / rate
    block = 0.3 * white_noise(channels, frames, seed=seed)
    block += np.float32(0.2) * np.sin(2 * np.pi * source.uniform(60, 6_000, (channels, 1)) * time_s).astype(np.float32)
    levels = np.repeat(source.uniform(0.0, 1.0, -(-frames * 2 // rate)) ** 3, -(-rate // 2))[:frames]
    block *= levels.astype(np.float32)
    block[source.integers(0, channels, 9), source.integers(0, frames, 9)] = 0.9
    return block


def assert_close(one: Loudness, other: Loudness) -> None:
    for field in fields(Loudness):
        first, second = getattr(one, field.name), getattr(other, field.name)
        if isinstance(first, int) or first is None:
            assert first == second, field.name
        else:
            tolerance = (
                TRUE_PEAK_FLOAT32_DB if "peak" in field.name or field.name[:3] in ("plr", "psr") else SAME_ROAD_LU
            )
            assert first == pytest.approx(second, abs=tolerance), field.name


def assert_close_powers(one: Programme, other: Programme) -> None:
    for first, second in ((one.gating_powers, other.gating_powers), (one.range_powers, other.range_powers)):
        assert first.shape == second.shape
        assert np.abs(first - second).max() <= SAME_ROAD_POWER * second.max()


@pytest.mark.parametrize(
    ("layout", "rate"),
    [
        ("mono", 48_000), ("stereo", 48_000), ("5.1", 48_000), ("7.1.4", 48_000), ("22.2", 48_000), ("stereo", 44_100),
        ("stereo", 8_000), ("stereo", 22_050), ("stereo", 96_000), ("stereo", 192_000), ("stereo", 384_000),
        ("dual-mono", 47_951),
    ],
)  # fmt: skip
def test_numpy_and_lanes_read_the_same(monkeypatch: pytest.MonkeyPatch, layout: str, rate: int) -> None:
    block = scene(layout_named(layout).channels, 5 * rate + 1_234, rate)
    block[0, rate] = np.nan
    compiled = programme_of(block, rate, layout)
    monkeypatch.setattr(meter, "programs", lambda: None)
    in_numpy = programme_of(block, rate, layout)
    assert_close_powers(compiled, in_numpy)
    # Peaks are booked a tile apart where 100 ms are no whole tile, so the smallest ratio may be another window's.
    compiled_psr, numpy_psr = compiled.loudness.psr_min_lu, in_numpy.loudness.psr_min_lu
    assert_close(
        compiled.loudness,
        in_numpy.loudness if rate == 48_000 else _with_ratio(in_numpy.loudness, compiled_psr),
    )
    assert compiled_psr is not None
    assert numpy_psr is not None


def _with_ratio(loudness: Loudness, ratio_lu: float | None) -> Loudness:
    values = {field.name: getattr(loudness, field.name) for field in fields(Loudness)}
    return Loudness(**values | {"psr_min_lu": ratio_lu})


def test_a_copy_of_the_stream_ends_without_ending_the_stream() -> None:
    block = scene(2, 300_000, 48_000)
    stopped, straight = LoudnessMeter(48_000, "stereo"), LoudnessMeter(48_000, "stereo")
    for begin in range(0, 300_000, 10_007):
        stopped.process(block[:, begin : begin + 10_007])
        stopped.result()
    straight.process(block)
    assert stopped.result() == straight.result()


@pytest.fixture(scope="module")
def long_scene() -> AudioBlock:
    """A little over five segments: a batch of four in stereo, a second one that is not full."""
    return scene(2, int(5.13 * SEGMENT_S * 16_000) + 17, 16_000)


def stored(folder: Path, block: AudioBlock, rate: int, subtype: str) -> Path:
    path = folder / f"{subtype}.wav"
    soundfile.write(path, block.T, rate, subtype)
    return path


def in_segments(path: Path, threads: int = 2) -> Programme:
    with open_audio(path) as reader:
        words = reader.words()
        assert words is not None
        found = measure_segments(words, reader.sample_rate, reader.layout, threads=threads)
    assert found is not None
    return found


def in_stream(path: Path) -> Programme:
    with open_audio(path) as reader:
        made = LoudnessMeter(reader.sample_rate, reader.layout)
        for block in reader.blocks(9_999):
            made.process(block)
    return made.programme()


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_segments_read_what_the_stream_reads(tmp_path: Path, long_scene: AudioBlock, subtype: str) -> None:
    path = stored(tmp_path, long_scene, 16_000, subtype)
    found, expected = in_segments(path), in_stream(path)
    assert_close_powers(found, expected)
    assert_close(found.loudness, expected.loudness)
    for peak in ("true_peak_per_channel_dbtp", "sample_peak_per_channel_dbfs"):
        assert getattr(found.loudness, peak) == getattr(expected.loudness, peak)


def test_the_number_of_threads_changes_no_bit(tmp_path: Path, long_scene: AudioBlock) -> None:
    path = stored(tmp_path, long_scene, 16_000, "PCM_24")
    alone, together = in_segments(path, 1), in_segments(path, 3)
    assert alone.loudness == together.loudness
    assert np.array_equal(alone.gating_powers, together.gating_powers)


@pytest.mark.parametrize("threads", [1, 3])
def test_flac_is_decoded_side_by_side_to_the_same_as_wave(tmp_path: Path, long_scene: AudioBlock, threads: int) -> None:
    wave = stored(tmp_path, long_scene, 16_000, "PCM_24")
    flac = tmp_path / "scene.flac"
    soundfile.write(flac, soundfile.read(wave)[0], 16_000, "PCM_24")
    found, expected = in_segments(flac, threads), in_segments(wave)
    assert found.loudness == expected.loudness
    assert np.array_equal(found.gating_powers, expected.gating_powers)
    assert np.array_equal(found.range_powers, expected.range_powers)
    part = Extent(Fraction(31), Fraction(77))
    assert measure(flac, extent=part).loudness == measure(wave, extent=part).loudness


def test_a_broken_flac_is_measured_to_its_break(tmp_path: Path, long_scene: AudioBlock) -> None:
    path = tmp_path / "broken.flac"
    soundfile.write(path, long_scene.T, 16_000, "PCM_24")
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.truncate()
    with open_audio(path) as reader:
        words = reader.words()
        assert words is not None
        assert measure_segments(words, reader.sample_rate, reader.layout) is None
    found = measure(path)
    assert "breaks off" in found.notes[0]
    assert 0.4 < found.loudness.frames / long_scene.shape[1] < 0.6
    assert found.loudness == in_stream(path).loudness


@pytest.mark.parametrize("layout", ["mono", "3.0", "5.1", "7.1.4"])
@pytest.mark.parametrize("seconds", [0.0001, 0.3, 29.95, 30.0, 61.0])
def test_segments_of_any_layout_and_length(tmp_path: Path, layout: str, seconds: float) -> None:
    block = scene(layout_named(layout).channels, max(1, int(seconds * 8_000)), 8_000)
    path = stored(tmp_path, block, 8_000, "PCM_24")
    assert_close(in_segments(path).loudness, in_stream(path).loudness)


def test_the_end_of_a_loud_low_rumble_at_a_border_is_the_worst_for_a_warm_up(tmp_path: Path) -> None:
    rate = 48_000
    time_s = np.arange(62 * rate) / rate
    rumble = (0.99 * np.sign(np.sin(2 * np.pi * 2.0 * time_s)) * (time_s % 30 < 29.79)).astype(np.float32)
    path = stored(tmp_path, rumble[np.newaxis] + 1e-4 * white_noise(1, len(time_s)), rate, "FLOAT")
    found, expected = in_segments(path), in_stream(path)
    assert_close_powers(found, expected)


def test_non_finite_samples_are_counted_once_across_borders(tmp_path: Path) -> None:
    block = scene(2, 70 * 8_000, 8_000)
    broken = [30 * 8_000 - 5, 30 * 8_000, 60 * 8_000 - 1_000, 69 * 8_000]
    block[1, broken] = np.nan
    found = in_segments(stored(tmp_path, block, 8_000, "FLOAT")).loudness
    assert (found.non_finite_samples, found.non_finite_first_frame) == (4, broken[0])


def test_a_file_that_became_shorter_is_not_measured_in_segments(tmp_path: Path, long_scene: AudioBlock) -> None:
    path = stored(tmp_path, long_scene, 16_000, "PCM_16")
    with open_audio(path) as reader:
        words = reader.words()
        assert words is not None
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)
        assert measure_segments(words, reader.sample_rate, reader.layout) is None


def test_what_a_report_raises_ends_the_work(tmp_path: Path, long_scene: AudioBlock) -> None:
    path = stored(tmp_path, long_scene, 16_000, "PCM_16")

    def give_up(_frames: int) -> None:
        raise KeyboardInterrupt

    with open_audio(path) as reader:
        words = reader.words()
        assert words is not None
        with pytest.raises(KeyboardInterrupt):
            measure_segments(words, reader.sample_rate, reader.layout, threads=2, report=give_up)


def test_the_job_takes_either_road_and_says_the_same(
    tmp_path: Path, long_scene: AudioBlock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored(tmp_path, long_scene, 16_000, "PCM_24")
    fractions: list[float] = []
    fast = measure(path, progress=lambda fraction, _words: fractions.append(fraction))
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    monkeypatch.setattr(segments, "programs", lambda: None)
    monkeypatch.setattr(measuring, "measure_segments", lambda *_, **__: pytest.fail("in segments"))
    assert_close(fast.loudness, measure(path).loudness)
