"""What travels beside the sound."""

import tracemalloc
from pathlib import Path

import pytest

from audiopost.errors import FileError
from audiopost.layouts import layout_named
from audiopost.media.audio_file import open_audio
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.carried import Coding, carried_by
from audiopost.media.sample_positions import Move
from audiopost.media.wave_chunks import walk_wave
from audiopost.media.wave_edit import append_chunk
from tests.broadcast_waves import UNKNOWN, broadcast_wave
from tests.signals import white_noise
from tests.wave_bytes import chunk, plain_format, wave

SAME = Move(48_000, 48_000)
CODING = Coding(48_000, "24", 2)
IN_ORDER = ["bext", "odd ", "iXML", "cue ", "LIST", "smpl", "LIST", "cart", "zzzz"]


def written_with(source: Path, target: Path, **change: object) -> Path:
    """The sound of one file in another, with what it carries."""
    carried = carried_by(source).for_output(SAME, CODING)
    with open_audio(source) as reader, AudioWriter(target, 48_000, reader.layout, "24", carried=carried) as writer:
        for block in reader.blocks():
            writer.write(block)
    return target


def ids_of(path: Path) -> list[str]:
    return [each.id for each in carried_by(path).chunks]


@pytest.mark.parametrize("form", ["RIFF", "RF64", "BW64"])
def test_chunks_go_over_in_order_on_their_side_of_the_sound(tmp_path: Path, form: str) -> None:
    source = broadcast_wave(tmp_path / "a.wav", white_noise(2, 4801), form=form)
    copy = written_with(source, tmp_path / "b.wav")
    assert ids_of(copy) == IN_ORDER
    old, new = carried_by(source).chunks, carried_by(copy).chunks
    kept = [each for each in old if each.id != "levl"]
    assert [each.after_sound for each in kept] == [each.after_sound for each in new]
    for one, other in zip(kept, new, strict=True):
        assert one.whole() == other.whole() or one.id in ("bext", "iXML")
    assert new[1].whole() == UNKNOWN
    with open_audio(copy) as reader:
        assert (reader.frames, reader.notes) == (4801, ())


def test_what_the_head_says_of_lengths_is_true_to_the_byte(tmp_path: Path) -> None:
    copy = written_with(broadcast_wave(tmp_path / "a.wav", white_noise(1, 4801)), tmp_path / "b.wav")
    raw = copy.read_bytes()
    assert int.from_bytes(raw[4:8], "little") == len(raw) - 8
    with copy.open("rb") as file:
        found = walk_wave(file, copy)
    assert found is not None
    assert found.data_bytes == 4801 * 3
    append_chunk(copy, "last", b"odd")
    raw = copy.read_bytes()
    assert int.from_bytes(raw[4:8], "little") == len(raw) - 8
    assert ids_of(copy)[-1] == "last"


def test_a_chunk_that_describes_the_old_sound_is_left_out_and_told(tmp_path: Path) -> None:
    told: list[str] = []
    source = broadcast_wave(tmp_path / "a.wav", white_noise(2, 100))
    carried_by(source).for_output(SAME, CODING, told.append)
    assert told == ["levl is left out: its peak envelope is that of the input"]


def test_what_names_channels_goes_where_they_are_mixed(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wave(plain_format(), chunk("data", bytes(20)), chunk("axml", b"<a/>"), chunk("chna", bytes(44))))
    told: list[str] = []
    assert len(carried_by(path).for_output(SAME, CODING).chunks) == 2
    mixed = Coding(48_000, "24", 1, same_channels=False)
    assert carried_by(path).for_output(SAME, mixed, told.append).chunks == ()
    assert told == [f"{name} is left out: it names channels that have changed" for name in ("axml", "chna")]


def test_a_chunk_of_any_size_passes_through_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    size = 64 << 20
    head = wave(plain_format(2), chunk("data", bytes(400)))
    with path.open("wb") as file:
        file.write(head + b"huge" + size.to_bytes(4, "little"))
        file.truncate(len(head) + 8 + size)  # a hole in the file: no disk is used
    tracemalloc.start()
    try:
        copy = written_with(path, tmp_path / "b.wav")
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert copy.stat().st_size > size
    assert peak_bytes < 8 << 20


def test_a_chunk_that_promises_more_than_there_is_gives_what_there_is(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wave(plain_format(2), chunk("data", bytes(400)), chunk("iXML", b"<x/>", declared=2**31)))
    (only,) = carried_by(path).chunks
    assert only.whole() == b"<x/>"


def test_a_file_that_shrinks_while_it_is_copied_is_told_and_nothing_remains(tmp_path: Path) -> None:
    source = broadcast_wave(tmp_path / "a.wav", white_noise(2, 100))
    carried = carried_by(source).for_output(SAME, CODING)
    source.write_bytes(source.read_bytes()[:800])
    with (
        pytest.raises(FileError, match="no longer whole"),
        AudioWriter(tmp_path / "b.wav", 48_000, layout_named("stereo"), carried=carried) as writer,
    ):
        writer.write(white_noise(2, 100))
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


def test_equal_sound_gives_equal_bytes(tmp_path: Path) -> None:
    source = broadcast_wave(tmp_path / "a.wav", white_noise(2, 4801))
    first, second = (written_with(source, tmp_path / name).read_bytes() for name in ("1.wav", "2.wav"))
    assert first == second
