import os
import resource
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audiopost.errors import FileError, UnknownNameError, UsageError
from audiopost.layouts import LAYOUTS, discrete_layout, layout_named
from audiopost.media import wave_chunks
from audiopost.media.audio_file import open_audio, read_audio
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.containers import CONTAINERS
from tests.signals import white_noise

STEREO = layout_named("stereo")
WORDS = [(name, bits) for name, each in CONTAINERS.items() if not each.lossy for bits in each.word_lengths]


def write_seconds(path: Path, seconds: int, exists: str = "fail", error: type[BaseException] | None = None) -> None:
    with AudioWriter(path, 48_000, STEREO, exists=exists) as writer:
        for seed in range(seconds):
            writer.write(white_noise(2, 48_000, seed=seed))
        if error is not None:
            raise error


@pytest.mark.parametrize(("name", "bits"), WORDS)
def test_what_is_read_and_written_unchanged_is_bit_exact(tmp_path: Path, name: str, bits: str) -> None:
    noise = white_noise(2, 10_000, peak_linear=0.999)
    for copy, samples in ((1, noise), (2, None)):
        path = tmp_path / f"{copy}{CONTAINERS[name].suffixes[0]}"
        block = samples if samples is not None else read_audio(tmp_path / f"1{path.suffix}")[0]
        with AudioWriter(path, 48_000, STEREO, bits) as writer:
            writer.write(block)
    first, second = (read_audio(tmp_path / f"{copy}{path.suffix}")[0] for copy in (1, 2))
    assert first.shape == (2, 10_000)
    assert np.array_equal(first, second)
    assert bits != "32f" or np.array_equal(first, noise)


@pytest.mark.parametrize(("name", "bits"), WORDS)
def test_a_file_says_what_it_holds(tmp_path: Path, name: str, bits: str) -> None:
    path = tmp_path / f"a{CONTAINERS[name].suffixes[-1]}"
    with AudioWriter(path, 44_100, STEREO, bits) as writer:
        writer.write(white_noise(2, 1000))
    with open_audio(path) as reader:
        assert (reader.sample_rate, reader.channels, reader.frames) == (44_100, 2, 1000)
        assert (reader.bits, reader.stored_bits, reader.container_name) == (bits, bits, name)
        assert reader.notes == ()


@pytest.mark.parametrize("name", [name for name, each in CONTAINERS.items() if each.lossy])
def test_codecs_keep_the_length_and_most_of_the_sound(tmp_path: Path, name: str) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 440 / 48_000 * np.arange(48_000), dtype=np.float64)[np.newaxis]
    path = tmp_path / f"a{CONTAINERS[name].suffixes[0]}"
    with AudioWriter(path, 48_000, layout_named("mono")) as writer:
        writer.write(tone.astype(np.float32))
    read, rate = read_audio(path)
    assert (read.shape, rate) == ((1, 48_000), 48_000)
    similarity = np.sum(read * tone) / np.sqrt(np.sum(read**2) * np.sum(tone**2))
    assert similarity > 0.95
    with open_audio(path) as reader:
        assert (reader.stored_bits, reader.container_name) == ("lossy", name)


@pytest.mark.parametrize("channels", [1, 2, 3, 6, 12, 24, 64])
@pytest.mark.parametrize(("rate", "frames"), [(8_000, 1), (192_000, 333)])
def test_any_number_of_channels_and_any_rate(tmp_path: Path, channels: int, rate: int, frames: int) -> None:
    noise = white_noise(channels, frames)
    with AudioWriter(tmp_path / "a.wav", rate, discrete_layout(channels), "32f") as writer:
        writer.write(noise)
    read, read_rate = read_audio(tmp_path / "a.wav")
    assert read_rate == rate
    assert np.array_equal(read, noise)


@pytest.mark.parametrize("name", ["mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1-wave"])
def test_a_wave_file_says_its_layout(tmp_path: Path, name: str) -> None:
    layout = LAYOUTS[name]
    with AudioWriter(tmp_path / "a.wav", 48_000, layout) as writer:
        writer.write(white_noise(layout.channels, 10))
    with open_audio(tmp_path / "a.wav") as reader:
        assert reader.layout == layout
        assert reader.layout_assumed == (layout.channels < 3)


@pytest.mark.parametrize(("suffix", "written", "order"), [(".flac", "7.1", "7.1-wave"), (".ogg", "5.1", "5.1-film")])
def test_a_format_with_an_order_of_its_own_gets_it(tmp_path: Path, suffix: str, written: str, order: str) -> None:
    layout = layout_named(written)
    levels = np.linspace(0.1, 0.8, layout.channels)[:, np.newaxis]
    tone = np.sin(2 * np.pi * 60 / 48_000 * np.arange(24_000))
    with AudioWriter(tmp_path / f"a{suffix}", 48_000, layout) as writer:
        writer.write((levels * tone).astype(np.float32))
    with open_audio(tmp_path / f"a{suffix}") as reader:
        assert (reader.layout, reader.layout_assumed) == (layout_named(order), False)
        peaks = np.abs(reader.read(reader.frames)[:, 4000:-4000]).max(axis=1)
    assert [reader.layout.labels[place] for place in np.argsort(peaks)] == list(layout.labels)


def test_rf64_where_riff_can_say_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wave_chunks, "RIFF_LIMIT_BYTES", 10_000)
    noise = white_noise(2, 5000)
    with AudioWriter(tmp_path / "a.wav", 48_000, STEREO, "32f") as writer:
        writer.write(noise)
    with open_audio(tmp_path / "a.wav") as reader:
        assert (reader.format, reader.notes) == ("RF64", ())
        assert np.array_equal(reader.read(5000), noise)


def test_samples_beyond_full_scale_are_limited_and_counted(tmp_path: Path) -> None:
    with AudioWriter(tmp_path / "a.wav", 48_000, layout_named("mono"), "16", dither="none") as writer:
        writer.write(np.array([[1.5, -1.5, 1.0, -1.0, 0.5]], np.float32))
    assert writer.clipped_samples == 3
    assert (read_audio(tmp_path / "a.wav")[0] * 32768).tolist() == [[32767.0, -32768.0, 32767.0, -32768.0, 16384.0]]


def test_float_files_keep_what_is_beyond_full_scale(tmp_path: Path) -> None:
    with AudioWriter(tmp_path / "a.wav", 48_000, layout_named("mono"), "32f") as writer:
        writer.write(np.array([[1.5, -3.0]], np.float32))
    assert writer.clipped_samples == 0
    assert read_audio(tmp_path / "a.wav")[0].tolist() == [[1.5, -3.0]]


@pytest.mark.parametrize("bits", ["16", "24", "32f"])
def test_what_is_no_number_becomes_silence_and_is_counted(tmp_path: Path, bits: str) -> None:
    given = np.array([[0.5, np.nan, np.inf, -np.inf]], np.float32)
    with AudioWriter(tmp_path / "a.wav", 48_000, layout_named("mono"), bits) as writer:
        writer.write(given)
    assert writer.non_finite_samples == 3
    assert read_audio(tmp_path / "a.wav")[0].tolist() == [[0.5, 0.0, 0.0, 0.0]]
    assert np.isnan(given[0, 1])


def test_the_split_into_blocks_leaves_no_trace(tmp_path: Path) -> None:
    noise = white_noise(3, 5000)
    for name, size in (("whole", 5000), ("pieces", 7)):
        with AudioWriter(tmp_path / f"{name}.wav", 48_000, layout_named("3.0"), "16") as writer:
            for start in range(0, 5000, size):
                writer.write(noise[:, start : start + size])
            writer.write(noise[:, :0])
    assert (tmp_path / "whole.wav").read_bytes() == (tmp_path / "pieces.wav").read_bytes()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_nothing_remains_after_an_error_and_the_older_file_is_as_it_was(
    tmp_path: Path, error: type[BaseException], suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"older")
    with pytest.raises(error):
        write_seconds(path, 1, exists="replace", error=error)
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"older"]


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".aiff", ".ogg"])
def test_a_full_disk_is_told_and_nothing_remains(tiny_disk: Path, suffix: str) -> None:
    with pytest.raises(FileError, match="the disk is full; free some space"):
        write_seconds(tiny_disk / f"a{suffix}", 40)
    assert list(tiny_disk.iterdir()) == []


@pytest.fixture
def files_of_100_kib() -> Iterator[None]:
    """The process may write no file longer than this; the system's answer is that of a disk that ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100 * 1024, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".aiff", ".ogg"])
def test_a_write_that_fails_is_told_and_nothing_remains(tmp_path: Path, files_of_100_kib: None, suffix: str) -> None:
    with pytest.raises(FileError, match=f"a{suffix}: "):
        write_seconds(tmp_path / f"a{suffix}", 40)
    assert list(tmp_path.iterdir()) == []


def test_a_last_write_that_fails_is_told_and_nothing_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FileError, match="the disk is full"):
        write_seconds(tmp_path / "a.wav", 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "layout", "bits", "words"),
    [
        ("a.flac", "stereo", "32f", "flac is not written with '32f' bits; allowed: 16, 24"),
        ("a.wav", "stereo", "20", "wav is not written with '20' bits; allowed: 16, 24, 32f"),
        ("a.mp3", "5.1", "24", "6 channels do not fit into mp3"),
        ("a.flac", "7.1.4", "24", "12 channels do not fit into flac"),
    ],
)
def test_a_format_that_cannot_hold_the_sound_is_refused(
    tmp_path: Path, name: str, layout: str, bits: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        AudioWriter(tmp_path / name, 48_000, layout_named(layout), bits)
    assert list(tmp_path.iterdir()) == []


def test_a_rate_that_a_codec_does_not_take_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="MPEG_LAYER_III does not take 2 channels at 192000 Hz"):
        AudioWriter(tmp_path / "a.mp3", 192_000, STEREO)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("path", "form"), [("a.flax", None), ("a", None), ("a.wav", "wave64")])
def test_an_unknown_format_is_refused(tmp_path: Path, path: str, form: str | None) -> None:
    with pytest.raises(UnknownNameError, match="unknown format"):
        AudioWriter(tmp_path / path, 48_000, STEREO, format=form)


def test_a_block_of_other_channels_is_refused(tmp_path: Path) -> None:
    writer = AudioWriter(tmp_path / "a.wav", 48_000, STEREO)
    with pytest.raises(UsageError, match=r"shape \(1, 10\) does not fit 2 channels"):
        writer.write(white_noise(1, 10))
    writer.abort()
    assert list(tmp_path.iterdir()) == []


def test_numbered_files_tell_their_name(tmp_path: Path) -> None:
    for expected in ("a.wav", "a-2.wav"):
        with AudioWriter(tmp_path / "a.wav", 48_000, STEREO, exists="number") as writer:
            writer.write(white_noise(2, 10))
        assert writer.path == tmp_path / expected
