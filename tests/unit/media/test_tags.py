import struct
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile
from mutagen.flac import FLAC, Picture

from audiopost.errors import FileError
from audiopost.layouts import layout_named
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.carried import Coding, carried_by
from audiopost.media.containers import CONTAINERS
from audiopost.media.sample_positions import Move
from audiopost.media.tags import Tags, id3_chunk, info_chunk, read_tags, tags_of_wave, write_tags
from tests.broadcast_waves import broadcast_wave
from tests.signals import white_noise

TEXTS = {"TITLE": ("Tür",), "ARTIST": ("A", "B"), "COMMENT": ("slam",), "SCENE": ("42A",), "DATE": ("2024",)}
GAIN = {"REPLAYGAIN_TRACK_GAIN": ("-3.00 dB",), "R128_TRACK_GAIN": ("12",)}
TAGGED = ["flac", "ogg", "opus", "mp3", "aiff"]


def picture() -> Picture:
    made = Picture()
    made.type, made.mime, made.desc, made.data = 3, "image/png", "cover", b"\x89PNG" * 9
    return made


def sound(path: Path, name: str, carried_from: Path | None = None) -> Path:
    """A short file, with what another one carries."""
    container = CONTAINERS[name]
    path = path.with_suffix(container.suffixes[0])
    bits = container.nearest_bits("24")
    extra = {}
    if carried_from is not None:
        carried = carried_by(carried_from)
        if container.wave_form is not None:
            carried = carried.for_output(Move(48_000, 48_000), Coding(48_000, "24", 2))
        extra = {"carried": carried}
    with AudioWriter(path, 48_000, layout_named("stereo"), bits, name, **extra) as writer:  # type: ignore[arg-type]
        writer.write(white_noise(2, 4800))
    return path


@pytest.mark.parametrize("to", TAGGED)
@pytest.mark.parametrize("of", TAGGED)
def test_tags_go_from_every_kind_of_file_to_every_other_without_gains(tmp_path: Path, of: str, to: str) -> None:
    source = sound(tmp_path / "a", of)
    write_tags(source, of, Tags(TEXTS | GAIN, (picture(),)))
    assert read_tags(source).texts.items() >= (TEXTS | GAIN).items()
    copied = read_tags(sound(tmp_path / "b", to, source))
    assert copied.texts.items() >= TEXTS.items()
    assert not copied.texts.keys() & GAIN.keys()
    assert [each.data for each in copied.pictures] == [picture().data]


def test_blocks_of_flac_that_nobody_knows_stay(tmp_path: Path) -> None:
    source = sound(tmp_path / "a", "flac")
    raw = source.read_bytes()
    application = b"\x02" + (12).to_bytes(3, "big") + b"riffunknown!"
    source.write_bytes(raw[:42] + application + raw[42:])
    copy = FLAC(sound(tmp_path / "b", "flac", source))
    assert [block.write() for block in copy.metadata_blocks if block.code == 2] == [b"riffunknown!"]


def test_the_texts_of_a_wave_file_become_tags_and_back(tmp_path: Path) -> None:
    source = broadcast_wave(tmp_path / "a.wav", white_noise(2, 4800))
    flac = sound(tmp_path / "b", "flac", source)
    assert read_tags(flac).texts.items() >= {"TITLE": ("A door",), "ARTIST": ("Foley",)}.items()
    write_tags(flac, "flac", Tags(TEXTS, (picture(),)))
    again = carried_by(sound(tmp_path / "c", "wav", flac)).chunks
    assert [each.id for each in again] == ["LIST", "id3 "]
    found = tags_of_wave(again[0].whole(), again[1].whole())
    assert found.texts.items() >= TEXTS.items()
    assert found.pictures[0].data == picture().data


def test_info_and_id3_chunks_read_back_and_damaged_ones_say_nothing() -> None:
    tags = Tags({"TITLE": ("x",), "OWN": ("y",)})
    assert tags_of_wave(info_chunk(tags), b"").texts == {"TITLE": ("x",)}
    body = id3_chunk(id3_chunk(b"", tags), Tags({"OWN": ("z",)}))
    assert tags_of_wave(b"", body).texts == {"TITLE": ("x",), "OWN": ("z",)}
    assert tags_of_wave(b"INFOINAM\xff\xff\xff\xffab", b"ID3\x04\x00\x00\x7f\x7f\x7f\x7fTIT2").texts == {
        "TITLE": ("ab",)
    }
    assert info_chunk(Tags({"OWN": ("y",)})) == b""


def test_damaged_tags_are_told_and_the_sound_goes_on_without(tmp_path: Path) -> None:
    source = sound(tmp_path / "a", "flac")
    raw = bytearray(source.read_bytes())
    at = raw.index(b"reference") if b"reference" in raw else 46
    raw[at - 4 : at] = b"\xff\xff\xff\x7f"  # a length that the block does not have
    source.write_bytes(raw)
    told: list[str] = []
    carried_by(source, told.append)
    with pytest.raises(FileError, match="its tags are damaged"):
        read_tags(source)
    assert told == ["its tags are damaged: left out"]


def test_chunks_of_aiff_go_over_byte_for_byte_and_markers_move(tmp_path: Path) -> None:
    source = sound(tmp_path / "a", "aiff")
    mark = struct.pack(">HHI", 2, 1, 480) + b"\x04slam\0" + struct.pack(">HI", 2, 4_000) + b"\x03end"
    extra = struct.pack(">4sI", b"MARK", len(mark)) + mark + struct.pack(">4sI", b"odd ", 3) + b"abc\0"
    raw = source.read_bytes() + extra
    source.write_bytes(raw[:4] + struct.pack(">I", len(raw) - 8) + raw[8:])
    copy = tmp_path / "b.aiff"
    carried = replace(carried_by(source), move=Move(48_000, 96_000, head_frames=500))
    with AudioWriter(copy, 96_000, layout_named("stereo"), "24", carried=carried) as writer:
        writer.write(white_noise(2, 9_601))
    written = copy.read_bytes()
    assert int.from_bytes(written[4:8], "big") == len(written) - 8
    moved = struct.pack(">H", 1) + struct.pack(">HI", 2, 7_000) + b"\x03end"
    assert struct.pack(">4sI", b"MARK", len(moved)) + moved in written
    assert written.endswith(struct.pack(">4sI", b"odd ", 3) + b"abc\0")
    assert soundfile.info(copy).frames == 9_601
    assert read_tags(copy).texts == {}
