from pathlib import Path

import numpy as np
import pytest

from audiopost.errors import FileError, UsageError
from audiopost.layouts import discrete_layout, layout_named
from audiopost.media.audio_file import read_audio
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.joined_files import ChannelFiles, join_channel_files, open_programme
from audiopost.media.programme_files import ChannelWriter, apart, as_programme, files_of, together, with_files
from audiopost.media.video_tracks import VideoTracks
from tests.signals import white_noise

FIVE_ONE = layout_named("5.1")


@pytest.mark.parametrize("dither", ["tpdf", "none"])
def test_words_are_the_same_in_one_file_and_in_one_a_channel(tmp_path: Path, dither: str) -> None:
    noise = white_noise(6, 5_000)
    with AudioWriter(tmp_path / "poly.wav", 48_000, FIVE_ONE, "16", dither=dither) as writer:  # type: ignore[arg-type]
        writer.write(noise)
    files = apart(tmp_path / "mix.wav", FIVE_ONE)
    with ChannelWriter(files, 48_000, "16", dither=dither) as monos:  # type: ignore[arg-type]
        monos.write(noise)
    assert [path.name for path in files_of(files)] == [f"mix.{label}.wav" for label in FIVE_ONE.labels]
    with open_programme(files) as reader:
        assert np.array_equal(reader.read(5_000), read_audio(tmp_path / "poly.wav")[0])
        assert reader.layout == FIVE_ONE


def test_what_is_taken_apart_is_found_to_be_one_again(tmp_path: Path) -> None:
    for name in ("stereo", "5.1", "5.1-film", "7.1", "7.1.4"):
        files = apart(tmp_path / "mix.wav", layout_named(name))
        (found,) = join_channel_files(list(reversed(files.parts))).programmes
        assert isinstance(found, ChannelFiles)
        assert sorted(found.layout.labels) == sorted(files.layout.labels)
        assert together(found) == tmp_path / "mix.wav"


@pytest.mark.parametrize("layout", [discrete_layout(4), layout_named("mono"), layout_named("ambisonics-1")])
def test_channels_without_labels_cannot_be_told_apart(layout: object) -> None:
    with pytest.raises(UsageError, match="no channels that could be told apart by name"):
        apart(Path("mix.wav"), layout)  # type: ignore[arg-type]


def test_a_programme_in_other_files_is_the_same_programme() -> None:
    files = apart(Path("a.wav"), layout_named("stereo"))
    other = with_files(files, [Path("1"), Path("2")])
    assert isinstance(other, ChannelFiles)
    assert (other.layout, files_of(other)) == (files.layout, (Path("1"), Path("2")))
    assert with_files(VideoTracks(Path("a.mov"), (2,)), [Path("b")]) == VideoTracks(Path("b"), (2,))
    assert with_files(Path("a"), [Path("b")]) == Path("b")
    assert as_programme("a.wav") == Path("a.wav")
    assert as_programme(files) is files


def test_after_an_error_no_file_of_the_programme_is_there(tmp_path: Path) -> None:
    files = apart(tmp_path / "mix.wav", layout_named("stereo"))
    writer = ChannelWriter(files, 48_000, "24")
    writer.write(white_noise(2, 100))
    writer.__exit__(KeyError, KeyError(), None)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_keeps_all_from_being_written(tmp_path: Path) -> None:
    files = apart(tmp_path / "mix.wav", layout_named("stereo"))
    files.parts[1].write_bytes(b"older")
    with pytest.raises(FileError, match=r"mix\.R\.wav: the file exists already"):
        ChannelWriter(files, 48_000, "24")
    assert [path.name for path in tmp_path.iterdir()] == ["mix.R.wav"]


def test_a_name_taken_at_the_last_moment_takes_back_those_before(tmp_path: Path) -> None:
    files = apart(tmp_path / "mix.wav", layout_named("stereo"))
    writer = ChannelWriter(files, 48_000, "24")
    writer.write(white_noise(2, 100))
    files.parts[1].write_bytes(b"someone else was quicker")
    with pytest.raises(FileError):
        writer.close()
    assert [path.name for path in tmp_path.iterdir()] == ["mix.R.wav"]


def test_a_block_of_other_channels_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="does not fit 2 channels"),
        ChannelWriter(apart(tmp_path / "mix.wav", layout_named("stereo")), 48_000, "24") as writer,
    ):
        writer.write(white_noise(3, 10))
