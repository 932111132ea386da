"""Files that lie on purpose: sizes that no disk holds, chunks within chunks, films of nothing but promises.

Each ends in sound, or in one clear sentence; none makes memory swell.
"""

import struct
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from audiopost.errors import FileError
from audiopost.layouts import layout_named
from audiopost.media.audio_file import open_audio
from audiopost.media.audio_writer import AudioWriter
from audiopost.media.carried import Coding, carried_by
from audiopost.media.described import described
from audiopost.media.sample_positions import Move
from tests.films import film
from tests.signals import white_noise
from tests.wave_bytes import chunk, ds64, plain_format, wave

SOUND = np.arange(3_000, dtype="<i2").tobytes()
OPEN = 0xFFFF_FFFF
MOST_BYTES = 32 << 20
"""What reading any of these files may take at once; a block of 65 536 frames of two channels takes half a MiB."""

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "'
    + b"ha" * 99
    + b'"><!ENTITY b "&a;&a;&a;&a;&a;">]><BWFXML>&b;</BWFXML>'
)

WITH_SOUND: dict[str, bytes] = {
    "a cue list of 4 billion": wave(plain_format(), chunk("data", SOUND), chunk("cue ", struct.pack("<I", OPEN))),
    "labels that promise more than there is": wave(
        plain_format(), chunk("data", SOUND), chunk("LIST", b"adtllabl" + struct.pack("<II", OPEN, 1) + b"x")
    ),
    "a table of 4 billion sizes": wave(
        chunk("ds64", struct.pack("<QQQI", 2**63, 600, 0, OPEN)), plain_format(), chunk("data", SOUND), form="RF64"
    ),
    "chunks of 2 GiB each": wave(
        plain_format(), chunk("data", SOUND), chunk("iXML", b"<x/>", declared=2**31), chunk("bext", b"", declared=2**31)
    ),
    "sizes of 2^64": wave(
        ds64(len(SOUND), riff_bytes=2**64 - 1, table=(("iXML", 2**64 - 1), ("bext", 2**63))),
        plain_format(), chunk("data", SOUND, declared=OPEN), chunk("iXML", b"<x/>", declared=OPEN), form="RF64",
    ),
    "a chunk without its padding byte": wave(
        plain_format(), chunk("odd ", b"abc", pad=False), chunk("data", SOUND), chunk("iXML", b"<x/>")
    ),
    "entities that grow": wave(plain_format(), chunk("data", SOUND), chunk("iXML", BOMB), chunk("axml", BOMB)),
    "ID3 of 256 MiB": wave(
        plain_format(), chunk("data", SOUND), chunk("id3 ", b"ID3\x04\x00\x00\x7f\x7f\x7f\x7fTIT2\x7f\x7f\x7f\x7f")
    ),
    "a bext of nothing": wave(chunk("bext", b""), plain_format(), chunk("data", SOUND), chunk("cart", b"0")),
    "a loop without its numbers": wave(plain_format(), chunk("data", SOUND), chunk("smpl", b"\xff" * 36)),
}  # fmt: skip

WITHOUT_SOUND: dict[str, bytes] = {
    "the first box of a film": struct.pack(">I", 24) + b"ftypmp42" + bytes(12),
    "a film of 2^63 bytes": struct.pack(">I4sQ", 1, b"moov", 2**63 - 1) + b"trak" * 50,
    "boxes within boxes": b"".join(struct.pack(">I4s", 8 * (400 - depth), b"moov") for depth in range(400)),
    "EBML of unknown length": b"\x1a\x45\xdf\xa3\x01" + b"\xff" * 7 + b"\x18\x53\x80\x67\x01" + b"\xff" * 40,
    "MXF of nothing": bytes.fromhex("060e2b34020501010d01020101020400") + b"\x87" + b"\xff" * 30,
    "AIFF of 4 GiB": b"FORM\xff\xff\xff\xffAIFFCOMM\xff\xff\xff\xff" + bytes(20),
    "FLAC with a block of 16 MiB": b"fLaC\x04\xff\xff\xff" + bytes(40),
    "Ogg of nothing": b"OggS\x00\x02" + b"\xff" * 60,
    "W64 of 2^64": b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000") + b"\xff" * 40,
    "CAF of 2^63": b"caff\x00\x01\x00\x00desc" + b"\x7f" + b"\xff" * 40,
}  # fmt: skip


def looked_at(path: Path) -> int:
    """Read, describe and carry everything in a file; frames of sound."""
    with open_audio(path) as reader:
        frames = sum(block.shape[1] for block in reader.blocks())
        described(reader, path)
        carried = carried_by(path).for_output(Move(48_000, 44_100, 10), Coding(44_100, "24", reader.channels))
        copy = path.with_name("copy.wav")
        with AudioWriter(copy, 44_100, layout_named("mono"), "24", exists="replace", carried=carried) as writer:
            writer.write(white_noise(1, 100))
    with open_audio(copy) as reader:
        assert (reader.frames, reader.notes) == (100, ())
    return frames


def peak_bytes(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", WITH_SOUND)
def test_what_is_sound_is_read_whatever_else_the_file_promises(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(WITH_SOUND[kind])
    found: list[int] = []
    assert peak_bytes(lambda: found.append(looked_at(path))) < MOST_BYTES
    assert found == [3_000]


@pytest.mark.parametrize("kind", WITHOUT_SOUND)
def test_what_is_none_is_told_in_one_sentence(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(WITHOUT_SOUND[kind])
    told: list[str] = []

    def look() -> None:
        with pytest.raises(FileError) as error:
            open_audio(path)
        told.append(str(error.value))

    assert peak_bytes(look) < MOST_BYTES
    assert told[0].startswith(f"{path}: ")
    assert "\n" not in told[0]


def test_damaged_films_end_in_sound_or_in_a_sentence(tmp_path: Path) -> None:
    source = np.random.default_rng(1)
    for kind in ("mov", "mkv", "mxf"):
        whole = film(tmp_path / f"a.{kind}", white_noise(1, 9_600)).read_bytes()
        for _ in range(12):
            damaged = bytearray(whole)
            for place in source.integers(0, len(damaged), 40):
                damaged[place] = int(source.integers(0, 256))
            path = tmp_path / f"damaged.{kind}"
            path.write_bytes(damaged)
            with suppress(FileError), open_audio(path) as reader:
                frames = sum(block.shape[1] for block in reader.blocks())
                assert frames == reader.frames
