"""The loop that a WAVE file states for samplers and game engines: the chunk ``smpl``.

Source: IBM and Microsoft, "Multimedia Programming Interface and Data Specifications 1.0" with the "New Multimedia Data
Types and Data Techniques" of 1994, sampler chunk.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

from audiopost.media.file_faults import fault
from audiopost.media.wave_chunks import walk_wave

__all__ = ["stated_loop"]

HEAD_BYTES, LOOP_BYTES = 36, 24


def stated_loop(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    """First frame and the frame after the last of the first loop of a file; None where it states none.

    Raises FileError if it cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            wave = walk_wave(file, path)
            chunk = next((each for each in wave.chunks if each.id == "smpl"), None) if wave is not None else None
            if chunk is None or chunk.size < HEAD_BYTES + LOOP_BYTES:
                return None
            file.seek(chunk.offset)
            body = file.read(HEAD_BYTES + LOOP_BYTES)
    except OSError as error:
        raise fault(str(path), error) from error
    if len(body) < HEAD_BYTES + LOOP_BYTES or struct.unpack_from("<I", body, 28)[0] < 1:
        return None
    _, _, start, last = struct.unpack_from("<4I", body, HEAD_BYTES)
    return (start, last + 1) if start < last else None
