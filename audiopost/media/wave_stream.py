"""Samples of WAVE files: read at any position into reused memory, and written one after the other.

Why positional reads and no memory map: they are as fast, cannot be killed by a file that shrinks while it is read,
and keep the memory of a process constant however long the file is.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock
from audiopost.media.carried import CarriedChunk
from audiopost.media.sample_words import LEAD_BYTES, WORD_BYTES, SampleWord, decode, encode
from audiopost.media.wave_chunks import WaveFile, WaveForm, wave_header

__all__ = ["FileWords", "WaveSink", "WaveSource", "WordsFile"]

_READ_FRAMES = 16_384
"""Frames decoded at once: the bytes stay in the cache between reading and decoding."""


_DATA_HEAD_BYTES = 8


class WaveSource:
    """The samples of a walked WAVE file.

    Parameters
    ----------
    file
        Opened unbuffered; closed by `close`.
    wave
        What `walk_wave` found in it.
    word
        How one sample lies in the file.
    """

    def __init__(self, file: io.FileIO, wave: WaveFile, word: SampleWord) -> None:
        self._file = file
        self._offset = wave.data_offset
        self._word = word
        self._frame_bytes = wave.format.channels * WORD_BYTES[word]
        self.frames, rest = divmod(wave.data_bytes, self._frame_bytes)
        self.frames_exact = True
        self.notes: tuple[str, ...] = ()
        if rest and self.frames:
            self.notes = (f"the last frame is incomplete ({rest} of {self._frame_bytes} bytes): left out",)
        self._raw = bytearray()

    def read(self, frame: int, out: AudioBlock) -> int:
        """Fill `out` with the samples from `frame` on; returns how many frames were there."""
        wanted = min(out.shape[1], self.frames - frame)
        done = 0
        while done < wanted:
            there = self._read_some(frame + done, min(_READ_FRAMES, wanted - done), out[:, done:wanted])
            if there == 0:
                break
            done += there
        return done

    def _read_some(self, frame: int, frames: int, out: AudioBlock) -> int:
        size = frames * self._frame_bytes
        if len(self._raw) < LEAD_BYTES + size:
            self._raw = bytearray(LEAD_BYTES + size)
        self._file.seek(self._offset + frame * self._frame_bytes)
        view = memoryview(self._raw)[LEAD_BYTES : LEAD_BYTES + size]
        filled = 0
        while filled < size:
            count = self._file.readinto(view[filled:])
            if not count:
                break
            filled += count
        there = filled // self._frame_bytes
        decode(self._raw, self._word, out[:, :there])
        return there

    def words(self, path: Path) -> FileWords:
        """The same samples as they lie in the file."""
        return FileWords(path, self._word, self._offset, self._frame_bytes, self.frames)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@dataclass(frozen=True)
class FileWords:
    """Samples that lie in a file as plain words, to be read by several threads, each by a way of its own."""

    path: Path
    word: SampleWord
    offset: int
    """Byte of the first frame."""
    frame_bytes: int
    frames: int

    def part(self, begin: int, end: int) -> FileWords:
        """The frames from `begin` to before `end`."""
        return replace(self, offset=self.offset + begin * self.frame_bytes, frames=end - begin)

    def open(self, _streams: int = 1) -> WordsFile:
        """Open the file once more; any number of streams may be read from one way into it."""
        return WordsFile(self)


class WordsFile:
    """One way into `FileWords`."""

    def __init__(self, words: FileWords) -> None:
        self._words = words
        self._file = words.path.open("rb", buffering=0)

    def read_into(self, _stream: int, frame: int, memory: memoryview) -> int:
        """Fill memory from a frame on; returns how many bytes there were."""
        position, filled = self._words.offset + frame * self._words.frame_bytes, 0
        while filled < len(memory):
            count = self._read_some(position + filled, memory[filled:])
            if not count:
                break
            filled += count
        return filled

    def _read_some(self, position: int, memory: memoryview) -> int | None:
        if hasattr(os, "preadv"):
            # One call of the system: after each the interpreter must be had again, which costs threads most.
            return os.preadv(self._file.fileno(), [memory], position)
        self._file.seek(position)
        return self._file.readinto(memory)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class WaveSink:
    """Writes a WAVE file: RIFF, or RF64 where RIFF cannot say the length.

    Parameters
    ----------
    path
        The file to fill from its beginning.
    word
        ``"s16"``, ``"s24"`` or ``"f32"``.
    mask
        The channel mask; 0 where there is none.
    chunks
        What the file carries besides, in order.
    form
        ``"RF64"`` and ``"BW64"`` are written as such whatever their length.
    """

    def __init__(
        self,
        path: Path,
        word: Literal["s16", "s24", "f32"],
        channels: int,
        sample_rate: int,
        mask: int,
        chunks: Sequence[CarriedChunk] = (),
        form: WaveForm = "RIFF",
    ) -> None:
        self._word = word
        self._channels = channels
        self._sample_rate = sample_rate
        self._mask = mask
        self._chunks = chunks
        self._form: WaveForm = form
        self._data_bytes = 0
        self._file = path.open("wb")
        try:
            self._file.write(self._header()[:-_DATA_HEAD_BYTES])
            self._write_chunks(after_sound=False)
            self._data_head_at = self._file.tell()
            self._file.write(self._header()[-_DATA_HEAD_BYTES:])
        except BaseException:
            self.abandon()
            raise

    def _header(self) -> bytes:
        beside_bytes = sum(chunk.file_bytes for chunk in self._chunks)
        return wave_header(
            self._word, self._channels, self._sample_rate, self._mask, self._data_bytes,
            beside_bytes=beside_bytes, form=self._form,
        )  # fmt: skip

    def _write_chunks(self, *, after_sound: bool) -> None:
        for chunk in self._chunks:
            if chunk.after_sound == after_sound:
                self._file.write(struct.pack("<4sI", chunk.id.encode("latin-1"), chunk.size))
                for piece in chunk.pieces():
                    self._file.write(piece)
                self._file.write(b"\0" * (chunk.size % 2))

    def write(self, words: NDArray[np.int32] | AudioBlock) -> None:
        """Append ``(channels, frames)``: right-justified integers for PCM, samples for float."""
        self._data_bytes += self._file.write(encode(words, self._word))

    def carry(self, chunks: Sequence[CarriedChunk]) -> None:
        """Write these too, behind the sound, when the file is finished."""
        self._chunks = (*self._chunks, *chunks)

    def close(self) -> None:
        """Finish the file: the padding byte, what comes behind the sound, and the true lengths."""
        try:
            if self._data_bytes % 2:
                self._file.write(b"\0")
            self._write_chunks(after_sound=True)
            self._file.seek(0)
            self._file.write(self._header()[:-_DATA_HEAD_BYTES])
            self._file.seek(self._data_head_at)
            self._file.write(self._header()[-_DATA_HEAD_BYTES:])
        finally:
            self._file.close()

    def abandon(self) -> None:
        """Close without finishing; an error of the disk does not matter any more."""
        try:
            self._file.close()
        except OSError:
            return
