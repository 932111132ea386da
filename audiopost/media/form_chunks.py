"""The chunks of AIFF files: those that libsndfile would lose go over byte for byte, in their order.

::

    FORM  size  "AIFF" | "AIFC"
      COMM  SSND  FVER  PEAK     how samples lie, and the samples: made anew by who writes
      ID3                        tags: `audiopost.media.tags`
      MARK  INST  COMT  NAME  AUTH  ANNO  APPL ...   the rest; positions of markers move with the sound

Numbers are big-endian, chunks begin at even bytes. Source: Apple, "Audio Interchange File Format: AIFF", version 1.3.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from audiopost.media.sample_positions import Move

__all__ = ["copy_form_chunks"]

_MADE_ANEW = {b"COMM", b"SSND", b"FVER", b"PEAK", b"ID3 "}
_MOST_CHUNKS = 4096
_PIECE_BYTES = 1 << 20
_MARK_BYTES = 8 << 20


def copy_form_chunks(source: Path, target: Path, move: Move) -> bool:
    """Append to a finished AIFF file what its source carries besides sound and tags; False where that is no AIFF.

    Raises OSError if the disk fails.
    """
    with source.open("rb") as old, target.open("r+b") as new:
        if not (_is_form(old) and _is_form(new)):
            return False
        end = new.seek(0, os.SEEK_END)
        if end % 2:
            new.write(b"\0")
        for letters, offset, size in _chunks(old):
            if letters in _MADE_ANEW:
                continue
            if letters == b"MARK" and size <= _MARK_BYTES:
                old.seek(offset)
                body = _moved_marks(old.read(size), move)
                new.write(struct.pack(">4sI", letters, len(body)) + body + b"\0" * (len(body) % 2))
            else:
                new.write(struct.pack(">4sI", letters, size))
                _copy(old, new, offset, size)
                new.write(b"\0" * (size % 2))
        form_bytes = new.tell() - 8
        if form_bytes > 0xFFFF_FFFF:
            new.truncate(end)
            return True
        new.seek(4)
        new.write(struct.pack(">I", form_bytes))
    return True


def _is_form(file: BinaryIO) -> bool:
    file.seek(0)
    head = file.read(12)
    return head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC")


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Letters, offset and true size of every chunk; the walk ends at what does not fit into the file."""
    file_bytes = file.seek(0, os.SEEK_END)
    position = 12
    for _ in range(_MOST_CHUNKS):
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return
        letters, size = struct.unpack(">4sI", head)
        size = min(size, file_bytes - position - 8)
        yield letters, position + 8, size
        position += 8 + size + size % 2


def _copy(old: BinaryIO, new: BinaryIO, offset: int, size: int) -> None:
    old.seek(offset)
    while size:
        piece = old.read(min(_PIECE_BYTES, size))
        if not piece:
            raise OSError("the file has become shorter while it was copied")
        new.write(piece)
        size -= len(piece)


def _moved_marks(body: bytes, move: Move) -> bytes:
    """``MARK``: a count, then for each marker its id, its frame and its name, a counted string of even length."""
    if move.still or len(body) < 2:
        return body
    (count,) = struct.unpack_from(">H", body)
    kept, position = [], 2
    for _ in range(count):
        if position + 7 > len(body):
            return body
        name, frame = struct.unpack_from(">HI", body, position)
        text_bytes = 1 + body[position + 6]
        text_bytes += text_bytes % 2
        moved = move.position(frame)
        if moved >= 0:
            text = body[position + 6 : position + 6 + text_bytes]
            kept.append(struct.pack(">HI", name, min(moved, 0xFFFF_FFFF)) + text)
        position += 6 + text_bytes
    return struct.pack(">H", len(kept)) + b"".join(kept)
