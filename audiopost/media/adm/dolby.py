"""Masters of Dolby Atmos: what tells them apart, and what of them is not rendered here.

A master in BW64 is a bed of up to 7.1.2 and objects in Cartesian positions, as ADM, and a chunk ``dbmd`` with what only
Dolby's renderer knows::

    version, then segments: type, size, body, checksum; type 0 ends the list
    9  Dolby Atmos: down-mix and warp modes      10  supplement: trims, and a binaural mode for each track

Sources: Dolby, "Dolby Atmos Master ADM Profile v1.1"; EBU Tech 3285, supplement 6 (the segments).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from audiopost.media.adm.model import Adm

__all__ = ["DolbyMaster", "dolby_master"]

_SEGMENTS = {
    1: "Dolby E", 3: "Dolby Digital", 7: "Dolby Digital Plus", 8: "audio information", 9: "down-mix and warp modes",
    10: "trims and binaural modes",
}  # fmt: skip
_MOST_SEGMENTS = 64


@dataclass(frozen=True)
class DolbyMaster:
    """That a file is a master of Dolby Atmos, and what of it is left aside."""

    version: str
    unsupported: tuple[str, ...]

    @property
    def note(self) -> str:
        """What a person must know who hears or measures it here."""
        left = f"; not read: {', '.join(self.unsupported)}" if self.unsupported else ""
        return f"a Dolby Atmos master: rendered by ITU-R BS.2127, other than Dolby's renderer would{left}"


def dolby_master(adm: Adm, dbmd: bytes) -> DolbyMaster | None:
    """What a file is if it is a Dolby Atmos master; None for any other ADM.

    >>> from audiopost.media.adm.model import Adm
    >>> body = bytes((6, 0, 0, 1)) + bytes((9,)) + (4).to_bytes(2, "little") + bytes(5) + bytes(1)
    >>> dolby_master(Adm({}, {}, {}, {}, {}, {}), body)
    DolbyMaster(version='1.0.0.6', unsupported=('down-mix and warp modes',))
    """
    segments = _segments(dbmd)
    by_profile = "dolby" in adm.profile.lower()
    if not by_profile and not {9, 10} & set(segments):
        return None
    version = ".".join(str(byte) for byte in reversed(dbmd[:4])) if len(dbmd) >= 4 else ""
    known = (9, 10)
    return DolbyMaster(version, tuple(_SEGMENTS[number] for number in dict.fromkeys(segments) if number in known))


def _segments(dbmd: bytes) -> list[int]:
    """The types of the segments, in order."""
    found: list[int] = []
    position = 4
    while position + 3 <= len(dbmd) and len(found) < _MOST_SEGMENTS:
        number, size = struct.unpack_from("<BH", dbmd, position)
        if number == 0:
            break
        found.append(number)
        position += 3 + size + 1
    return found
