"""The door to libsndfile (package soundfile): every file format that the house does not read and write itself."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from audiopost.blocks import AudioBlock, to_interleaved
from audiopost.errors import FileError

__all__ = ["SndfileSink", "SndfileSource"]

_READ_FRAMES = 4096
"""Frames read at once: what a broken stream costs at most of the sound before the break."""

_LENGTHS = ("RIFF", "Riff size", "riff", "FORM", "SSND", "data", "Data Size")
"""How the lines of libsndfile's log begin that speak of a length."""

_FREE_BYTES = 1 << 20
_LEFT_JUSTIFIED = {"16": 16, "24": 8}
_PCM_NAMES = {"16": "PCM_16", "24": "PCM_24", "32f": "FLOAT"}


class SndfileSource:
    """The samples of one file.

    Raises
    ------
    FileError
        If libsndfile does not know the format or finds it broken.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = soundfile.SoundFile(str(path))
        except soundfile.LibsndfileError as error:
            what = "this is no sound file that can be read, or its header is damaged"
            raise FileError(str(path), what, "give WAVE, FLAC, AIFF, Ogg or MP3") from error
        except TypeError as error:  # a name that ends in .raw is taken for headerless sound
            raise FileError(str(path), "headerless sound says nothing about itself", "give a WAVE file") from error
        self.sample_rate = int(self._file.samplerate)
        self.channels = int(self._file.channels)
        self.frames = int(self._file.frames)
        self.format = str(self._file.format)
        self.subtype = str(self._file.subtype)
        self.notes: tuple[str, ...] = ()
        # libsndfile goes by the true length and says so only in its log.
        log = (line.strip() for line in self._file.extra_info.splitlines())
        if any(line.startswith(_LENGTHS) and "should be" in line for line in log):
            self.notes = ("the header gives a wrong length: read to the real end",)
        self._position = 0
        self._interleaved = np.empty((_READ_FRAMES, self.channels), np.float32)

    def read(self, frame: int, out: AudioBlock) -> int:
        """Fill `out` with the samples from `frame` on; returns how many frames were there."""
        wanted = min(out.shape[1], self.frames - frame)
        done = 0
        try:
            if frame != self._position:
                self._file.seek(frame)
                self._position = frame
            while done < wanted:
                piece = self._interleaved[: min(_READ_FRAMES, wanted - done)]
                there = len(self._file.read(out=piece))
                out[:, done : done + there] = piece[:there].T
                done += there
                self._position += there
                if there < len(piece):
                    break
        except soundfile.LibsndfileError:
            # The stream is broken here: what came before it stands, and the reader tells where it ends.
            self._position = -1
        return done

    def close(self) -> None:
        """Close the file."""
        self._file.close()


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

    Raises
    ------
    FileError
        If the format cannot hold such sound.
    """

    def __init__(
        self, path: Path, sndfile_format: str, bits: str, lossy_subtype: str, channels: int, sample_rate: int
    ) -> None:
        self._path = path
        self._frames = 0
        self._shift = 0 if lossy_subtype else _LEFT_JUSTIFIED.get(bits, 0)
        subtype = lossy_subtype or _PCM_NAMES[bits]
        if not soundfile.check_format(sndfile_format, subtype):
            raise FileError(str(path), f"this libsndfile does not write {sndfile_format} {subtype}", "choose wav")
        try:
            self._file = soundfile.SoundFile(
                str(path), "w", sample_rate, channels, subtype, format=sndfile_format
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
