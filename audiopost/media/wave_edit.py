"""Changes to a finished WAVE file that leave every sample where it is: loudness in bext, one more chunk at the end."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import BinaryIO

from audiopost.media.bext import LOUDNESS_OFFSET, BextLoudness
from audiopost.media.file_faults import fault
from audiopost.media.wave_chunks import walk_wave

__all__ = ["append_chunk", "stamp_loudness"]

_VERSION_OFFSET = 346
_RIFF_SIZE_64 = 20
"""Where the size of the form lies in ``ds64``, which is the first chunk."""


def stamp_loudness(path: str | os.PathLike[str], loudness: BextLoudness) -> bool:
    """Write the five loudness fields into the file's bext chunk; False where it has none.

    Raises FileError if the disk fails.
    """
    try:
        with Path(path).open("r+b") as file:
            wave = walk_wave(file, path)
            for chunk in wave.chunks if wave else ():
                if chunk.id == "bext" and chunk.size >= LOUDNESS_OFFSET + 10:
                    _write(file, chunk.offset + LOUDNESS_OFFSET, loudness.packed())
                    file.seek(chunk.offset + _VERSION_OFFSET)
                    version = int.from_bytes(file.read(2), "little")
                    _write(file, chunk.offset + _VERSION_OFFSET, struct.pack("<H", max(2, version)))
                    return True
    except OSError as error:
        raise fault(path, error) from error
    return False


def append_chunk(path: str | os.PathLike[str], letters: str, body: bytes) -> None:
    """Put one more chunk behind everything, and count it in the size of the form; one of its name becomes padding.

    The file must have been written by this house: its RIFF size is right, and RF64 begins with ``ds64``. A RIFF file
    that would grow beyond what RIFF can say is left as it is. Raises FileError if the disk fails.
    """
    try:
        with Path(path).open("r+b") as file:
            wave = walk_wave(file, path)
            file.seek(0)
            form = file.read(4)
            end = file.seek(0, os.SEEK_END)
            head = b"\0" * (end % 2) + struct.pack("<4sI", letters.encode(), len(body))
            chunk = head + body + b"\0" * (len(body) % 2)
            riff_bytes = end + len(chunk) - 8
            if form == b"RIFF" and riff_bytes > 0xFFFF_FFFE:
                return
            for old in wave.chunks if wave else ():
                if old.id == letters:
                    _write(file, old.offset - 8, b"JUNK")
            _write(file, end, chunk)
            if form == b"RIFF":
                _write(file, 4, struct.pack("<I", riff_bytes))
            else:
                _write(file, _RIFF_SIZE_64, struct.pack("<Q", riff_bytes))
    except OSError as error:
        raise fault(path, error) from error


def _write(file: BinaryIO, offset: int, body: bytes) -> None:
    file.seek(offset)
    file.write(body)
