"""The ``chna`` chunk: which track of the file is which track of the model.

::

    tracks used, tracks named, then for each: track (from 1), UID (12 letters), its format (14), its pack (11), 0

Source: ITU-R BS.2076-2, section 8 (chna), and BS.2088.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["TrackOfFile", "chna_body", "read_chna"]

_ENTRY = struct.Struct("<H12s14s11sx")
_MOST = 65_535


@dataclass(frozen=True)
class TrackOfFile:
    """One entry. `track` counts from 1; `format_id` is an audioTrackFormat (AT_...) or audioChannelFormat (AC_...)."""

    track: int
    uid: str
    format_id: str
    pack_id: str


def read_chna(body: bytes) -> tuple[TrackOfFile, ...]:
    """The entries in use; those of track 0 are room that a writer kept."""
    count = min((len(body) - 4) // _ENTRY.size, _MOST) if len(body) >= 4 else 0
    found = []
    for index in range(count):
        track, *letters = _ENTRY.unpack_from(body, 4 + index * _ENTRY.size)
        uid, format_id, pack_id = (each.split(b"\0")[0].decode("latin-1").strip() for each in letters)
        if track:
            found.append(TrackOfFile(track, uid, format_id, pack_id))
    return tuple(found)


def chna_body(tracks: Sequence[TrackOfFile]) -> bytes:
    """The chunk.

    >>> read_chna(chna_body([TrackOfFile(1, "ATU_00000001", "AT_00010001_01", "AP_00010001")]))[0].uid
    'ATU_00000001'
    """
    head = struct.pack("<HH", len({each.track for each in tracks}), len(tracks))
    return head + b"".join(
        _ENTRY.pack(each.track, each.uid.encode(), each.format_id.encode(), each.pack_id.encode()) for each in tracks
    )
