"""Chunks that count samples, brought to another sample rate or another first frame.

::

    cue          positions of markers and regions
    LIST adtl    lengths of labelled regions (ltxt)
    smpl         loops of a sampler
    plst         lengths in a play list
    cart         timers of a radio cart (AES46)
    iXML         time stamp, rates, word length; and copies of bext fields

What a chunk says besides stays byte for byte. Positions before the new first frame go with the sound that they marked.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["COUNTING", "Move", "moved"]

_CART_TIMERS, _CART_TIMER_COUNT = 684, 8
_STALE_IN_IXML = (
    b"BWF_LOUDNESS_VALUE", b"BWF_LOUDNESS_RANGE", b"BWF_MAX_TRUE_PEAK_LEVEL", b"BWF_MAX_MOMENTARY_LOUDNESS",
    b"BWF_MAX_SHORT_TERM_LOUDNESS",
)  # fmt: skip


@dataclass(frozen=True)
class Move:
    """From one sample rate to another, `head_frames` (of the first rate) cut from the beginning, and another speed."""

    from_hz: int
    to_hz: int
    head_frames: int = 0
    bits: str = ""
    """Word length of the output, for iXML; empty leaves what is said."""
    speed: Fraction = Fraction(1)
    """How much faster the output plays."""

    @property
    def still(self) -> bool:
        """True where every position stays what it is."""
        return self.from_hz == self.to_hz and self.head_frames == 0 and self.speed == 1

    def length(self, frames: int) -> int:
        """A length in frames of the new rate."""
        return round(Fraction(frames * self.to_hz, self.from_hz) / self.speed)

    def position(self, frame: int) -> int:
        """A position in the new file; negative where it lay in what was cut."""
        return self.length(frame - self.head_frames)

    def since_midnight(self, samples: int) -> int:
        """A time reference: the first frame is `head_frames` later, counted at the new rate; it plays at its time."""
        return round(Fraction((samples + self.head_frames) * self.to_hz, self.from_hz))


def moved(letters: str, body: bytes, move: Move) -> bytes:
    """The chunk's body after the move; as it was where the chunk is malformed or counts nothing.

    >>> cue = struct.pack("<IIIIIII", 1, 7, 480, 0, 0, 0, 480)
    >>> moved("cue ", struct.pack("<I", 1) + struct.pack("<II4sIII", 7, 480, b"data", 0, 0, 480),
    ...       Move(48_000, 96_000))[8:12] == struct.pack("<I", 960)
    True
    """
    if letters == "iXML":
        return _moved_ixml(body, move)
    if move.still:
        return body
    try:
        return COUNTING[letters](body, move) if letters in COUNTING else body
    except struct.error:
        return body


def _moved_cue(body: bytes, move: Move) -> bytes:
    (count,) = struct.unpack_from("<I", body)
    points = []
    for number in range(min(count, (len(body) - 4) // 24)):
        name, position, chunk, start, block, offset = struct.unpack_from("<II4sIII", body, 4 + 24 * number)
        place, inside = move.position(position), move.position(offset)
        if inside >= 0:
            points.append(struct.pack("<II4sIII", name, max(0, place), chunk, start, block, inside & 0xFFFF_FFFF))
    return struct.pack("<I", len(points)) + b"".join(points)


def _moved_list(body: bytes, move: Move) -> bytes:
    if body[:4] != b"adtl":
        return body
    changed = bytearray(body)
    position = 4
    while position + 8 <= len(body):
        letters, size = struct.unpack_from("<4sI", body, position)
        if letters == b"ltxt" and size >= 8 and position + 16 <= len(body):
            (frames,) = struct.unpack_from("<I", body, position + 12)
            struct.pack_into("<I", changed, position + 12, min(move.length(frames), 0xFFFF_FFFF))
        position += 8 + size + size % 2
    return bytes(changed)


def _moved_smpl(body: bytes, move: Move) -> bytes:
    changed = bytearray(body)
    struct.pack_into("<I", changed, 8, round(1e9 / move.to_hz))
    (loops,) = struct.unpack_from("<I", body, 28)
    for number in range(min(loops, (len(body) - 36) // 24)):
        at = 36 + 24 * number + 8
        ends = (min(max(0, move.position(frame)), 0xFFFF_FFFF) for frame in struct.unpack_from("<II", body, at))
        struct.pack_into("<II", changed, at, *ends)
    return bytes(changed)


def _moved_plst(body: bytes, move: Move) -> bytes:
    changed = bytearray(body)
    (count,) = struct.unpack_from("<I", body)
    for number in range(min(count, (len(body) - 4) // 12)):
        (frames,) = struct.unpack_from("<I", body, 8 + 12 * number)
        struct.pack_into("<I", changed, 8 + 12 * number, min(move.length(frames), 0xFFFF_FFFF))
    return bytes(changed)


def _moved_cart(body: bytes, move: Move) -> bytes:
    changed = bytearray(body)
    for number in range(_CART_TIMER_COUNT):
        at = _CART_TIMERS + 8 * number
        usage, frame = struct.unpack_from("<4sI", body, at)
        if usage.strip(b"\0 "):
            struct.pack_into("<I", changed, at + 4, min(max(0, move.position(frame)), 0xFFFF_FFFF))
    return bytes(changed)


COUNTING = {
    "cue ": _moved_cue, "LIST": _moved_list, "smpl": _moved_smpl, "plst": _moved_plst, "cart": _moved_cart,
}  # fmt: skip
"""Chunks whose body counts samples, besides bext and iXML."""


def _moved_ixml(body: bytes, move: Move) -> bytes:
    """Elements are replaced as text: what the rest of the document looks like is its maker's."""
    for name in _STALE_IN_IXML:
        body = re.sub(rb"[ \t]*<%s>[^<]*</%s>\r?\n?" % (name, name), b"", body)
    if move.bits:
        body = _with_number(body, b"AUDIO_BIT_DEPTH", int(move.bits.rstrip("f")))
    if move.still:
        return body
    for high, low in (
        (b"TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI", b"TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO"),
        (b"BWF_TIME_REFERENCE_HIGH", b"BWF_TIME_REFERENCE_LOW"),
    ):
        old_low = _number(body, low)
        if old_low is not None:
            since = move.since_midnight(((_number(body, high) or 0) << 32) + old_low)
            body = _with_number(_with_number(body, low, since & 0xFFFF_FFFF), high, since >> 32)
    for name in (b"FILE_SAMPLE_RATE", b"TIMESTAMP_SAMPLE_RATE"):
        body = _with_number(body, name, move.to_hz)
    return body


def _number(body: bytes, name: bytes) -> int | None:
    found = re.search(rb"<%s>\s*(\d{1,20})\s*</%s>" % (name, name), body)
    return int(found[1]) if found else None


def _with_number(body: bytes, name: bytes, value: int) -> bytes:
    return re.sub(rb"(<%s>)\s*\d+\s*(</%s>)" % (name, name), rb"\g<1>%d\g<2>" % value, body)
