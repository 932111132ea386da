"""Markers as WAVE files hold them: cue points, and their labels in a list of associated data.

::

    cue   count, then for each: name, position, "data", 0, 0, frame
    LIST  "adtl", then for each: "labl" size, name, text, 0

Source: IBM and Microsoft, "Multimedia Programming Interface and Data Specifications 1.0", 1991, WAVE form.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audiopost.media.carried import CarriedChunk

__all__ = ["Marker", "marker_chunks"]

_LAST_FRAME = 0xFFFF_FFFF
"""What a cue point can say; a marker behind it is left out."""


@dataclass(frozen=True)
class Marker:
    """A place in a file, counted in frames from its beginning, and what is there."""

    frame: int
    label: str


def marker_chunks(markers: Sequence[Marker], path: Path) -> tuple[CarriedChunk, ...]:
    """The two chunks that hold the markers of the file `path`, to be written behind its sound; none without markers.

    >>> [(chunk.id, chunk.size) for chunk in marker_chunks([Marker(480, "gap")], Path("a.wav"))]
    [('cue ', 28), ('LIST', 20)]
    """
    kept = [marker for marker in markers if 0 <= marker.frame <= _LAST_FRAME]
    if not kept:
        return ()
    points, labels = struct.pack("<I", len(kept)), b"adtl"
    for name, marker in enumerate(kept, 1):
        points += struct.pack("<II4sIII", name, marker.frame, b"data", 0, 0, marker.frame)
        text = struct.pack("<I", name) + marker.label.encode() + b"\0"
        labels += struct.pack("<4sI", b"labl", len(text)) + text + b"\0" * (len(text) % 2)
    return tuple(
        CarriedChunk(letters, len(body), path, 0, after_sound=True, body=body)
        for letters, body in (("cue ", points), ("LIST", labels))
    )
