import io
import struct

import pytest

from audiopost.errors import FileError
from audiopost.media import wave_chunks
from audiopost.media.wave_chunks import WaveFile, walk_wave, wave_header
from tests.wave_bytes import chunk, ds64, extensible_format, plain_format, wave

SOUND = bytes(range(1, 241))
OPEN = 0xFFFF_FFFF


def walked(raw: bytes) -> WaveFile:
    found = walk_wave(io.BytesIO(raw), "x.wav")
    assert found is not None
    return found


def sound_of(raw: bytes) -> bytes:
    found = walked(raw)
    return raw[found.data_offset : found.data_offset + found.data_bytes]


def test_a_plain_file_is_walked_without_a_note() -> None:
    found = walked(wave(plain_format(2, 44_100, 24), chunk("data", SOUND)))
    assert (found.form, found.format.channels, found.format.sample_rate, found.format.word) == (
        "RIFF",
        2,
        44_100,
        "s24",
    )
    assert found.notes == ()


@pytest.mark.parametrize("form", ["RF64", "BW64"])
def test_64_bit_lengths_come_from_ds64(form: str) -> None:
    raw = wave(
        ds64(len(SOUND), table=(("bext", 6),)),
        plain_format(),
        chunk("bext", b"abcdef", declared=OPEN),
        chunk("data", SOUND, declared=OPEN),
        chunk("iXML", b"<x/>"),
        form=form,
        declared=OPEN,
    )
    assert sound_of(raw) == SOUND
    assert walked(raw).notes == ()
    assert [each.id for each in walked(raw).chunks] == ["ds64", "fmt ", "bext", "data", "iXML"]


def test_a_promise_beyond_the_end_of_the_file_is_noted() -> None:
    raw = wave(plain_format(), chunk("data", SOUND, declared=960))
    assert sound_of(raw) == SOUND
    assert walked(raw).notes == ("the header promises 0.010 s of sound, the file holds 0.003 s: the file breaks off",)


def test_a_length_that_was_never_brought_up_to_date_is_measured() -> None:
    raw = wave(plain_format(), chunk("data", SOUND, declared=96), declared=132)
    assert sound_of(raw) == SOUND
    assert walked(raw).notes == ("the header promises 0.001 s of sound, the file holds 0.003 s: read to its real end",)


@pytest.mark.parametrize("declared", [0, OPEN, 0x7FFF_F000])
def test_an_open_length_is_measured(declared: int) -> None:
    raw = wave(plain_format(), chunk("data", SOUND, declared=declared), declared=declared)
    assert sound_of(raw) == SOUND
    assert walked(raw).notes == ("the header leaves the length open: read to the end of the file",)


@pytest.mark.parametrize(
    "after",
    [
        chunk("LIST", b"INFOIART\2\0\0\0a\0"),
        chunk("LIST", b"INFO", declared=400),
        chunk("Xyz1", b"1234"),
        b"TAG" + bytes(range(1, 126)),
        b"ID3\4" + b"x" * 40,
        bytes(4096),
        b"",
    ],
    ids=["chunk", "chunk that breaks off", "unknown chunk", "ID3v1", "ID3v2", "padding", "nothing"],
)
def test_what_follows_the_sound_is_not_taken_for_sound(after: bytes) -> None:
    raw = wave(plain_format(), chunk("data", SOUND)) + after
    assert sound_of(raw) == SOUND
    assert walked(raw).notes == ()


@pytest.mark.parametrize("pad", [True, False])
def test_a_chunk_of_odd_length_is_passed_with_and_without_padding(pad: bool) -> None:
    raw = wave(chunk("bext", b"abc", pad=pad), plain_format(), chunk("data", SOUND))
    assert sound_of(raw) == SOUND


def test_sound_of_odd_length_is_followed_by_its_padding_and_the_next_chunk() -> None:
    raw = wave(plain_format(1, 48_000, 8), chunk("data", SOUND[:5]), chunk("iXML", b"<x/>"))
    assert sound_of(raw) == SOUND[:5]
    assert walked(raw).chunks[-1].id == "iXML"


def test_the_mask_is_read() -> None:
    found = walked(wave(extensible_format(6, 0x60F, bits=24), chunk("data", SOUND)))
    assert (found.format.mask, found.format.word) == (0x60F, "s24")


@pytest.mark.parametrize(
    "header",
    [
        plain_format(tag=0x11),
        plain_format(bits=64, tag=1),
        chunk("fmt ", struct.pack("<HHIIHH", 1, 0, 48_000, 0, 0, 16)),
        chunk("fmt ", struct.pack("<HHIIHH", 1, 2, 0, 0, 4, 16)),
        chunk("fmt ", struct.pack("<HHIIHH", 1, 2, 48_000, 0, 7, 16)),
        extensible_format(2, 3, tail=bytes(14)),
    ],
    ids=["ADPCM", "64-bit integers", "no channels", "no rate", "frame of odd size", "unknown codec"],
)
def test_samples_that_are_no_plain_words_are_left_to_libsndfile(header: bytes) -> None:
    assert walked(wave(header, chunk("data", SOUND))).format.word is None


@pytest.mark.parametrize(
    "chunks", [(), (plain_format(),), (chunk("data", SOUND),), (chunk("fmt ", b"abc"), chunk("data", SOUND))]
)
def test_a_header_without_format_or_sound_is_an_error(chunks: tuple[bytes, ...]) -> None:
    with pytest.raises(FileError, match=r"x\.wav: the WAVE header holds no (format|sound); "):
        walked(wave(*chunks))


@pytest.mark.parametrize("raw", [b"", b"RIFF", b"RIFX\0\0\0\0WAVE", b"RIFF\0\0\0\0AVI ", b"hello, this is text"])
def test_other_files_are_not_walked(raw: bytes) -> None:
    assert walk_wave(io.BytesIO(raw), "x") is None


def test_lengths_that_no_file_can_have_do_no_harm() -> None:
    raw = wave(
        ds64(2**64 - 8, table=(("bext", 2**64 - 2),)), plain_format(), chunk("data", SOUND, declared=OPEN), form="RF64"
    )
    assert sound_of(raw) == SOUND
    raw = wave(ds64(100, table=(("bext", 2**64 - 2),)), chunk("bext", b"", declared=OPEN), plain_format(), form="RF64")
    with pytest.raises(FileError):
        walked(raw)


def test_a_file_of_nothing_but_chunks_ends_the_walk() -> None:
    with pytest.raises(FileError, match="no format"):
        walked(wave(*[chunk("junk", b"")] * 100_000))


@pytest.mark.parametrize(
    ("word", "channels", "mask"), [("s16", 1, 4), ("s24", 2, 3), ("f32", 2, 3), ("s24", 6, 0x3F), ("f32", 12, 0)]
)
@pytest.mark.parametrize("limit", [OPEN, 100])
def test_a_header_says_what_it_was_given(
    word: str, channels: int, mask: int, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wave_chunks, "RIFF_LIMIT_BYTES", limit)
    size = 24 * channels
    raw = wave_header(word, channels, 96_000, mask, size) + bytes(range(size % 256)) + bytes(size - size % 256)
    found = walked(raw)
    assert found.form == ("RIFF" if limit == OPEN else "RF64")
    assert (found.format.word, found.format.channels, found.format.sample_rate) == (word, channels, 96_000)
    assert found.format.mask == (mask if channels > 2 else 0)
    assert (found.data_bytes, found.notes) == (size, ())


def test_the_header_has_one_length_whatever_the_sound_has() -> None:
    assert len(wave_header("s24", 2, 48_000, 3, 0)) == len(wave_header("s24", 2, 48_000, 3, 2**33))


@pytest.mark.parametrize(("data_bytes", "form"), [(2**32 - 1 - 88, b"RIFF"), (2**32 - 1 - 60, b"RF64")])
def test_the_step_to_rf64_comes_where_riff_can_say_no_more(data_bytes: int, form: bytes) -> None:
    assert wave_header("s16", 1, 48_000, 4, data_bytes)[:4] == form
