import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from audiopost.errors import FileError
from audiopost.layouts import discrete_layout, layout_named
from audiopost.media.audio_file import open_audio, read_audio
from audiopost.media.audio_writer import AudioWriter
from tests.signals import white_noise
from tests.wave_bytes import AMBISONIC_TAIL, chunk, ds64, extensible_format, plain_format, wave

STEREO = layout_named("stereo")


def written(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def pcm(frames: int, channels: int = 1) -> bytes:
    return chunk("data", np.arange(frames * channels, dtype="<i2").tobytes())


def sound(path: Path, frames: int = 30_000, bits: str = "16") -> Path:
    with AudioWriter(path, 48_000, STEREO, bits) as writer:
        writer.write(white_noise(2, frames))
    return path


def test_blocks_joined_are_the_file(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav")
    with open_audio(path) as reader:
        blocks = list(reader.blocks(7000))
    assert [block.shape for block in blocks] == [(2, 7000)] * 4 + [(2, 2000)]
    assert all(block.dtype == np.float32 and block.flags.c_contiguous for block in blocks)
    assert np.array_equal(np.concatenate(blocks, axis=1), read_audio(path)[0])


def test_after_the_end_there_is_an_empty_block(tmp_path: Path) -> None:
    with open_audio(sound(tmp_path / "a.wav", 10)) as reader:
        assert reader.read(100).shape == (2, 10)
        assert reader.read(100).shape == (2, 0)
        reader.seek(8)
        assert reader.read(100).shape == (2, 2)


def test_a_reader_tells_what_the_file_is(tmp_path: Path) -> None:
    with open_audio(sound(tmp_path / "a.wav", 24_000)) as reader:
        assert (reader.sample_rate, reader.channels, reader.frames, reader.duration_s) == (48_000, 2, 24_000, 0.5)
        assert (reader.layout, reader.format, reader.subtype) == (STEREO, "WAV", "PCM_16")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.wav", b"", "the file is empty (0 bytes); make or copy it again"),
        ("text.wav", b"this is text, not sound\n" * 9, "this is no sound file that can be read"),
        ("text.raw", b"this is text, not sound\n" * 9, "headerless sound says nothing about itself"),
        ("none.wav", wave(plain_format(), chunk("data", b"")), "the file holds no sound (0 frames)"),
        ("half.wav", wave(plain_format(2), chunk("data", b"abc")), "the file holds no sound (0 frames)"),
        ("cut.wav", wave(plain_format(2)), "the WAVE header holds no sound"),
        ("head.wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0", "the WAVE header holds no "),
        (
            "odd.wav",
            wave(ds64(8), plain_format(tag=0x55), chunk("data", bytes(8)), form="BW64"),
            "this is no sound file that can",
        ),
    ],
)
def test_what_is_no_sound_is_told_in_one_line(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = written(tmp_path / name, content)
    with pytest.raises(FileError) as caught:
        open_audio(path)
    assert str(caught.value).startswith(f"{path}: {words}")
    assert "; " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_a_folder_and_a_device_are_told(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "no.wav", "no such file"), (tmp_path, "a folder"), (Path(os.devnull), "a device")):
        with pytest.raises(FileError, match=words):
            open_audio(path)


def test_a_file_that_may_not_be_read_is_told(open_folder: Path, request: pytest.FixtureRequest) -> None:
    path = sound(open_folder / "a.wav", 10)
    path.chmod(0)
    request.getfixturevalue("as_nobody")
    with pytest.raises(FileError, match=r"permission denied; change the permissions"):
        open_audio(path)


def test_the_readable_part_of_a_broken_wave_is_read(tmp_path: Path) -> None:
    whole = sound(tmp_path / "a.wav")
    broken = written(tmp_path / "b.wav", whole.read_bytes()[: 80 + 4 * 12_000 + 3])
    with open_audio(broken) as reader:
        assert (reader.frames, len(reader.notes)) == (12_000, 2)
        assert "the last frame is incomplete (3 of 4 bytes): left out" in reader.notes
        assert "the header promises 0.625 s of sound, the file holds 0.250 s: the file breaks off" in reader.notes
        assert np.array_equal(reader.read(30_000), read_audio(whole)[0][:, :12_000])


@pytest.mark.parametrize("suffix", [".flac", ".mp3"])
def test_the_readable_part_of_a_broken_codec_is_read(tmp_path: Path, suffix: str) -> None:
    whole = sound(tmp_path / f"a{suffix}", 200_000)
    broken = written(tmp_path / f"b{suffix}", whole.read_bytes()[: whole.stat().st_size // 2])
    with open_audio(broken) as reader:
        block = reader.read(200_000)
        assert 60_000 < block.shape[1] < 110_000
        assert reader.frames == block.shape[1]
        assert len(reader.notes) == 1
        assert reader.notes[0].startswith("the sound breaks off after ")
        assert reader.notes[0].endswith("of the 4.167 s promised")
        assert reader.read(100).shape == (2, 0)


@pytest.mark.parametrize("suffix", [".aiff", ".w64"])
def test_a_wrong_length_of_another_format_is_noted(tmp_path: Path, suffix: str) -> None:
    whole = sound(tmp_path / f"a{suffix}")
    with open_audio(written(tmp_path / f"b{suffix}", whole.read_bytes()[:60_000])) as reader:
        assert reader.notes == ("the header gives a wrong length: read to the real end",)
        assert reader.read(30_000).shape[1] == reader.frames


def test_a_file_that_shrinks_while_it_is_read_ends_with_a_note(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav", 48_000)
    with open_audio(path) as reader:
        assert reader.read(24_000).shape == (2, 24_000)
        os.truncate(path, 80 + 4 * 30_000)
        assert reader.read(24_000).shape == (2, 6000)
        assert reader.read(24_000).shape == (2, 0)
        assert reader.notes == ("the sound breaks off after 0.625 s of the 1.000 s promised",)


def test_sound_beyond_4_gib_is_read_by_position(tmp_path: Path) -> None:
    # A sparse file: 6 GB long, a few blocks on the disk.
    frames = 1_500_000_000
    head = wave(ds64(4 * frames), plain_format(2), chunk("data", b"", declared=0xFFFF_FFFF), form="BW64")
    path = written(tmp_path / "a.wav", head)
    with path.open("r+b") as file:
        file.seek(len(head) + 4 * (frames - 2))
        file.write(np.array([16384, -16384, 8192, -8192], "<i2").tobytes())
    with open_audio(path) as reader:
        assert (reader.frames, reader.format, reader.notes) == (frames, "BW64", ())
        reader.seek(frames - 3)
        assert reader.read(100).tolist() == [[0.0, 0.5, 0.25], [0.0, -0.5, -0.25]]


def test_a_plain_riff_longer_than_its_length_can_say_is_read_to_its_end(tmp_path: Path) -> None:
    true_bytes = 2**32 + 4000
    head = wave(plain_format(2), chunk("data", b"", declared=true_bytes % 2**32))
    path = written(tmp_path / "a.wav", head)
    os.truncate(path, len(head) + true_bytes)
    with open_audio(path) as reader:
        assert reader.frames == true_bytes // 4
        assert "read to its real end" in reader.notes[0]


@pytest.mark.parametrize(
    ("mask", "channels", "layout"),
    [
        (0x3F, 6, "5.1"),
        (0x60F, 6, "5.1"),
        (0x63F, 8, "7.1-wave"),
        (0x4, 1, "mono"),
        (0x3, 2, "stereo"),
        (0x37, 5, "5.0"),
    ],
)
def test_the_layout_is_that_of_the_mask(tmp_path: Path, mask: int, channels: int, layout: str) -> None:
    path = written(tmp_path / "a.wav", wave(extensible_format(channels, mask), pcm(4, channels)))
    with open_audio(path) as reader:
        assert (reader.layout, reader.layout_assumed, reader.notes) == (layout_named(layout), False, ())


@pytest.mark.parametrize("header", [plain_format(6), extensible_format(6, 0), extensible_format(6, 0x3)])
def test_an_assumed_order_is_named(tmp_path: Path, header: bytes) -> None:
    path = written(tmp_path / "a.wav", wave(header, pcm(4, 6)))
    with open_audio(path) as reader:
        assert (reader.layout, reader.layout_assumed) == (layout_named("5.1"), True)
        assert reader.notes == ("6 channels without a layout: taken as 5.1 (L R C LFE Ls Rs)",)
        reader.know_layout(layout_named("5.1-film"))
        assert (reader.layout_assumed, reader.notes) == (False, ())


def test_channels_of_no_usual_number_count_once_each(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", wave(plain_format(9), pcm(4, 9)))
    with open_audio(path) as reader:
        assert reader.layout == discrete_layout(9)
        assert reader.notes == ("9 channels without a layout: each counts once",)


def test_ambisonics_are_not_taken_for_loudspeakers(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", wave(extensible_format(4, 0, tail=AMBISONIC_TAIL), pcm(4, 4)))
    with open_audio(path) as reader:
        assert reader.layout == discrete_layout(4)


@pytest.mark.parametrize("channels", [1, 2])
def test_mono_and_stereo_go_without_saying(tmp_path: Path, channels: int) -> None:
    with open_audio(written(tmp_path / "a.wav", wave(plain_format(channels), pcm(4, channels)))) as reader:
        assert (reader.layout_assumed, reader.notes) == (True, ())


def test_an_mp3_that_does_not_say_its_length_is_noted(tmp_path: Path) -> None:
    with_length = sound(tmp_path / "a.mp3", 96_000).read_bytes()
    with open_audio(tmp_path / "a.mp3") as reader:
        assert reader.notes == ()
    frame = with_length.index(b"Info") if b"Info" in with_length else with_length.index(b"Xing")
    without = with_length[:frame] + b"\0\0\0\0" + with_length[frame + 4 :]
    with open_audio(written(tmp_path / "b.mp3", without)) as reader:
        assert reader.notes == ("the MP3 does not say its length: libsndfile estimates it, and the end may be missing",)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    head = wave(plain_format(2, bits=24), chunk("data", b"", declared=60_000_000))
    path = written(tmp_path / "a.wav", head)
    os.truncate(path, len(head) + 60_000_000)
    with open_audio(path) as reader:
        tracemalloc.start()
        frames = sum(block.shape[1] for block in reader.blocks(16_384))
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert frames == 10_000_000
    assert peak_bytes < 1_000_000


def test_a_closed_reader_lets_the_file_go(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav", 10)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with open_audio(path):
            pass
        with pytest.raises(FileError):
            open_audio(written(tmp_path / "none.wav", wave(plain_format(), chunk("data", b""))))
    assert len(os.listdir("/proc/self/fd")) == before
