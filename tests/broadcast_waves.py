"""A broadcast WAVE file with everything that a recorder, an editor and a mastering program put into one."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from audiopost.blocks import AudioBlock
from tests.wave_bytes import chunk, plain_format, wave

__all__ = ["IXML", "TIME_REFERENCE", "UNKNOWN", "bext_body", "broadcast_wave", "cue_body"]

TIME_REFERENCE = 48_000 * 36_000 + 7
"""Samples: 10:00:00 and seven samples."""

UNKNOWN = bytes(range(251)) * 3

IXML = b"""<?xml version="1.0" encoding="UTF-8"?>
<BWFXML>
\t<IXML_VERSION>1.61</IXML_VERSION>
\t<SCENE>42A</SCENE><TAKE>7</TAKE>
\t<NOTE>plane &amp; dog</NOTE>
\t<SPEED>
\t\t<FILE_SAMPLE_RATE>48000</FILE_SAMPLE_RATE>
\t\t<DIGITIZER_SAMPLE_RATE>48000</DIGITIZER_SAMPLE_RATE>
\t\t<AUDIO_BIT_DEPTH>24</AUDIO_BIT_DEPTH>
\t\t<TIMECODE_RATE>25/1</TIMECODE_RATE>
\t\t<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>0</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>
\t\t<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>1728000007</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>
\t\t<TIMESTAMP_SAMPLE_RATE>48000</TIMESTAMP_SAMPLE_RATE>
\t</SPEED>
\t<BEXT>
\t\t<BWF_LOUDNESS_VALUE>-1200</BWF_LOUDNESS_VALUE>
\t</BEXT>
</BWFXML>
"""


def bext_body(version: int = 2, history: bytes = b"A=PCM,F=48000,W=24,M=stereo,T=recorder\r\n") -> bytes:
    """A bext chunk with every field filled; loudness that is not that of the sound."""
    head = b"A door, slammed".ljust(256, b"\0") + b"Recorder".ljust(32, b"\0") + b"REF-1".ljust(32, b"\0")
    head += b"2024-02-29" + b"10:00:00" + struct.pack("<QH", TIME_REFERENCE, version) + bytes(range(64))
    return head + struct.pack("<5h", -1200, 300, -50, -1000, -1100) + bytes(180) + history


def cue_body(*frames: int) -> bytes:
    """Markers at these frames, numbered from 1."""
    points = (struct.pack("<II4sIII", index + 1, at, b"data", 0, 0, at) for index, at in enumerate(frames))
    return struct.pack("<I", len(frames)) + b"".join(points)


def broadcast_wave(path: Path, sound: AudioBlock, *, rate: int = 48_000, form: str = "RIFF") -> Path:
    """24-bit sound with bext, an unknown chunk, iXML, cues, labels, a sampler's loop, INFO texts and a cart."""
    words = np.rint(np.clip(sound.T.astype(np.float64), -1, 1) * (2**23 - 1)).astype("<i4")
    data = words.reshape(-1, 1).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    adtl = (
        b"adtl"
        + chunk("labl", struct.pack("<I", 1) + b"slam\0")
        + chunk("ltxt", struct.pack("<II4sHHHH", 1, 4_800, b"rgn ", 0, 0, 0, 0))
    )
    info = b"INFO" + chunk("INAM", b"A door\0") + chunk("IART", b"Foley\0")
    loop = struct.pack("<IIIIIIIII", 0, 0, 20_833, 60, 0, 0, 0, 1, 0) + struct.pack("<IIIIII", 1, 0, 960, 9_600, 0, 0)
    cart = bytearray(2048)
    cart[:4] = b"0101"
    cart[4:10] = b"A door"
    cart[684:692] = struct.pack("<4sI", b"SEC1", 24_000)
    levl = chunk("levl", bytes(64))
    sizes = [chunk("ds64", struct.pack("<QQQI", 0, len(data), 0, 0))] if form != "RIFF" else []
    path.write_bytes(
        wave(
            *sizes,
            chunk("bext", bext_body()),
            chunk("JUNK", bytes(30)),
            chunk("odd ", UNKNOWN),
            plain_format(sound.shape[0], rate, 24),
            chunk("data", data, declared=0xFFFF_FFFF if form != "RIFF" else None),
            chunk("iXML", IXML),
            chunk("cue ", cue_body(2_400, 48_000)),
            chunk("LIST", adtl),
            levl,
            chunk("smpl", loop),
            chunk("LIST", info),
            chunk("cart", bytes(cart)),
            chunk("PEAK", bytes(24)),
            chunk("zzzz", b"last"),
            form=form,
        )
    )
    return path
