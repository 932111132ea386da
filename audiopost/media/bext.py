"""The broadcast extension chunk ``bext``: read, and changed in place without touching what is not meant.

The fixed part has 602 bytes: text fields, the time reference in samples since midnight, the version, the UMID (version
1), five loudness fields (version 2). Behind it lies the coding history, a line for every time that the sound was coded.

Conventions
-----------
- A loudness field holds hundredths; a value that is undefined or does not fit is 0x7FFF.
- Loudness fields of a chunk below version 2 mean nothing: setting them makes it version 2.
- Text stays the bytes that it was; it is decoded only to be shown.

Sources: EBU Tech 3285 v2 (layout, loudness fields, 0x7FFF), EBU R 98 (coding history).
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any

__all__ = ["LOUDNESS_OFFSET", "Bext", "BextLoudness", "coding_history_line", "new_bext", "text_of"]

UNDEFINED = 0x7FFF
LOUDNESS_OFFSET = 412
"""Where in the chunk's body the five loudness fields begin, 10 bytes."""

_FIXED_BYTES = 602
_TIME_REFERENCE, _VERSION = 338, 346
_MOST_HUNDREDTHS = 9999
_TEXTS = {
    "description": (0, 256), "originator": (256, 32), "originator_reference": (288, 32),
    "origination_date": (320, 10), "origination_time": (330, 8),
}  # fmt: skip


@dataclass(frozen=True)
class BextLoudness:
    """The five fields; None where undefined.

    >>> BextLoudness(-23.04, 5.0, -1.25, None, -20.0).packed().hex()
    '00f7f40183ffff7f30f8'
    """

    loudness_value_lufs: float | None = None
    loudness_range_lu: float | None = None
    max_true_peak_level_dbtp: float | None = None
    max_momentary_loudness_lufs: float | None = None
    max_short_term_loudness_lufs: float | None = None

    def packed(self) -> bytes:
        """The 10 bytes at `LOUDNESS_OFFSET`."""
        return struct.pack("<5h", *(_hundredths(value) for value in vars(self).values()))

    @classmethod
    def unpacked(cls, body: bytes) -> BextLoudness:
        """From the 10 bytes."""
        return cls(*(None if word == UNDEFINED else word / 100.0 for word in struct.unpack("<5h", body)))


def _hundredths(value: float | None) -> int:
    if value is None or not math.isfinite(value):
        return UNDEFINED
    rounded = int(math.copysign(math.floor(abs(value) * 100.0 + 0.5), value))
    return rounded if abs(rounded) <= _MOST_HUNDREDTHS else UNDEFINED


class Bext:
    """One chunk's body; a short one is continued by zeros to its fixed part."""

    def __init__(self, body: bytes) -> None:
        self.body = body.ljust(_FIXED_BYTES, b"\0")

    @property
    def time_reference(self) -> int:
        """Samples from midnight to the first frame."""
        return int(struct.unpack_from("<Q", self.body, _TIME_REFERENCE)[0])

    @property
    def version(self) -> int:
        """0, 1 (UMID) or 2 (loudness)."""
        return int(struct.unpack_from("<H", self.body, _VERSION)[0])

    @property
    def loudness(self) -> BextLoudness:
        """The loudness fields; all None below version 2."""
        if self.version < 2:
            return BextLoudness()
        return BextLoudness.unpacked(self.body[LOUDNESS_OFFSET : LOUDNESS_OFFSET + 10])

    @property
    def umid(self) -> str:
        """The UMID in hexadecimal digits; empty where there is none."""
        raw = self.body[348:412] if self.version >= 1 else b""
        return raw.hex() if raw.strip(b"\0") else ""

    @property
    def coding_history(self) -> tuple[str, ...]:
        """Its lines."""
        return tuple(line for line in text_of(self.body[_FIXED_BYTES:]).splitlines() if line.strip())

    def with_time_reference(self, samples: int) -> Bext:
        """The chunk for a sound that begins so many samples after midnight."""
        return Bext(_overlaid(self.body, _TIME_REFERENCE, struct.pack("<Q", max(0, min(samples, 2**64 - 1)))))

    def with_loudness(self, loudness: BextLoudness) -> Bext:
        """The chunk with these loudness fields, version 2 at least."""
        version = struct.pack("<H", max(2, self.version))
        body = _overlaid(_overlaid(self.body, _VERSION, version), LOUDNESS_OFFSET, loudness.packed())
        return Bext(body)

    def with_history(self, line: str) -> Bext:
        """The chunk with one more line of coding history."""
        before = self.body[_FIXED_BYTES:].rstrip(b"\0")
        if before and not before.endswith(b"\n"):
            before += b"\r\n"
        return Bext(self.body[:_FIXED_BYTES] + before + line.encode("ascii", "replace") + b"\r\n")

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        texts = {name: text_of(self.body[at : at + size]) for name, (at, size) in _TEXTS.items()}
        return texts | {
            "time_reference_samples": self.time_reference,
            "version": self.version,
            "umid": self.umid,
            **vars(self.loudness),
            "coding_history": list(self.coding_history),
        }


def _overlaid(body: bytes, offset: int, field: bytes) -> bytes:
    return body[:offset] + field + body[offset + len(field) :]


def new_bext(originator: str) -> Bext:
    """A chunk of version 2 that says no more than who made it: no date, so that equal sound gives equal bytes."""
    body = bytearray(_FIXED_BYTES)
    body[256:288] = originator.encode("ascii", "replace")[:32].ljust(32, b"\0")
    return Bext(bytes(body)).with_loudness(BextLoudness())


def coding_history_line(sample_rate: int, bits: str, channels: int, by: str) -> str:
    """A line of the coding history (EBU R 98): how the sound is coded now, and by what.

    >>> coding_history_line(48_000, "24", 2, "audiopost 1.0")
    'A=PCM,F=48000,W=24,M=stereo,T=audiopost 1.0'
    """
    mode = {1: "mono", 2: "stereo"}.get(channels, f"{channels} channels")
    return f"A=PCM,F={sample_rate},W={bits.rstrip('f')},M={mode},T={by}"


def text_of(field: bytes) -> str:
    """A text field to be shown: up to its zero byte; UTF-8 where it is, else Latin-1."""
    raw = field.split(b"\0", 1)[0]
    try:
        return raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        return raw.decode("latin-1").strip()
