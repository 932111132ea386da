"""One file per channel, read as one programme."""

from pathlib import Path

import numpy as np
import pytest

from audiopost.errors import FileError
from audiopost.layouts import layout_named
from audiopost.media.joined_files import ChannelFiles, join_channel_files, open_programme
from tests.programmes import write_sound
from tests.signals import white_noise


def named(*names: str) -> list[str]:
    return [str(Path(each)) for each in join_channel_files([Path(name) for name in names]).programmes]


@pytest.mark.parametrize(
    ("names", "layout", "joined"),
    [
        (("a.R.wav", "a.L.wav"), "stereo", "a.{L,R}.wav"),
        (("d/a_l.wav", "d/a_r.wav"), "stereo", "d/a_{l,r}.wav"),
        (("a-L.wav", "a-R.wav", "a-C.wav"), "3.0", "a-{L,R,C}.wav"),
        (("m.C.wav", "m.L.wav", "m.LFE.wav", "m.Ls.wav", "m.R.wav", "m.Rs.wav"), "5.1", "m.{L,R,C,LFE,Ls,Rs}.wav"),
        (
            tuple(f"m.{label}.wav" for label in ("L", "R", "C", "Lfe", "Lss", "Rss", "Lsr", "Rsr")),
            "7.1",
            "m.{L,R,C,Lfe,Lss,Rss,Lsr,Rsr}.wav",
        ),
    ],
)
def test_labels_that_make_a_layout_are_one_programme(names: tuple[str, ...], layout: str, joined: str) -> None:
    (programme,) = join_channel_files([Path(name) for name in names]).programmes
    assert isinstance(programme, ChannelFiles)
    assert programme.layout == layout_named(layout)
    assert str(programme.path) == str(Path(joined))
    assert sorted(str(part) for part in programme.parts) == sorted(str(Path(name)) for name in names)


@pytest.mark.parametrize(
    "names",
    [
        ("a.L.wav",),
        ("a.L.wav", "b.R.wav"),
        ("a/x.L.wav", "b/x.R.wav"),
        ("a.L.wav", "a_R.wav"),
        ("a.L.wav", "a.R.flac"),
        ("a.L.wav", "a.C.wav"),
        ("hall.wav", "hallL.wav", "hallR.wav"),
        ("L.wav", "R.wav"),
        ("a.L.wav", "a.l.wav"),
        ("mix_one.wav", "mix_two.wav"),
    ],
)
def test_what_makes_no_layout_stays_apart(names: tuple[str, ...]) -> None:
    assert named(*names) == [str(Path(name)) for name in names]


def test_a_programme_stands_where_its_first_file_stood() -> None:
    assert named("z.wav", "a.R.wav", "m.wav", "a.L.wav") == ["z.wav", "a.{L,R}.wav", "m.wav"]


def test_a_file_named_twice_is_there_twice_and_a_joined_programme_once() -> None:
    assert named("z.wav", "a.R.wav", "a.L.wav", "z.wav", "a.L.wav") == ["z.wav", "a.{L,R}.wav", "z.wav"]


def test_channels_that_miss_one_are_told_of() -> None:
    joining = join_channel_files([Path(f"m.{label}.wav") for label in ("L", "R", "C", "LFE", "Ls")])
    assert len(joining.programmes) == 5
    assert "the channels of no layout" in joining.left_apart[0]


@pytest.fixture
def pair(tmp_path: Path) -> ChannelFiles:
    block = white_noise(2, 70_000)
    parts = (
        write_sound(tmp_path / "m.L.wav", block[:1], bits="32f"),
        write_sound(tmp_path / "m.R.wav", block[1:, :50_000], bits="32f"),
    )
    return ChannelFiles(parts, layout_named("stereo"))


def test_joined_files_read_as_one(pair: ChannelFiles) -> None:
    block = white_noise(2, 70_000)
    block[1, 50_000:] = 0.0
    with open_programme(pair) as reader:
        assert (reader.channels, reader.frames, reader.sample_rate, reader.layout.name) == (2, 70_000, 48_000, "stereo")
        assert (reader.layout_assumed, reader.stored_bits, reader.container_name) == (False, "32f", "wav")
        assert reader.notes == ("m.R.wav ends 0.417 s early",)
        assert np.array_equal(np.concatenate(list(reader.blocks(1_999)), axis=1), block)
        reader.seek(49_000)
        assert np.array_equal(reader.read(2_000), block[:, 49_000:51_000])
        assert reader.read(2_000).flags.c_contiguous


def test_a_single_file_opens_as_ever(pair: ChannelFiles) -> None:
    with open_programme(pair.parts[0]) as reader:
        assert reader.channels == 1


def test_what_is_odd_about_a_part_is_told_with_its_name(pair: ChannelFiles) -> None:
    raw = pair.parts[0].read_bytes()
    pair.parts[0].write_bytes(raw[:-1_002])
    with open_programme(pair) as reader:
        assert any(note.startswith("m.L.wav: the header promises") for note in reader.notes)
        assert sum(block.shape[1] for block in reader.blocks()) == reader.frames


def test_parts_that_are_not_mono_or_of_another_rate_are_refused(pair: ChannelFiles) -> None:
    write_sound(pair.parts[1], white_noise(2, 1_000))
    with pytest.raises(FileError, match=r"m.R.wav: a channel of .* ought to be mono.* --no-join"):
        open_programme(pair)
    write_sound(pair.parts[1], white_noise(1, 1_000), rate=44_100)
    with pytest.raises(FileError, match=r"44100 Hz, where m.L.wav has 48000 Hz"):
        open_programme(pair)


def test_a_missing_part_closes_the_others(pair: ChannelFiles) -> None:
    pair.parts[1].unlink()
    with pytest.raises(FileError, match=r"m.R.wav: no such file"):
        open_programme(pair)
