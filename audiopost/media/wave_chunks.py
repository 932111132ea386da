"""The chunks of WAVE files: RIFF, RF64 (EBU Tech 3306) and BW64 (ITU-R BS.2088), read and written.

::

    RIFF|RF64|BW64  size  "WAVE"
      ds64   the true sizes of a file beyond 4 GiB
      fmt    how samples lie in the data
      data   the samples
      bext, iXML, cart, axml, chna, LIST ...   what else the file carries

Headers lie: a recorder that lost power leaves the length of its last save, a pipe leaves it open, a file of more
than 4 GiB wraps it, a copy that broke off promises too much. The sound goes from the data chunk to where
the file itself says that it ends, and every difference from the header is told in a note.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from audiopost.errors import FileError
from audiopost.media.sample_words import WORD_BYTES, SampleWord

__all__ = ["STRUCTURE", "Chunk", "WaveFile", "WaveForm", "WaveFormat", "walk_wave", "wave_header"]

RIFF_LIMIT_BYTES = 0xFFFF_FFFF
"""The longest file that RIFF can say; longer ones become RF64."""

WaveForm = Literal["RIFF", "RF64", "BW64"]
"""What a file is to be; RIFF becomes RF64 where it cannot say the length."""

_OPEN = 0xFFFF_FFFF
_OPEN_64 = 0xFFFF_FFFF_FFFF_FFFF
_UNKNOWN_LENGTHS = {0, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, _OPEN, _OPEN_64}
"""What programs write when they cannot know the length, because they write into a pipe."""

_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _-")

_MOST_CHUNKS = 4096
_PADDING_BYTES = 65_536
_TAGS = (b"TAG", b"ID3", b"APETAGEX")

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
_AMBISONIC_TAIL = bytes.fromhex("00002107d3118644c8c1ca000000")
STRUCTURE = {"ds64", "fmt ", "data", "fact", "JUNK", "junk", "PAD ", "FLLR", "PEAK"}
"""Chunks that a writer makes anew or leaves out: they describe the sound as it lies in one file."""

_KNOWN = STRUCTURE | {"LIST", "bext", "iXML", "axml", "chna", "cart", "cue ", "id3 ", "smpl", "levl", "_PMX"}


@dataclass(frozen=True)
class Chunk:
    """One chunk: its four letters, where its body begins, and how many bytes of it are there."""

    id: str
    offset: int
    size: int


@dataclass(frozen=True)
class WaveFormat:
    """What the ``fmt`` chunk says. `mask` is the channel mask, 0 where there is none."""

    tag: int
    channels: int
    sample_rate: int
    frame_bytes: int
    bits: int
    mask: int = 0
    ambisonic: bool = False

    @property
    def word(self) -> SampleWord | None:
        """How one sample lies in the file; None for codecs and odd words, which libsndfile reads."""
        words: dict[tuple[int, int], SampleWord] = {
            (_PCM, 1): "u8", (_PCM, 2): "s16", (_PCM, 3): "s24", (_PCM, 4): "s32",
            (_FLOAT, 4): "f32", (_FLOAT, 8): "f64",
        }  # fmt: skip
        word = words.get((self.tag, (self.bits + 7) // 8))
        if word is None or self.channels < 1 or self.sample_rate < 1:
            return None
        return word if self.frame_bytes == self.channels * WORD_BYTES[word] else None


@dataclass(frozen=True)
class WaveFile:
    """A walked file: its form, format, chunks in order, where the sound lies, and what was odd."""

    form: str
    format: WaveFormat
    chunks: tuple[Chunk, ...]
    data_offset: int
    data_bytes: int
    notes: tuple[str, ...]


def walk_wave(file: BinaryIO, path: str | os.PathLike[str]) -> WaveFile | None:
    """Walk the chunks of an open file; None if it is no RIFF, RF64 or BW64 WAVE file.

    Raises
    ------
    FileError
        If the format or the sound is missing.
    """
    walk = _Walk(file)
    if walk.form not in ("RIFF", "RF64", "BW64"):
        return None
    walk.run()
    if walk.format is None or walk.data is None:
        missing = "format" if walk.format is None else "sound"
        raise FileError(str(Path(path)), f"the WAVE header holds no {missing}", "make the file again from its source")
    return WaveFile(walk.form, walk.format, tuple(walk.chunks), walk.data.offset, walk.data.size, tuple(walk.notes))


class _Walk:
    """One pass over the chunks."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._file_bytes = file.seek(0, os.SEEK_END)
        self._sizes: dict[bytes, int] = {}
        self.format: WaveFormat | None = None
        self.data: Chunk | None = None
        self.chunks: list[Chunk] = []
        self.notes: list[str] = []
        head = self._read(0, 12)
        self.form = head[:4].decode("latin-1") if head[8:12] == b"WAVE" else ""

    def _read(self, offset: int, size: int) -> bytes:
        if offset >= self._file_bytes:
            return b""
        self._file.seek(offset)
        return self._file.read(size)

    def run(self) -> None:
        position = 12
        while len(self.chunks) < _MOST_CHUNKS and self._is_chunk(position):
            letters, size = struct.unpack("<4sI", self._read(position, 8))
            body = position + 8
            if size == _OPEN and self.form != "RIFF":
                size = self._sizes.get(letters, _OPEN_64)
            there = self._file_bytes - body
            if letters == b"data" and self.data is None:
                size = self._true_length(body, size)
                self.data = Chunk("data", body, size)
            chunk = Chunk(letters.decode("latin-1"), body, min(size, there))
            self.chunks.append(chunk)
            if chunk.id == "ds64":
                self._sizes = _read_ds64(self._read(body, min(chunk.size, _PADDING_BYTES)))
            elif chunk.id == "fmt " and self.format is None:
                self.format = _read_format(self._read(body, min(chunk.size, 40)))
            end = body + size
            position = self._next_position(end)

    def _next_position(self, end: int) -> int:
        """Where the chunk behind `end` begins: at an even byte, unless a program forgot the padding byte."""
        if end % 2 == 0:
            return end
        if self._has_known_name(end) and not self._has_known_name(end + 1):
            return end
        return end + 1 if self._is_chunk(end + 1) or not self._is_chunk(end) else end

    def _has_known_name(self, position: int) -> bool:
        return self._read(position, 4).decode("latin-1") in _KNOWN

    def _is_chunk(self, position: int) -> bool:
        """Whether what begins there looks like a chunk: a known name, or four letters and a length that fits."""
        head = self._read(position, 8)
        if len(head) < 8 or not _LETTERS.issuperset(head[:4]) or head[:1] == b" ":
            return False
        size = int.from_bytes(head[4:], "little")
        return head[:4].decode() in _KNOWN or position + 8 + size <= self._file_bytes

    def _true_length(self, body: int, promised: int) -> int:
        """Bytes of sound that are really there, with a note where the header says otherwise."""
        there = self._file_bytes - body
        if promised > there:
            self._note_length(promised, there, "the file breaks off")
            return there
        rest = there - promised
        if rest <= (promised % 2) or self._is_chunk(body + promised) or self._is_chunk(body + promised + promised % 2):
            return promised
        following = self._read(body + promised, _PADDING_BYTES)
        padding = rest <= _PADDING_BYTES and not following.strip(b"\0")
        if padding or following.startswith(_TAGS) or (self.format and rest < self.format.frame_bytes):
            return promised
        self._note_length(promised, there, "read to its real end")
        return there

    def _note_length(self, promised: int, there: int, what: str) -> None:
        rate = (self.format.sample_rate * self.format.frame_bytes) if self.format else 0
        if promised in _UNKNOWN_LENGTHS:
            self.notes.append("the header leaves the length open: read to the end of the file")
        elif rate:
            self.notes.append(
                f"the header promises {promised / rate:.3f} s of sound, the file holds {there / rate:.3f} s: {what}"
            )
        else:
            self.notes.append(f"the header promises {promised} bytes of sound, the file holds {there}: {what}")


def _read_ds64(body: bytes) -> dict[bytes, int]:
    """Sizes by chunk letters: the data chunk's and those of the table (EBU Tech 3306, ITU-R BS.2088)."""
    if len(body) < 28:
        return {}
    (data_bytes,) = struct.unpack_from("<Q", body, 8)
    sizes = {b"data": data_bytes}
    (entries,) = struct.unpack_from("<I", body, 24)
    for index in range(min(entries, (len(body) - 28) // 12)):
        letters, size = struct.unpack_from("<4sQ", body, 28 + 12 * index)
        sizes[letters] = size
    return sizes


def _read_format(body: bytes) -> WaveFormat | None:
    if len(body) < 14:
        return None
    tag, channels, sample_rate, _, frame_bytes = struct.unpack_from("<HHIIH", body)
    bits = int.from_bytes(body[14:16], "little") if len(body) >= 16 else 0
    mask, ambisonic = 0, False
    if tag == _EXTENSIBLE and len(body) >= 40:
        (mask, tag) = struct.unpack_from("<IH", body, 20)
        ambisonic = body[26:40] == _AMBISONIC_TAIL
        if not ambisonic and body[26:40] != _GUID_TAIL:
            tag = _EXTENSIBLE  # a codec that only its maker knows
    return WaveFormat(tag, channels, sample_rate, frame_bytes, bits, mask, ambisonic)


def wave_header(
    word: SampleWord,
    channels: int,
    sample_rate: int,
    mask: int,
    data_bytes: int,
    *,
    beside_bytes: int = 0,
    form: WaveForm = "RIFF",
) -> bytes:
    """The header of a file with so many bytes of sound: everything before the first sample.

    Its length does not depend on `data_bytes`: room for ``ds64`` is kept in a ``JUNK`` chunk, and a file that RIFF
    cannot say becomes RF64 in place (EBU Tech 3306, section 4). Its last 8 bytes are the head of the data chunk;
    other chunks may be put before them and behind the sound, `beside_bytes` in all.

    Notes
    -----
    One or two channels of mono or stereo get the plain format that every program reads; everything else
    is WAVE_FORMAT_EXTENSIBLE and says its channel mask.
    """
    body = _format_body(word, channels, sample_rate, mask)
    frame_bytes = channels * WORD_BYTES[word]
    frames = data_bytes // frame_bytes
    plain_integers = len(body) == 16
    fact = b"" if plain_integers else struct.pack("<4sII", b"fact", 4, min(frames, _OPEN))
    after = struct.pack("<4sI", b"fmt ", len(body)) + body + fact
    riff_bytes = 4 + 36 + len(after) + 8 + data_bytes + data_bytes % 2 + beside_bytes
    if form == "RIFF" and riff_bytes + 8 <= RIFF_LIMIT_BYTES:
        letters, room, sizes = b"RIFF", b"JUNK", bytes(28)
        written_riff, written_data = riff_bytes, data_bytes
    else:
        letters = b"BW64" if form == "BW64" else b"RF64"
        room, sizes = b"ds64", struct.pack("<QQQI", riff_bytes, data_bytes, frames, 0)
        written_riff, written_data = _OPEN, _OPEN
    head = struct.pack("<4sI4s4sI", letters, written_riff, b"WAVE", room, 28) + sizes
    return head + after + struct.pack("<4sI", b"data", written_data)


def _format_body(word: SampleWord, channels: int, sample_rate: int, mask: int) -> bytes:
    bits = 8 * WORD_BYTES[word]
    tag = _FLOAT if word in ("f32", "f64") else _PCM
    frame_bytes = channels * WORD_BYTES[word]
    plain = (channels, mask) in ((1, 0x4), (2, 0x3), (1, 0), (2, 0))
    written_tag = tag if plain else _EXTENSIBLE
    common = struct.pack("<HHIIHH", written_tag, channels, sample_rate, sample_rate * frame_bytes, frame_bytes, bits)
    if not plain:
        return common + struct.pack("<HHIH", 22, bits, mask, tag) + _GUID_TAIL
    return common + (struct.pack("<H", 0) if tag == _FLOAT else b"")
