"""WAVE files built chunk by chunk from the format's definition, so that their headers can be made to lie."""

from __future__ import annotations

import struct

KS_TAIL = bytes.fromhex("000000001000800000aa00389b71")
AMBISONIC_TAIL = bytes.fromhex("00002107d3118644c8c1ca000000")


def chunk(letters: str, body: bytes, *, declared: int | None = None, pad: bool = True) -> bytes:
    """One chunk; `declared` overrides the true length."""
    size = len(body) if declared is None else declared
    return struct.pack("<4sI", letters.encode(), size) + body + (b"\0" if pad and len(body) % 2 else b"")


def plain_format(channels: int = 1, sample_rate: int = 48_000, bits: int = 16, tag: int = 1) -> bytes:
    """The ``fmt`` chunk of plain PCM (tag 1) or float (tag 3)."""
    frame_bytes = channels * bits // 8
    return chunk(
        "fmt ", struct.pack("<HHIIHH", tag, channels, sample_rate, sample_rate * frame_bytes, frame_bytes, bits)
    )


def extensible_format(
    channels: int, mask: int, *, bits: int = 16, tag: int = 1, sample_rate: int = 48_000, tail: bytes = KS_TAIL
) -> bytes:
    """The ``fmt`` chunk of WAVE_FORMAT_EXTENSIBLE."""
    frame_bytes = channels * bits // 8
    head = struct.pack("<HHIIHH", 0xFFFE, channels, sample_rate, sample_rate * frame_bytes, frame_bytes, bits)
    return chunk("fmt ", head + struct.pack("<HHIH", 22, bits, mask, tag) + tail)


def ds64(data_bytes: int, *, riff_bytes: int = 0, table: tuple[tuple[str, int], ...] = ()) -> bytes:
    """The chunk that holds 64-bit lengths."""
    entries = b"".join(struct.pack("<4sQ", letters.encode(), size) for letters, size in table)
    return chunk("ds64", struct.pack("<QQQI", riff_bytes, data_bytes, 0, len(table)) + entries)


def wave(*chunks: bytes, form: str = "RIFF", declared: int | None = None) -> bytes:
    """The whole file."""
    body = b"WAVE" + b"".join(chunks)
    size = len(body) if declared is None else declared
    return struct.pack("<4sI", form.encode(), size) + body
