"""The door to libsndfile (package soundfile): every file format that the house does not read and write itself."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock, to_interleaved
from audiopost.errors import FileError

__all__ = ["SndfileSink", "SndfileSource"]

_READ_FRAMES = 65_536
_CAREFUL_FRAMES = 4096
"""Frames read at once, and once a stream was found broken: what that costs at most of the sound before the break."""

_UNKNOWN_FRAMES = 0x7FFF_FFFF_FFFF_FFFF
_LENGTHS = ("RIFF", "Riff size", "riff", "FORM", "SSND", "data", "Data Size")
"""How the lines of libsndfile's log begin that speak of a length."""

_SEEKABLE = ("PCM_", "FLOAT", "DOUBLE", "ULAW", "ALAW")
"""Subtypes in which libsndfile's seeks hit the mark: all whose samples are words, and FLAC."""

_FREE_BYTES = 1 << 20
_LEFT_JUSTIFIED = {"16": 16, "24": 8}
_BEST: dict[str, dict[str, Any]] = {"MPEG_LAYER_III": {"compression_level": 0.0, "bitrate_mode": "CONSTANT"}}
"""MP3 at its highest constant rate, 320 kbit/s from 32 kHz on: audiobook platforms refuse variable rates."""

_PCM_NAMES = {"16": "PCM_16", "24": "PCM_24", "32f": "FLOAT"}


class _Stream(soundfile.SoundFile):  # type: ignore[misc]
    """A file of soundfile that is gone through without seeking.

    soundfile seeks after every read to where it is already. In MP3 that is not harmless: libsndfile resumes there
    without the decoder's memory, and every block after the first is wrong (measured with 1.2.2: a tone of
    -6 dBFS came back with errors as loud as itself).
    """

    def seekable(self) -> bool:
        """Never, as far as soundfile shall know."""
        return False


class SndfileSource:
    """The samples of one file.

    Raises
    ------
    FileError
        If libsndfile does not know the format or finds it broken.

    Notes
    -----
    Accuracy: samples at a frame are the same however one came there. Because libsndfile's seeks in MP3, Vorbis
    (libsndfile issue 885) and ALAC can land beside the mark, codecs are decoded up to the frame, from the
    beginning where one goes back.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = self._opened()
        self._position = 0
        self.sample_rate = int(self._file.samplerate)
        self.channels = int(self._file.channels)
        self.format = str(self._file.format)
        self.subtype = str(self._file.subtype)
        self.frames_exact = self.format != "MP3"
        """False where the file gives its length only about."""
        self.seeks_exactly = self.subtype.startswith(_SEEKABLE)
        """Whether one may go to any frame at once."""
        self._interleaved = np.empty((0, self.channels), np.float32)
        self._read_frames = _READ_FRAMES
        self.notes: tuple[str, ...] = self._notes()
        self.frames = int(self._file.frames)
        if self.frames == _UNKNOWN_FRAMES:
            self.notes = ("the header leaves the length open: read to the end of the file",)
            self.frames = self._skip(_UNKNOWN_FRAMES)
            self.seeks_exactly = False  # a decoder looks for a frame by its share of the length

    def _opened(self) -> _Stream:
        try:
            return _Stream(str(self._path))
        except soundfile.LibsndfileError as error:
            what = "this is no sound file that can be read, or its header is damaged"
            raise FileError(str(self._path), what, "give WAVE, FLAC, AIFF, Ogg or MP3") from error
        except TypeError as error:  # a name that ends in .raw is taken for headerless sound
            raise FileError(
                str(self._path), "headerless sound says nothing about itself", "give a WAVE file"
            ) from error

    def _notes(self) -> tuple[str, ...]:
        # libsndfile goes by the true length and says so only in its log.
        log = (line.strip() for line in self._file.extra_info.splitlines())
        if any(line.startswith(_LENGTHS) and "should be" in line for line in log):
            return ("the header gives a wrong length: read to the real end",)
        if self.format == "MP3" and not _says_its_length(self._path):
            return ("the MP3 does not say its length: libsndfile estimates it, and the end may be missing",)
        return ()

    def read(self, frame: int, out: AudioBlock) -> int:
        """Fill `out` with the samples from `frame` on; returns how many frames were there."""
        wanted = min(out.shape[1], self.frames - frame)
        done = 0
        try:
            self._go_to(frame)
            while done < wanted:
                piece = self._read_some(wanted - done)
                if not len(piece):
                    break
                out[:, done : done + len(piece)] = piece.T
                done += len(piece)
        except soundfile.LibsndfileError:
            if self._read_frames == _CAREFUL_FRAMES:
                # The stream is broken here: what came before it stands, and the reader tells where it ends.
                return done
            self._read_frames = _CAREFUL_FRAMES
            self._begin_again()
            return done + self.read(frame + done, out[:, done:])
        return done

    def read_interleaved(self, frame: int, out: NDArray[np.float32]) -> int:
        """Fill `out` ``(frames, channels)`` from `frame` on; returns how many frames came before an end or a break."""
        try:
            self._go_to(frame)
            there = len(self._file.read(out=out))
        except soundfile.LibsndfileError:
            self._position = -1  # nobody knows
            return 0
        self._position += there
        return there

    def _go_to(self, frame: int) -> None:
        if frame == self._position:
            return
        if self.seeks_exactly:
            self._file.seek(frame)
            self._position = frame
            return
        if frame < self._position:
            self._begin_again()
        self._skip(frame - self._position)

    def _begin_again(self) -> None:
        self._file.close()
        self._file = self._opened()
        self._position = 0

    def _skip(self, frames: int) -> int:
        """Read over so many frames; returns how many were there."""
        done = 0
        while done < frames:
            there = len(self._read_some(frames - done))
            if there == 0:
                break
            done += there
        return done

    def _read_some(self, frames: int) -> NDArray[np.float32]:
        # up to the next whole piece, so that a break is found at the same frame however one reads
        frames = min(self._read_frames - self._position % self._read_frames, frames)
        if len(self._interleaved) < frames:
            self._interleaved = np.empty((frames, self.channels), np.float32)
        piece: NDArray[np.float32] = self._file.read(out=self._interleaved[:frames])
        self._position += len(piece)
        return piece

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _says_its_length(path: Path) -> bool:
    """Whether an MP3 begins with the frame in which encoders write the length (Xing, Info or VBRI)."""
    with path.open("rb") as file:
        head = file.read(10)
        size = 0
        if head[:3] == b"ID3" and len(head) == 10:
            size = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
        file.seek(size)
        first = file.read(2048)
    return any(mark in first for mark in (b"Xing", b"Info", b"VBRI"))


class SndfileSink:
    """Writes one file in a format and subtype of libsndfile.

    Parameters
    ----------
    path
        The file to fill.
    bits
        ``"16"``, ``"24"`` or ``"32f"``.
    lossy_subtype
        The codec, where samples are not stored as words; then samples are taken as they are.
    compression
        Of a codec, 0 (best) to 1 (smallest); its usual one where none is given.

    Raises
    ------
    FileError
        If the format cannot hold such sound.
    """

    def __init__(
        self,
        path: Path,
        sndfile_format: str,
        bits: str,
        lossy_subtype: str,
        channels: int,
        sample_rate: int,
        compression: float | None = None,
    ) -> None:
        self._path = path
        self._frames = 0
        self._shift = 0 if lossy_subtype else _LEFT_JUSTIFIED.get(bits, 0)
        subtype = lossy_subtype or _PCM_NAMES[bits]
        settings = _BEST.get(subtype, {}) if compression is None else {"compression_level": compression}
        if not soundfile.check_format(sndfile_format, subtype):
            raise FileError(str(path), f"this libsndfile does not write {sndfile_format} {subtype}", "choose wav")
        try:
            self._file = _Stream(
                str(path), "w", sample_rate, channels, subtype, format=sndfile_format, **settings
            )  # fmt: skip
        except soundfile.LibsndfileError as error:
            what = f"{sndfile_format} {subtype} does not take {channels} channels at {sample_rate} Hz"
            raise FileError(str(path), what, "choose wav, or another sample rate") from error

    def write(self, words: NDArray[np.int32] | AudioBlock) -> None:
        """Append ``(channels, frames)``: right-justified integers for PCM, samples for float and codecs.

        Raises OSError if they could not be written.
        """
        if words.shape[1] == 0:
            return
        interleaved: NDArray[np.int32] | AudioBlock
        if self._shift:
            interleaved = np.ascontiguousarray(words.T.astype(np.int32, copy=False) << self._shift)
        else:
            interleaved = to_interleaved(words.astype(np.float32, copy=False))
        try:
            self._file.write(interleaved)
            self._frames += len(interleaved)
        except (soundfile.LibsndfileError, AssertionError) as error:  # soundfile asserts that all was written
            raise _disk_error(self._path) from error

    def close(self) -> None:
        """Finish the file. Raises OSError if it could not be finished."""
        try:
            self._file.close()
            # libsndfile does not report every write that failed: what the file says of itself decides.
            complete = soundfile.info(str(self._path)).frames >= self._frames
        except soundfile.LibsndfileError as error:
            raise _disk_error(self._path) from error
        if not complete:
            raise _disk_error(self._path)

    def abandon(self) -> None:
        """Close without finishing; an error of the disk does not matter any more."""
        try:
            self._file.close()
        except soundfile.LibsndfileError:
            return


def _disk_error(path: Path) -> OSError:
    """The error of a write: libsndfile does not pass on why it could not write: a full disk where it is full."""
    full = shutil.disk_usage(path.parent).free < _FREE_BYTES
    number = errno.ENOSPC if full else errno.EIO
    return OSError(number, os.strerror(number))
